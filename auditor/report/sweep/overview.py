"""What the summary of a sweep's page shows; `overview.html` shows it."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import quote, urlencode

from auditor.facts.boundary import PowerKind
from auditor.finding import Severity
from auditor.knowledge.platform.events import Actor
from auditor.report.map.document import WORDS
from auditor.report.sweep.document import Standing, Sweep, SweptRepository
from auditor.report.sweep.packed import link_base, shown
from auditor.report.sweep.trend import MAX_POINTS, drawing
from auditor.report.sweep.words import (
    NotVerified,
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

OPEN_NOW = "open now"
"""What the filter of standings calls new and still open ones."""

_LEVELS = sorted(Severity, reverse=True)
_OUTSIDE = (WORDS[Actor.OUTSIDER], WORDS[Actor.EXTERNAL])
_WHAT = {
    Standing.NEW: "New",
    Standing.OPEN: "Still open",
    Standing.FIXED: "Fixed",
    Standing.UNSEEN: "Not looked at",
    Standing.GONE: "Gone with its repository",
}


def values(sweep: Sweep, tally: Tally) -> Mapping[str, object]:
    """What `overview.html` shows, and the functions that it shows it with."""
    titles = {rule.id: rule.title for rule in sweep.rules}
    shares = coverage(sweep)
    return {
        "sweep": sweep,
        "tally": tally,
        "listed": len(sweep.repositories),
        "shares": shares,
        "bar": list(_bar(shares, len(sweep.repositories))),
        "equation": equation(sweep),
        "partly": seen_in_part(sweep),
        "firsts": sum(each.is_first for each in sweep.repositories),
        "checks": not_verified(sweep),
        "powers": _powers(sweep),
        "titles": titles,
        "quiet": sorted(titles.keys() - tally.rules.keys()),
        "worst": top(sweep.repositories),
        "points": sweep.trend[-MAX_POINTS:],
        "levels": _LEVELS,
        "standings": _WHAT,
        "standing_new": Standing.NEW,
        "open_now": OPEN_NOW,
        "most_lines": MAX_LINES,
        "address": _address,
        "counted": counted,
        "drawing": drawing,
        "file_of": lambda finding: link(sweep, finding) if link_base(sweep.url) else None,
        "quoted": _quoted,
        "repositories": repositories,
        "settings_of": _settings_of,
        "shown": shown,
        "when": when,
    }


def repositories(number: int) -> str:
    """How many repositories."""
    return counted(number, "repository", "repositories")


def _quoted(name: str) -> str:
    """A file's name as the last part of an address."""
    return quote(name, safe="", errors="replace")


def _address(view: str, **state: object) -> str:
    """Where a table shows rows of some kind."""
    return f"#{view}?{urlencode(state, quote_via=quote, errors='replace')}"


def _bar(shares: Sequence[Share], listed: int) -> Iterator[tuple[str, float, float]]:
    """The class of each part of a bar of 1000, where it begins, and how wide it is."""
    left = 0.0
    for share in shares:
        width = 1000 * share.number / max(listed, 1)
        yield share.outcome.value.replace(" ", "-"), left, width
        left += width


def _settings_of(check: NotVerified) -> str:
    settings = ", ".join(check.settings[:MAX_LINES])
    more = len(check.settings) - MAX_LINES
    return f"{settings} and {more} more" if more > 0 else settings


def _powers(sweep: Sweep) -> Mapping[str, object]:
    """Actors by powers, in jobs of the whole organisation."""
    total: Counter[tuple[str, str]] = Counter()
    for each in sweep.repositories:
        total.update(each.powers)
    actors = [*WORDS.values(), *sorted({actor for actor, _ in total} - set(WORDS.values()))]
    kinds = [each.value for each in PowerKind]
    kinds += sorted({kind for _, kind in total} - set(kinds))
    return {"total": total, "kinds": kinds, "actors": [(actor, actor in _OUTSIDE) for actor in actors]}


def top(listed: Iterable[SweptRepository]) -> list[SweptRepository]:
    """Those with the worst open findings, at most `MAX_TOP`: by criticals, then highs, and so on."""
    found = (each for each in listed if any(each.findings.values()))
    return heapq.nsmallest(
        MAX_TOP, found, key=lambda each: ([-each.findings.get(level, 0) for level in _LEVELS], each.name)
    )
