"""A sweep from the request to the finished document: connects to GitHub and opens the pool."""

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
    """What to sweep, and how.

    `settings` is a snapshot that was taken before; without one they are read from GitHub, unless
    `with_settings` is off. `environ` holds the credentials; `reserve` is the part of GitHub's limits that is
    left to others.
    """

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
    """A finished sweep, and what became of its uploads."""

    sweep: Sweep
    delivered: tuple[Delivered, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether everything was seen that should have been, and given to whom it should be."""
        return self.sweep.is_complete and all(
            each.ending is not UploadOutcome.FAILED for each in self.delivered
        )


def carry_out(request: SweepRequest, state: SweepState, progress: Progress) -> SweepOutcome:
    """Sweeps, or goes on with a sweep that was broken off, writes the reports and uploads them if requested.

    The document reads from the state, and lives as long as that is open. Raises `AuditError`: then what was
    done is kept, and the same request goes on with it.
    """
    waits = StoppableWait()
    with executor_for(request.jobs, request.scheduler) as pool:
        github = _github(request, state, progress, waits)
        plan = _plan(request)
        memory = PlanMemory(request.api_url, plan.policy, plan.rules)
        memory.keep(state)
        run = state.begin(request.owners, plan.digest, _now(), str(request.shard))
        memory.keep(state)
        if run.abandoned is not None:
            progress.say(
                "an unfinished sweep with other options, or on another day, is given up for this one"
            )
        if run.is_resumed:
            progress.say(f"going on with the sweep that began at {run.started:%Y-%m-%d %H:%M} UTC")
        with _threads(waits) as threads:
            reader: ContentReader = Blobs(github, state)
            if request.include_iac:
                reader = Clones(github, web_address(request.api_url), threads)
            source = _settings_source(request, github, threads)
            preparation = Preparation(state, run, plan, reader, source, host_of(github))
            sweeper = Sweeper(github, state, request.shard, pool, progress, _now)
            ending = sweeper.sweep(run, preparation)
    progress.stage("writing reports")
    about = About(
        identity=github.identity,
        tool=identity().partition("+")[2],
        policy=plan.policy,
        url=web_address(request.api_url),
        rules=request.rules,
    )
    left_out = {rule.id for rule in registry.load()}.difference(plan.rules)
    with state.finishing(run, ending, left_out):
        sweep = document(state, run, about)
        write_reports(sweep, state, run, request.output)
    delivered = []
    if request.upload:
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
    memory = _memory_of(parts)
    if memory is not None:
        memory.keep(state)
    run = state.merge(parts, _now())
    if memory is None:
        raise StateError(f"{parts[0]} doesn't say what was swept", help="Sweep its shard again.")
    memory.keep(state)
    about = About(
        identity=f"{len(parts)} parts of a sweep",
        tool=identity().partition("+")[2],
        policy=memory.policy,
        url=web_address(memory.api_url),
        rules=registry.chosen(memory.rules),
    )
    sweep = document(state, run, about)
    write_reports(sweep, state, run, output)
    state.prune()
    return SweepOutcome(sweep)


def _memory_of(parts: Sequence[Path]) -> PlanMemory | None:
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


def _plan(request: SweepRequest) -> Plan:
    source = "asked" if request.with_settings else "none"
    if request.settings is not None:
        source = digest(dump_settings(request.settings))
    return Plan(
        api_url=request.api_url,
        rules=tuple(rule.id for rule in request.rules),
        as_of=request.as_of,
        settings=source,
        include_iac=request.include_iac,
        include_forks=request.include_forks,
    )


@contextmanager
def _threads(waits: StoppableWait) -> Iterator[Executor]:
    """Threads for requests. What ends the sweep ends their waits first, or it would wait for them."""
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="github") as threads:
        try:
            yield threads
        except BaseException:
            waits.end()
            raise


def _github(request: SweepRequest, state: SweepState, progress: Progress, waits: StoppableWait) -> GitHub:
    credential = credential_from(request.environ, request.owners[0])
    if isinstance(credential, App) and len(request.owners) > 1:
        help = "Sweep each owner by itself, with a state file of its own."
        raise UsageError("an App's installation is one owner's, and several are named", help=help)
    limits = RateLimits(reserve=request.reserve, share=request.shard.share, at_once=AT_ONCE)
    return GitHub(
        credential,
        request.api_url,
        limits=limits,
        answers=_Answers(state),
        say=progress.say,
        sleep=waits.wait,
    )


def _settings_source(
    request: SweepRequest, github: GitHub, threads: Executor
) -> settings_source.SettingsSource:
    if request.settings is not None:
        return settings_source.SnapshotFile(request.settings)
    return settings_source.Live(github, threads) if request.with_settings else settings_source.Listing()


class _Answers:
    """What GitHub answered before, for a client."""

    def __init__(self, state: SweepState) -> None:
        self._state = state

    def get(self, url: str, /) -> tuple[str, bytes] | None:
        stored = self._state.answer(url)
        return None if stored is None else (stored.etag, stored.body)

    def put(self, url: str, etag: str, body: bytes, /) -> None:
        self._state.keep_answer(url, etag, body)
