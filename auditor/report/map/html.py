"""The boundary map as one self-contained page: rows are actors, columns are powers, a cell opens its paths.

There is no script in it, and its policy lets none run: every name on it is hostile.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.boundary import BoundaryRow, PowerKind
from auditor.finding import Hop
from auditor.knowledge.platform.events import Actor
from auditor.model.documents import Job
from auditor.report.map.document import WORDS, BoundaryMap, powers_in_words
from auditor.report.page import COLOURS, head, text

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
    return "".join(f"{part}\n" for part in _page(boundary_map))


def _page(boundary_map: BoundaryMap) -> Iterator[str]:
    name = boundary_map.repository or "this repository"
    yield head(f"Boundary map of {name}", _STYLE) + "<body>"
    yield f"<h1>Who gets where in {text(name)}</h1>"
    commit = f" at <code>{text(boundary_map.commit)}</code>" if boundary_map.commit else ""
    jobs = len(boundary_map.jobs)
    yield f"<p>{jobs} job{'' if jobs == 1 else 's'}{commit}. A cell lists the jobs in which an actor meets"
    yield "a power, by the strongest way that he can walk alone; open one for its path.</p>"
    yield from _matrix(list(boundary_map.rows()))
    yield from _more(boundary_map)
    yield from _problems(boundary_map)
    yield "</body></html>"


def _matrix(rows: list[BoundaryRow]) -> Iterator[str]:
    yield '<div class="wide"><table><thead><tr><th scope="col">Who</th>'
    yield "".join(f'<th scope="col">{text(kind.value)}</th>' for kind in PowerKind) + "</tr></thead><tbody>"
    for actor, word in WORDS.items():
        of_actor = [row for row in rows if row.actor is actor]
        yield f'<tr><th scope="row">{text(word)}<br><span class="at">{text(actor.value)}</span></th>'
        for kind in PowerKind:
            yield from _cell([row for row in of_actor if kind in row.kinds], outside=actor in _OUTSIDE)
        yield "</tr>"
    yield "</tbody></table></div>"


def _cell(rows: list[BoundaryRow], *, outside: bool) -> Iterator[str]:
    """The jobs, each with its strongest way: rows of a job come with that first."""
    strongest: dict[Job, BoundaryRow] = {}
    for row in rows:
        strongest.setdefault(row.job, row)
    if not strongest:
        yield '<td class="none">none</td>'
        return
    count = len(strongest)
    yield f'<td class="{"outside" if outside else "inside"}"><details>'
    yield f"<summary>{count} job{'' if count == 1 else 's'}</summary><ul>"
    for row in list(strongest.values())[:MAX_LISTED]:
        yield from _way(row)
    if count > MAX_LISTED:
        yield f"<li>and {count - MAX_LISTED} more</li>"
    yield "</ul></details></td>"


def _way(row: BoundaryRow) -> Iterator[str]:
    closed = " (closed)" if row.path.is_closed else ""
    yield f"<li><details><summary><code>{text(row.job.id)}</code>{closed}"
    yield f' <span class="at">{text(row.job.location.path)}</span></summary><ol>'
    for hop in row.trace(", ".join(powers_in_words(row))).hops:
        yield f"<li>{_hop(hop, row.job.location.path)}</li>"
    yield "</ol></details></li>"


def _hop(hop: Hop, home: str) -> str:
    """One station; its file is named only where it isn't the job's own, `home`."""
    line = hop.location.span.start.line
    at = f"line {line}" if hop.location.path == home else f"{hop.location.path}:{line}"
    verdict = f" <b>[{hop.verdict.of_gate}]</b>" if hop.verdict else ""
    return f'{text(hop.note)}{verdict} <span class="at">{text(at)}</span>'


def _more(boundary_map: BoundaryMap) -> Iterator[str]:
    """The jobs that have more ways in than the map holds."""
    cut = [each for each in boundary_map.jobs if each.more]
    if not cut:
        return
    yield "<h2>More ways in, weaker ones</h2><ul>"
    for each in cut[:MAX_LISTED]:
        ways = f"{each.more} more way{'' if each.more == 1 else 's'}"
        at = f'<span class="at">{text(each.job.location.path)}</span>'
        yield f"<li><code>{text(each.job.id)}</code>: {ways} {at}</li>"
    if len(cut) > MAX_LISTED:
        yield f"<li>and {len(cut) - MAX_LISTED} more jobs</li>"
    yield "</ul>"


def _problems(boundary_map: BoundaryMap) -> Iterator[str]:
    if not boundary_map.problems:
        return
    yield "<h2>Not on the map</h2><ul>"
    for problem in boundary_map.problems:
        at = f"{problem.location.path}:{problem.location.span.start.line}"
        yield f'<li>{text(problem.message)} <span class="at">{text(at)}</span></li>'
    yield "</ul>"
