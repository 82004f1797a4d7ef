"""Who writes the text that a leaf stands for, in the runs that an entry starts."""

from __future__ import annotations

from functools import lru_cache

from auditor.facts.entry.entry import Entry
from auditor.facts.flow.graph.arrival import ContextField, FetchedText, Leaf
from auditor.facts.flow.graph.expression_parts import EVERY
from auditor.knowledge.answers.content import Content
from auditor.knowledge.platform.contexts import AUTHOR_OF, FREE_REF_EVENTS, WRITTEN_REFS
from auditor.knowledge.platform.events import EVENTS, SUBJECTS, Actor, DefaultCode
from auditor.model.trigger import InputType


def author(leaf: Leaf, entry: Entry) -> Actor | None:
    """Who chooses the leaf's text in a run that `entry` starts; None where nobody does, or it is empty."""
    if isinstance(leaf, FetchedText):
        return _author_of_fetched(leaf.content, entry)
    return _author_of_field(leaf, entry) if isinstance(leaf, ContextField) else None


def _author_of_fetched(content: Content, entry: Entry) -> Actor | None:
    """Who writes a fetched text; what the run is about decides where the text is of that."""
    if content.who is Actor.OUTSIDER and content.depends:
        theirs = entry.author is Actor.OUTSIDER and (content.depends != "checkout" or entry.fork)
        own_code = content.depends == "checkout" and entry.code is not DefaultCode.PULL_REQUEST
        return Actor.OUTSIDER if theirs and not own_code else Actor.WRITER
    return content.who


def _author_of_field(origin: ContextField, entry: Entry) -> Actor | None:
    if origin.path[0] == "secrets":
        return None
    if origin.path[0] == "inputs":
        return _dispatcher(origin.path[1], entry)
    if not _may_be_text(origin.path):
        return None
    if origin.path in WRITTEN_REFS:
        return Actor.WRITER if _ref_is_free(origin.path, entry) else None
    fields = [field for field in _covered(origin.path, origin.whole) if _exists(field, entry)]
    for field in fields:
        who = AUTHOR_OF[field]
        if who is None:
            return None if _is_their_own(field, entry) else _of_content(field, entry)
    return AUTHOR_OF[fields[0]] if fields else _dispatcher_of_all(origin, entry)


def _is_their_own(field: tuple[str, ...], entry: Entry) -> bool:
    """Whether it is the comment of somebody inside, who is trusted, under what an outsider wrote."""
    return entry.comments and len(field) > 2 and field[2] == SUBJECTS.get(entry.event)


def _of_content(field: tuple[str, ...], entry: Entry) -> Actor:
    """The author of the event's content. Whoever may review our own pull request hasn't written that."""
    reviewed = entry.is_pull_request and field[2:3] == ("pull_request",)
    return entry.author if entry.fork or not reviewed else Actor.WRITER


def _dispatcher(name: str, entry: Entry) -> Actor | None:
    if entry.event != "workflow_dispatch":
        return None
    inputs = entry.trigger.inputs
    free = (declared for declared in inputs if declared.type is InputType.STRING)
    return Actor.WRITER if any(name in (EVERY, declared.name.lower()) for declared in free) else None


def _dispatcher_of_all(origin: ContextField, entry: Entry) -> Actor | None:
    """`toJSON(github.event)` prints the inputs, too."""
    holder = ("github", "event", "inputs")
    prints = origin.whole and origin.path == holder[: len(origin.path)]
    return _dispatcher(EVERY, entry) if prints else None


def _ref_is_free(field: tuple[str, ...], entry: Entry) -> bool:
    if entry.event not in FREE_REF_EVENTS or entry.named_refs:
        return False
    return field != ("github", "event", "ref") or "ref" in EVENTS[entry.event].payload


@lru_cache(maxsize=1024)
def _covered(path: tuple[str, ...], whole: bool) -> tuple[tuple[str, ...], ...]:
    """The fields of which `path` is one or lies below, or that it prints as part of something larger."""
    return tuple(
        field
        for field in AUTHOR_OF
        if (whole or len(path) >= len(field))
        and all(mine in (theirs, "*") or theirs == "*" for mine, theirs in zip(path, field, strict=False))
    )


@lru_cache(maxsize=1024)
def _may_be_text(path: tuple[str, ...]) -> bool:
    """Whether a field's stars can stand for a listed one: what lies below a text, as a login, can't."""
    return EVERY not in path or any(_leads_to(path, field) for field in AUTHOR_OF)


def _leads_to(path: tuple[str, ...], field: tuple[str, ...]) -> bool:
    below = len(path) > len(field)
    return all(
        mine == theirs or (mine == EVERY and not below) or (theirs == EVERY and mine.isdigit())
        for mine, theirs in zip(path, field, strict=False)
    )


def _exists(field: tuple[str, ...], entry: Entry) -> bool:
    """Whether a run of that event has the field."""
    if field == ("github", "head_ref"):
        return entry.event in ("pull_request", "pull_request_target")
    if field in WRITTEN_REFS:
        return _ref_is_free(field, entry)
    if field == ("github", "event", "workflow_run", "head_branch") and entry.named_refs:
        return False
    known = EVENTS.get(entry.event)
    return known is None or (len(field) > 2 and field[2] in known.payload)
