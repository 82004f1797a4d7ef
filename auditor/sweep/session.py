"""A sweep from what is asked for to the finished document: opens the way to GitHub and the pool."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from auditor.engine import registry
from auditor.engine.rule import Rule
from auditor.errors import StateError, UsageError
from auditor.github.api.app import App, credential_from
from auditor.github.api.client import GitHub
from auditor.github.api.rate_limit import RateLimits
from auditor.github.code_scanning.upload import Delivered, UploadOutcome
from auditor.model.snapshot import Snapshot
from auditor.report.sweep.document import Sweep
from auditor.settings.from_github.snapshot import host_of
from auditor.settings.snapshot_file import dump_settings
from auditor.sweep import settings_source
from auditor.sweep.contents import Blobs, Clones, ContentReader
from auditor.sweep.plan import Plan, PlanMemory, digest
from auditor.sweep.prepare import Preparation
from auditor.sweep.progress import Progress
from auditor.sweep.reports import About, document, write_reports
from auditor.sweep.state.shard import Shard
from auditor.sweep.state.state import SweepState
from auditor.sweep.sweeper import Sweeper
from auditor.sweep.uploads import upload
from auditor.sweep.waits import StoppableWait
from auditor.sweep.workers.executor import executor_for
from auditor.sweep.workers.tool_identity import identity

AT_ONCE = 8
"""Requests of GitHub that are under way at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepRequest:
    """What is asked for. `settings` is a snapshot that was taken before; without one GitHub is asked, unless
    `with_settings` is off. `environ` holds the credentials; `reserve` is the part of GitHub's limits that is
    left to others."""

    owners: tuple[str, ...]
    output: Path
    rules: tuple[Rule[Any], ...]
    as_of: date
    api_url: str
    environ: Mapping[str, str]
    settings: Snapshot | None = None
    with_settings: bool = True
    include_iac: bool = False
    include_forks: bool = True
    shard: Shard = field(default_factory=Shard)
    jobs: int | None = None
    scheduler: str | None = None
    reserve: float = 0.1
    upload: bool = False


@dataclass(frozen=True, slots=True)
class SweepOutcome:
    """A finished sweep, and what became of the uploads that were asked for."""

    sweep: Sweep
    delivered: tuple[Delivered, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether everything was seen that should have been, and given to whom it should be."""
        return self.sweep.is_complete and all(
            each.ending is not UploadOutcome.FAILED for each in self.delivered
        )


def carry_out(order: SweepRequest, state: SweepState, progress: Progress) -> SweepOutcome:
    """Sweeps, or goes on with a sweep that was broken off, writes the reports and uploads them if asked to.

    The document reads from the state, and lives as long as that is open. Raises `AuditError`: then what was
    done is kept, and the same order goes on with it.
    """
    patience = StoppableWait()
    with executor_for(order.jobs, order.scheduler) as pool:
        github = _github(order, state, progress, patience)
        plan = _plan(order)
        kept = PlanMemory(order.api_url, plan.policy, plan.rules)
        kept.keep(state)
        run = state.begin(order.owners, plan.digest, _now(), str(order.shard))
        kept.keep(state)
        if run.abandoned is not None:
            progress.say(
                "an unfinished sweep with other options, or on another day, is given up for this one"
            )
        if run.is_resumed:
            progress.say(f"going on with the sweep that began at {run.started:%Y-%m-%d %H:%M} UTC")
        with _asking(patience) as threads:
            reader: ContentReader = Blobs(github, state)
            if order.include_iac:
                reader = Clones(github, web_address(order.api_url), threads)
            teller = _teller(order, github, threads)
            preparation = Preparation(state, run, plan, reader, teller, host_of(github))
            sweeper = Sweeper(github, state, order.shard, pool, progress, _now)
            ending = sweeper.sweep(run, preparation)
    progress.stage("writing reports")
    about = About(
        identity=github.identity,
        tool=identity().partition("+")[2],
        policy=plan.policy,
        url=web_address(order.api_url),
        rules=order.rules,
    )
    left_out = {rule.id for rule in registry.load()}.difference(plan.rules)
    with state.finishing(run, ending, left_out):
        sweep = document(state, run, about)
        write_reports(sweep, state, run, order.output)
    delivered = []
    if order.upload:
        progress.stage("uploading", sum(each.outcome.is_seen for each in sweep.repositories))
        for each in upload(github, sweep, state, run):
            delivered.append(each)
            progress.advance()
    state.prune()
    return SweepOutcome(sweep, tuple(delivered))


def put_together(parts: Sequence[Path], state: SweepState, output: Path) -> SweepOutcome:
    """Makes one sweep of the parts that several machines made, and writes its reports.

    Raises `AuditError`.
    """
    kept = _kept(parts)
    if kept is not None:
        kept.keep(state)
    run = state.merge(parts, _now())
    if kept is None:
        raise StateError(f"{parts[0]} doesn't say what was swept", help="Sweep its shard again.")
    kept.keep(state)
    about = About(
        identity=f"{len(parts)} parts of a sweep",
        tool=identity().partition("+")[2],
        policy=kept.policy,
        url=web_address(kept.api_url),
        rules=registry.chosen(kept.rules),
    )
    sweep = document(state, run, about)
    write_reports(sweep, state, run, output)
    state.prune()
    return SweepOutcome(sweep)


def _kept(parts: Sequence[Path]) -> PlanMemory | None:
    """What the first part remembers; nothing where there is none, which the merge has words for."""
    if not parts or not parts[0].is_file():
        return None
    with SweepState.open(parts[0]) as part:
        return PlanMemory.of(part)


def web_address(api_url: str) -> str:
    """Where repositories are looked at, and cloned from, by the address of the API."""
    parts = urlsplit(api_url)
    return f"{parts.scheme}://{parts.netloc.removeprefix('api.')}"


def _now() -> datetime:
    return datetime.now(UTC)


def _plan(order: SweepRequest) -> Plan:
    source = "asked" if order.with_settings else "none"
    if order.settings is not None:
        source = digest(dump_settings(order.settings))
    return Plan(
        api_url=order.api_url,
        rules=tuple(rule.id for rule in order.rules),
        as_of=order.as_of,
        settings=source,
        include_iac=order.include_iac,
        include_forks=order.include_forks,
    )


@contextmanager
def _asking(patience: StoppableWait) -> Iterator[Executor]:
    """Threads that ask GitHub. What ends the sweep ends their waits first, or they would be waited for."""
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="asking") as threads:
        try:
            yield threads
        except BaseException:
            patience.end()
            raise


def _github(order: SweepRequest, state: SweepState, progress: Progress, patience: StoppableWait) -> GitHub:
    credential = credential_from(order.environ, order.owners[0])
    if isinstance(credential, App) and len(order.owners) > 1:
        help = "Sweep each owner by itself, with a state file of its own."
        raise UsageError("an App's installation is one owner's, and several are named", help=help)
    limits = RateLimits(reserve=order.reserve, share=order.shard.share, at_once=AT_ONCE)
    return GitHub(
        credential,
        order.api_url,
        limits=limits,
        answers=_Answers(state),
        say=progress.say,
        sleep=patience.wait,
    )


def _teller(order: SweepRequest, github: GitHub, threads: Executor) -> settings_source.SettingsSource:
    if order.settings is not None:
        return settings_source.SnapshotFile(order.settings)
    return settings_source.Live(github, threads) if order.with_settings else settings_source.Listing()


class _Answers:
    """What GitHub answered before, for a client."""

    def __init__(self, state: SweepState) -> None:
        self._state = state

    def get(self, url: str, /) -> tuple[str, bytes] | None:
        kept = self._state.answer(url)
        return None if kept is None else (kept.etag, kept.body)

    def put(self, url: str, etag: str, body: bytes, /) -> None:
        self._state.keep_answer(url, etag, body)
