"""One sweep: lists the repositories, prepares and audits them, and keeps what comes of it in the state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter

from auditor.github.api.client import GitHub
from auditor.github.contents.index import MOST, list_repositories, list_unseen
from auditor.report.sweep.document import Outcome
from auditor.sweep.contents import MAX_HELD, lots
from auditor.sweep.prepare import Known, Preparation
from auditor.sweep.progress import Progress
from auditor.sweep.state.records import Cursor, Run, Settled, SweepSummary
from auditor.sweep.state.shard import Shard
from auditor.sweep.state.state import SweepState
from auditor.sweep.workers.executor import Pool
from auditor.sweep.workers.process import UnitFailure
from auditor.sweep.workers.unit import Unit, Worked, audit_unit

BATCH = 25
"""Results that are written at once: at most so many are worked out again after a kill."""
ROUNDS = 10
"""How often more files of a repository may be fetched: actions call actions, and ten may nest (GitHub docs,
"Creating a composite action", limits of 2025-11)."""
_PAGE = 500
_DAMAGED = "what was kept of its audit is damaged"


@dataclass(frozen=True, slots=True)
class Sweeper:
    """What a sweep is done with."""

    github: GitHub
    state: SweepState
    shard: Shard
    pool: Pool
    progress: Progress
    now: Callable[[], datetime]

    def sweep(self, run: Run, preparation: Preparation) -> SweepSummary:
        """Goes on with a sweep until nothing is pending. Raises `AuditError`; what is done by then stays
        done."""
        seconds: defaultdict[str, float] = defaultdict(float)
        start = perf_counter()
        problems = self._list(run)
        seconds["listing"] = perf_counter() - start
        _Audit(self, run, preparation, seconds).finish()
        for name, spent in preparation.seconds.items():
            seconds[name] += spent
        return SweepSummary(
            finished=self.now(),
            problems=tuple(problems),
            requests=self.github.rate_limiter.requests,
            seconds=seconds,
        )

    def _list(self, run: Run) -> list[str]:
        """Lists each owner's repositories as far as that isn't done, and says what doesn't add up."""
        return [problem for owner in run.owners for problem in self._list_owner(run, owner)]

    def _list_owner(self, run: Run, owner: str) -> Iterator[str]:
        cursor = self.state.cursor(run, owner) or Cursor(None, MOST)
        self.progress.stage(f"listing {owner}", cursor.promised)
        unnamed: list[str] = []
        if not cursor.is_done:
            cursor = self._pages(run, owner, cursor, unnamed)
        if cursor.promised is None and unnamed:
            yield f"GitHub doesn't name {len(unnamed):,} repositories of {owner}: {unnamed[0]}"
        # A part of a sweep knows its own repositories only: whoever puts the parts together counts them.
        if self.shard.count > 1 or cursor.promised is None:
            return
        named = self.state.ids(run, owner)
        if len(named) < cursor.promised:
            for listed in list_unseen(self.github, owner, named):
                self.state.save_page(run, owner, [listed], cursor)
            named = self.state.ids(run, owner)
        if len(named) < cursor.promised:
            yield f"GitHub counts {cursor.promised:,} repositories of {owner}, and names {len(named):,}"

    def _pages(self, run: Run, owner: str, cursor: Cursor, unnamed: list[str]) -> Cursor:
        seen = self.state.ids(run, owner)
        pages = list_repositories(self.github, owner, after=cursor.after, size=cursor.size, seen=seen)
        for listed, page in pages:
            unnamed += page.unnamed
            for reason in page.unnamed:
                self.progress.say(f"{owner}: a repository that GitHub counts isn't named: {reason}")
            cursor = Cursor(page.after, page.size, page.is_last, page.promised)
            self.progress.stage(f"listing {owner}", cursor.promised)
            own = [each for each in listed if self.shard.owns(each.id)]
            self.state.save_page(run, owner, own, cursor)
            self.progress.advance(len(listed))
        return cursor


class _Audit:
    """The repositories of a sweep on their way from being listed to an outcome."""

    def __init__(
        self, sweeper: Sweeper, run: Run, preparation: Preparation, seconds: defaultdict[str, float]
    ) -> None:
        self._sweeper = sweeper
        self._state = sweeper.state
        self._run = run
        self._preparation = preparation
        self._seconds = seconds
        self._known: dict[int, Known] = {}
        self._again: list[Known] = []
        self._done: list[Settled] = []

    def finish(self) -> None:
        """Gives each repository that has none an outcome."""
        self._sweeper.progress.stage("auditing", self._state.unsettled(self._run))
        self._work(self._pending())
        for round in range(1, ROUNDS + 1):
            again, self._again = self._again, []
            last = round == ROUNDS
            self._work(self._made([replace(known, may_call_more=not last) for known in again]))
        left = self._state.pending(self._run, limit=_PAGE)
        while left:
            failed = (Settled(id=each.id, outcome=Outcome.FAILED, reason=_DAMAGED) for _, each in left)
            self._state.settle(self._run, failed)
            left = self._state.pending(self._run, limit=_PAGE)

    def _work(self, units: Iterator[tuple[Known, Unit]]) -> None:
        is_more = True
        while is_more:
            is_more = False
            for unit, outcome in self._sweeper.pool.map_unordered(
                audit_unit, self._some(units), in_flight=2 * self._preparation.at_once
            ):
                is_more = True
                known = self._known.pop(unit.id)
                settled = self._judged(known, unit, outcome)
                if settled is not None:
                    self._done.append(settled)
                if len(self._done) >= BATCH:
                    self._write()
            self._write()

    def _some(self, units: Iterator[tuple[Known, Unit]]) -> Iterator[Unit]:
        """The next units, as many as may be held at once."""
        held = 0
        for known, unit in units:
            self._known[unit.id] = known
            held += unit.size
            yield unit
            if held > MAX_HELD:
                return

    def _judged(self, known: Known, unit: Unit, outcome: bytes | UnitFailure) -> Settled | None:
        """What a worker's answer makes of a repository; None where it needs more files first."""
        if isinstance(outcome, UnitFailure):
            return Settled(id=unit.id, outcome=Outcome.FAILED, reason=outcome.reason)
        worked = Worked.read(outcome)
        if worked.wanted:
            self._again.append(replace(known, called=known.called.union(worked.wanted)))
            return None
        if worked.result is None:
            return Settled(id=unit.id, outcome=Outcome.FAILED, reason=worked.fault)
        for stage, spent in worked.seconds.items():
            self._seconds[stage] += spent
        return Settled(
            id=unit.id,
            outcome=Outcome.SCANNED,
            key=unit.key,
            result=worked.result,
            not_verified=known.not_verified,
        )

    def _write(self) -> None:
        done, self._done = self._done, []
        self._state.settle(self._run, done)
        self._sweeper.progress.advance(len(done))

    def _pending(self) -> Iterator[tuple[Known, Unit]]:
        after = 0
        while chunk := self._state.pending(self._run, after, self._preparation.at_once):
            after = chunk[-1][0]
            for lot in lots([listed for _, listed in chunk]):
                yield from self._preparation.units(lot)

    def _made(self, known: Sequence[Known]) -> Iterator[tuple[Known, Unit]]:
        by_id = {each.listed.id: each for each in known}
        size = self._preparation.at_once
        for start in range(0, len(known), size):
            for lot in lots([each.listed for each in known[start : start + size]]):
                yield from self._preparation.made([by_id[listed.id] for listed in lot])
