"""What is said on the terminal when a sweep ends."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from itertools import islice

from auditor.model.snapshot import AGAIN
from auditor.report.escape import printed, printed_path
from auditor.report.sweep.document import Outcome, Standing, Sweep, SweptFinding
from auditor.report.sweep.words import (
    Tally,
    coverage,
    equation,
    more_places,
    not_seen,
    not_verified,
    verdict,
    when,
)
from auditor.report.terminal import BOLD, COLORS, DIM, RED, Paint, cut
from auditor.report.words import counted, levels

_REASONS = 3
"""Reasons of an outcome that stand on its line."""


def render(sweep: Sweep, *, shown: int = 10, width: int = 100, color: bool = False) -> Iterator[str]:
    """The lines, each with its break: at most `shown` new findings, rules and lost repositories.

    `width` is in terminal cells; a message or a list that is longer is cut. With `color` there are ANSI
    colours.
    """
    paint = Paint(color)
    tally = Tally.of(sweep, shown=shown)
    for line in _lines(sweep, tally, paint, shown, width):
        yield f"{line}\n"


def _lines(sweep: Sweep, tally: Tally, paint: Paint, shown: int, width: int) -> Iterator[str]:
    yield from _head(sweep, width)
    yield from _new(sweep, tally, paint, width)
    yield from _by_rule(tally, paint, shown, width)
    yield from _seen(sweep, paint, shown, width)
    yield from _granting(sweep, paint, shown, width)
    yield ""
    for sentence in verdict(sweep, tally):
        yield from (paint(line, BOLD) for line in textwrap.wrap(sentence, width))


def _head(sweep: Sweep, width: int) -> Iterator[str]:
    owners = printed(", ".join(sweep.owners))
    yield cut(f"sweep of {owners} by ci-audit {sweep.version}, as {printed(sweep.identity)}", width)
    before = f"the one before ended {when(sweep.previous)}" if sweep.previous else "the first one"
    yield f"{when(sweep.started)} to {when(sweep.finished)}; {before}"


def _new(sweep: Sweep, tally: Tally, paint: Paint, width: int) -> Iterator[str]:
    if not tally.new:
        return
    yield ""
    yield paint("new findings, worst first:" if sweep.previous else "findings, worst first:", BOLD)
    for finding in tally.new:
        yield from _finding(finding, paint, width)
    yield from _more(tally.number(Standing.NEW) - len(tally.new))


def _finding(finding: SweptFinding, paint: Paint, width: int) -> Iterator[str]:
    severity, document = finding.severity, finding.document
    place = f"{printed_path(finding.repository)} {printed_path(document['path'])}:{document['line']}"
    place += more_places(document)
    doubt = "" if document["verdict"] == "exposed" else f" [{document['verdict']}]"
    yield f"  {paint(f'{severity!s:<8}', COLORS[severity])}  {paint(printed(document['rule']), BOLD)}{doubt}"
    yield f"            {paint(cut(place, width - 12), DIM)}"
    yield f"            {cut(printed_path(document['message']), width - 12)}"


def _by_rule(tally: Tally, paint: Paint, shown: int, width: int) -> Iterator[str]:
    if not tally.rules:
        return
    yield ""
    yield paint("open, by rule:", BOLD)
    for rule, count in islice(tally.rules.items(), shown):
        yield cut(f"  {sum(count.values()):>7,}  {printed(rule)} ({levels(count)})", width)
    yield from _more(len(tally.rules) - shown)


def _seen(sweep: Sweep, paint: Paint, shown: int, width: int) -> Iterator[str]:
    yield ""
    yield paint("repositories:", BOLD)
    yield f"  {equation(sweep)}"
    for share in coverage(sweep):
        if share.reasons:
            reasons = [f"{printed(reason)} ({number:,})" for reason, number in share.reasons[:_REASONS]]
            rest = sum(number for _, number in share.reasons[_REASONS:])
            reasons += [f"other reasons ({rest:,})"] if rest else []
            name = share.outcome.value
            shown_name = name if share.outcome is Outcome.SKIPPED else paint(name, RED)
            yield f"  {shown_name}: {cut(', '.join(reasons), width - len(name) - 4)}"
    lost = list(not_seen(sweep))
    if lost or sweep.problems:
        yield ""
        yield paint("not seen:", BOLD)
        yield from (cut(f"  {printed_path(problem)}", width) for problem in sweep.problems[:shown])
        yield from _more(len(sweep.problems) - shown)
        yield from (cut(f"  {printed_path(name)}: {printed(why)}", width) for name, why in lost[:shown])
        yield from _more(len(lost) - shown)


def _granting(sweep: Sweep, paint: Paint, shown: int, width: int) -> Iterator[str]:
    """What to grant so that more can be verified."""
    wanted = not_verified(sweep)
    if not wanted:
        return
    yield ""
    yield paint("not verified; grant this to the token or app, and sweep again:", BOLD)
    for each in wanted[:shown]:
        needs = "nothing more: GitHub failed to answer" if each.needs == AGAIN else each.needs
        of = counted(each.repositories, "repository", "repositories")
        yield cut(f"  {printed_path(needs)} ({of}; {printed(', '.join(each.settings))})", width)
    yield from _more(len(wanted) - shown)


def _more(number: int) -> Iterable[str]:
    return (f"  and {number:,} more",) if number > 0 else ()
