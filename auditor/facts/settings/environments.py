"""Environments that nothing protects, where a job has something to lose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.facts.power.job_power import Power
from auditor.facts.power.needs import Needs
from auditor.model.documents import Job
from auditor.model.permission import Level
from auditor.model.repository import Repository
from auditor.model.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class OpenEnvironment:
    """An environment that nothing protects, and the jobs that name it and hold something worth it.

    `secrets` are the environment's own, by name.
    """

    name: str
    jobs: tuple[Job, ...]
    secrets: tuple[str, ...]


def open_environments(
    repository: Repository, settings: Settings, power: Power, needs: Needs
) -> Iterator[OpenEnvironment]:
    """Each environment that is known to be open to every run, where a job has something to lose."""
    named: dict[str, list[Job]] = {}
    for job in sorted(repository.jobs, key=lambda job: (job.workflow.path, job.id)):
        name = job.environment.name if job.environment else None
        if name is not None and name.value and "${{" not in name.value:
            named.setdefault(name.value.lower(), []).append(job)
    for id, jobs in named.items():
        rules = settings.environment(id)
        if rules is None or rules.holds_back or rules.branches is not None or rules.protected_branches:
            continue
        worthy = tuple(job for job in jobs if rules.secrets or _has_to_lose(job, power, needs))
        if worthy:
            yield OpenEnvironment(id, worthy, rules.secrets)


def _has_to_lose(job: Job, power: Power, needs: Needs) -> bool:
    held = power.permissions(job)
    mints = held is not None and held.level("id-token") is Level.WRITE
    return mints or bool(power.secrets(job)) or bool(needs.publications(job))
