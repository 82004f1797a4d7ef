"""Which workflows test pull requests and leave a merge queue's commit untested."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from auditor.facts.reach.path import Path
from auditor.facts.reach.reach import Reach
from auditor.knowledge.platform.merge_queue import CHECKED_TYPE, CHORES, DEFAULT_BRANCHES, QUEUE_BRANCH
from auditor.model.documents import Job, Workflow
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.trigger import Trigger

QUEUE = "merge_group"
_WORD = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True, eq=False)
class UntestedWorkflow:
    """A workflow whose checks a queue's commit lacks. `sibling` is a trigger that shows there is a queue.

    `checks` are the names of the jobs that only pull requests get, `paths` the ways into them. `required`:
    the settings require these checks.
    """

    trigger: Trigger
    checks: tuple[str, ...]
    paths: tuple[Path, ...]
    required: bool
    sibling: Trigger | None = None
    sibling_path: str = ""


class MergeQueue:
    """Compares what runs for pull requests with what runs in the queue."""

    def __init__(self, repository: Repository, reach: Reach, settings: Settings) -> None:
        self._repository = repository
        self._reach = reach
        self._settings = settings

    def untested(self, workflow: Workflow) -> UntestedWorkflow | None:
        """What the queue lacks of a workflow.

        There is a queue where the settings say so or, where they don't say, another workflow runs in it.
        Which checks count the settings say, too, or else conventions.
        """
        trigger = workflow.trigger("pull_request")
        has_queue = self._settings.merge_queue
        if trigger is None or workflow.trigger(QUEUE) or has_queue is False:
            return None
        if not self._triggers and not (has_queue and self._settings.required_checks):
            return None
        paths = [path for job in workflow.jobs if (path := self._untested_job(job)) is not None]
        required = self._settings.required_checks
        if required is not None:
            paths = [] if _is_started_by_queue(workflow) else [p for p in paths if _makes(p.job, required)]
        elif not self._is_likely_required(workflow, trigger, paths):
            paths = []
        if not paths:
            return None
        sibling_path, sibling = next(iter(self._triggers.items()), ("", None))
        checks = tuple(_check_name(path.job) for path in paths)
        return UntestedWorkflow(trigger, checks, tuple(paths), required is not None, sibling, sibling_path)

    def _is_likely_required(self, workflow: Workflow, trigger: Trigger, paths: list[Path]) -> bool:
        if _is_chore(workflow) or not _may_be_required(trigger, self._triggers.values()):
            return False
        return not all(_speaks_of_chores(_check_name(path.job)) for path in paths)

    @cached_property
    def _triggers(self) -> dict[str, Trigger]:
        """The `merge_group` triggers of the repository by the path of their workflow."""
        found = ((workflow.path, workflow.trigger(QUEUE)) for workflow in self._repository.workflows)
        return {path: trigger for path, trigger in found if trigger is not None}

    @cached_property
    def _checks_in_queue(self) -> frozenset[str]:
        """The names of the checks that the queue gets."""
        return frozenset(_check_name(job) for job in self._repository.jobs if self._into(job, QUEUE))

    def _untested_job(self, job: Job) -> Path | None:
        """A way into a job that only pull requests take; a check of its name in the queue stands for it."""
        paths = self._into(job, "pull_request")
        return paths[0] if paths and _check_name(job) not in self._checks_in_queue else None

    def _into(self, job: Job, event: str) -> list[Path]:
        return [path for path in self._reach.into(job) if path.entry.event == event]


def _makes(job: Job, required: Iterable[str]) -> bool:
    """Whether a job's checks are among those required. A matrix and a called workflow lengthen its name."""
    before, computed, rest = _check_name(job).partition("${{")
    after = rest.rpartition("}}")[2]
    for context in required:
        name = context.partition(" / ")[0] if job.uses else context
        if name == before and not computed:
            return True
        if computed and len(name) >= len(before + after) and name.startswith(before) and name.endswith(after):
            return True
        if job.matrix is not None and not computed and name.startswith(f"{before} ("):
            return True
    return False


def _is_started_by_queue(workflow: Workflow) -> bool:
    """Whether a push to the branch that a queue makes starts the workflow, which gives its checks, too."""
    push = workflow.trigger("push")
    tags_only = push is not None and (push.tags or push.tags_ignore) and not push.branches
    return push is not None and not tags_only and not push.paths and _admits(push, QUEUE_BRANCH)


def _may_be_required(trigger: Trigger, queues: Iterable[Trigger]) -> bool:
    """Whether every pull request to a branch that the queue may guard gets the checks.

    A path filter leaves a required check pending for ever, so what has one is hardly required.
    """
    if trigger.paths or trigger.paths_ignore or (trigger.types and CHECKED_TYPE not in trigger.types):
        return False
    named = {branch for queue in queues for branch in queue.branches if not re.search(r"[*?!+\[]", branch)}
    branches = named or set(DEFAULT_BRANCHES)
    return any(_admits(trigger, branch) for branch in branches)


def _admits(trigger: Trigger, branch: str) -> bool:
    if trigger.branches_ignore:
        return not any(fnmatchcase(branch, pattern) for pattern in trigger.branches_ignore)
    admitted = not trigger.branches
    for pattern in trigger.branches:
        if fnmatchcase(branch, pattern.removeprefix("!")):
            admitted = not pattern.startswith("!")
    return admitted


def _is_chore(workflow: Workflow) -> bool:
    stem = workflow.path.rpartition("/")[2].rpartition(".")[0]
    return _speaks_of_chores(stem) or (workflow.name is not None and _speaks_of_chores(workflow.name.value))


def _speaks_of_chores(name: str) -> bool:
    return not CHORES.isdisjoint(_WORD.findall(name.lower()))


def _check_name(job: Job) -> str:
    return job.name.value if job.name else job.id
