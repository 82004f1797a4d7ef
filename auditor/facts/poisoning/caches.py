"""Whose code may write the caches that trusted runs restore.

A cache belongs to the ref of the run that saves it, and every ref may restore those of the default branch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from auditor.facts.code.outsider_code import Code, OutsiderCode
from auditor.facts.entry.gate import Gate, GateKind, in_force
from auditor.facts.job.steps import steps_of_job
from auditor.facts.power.job_power import Power
from auditor.facts.power.needs import Needs
from auditor.facts.power.token import TokenPresence
from auditor.facts.power.usage import use_applies
from auditor.facts.reach.path import Path
from auditor.facts.reach.reach import Reach
from auditor.finding import Hop, HopKind, Location, Severity, Trace, Verdict
from auditor.knowledge.actions.caches import DEFAULT_SCOPE_WRITERS, ONLY_SAVES, RESTORES
from auditor.knowledge.platform.changes import CACHE_READ_ONLY
from auditor.knowledge.platform.events import Actor, Ref
from auditor.model.cache_mode import CacheMode, CacheSetting
from auditor.model.documents import Job, Step, Workflow
from auditor.model.repository import Repository
from auditor.model.settings import Settings


@dataclass(frozen=True, slots=True)
class EffectiveCacheMode:
    """The `cache-mode` that holds in a job, with the setting that says so; None where none is written.

    `refused`: a called workflow declares more than its caller lets it, and the run doesn't start.
    """

    setting: CacheSetting | None = None
    refused: bool = False

    @property
    def mode(self) -> CacheMode | None:
        """The mode, where it is written and no expression."""
        return self.setting.mode if self.setting else None

    @property
    def may_restore(self) -> bool:
        """Whether a cache can be read."""
        return not self.refused and (self.mode is None or self.mode.restores)

    def narrowed(self, settings: Iterable[CacheSetting | None]) -> EffectiveCacheMode:
        """The access of a called workflow's job: its workflow's setting, then its own.

        Under a caller's `write`, or nothing written, each may be anything; else only the same, or none.
        """
        found = self
        for setting in settings:
            if setting is None:
                continue
            free = self.setting is None or self.mode in (None, CacheMode.WRITE)
            fits = free or setting.mode in (None, CacheMode.NONE, self.mode)
            found = EffectiveCacheMode(setting, found.refused or not fits)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Restore:
    """A step of a trusted run that restores a cache, and the way to it."""

    step: Step
    path: Path
    power: str


@dataclass(frozen=True, slots=True, eq=False)
class CacheWrite:
    """A path on which an outsider may write the default branch's caches. `at` is what lets them.

    `code` is how their code gets to run there; None where the power is only handed out. `gate` is set where
    it isn't known whether GitHub takes the power away.
    """

    path: Path
    at: Location
    code: OutsiderCode | None
    explicit: bool
    gate: Gate | None
    restores: tuple[Restore, ...]

    @property
    def severity(self) -> Severity:
        """High where their code runs and a trusted run restores; less what is missing of it."""
        missing = int(self.code is None) + int(not self.restores) + int(self.gate is not None)
        return self.path.severity(Severity.HIGH.lowered(missing))

    @property
    def verdict(self) -> Verdict:
        """Whether it is known that the cache can be written."""
        return Verdict.NOT_EVALUABLE if self.gate else Verdict.EXPOSED

    def trace(self) -> Trace:
        """From the entry over their code and the cache to the trusted run."""
        gates = (*((self.gate.hop,) if self.gate else ()), *(gate.hop for gate in _gates(self.code)))
        code = self.code.hops if self.code else ()
        saved = Hop(HopKind.STEP, "the run may save caches of the default branch", self.at)
        restored = (
            Hop(HopKind.SINK, f"the job `{each.path.job.id}` restores a cache", each.step.location)
            for each in self.restores[:1]
        )
        power = (Hop(HopKind.POWER, each.power, each.path.job.location) for each in self.restores[:1])
        return self.path.trace(*gates, *code, saved, *restored, *power)


class Caches:
    """Joins who writes caches with who restores them."""

    def __init__(
        self,
        repository: Repository,
        settings: Settings,
        reach: Reach,
        code: Code,
        power: Power,
        needs: Needs,
    ) -> None:
        self._repository = repository
        self._settings = settings
        self._reach = reach
        self._code = code
        self._power = power
        self._needs = needs

    def access(self, path: Path) -> EffectiveCacheMode:
        """What a job may do with caches on that path, through all calls."""
        access = EffectiveCacheMode()
        for job in (*path.calls, path.job):
            access = access.narrowed((job.workflow.cache_mode, job.cache_mode))
        return access

    def writes_shared(self, path: Path) -> bool | None:
        """Whether the path's run may save caches that every ref restores; None where GitHub isn't known."""
        access = self.access(path)
        if path.entry.ref not in (Ref.DEFAULT, Ref.BASE) or access.refused:
            return False
        if access.setting is not None:
            return None if access.mode is None else access.mode.saves
        if path.entry.event in DEFAULT_SCOPE_WRITERS:
            return True
        read_only = in_force(CACHE_READ_ONLY, self._settings)
        return None if read_only is None else not read_only

    def poisonings(self, workflow: Workflow) -> tuple[CacheWrite, ...]:
        """The ways in which a workflow lets outsiders write shared caches, the worst for each place."""
        worst: dict[Location, CacheWrite] = {}
        for job in workflow.jobs:
            for found in self._in(job):
                known = worst.get(found.at)
                if known is None or found.severity > known.severity:
                    worst[found.at] = found
        return tuple(worst.values())

    @cached_property
    def restores(self) -> tuple[Restore, ...]:
        """The trusted jobs that restore a cache, those that publish first."""
        found = [restore for job in self._repository.jobs if (restore := self._restore(job)) is not None]
        return tuple(sorted(found, key=lambda each: not self._needs.publications(each.path.job)))

    def _in(self, job: Job) -> Iterator[CacheWrite]:
        for path in self._reach.into(job):
            if path.entry.author is not Actor.OUTSIDER:
                continue
            writes = self.writes_shared(path)
            if writes is False:
                continue
            code = self._code.of_outsider(path)
            setting = self.access(path).setting
            explicit = setting is not None and setting.mode is not None
            if code is None and not explicit:
                continue
            gate = self._gate(path, setting) if writes is None else None
            at = setting.location if setting else job.location
            restores = tuple(each for each in self.restores if each.path.job is not job)
            if restores or explicit:
                yield CacheWrite(path, at, code, explicit, gate, restores)

    def _gate(self, path: Path, setting: CacheSetting | None) -> Gate:
        if setting is not None:
            note = "`cache-mode` is an expression: what it evaluates to decides"
            return Gate(GateKind.CACHE_MODE, note, setting.location, verdict=Verdict.NOT_EVALUABLE)
        since = CACHE_READ_ONLY.since.isoformat()
        note = f"github.com gives `{path.entry.event}` a read-only cache since {since}, other servers may not"
        at, setting_of_host = path.entry.location, "the repository's host (`--host`)"
        return Gate(
            GateKind.CACHE_READ_ONLY, note, at, verdict=Verdict.NOT_EVALUABLE, decided_by=setting_of_host
        )

    def _restore(self, job: Job) -> Restore | None:
        """The first step of a job that restores a cache in a run with power that no outsider writes."""
        step = next((each.step for each in steps_of_job(job, self._repository) if restores(each.step)), None)
        if step is None:
            return None
        for path in self._reach.into(job):
            trusted = path.entry.author is not Actor.OUTSIDER and path.entry.privileged
            own_branch = path.entry.is_pull_request
            if trusted and not own_branch and self.access(path).may_restore and self._has_power(path):
                return Restore(step, path, self._power.in_words(path))
        return None

    def _has_power(self, path: Path) -> bool:
        """Whether the job publishes, or declares a token that may write, or uses secrets."""
        job = path.job
        return bool(self._needs.publications(job) or self._power.writes(path) or self._power.of(path).secrets)


def restores(step: Step) -> bool:
    """Whether a step restores something from the Actions cache."""
    uses = step.uses
    if uses is None or uses.path in ONLY_SAVES:
        return False
    return any(use_applies(when, step.inputs) is not TokenPresence.NO for when in RESTORES.get(uses.slug, ()))


def _gates(code: OutsiderCode | None) -> tuple[Gate, ...]:
    return code.gates if code else ()
