"""The cells of a matrix: which of its values go together in one job.

Source: GitHub docs, "Running variations of jobs in a workflow" (read 2026-11): excluded first, then
included; a row that changes no value of the product is merged into each cell that it fits, any other is a
cell of its own.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice, product

from auditor.languages.expression import UNKNOWN, Array, ObjectValue, Symbol, Unknown, Value
from auditor.languages.expression.value import fold, text_of

MAX_CELLS = 1024
"""Cells that are kept apart before some are excluded; GitHub runs at most 256 jobs of one matrix."""

MAX_ROWS = 256
"""Rows of `include` or `exclude` that are followed."""

Cell = Mapping[str, Value]
"""Values by name, in lower case."""

_Marked = dict[str, tuple[Value, Hashable]]
"""Values with what distinguishes two of them, which is None where that isn't known."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a matrix. `cut`: there are more than are followed; `work` is what they took to find.

    `whole`: there are no others, though a value in one may be unknown.
    """

    found: tuple[Cell, ...] = ()
    whole: bool = False
    cut: bool = False
    work: int = 0


def cells(matrix: Value, keys: AbstractSet[str]) -> Cells:
    """The cells of a matrix that has that value, as far as they differ in the values of those keys.

    Lists of other keys, of which no row speaks, only multiply the cells and are left out.
    """
    if not isinstance(matrix, ObjectValue):
        return Cells()
    members = {key.lower(): value for key, value in matrix.items()}
    include = members.pop("include", Array())
    included, excluded = _rows(include), _rows(members.pop("exclude", None))
    cut = len(included) > MAX_ROWS or len(excluded) > MAX_ROWS
    included, excluded = included[:MAX_ROWS], excluded[:MAX_ROWS]
    telling = {*keys, *(key for row in (*included, *excluded) for key in row)}
    lists = {key: _with_marks(value) for key, value in members.items() if key in telling}
    found = [dict(zip(lists, each, strict=True)) for each in islice(product(*lists.values()), MAX_CELLS + 1)]
    kept = [cell for cell in found[:MAX_CELLS] if not any(_fits(row, cell) for row in excluded)]
    grown = _with_included(kept if members else [], included)
    return Cells(
        found=tuple(_different(grown, keys)),
        whole=isinstance(include, Array),
        cut=cut or len(found) > MAX_CELLS,
        work=len(found) * (1 + len(included) + len(excluded)),
    )


def _with_included(found: list[_Marked], rows: Iterable[_Marked]) -> list[_Marked]:
    grown = [dict(cell) for cell in found]
    alone: list[_Marked] = []
    for row in rows:
        fitting = [at for at, cell in enumerate(found) if _keeps(row, cell)]
        for at in fitting:
            grown[at].update(row)
        if not fitting:
            alone.append(dict(row))
    return [*grown, *alone]


def _different(found: Iterable[_Marked], keys: AbstractSet[str]) -> Iterable[Cell]:
    """The cells with those keys alone, each once."""
    wanted = sorted(keys)
    chosen = ({key: cell[key] for key in wanted if key in cell} for cell in found)
    kept = {
        tuple((key, value if mark is None else mark) for key, (value, mark) in cell.items()): cell
        for cell in chosen
    }
    return ({key: value for key, (value, _) in cell.items()} for cell in kept.values())


def _with_marks(value: Value) -> list[tuple[Value, Hashable]]:
    items = value.items if isinstance(value, Array) else (UNKNOWN,)
    return [(item, _mark(item)) for item in items]


def _rows(value: Value) -> list[_Marked]:
    items = value.items if isinstance(value, Array) else ()
    return [
        {key.lower(): (member, _mark(member)) for key, member in row.items()}
        for row in items
        if isinstance(row, ObjectValue)
    ]


def _fits(row: _Marked, cell: _Marked) -> bool:
    """Whether an excluded row surely speaks of a cell."""
    return bool(row) and all(
        mark is not None and key in cell and cell[key][1] == mark for key, (_, mark) in row.items()
    )


def _keeps(row: _Marked, cell: _Marked) -> bool:
    """Whether an included row changes none of the values that a cell has from the product."""
    for key, (_, mark) in row.items():
        there = cell[key][1] if key in cell else None
        if there != mark and there is not None and mark is not None:
            return False
    return True


def _mark(value: Value) -> Hashable:
    """The same for two values that GitHub takes for the same; None where that isn't known."""
    match value:
        case Unknown():
            return None
        case Array(items=items):
            marks = tuple(map(_mark, items))
            return None if None in marks else ("list", *marks)
        case ObjectValue():
            members = sorted((fold(key), _mark(member)) for key, member in value.items())
            return None if any(mark is None for _, mark in members) else ("object", *members)
        case Symbol():
            return ("symbol", value.name)
    return fold(text_of(value))
