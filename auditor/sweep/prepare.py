"""Turns listed repositories into units of work: fetches their files and settings, least requests first."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

from auditor.github.contents.listed import Listed
from auditor.model.settings import Host
from auditor.report.sweep.document import Outcome
from auditor.settings.from_github.mentions import mentions
from auditor.sweep.contents import MAX_CALLED, ContentReader, FetchedFiles
from auditor.sweep.plan import Plan, digest
from auditor.sweep.settings_source import SettingsSource, completed, written
from auditor.sweep.state.records import Run, Settled
from auditor.sweep.state.state import SweepState
from auditor.sweep.workers.unit import Unit


@dataclass(frozen=True, slots=True)
class Known:
    """A repository whose settings are known, and so the name of its unit of work.

    `called` are paths outside the listed folders that its workflows call. `may_call_more`: for more of them.
    """

    listed: Listed
    key: str
    settings: str
    not_verified: Mapping[str, str]
    called: frozenset[str] = frozenset()
    may_call_more: bool = True


class Preparation:
    """Prepares the repositories of one sweep, `at_once` at a time. `seconds` counts what was waited for."""

    def __init__(
        self,
        state: SweepState,
        run: Run,
        plan: Plan,
        reader: ContentReader,
        source: SettingsSource,
        host: Host | None,
    ) -> None:
        self._state = state
        self._run = run
        self._plan = plan
        self._reader = reader
        self._source = source
        self._host = host
        self._read: dict[int, FetchedFiles] = {}
        self.at_once = reader.at_once
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def units(self, chunk: Sequence[Listed]) -> Iterator[tuple[Known, Unit]]:
        """The work that these repositories make. Those that make none are settled. Raises `GitHubError`."""
        decided = [(listed, self._plan.settled(listed)) for listed in chunk]
        settled = [Settled(id=each.id, outcome=end[0], reason=end[1]) for each, end in decided if end]
        known = self._known([each for each, end in decided if end is None])
        finished = self._state.known(each.key for each in known)
        settled += (
            Settled(id=each.listed.id, outcome=Outcome.REUSED, key=each.key, not_verified=each.not_verified)
            for each in known
            if each.key in finished
        )
        damaged = self._state.settle(self._run, settled)
        yield from self.made(
            [each for each in known if each.key not in finished or each.listed.id in damaged]
        )

    def made(self, known: Sequence[Known]) -> Iterator[tuple[Known, Unit]]:
        """The units of repositories that have to be audited. Raises `GitHubError`."""
        with self._timed("contents"):
            unread = [each.listed for each in known if each.listed.id not in self._read]
            read = self._read | self._reader.of(unread)
        self._read = {}
        for each in known:
            files = read.pop(each.listed.id)
            if files.fault:
                failed = Settled(id=each.listed.id, outcome=Outcome.FAILED, reason=files.fault)
                self._state.settle(self._run, [failed])
            else:
                yield each, self._unit(each, files)

    def _unit(self, known: Known, files: FetchedFiles) -> Unit:
        listed, contents, lost = known.listed, files.contents, files.lost
        if known.called:
            with self._timed("contents"):
                more = self._reader.at(listed, known.called)
            contents, lost = (*contents, *more.contents), (*lost, *more.lost)
        may_call_more = known.may_call_more and not self._reader.is_whole and len(known.called) <= MAX_CALLED
        is_cut_off = not may_call_more and not self._reader.is_whole
        is_faulty = is_cut_off or lost != listed.lost or any(reason for _, _, reason in contents)
        return Unit(
            id=listed.id,
            # What kept failing may go well the next time: nobody may find this result then.
            key=digest(known.key, self._run.number) if is_faulty else known.key,
            repository=listed.name,
            commit=listed.head or "",
            settings=known.settings,
            rules=self._plan.rules,
            contents=contents,
            lost=lost,
            called=known.called,
            may_call_more=may_call_more,
            is_whole=self._reader.is_whole,
        )

    def _known(self, repositories: Sequence[Listed]) -> list[Known]:
        mentioned = (
            self._mentions(repositories)
            if self._source.needs_mentions
            else [frozenset[str]()] * len(repositories)
        )
        with self._timed("settings"):
            known_settings = list(self._source.settings_of(zip(repositories, mentioned, strict=True)))
        known = []
        for listed, settings in zip(repositories, known_settings, strict=True):
            whole = completed(settings, listed, self._host, self._plan.verdict_day)
            text = written(whole)
            known.append(Known(listed, self._plan.key(listed, text), text, whole.unreadable))
        return known

    def _mentions(self, repositories: Sequence[Listed]) -> list[frozenset[str]]:
        """What each repository's workflows mention: worked out once for each of their commits."""
        # Another version may look for other words, and a folder that was lost may have more of them.
        names = {each.id: f"mentions {self._plan.key(each, '')}" for each in repositories}
        memos = {id: memo for id, name in names.items() if (memo := self._state.recall(name)) is not None}
        with self._timed("contents"):
            self._read = self._reader.of([each for each in repositories if each.id not in memos])
        for id, files in self._read.items():
            found = mentions(data for _, data, _ in files.contents if data is not None)
            memos[id] = json.dumps(sorted(found)).encode()
            is_whole = not files.fault and not files.lost
            if is_whole and not any(reason for _, _, reason in files.contents):
                self._state.remember(names[id], memos[id])
        return [frozenset(json.loads(memos[each.id])) for each in repositories]

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        start = perf_counter()
        try:
            yield
        finally:
            self.seconds[what] += perf_counter() - start
