"""Where a repository's settings matter: the jobs and triggers that make them more than a setting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.facts.power.job_power import Power
from auditor.facts.power.needs import Needs
from auditor.facts.reach.path import Path
from auditor.facts.reach.reach import Reach
from auditor.finding import Hop, HopKind, Location, Trace
from auditor.knowledge.platform.events import FORK_PULL_REQUESTS, Actor
from auditor.model.documents import Job
from auditor.model.permission import Level
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.trigger import Trigger


@dataclass(frozen=True, slots=True, eq=False)
class TagRelease:
    """A trigger by tags that nothing protects, and the jobs that publish by it. `publishes` says what."""

    trigger: Trigger
    tags: tuple[str, ...]
    jobs: tuple[Job, ...]
    publishes: tuple[str, ...]


class Posture:
    """Answers for which jobs a setting decides something."""

    def __init__(
        self,
        repository: Repository,
        settings: Settings,
        reach: Reach,
        power: Power,
        needs: Needs,
    ) -> None:
        self._repository = repository
        self._settings = settings
        self._reach = reach
        self._power = power
        self._needs = needs

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

    def tag_releases(self) -> Iterator[TagRelease]:
        """Each trigger by tags that makes a job publish, where no rule and no reviewer stands before it."""
        for workflow in self._repository.workflows:
            for trigger in workflow.triggers:
                tags = tuple(tag for tag in _tags(trigger) if self._settings.protects_tag(tag) is False)
                jobs = tuple(job for job in workflow.jobs if tags and self._releases(job, trigger))
                if jobs:
                    published = (record.what for job in jobs for record in self._needs.publications(job))
                    yield TagRelease(trigger, tags, jobs, tuple(dict.fromkeys(published)))

    def _releases(self, job: Job, trigger: Trigger) -> bool:
        published = bool(self._needs.publications(job))
        return published and not self._waits(job) and self._is_started(job, trigger)

    def _is_started(self, job: Job, trigger: Trigger) -> bool:
        return any(path.entry.trigger is trigger for path in self._reach.into(job))

    def _waits(self, job: Job) -> bool:
        """Whether somebody must agree before the job starts, or whether that isn't known."""
        name = job.environment.name if job.environment else None
        if name is None:
            return False
        rules = self._settings.environment(name.value)
        return "${{" in name.value or rules is None or rules.holds_back

    def trace(self, job: Job, at: Location, setting: str, power: str) -> Trace:
        """The strongest way into a job, what the setting does there, and what is gained by it."""
        last = (Hop(HopKind.GATE, setting, at), Hop(HopKind.POWER, power, at))
        for path in self._reach.at_full_power(job)[:1]:
            return path.trace(*last)
        return Trace((Hop(HopKind.JOB, f"the job `{job.id}` runs", job.location), *last))


def _tags(trigger: Trigger) -> tuple[str, ...]:
    """The patterns of the tags that start a workflow; nothing where branches do, too."""
    if trigger.event == "release":
        return ("**",)
    if trigger.event != "push":
        return ()
    if trigger.tags_ignore and not (trigger.branches or trigger.branches_ignore):
        return ("**",)
    return tuple(tag for tag in trigger.tags if not tag.startswith("!"))
