"""Texts of a configuration with holes: as patterns, and as what a naive reader fills in."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.cloud.aws import GITHUB
from auditor.cloud.content_search import OPAQUE, filled
from auditor.cloud.values import Hole, Value
from auditor.trust.automata.language import Pattern, Wild
from auditor.trust.minting.issuer import Issuer

BOTH_MARKS = {"*": Wild.RUN, "?": Wild.ONE}
STAR = {"*": Wild.RUN}


def exact(value: Value) -> Pattern:
    """A text that is compared as it is. A hole names somebody, whoever it is."""
    return tuple(filled(value))


def glob(value: Value, marks: dict[str, Wild], *, generous: bool) -> Pattern:
    """A text in which `marks` are wildcards. A hole may hold one, too."""
    pattern: list[str | Wild] = []
    for part in value.parts:
        if isinstance(part, Hole) and generous and not part.is_plain:
            pattern.append(Wild.RUN)
        else:
            text = part if isinstance(part, str) else OPAQUE if part.default is None else part.default
            pattern += [marks.get(char, char) for char in text]
    return tuple(pattern)


def opened(value: Value) -> str:
    """The text of a glob with a star for each hole that may hold one."""
    return "".join(
        part
        if isinstance(part, str)
        else "*"
        if not part.is_plain
        else OPAQUE
        if part.default is None
        else part.default
        for part in value.parts
    )


def open_holes(value: Value) -> Iterator[str]:
    """The names of the holes that may hold a wildcard, for a reader."""
    return (f"`{hole.name}`" for hole in value.holes if not hole.is_plain)


def issuer_of(value: Value) -> Issuer:
    """The issuer that a URL names: host and path."""
    text = filled(value).removeprefix("https://").rstrip("/")
    return Issuer(text) if OPAQUE not in text else Issuer(GITHUB, is_sure=False)
