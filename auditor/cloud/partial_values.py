"""Making data whose parts may not be known, or only by default: texts, choices, truth values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import product
from math import prod

from auditor.cloud.values import Choice, Datum, Fields, Hole, List, Null, Part, Value, merged
from auditor.finding import Location

MAX_TEXT = 100_000
"""Characters of one text that is put together; a policy may have 4,096."""

MAX_PARTS = 1_000
"""Pieces of one text, and items of one list."""

MAX_ARMS = 8
"""Alternatives that are tracked at most; beyond that nothing is known."""


def text(written: str, at: Location) -> Value:
    """A known text."""
    return Value((written,) if written else (), at)


def hole(name: str, at: Location, *, default: str | None = None, is_plain: bool = False) -> Value:
    """One that isn't known. `name` says what it depends on, as it stands in the file."""
    return Value((Hole(name, default, is_plain),), at)


def has_no_wildcard(default: str) -> bool:
    """Whether a default shows that no wildcard is meant: a deployment would have to set it on purpose."""
    return bool(default) and "*" not in default and "?" not in default


def boolean(value: bool, at: Location) -> Value:
    """A truth value. Terraform makes the same text of it wherever one is wanted."""
    return text("true" if value else "false", at)


def joined(values: Iterable[Value], at: Location) -> Value:
    """Texts one after the other."""
    parts = merged(part for value in values for part in value.parts)
    size = sum(len(part) for part in parts if isinstance(part, str))
    if len(parts) > MAX_PARTS or size > MAX_TEXT:
        return hole("a text that is too long", at)
    return Value(parts, at)


def holes_in(data: Iterable[Datum]) -> Iterator[Hole]:
    """The holes of some data, from the outside in, of which only the first few are ever wanted."""
    todo = list(data)[::-1]
    for _ in range(MAX_PARTS):
        if not todo:
            return
        datum = todo.pop()
        if isinstance(datum, Value):
            yield from datum.holes
        elif isinstance(datum, List):
            todo.extend(reversed(datum.items))
        elif isinstance(datum, Fields):
            todo.extend(entry.value for entry in reversed(datum.entries))
        elif isinstance(datum, Choice):
            todo.extend(reversed(datum.arms))


def blamed(data: Iterable[Datum], otherwise: str) -> str:
    """The name of the first thing in some data that isn't known."""
    return next((found.name for found in holes_in(data)), otherwise)


def lifted(
    function: Callable[..., str | None],
    values: list[Value],
    name: str,
    at: Location,
    *,
    is_plain: bool = False,
) -> Value:
    """`function` of texts. Of texts known by default, what it makes of the defaults is the default.

    `function` gives None where it makes nothing of them. `is_plain` where it never makes a wildcard.
    """
    holes = [found for value in values for found in value.holes]
    defaults = [value.by_default for value in values]
    made = None if None in defaults else function(*defaults)
    if made is not None and len(made) > MAX_TEXT:
        made = None
    if made is not None and not holes:
        return text(made, at)
    plain = is_plain or all(found.is_plain for found in holes)
    return hole(holes[0].name if holes else name, at, default=made, is_plain=plain)


def by_part(function: Callable[[str], str], value: Value, at: Location) -> Value:
    """`function` of each stretch of a text, and of the defaults of its holes."""

    def changed(part: Part) -> Part:
        if isinstance(part, str):
            return function(part)
        default = None if part.default is None else function(part.default)
        return Hole(part.name, default, part.is_plain)

    return joined([Value(merged(changed(part) for part in value.parts), at)], at)


def combined(pieces: Iterable[Datum], at: Location, made: Callable[[tuple[Datum, ...]], Datum]) -> Datum:
    """What is made of some data: of each combination of their alternatives, where some are choices."""
    given = tuple(pieces)
    arms = [piece.arms if isinstance(piece, Choice) else (piece,) for piece in given]
    if prod(map(len, arms)) > MAX_ARMS:
        return hole(blamed(given, "a conditional"), at)
    choices = [piece for piece in given if isinstance(piece, Choice)]
    deciders = {piece.decided_by for piece in choices}
    named = next((piece.depends_on for piece in choices if piece.depends_on), None)
    return chosen(map(made, product(*arms)), at, deciders.pop() if len(deciders) == 1 else None, named)


def is_known(datum: Datum) -> bool:
    """Whether it has no hole on its outside."""
    return not isinstance(datum, Choice) and not (isinstance(datum, Value) and datum.holes)


def truth(datum: Datum) -> tuple[bool | None, str | None]:
    """Whether it is true, None where that isn't known; and what it depends on where that is a default."""
    if not isinstance(datum, Value):
        return None, None
    known = {"true": True, "false": False}.get(datum.by_default or "")
    return known, datum.holes[0].name if datum.holes else None


def chosen(
    arms: Iterable[Datum], at: Location, decided_by: str | None = None, depends_on: str | None = None
) -> Datum:
    """One of several data, each once; what isn't known where they are too many."""
    flat: list[Datum] = []
    for arm in arms:
        inner = arm.arms if isinstance(arm, Choice) else (arm,)
        flat += (each for each in inner if not _is_among(each, flat))
        if len(flat) > MAX_ARMS:
            return hole(decided_by or depends_on or blamed(flat, "a conditional"), at)
    return flat[0] if len(flat) == 1 else Choice(tuple(flat), at, decided_by, depends_on)


def _is_among(datum: Datum, others: list[Datum]) -> bool:
    """Whether the same text is there. Lists aren't compared: those of lists of lists may be huge."""
    parts = datum.parts if isinstance(datum, Value) else None
    return parts is not None and any(isinstance(each, Value) and each.parts == parts for each in others)


def nothing(datum: Datum | None) -> bool:
    """Whether an attribute counts as not set."""
    return datum is None or isinstance(datum, Null)
