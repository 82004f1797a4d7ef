"""The boundary map for people: a table for each workflow, 100 columns wide."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from auditor.facts.boundary import BoundaryRow, JobBoundary
from auditor.report.escape import printed_path
from auditor.report.map.document import WORDS, BoundaryMap, powers_in_words
from auditor.report.terminal import folded

WIDTH = 100
_COLUMNS = {"job": 15, "who": 13, "how": 27, "code": 8, "power": 25}
"""With the three blanks between them they are as wide as the table."""


def render(boundary_map: BoundaryMap) -> str:
    """The whole map. What a gate closes is on it only if the map was drawn with it."""
    out = io.StringIO()
    console = Console(file=out, width=WIDTH, color_system=None, highlight=False, markup=False, emoji=False)
    for path, boundaries in groupby(boundary_map.jobs, key=lambda each: each.job.workflow.path):
        console.print(_lines([printed_path(path)], WIDTH))
        console.print(_table(list(boundaries)))
    for problem in boundary_map.problems:
        where = f"{printed_path(problem.location.path)}:{problem.location.span.start.line}"
        console.print(_lines([f"problem: {where}: {problem.message}"], WIDTH))
    jobs = len(boundary_map.jobs)
    ways = sum(len(each.rows) + each.more for each in boundary_map.jobs)
    console.print(Text(f"{jobs} job{'' if jobs == 1 else 's'}, {ways} way{'' if ways == 1 else 's'} in"))
    # Rich fills cells with blanks.
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def _table(boundaries: list[JobBoundary]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, width=WIDTH, pad_edge=False, show_edge=False)
    for title, width in _COLUMNS.items():
        table.add_column(title, width=width, overflow="fold")
    for boundary in boundaries:
        label = f"{boundary.job.id} ({boundary.job.location.span.start.line})"
        for cells in _rows(boundary):
            table.add_row(*map(_lines, ([label], *cells), _COLUMNS.values()))
            label = ""
    return table


def _lines(texts: Iterable[str], width: int) -> Text:
    """The texts, each on lines of its own. Rich must find nothing to fold: it doesn't escape."""
    return Text("\n".join(line for text in texts for line in folded(text, width)))


def _rows(boundary: JobBoundary) -> Iterator[tuple[Sequence[str], ...]]:
    """The ways in. Those by which the same actor gets the same are one row."""
    merged: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for row in boundary.rows:
        code = "own" if row.outsider is None else "outsider"
        power = tuple(powers_in_words(row))
        merged.setdefault((WORDS[row.actor], code, power), []).append(_how(row))
    for (who, code, power), how in merged.items():
        yield [who], how, [code], power
    if not boundary.rows:
        yield ["nobody"], ["no entry leads here"], [], []
    if boundary.more:
        yield [], [f"and {boundary.more} more ways"], [], []


def _how(row: BoundaryRow) -> str:
    """The event, the calls on the way, and each gate with what it does."""
    entry = row.path.entry
    through = "".join(f", by {job.id}" for job in row.path.calls)
    gates = "".join(f"; {gate.kind} [{gate.verdict.of_gate}]" for gate in row.gates)
    return f"{entry.what.replace('`', '')}{through}{gates}"
