"""The summary of a sweep's page, in plain HTML: what stands above the tables and reads without a script."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote, urlencode

from auditor.facts.boundary import PowerKind
from auditor.finding import Severity
from auditor.knowledge.platform.events import Actor
from auditor.report.map.document import WORDS
from auditor.report.page import text
from auditor.report.sweep.document import Outcome, Standing, Sweep, SweptFinding, SweptRepository
from auditor.report.sweep.packed import link_base, shown
from auditor.report.sweep.trend import MAX_POINTS, drawing
from auditor.report.sweep.words import (
    Share,
    Tally,
    coverage,
    equation,
    link,
    not_verified,
    seen_in_part,
    when,
)
from auditor.report.words import counted

MAX_LINES = 25
"""Lines of one list of the summary. What is left out is counted in a last line, so sums stay whole."""

MAX_TOP = 10
"""Repositories that are called the worst."""

_LEVELS = sorted(Severity, reverse=True)
_OUTSIDE = (WORDS[Actor.OUTSIDER], WORDS[Actor.EXTERNAL])
_WHAT = {
    Standing.NEW: "New",
    Standing.OPEN: "Still open",
    Standing.FIXED: "Fixed",
    Standing.UNSEEN: "Not looked at",
    Standing.GONE: "Gone with its repository",
}


def sections(sweep: Sweep, tally: Tally) -> Iterator[str]:
    """The whole summary."""
    yield from _coverage(sweep)
    yield from _changes(sweep, tally)
    yield from _open_checks(sweep)
    yield from _worst(sweep, tally)
    yield from _powers(sweep)
    yield from _by_rule(sweep, tally)
    yield from _top(sweep)
    yield from _trend(sweep)


def section(id: str, title: str, told: str = "", *, wide: bool = False) -> Iterator[str]:
    """A section up to its contents. The caller closes it."""
    kind = ' class="wide"' if wide else ""
    yield f'<section id="{id}"{kind} aria-labelledby="{id}-title"><h2 id="{id}-title">{title}</h2>\n'
    if told:
        yield f'<p class="told">{told}</p>\n'


def repositories(number: int) -> str:
    """How many repositories."""
    return counted(number, "repository", "repositories")


def quoted(name: str) -> str:
    """A file's name as the last part of an address."""
    return quote(name, safe="", errors="replace")


def _link(view: str, words: str, **state: str) -> str:
    """A link to rows of a table. `words` are text."""
    return f'<a href="{_address(view, **state)}">{text(words)}</a>'


def _address(view: str, **state: str) -> str:
    """Where a table shows rows of some kind, for the inside of an attribute."""
    return text(f"#{view}?{urlencode(state, quote_via=quote, errors='replace')}")


def worded(message: str) -> str:
    """A message as HTML, with what it has between backticks as code."""
    parts = message.split("`")
    if len(parts) % 2 == 0:
        return text(message)
    return "".join(f"<code>{text(part)}</code>" if at % 2 else text(part) for at, part in enumerate(parts))


OPEN_NOW = "open now"
"""What the filter of standings calls new and still open ones."""


def _cell(view: str, count: int, **state: str) -> str:
    """A cell of a matrix, with a link where there is something to see."""
    return f'<td class="number">{_link(view, f"{count:,}", **state)}</td>' if count else _NONE


_NONE = '<td class="number none">0</td>'


def badge(severity: Severity) -> str:
    """A severity in colour and in a word."""
    return f'<span class="badge {severity}">{severity}</span>'


def _table(label: str, words: Iterable[str], numbers: Iterable[str]) -> Iterator[str]:
    """A table up to its body, in a box of its own that scrolls where it is too wide. Columns of words come
    before those of numbers."""
    yield f'<div class="scroll" role="region" tabindex="0" aria-label="{text(label)}"><table><thead><tr>'
    yield from (f'<th scope="col">{text(each)}</th>' for each in words)
    yield from (f'<th scope="col" class="number">{text(each)}</th>' for each in numbers)
    yield "</tr></thead><tbody>\n"


_END = "</tbody></table></div>\n"


def _worst(sweep: Sweep, tally: Tally) -> Iterator[str]:
    """What to look at first."""
    worst, new = tally.new, tally.number(Standing.NEW)
    title = "New findings" if sweep.previous else "The worst findings"
    told = f"The worst {len(worst)} of {new:,}." if new > len(worst) else ""
    yield from section("new", title, told, wide=True)
    if not worst:
        yield '<p class="empty">Nothing is new.</p>\n'
    else:
        yield '<ol class="worst">'
        for finding in worst:
            yield f"<li>{badge(finding.severity)}<div>{_finding(sweep, finding)}</div></li>\n"
        yield "</ol>\n"
    yield "</section>\n"


def _finding(sweep: Sweep, finding: SweptFinding) -> str:
    document = finding.document
    state = {"open": document["fingerprint"], "of": finding.repository}
    detail = _address("findings", standing=finding.standing.value, **state)
    message = f'<a href="{detail}">{worded(shown(document["message"]))}</a>'
    place = f"{shown(document['path'])}:{document['line']}"
    at = f"<code>{text(place)}</code>"
    file = link(sweep, finding) if link_base(sweep.url) else None
    if file:
        at = f'<a href="{text(file)}" rel="noreferrer noopener">{at}</a>'
    where = f"{text(shown(finding.repository))} · {at} · <code>{text(document['rule'])}</code>"
    return f'<span class="message">{message}</span><span class="where">{where}</span>'


def _changes(sweep: Sweep, tally: Tally) -> Iterator[str]:
    """How the findings stand against the sweep before, by severity."""
    told = f"Since {when(sweep.previous)}." if sweep.previous else "There is no sweep before this one."
    yield from section("changes", "What changed", told)
    yield from _table("Findings by standing and severity", ["Standing"], [*map(str, _LEVELS), "all"])
    for standing, words in _WHAT.items():
        state = {"standing": standing.value}
        yield f'<tr class="{"open" if standing.is_open else "closed"}"><th scope="row">{words}</th>'
        for level in _LEVELS:
            yield _cell("findings", tally.levels(standing).get(level, 0), severity=str(level), **state)
        yield _cell("findings", tally.number(standing), **state) + "</tr>\n"
    yield '<tr class="sum"><th scope="row">Open now</th>'
    for level in _LEVELS:
        yield _cell("findings", tally.open.get(level, 0), severity=str(level), standing=OPEN_NOW)
    yield _cell("findings", sum(tally.open.values()), standing=OPEN_NOW) + f"</tr>\n{_END}"
    firsts = sum(each.is_first for each in sweep.repositories)
    if firsts and sweep.previous:
        words = f"{repositories(firsts)} seen for the first time"
        yield f"<p>{_link('repositories', words, first='yes')}.</p>\n"
    yield "</section>\n"


def _coverage(sweep: Sweep) -> Iterator[str]:
    """What was listed, and what became of it: a sum that a reader can check."""
    listed, shares = len(sweep.repositories), coverage(sweep)
    yield from section("coverage", "Coverage", f"{equation(sweep)}.")
    yield from _bar(shares, listed)
    yield from _table("Repositories by outcome", ["What became of them"], ["repositories"])
    for share in shares:
        outcome = share.outcome
        yield f'<tr class="outcome"><th scope="row"><i class="{_class(outcome)}"></i>'
        cell = _cell("repositories", share.number, outcome=outcome.value)
        yield f"{outcome.value.capitalize()}</th>{cell}</tr>\n"
        yield from _reasons(share)
    yield f'<tr class="sum"><th scope="row">Listed</th><td class="number">{listed:,}</td></tr>\n{_END}'
    if partly := seen_in_part(sweep):
        words = f"{repositories(partly)} of those seen could be read only in part"
        yield f"<p>{_link('repositories', words, problems='yes')}.</p>\n"
    yield from _problems(sweep.problems)
    yield "</section>\n"


def _class(outcome: Outcome) -> str:
    return outcome.value.replace(" ", "-")


def _bar(shares: Sequence[Share], listed: int) -> Iterator[str]:
    """The same as a bar; the table beside it says it in words."""
    if not listed:
        return
    yield '<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">'
    left = 0.0
    for share in shares:
        width = 1000 * share.number / listed
        yield f'<rect class="{_class(share.outcome)}" x="{left:.2f}" y="0" width="{width:.2f}" height="10"/>'
        left += width
    yield "</svg>\n"


def _reasons(share: Share) -> Iterator[str]:
    for reason, count in share.reasons[:MAX_LINES]:
        cell = _cell("repositories", count, outcome=share.outcome.value, reason=shown(reason))
        yield f'<tr class="reason"><th scope="row">{text(shown(reason))}</th>{cell}</tr>\n'
    others = [count for _, count in share.reasons[MAX_LINES:]]
    if others:
        words = f"for {counted(len(others), 'more reason')}"
        yield f'<tr class="reason"><th scope="row">{words}</th><td class="number">{sum(others):,}</td></tr>\n'


def _open_checks(sweep: Sweep) -> Iterator[str]:
    """The settings that couldn't be read: what they decide is open, and a permission would close it."""
    checks = not_verified(sweep)
    told = "Settings that this token may not read. What they decide is not known; the permission would tell."
    yield from section("open-checks", "Open checks", told if checks else "")
    if not checks:
        yield '<p class="empty">Every setting that was asked for could be read.</p></section>\n'
        return
    yield from _table("Open checks", ["What it needs", "Settings"], ["repositories"])
    for check in checks[:MAX_LINES]:
        settings = ", ".join(check.settings[:MAX_LINES])
        if len(check.settings) > MAX_LINES:
            settings += f" and {len(check.settings) - MAX_LINES} more"
        yield f'<tr><th scope="row">{text(shown(check.needs))}</th><td>{text(shown(settings))}</td>'
        yield f'<td class="number">{check.repositories:,}</td></tr>\n'
    if len(checks) > MAX_LINES:
        yield f'<tr><th scope="row">and {len(checks) - MAX_LINES} more</th><td></td><td></td></tr>'
    yield f"{_END}</section>\n"


def _problems(problems: Sequence[str]) -> Iterator[str]:
    if not problems:
        return
    yield "<h3>Problems of the sweep itself</h3><ul>"
    for problem in problems[:MAX_LINES]:
        yield f"<li>{text(shown(problem))}</li>"
    if len(problems) > MAX_LINES:
        yield f"<li>and {len(problems) - MAX_LINES:,} more</li>"
    yield "</ul>\n"


def _powers(sweep: Sweep) -> Iterator[str]:
    """Actors by powers, in jobs of the whole organisation."""
    total: Counter[tuple[str, str]] = Counter()
    for each in sweep.repositories:
        total.update(each.powers)
    actors = [*WORDS.values(), *sorted({actor for actor, _ in total} - set(WORDS.values()))]
    kinds = [each.value for each in PowerKind]
    kinds += sorted({kind for _, kind in total} - set(kinds))
    told = "In how many jobs each actor meets each power. A number opens the repositories."
    yield from section("powers", "Who gets where", told, wide=True)
    yield from _table("Jobs by actor and power", ["Who"], kinds)
    for actor in actors:
        kind = "outside" if actor in _OUTSIDE else "inside"
        yield f'<tr class="{kind}"><th scope="row">{text(actor[:1].upper() + actor[1:])}</th>'
        for power in kinds:
            yield _cell("repositories", total[actor, power], actor=actor, power=power)
        yield "</tr>\n"
    yield f"{_END}</section>\n"


def _by_rule(sweep: Sweep, tally: Tally) -> Iterator[str]:
    """Open findings by rule and severity, the worst rules first."""
    yield from section("by-rule", "Rules", "Findings that are open now.", wide=True)
    titles = {rule.id: rule.title for rule in sweep.rules}
    yield from _table("Open findings by rule and severity", ["Rule"], [*map(str, _LEVELS), "all"])
    for rule, counts in tally.rules.items():
        anchor = f'<a href="#rule-{quoted(rule)}">' if rule in titles else "<a>"
        yield f'<tr><th scope="row">{anchor}<code>{text(rule)}</code></a>'
        yield f' <span class="weak">{text(titles.get(rule, ""))}</span></th>'
        for level in _LEVELS:
            yield _cell("findings", counts.get(level, 0), rule=rule, severity=str(level), standing=OPEN_NOW)
        yield (_cell("findings", sum(counts.values()), rule=rule, standing=OPEN_NOW) + "</tr>\n")
    yield _END
    quiet = sorted(titles.keys() - tally.rules.keys())
    if quiet:
        yield f'<details><summary>{counted(len(quiet), "rule")} found nothing</summary><ul class="quiet">'
        yield "".join(
            f'<li><code>{text(id)}</code> <span class="weak">{text(titles[id])}</span></li>' for id in quiet
        )
        yield "</ul></details>\n"
    yield "</section>\n"


def _top(sweep: Sweep) -> Iterator[str]:
    worst = top(sweep.repositories)
    yield from section("top", "Repositories with the worst findings")
    if not worst:
        yield '<p class="empty">None has an open finding.</p></section>\n'
        return
    yield from _table("Repositories with the worst findings", ["Repository"], [*map(str, _LEVELS), "all"])
    for each in worst:
        state = {"repository": shown(each.name), "standing": OPEN_NOW}
        yield f'<tr><th scope="row">{_link("findings", shown(each.name), **state)}</th>'
        for level in _LEVELS:
            yield _cell("findings", each.findings.get(level, 0), severity=str(level), **state)
        yield f'<td class="number">{sum(each.findings.values()):,}</td></tr>\n'
    yield f"{_END}</section>\n"


def top(listed: Iterable[SweptRepository]) -> list[SweptRepository]:
    """Those with the worst open findings, at most `MAX_TOP`: by criticals, then highs, and so on."""
    found = (each for each in listed if any(each.findings.values()))
    return heapq.nsmallest(
        MAX_TOP, found, key=lambda each: ([-each.findings.get(level, 0) for level in _LEVELS], each.name)
    )


def _trend(sweep: Sweep) -> Iterator[str]:
    points = sweep.trend[-MAX_POINTS:]
    yield from section(
        "trend", "Trend", "Open findings after each sweep; the strip below says how much was seen."
    )
    if not points:
        yield '<p class="empty">There is no sweep before this one.</p></section>\n'
        return
    yield from drawing(points)
    yield "<details><summary>The same in numbers</summary>"
    yield from _table("Open findings after each sweep", ["Finished"], [*map(str, _LEVELS), "seen", "listed"])
    for point in reversed(points):
        yield f'<tr><th scope="row">{point.finished:%Y-%m-%d %H:%M}</th>'
        for count in (*(point.findings.get(level, 0) for level in _LEVELS), point.seen, point.listed):
            yield f'<td class="number">{count:,}</td>'
        yield "</tr>\n"
    yield f"{_END}</details></section>\n"
