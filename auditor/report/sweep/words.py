"""What every report on a sweep says alike: the verdict, what was seen, and what is open to doubt.

The texts hold names of the audited side as they are. Each output escapes them in its own way.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auditor.finding import Severity
from auditor.model.snapshot import AGAIN
from auditor.report.escape import uri
from auditor.report.sweep.document import Outcome, Standing, Sweep, SweptFinding
from auditor.report.words import counted, levels

_RENDERED = (".md", ".markdown", ".mdx", ".rst")
"""Endings of files that GitHub shows rendered, so without lines to link to."""


@dataclass(frozen=True, slots=True)
class Tally:
    """A sweep's findings in sums, with the worst of those that are read first.

    `rules` counts the open ones by rule, that with the worst first, `new_rules` the new ones of them, and
    `lost` those not looked at or gone by repository. `newcomers` of the new ones stand in repositories
    that no sweep saw before.
    """

    counts: Mapping[Standing, Mapping[Severity, int]]
    rules: Mapping[str, Mapping[Severity, int]]
    new_rules: Mapping[str, int]
    lost: Mapping[Standing, Mapping[str, int]]
    newcomers: int
    new: tuple[SweptFinding, ...]
    fixed: tuple[SweptFinding, ...]

    @classmethod
    def of(cls, sweep: Sweep, *, shown: int) -> Tally:
        """One walk over all findings, of which at most `shown` new and fixed ones each are kept."""
        counts: defaultdict[Standing, Counter[Severity]] = defaultdict(Counter)
        rules: defaultdict[str, Counter[Severity]] = defaultdict(Counter)
        new_rules: Counter[str] = Counter()
        lost: defaultdict[Standing, Counter[str]] = defaultdict(Counter)
        worst = {Standing.NEW: _Worst(shown), Standing.FIXED: _Worst(shown)}
        first = {each.name for each in sweep.repositories if each.is_first}
        newcomers = 0
        for finding in sweep.findings():
            standing, severity = finding.standing, finding.severity
            counts[standing][severity] += 1
            if standing.is_open:
                rules[finding.document["rule"]][severity] += 1
            elif standing is not Standing.FIXED:
                lost[standing][finding.repository] += 1
            if standing in worst:
                worst[standing].add(finding, severity)
            if standing is Standing.NEW:
                new_rules[finding.document["rule"]] += 1
                newcomers += finding.repository in first
        kept = (tuple(worst[standing]) for standing in (Standing.NEW, Standing.FIXED))
        return cls(counts, dict(sorted(rules.items(), key=_worst)), new_rules, lost, newcomers, *kept)

    def number(self, *standings: Standing) -> int:
        """How many findings have one of the standings."""
        return sum(sum(self.levels(standing).values()) for standing in standings)

    def levels(self, *standings: Standing) -> Mapping[Severity, int]:
        """How many findings of each severity have one of the standings."""
        return sum((Counter(self.counts.get(standing, {})) for standing in standings), Counter[Severity]())

    @property
    def open(self) -> Mapping[Severity, int]:
        """How many findings of each severity are open."""
        return self.levels(Standing.NEW, Standing.OPEN)


def _worst(item: tuple[str, Mapping[Severity, int]]) -> tuple[int, int, str]:
    rule, count = item
    return -max(count), -sum(count.values()), rule


class _Worst:
    """Keeps the first `room` findings of the worst there are: exposed before those that depend on more."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._kept: defaultdict[tuple[Severity, bool], list[SweptFinding]] = defaultdict(list)

    def add(self, finding: SweptFinding, severity: Severity) -> None:
        kept = self._kept[severity, finding.document["verdict"] == "exposed"]
        if len(kept) < self._room:
            kept.append(finding)

    def __iter__(self) -> Iterator[SweptFinding]:
        ranked = (finding for rank in sorted(self._kept, reverse=True) for finding in self._kept[rank])
        yield from (finding for _, finding in zip(range(self._room), ranked, strict=False))


# The verdict.


def verdict(sweep: Sweep, tally: Tally) -> tuple[str, ...]:
    """What came of it in a few sentences. What could not be seen is never called clean."""
    sentences = (_found(sweep, tally), _newcomers(sweep, tally), _whole(sweep), _unread(sweep))
    return tuple(sentence for sentence in sentences if sentence)


def _found(sweep: Sweep, tally: Tally) -> str:
    listed, seen = len(sweep.repositories), sum(each.outcome.is_seen for each in sweep.repositories)
    if not seen:
        return f"No repository was audited, of {listed:,} listed." if listed else "No repository is listed."
    if sweep.previous is None:
        found, of = tally.open, counted(seen, "audited repository", "audited repositories")
        return f"{findings(found)} in {of}." if found else f"No findings in {of}."
    new = findings(tally.levels(Standing.NEW), "new finding") or "Nothing new"
    others = (
        f"{tally.number(standing):,} {standing.value}"
        for standing in (Standing.FIXED, Standing.OPEN, Standing.UNSEEN, Standing.GONE)
        if standing in (Standing.FIXED, Standing.OPEN) or tally.number(standing)
    )
    return f"{new} since {when(sweep.previous)}; {', '.join(others)}."


def _newcomers(sweep: Sweep, tally: Tally) -> str:
    if sweep.previous is None or not tally.newcomers:
        return ""
    verb = "is" if tally.newcomers == 1 else "are"
    return f"Of the new ones {tally.newcomers:,} {verb} in repositories that no sweep saw before."


def _whole(sweep: Sweep) -> str:
    if sweep.is_complete:
        return "Everything was seen that should have been." if sweep.repositories else ""
    outcomes = Counter(each.outcome for each in sweep.repositories)
    lost = [
        f"{counted(outcomes[outcome], 'repository', 'repositories')} {words}"
        for outcome, words in ((Outcome.FAILED, "failed"), (Outcome.NOT_VERIFIABLE, "not verifiable"))
        if outcomes[outcome]
    ]
    if in_part := seen_in_part(sweep):
        lost.append(f"{counted(in_part, 'repository', 'repositories')} seen in part")
    if sweep.problems:
        lost.append(counted(len(sweep.problems), "problem of the sweep", "problems of the sweep"))
    return f"The sweep is incomplete: {', '.join(lost)}."


def _unread(sweep: Sweep) -> str:
    number = sum(bool(each.not_verified) for each in sweep.repositories)
    of = counted(number, "repository", "repositories")
    return f"Settings of {of} couldn't be read, so what they decide is open." if number else ""


# What was seen.


@dataclass(frozen=True, slots=True)
class Share:
    """The listed repositories of one outcome. `reasons` come with their number, the most common first."""

    outcome: Outcome
    number: int
    reasons: tuple[tuple[str, int], ...]


def coverage(sweep: Sweep) -> tuple[Share, ...]:
    """A share for each outcome, also where no repository has it. They add up to all that were listed."""
    shares: defaultdict[Outcome, Counter[str]] = defaultdict(Counter)
    for (outcome, reason), number in sweep.coverage().items():
        shares[outcome][reason] += number
    return tuple(
        Share(
            outcome,
            shares[outcome].total(),
            tuple(sorted(((why, n) for why, n in shares[outcome].items() if why), key=_most)),
        )
        for outcome in Outcome
    )


def equation(sweep: Sweep) -> str:
    """The coverage as a sum: `3 listed = 1 scanned + 1 reused + 1 skipped + 0 failed + 0 not verifiable`."""
    terms = " + ".join(f"{share.number:,} {share.outcome.value}" for share in coverage(sweep))
    return f"{len(sweep.repositories):,} listed = {terms}"


def seen_in_part(sweep: Sweep) -> int:
    """How many repositories were seen, but for something that is a problem."""
    return sum(each.outcome.is_seen and bool(each.problems) for each in sweep.repositories)


def not_seen(sweep: Sweep) -> Iterator[tuple[str, str]]:
    """Each repository that was lost, wholly or in part, and why."""
    for each in sweep.repositories:
        if each.outcome in (Outcome.FAILED, Outcome.NOT_VERIFIABLE):
            yield each.name, f"{each.outcome.value}: {each.reason}"
        elif each.outcome.is_seen and each.problems:
            first, more = each.problems[0], len(each.problems) - 1
            what = f"seen in part: {first['path']}:{first['line']}: {first['message']}"
            yield each.name, f"{what} (and {counted(more, 'more problem')})" if more else what


@dataclass(frozen=True, slots=True)
class NotVerified:
    """Settings that can't be read without what it `needs`, and how many repositories that concerns."""

    needs: str
    settings: tuple[str, ...]
    repositories: int


def not_verified(sweep: Sweep) -> tuple[NotVerified, ...]:
    """What would have to be granted, that which concerns the most repositories first."""
    settings: defaultdict[str, set[str]] = defaultdict(set)
    repositories: Counter[str] = Counter()
    for each in sweep.repositories:
        needed: set[str] = set()
        for setting, need in each.not_verified.items():
            needs = AGAIN if need.startswith(AGAIN) else need
            settings[needs].add(setting)
            needed.add(needs)
        repositories.update(needed)
    return tuple(
        NotVerified(needs, tuple(sorted(settings[needs])), number)
        for needs, number in sorted(repositories.items(), key=_most)
    )


def _most(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


# A finding.


def more_places(document: Mapping[str, Any]) -> str:
    """What follows a finding's place where the same cause has others: ` and 2 more`."""
    places = document.get("places", ())
    return f" and {len(places):,} more" if places else ""


def link(sweep: Sweep, finding: SweptFinding) -> str | None:
    """Where its lines can be looked at, at the commit that it was last seen at; None where that isn't known.

    Everything of the audited side is percent-encoded in it.
    """
    file = link_path(finding.document["path"])
    if sweep.url is None or not finding.commit or not file:
        return None
    first, last = finding.document["line"], finding.document["end_line"]
    lines = f"L{first}-L{last}" if last > first else f"L{first}"
    return f"{sweep.url}/{uri(finding.repository)}/blob/{uri(finding.commit)}/{file}#{lines}"


def link_path(path: str) -> str:
    """A file as the end of a link to its lines; nothing for what is no file of the repository."""
    if path.startswith("/"):
        return ""
    return f"{uri(path)}?plain=1" if path.lower().endswith(_RENDERED) else uri(path)


# Words.


def findings(count: Mapping[Severity, int], noun: str = "finding") -> str:
    """How many there are, and of which severities: `3 findings (1 critical, 2 low)`; nothing for none."""
    severities = levels(count)
    return f"{counted(sum(count.values()), noun)} ({severities})" if severities else ""


def when(moment: datetime) -> str:
    """A moment, to the minute."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"
