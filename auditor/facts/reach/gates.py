"""The gates on the way through a workflow: conditions, environments, checks of somebody's access."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TypeAlias

from auditor.facts.entry.gate import Gate, GateKind, in_force
from auditor.facts.job.expressions import Expressions
from auditor.facts.reach.access_check import Check, Checks, FailingStep, goes_on
from auditor.facts.reach.deciders import decider
from auditor.facts.reach.entry_contexts import EntryContexts
from auditor.finding import Location, Verdict
from auditor.knowledge.platform.changes import ENVIRONMENT_SEES_MERGE_REF
from auditor.knowledge.platform.events import Actor, Ref
from auditor.languages import expression
from auditor.languages.expression import UNKNOWN, Condition, Symbol, Unknown, Value
from auditor.languages.expression.value import text_of
from auditor.languages.yaml import Mapping, Scalar
from auditor.model.documents import Job, Step
from auditor.model.settings import EnvironmentRules, Settings

_Told: TypeAlias = dict[tuple[str, ...], Value]
"""What some fields stand for, and status functions, for whoever has no access."""

_LONGEST = 120
"""Characters of a condition that a gate shows."""

_ENDS = "a check of the starter's access ends the run of somebody outside"


@dataclass(frozen=True, slots=True)
class _Ruling:
    """What a condition is in a world: whether it holds; where that isn't known, what it takes.

    `decided_by` would tell; None where whoever starts the run can meet it.
    """

    holds: bool | None
    needs_label: bool = False
    decided_by: str | None = None


class Gates:
    """Finds what stands in the way of one entry. A gate that closes the way is among what it finds."""

    def __init__(self, settings: Settings, expressions: Expressions, checks: Checks) -> None:
        self._settings = settings
        self._expressions = expressions
        self._checks = checks
        self._rulings: dict[tuple[Condition, int, EntryContexts], _Ruling] = {}

    def of_condition(self, world: EntryContexts, condition: Scalar | None, what: str) -> tuple[Gate, ...]:
        """The gate that an `if:` is; none where it surely lets the run pass."""
        parsed = self._expressions.condition(condition)
        if condition is None or parsed is None:
            return ()
        ruling = self._ruling(
            parsed, world if "needs" in condition.value.lower() else replace(world, needed=None)
        )
        at, text = condition.location, _shortened(condition.value)
        if ruling.holds is True:
            return ()
        if ruling.holds is False:
            note = f"the {what}'s `if` is false here: {text}"
            return (Gate(GateKind.CONDITION, note, at, verdict=Verdict.GUARDED),)
        if ruling.needs_label:
            note = f"only someone who triages can set the label that the {what}'s `if` asks for: {text}"
            return (Gate(GateKind.LABEL, note, at, lowers=1),)
        if ruling.decided_by is None:
            note = f"whoever starts the run can meet the {what}'s `if`: {text}"
            return (Gate(GateKind.CONDITION, note, at),)
        note = f"the {what}'s `if` can't be decided: {text}"
        return (Gate(GateKind.CONDITION, note, at, 0, Verdict.NOT_EVALUABLE, ruling.decided_by),)

    def _ruling(self, condition: Condition, world: EntryContexts) -> _Ruling:
        # Jobs often share a condition. A mapping has no hash, and the world in the key keeps it alive.
        key = (condition, id(world.given), world)
        if key not in self._rulings:
            self._rulings[key] = _ruling(condition, world)
        return self._rulings[key]

    def of_environment(self, job: Job, world: EntryContexts) -> tuple[Gate, ...]:
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
            return (Gate(GateKind.ENVIRONMENT, note, at, 0, Verdict.NOT_EVALUABLE, decided_by),)
        if self._refuses(rules, world):
            note = f"the environment {shown} takes no pull request's ref"
            return (Gate(GateKind.ENVIRONMENT, note, at, verdict=Verdict.GUARDED),)
        if rules.holds_back:
            note = f"the environment {shown} waits for its reviewers"
            return (Gate(GateKind.ENVIRONMENT, note, at, lowers=2),)
        return (Gate(GateKind.ENVIRONMENT, f"the environment {shown} has no reviewers", at),)

    def of_needed(self, needed: Job, gated: Job, world: EntryContexts) -> tuple[Gate, ...]:
        """The gates that the checks in a needed job are to an outsider."""
        if world.entry.starter is not Actor.OUTSIDER or needed.id.lower() in world.shut:
            return ()
        checks = self._checks.of(needed)
        if not checks and not needed.uses:
            return ()
        within = replace(world, shut=frozenset())
        at = self._ends(needed, within, _MAX_DEPTH) if needed.uses else None
        if at is not None and self._is_closed(gated.condition, world, self._after_failing(needed, world)):
            return (_gate(at),)
        for check in self._standing(checks, within):
            fails = check.fails and not goes_on(_node_of(needed))
            after = [
                {**each, **self._outputs(needed, told, within)}
                for each in (self._after_failing(needed, world) if fails else [{}])
                for told in self._told(check, gated.condition)
            ]
            if self._is_closed(gated.condition, world, after):
                return (_gate(check.location),)
        return ()

    def before(self, step: Step, world: EntryContexts) -> tuple[Gate, ...]:
        """The gates that the checks before a step are to an outsider."""
        if world.entry.starter is not Actor.OUTSIDER:
            return ()
        for check in self._standing(self._checks.before(step), world):
            after = [{**each, **told} for each in _ended(check) for told in self._told(check, step.condition)]
            if self._is_closed(step.condition, world, after):
                return (_gate(check.location),)
        return ()

    def asks_success(self, needed: Job, gated: Job, world: EntryContexts) -> bool:
        """Whether a job surely doesn't run where a needed one has failed or was skipped."""
        if self.waits(gated.condition):
            return True
        skipped = {**_FAILED[1], ("needs", needed.id.lower(), "result"): "skipped"}
        after = [*self._after_failing(needed, world), skipped]
        return self._is_closed(gated.condition, world, after)

    def handed_on(self, needed: Job, gates: tuple[Gate, ...]) -> tuple[Gate, ...]:
        """Those gates of a needed job that jobs after it meet, too: not a rejection that it goes on after."""
        if not needed.environment or not needed.environment.name or not goes_on(_node_of(needed)):
            return gates
        at = needed.environment.name.location
        return tuple(gate for gate in gates if gate.kind is not GateKind.ENVIRONMENT or gate.location != at)

    def waits(self, condition: Scalar | None) -> bool:
        """Whether GitHub adds `success()` to a condition."""
        parsed = self._expressions.condition(condition)
        return parsed is None or parsed.implicit_success

    def _ends(self, calling: Job, world: EntryContexts, depth: int) -> Location | None:
        """Where a called workflow of this repository surely fails for the outsider."""
        callee = self._checks.callee(calling)
        if callee is None or not depth:
            return None
        inside = replace(world, called=True, given={})
        for job in callee.jobs:
            if goes_on(_node_of(job)) or inside.holds(self._expressions.condition(job.condition)) is not True:
                continue
            failing = (check for check in self._standing(self._checks.of(job), inside) if check.fails)
            at = next((check.location for check in failing), None)
            # A job that needs others may be skipped, and is a failure of the whole only if they fail.
            if at is not None and not job.needs:
                return at
        return None

    def _standing(self, checks: tuple[Check, ...], world: EntryContexts) -> Iterator[Check]:
        """The checks that surely run and ask for whoever started the run."""
        known: _Told = {}
        for check in checks:
            condition = self._expressions.condition(check.step.condition)
            if self._holds(condition, world, known) is not True:
                continue
            if check.refusal:
                if not self._is_refused(check.refusal, condition, world, known):
                    continue
            elif not self._is_his(check, world):
                continue
            yield check
            known |= _ended(check)[0] | next(iter(self._told(check, None)))

    def _is_refused(
        self, refusal: FailingStep, condition: Condition | None, world: EntryContexts, known: _Told
    ) -> bool:
        """Whether the step fails by what is known of the checks before it, and not for everybody."""
        if refusal.asked is None:
            return self._holds(condition, world, {}) is not True
        value = self._plain_text(refusal.text, world, known)
        if value is None or self._plain_text(refusal.text, world, {}) is not None:
            return False
        return (value == refusal.asked.word) is refusal.asked.fails_if_equal

    def _plain_text(self, text: Scalar | None, world: EntryContexts, known: _Told) -> str | None:
        parts = self._expressions.of(text)
        if text is None or len(parts) != 1 or parts[0].text != text.value.strip():
            return None
        value = world.value(parts[0].node, lambda path: known.get(path, UNKNOWN))
        return None if isinstance(value, (Symbol, Unknown)) else text_of(value)

    def _is_his(self, check: Check, world: EntryContexts) -> bool:
        if check.on_disk and world.entry.ref is Ref.MERGE:
            return False
        node = expression.parse(check.who)
        who = world.value(node)
        return isinstance(who, Symbol) and who.name == check.who

    def _told(self, check: Check, condition: Scalar | None) -> Iterator[_Told]:
        """What a condition may read of a check; one that asks for a status may see a check cut short."""
        if check.step.id is None:
            yield {}
            return
        step = ("steps", check.step.id.value.lower())
        told: _Told = {(*step, "outputs", name): value for name, value in check.outputs.items()}
        if check.refuses:
            told[*step, "outcome"] = "failure"
            told[*step, "conclusion"] = "failure" if check.fails else "success"
        yield told
        if not self.waits(condition):
            yield dict.fromkeys(told)

    def _outputs(self, job: Job, told: _Told, world: EntryContexts) -> _Told:
        """The outputs of a job that are made of what is told of its steps."""
        found: _Told = {}
        for entry in job.outputs:
            text = entry.value
            parts = self._expressions.of(text) if isinstance(text, Scalar) else ()
            if len(parts) != 1 or parts[0].text != parts[0].scalar.value.strip():
                continue
            if not any(reference.path in told for reference in parts[0].references()):
                continue
            value = world.value(parts[0].node, lambda path: told.get(path, UNKNOWN))
            if not isinstance(value, (Symbol, Unknown)):
                value = text_of(value)
            found["needs", job.id.lower(), "outputs", entry.key.value.lower()] = value
        return found

    def _after_failing(self, needed: Job, world: EntryContexts) -> list[_Told]:
        """What jobs after a failed one read of it. It may have been cancelled before it failed."""
        if goes_on(_node_of(needed)):
            return [{}]
        result = ("needs", needed.id.lower(), "result")
        after: list[_Told] = [{**_FAILED[0], result: "failure"}, {**_FAILED[1], result: "cancelled"}]
        if world.holds(self._expressions.condition(needed.condition)) is not True:
            after.append({**_FAILED[2], result: "skipped"})
        return after

    def _is_closed(self, condition: Scalar | None, world: EntryContexts, after: list[_Told]) -> bool:
        parsed = self._expressions.condition(condition)
        return bool(after) and all(self._holds(parsed, world, told) is False for told in after)

    def _holds(self, condition: Condition | None, world: EntryContexts, told: _Told) -> bool | None:
        condition = condition or Condition(None, implicit_success=True)
        if condition.always_true_text:
            condition = replace(condition, node=None)
        lookup = world.lookup(condition.node, lambda path: told.get(path, UNKNOWN))
        return expression.holds(condition, lookup)

    def _plain(self, scalar: Scalar, world: EntryContexts) -> str | None:
        """The text that a value comes to; None where that isn't known."""
        parts = self._expressions.of(scalar)
        if not parts:
            return None if "${{" in scalar.value else scalar.value
        if len(parts) > 1 or parts[0].text != scalar.value.strip():
            return None
        value = world.value(parts[0].node)
        return value if isinstance(value, str) else None

    def _refuses(self, rules: EnvironmentRules, world: EntryContexts) -> bool:
        """Whether its branch rules keep out the ref of a pull request's merge commit."""
        if world.entry.ref is not Ref.MERGE or in_force(ENVIRONMENT_SEES_MERGE_REF, self._settings) is False:
            return False
        if rules.branches is None:
            return rules.protected_branches
        return not any(fnmatchcase("refs/pull/1/merge", pattern) for pattern in rules.branches)


_MAX_DEPTH = 1
"""Called workflows that are opened for a check in them."""

_FAILED: tuple[_Told, ...] = (
    {("success()",): False, ("failure()",): True, ("cancelled()",): False},
    {("success()",): False, ("failure()",): False, ("cancelled()",): True},
    {("success()",): False, ("failure()",): False, ("cancelled()",): False},
)
"""What the status functions say after a failure, a run that was cancelled, and a job that was skipped."""


def _ended(check: Check) -> list[_Told]:
    """What the status functions may say in the same job after a check of somebody without access."""
    return list(_FAILED[:2]) if check.fails else [{}]


def _gate(at: Location) -> Gate:
    return Gate(GateKind.PERMISSION_CHECK, _ENDS, at, verdict=Verdict.GUARDED)


def _node_of(job: Job) -> Mapping:
    jobs = job.workflow.root.get("jobs")
    body = jobs.get(job.key.value) if isinstance(jobs, Mapping) else None
    return body if isinstance(body, Mapping) else job.workflow.root


def _ruling(condition: Condition, world: EntryContexts) -> _Ruling:
    holds = world.holds(condition)
    if holds is not None:
        return _Ruling(holds)
    if world.entry.starter is Actor.OUTSIDER:
        world = replace(world, unlabelled=True)
        if world.holds(condition) is False:
            return _Ruling(None, needs_label=True)
    missing = world.undecided(condition)
    return _Ruling(None, decided_by=decider(missing[0], world.entry) if missing else None)


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
