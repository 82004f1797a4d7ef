"""The cells of a matrix: which of its values go together in one job.

Source: GitHub docs, "Running variations of jobs in a workflow" (read 2026-11): excluded first, then
included; a row that changes no value of the product is merged into each cell that it fits, any other is a
cell of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice, product

from auditor.expression import UNKNOWN, Array, Object, Unknown, Value
from auditor.expression.value import fold, text_of

MAX_CELLS = 1024
"""Cells that are told apart before some are excluded; GitHub runs at most 256 jobs of one matrix."""

MAX_ROWS = 256
"""Rows of `include` or `exclude` that are followed."""

Cell = Mapping[str, Value]
"""Values by name, in lower case."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a matrix. `cut`: there are more than are followed; `work` is what they took to find.

    `whole`: there are no others, though a value in one may be unknown.
    """

    found: tuple[Cell, ...] = ()
    whole: bool = False
    cut: bool = False
    work: int = 0


def cells(matrix: Value) -> Cells:
    """The cells of a matrix that has that value."""
    if not isinstance(matrix, Object):
        return Cells()
    members = {key.lower(): value for key, value in matrix.items()}
    include = members.pop("include", Array())
    included, excluded = _rows(include), _rows(members.pop("exclude", None))
    lists = {key: value.items if isinstance(value, Array) else (UNKNOWN,) for key, value in members.items()}
    found = [dict(zip(lists, each, strict=True)) for each in islice(product(*lists.values()), MAX_CELLS + 1)]
    cut = len(found) > MAX_CELLS or len(included) > MAX_ROWS or len(excluded) > MAX_ROWS
    kept = [cell for cell in found[:MAX_CELLS] if not any(_fits(row, cell) for row in excluded[:MAX_ROWS])]
    grown = tuple(_with_included(kept if lists else [], included[:MAX_ROWS]))
    return Cells(grown, isinstance(include, Array), cut, len(found) * (1 + len(included) + len(excluded)))


def _with_included(found: list[dict[str, Value]], rows: Iterable[Cell]) -> list[Cell]:
    grown: list[dict[str, Value]] = [dict(cell) for cell in found]
    alone: list[dict[str, Value]] = []
    for row in rows:
        fitting = [at for at, cell in enumerate(found) if _keeps(row, cell)]
        for at in fitting:
            grown[at].update(row)
        if not fitting:
            alone.append(dict(row))
    return [*grown, *alone]


def _rows(value: Value) -> list[Cell]:
    items = value.items if isinstance(value, Array) else ()
    return [{key.lower(): member for key, member in row.items()} for row in items if isinstance(row, Object)]


def _fits(row: Cell, cell: Cell) -> bool:
    """Whether an excluded row surely speaks of a cell."""
    return bool(row) and all(key in cell and _equal(value, cell[key]) is True for key, value in row.items())


def _keeps(row: Cell, cell: Cell) -> bool:
    """Whether an included row changes none of the values that a cell has from the product."""
    return all(key not in cell or _equal(value, cell[key]) is not False for key, value in row.items())


def _equal(a: Value, b: Value) -> bool | None:
    """Whether two values of a matrix are the same; None where that isn't known."""
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return None
    if isinstance(a, Array) and isinstance(b, Array):
        if len(a.items) != len(b.items):
            return False
        return _all(_equal(mine, theirs) for mine, theirs in zip(a.items, b.items, strict=True))
    if isinstance(a, Object) and isinstance(b, Object):
        mine, theirs = ({fold(key): value for key, value in each.items()} for each in (a, b))
        if mine.keys() != theirs.keys():
            return False
        return _all(_equal(value, theirs[key]) for key, value in mine.items())
    if isinstance(a, bool | int | float | str | None) and isinstance(b, bool | int | float | str | None):
        return fold(text_of(a)) == fold(text_of(b))
    return a is b


def _all(answers: Iterable[bool | None]) -> bool | None:
    told = list(answers)
    if False in told:
        return False
    return None if None in told else True
