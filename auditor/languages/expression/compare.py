"""Comparisons in three values: True, False, or None where it isn't known.

Source: `AbstractEqual` and its kin in `EvaluationResult.cs` of actions/runner.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import product
from typing import TypeAlias, TypeGuard, TypeVar

from auditor.languages.expression.syntax import Operator
from auditor.languages.expression.value import (
    Array,
    ObjectValue,
    Symbol,
    Unknown,
    Value,
    fold,
    number,
    text_of,
)

Known: TypeAlias = bool | int | float | str | None
"""A value without parts, wholly known."""

MAX_SPELLINGS = 192
"""How many strings a symbol is tried as before the answer is unknown."""

_REMEMBERED = 64
"""A cache of folded sets of texts: those of one condition are looked up again and again."""

_Possible = TypeVar("_Possible")


def compare(op: Operator, left: Value, right: Value) -> bool | None:
    """`left op right`."""
    if op == "!=":
        equal = compare("==", left, right)
        return None if equal is None else not equal
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    if isinstance(left, (Array, ObjectValue)) or isinstance(right, (Array, ObjectValue)):
        return left is right and op in ("==", "<=", ">=")
    if op == "==" and _differ(left, right):
        return False
    return decide(_PREDICATES[op], left, right)


def decide(predicate: Callable[[Known, Known], bool], left: Value, right: Value) -> bool | None:
    """`predicate` of two values that are no collections, if it is the same whatever their symbols stand for.

    The predicate must ignore letter case, and must answer the same for any two equal strings.
    """
    if _are_one(left, right):
        return predicate("same", "same")
    return _agreed(predicate, spellings(left), spellings(right))


def decide_text(predicate: Callable[[str, str], bool], left: Value, right: Value) -> bool | None:
    """As `decide`, for a predicate of texts, which it gets folded."""
    if _are_one(left, right):
        return predicate("SAME", "SAME")
    return _agreed(predicate, _folded(left), _folded(right))


def _are_one(left: Value, right: Value) -> bool:
    return isinstance(left, Symbol) and isinstance(right, Symbol) and left.name == right.name


def _agreed(
    predicate: Callable[[_Possible, _Possible], bool],
    lefts: tuple[_Possible, ...],
    rights: tuple[_Possible, ...],
) -> bool | None:
    """What `predicate` is of each pair; None where there is none, or they differ."""
    answer: bool | None = None
    for pair in product(lefts, rights):
        found = predicate(*pair)
        if answer is not None and found is not answer:
            return None
        answer = found
    return answer


def is_known(value: Value) -> TypeGuard[Known]:
    """Whether `value` is wholly known and no collection."""
    return value is None or isinstance(value, (bool, int, float, str))


def spellings(value: Value) -> tuple[Known, ...]:
    """All that `value` can be, letter case aside; nothing where that isn't known, or is too much."""
    if is_known(value):
        return (value,)
    if not isinstance(value, Symbol) or value.among is None or len(value.among) > MAX_SPELLINGS // 3:
        return ()
    return _spelt(value.among, value.never)


@lru_cache(maxsize=_REMEMBERED)
def _spelt(among: frozenset[str], never: frozenset[str]) -> tuple[str, ...]:
    possible = [text for text in sorted(among) if text and fold(text) not in _all_folded(never)]
    # Numbers are the one place where case counts: 0x1F is one, 0X1F is none.
    return tuple({spelling: None for text in possible for spelling in (text, text.lower(), fold(text))})


def _folded(value: Value) -> tuple[str, ...]:
    """The texts of all that `value` can be."""
    if is_known(value):
        return (fold(text_of(value)),)
    if not isinstance(value, Symbol) or value.among is None or len(value.among) > MAX_SPELLINGS // 3:
        return ()
    return tuple(_all_folded(value.among) - _all_folded(value.never) - {""})


@lru_cache(maxsize=_REMEMBERED)
def _all_folded(texts: frozenset[str]) -> frozenset[str]:
    return frozenset(map(fold, texts))


def _differ(left: Value, right: Value) -> bool:
    """Whether two values, at least one of them a symbol, are known to be different strings."""
    if isinstance(right, Symbol) and not isinstance(left, Symbol):
        left, right = right, left
    if not isinstance(left, Symbol):
        return False
    if isinstance(right, str):
        return not right or _excludes(left, right)
    if not isinstance(right, Symbol) or left.name == right.name:
        return False
    if right.name in left.distinct or left.name in right.distinct:
        return True
    return _excludes_all(left, right) or _excludes_all(right, left)


def _excludes(symbol: Symbol, text: str) -> bool:
    folded = fold(text)
    if folded in _all_folded(symbol.never):
        return True
    return symbol.among is not None and folded not in _all_folded(symbol.among)


def _excludes_all(symbol: Symbol, other: Symbol) -> bool:
    """Whether `symbol` is none of the strings that `other` can be."""
    possible = spellings(other)
    return bool(possible) and all(_excludes(symbol, text_of(text)) for text in possible)


def _equal(left: Known, right: Known) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return fold(left) == fold(right)
    return number(left) == number(right)


def _less(left: Known, right: Known) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return _ordinal(left) < _ordinal(right)
    return number(left) < number(right)


def _ordinal(text: str) -> bytes:
    """What .NET orders strings by: UTF-16 code units of the upper case."""
    return fold(text).encode("utf-16-be", "surrogatepass")


_PREDICATES: dict[Operator, Callable[[Known, Known], bool]] = {
    "==": _equal,
    "<": _less,
    ">": lambda left, right: _less(right, left),
    "<=": lambda left, right: _equal(left, right) or _less(left, right),
    ">=": lambda left, right: _equal(left, right) or _less(right, left),
}
