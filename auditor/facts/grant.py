"""Each write scope that a workflow declares: which jobs get it, which need it, which hold it for nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from auditor.facts.needs import NeedKind, Needs, keeps
from auditor.facts.reach import Path, Reach
from auditor.facts.usage import ID_TOKEN
from auditor.finding import Hop, HopKind, Location, Severity, Trace
from auditor.knowledge.scopes import COMMON, RELEASE
from auditor.model.permission import Grant, Level, Permissions
from auditor.model.workflow import Job, Workflow

_MAX_NAMES = 8


def blanket(permissions: Permissions) -> Level | None:
    """The level of `read-all` or `write-all`, or of a map that amounts to `write-all`."""
    if permissions.blanket is not None:
        return permissions.blanket
    return Level.WRITE if all(permissions.level(scope) is Level.WRITE for scope in COMMON) else None


def job_names(jobs: Sequence[Job]) -> str:
    """The jobs by id, for a message."""
    names = ", ".join(f"`{job.id}`" for job in jobs[:_MAX_NAMES])
    return f"{names} and {len(jobs) - _MAX_NAMES} more" if len(jobs) > _MAX_NAMES else names


@dataclass(frozen=True, slots=True, eq=False)
class Holding:
    """A write scope as one line of a workflow grants it. `job` is set where a job declares it.

    `needing` need it for sure, `unsure` may, `idle` have no step that does. `dropping` have none, either:
    they call a workflow whose own permissions leave it out. `publishing` are the jobs of the workflow that
    publish and may need this scope for it. Jobs that only forks' runs get to don't count.
    """

    grant: Grant
    job: Job | None
    needing: tuple[Job, ...]
    unsure: tuple[Job, ...]
    idle: tuple[Job, ...]
    dropping: tuple[Job, ...]
    publishing: tuple[Job, ...]
    paths: tuple[Path, ...]

    @property
    def without_use(self) -> tuple[Job, ...]:
        """The jobs that need it not, those first in which a step could take it."""
        return (*self.idle, *self.dropping)

    @property
    def is_unused(self) -> bool:
        """No job that gets it can need it."""
        return bool(self.without_use) and not self.needing and not self.unsure

    @property
    def passes_release_power(self) -> bool:
        """The power that a job publishes with is held for nothing by another job."""
        return bool(self.idle) and bool(self.publishing)

    @property
    def is_wide(self) -> bool:
        """Every job gets it by default and one at least needs it not. What a stricter rule tells isn't."""
        if self.job is not None or not self.idle or self.passes_release_power:
            return False
        return not (self.grant.scope == ID_TOKEN and self.is_unused)

    def severity(self, worst: Severity) -> Severity:
        """`worst`, less what stands in the way of the strongest path."""
        return self.paths[0].severity(worst) if self.paths else worst

    def traces(self) -> tuple[Trace, ...]:
        """The strongest path into a job that holds it for nothing."""
        power = f"its token holds `{self.grant.scope}: write` for nothing"
        return evidence(self.without_use, self.paths, power, self.grant.location)


@dataclass(frozen=True, slots=True, eq=False)
class Blanket:
    """Permissions for everything. `job` is set where a job declares them; `jobs` get them."""

    permissions: Permissions
    level: Level
    job: Job | None
    jobs: tuple[Job, ...]
    paths: tuple[Path, ...]

    def severity(self, worst: Severity) -> Severity:
        """`worst`, less what stands in the way; info where no job gets them today."""
        if not self.jobs:
            return Severity.INFO
        return self.paths[0].severity(worst) if self.paths else worst

    def traces(self) -> tuple[Trace, ...]:
        """The strongest path into a job that gets them."""
        power = f"its token may {self.level} everything"
        return evidence(self.jobs, self.paths, power, self.permissions.location)


def evidence(jobs: Sequence[Job], paths: Sequence[Path], power: str, at: Location) -> tuple[Trace, ...]:
    """The strongest path to a power; only its end where the jobs are started from another repository."""
    last = Hop(HopKind.POWER, power, at)
    if paths:
        return (paths[0].trace(last),)
    runs = (Hop(HopKind.JOB, f"the job `{job.id}` runs", job.location) for job in jobs[:1])
    return (Trace((*runs, last)),)


class Grants:
    """Finds the holdings of workflows."""

    def __init__(self, reach: Reach, needs: Needs) -> None:
        self._reach = reach
        self._needs = needs
        self._of: dict[int, tuple[Holding, ...]] = {}
        self._holders: dict[int, Mapping[int, tuple[Job, ...]]] = {}

    def of(self, workflow: Workflow) -> tuple[Holding, ...]:
        """Each write scope of each permissions map, but for maps that are all of it."""
        if id(workflow) not in self._of:
            self._of[id(workflow)] = tuple(self._holdings(workflow))
        return self._of[id(workflow)]

    def holders(self, workflow: Workflow) -> Mapping[int, tuple[Job, ...]]:
        """By the identity of what is declared, the jobs that get it in a run that isn't a fork's."""
        if id(workflow) not in self._holders:
            found: dict[int, list[Job]] = {}
            for job in workflow.jobs:
                if self._is_reached(job):
                    found.setdefault(id(job.permissions or workflow.permissions), []).append(job)
            self._holders[id(workflow)] = {key: tuple(jobs) for key, jobs in found.items()}
        return self._holders[id(workflow)]

    def blankets(self, workflow: Workflow) -> Iterator[Blanket]:
        """Each `write-all` and `read-all` of a workflow, and each map that amounts to the first."""
        for job in (None, *workflow.jobs):
            permissions = job.permissions if job else workflow.permissions
            level = blanket(permissions) if permissions else None
            if permissions is not None and level is not None:
                jobs = self.holders(workflow).get(id(permissions), ())
                yield Blanket(permissions, level, job, jobs, self.strongest(jobs))

    def strongest(self, jobs: tuple[Job, ...]) -> tuple[Path, ...]:
        """The strongest path with full power into one of the jobs, if there is one."""
        paths = [path for job in jobs for path in self._reach.into(job) if path.entry.privileged]
        return tuple(sorted(paths, key=lambda path: path.weakness)[:1])

    def _holdings(self, workflow: Workflow) -> Iterator[Holding]:
        publishers = [job for job in workflow.jobs if self._needs.publications(job)]
        publishing = {
            scope: tuple(job for job in publishers if keeps(job, scope) and self._needs.of(job, scope))
            for scope in RELEASE
        }
        for job in (None, *workflow.jobs):
            permissions = job.permissions if job else workflow.permissions
            if permissions is None or blanket(permissions) is not None:
                continue
            holders = self.holders(workflow).get(id(permissions), ())
            for grant in permissions.written():
                yield self._holding(job, grant, holders, publishing.get(grant.scope, ()))

    def _holding(
        self, job: Job | None, grant: Grant, holders: tuple[Job, ...], publishing: tuple[Job, ...]
    ) -> Holding:
        by_kind: dict[NeedKind, list[Job]] = {kind: [] for kind in NeedKind}
        for holder in holders:
            by_kind[self._needs.of(holder, grant.scope).kind].append(holder)
        without_use = by_kind[NeedKind.NOT_NEEDED]
        idle = tuple(job for job in without_use if self._needs.grants_steps(job, grant.scope))
        dropping = tuple(job for job in without_use if not self._needs.grants_steps(job, grant.scope))
        return Holding(
            grant=grant,
            job=job,
            needing=tuple(by_kind[NeedKind.NEEDED]),
            unsure=tuple(by_kind[NeedKind.UNKNOWN]),
            idle=idle,
            dropping=dropping,
            publishing=publishing,
            paths=self.strongest(idle or dropping),
        )

    def _is_reached(self, job: Job) -> bool:
        """Whether a run gets there that isn't a fork's. What others call may be reached from elsewhere."""
        if job.workflow.trigger("workflow_call") is not None:
            return True
        return any(path.entry.privileged for path in self._reach.into(job))
