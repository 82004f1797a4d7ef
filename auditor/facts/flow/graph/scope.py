"""Whose names a text speaks of: the job, the calls above it, the step or the action that it stands in."""

from __future__ import annotations

from dataclasses import dataclass, replace

from auditor.model.documents import Action, Job, Step


@dataclass(frozen=True, slots=True)
class Scope:
    """The place whose names count. `calls` are the jobs that called the workflow, outermost first.

    `in_matrix` holds for the texts of a job's matrix, where GitHub knows no `matrix`; `in_env` for those of
    a step's `env`, where `env` is the job's and what earlier steps wrote.
    """

    job: Job
    calls: tuple[Job, ...] = ()
    step: Step | None = None
    action: Action | None = None
    in_matrix: bool = False
    in_env: bool = False

    def at(self, step: Step) -> Scope:
        """The same job or action, at one of its steps."""
        return replace(self, step=step, in_env=False)

    def of_job(self, job: Job) -> Scope:
        """Another job of the workflow."""
        return Scope(job, self.calls)
