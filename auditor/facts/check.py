"""Which steps check somebody's access before the steps and jobs after them run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.finding import Location
from auditor.knowledge.checks import ASKS, CHECK_ACTIONS, REFUSES
from auditor.knowledge.pull_head import SCRIPT_ACTION
from auditor.model.action import Action
from auditor.model.repository import Repository
from auditor.model.step import Step
from auditor.model.workflow import Job
from auditor.tree import Scalar

_MAX_DEPTH = 10
_MAX_TEXT = 20_000
"""Characters of a script that are searched; one that checks an access is short."""


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """A step that checks an access. `fails`: it ends the job where access lacks; else an output tells.

    `step` is the job's or the action's own step: the one that uses a local action which checks.
    """

    step: Step
    fails: bool

    @property
    def location(self) -> Location:
        """Where the step stands."""
        return self.step.location

    @property
    def outputs(self) -> tuple[str, ...] | None:
        """The names before an output of the step in an expression; None where it has no id."""
        return ("steps", self.step.id.value.lower(), "outputs") if self.step.id else None


class Checks:
    """Finds the steps of jobs and of this repository's actions that check an access."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._of: dict[int, tuple[Check, ...]] = {}

    def of(self, owner: Job | Action) -> tuple[Check, ...]:
        """The checks among the steps of a job or an action, in their order."""
        return self._among(owner, _MAX_DEPTH)

    def before(self, step: Step) -> tuple[Check, ...]:
        """The checks that stand before a step in its job or action."""
        owner = step.job or step.action
        checks = self.of(owner) if owner is not None else ()
        return tuple(check for check in checks if check.step.index < step.index)

    def _among(self, owner: Job | Action, depth: int) -> tuple[Check, ...]:
        if id(owner) not in self._of:
            self._of[id(owner)] = ()
            self._of[id(owner)] = tuple(self._found(owner, depth))
        return self._of[id(owner)]

    def _found(self, owner: Job | Action, depth: int) -> Iterator[Check]:
        for step in owner.steps:
            # What runs beside its neighbours holds none of them back.
            fails = None if step.concurrent else self._checks(step, depth)
            if fails is not None:
                yield Check(step, fails and not _goes_on(step))

    def _checks(self, step: Step, depth: int) -> bool | None:
        """Whether a step that checks fails where access lacks; None where it checks nothing."""
        if step.run is not None:
            return _in_script(step.run.value)
        if step.uses is None:
            return None
        action = self._repository.action(step.uses)
        if action is not None:
            inner = self._among(action, depth - 1) if depth else ()
            return any(check.fails for check in inner) if inner else None
        slug = (step.uses.slug or "").lower()
        if slug == SCRIPT_ACTION:
            script = step.input("script")
            return _in_script(script.value) if script else None
        known = CHECK_ACTIONS.get(slug)
        if known is None or (known.only_with and step.input(known.only_with) is None):
            return None
        given = step.input(known.unless[0]) if known.unless else None
        return known.fails and not (known.unless and given and given.value.lower() == known.unless[1])


def _in_script(text: str) -> bool | None:
    text = text[:_MAX_TEXT]
    return bool(REFUSES.search(text)) if ASKS.search(text) else None


def _goes_on(step: Step) -> bool:
    """Whether the job goes on when the step has failed."""
    given = step.node.get("continue-on-error")
    return isinstance(given, Scalar) and given.value.strip().lower() != "false"
