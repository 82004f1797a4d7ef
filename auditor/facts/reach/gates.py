"""The gates on the way through a workflow that conditions and environments are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from auditor.facts.entry.gate import Gate, GateKind, in_force
from auditor.facts.job.expressions import Expressions
from auditor.facts.reach.access.check import goes_on
from auditor.facts.reach.deciders import decider
from auditor.facts.reach.entry_contexts import EntryContexts
from auditor.finding import Verdict
from auditor.knowledge.platform.changes import ENVIRONMENT_SEES_MERGE_REF
from auditor.knowledge.platform.events import Actor, Ref
from auditor.languages.expression import Condition
from auditor.languages.yaml import Scalar
from auditor.model.documents import Job
from auditor.model.settings import EnvironmentRules, Settings

_LONGEST = 120
"""Characters of a condition that a gate shows."""


@dataclass(frozen=True, slots=True)
class _Ruling:
    """What a condition evaluates to: whether it holds; where that isn't known, what it takes.

    `decided_by` names what would decide it; None where whoever starts the run can meet it.
    """

    holds: bool | None
    needs_label: bool = False
    decided_by: str | None = None


class Gates:
    """Finds what stands in the way of one entry. A gate that closes the way is among what it finds."""

    def __init__(self, settings: Settings, expressions: Expressions) -> None:
        self._settings = settings
        self._expressions = expressions
        self._rulings: dict[tuple[Condition, int, EntryContexts], _Ruling] = {}

    def of_condition(self, contexts: EntryContexts, condition: Scalar | None, what: str) -> tuple[Gate, ...]:
        """The gate that an `if:` is; none where it surely lets the run pass."""
        parsed = self._expressions.condition(condition)
        if condition is None or parsed is None:
            return ()
        ruling = self._ruling(
            parsed, contexts if "needs" in condition.value.lower() else replace(contexts, needed=None)
        )
        at, text = condition.location, _shortened(condition.value)
        if ruling.holds is True:
            return ()
        if ruling.holds is False:
            note = f"the {what}'s `if` is false here: {text}"
            return (Gate(GateKind.CONDITION, note, at, verdict=Verdict.GUARDED),)
        if ruling.needs_label:
            note = f"only someone who triages can set the label that the {what}'s `if` requires: {text}"
            return (Gate(GateKind.LABEL, note, at, lowers=1),)
        if ruling.decided_by is None:
            note = f"whoever starts the run can meet the {what}'s `if`: {text}"
            return (Gate(GateKind.CONDITION, note, at),)
        note = f"the {what}'s `if` can't be decided: {text}"
        return (Gate(GateKind.CONDITION, note, at, 0, Verdict.NOT_EVALUABLE, ruling.decided_by),)

    def _ruling(self, condition: Condition, contexts: EntryContexts) -> _Ruling:
        # Jobs often share a condition. A mapping has no hash, and the contexts in the key keep it alive.
        key = (condition, id(contexts.given), contexts)
        if key not in self._rulings:
            self._rulings[key] = _ruling(condition, contexts)
        return self._rulings[key]

    def of_environment(self, job: Job, contexts: EntryContexts) -> tuple[Gate, ...]:
        """The gate that the job's `environment:` is."""
        if job.environment is None or job.environment.name is None:
            return ()
        name = self._known_text(job.environment.name, contexts)
        if name == "":
            return ()
        at = job.environment.name.location
        shown = f"`{_shortened(name or job.environment.name.value)}`"
        rules = self._settings.environment(name) if name else None
        if rules is None:
            note = f"the environment {shown} may have reviewers; whether it has isn't known"
            decided_by = f"the rules of the environment {shown} (`--settings`)"
            return (Gate(GateKind.ENVIRONMENT, note, at, 0, Verdict.NOT_EVALUABLE, decided_by),)
        if self._refuses(rules, contexts):
            note = f"the environment {shown} takes no pull request's ref"
            return (Gate(GateKind.ENVIRONMENT, note, at, verdict=Verdict.GUARDED),)
        if rules.holds_back:
            note = f"the environment {shown} waits for its reviewers"
            return (Gate(GateKind.ENVIRONMENT, note, at, lowers=2),)
        return (Gate(GateKind.ENVIRONMENT, f"the environment {shown} has no reviewers", at),)

    def handed_on(self, needed: Job, gates: tuple[Gate, ...]) -> tuple[Gate, ...]:
        """Those gates of a needed job that jobs after it meet, too: not a rejection that it goes on after."""
        if not needed.environment or not needed.environment.name or not goes_on(needed):
            return gates
        at = needed.environment.name.location
        return tuple(gate for gate in gates if gate.kind is not GateKind.ENVIRONMENT or gate.location != at)

    def _known_text(self, scalar: Scalar, contexts: EntryContexts) -> str | None:
        """The text that a value evaluates to; None where that isn't known."""
        parts = self._expressions.of(scalar)
        if not parts:
            return None if "${{" in scalar.value else scalar.value
        if len(parts) > 1 or parts[0].text != scalar.value.strip():
            return None
        value = contexts.value(parts[0].node)
        return value if isinstance(value, str) else None

    def _refuses(self, rules: EnvironmentRules, contexts: EntryContexts) -> bool:
        """Whether its branch rules keep out the ref of a pull request's merge commit."""
        if (
            contexts.entry.ref is not Ref.MERGE
            or in_force(ENVIRONMENT_SEES_MERGE_REF, self._settings) is False
        ):
            return False
        if rules.branches is None:
            return rules.protected_branches
        return not any(fnmatchcase("refs/pull/1/merge", pattern) for pattern in rules.branches)


def _ruling(condition: Condition, contexts: EntryContexts) -> _Ruling:
    holds = contexts.holds(condition)
    if holds is not None:
        return _Ruling(holds)
    if contexts.entry.starter is Actor.OUTSIDER:
        contexts = replace(contexts, unlabelled=True)
        if contexts.holds(condition) is False:
            return _Ruling(None, needs_label=True)
    missing = contexts.undecided(condition)
    return _Ruling(None, decided_by=decider(missing[0], contexts.entry) if missing else None)


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
