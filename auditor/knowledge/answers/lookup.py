"""What the objects hold as contents, and the part of contents that a path or a filter takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from auditor.knowledge.answers.content import Content, Contents, Of
from auditor.knowledge.answers.filters import jq_fields
from auditor.knowledge.answers.objects import HARMLESS_ENDINGS, HARMLESS_NAMES, OBJECTS
from auditor.knowledge.change import Change

ANY_PLACE = "**"
"""First in a path: the field may lie at any depth, as in an answer of GraphQL, which its query shapes."""


@cache
def contents_of(name: str) -> Contents:
    """All known fields of an object and of those in it."""
    row = OBJECTS[name]
    found = [
        Content(kind, row.of, tuple(field.split(".")))
        for kind, fields in row.texts.items()
        for field in fields.split()
    ]
    for field, nested in row.nested.items():
        found += under(contents_of(nested), *(field.split(".") if field else ()))
    return tuple(found)


def under(contents: Iterable[Content], *names: str) -> Contents:
    """The same contents as fields of something larger."""
    return tuple(replace(each, path=(*names, *each.path)) for each in contents)


def taken(contents: Contents, path: tuple[str, ...]) -> Contents | None:
    """The contents at a path and below it; None where nothing is known of it.

    `*` and positions of a list are left out. Of a text that is no object of GitHub's, a field is a part.
    """
    wanted = tuple(name for name in path if name != "*" and not name.isdigit())
    if not wanted:
        return contents
    found = [each for each in (_at(content, wanted) for content in contents) if each is not None]
    if found:
        return tuple(found)
    kind = HARMLESS_NAMES.get(wanted[-1]) or next(
        (kind for ending, kind in HARMLESS_ENDINGS.items() if wanted[-1].endswith(ending)), None
    )
    if kind is None or not contents:
        return None
    of = Of.BASE if any(name.lower().startswith("base") for name in wanted) else contents[0].of
    return (Content(kind, of),)


def _at(content: Content, wanted: tuple[str, ...]) -> Content | None:
    own = content.path
    if not own:
        return content.changed(Change.PART, "a field of it")
    if own[0] == ANY_PLACE:
        return replace(content, path=()) if own[1:] == wanted[-1:] else None
    if own[: len(wanted)] == wanted:
        return replace(content, path=own[len(wanted) :])
    if wanted[: len(own)] == own:
        return replace(content, path=())
    return None


def filtered(contents: Contents, filter: str | None) -> Contents | None:
    """What a filter of `jq` gives of these contents: all of them where the filter isn't read.

    None where it takes a field of which nothing is known.
    """
    fields = jq_fields(filter) if filter is not None else None
    if fields is None:
        return tuple(replace(each, path=()) for each in contents)
    found: list[Content] = []
    for field in fields:
        part = taken(contents, field.path)
        if part is None and field.change is not Change.COUNTED:
            return None
        for each in part or ():
            changed = each.changed(field.change, field.by)
            found.append(replace(changed, path=()) if field.made else changed)
    return tuple(dict.fromkeys(found))
