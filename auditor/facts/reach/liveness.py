"""Which jobs and steps never run: their `if`, or that of a job which they wait for, is false in every run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from auditor.facts.entry.entry import Entry
from auditor.facts.job.expressions import Expressions
from auditor.facts.reach.open_jobs import in_order
from auditor.facts.reach.reach import Reach
from auditor.languages import expression
from auditor.languages.expression import UNKNOWN, Condition, Value
from auditor.languages.yaml import Scalar
from auditor.model.documents import Job, Step, Workflow
from auditor.model.repository import Repository

_Holds = Callable[[Condition], bool | None]
_View = Callable[[Job, frozenset[str]], _Holds]
"""What conditions are in a job, in one kind of run. The texts are the needed jobs that don't run there."""


class Liveness:
    """Answers what can ever run. With a guarded `reach` only what is false whatever the event counts."""

    def __init__(self, repository: Repository, expressions: Expressions, reach: Reach) -> None:
        self._repository = repository
        self._expressions = expressions
        self._reach = reach

    def dead(self) -> frozenset[Job | Step]:
        """The jobs and steps that run in no run, whoever starts it."""
        found: set[Job | Step] = set()
        for workflow in self._repository.workflows:
            if any(map(_is_conditional, workflow.jobs)):
                first, *others = (set(self._never_run(workflow, view)) for view in self._views(workflow))
                found |= first.intersection(*others)
        steps = (step for action in self._repository.actions for step in action.steps)
        found.update(step for step in steps if self._is_false(step.condition, partial(_in_any_run, False)))
        return frozenset(found)

    def _views(self, workflow: Workflow) -> Iterator[_View]:
        """The kinds of runs of a workflow. Of one that others may call nothing is known."""
        entries = self._reach.entries(workflow)
        if self._reach.guarded or not entries or workflow.trigger("workflow_call"):
            yield _any_run
            return
        for entry in entries:
            yield partial(self._run_of, entry)

    def _run_of(self, entry: Entry, job: Job, shut: frozenset[str]) -> _Holds:
        return self._reach.contexts_of_entry(entry, job, shut).holds

    def _never_run(self, workflow: Workflow, view: _View) -> Iterator[Job | Step]:
        """What doesn't run in one kind of run. The steps of a job that doesn't run are among it."""
        shut: dict[Job, frozenset[str]] = {}
        for job in in_order(workflow):
            needed = [found for name in job.needs if (found := workflow.job(name.value)) is not None]
            before = frozenset[str]().union(*(shut[other] for other in needed))
            holds = view(job, before)
            is_shut = (bool(before) and self._waits(job.condition)) or self._is_false(job.condition, holds)
            shut[job] = before | {job.id.lower()} if is_shut else before
            if is_shut:
                yield job
            yield from (step for step in job.steps if is_shut or self._is_false(step.condition, holds))

    def _waits(self, condition: Scalar | None) -> bool:
        parsed = self._expressions.condition(condition)
        return parsed is None or parsed.implicit_success

    def _is_false(self, condition: Scalar | None, holds: _Holds) -> bool:
        parsed = self._expressions.condition(condition)
        return parsed is not None and holds(parsed) is False


def _is_conditional(job: Job) -> bool:
    return job.condition is not None or any(step.condition is not None for step in job.steps)


def _any_run(_: Job, shut: frozenset[str]) -> _Holds:
    return partial(_in_any_run, bool(shut))


def _in_any_run(is_shut: bool, condition: Condition) -> bool | None:
    """Whether a condition holds where nothing is known of the run but whether all needed jobs run."""
    if condition.always_true_text:
        return True

    def known(path: tuple[str, ...]) -> Value:
        (name, *rest) = path
        return UNKNOWN if rest else {"always()": True, "success()": not is_shut}.get(name, UNKNOWN)

    return expression.holds(condition, known)
