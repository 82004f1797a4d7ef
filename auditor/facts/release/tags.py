"""Which tags make a release: triggers by tags that nothing protects, and the jobs that publish by them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.facts.power.needs import Needs
from auditor.facts.reach.reach import Reach
from auditor.model.documents import Job
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


class TagReleases:
    """Finds the triggers by tags that make jobs publish."""

    def __init__(self, repository: Repository, settings: Settings, reach: Reach, needs: Needs) -> None:
        self._repository = repository
        self._settings = settings
        self._reach = reach
        self._needs = needs

    def unprotected(self) -> Iterator[TagRelease]:
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


def _tags(trigger: Trigger) -> tuple[str, ...]:
    """The patterns of the tags that start a workflow; nothing where branches do, too."""
    if trigger.event == "release":
        return ("**",)
    if trigger.event != "push":
        return ()
    if trigger.tags_ignore and not (trigger.branches or trigger.branches_ignore):
        return ("**",)
    return tuple(tag for tag in trigger.tags if not tag.startswith("!"))
