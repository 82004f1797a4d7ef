"""The boundary map as one self-contained page: rows are actors, columns are powers, a cell opens its paths.

There is no script in it, and its policy lets none run: every name on it is hostile.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.facts.boundary import BoundaryRow, PowerKind
from auditor.finding import Hop
from auditor.knowledge.platform.events import Actor
from auditor.model.documents import Job
from auditor.report import page
from auditor.report.map.document import WORDS, BoundaryMap, powers_in_words
from auditor.report.page import COLOURS

MAX_LISTED = 500
"""Jobs that one cell lists; how many more there are is said."""

_STYLE = (
    COLOURS
    + """\
body { background: var(--surface); color: var(--ink); font: 15px/1.45 system-ui, sans-serif }
body { margin: 2rem auto; max-width: 78rem; padding: 0 1rem }
h1 { font-size: 1.4rem; margin: 0 0 .2rem } p { margin: .2rem 0 1rem; color: var(--weak) }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100% }
th, td { border: 1px solid var(--line); padding: .5rem .6rem; text-align: left; vertical-align: top }
th { font-weight: 600 } td.outside { background: var(--mark) } td.none { color: var(--weak) }
summary { cursor: pointer } summary:focus-visible { outline: 2px solid }
td > details > summary { font-weight: 600 } td.outside > details > summary { color: var(--hot) }
ul, ol { margin: .3rem 0; padding-left: 1.2rem } li { overflow-wrap: anywhere }
code, .at { font: 12.5px/1.4 ui-monospace, monospace } .at { color: var(--weak) }
@media print { details > * { display: block } }
"""
)
_OUTSIDE = (Actor.OUTSIDER, Actor.EXTERNAL)


def render(boundary_map: BoundaryMap) -> str:
    """The whole page, ending with a line break."""
    name = boundary_map.repository or "this repository"
    rows = list(boundary_map.rows())
    parts = page.render(
        "map/page.html",
        title=f"Boundary map of {name}",
        style=_STYLE,
        name=name,
        map=boundary_map,
        kinds=[kind.value for kind in PowerKind],
        actors=[
            (word, actor.value, actor in _OUTSIDE, _cells([row for row in rows if row.actor is actor]))
            for actor, word in WORDS.items()
        ],
        hops=_hops,
        cut=[each for each in boundary_map.jobs if each.more],
        most=MAX_LISTED,
    )
    return "".join(parts)


def _cells(rows: list[BoundaryRow]) -> list[list[BoundaryRow]]:
    """For each power the jobs, each with its strongest way: rows of a job come with that first."""
    cells = []
    for kind in PowerKind:
        strongest: dict[Job, BoundaryRow] = {}
        for row in rows:
            if kind in row.kinds:
                strongest.setdefault(row.job, row)
        cells.append(list(strongest.values()))
    return cells


def _hops(row: BoundaryRow) -> Iterable[Hop]:
    return row.trace(", ".join(powers_in_words(row))).hops
