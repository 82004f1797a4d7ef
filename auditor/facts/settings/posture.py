"""Where a repository's settings matter: the jobs and triggers that make them more than a setting."""

from __future__ import annotations

from auditor.facts.power.job_power import Power
from auditor.facts.reach.path import Path
from auditor.facts.reach.reach import Reach
from auditor.finding import Hop, HopKind, Location, Trace
from auditor.knowledge.platform.events import FORK_PULL_REQUESTS, Actor
from auditor.model.documents import Job
from auditor.model.permission import Level
from auditor.model.repository import Repository


class Posture:
    """Answers for which jobs a setting decides something."""

    def __init__(self, repository: Repository, reach: Reach, power: Power) -> None:
        self._repository = repository
        self._reach = reach
        self._power = power

    def on_default_token(self) -> tuple[Job, ...]:
        """The jobs whose token has the default's permissions. What others call is its callers' business."""
        return tuple(
            job
            for workflow in self._repository.workflows
            if any(trigger.event != "workflow_call" for trigger in workflow.triggers)
            for job in workflow.jobs
            if self._power.permissions(job) is None
        )

    def approvers(self) -> tuple[Job, ...]:
        """The jobs whose token may write to pull requests, and so approve them if that is allowed."""
        return tuple(job for job in self._repository.jobs if any(map(self._approves, self._reach.into(job))))

    def _approves(self, path: Path) -> bool:
        token = self._power.of(path).token
        return token is not None and token.get("pull-requests") is Level.WRITE

    def fork_runs(self) -> tuple[Path, ...]:
        """The ways of outsiders' pull requests into jobs, from forks and with the fork's own code."""
        return tuple(
            path
            for job in self._repository.jobs
            for path in self._reach.into(job, actor=Actor.OUTSIDER)
            if path.entry.fork and path.entry.event in FORK_PULL_REQUESTS
        )

    def minters(self) -> tuple[Job, ...]:
        """The jobs that declare `id-token: write`, or have it from their workflow."""
        declared = ((job, self._power.permissions(job)) for job in self._repository.jobs)
        return tuple(job for job, held in declared if held and held.level("id-token") is Level.WRITE)

    def trace(self, job: Job, at: Location, setting: str, power: str) -> Trace:
        """The strongest way into a job, what the setting does there, and what is gained by it."""
        last = (Hop(HopKind.GATE, setting, at), Hop(HopKind.POWER, power, at))
        for path in self._reach.at_full_power(job)[:1]:
            return path.trace(*last)
        return Trace((Hop(HopKind.JOB, f"the job `{job.id}` runs", job.location), *last))
