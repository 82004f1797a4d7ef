"""The arguments of a call, taken apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from auditor.cloud.partial_values import MAX_PARTS
from auditor.cloud.values import Datum, List, Value
from auditor.finding import Location

Arguments = list[Datum]
Function = Callable[[Arguments, Location], Datum | None]
"""Gives None where it makes nothing of its arguments; then the call is a hole."""


def texts(*arguments: Datum) -> list[Value] | None:
    """The arguments, where all are texts."""
    values = [argument for argument in arguments if isinstance(argument, Value)]
    return values if len(values) == len(arguments) else None


def items_of(datum: Datum) -> tuple[Datum, ...] | None:
    """The items of a list; of one that isn't known there is one, as unknown as the list."""
    if isinstance(datum, List):
        return datum.items
    return (datum,) if isinstance(datum, Value) and datum.hole else None


def limited(found: Iterable[Datum], at: Location) -> Datum | None:
    """A list, unless it is too long."""
    items = tuple(found)
    return List(items, at) if len(items) <= MAX_PARTS else None
