"""The gates on the way through a workflow: conditions, environments, checks of somebody's access."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase

from auditor import expression
from auditor.facts.check import Check, Checks
from auditor.facts.chosen import decider
from auditor.facts.expressions import Expressions
from auditor.facts.gate import Gate, in_force
from auditor.facts.guard import World
from auditor.finding import Verdict
from auditor.knowledge.events import Actor, Ref
from auditor.knowledge.platform import ENVIRONMENT_SEES_MERGE_REF
from auditor.model.settings import EnvironmentRules, Settings
from auditor.model.step import Step
from auditor.model.workflow import Job
from auditor.tree import Scalar

_LONGEST = 120
"""Characters of a condition that a gate shows."""

_ENDS = "a check of the starter's access ends the run of somebody outside"


class Gates:
    """Finds what stands in the way of one entry. A gate that closes the way is among what it finds."""

    def __init__(self, settings: Settings, expressions: Expressions, checks: Checks) -> None:
        self._settings = settings
        self._expressions = expressions
        self._checks = checks

    def of_condition(self, world: World, condition: Scalar | None, what: str) -> tuple[Gate, ...]:
        """The gate that an `if:` is; none where it surely lets the run pass."""
        parsed = self._expressions.condition(condition)
        if condition is None or parsed is None:
            return ()
        holds = world.holds(parsed)
        at, text = condition.location, _shortened(condition.value)
        if holds is True:
            return ()
        if holds is False:
            note = f"the {what}'s `if` is false here: {text}"
            return (Gate(note, at, verdict=Verdict.GUARDED, name="condition"),)
        if world.entry.starter is Actor.OUTSIDER:
            world = replace(world, unlabelled=True)
            if world.holds(parsed) is False:
                note = f"only someone who triages can set the label that the {what}'s `if` asks for: {text}"
                return (Gate(note, at, lowers=1, name="label"),)
        missing = world.undecided(parsed)
        if not missing:
            note = f"whoever starts the run can meet the {what}'s `if`: {text}"
            return (Gate(note, at, name="condition"),)
        note = f"the {what}'s `if` can't be decided: {text}"
        decided_by = decider(missing[0], world.entry)
        return (Gate(note, at, 0, Verdict.NOT_EVALUABLE, "condition", decided_by),)

    def of_environment(self, job: Job, world: World) -> tuple[Gate, ...]:
        """The gate that the job's `environment:` is."""
        if job.environment is None or job.environment.name is None:
            return ()
        name = self._plain(job.environment.name, world)
        if name == "":
            return ()
        at = job.environment.name.location
        shown = f"`{_shortened(name or job.environment.name.value)}`"
        rules = self._settings.environment(name) if name else None
        if rules is None:
            note = f"the environment {shown} may have reviewers; whether it has isn't known"
            decided_by = f"the rules of the environment {shown} (`--settings`)"
            return (Gate(note, at, 0, Verdict.NOT_EVALUABLE, "environment", decided_by),)
        if self._refuses(rules, world):
            note = f"the environment {shown} takes no pull request's ref"
            return (Gate(note, at, verdict=Verdict.GUARDED, name="environment"),)
        if rules.holds_back:
            note = f"the environment {shown} waits for its reviewers"
            return (Gate(note, at, lowers=2, name="environment"),)
        return (Gate(f"the environment {shown} has no reviewers", at, name="environment"),)

    def of_needed(self, needed: Job, gated: Job, world: World) -> tuple[Gate, ...]:
        """The gates that the checks in a needed job are to an outsider."""
        if world.entry.starter is not Actor.OUTSIDER:
            return ()
        return self._held(self._checks.of(needed), gated.condition, world, needed.id.lower())

    def before(self, step: Step, world: World) -> tuple[Gate, ...]:
        """The gates that the checks before a step are to an outsider."""
        if world.entry.starter is not Actor.OUTSIDER:
            return ()
        return self._held(self._checks.before(step), step.condition, world)

    def _held(
        self, checks: tuple[Check, ...], condition: Scalar | None, world: World, job: str | None = None
    ) -> tuple[Gate, ...]:
        """A check that fails holds back what waits for success; of another one an output must be asked."""
        if not checks:
            return ()
        asked = {path[:3] for path in self._asked(condition)}
        waits = self.waits(condition)
        return tuple(
            Gate(_ENDS, check.location, verdict=Verdict.GUARDED, name="permission-check")
            for check in checks
            if ((check.fails and waits) or (("needs", job, "outputs") if job else check.outputs) in asked)
            and world.holds(self._expressions.condition(check.step.condition)) is True
        )

    def waits(self, condition: Scalar | None) -> bool:
        """Whether GitHub adds `success()` to a condition."""
        parsed = self._expressions.condition(condition)
        return parsed is None or parsed.implicit_success

    def _asked(self, condition: Scalar | None) -> tuple[tuple[str, ...], ...]:
        parsed = self._expressions.condition(condition)
        if parsed is None or parsed.node is None:
            return ()
        return tuple(reference.path for reference in expression.references(parsed.node))

    def _plain(self, scalar: Scalar, world: World) -> str | None:
        """The text that a value comes to; None where that isn't known."""
        parts = self._expressions.of(scalar)
        if not parts:
            return None if "${{" in scalar.value else scalar.value
        if len(parts) > 1 or parts[0].text != scalar.value.strip():
            return None
        value = world.value(parts[0].node)
        return value if isinstance(value, str) else None

    def _refuses(self, rules: EnvironmentRules, world: World) -> bool:
        """Whether its branch rules keep out the ref of a pull request's merge commit."""
        if world.entry.ref is not Ref.MERGE or in_force(ENVIRONMENT_SEES_MERGE_REF, self._settings) is False:
            return False
        if rules.branches is None:
            return rules.protected_branches
        return not any(fnmatchcase("refs/pull/1/merge", pattern) for pattern in rules.branches)


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
