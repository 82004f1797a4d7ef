"""The steps that a job really runs: those of its own composite actions at the place of their use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.languages.yaml import Pair, Scalar
from auditor.model.documents import Action, ActionKind, Job, Step
from auditor.model.repository import Repository

MAX_STEPS = 1000
"""Steps that are followed in one job. GitHub's own limit of nesting composite actions is ten."""

MAX_DEPTH = 10


@dataclass(frozen=True, slots=True, eq=False)
class StepInJob:
    """A step as a job runs it. `caller` is the step that uses the action it belongs to.

    `action` is the action of this repository that it uses, if it is one.
    """

    step: Step
    job: Job
    caller: StepInJob | None
    action: Action | None
    depth: int = 0

    @property
    def top(self) -> StepInJob:
        """The job's own step: itself, or the one whose action it belongs to."""
        step_in_job = self
        while step_in_job.caller is not None:
            step_in_job = step_in_job.caller
        return step_in_job

    @property
    def env(self) -> Iterator[Pair]:
        """The variables that are set for it, the nearest first."""
        yield from self.step.env
        if self.caller is not None:
            yield from self.caller.env
        else:
            yield from self.job.env
            yield from self.job.workflow.env

    def variable(self, name: str) -> Scalar | None:
        """The value that the variable of that name gets."""
        for entry in self.env:
            if entry.key.value == name and isinstance(entry.value, Scalar):
                return entry.value
        return None


def steps_of_job(job: Job, repository: Repository) -> Iterator[StepInJob]:
    """The steps of a job in their order. Stops after `MAX_STEPS`; the last then stands for the rest."""
    waiting = [_step_in_job(step, job, None, repository) for step in reversed(job.steps)]
    for _ in range(MAX_STEPS):
        if not waiting:
            return
        step_in_job = waiting.pop()
        yield step_in_job
        action = step_in_job.action
        if action is not None and action.kind is ActionKind.COMPOSITE and step_in_job.depth < MAX_DEPTH:
            waiting.extend(
                _step_in_job(step, job, step_in_job, repository) for step in reversed(action.steps)
            )


def _step_in_job(step: Step, job: Job, caller: StepInJob | None, repository: Repository) -> StepInJob:
    action = repository.action(step.uses) if step.uses else None
    return StepInJob(step, job, caller, action, caller.depth + 1 if caller else 0)


def given_to(caller: StepInJob) -> dict[str, Scalar]:
    """The inputs of an action, in lower case, with what the step that uses it gives them, or the default."""
    given = {}
    for declared in caller.action.inputs if caller.action else ():
        if declared.default is not None:
            given[declared.name.lower()] = declared.default
    for entry in caller.step.inputs:
        if isinstance(entry.value, Scalar):
            given[entry.key.value.lower()] = entry.value
    return given
