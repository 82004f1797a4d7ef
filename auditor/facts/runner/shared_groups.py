"""Groups of self-hosted runners that public repositories may use beside this one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from auditor.facts.runner.runners import Runner
from auditor.model.documents import Job
from auditor.model.repository import Repository
from auditor.model.settings import RunnerGroup, Settings


@dataclass(frozen=True, slots=True, eq=False)
class SharedGroup:
    """A group of self-hosted runners that public repositories may use, and the jobs that it may take."""

    group: RunnerGroup
    jobs: tuple[Job, ...]


def shared_groups(
    repository: Repository, settings: Settings, runners: Callable[[Job], tuple[Runner, ...]]
) -> Iterator[SharedGroup]:
    """Each group that is open to public repositories, of which this isn't the only one."""
    name = (settings.repository or "").lower()
    for group in settings.runner_groups or ():
        alone = group.repositories is not None and {each.lower() for each in group.repositories} == {name}
        if not group.public_repositories or group.hosted or group.workflows or alone:
            continue
        jobs = tuple(job for job in repository.jobs if any(group in each.pools for each in runners(job)))
        if jobs:
            yield SharedGroup(group, jobs)
