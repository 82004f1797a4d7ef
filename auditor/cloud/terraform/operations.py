"""Operators on data that may have holes."""

from __future__ import annotations

import operator
from collections.abc import Callable

from auditor.cloud.partial_values import blamed, boolean, hole, lifted, truth
from auditor.cloud.values import Datum, Fields, List, Null, Value
from auditor.finding import Location

_NUMBERS: dict[str, Callable[[int, int], int]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}
_ORDERS: dict[str, Callable[[int, int], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}


def apply(sign: str, operands: list[Datum], at: Location) -> Datum:
    """The result of an operator; that of division and the like is never known."""
    if sign == "!" or sign in ("&&", "||"):
        return _logical(sign, operands, at)
    if sign in ("==", "!="):
        return _equality(sign, operands, at)
    values = [operand for operand in operands if isinstance(operand, Value)]
    if len(values) == 2 and (sign in _NUMBERS or sign in _ORDERS):
        return lifted(lambda one, other: _counted(sign, one, other), values, sign, at, is_plain=True)
    return hole(blamed(operands, f"`{sign}`"), at, is_plain=True)


def _logical(sign: str, operands: list[Datum], at: Location) -> Datum:
    found = [truth(operand) for operand in operands]
    if sign == "!":
        known, by_default = found[0]
        return _truth_value(None if known is None else not known, by_default, operands, at)
    decisive = sign == "||"
    if (decisive, None) in found:
        return boolean(decisive, at)
    names = [name for _, name in found if name]
    if decisive in (known for known, _ in found):
        return _truth_value(decisive, names[0], operands, at)
    if all(known is not None for known, _ in found):
        return _truth_value(not decisive, names[0] if names else None, operands, at)
    return _truth_value(None, None, operands, at)


def _truth_value(known: bool | None, by_default: str | None, operands: list[Datum], at: Location) -> Datum:
    if known is None:
        return hole(blamed(operands, "a condition"), at, is_plain=True)
    if by_default is None:
        return boolean(known, at)
    return hole(by_default, at, default="true" if known else "false", is_plain=True)


def _equality(sign: str, operands: list[Datum], at: Location) -> Datum:
    one, other = operands if len(operands) == 2 else (operands[0], operands[0])
    same: bool | None = None
    if isinstance(one, Value) and isinstance(other, Value):
        wanted = sign == "=="
        return lifted(
            lambda left, right: "true" if (left == right) == wanted else "false",
            [one, other],
            "a comparison",
            at,
            is_plain=True,
        )
    if isinstance(one, Null) or isinstance(other, Null):
        same = _is_null(one, other)
    elif isinstance(one, List | Fields) and isinstance(other, List | Fields):
        sizes = [len(each.items if isinstance(each, List) else each.entries) for each in (one, other)]
        same = sizes == [0, 0] if 0 in sizes else None
    return _truth_value(None if same is None else same == (sign == "=="), None, operands, at)


def _is_null(one: Datum, other: Datum) -> bool | None:
    if isinstance(one, Null) and isinstance(other, Null):
        return True
    present = other if isinstance(one, Null) else one
    unknown = isinstance(present, Value) and present.hole is not None and present.hole.default is None
    return False if isinstance(present, Value | List | Fields) and not unknown else None


def _counted(sign: str, one: str, other: str) -> str | None:
    if not (one.isdecimal() and other.isdecimal() and len(one) < 10 and len(other) < 10):
        return None
    if sign in _NUMBERS:
        return str(_NUMBERS[sign](int(one), int(other)))
    return "true" if _ORDERS[sign](int(one), int(other)) else "false"
