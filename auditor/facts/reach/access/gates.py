"""The gates that checks of somebody's access are to an outsider, whom they end the run of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

from auditor.facts.entry.gate import Gate, GateKind
from auditor.facts.job.expressions import Expressions
from auditor.facts.reach.access.check import Check, Checks, FailingStep, goes_on
from auditor.facts.reach.entry_contexts import EntryContexts
from auditor.finding import Location, Verdict
from auditor.knowledge.platform.events import Actor, Ref
from auditor.languages import expression
from auditor.languages.expression import UNKNOWN, Condition, Symbol, Unknown, Value
from auditor.languages.expression.value import text_of
from auditor.languages.yaml import Scalar
from auditor.model.documents import Job, Step

_Known: TypeAlias = dict[tuple[str, ...], Value]
"""What some fields stand for, and status functions, for whoever has no access."""

_ENDS = "a check of the starter's access ends the run of somebody outside"

_MAX_DEPTH = 1
"""Called workflows that are opened for a check in them."""

_FAILED: tuple[_Known, ...] = (
    {("success()",): False, ("failure()",): True, ("cancelled()",): False},
    {("success()",): False, ("failure()",): False, ("cancelled()",): True},
    {("success()",): False, ("failure()",): False, ("cancelled()",): False},
)
"""What the status functions say after a failure, a run that was cancelled, and a job that was skipped."""


class AccessGates:
    """Finds the checks of access that stand in the way of an outsider, and what goes on after a failure."""

    def __init__(self, expressions: Expressions, checks: Checks) -> None:
        self._expressions = expressions
        self._checks = checks

    def of_needed(self, needed: Job, gated: Job, contexts: EntryContexts) -> tuple[Gate, ...]:
        """The gates that the checks in a needed job are to an outsider."""
        if contexts.entry.starter is not Actor.OUTSIDER or needed.id.lower() in contexts.shut:
            return ()
        checks = self._checks.of(needed)
        if not checks and not needed.uses:
            return ()
        within = replace(contexts, shut=frozenset())
        at = self._failure_within(needed, within, _MAX_DEPTH) if needed.uses else None
        if at is not None and self._is_closed(
            gated.condition, contexts, self._after_failing(needed, contexts)
        ):
            return (_gate(at),)
        for check in self._effective(checks, within):
            fails = check.fails and not goes_on(needed)
            after = [
                {**each, **self._outputs(needed, result, within)}
                for each in (self._after_failing(needed, contexts) if fails else [{}])
                for result in self._results(check, gated.condition)
            ]
            if self._is_closed(gated.condition, contexts, after):
                return (_gate(check.location),)
        return ()

    def before(self, step: Step, contexts: EntryContexts) -> tuple[Gate, ...]:
        """The gates that the checks before a step are to an outsider."""
        if contexts.entry.starter is not Actor.OUTSIDER:
            return ()
        for check in self._effective(self._checks.before(step), contexts):
            after = [
                {**each, **result}
                for each in _statuses_after(check)
                for result in self._results(check, step.condition)
            ]
            if self._is_closed(step.condition, contexts, after):
                return (_gate(check.location),)
        return ()

    def needs_success(self, needed: Job, gated: Job, contexts: EntryContexts) -> bool:
        """Whether a job surely doesn't run where a needed one has failed or was skipped."""
        if self.waits(gated.condition):
            return True
        skipped = {**_FAILED[1], ("needs", needed.id.lower(), "result"): "skipped"}
        after = [*self._after_failing(needed, contexts), skipped]
        return self._is_closed(gated.condition, contexts, after)

    def waits(self, condition: Scalar | None) -> bool:
        """Whether GitHub adds `success()` to a condition."""
        parsed = self._expressions.condition(condition)
        return parsed is None or parsed.implicit_success

    def _failure_within(self, calling: Job, contexts: EntryContexts, depth: int) -> Location | None:
        """Where a called workflow of this repository surely fails for the outsider."""
        callee = self._checks.callee(calling)
        if callee is None or not depth:
            return None
        inside = replace(contexts, called=True, given={})
        for job in callee.jobs:
            if goes_on(job) or inside.holds(self._expressions.condition(job.condition)) is not True:
                continue
            failing = (check for check in self._effective(self._checks.of(job), inside) if check.fails)
            at = next((check.location for check in failing), None)
            # A job that needs others may be skipped, and is a failure of the whole only if they fail.
            if at is not None and not job.needs:
                return at
        return None

    def _effective(self, checks: tuple[Check, ...], contexts: EntryContexts) -> Iterator[Check]:
        """The checks that surely run and test whoever started the run."""
        known: _Known = {}
        for check in checks:
            condition = self._expressions.condition(check.step.condition)
            if self._holds(condition, contexts, known) is not True:
                continue
            if check.refusal:
                if not self._is_refused(check.refusal, contexts, known):
                    continue
            elif not self._checks_starter(check, contexts):
                continue
            yield check
            known |= _statuses_after(check)[0] | next(iter(self._results(check, None)))

    def _is_refused(self, refusal: FailingStep, contexts: EntryContexts, known: _Known) -> bool:
        """Whether the step, which surely runs, fails by what is known of who started the run."""
        if refusal.texts:
            value = self._value(refusal.text, contexts, known)
            if isinstance(value, Symbol):
                return value.among is not None and not value.among & refusal.texts
            return not isinstance(value, Unknown) and text_of(value) not in refusal.texts
        if refusal.comparison is None:
            return True
        value = self._plain_text(refusal.text, contexts, known)
        if value is None or self._plain_text(refusal.text, contexts, {}) is not None:
            return False
        return (value == refusal.comparison.word) is refusal.comparison.fails_if_equal

    def _value(self, text: Scalar | None, contexts: EntryContexts, known: _Known) -> Value:
        parts = self._expressions.of(text)
        if text is None or len(parts) != 1 or parts[0].text != text.value.strip():
            return UNKNOWN
        return contexts.value(parts[0].node, lambda path: known.get(path, UNKNOWN))

    def _plain_text(self, text: Scalar | None, contexts: EntryContexts, known: _Known) -> str | None:
        value = self._value(text, contexts, known)
        return None if isinstance(value, (Symbol, Unknown)) else text_of(value)

    def _checks_starter(self, check: Check, contexts: EntryContexts) -> bool:
        if check.on_disk and contexts.entry.ref is Ref.MERGE:
            return False
        node = expression.parse(check.who)
        who = contexts.value(node)
        return isinstance(who, Symbol) and who.name == check.who

    def _results(self, check: Check, condition: Scalar | None) -> Iterator[_Known]:
        """What a condition may read of a check; one that tests a status may see a check cut short."""
        if check.step.id is None:
            yield {}
            return
        step = ("steps", check.step.id.value.lower())
        known: _Known = {(*step, "outputs", name): value for name, value in check.outputs.items()}
        if check.refuses:
            known[*step, "outcome"] = "failure"
            known[*step, "conclusion"] = "failure" if check.fails else "success"
        yield known
        if not self.waits(condition):
            yield dict.fromkeys(known)

    def _outputs(self, job: Job, known: _Known, contexts: EntryContexts) -> _Known:
        """The outputs of a job that are made of what is known of its steps."""
        found: _Known = {}
        for entry in job.outputs:
            text = entry.value
            parts = self._expressions.of(text) if isinstance(text, Scalar) else ()
            if len(parts) != 1 or parts[0].text != parts[0].scalar.value.strip():
                continue
            if not any(reference.path in known for reference in parts[0].references()):
                continue
            value = contexts.value(parts[0].node, lambda path: known.get(path, UNKNOWN))
            if not isinstance(value, (Symbol, Unknown)):
                value = text_of(value)
            found["needs", job.id.lower(), "outputs", entry.key.value.lower()] = value
        return found

    def _after_failing(self, needed: Job, contexts: EntryContexts) -> list[_Known]:
        """What jobs after a failed one read of it. It may have been cancelled before it failed."""
        if goes_on(needed):
            return [{}]
        result = ("needs", needed.id.lower(), "result")
        after: list[_Known] = [{**_FAILED[0], result: "failure"}, {**_FAILED[1], result: "cancelled"}]
        if contexts.holds(self._expressions.condition(needed.condition)) is not True:
            after.append({**_FAILED[2], result: "skipped"})
        return after

    def _is_closed(self, condition: Scalar | None, contexts: EntryContexts, after: list[_Known]) -> bool:
        parsed = self._expressions.condition(condition)
        return bool(after) and all(self._holds(parsed, contexts, known) is False for known in after)

    def _holds(self, condition: Condition | None, contexts: EntryContexts, known: _Known) -> bool | None:
        condition = condition or Condition(None, implicit_success=True)
        if condition.always_true_text:
            condition = replace(condition, node=None)
        lookup = contexts.lookup(condition.node, lambda path: known.get(path, UNKNOWN))
        return expression.holds(condition, lookup)


def _statuses_after(check: Check) -> list[_Known]:
    """What the status functions may say in the same job after a check of somebody without access."""
    return list(_FAILED[:2]) if check.fails else [{}]


def _gate(at: Location) -> Gate:
    return Gate(GateKind.PERMISSION_CHECK, _ENDS, at, verdict=Verdict.GUARDED)
