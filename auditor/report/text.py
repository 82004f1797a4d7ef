"""A report for people, as a good compiler would tell it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len

from auditor.finding import Confidence, Finding, Hop, Location, Problem, Severity, Trace, Verdict
from auditor.report.document import Report, State
from auditor.report.escape import printed, printed_path
from auditor.source import Source, Span

_COLORS = {
    Severity.CRITICAL: "1;31",
    Severity.HIGH: "31",
    Severity.MEDIUM: "33",
    Severity.LOW: "36",
    Severity.INFO: "2",
}
_BOLD, _DIM, _RED = "1", "2", "1;31"
_NARROWEST = 20
"""The fewest cells that an excerpt is given, however narrow the terminal is."""


def render(
    report: Report, *, verbose: bool = False, quiet: bool = False, width: int = 100, color: bool = False
) -> str:
    """The whole report. `verbose` adds every path and what became of each file; `quiet` leaves a line
    for each finding and problem. `width` is in terminal cells; only excerpts are cut to it. With `color`
    there are ANSI colours.
    """
    paint = _Paint(color)
    lines = _quiet(report) if quiet else _full(report, paint, verbose=verbose, width=width)
    return "".join(f"{line}\n" for line in lines)


def _quiet(report: Report) -> Iterator[str]:
    for finding in report.findings:
        yield (
            f"{_place(finding.location, column=True)}: {finding.severity} {finding.rule}: "
            f"{printed(finding.message)}"
        )
    for problem in report.problems:
        yield f"{_place(problem.location)}: problem: {problem.stage.value}: {printed(problem.message)}"


def _full(report: Report, paint: _Paint, *, verbose: bool, width: int) -> Iterator[str]:
    for finding in report.findings:
        yield from _finding(finding, report, paint, verbose=verbose, width=width)
        yield ""
    if report.problems:
        yield paint("problems:", _BOLD)
        yield from (_problem(problem, paint) for problem in report.problems)
        yield ""
    yield from _coverage(report, paint) if verbose else _coverage_in_short(report)
    yield paint(_summary(report), _BOLD)


@dataclass(frozen=True, slots=True)
class _Paint:
    """Puts ANSI colours around a text, or nothing."""

    color: bool

    def __call__(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and text else text


def _place(location: Location, *, column: bool = False) -> str:
    start = location.span.start
    place = f"{printed_path(location.path)}:{start.line}"
    return f"{place}:{start.column}" if column else place


# A finding.


def _finding(finding: Finding, report: Report, paint: _Paint, *, verbose: bool, width: int) -> Iterator[str]:
    color = _COLORS[finding.severity]
    yield (f"{paint(str(finding.severity), color)} {paint(finding.rule, _BOLD)}: {printed(finding.message)}")
    yield f"  {paint('at', _DIM)} {_place(finding.location, column=True)}"
    source = report.sources.get(finding.location.path)
    if source:
        yield from _excerpt(source, finding.location.span, paint, color, width)
    yield from _evidence(finding, paint, verbose=verbose)
    yield from _doubts(finding)


def _evidence(finding: Finding, paint: _Paint, *, verbose: bool) -> Iterator[str]:
    """The worst path, and the others or how many they are; then what the finding relates to."""
    worst, *others = finding.traces or (Trace(()),)
    home = finding.location.path
    yield from (_hop(hop.kind.value, hop, home, paint) for hop in worst.hops)
    if verbose:
        for number, trace in enumerate(others, start=2):
            yield f"  path {number}:"
            yield from (_hop(hop.kind.value, hop, home, paint) for hop in trace.hops)
    elif others:
        yield f"  and {_counted(len(others), 'other path')} (-v shows all)"
    yield from (_hop("see", hop, home, paint) for hop in finding.related)


def _hop(label: str, hop: Hop, home: str, paint: _Paint) -> str:
    """One station; its file is named only where it is not the finding's own, `home`."""
    at = hop.location
    place = f"line {at.span.start.line}" if at.path == home else _place(at)
    gate = f" [{hop.verdict.of_gate}]" if hop.verdict else ""
    return f"  {label:<5}  {printed(hop.note)}{gate} {paint(f'({place})', _DIM)}"


def _doubts(finding: Finding) -> Iterator[str]:
    doubts = []
    if finding.verdict is not Verdict.EXPOSED:
        doubts.append(f"verdict: {finding.verdict}")
    if finding.confidence is not Confidence.HIGH:
        doubts.append(f"confidence: {finding.confidence}")
    if doubts:
        yield f"  {', '.join(doubts)}"


# The excerpt.


def _excerpt(source: Source, span: Span, paint: _Paint, color: str, width: int) -> Iterator[str]:
    """The first line of the span and a mark below what it covers of that line."""
    number, start = span.start.line, span.start.column - 1
    line = source.line(number)
    if not line:
        return
    end = span.end.column - 1 if span.end.line == number else len(line)
    gutter = " " * len(str(number))
    before, marked, after = _cropped(line, start, max(start, end), max(_NARROWEST, width - len(gutter) - 5))
    mark = " " * cell_len(before) + paint("^" * max(1, cell_len(marked)), color)
    shown = printed(f"{before}{marked}{after}").rstrip()  # a command may have been split by the span
    yield f"  {paint(f'{number} |', _DIM)} {shown}"
    yield f"  {paint(f'{gutter} |', _DIM)} {mark}"


def _cropped(line: str, start: int, end: int, room: int) -> tuple[str, str, str]:
    """What stands before, in and after the span, cut to `room` cells in all.

    The span comes first, then what leads to it. Only the neighbourhood of a long line is looked at.
    """
    before = _shown(line[:start][-room - 1 :])
    marked = _shown(line[start:end][: room + 1])
    after = _shown(line[end:][: room + 1])
    if cell_len(before) + cell_len(marked) + cell_len(after) <= room:
        return before, marked, after
    marked = _head(marked, room * 2 // 3)
    rest = room - cell_len(marked)
    before = _head(before[::-1], max(rest * 2 // 3, rest - cell_len(after)))[::-1]
    return before, marked, _head(after, rest - cell_len(before))


def _shown(text: str) -> str:
    return printed(text.replace("\t", "    "))


def _head(text: str, room: int) -> str:
    """As much of the start of `text` as fits into `room` cells, with an ellipsis where it is cut."""
    if cell_len(text) <= room:
        return text
    cells = 0
    for index, char in enumerate(text):
        cells += cell_len(char)
        if cells >= room:
            return f"{text[:index]}…" if room > 0 else ""
    return text


# What was not read, and the sums.


def _problem(problem: Problem, paint: _Paint) -> str:
    return f"  {_place(problem.location)}: {paint(problem.stage.value, _RED)}: {printed(problem.message)}"


def _coverage(report: Report, paint: _Paint) -> Iterator[str]:
    """A line for each file that is not simply audited, then the notes."""
    rest = [file for file in report.coverage.files if file.state is not State.AUDITED]
    if rest or report.coverage.notes:
        yield paint("coverage:", _BOLD)
        for file in rest:
            reason = f": {printed(file.reason)}" if file.reason else ""
            yield f"  {file.state.value:<15}  {printed_path(file.path)} ({file.kind.value}){reason}"
        for note, number in report.coverage.notes.items():
            yield f"  {printed(note)}: {number}"
        yield ""


def _coverage_in_short(report: Report) -> Iterator[str]:
    """One line that counts what was left out."""
    states = [file.state for file in report.coverage.files]
    left_out = (State.EXCLUDED, State.NOT_READ, State.UNREADABLE)
    counts = [f"{states.count(state)} {state.value}" for state in left_out if state in states]
    if counts:
        yield f"files: {', '.join(counts)} (-v lists them)"


def _summary(report: Report) -> str:
    count = report.count()
    files = _counted(report.coverage.audited, "file")
    levels = ", ".join(f"{count[level]} {level}" for level in reversed(Severity) if count.get(level))
    guarded = sum(finding.verdict is Verdict.GUARDED for finding in report.findings)
    text = f"{_counted(len(report.findings), 'finding')} ({levels})" if levels else "no findings"
    text += f", {guarded} of them guarded," if guarded else ""
    text += f" in {files}"
    if report.problems:
        text += f"; {_counted(len(report.problems), 'problem')}: the audit is incomplete"
    return text


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
