"""Each write scope that a workflow declares: which jobs get it, which need it, which hold it for nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from auditor.facts.power.needs import NeedKind, Needs, keeps
from auditor.facts.reach.path import Path, evidence
from auditor.facts.reach.reach import Reach
from auditor.finding import Location, Severity, Trace
from auditor.knowledge.platform.scopes import COMMON, RELEASE
from auditor.model.documents import Job, Workflow
from auditor.model.permission import Grant, Level, Permissions

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
    they call a workflow whose own permissions leave it out. Jobs that only forks' runs get to don't count.
    """

    grant: Grant
    permissions: Permissions
    job: Job | None
    needing: tuple[Job, ...]
    unsure: tuple[Job, ...]
    idle: tuple[Job, ...]
    dropping: tuple[Job, ...]
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
    def is_wide(self) -> bool:
        """Every job gets it by default and one at least needs it not. A map of everything is a blanket."""
        return self.job is None and bool(self.idle) and blanket(self.permissions) is None

    def severity(self, worst: Severity) -> Severity:
        """`worst`, less what stands in the way of the strongest path."""
        return self.paths[0].severity(worst) if self.paths else worst

    def traces(self) -> tuple[Trace, ...]:
        """The strongest path into a job that holds it for nothing."""
        power = f"its token holds `{self.grant.scope}: write` for nothing"
        return evidence(self.without_use, self.paths, power, self.grant.location)


@dataclass(frozen=True, slots=True, eq=False)
class ExcessScope:
    """What a workflow may release with, as it reaches `jobs` beyond the job that publishes, for nothing.

    `scopes` are one of a map, or those of `write-all`; `at` is where they stand, and `job` is set where a
    job declares them. `publishers` publish with one of them where `is_used`, else with something else.
    """

    scopes: tuple[str, ...]
    at: Location
    job: Job | None
    jobs: tuple[Job, ...]
    publishers: tuple[Job, ...]
    is_used: bool
    paths: tuple[Path, ...]

    @property
    def in_words(self) -> str:
        """What is declared, for a message."""
        one, *others = self.scopes
        return f"`write-all` ({', '.join(self.scopes)})" if others else f"`{one}: write`"

    def severity(self, worst: Severity) -> Severity:
        """`worst`, less what stands in the way of the strongest path."""
        return self.paths[0].severity(worst) if self.paths else worst

    def traces(self) -> tuple[Trace, ...]:
        """The strongest path into a job that holds it for nothing."""
        return evidence(self.jobs, self.paths, f"its token holds {self.in_words} for nothing", self.at)


@dataclass(frozen=True, slots=True, eq=False)
class _Release:
    """The jobs of a workflow that publish, by identity too, and those that may need a scope for it."""

    publishers: tuple[Job, ...]
    jobs: frozenset[Job]
    publishing: Mapping[str, tuple[Job, ...]]


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


class Grants:
    """Finds the holdings of workflows."""

    def __init__(self, reach: Reach, needs: Needs) -> None:
        self._reach = reach
        self._needs = needs
        self._of: dict[Workflow, tuple[Holding, ...]] = {}
        self._holders: dict[Workflow, Mapping[Permissions | None, tuple[Job, ...]]] = {}

    def of(self, workflow: Workflow) -> tuple[Holding, ...]:
        """Each write scope of each permissions map."""
        if workflow not in self._of:
            self._of[workflow] = tuple(self._holdings(workflow))
        return self._of[workflow]

    def holders(self, workflow: Workflow) -> Mapping[Permissions | None, tuple[Job, ...]]:
        """By what is declared, the jobs that get it in a run that isn't a fork's."""
        if workflow not in self._holders:
            found: dict[Permissions | None, list[Job]] = {}
            for job in workflow.jobs:
                if self._is_reached(job):
                    found.setdefault(job.permissions or workflow.permissions, []).append(job)
            self._holders[workflow] = {key: tuple(jobs) for key, jobs in found.items()}
        return self._holders[workflow]

    def blankets(self, workflow: Workflow) -> Iterator[Blanket]:
        """Each `write-all` and `read-all` of a workflow, and each map that amounts to the first."""
        for job, permissions in _declarations(workflow):
            level = blanket(permissions)
            if level is not None:
                jobs = self.holders(workflow).get(permissions, ())
                yield Blanket(permissions, level, job, jobs, self.strongest(jobs))

    def excess_scopes(self, workflow: Workflow) -> Iterator[ExcessScope]:
        """Each `write-all`, and each line of a map, that hands a release's scopes to jobs beyond it."""
        release = self._release(workflow)
        if not release.publishers:
            return
        for job, permissions in _declarations(workflow):
            places: list[tuple[tuple[str, ...], Location]]
            places = [((grant.scope,), grant.location) for grant in permissions.written()]
            if permissions.blanket is Level.WRITE:
                places = [(tuple(release.publishing), permissions.location)]
            holders = self.holders(workflow).get(permissions, ())
            for scopes, at in places:
                beyond = {scope: self._beyond(scope, holders, release) for scope in scopes}
                if any(beyond.values()):
                    yield self._excess_scope(beyond, at, job, release)

    def strongest(self, jobs: tuple[Job, ...]) -> tuple[Path, ...]:
        """The strongest path with full power into one of the jobs, if there is one."""
        paths = [path for job in jobs for path in self._reach.into(job) if path.entry.privileged]
        return tuple(sorted(paths, key=lambda path: path.weakness)[:1])

    def _release(self, workflow: Workflow) -> _Release:
        publishers = tuple(job for job in workflow.jobs if self._needs.publications(job))
        publishing = {
            scope: tuple(job for job in publishers if keeps(job, scope) and self._needs.of(job, scope))
            for scope in sorted(RELEASE)
        }
        return _Release(publishers, frozenset(publishers), publishing)

    def _beyond(self, scope: str, holders: Sequence[Job], release: _Release) -> tuple[Job, ...]:
        """The holders with no use for a scope. A publisher is one where another publishes with it."""
        if scope not in RELEASE:
            return ()
        return tuple(
            job
            for job in holders
            if (release.publishing[scope] or job not in release.jobs)
            and not self._needs.of(job, scope)
            and self._needs.grants_steps(job, scope)
        )

    def _excess_scope(
        self, beyond: Mapping[str, tuple[Job, ...]], at: Location, job: Job | None, release: _Release
    ) -> ExcessScope:
        jobs = tuple(dict.fromkeys(found for jobs in beyond.values() for found in jobs))
        scopes = tuple(scope for scope, found in beyond.items() if found)
        with_it = next((who for scope in scopes if (who := release.publishing[scope])), ())
        paths = self.strongest(jobs)
        return ExcessScope(scopes, at, job, jobs, with_it or release.publishers, bool(with_it), paths)

    def _holdings(self, workflow: Workflow) -> Iterator[Holding]:
        for job, permissions in _declarations(workflow):
            holders = self.holders(workflow).get(permissions, ())
            for grant in permissions.written():
                yield self._holding(job, permissions, grant, holders)

    def _holding(
        self, job: Job | None, permissions: Permissions, grant: Grant, holders: tuple[Job, ...]
    ) -> Holding:
        by_kind: dict[NeedKind, list[Job]] = {kind: [] for kind in NeedKind}
        for holder in holders:
            by_kind[self._needs.of(holder, grant.scope).kind].append(holder)
        without_use = by_kind[NeedKind.NOT_NEEDED]
        idle = tuple(job for job in without_use if self._needs.grants_steps(job, grant.scope))
        dropping = tuple(job for job in without_use if not self._needs.grants_steps(job, grant.scope))
        return Holding(
            grant=grant,
            permissions=permissions,
            job=job,
            needing=tuple(by_kind[NeedKind.NEEDED]),
            unsure=tuple(by_kind[NeedKind.UNKNOWN]),
            idle=idle,
            dropping=dropping,
            paths=self.strongest(idle or dropping),
        )

    def _is_reached(self, job: Job) -> bool:
        """Whether a run gets there that isn't a fork's. What others call may be reached from elsewhere."""
        if job.workflow.trigger("workflow_call") is not None:
            return True
        return any(path.entry.privileged for path in self._reach.into(job))


def _declarations(workflow: Workflow) -> Iterator[tuple[Job | None, Permissions]]:
    """Each `permissions` of a workflow, with the job that declares it."""
    for job in (None, *workflow.jobs):
        permissions = job.permissions if job else workflow.permissions
        if permissions is not None:
            yield job, permissions
