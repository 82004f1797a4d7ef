"""A report for people, in the form of a good compiler's messages, the most severe finding first."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len

from auditor.collect.coverage import FileState
from auditor.finding import Confidence, Finding, Hop, Location, Problem, Trace, Verdict
from auditor.knowledge.credential_shapes import hidden
from auditor.report.escape import printed, printed_path
from auditor.report.scan.document import Report
from auditor.report.terminal import BOLD, COLORS, DIM, RED, Paint, cut
from auditor.report.words import counted, levels
from auditor.source import Source, Span

LISTED_PLACES = 3
"""Places of one finding that are listed; how many more is said."""

_NARROWEST = 20
"""The fewest cells that an excerpt is given, however narrow the terminal is."""


def render(
    report: Report, *, verbose: bool = False, quiet: bool = False, width: int = 100, color: bool = False
) -> str:
    """The whole report. `verbose` adds every path and what became of each file; `quiet` leaves a line
    for each finding and problem. `width` is in terminal cells; only excerpts are cut to it. With `color`
    there are ANSI colours.
    """
    paint = Paint(color)
    lines = _quiet(report) if quiet else _full(report, paint, verbose=verbose, width=width)
    return "".join(f"{line}\n" for line in lines)


def _worst_first(report: Report) -> list[Finding]:
    """The findings in the order in which somebody mends them: the most severe, then by file and line."""
    return sorted(
        report.findings,
        key=lambda each: (-each.severity, each.location.path, each.location.span.start.line),
    )


def _quiet(report: Report) -> Iterator[str]:
    for finding in _worst_first(report):
        more = f" (and {counted(len(finding.places), 'more place')})" if finding.places else ""
        yield (
            f"{_place(finding.location, column=True)}: {finding.severity} {finding.rule}: "
            f"{printed(finding.message)}{more}"
        )
    for problem in report.problems:
        yield f"{_place(problem.location)}: problem: {problem.stage.value}: {printed(problem.message)}"


def _full(report: Report, paint: Paint, *, verbose: bool, width: int) -> Iterator[str]:
    fixes = {rule.id: rule.doc.fix for rule in report.rules}
    for finding in _worst_first(report):
        yield from _finding(finding, report, paint, verbose=verbose, width=width)
        yield from _fix(finding, fixes.get(finding.rule, ""), paint)
        yield ""
    if report.problems:
        yield paint("problems:", BOLD)
        yield from (_problem(problem, paint) for problem in report.problems)
        yield ""
    yield from _coverage(report, paint) if verbose else _coverage_in_short(report)
    yield paint(_summary(report), BOLD)


def _place(location: Location, *, column: bool = False) -> str:
    start = location.span.start
    place = f"{printed_path(location.path)}:{start.line}"
    return f"{place}:{start.column}" if column else place


# A finding.


def _finding(finding: Finding, report: Report, paint: Paint, *, verbose: bool, width: int) -> Iterator[str]:
    color = COLORS[finding.severity]
    yield (f"{paint(str(finding.severity), color)} {paint(finding.rule, BOLD)}: {printed(finding.message)}")
    yield f"  {paint('at', DIM)} {_place(finding.location, column=True)}"
    source = report.sources.get(finding.location.path)
    if source and not finding.conceals:
        yield from _excerpt(source, finding.location.span, paint, color, width)
    yield from _evidence(finding, paint, verbose=verbose)
    yield from _doubts(finding)


def _evidence(finding: Finding, paint: Paint, *, verbose: bool) -> Iterator[str]:
    """The worst path, and the others or how many they are; then what the finding relates to."""
    worst, *others = finding.traces or (Trace(()),)
    home = finding.location.path
    yield from (_hop(hop.kind.value, hop, home, paint) for hop in worst.hops)
    if verbose:
        for number, trace in enumerate(others, start=2):
            yield f"  path {number}:"
            yield from (_hop(hop.kind.value, hop, home, paint) for hop in trace.hops)
    elif others:
        yield f"  and {counted(len(others), 'other path')} (-v shows all)"
    yield from (_hop("see", hop, home, paint) for hop in finding.related)
    yield from _places(finding, verbose=verbose)


def _places(finding: Finding, *, verbose: bool) -> Iterator[str]:
    """How many places there are, and the first of them, or all where `verbose`."""
    if not finding.places:
        return
    places = (finding.location, *finding.places)
    listed = places if verbose else places[:LISTED_PLACES]
    rest = len(places) - len(listed)
    more = f", and {rest:,} more (-v shows all)" if rest else ""
    yield f"  {counted(len(places), 'place')}: {', '.join(_place(place) for place in listed)}{more}"


def _hop(label: str, hop: Hop, home: str, paint: Paint) -> str:
    """One station; its file is named only where it is not the finding's own, `home`."""
    at = hop.location
    place = f"line {at.span.start.line}" if at.path == home else _place(at)
    gate = f" [{hop.verdict.of_gate}]" if hop.verdict else ""
    return f"  {label:<5}  {printed(hop.note)}{gate} {paint(f'({place})', DIM)}"


def _doubts(finding: Finding) -> Iterator[str]:
    doubts = []
    if finding.verdict is not Verdict.EXPOSED:
        doubts.append(f"verdict: {finding.verdict}")
    if finding.confidence is not Confidence.HIGH:
        doubts.append(f"confidence: {finding.confidence}")
    if doubts:
        yield f"  {', '.join(doubts)}"


def _fix(finding: Finding, fix: str, paint: Paint) -> Iterator[str]:
    """What to do, and where to read more."""
    if fix:
        yield f"  {paint('fix', BOLD)}    {fix}"
    yield f"  {paint('more', DIM)}   ci-audit explain {printed(finding.rule)}"


# The excerpt.


_AROUND = 2000
"""Characters on each side of a span's beginning that an excerpt is made of, more than any terminal shows."""


def _excerpt(source: Source, span: Span, paint: Paint, color: str, width: int) -> Iterator[str]:
    """The first line of the span and a mark below what it covers of that line."""
    number, start = span.start.line, span.start.column - 1
    line = source.line(number)
    if not line:
        return
    end = span.end.column - 1 if span.end.line == number else len(line)
    # Of a long line only the neighbourhood of the span is looked at.
    first = max(0, start - _AROUND)
    line = hidden(line[first : start + _AROUND])
    start, end = start - first, min(end - first, len(line))
    gutter = " " * len(str(number))
    before, marked, after = _cropped(line, start, max(start, end), max(_NARROWEST, width - len(gutter) - 5))
    mark = " " * cell_len(before) + paint("^" * max(1, cell_len(marked)), color)
    shown = printed(f"{before}{marked}{after}").rstrip()  # a command may have been split by the span
    yield f"  {paint(f'{number} |', DIM)} {shown}"
    yield f"  {paint(f'{gutter} |', DIM)} {mark}"


def _cropped(line: str, start: int, end: int, room: int) -> tuple[str, str, str]:
    """What stands before, in and after the span, cut to `room` cells in all.

    The span comes first, then what leads to it. Only the neighbourhood of a long line is looked at.
    """
    before = _shown(line[:start][-room - 1 :])
    marked = _shown(line[start:end][: room + 1])
    after = _shown(line[end:][: room + 1])
    if cell_len(before) + cell_len(marked) + cell_len(after) <= room:
        return before, marked, after
    marked = cut(marked, room * 2 // 3)
    rest = room - cell_len(marked)
    before = cut(before[::-1], max(rest * 2 // 3, rest - cell_len(after)))[::-1]
    return before, marked, cut(after, rest - cell_len(before))


def _shown(text: str) -> str:
    return printed(text.replace("\t", "    "))


# What was not read, and the sums.


def _problem(problem: Problem, paint: Paint) -> str:
    return f"  {_place(problem.location)}: {paint(problem.stage.value, RED)}: {printed(problem.message)}"


def _coverage(report: Report, paint: Paint) -> Iterator[str]:
    """A line for each file that is not simply audited, then the notes."""
    rest = [file for file in report.coverage.files if file.state is not FileState.AUDITED]
    if rest or report.coverage.notes:
        yield paint("coverage:", BOLD)
        for file in rest:
            reason = f": {printed(file.reason)}" if file.reason else ""
            yield f"  {file.state.value:<15}  {printed_path(file.path)} ({file.kind.value}){reason}"
        for note, number in report.coverage.notes.items():
            yield f"  {printed(note)}: {number}"
        yield ""


def _coverage_in_short(report: Report) -> Iterator[str]:
    """One line that counts what was left out."""
    states = [file.state for file in report.coverage.files]
    left_out = (FileState.EXCLUDED, FileState.NOT_READ, FileState.UNREADABLE)
    counts = [f"{states.count(state)} {state.value}" for state in left_out if state in states]
    if counts:
        yield f"files: {', '.join(counts)} (-v lists them)"


def _summary(report: Report) -> str:
    count = report.count()
    files = counted(report.coverage.audited, "file")
    severities = levels(count)
    guarded = sum(finding.verdict is Verdict.GUARDED for finding in report.findings)
    text = f"{counted(len(report.findings), 'finding')} ({severities})" if severities else "no findings"
    text += f", {guarded} of them guarded," if guarded else ""
    text += f" in {files}"
    if report.problems:
        text += f"; {counted(len(report.problems), 'problem')}: the audit is incomplete"
    return text
