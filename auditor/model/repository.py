"""Everything of one repository that the audit reads, modelled."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from auditor.cloud.relying_party import RelyingParty
from auditor.model.agent_config import AgentConfig
from auditor.model.documents import Action, Job, Step, Workflow
from auditor.model.lockfile import Lockfile
from auditor.model.uses import Uses

if TYPE_CHECKING:
    # Most repositories have none: its modules are loaded where one has.
    from auditor.cloud.terraform import Terraform


@dataclass(frozen=True)
class Repository:
    """The model of one repository.

    `prefix` is what its paths begin with where a report covers several repositories: empty, or a
    folder ending in a slash. `idle` are workflows that have no job which ever runs: they can be called and
    followed, and do nothing.
    """

    prefix: str = ""
    workflows: tuple[Workflow, ...] = ()
    actions: tuple[Action, ...] = ()
    relying_parties: tuple[RelyingParty, ...] = ()
    agent_configs: tuple[AgentConfig, ...] = ()
    lockfile: Lockfile | None = None
    terraform: Terraform | None = None
    idle: tuple[Workflow, ...] = ()

    @cached_property
    def jobs(self) -> tuple[Job, ...]:
        """All jobs of all workflows."""
        return tuple(job for workflow in self.workflows for job in workflow.jobs)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """All steps, of jobs and of composite actions."""
        of_jobs = (step for job in self.jobs for step in job.steps)
        return (*of_jobs, *(step for action in self.actions for step in action.steps))

    @cached_property
    def _workflows_by_path(self) -> dict[str, Workflow]:
        return {workflow.path: workflow for workflow in (*self.workflows, *self.idle)}

    @cached_property
    def _actions_by_folder(self) -> dict[str, Action]:
        return {action.path.rpartition("/")[0]: action for action in self.actions}

    def callee(self, uses: Uses) -> Workflow | None:
        """The reusable workflow of this repository that a job's `uses` names, if it is one."""
        return self._workflows_by_path.get(self.prefix + uses.path) if uses.is_own else None

    def action(self, uses: Uses) -> Action | None:
        """The action of this repository that a step's `uses` names, if it is one."""
        return self._actions_by_folder.get(f"{self.prefix}{uses.path}".rstrip("/")) if uses.is_own else None

    def users(self, action: Action) -> tuple[Step, ...]:
        """The steps that use a composite action of this repository directly."""
        return tuple(self._users.get(action, ()))

    def callers(self, workflow: Workflow) -> tuple[Job, ...]:
        """The jobs of this repository that call a workflow directly."""
        return tuple(self._callers.get(workflow, ()))

    @cached_property
    def _users(self) -> dict[Action, list[Step]]:
        users: dict[Action, list[Step]] = {}
        for step in self.steps:
            action = self.action(step.uses) if step.uses else None
            if action is not None:
                users.setdefault(action, []).append(step)
        return users

    @cached_property
    def _callers(self) -> dict[Workflow, list[Job]]:
        callers: dict[Workflow, list[Job]] = {}
        for job in self.jobs:
            callee = self.callee(job.uses) if job.uses else None
            if callee is not None:
                callers.setdefault(callee, []).append(job)
        return callers

    def is_locked(self, workflow: Workflow, uses: Uses) -> bool:
        """Whether the lockfile records the commit that `uses` runs in that workflow."""
        path = workflow.path.removeprefix(self.prefix)
        return self.lockfile is not None and self.lockfile.pins(path, uses)
