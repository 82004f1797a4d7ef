"""The values of expressions, known and half known, and how GitHub converts them.

Source: `EvaluationResult.cs`, `Index.cs` and `DictionaryContextData.cs` of actions/runner.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import TypeAlias, Union

from auditor.languages.expression.lexer import parse_number


class Unknown(Enum):
    """A value of which nothing is known, or only whether it counts as true."""

    ANY = "unknown"
    TRUTHY = "unknown, but truthy"
    FALSY = "unknown, but falsy"


UNKNOWN = Unknown.ANY

_UNFOLDED = re.compile("[\u0131\u017f]")


@dataclass(frozen=True, slots=True)
class Symbol:
    """A string that isn't empty and isn't known, with what is known of it. Letter case never counts.

    It is one of `among` (where given), none of `never`, and not the string of any symbol that
    `distinct` names. Two symbols of one `name` are the same string.
    """

    name: str
    among: frozenset[str] | None = None
    never: frozenset[str] = frozenset()
    distinct: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Array:
    """A list. Two are equal only if they are the same, as at GitHub. `filtered`: it came from a `*`."""

    items: tuple[Value, ...] = ()
    filtered: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ObjectValue:
    """A mapping whose keys ignore letter case. A later value replaces an earlier one, and keeps its key."""

    members: Mapping[str, Value] = field(default_factory=dict)
    _index: dict[str, tuple[str, Value]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        for key, value in self.members.items():
            folded = fold(key)
            self._index[folded] = (self._index.get(folded, (key, None))[0], value)

    def get(self, key: str, default: Value = None) -> Value:
        """The member called `key`, or `default`."""
        return self._index.get(fold(key), (key, default))[1]

    def items(self) -> Iterable[tuple[str, Value]]:
        """The keys as they were written first, with their values."""
        return self._index.values()


Value: TypeAlias = Union[bool, int, float, str, Array, ObjectValue, Symbol, Unknown, None]  # noqa: UP007 - recursive


def truth(value: Value) -> bool | None:
    """Whether `value` counts as true, or None where it isn't known."""
    if isinstance(value, Unknown):
        return {Unknown.TRUTHY: True, Unknown.FALSY: False}.get(value)
    if isinstance(value, (Array, ObjectValue, Symbol)):
        return True
    if isinstance(value, float) and math.isnan(value):
        return False
    return bool(value)


def one_of(values: Iterable[Value]) -> Value:
    """What is known of a value that is one of `values`, of which there is at least one."""
    first, *rest = values
    if all(_same(first, other) for other in rest):
        return first
    truths = {truth(first), *map(truth, rest)}
    if len(truths) > 1 or None in truths:
        return UNKNOWN
    return Unknown.TRUTHY if True in truths else Unknown.FALSY


def _same(a: Value, b: Value) -> bool:
    return a is b or (type(a) is type(b) and a == b)


def fold(text: str) -> str:
    """`text` as .NET's `OrdinalIgnoreCase` compares it: upper case, one character for one.

    No letter outside ASCII becomes one of it: the dotless i and the long s stay.
    """
    upper = text.upper()
    if text.isascii() or (len(upper) == len(text) and not _UNFOLDED.search(text)):
        return upper
    return _fold_each(text)


@lru_cache(maxsize=16)
def _fold_each(text: str) -> str:
    return "".join(_fold_one(character) for character in text)


def _fold_one(character: str) -> str:
    upper = character.upper()
    return character if len(upper) > 1 or _UNFOLDED.match(character) else upper


def number(value: bool | float | str | None) -> float:
    """`value` as a number, as JavaScript's `Number` would have it: NaN where it is none."""
    if isinstance(value, str):
        return parse_number(value)
    try:
        return 0.0 if value is None else float(value)
    except OverflowError:
        return math.inf if value is not None and value > 0 else -math.inf


def text_of(value: bool | float | str | Array | ObjectValue | None) -> str:
    """`value` as a string. Numbers keep 15 digits (.NET's G15)."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Array():
            return "Array"
        case ObjectValue():
            return "Object"
    figure = number(value)
    if math.isnan(figure):
        return "NaN"
    if math.isinf(figure):
        return "Infinity" if figure > 0 else "-Infinity"
    return format(figure, ".15G")


def star(target: Value) -> Value:
    """`target.*`."""
    match target:
        case Unknown():
            return Unknown.TRUTHY
        case Array(filtered=True):
            return _each(target, None, every=True)
        case Array():
            return Array(target.items, filtered=True)
        case ObjectValue():
            return Array(tuple(value for _, value in target.items()), filtered=True)
    return Array(filtered=True)


def member(target: Value, index: Value) -> Value:
    """`target[index]`: null where there is none. A filtered array is indexed item by item."""
    match target:
        case Unknown():
            return UNKNOWN
        case Array(filtered=True):
            return _each(target, index, every=False)
        case Array() | ObjectValue():
            if isinstance(index, (Unknown, Symbol)):
                return UNKNOWN
            found = _found(target, index)
            return found[0] if found else None
    return None


def _each(array: Array, index: Value, *, every: bool) -> Value:
    """What a filtered array's items have under `index`, or all they have, as a filtered array again."""
    found: list[Value] = []
    for item in array.items:
        if isinstance(item, Unknown):
            return Unknown.TRUTHY
        if not isinstance(item, (Array, ObjectValue)):
            continue
        if every:
            found.extend(item.items if isinstance(item, Array) else (value for _, value in item.items()))
        elif isinstance(index, (Unknown, Symbol)):
            return Unknown.TRUTHY
        else:
            found.extend(_found(item, index))
    return Array(tuple(found), filtered=True)


def _found(
    target: Array | ObjectValue, index: bool | float | str | Array | ObjectValue | None
) -> tuple[Value, ...]:
    """The member of `target` under `index`, if there is one."""
    if isinstance(index, (Array, ObjectValue)):
        return ()
    if isinstance(target, ObjectValue):
        found = target.get(text_of(index), _NOTHING)
        return () if found is _NOTHING else (found,)
    place = number(index)
    return (target.items[int(place)],) if 0 <= place < len(target.items) else ()


_NOTHING = Array()
