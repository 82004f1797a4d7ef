"""A sweep as the text of an issue on GitHub: what is new first, and never more than an issue holds.

No name of the audited side becomes a link, a mention, a reference or HTML: each stands in a code span.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from auditor.finding import Severity
from auditor.model.snapshot import AGAIN
from auditor.report.escape import markdown_code, markdown_text, visible
from auditor.report.sweep.document import Standing, Sweep, SweptFinding
from auditor.report.sweep.words import (
    Tally,
    coverage,
    equation,
    link,
    more_places,
    not_seen,
    not_verified,
    verdict,
    when,
)

MAX_LENGTH = 65_536
"""Characters of an issue's text; GitHub refuses a longer one with this number (2026-11)."""

_ROOM = 7_000
"""Characters that the rows of a table are given; those of new findings get three times as many. With all
that stands around them, they stay below `MAX_LENGTH`."""
_NAME, _MESSAGE, _LINK = 120, 300, 600
"""Characters of a name, a message and a link that are kept."""
_OWNERS = 5
"""Owners that are named."""

Row = Sequence[str]


def render(sweep: Sweep, *, shown: int = 50) -> str:
    """The whole text: of new findings, fixed ones, and whatever else is listed at most `shown` each."""
    tally = Tally.of(sweep, shown=shown)
    return "".join(f"{line}\n" for line in _lines(sweep, tally, shown))


def _lines(sweep: Sweep, tally: Tally, shown: int) -> Iterator[str]:
    owners = ", ".join(_code(owner) for owner in sweep.owners[:_OWNERS])
    owners += " and others" if len(sweep.owners) > _OWNERS else ""
    yield f"**{' '.join(verdict(sweep, tally))}**"
    yield ""
    times = f"from {when(sweep.started)} to {when(sweep.finished)}"
    yield f"Sweep of {owners} {times}, by ci-audit {_code(sweep.version)} as {_code(sweep.identity)}."
    yield from _seen(sweep, shown)
    yield from _new(sweep, tally)
    yield from _fixed(sweep, tally)
    yield from _by_rule(sweep, tally, shown)
    yield from _lost(sweep, tally, shown)
    yield from _granting(sweep, shown)


def _seen(sweep: Sweep, shown: int) -> Iterator[str]:
    yield from ("", "### What was seen", "", f"{equation(sweep)}.")
    reasons = [(share.outcome, *each) for share in coverage(sweep) for each in share.reasons]
    rows = ((outcome.value, f"{number:,}", _message(why)) for outcome, why, number in reasons[:shown])
    yield from _table(("Outcome", "Repositories", "Why"), rows, len(reasons), _ROOM)


def _new(sweep: Sweep, tally: Tally) -> Iterator[str]:
    yield from ("", "### New findings" if sweep.previous else "### Findings")
    rows = (_finding(sweep, finding) for finding in tally.new)
    head = ("Severity", "Repository", "Place", "Rule", "What")
    yield from _table(head, rows, tally.number(Standing.NEW), 3 * _ROOM) if tally.new else ("", "None.")


def _fixed(sweep: Sweep, tally: Tally) -> Iterator[str]:
    if tally.fixed:
        yield from ("", "### No longer found")
        rows = (_finding(sweep, finding)[:4] for finding in tally.fixed)
        head = ("Severity", "Repository", "Place at the time", "Rule")
        yield from _table(head, rows, tally.number(Standing.FIXED), _ROOM)


def _finding(sweep: Sweep, finding: SweptFinding) -> Row:
    document = finding.document
    place = markdown_code(f"{_cut(document['path'], _NAME)}:{document['line']}")
    target = link(sweep, finding)
    severity = document["severity"] + (
        "" if document["verdict"] == "exposed" else f" ({document['verdict']})"
    )
    linked = f"[{place}]({target})" if target and len(target) <= _LINK else place
    linked += more_places(document)
    return severity, _code(finding.repository), linked, _code(document["rule"]), _message(document["message"])


def _by_rule(sweep: Sweep, tally: Tally, shown: int) -> Iterator[str]:
    if not tally.rules:
        return
    yield from ("", "### Open, by rule")
    severities = tuple(reversed(Severity))
    rows = [
        (
            _code(rule),
            *(f"{count[level]:,}" if count.get(level) else "" for level in severities),
            *([f"{tally.new_rules.get(rule, 0):,}"] if sweep.previous else []),
        )
        for rule, count in islice(tally.rules.items(), shown)
    ]
    head = ("Rule", *(str(level).capitalize() for level in severities))
    head += ("Of them new",) if sweep.previous else ()
    yield from _table(head, rows, len(tally.rules), _ROOM)


def _lost(sweep: Sweep, tally: Tally, shown: int) -> Iterator[str]:
    """What couldn't be seen, and what is not looked at any more."""
    unseen = tally.lost.get(Standing.UNSEEN, {})
    lost = [(name, why, unseen.get(name, 0)) for name, why in not_seen(sweep)]
    reasons = {each.name: f"{each.outcome.value}: {each.reason}" for each in sweep.repositories}
    lost += [
        (name, reasons.get(name, "not listed any more"), number)
        for name, number in tally.lost.get(Standing.GONE, {}).items()
    ]
    if not lost and not sweep.problems:
        return
    yield from ("", "### Not seen")
    rows = [*(("", problem, 0) for problem in sweep.problems), *lost]
    shown_rows = (
        (_code(name), _message(why), f"{number:,}" if number else "") for name, why, number in rows[:shown]
    )
    yield from _table(("Repository", "Why", "Findings from before"), shown_rows, len(rows), _ROOM)


def _granting(sweep: Sweep, shown: int) -> Iterator[str]:
    wanted = not_verified(sweep)
    if not wanted:
        return
    yield from ("", "### Not verified", "")
    yield "What these settings decide is open. Grant the permission to the token or app that sweeps."
    rows = [
        (
            "nothing more: GitHub failed to answer" if each.needs == AGAIN else _message(each.needs),
            f"{each.repositories:,}",
            ", ".join(_code(setting) for setting in each.settings),
        )
        for each in wanted[:shown]
    ]
    yield from _table(("Permission", "Repositories", "Settings"), rows, len(wanted), _ROOM)


# Pieces.


def _table(head: Row, rows: Iterable[Row], total: int, room: int) -> Iterator[str]:
    """As many of the rows as there is room for, and how many of the `total` aren't shown."""
    lines = []
    for row in rows:
        line = _row(row)
        room -= len(line)
        if room < 0:
            break
        lines.append(line)
    if lines:
        yield from ("", _row(head), _row(["---"] * len(head)), *lines)
    yield from _more(total - len(lines))


def _row(cells: Row) -> str:
    return f"| {' | '.join(cells)} |"


def _more(number: int) -> Iterator[str]:
    if number > 0:
        yield from ("", f"And {number:,} more.")


def _code(text: str) -> str:
    return markdown_code(_cut(text, _NAME))


def _message(text: str) -> str:
    return markdown_text(_cut(text, _MESSAGE))


def _cut(text: str, room: int) -> str:
    shown = visible(text)
    return shown if len(shown) <= room else f"{shown[: room - 1]}…"
