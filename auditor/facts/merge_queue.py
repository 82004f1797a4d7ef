"""Which workflows test pull requests and leave a merge queue's commit untested."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from auditor.facts.reach import Path, Reach
from auditor.knowledge.merge_queue import CHECKED_TYPE, CHORES, DEFAULT_BRANCHES
from auditor.model.repository import Repository
from auditor.model.trigger import Trigger
from auditor.model.workflow import Job, Workflow

QUEUE = "merge_group"
_WORD = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True, eq=False)
class Untested:
    """A workflow whose checks a queue's commit lacks. `sibling` is the trigger that shows there is a queue.

    `checks` are the names of the jobs that only pull requests get; `paths` the ways into them.
    """

    trigger: Trigger
    checks: tuple[str, ...]
    paths: tuple[Path, ...]
    sibling: Trigger
    sibling_path: str


class MergeQueue:
    """Compares what runs for pull requests with what runs in the queue."""

    def __init__(self, repository: Repository, reach: Reach) -> None:
        self._repository = repository
        self._reach = reach

    def untested(self, workflow: Workflow) -> Untested | None:
        """What the queue lacks of a workflow, where another one of the repository runs in the queue."""
        trigger = workflow.trigger("pull_request")
        if trigger is None or workflow.trigger(QUEUE) or not self._triggers or _is_chore(workflow):
            return None
        if not _may_be_required(trigger, self._triggers.values()):
            return None
        paths = [path for job in workflow.jobs if (path := self._untested_job(job)) is not None]
        if not paths or all(_speaks_of_chores(_check_name(path.job)) for path in paths):
            return None
        sibling_path, sibling = next(iter(self._triggers.items()))
        checks = tuple(_check_name(path.job) for path in paths)
        return Untested(trigger, checks, tuple(paths), sibling, sibling_path)

    @cached_property
    def _triggers(self) -> dict[str, Trigger]:
        """The `merge_group` triggers of the repository by the path of their workflow."""
        found = ((workflow.path, workflow.trigger(QUEUE)) for workflow in self._repository.workflows)
        return {path: trigger for path, trigger in found if trigger is not None}

    @cached_property
    def _queued(self) -> frozenset[str]:
        """The names of the checks that the queue gets."""
        return frozenset(_check_name(job) for job in self._repository.jobs if self._into(job, QUEUE))

    def _untested_job(self, job: Job) -> Path | None:
        """A way into a job that only pull requests take; a check of its name in the queue stands for it."""
        paths = self._into(job, "pull_request")
        return paths[0] if paths and _check_name(job) not in self._queued else None

    def _into(self, job: Job, event: str) -> list[Path]:
        return [path for path in self._reach.into(job) if path.entry.event == event]


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
