"""What is left of a repository without some of its jobs and steps, as if they weren't written."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from auditor.model.documents import Action, Job, Step, Workflow
from auditor.model.repository import Repository


def without(repository: Repository, gone: Collection[Job | Step]) -> Repository:
    """The repository without those jobs and steps. Files that lose nothing are the same objects.

    A workflow that keeps no job is `idle`. A job that needs one that is gone still needs it.
    """
    if not gone:
        return repository
    workflows = [_of_workflow(workflow, gone) for workflow in repository.workflows]
    lost = [bool(old.jobs) and not new.jobs for old, new in zip(repository.workflows, workflows, strict=True)]
    return replace(
        repository,
        workflows=tuple(each for each, is_idle in zip(workflows, lost, strict=True) if not is_idle),
        idle=tuple(each for each, is_idle in zip(workflows, lost, strict=True) if is_idle),
        actions=tuple(_of_action(action, gone) for action in repository.actions),
    )


def _of_workflow(workflow: Workflow, gone: Collection[Job | Step]) -> Workflow:
    if not any(job in gone or any(step in gone for step in job.steps) for job in workflow.jobs):
        return workflow
    new = replace(workflow)
    jobs = {job.id: _of_job(job, new, gone) for job in workflow.jobs}
    # Records are made before what they hold, which knows them.
    object.__setattr__(new, "jobs", tuple(jobs[job.id] for job in workflow.jobs if job not in gone))
    new._by_id.update(jobs)
    return new


def _of_job(job: Job, workflow: Workflow, gone: Collection[Job | Step]) -> Job:
    new = replace(job, workflow=workflow)
    object.__setattr__(new, "steps", _of_steps(job.steps, gone, job=new))
    return new


def _of_action(action: Action, gone: Collection[Job | Step]) -> Action:
    if not any(step in gone for step in action.steps):
        return action
    new = replace(action)
    object.__setattr__(new, "steps", _of_steps(action.steps, gone, action=new))
    return new


def _of_steps(
    steps: tuple[Step, ...],
    gone: Collection[Job | Step],
    job: Job | None = None,
    action: Action | None = None,
) -> tuple[Step, ...]:
    left = (step for step in steps if step not in gone)
    return tuple(replace(step, index=index, job=job, action=action) for index, step in enumerate(left))
