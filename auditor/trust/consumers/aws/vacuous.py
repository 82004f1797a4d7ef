"""Conditions of a role trust policy that don't do what they say: they hold back nobody, or everybody."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.cloud.aws import Statement, StatementCondition, TrustPolicy
from auditor.trust.automata.boxes import Constraint
from auditor.trust.automata.language import ANYWHERE
from auditor.trust.automata.search import StepBudget
from auditor.trust.consumers.aws.boxes import allowed_box
from auditor.trust.consumers.aws.semantics import (
    SESSION_NAME,
    Absence,
    Operator,
    OperatorKind,
    Quantifier,
    claim_of,
    is_own_variable,
    operator_of,
)
from auditor.trust.minting.issuer import Issuer
from auditor.trust.questions.acceptor import Effect

_OPTIONAL = frozenset({"environment", "enterprise_id"})
_STEPS = 5_000
_WILD = frozenset("*?")


def effects(
    policy: TrustPolicy, statement: Statement, issuer: Issuer
) -> Iterator[tuple[StatementCondition, Effect, str]]:
    """Each such condition of a statement, what comes of it, and why. Raises `TooMuchError`."""
    for condition in statement.conditions:
        found = _effect(policy, statement, condition, issuer)
        if found is not None:
            yield condition, *found


def _effect(
    policy: TrustPolicy, statement: Statement, condition: StatementCondition, issuer: Issuer
) -> tuple[Effect, str] | None:
    operator, claim = operator_of(condition.operator), claim_of(condition.key, issuer.name)
    if claim is Absence.UNKNOWN or claim == SESSION_NAME:
        return None
    if not isinstance(claim, str):
        return _of_absent(condition, operator)
    if claim in _OPTIONAL and not _requires_environment(statement, issuer):
        if operator.holds_without_key(generous=False) and operator.comparison is not OperatorKind.NULL:
            return Effect.LETS_MANY, f"it holds for every job that has no `{claim}`"
    elif any(is_own_variable(value, condition.key, policy) for value in condition.values):
        return Effect.LETS_ALL, "its value is the claim itself"
    elif _is_everything(policy, condition, claim, issuer):
        return Effect.LETS_ALL, "it holds for every value"
    return _of_text(condition, operator)


def _of_absent(condition: StatementCondition, operator: Operator) -> tuple[Effect, str] | None:
    name = condition.key.rpartition(":")[2]
    never = f"AWS offers no claim `{name}` of GitHub's tokens under that key"
    if operator.comparison is OperatorKind.NULL:
        return None
    if not operator.holds_without_key(generous=False):
        return Effect.LETS_NONE, f"{never}, so it never holds"
    effect = Effect.HARMLESS if name.lower() == "iss" else Effect.LETS_ALL
    return effect, f"{never}"


def _of_text(condition: StatementCondition, operator: Operator) -> tuple[Effect, str] | None:
    exact = operator.comparison in (OperatorKind.EXACT, OperatorKind.ANY_CASE) and not operator.is_negated
    wild = [value.shown for value in condition.values if _WILD & set(value.text or "")]
    if exact and wild and not any("${*}" in text or "${?}" in text for text in wild):
        return Effect.LETS_NONE, f"`*` and `?` are plain characters to it, so `{wild[0]}` is no token's"
    if operator.quantifier is Quantifier.ALL or operator.if_exists:
        return Effect.HARMLESS, "it would hold without the claim, which is always there"
    return None


def _requires_environment(statement: Statement, issuer: Issuer) -> bool:
    """Whether every subject that is accepted is one of a job with an environment."""
    texts = [
        value.shown
        for condition in statement.conditions
        if claim_of(condition.key, issuer.name) == "sub"
        for value in condition.values
    ]
    return bool(texts) and all(":environment:" in text for text in texts)


def _is_everything(policy: TrustPolicy, condition: StatementCondition, claim: str, issuer: Issuer) -> bool:
    alone = Statement(None, "Allow", (), False, (), False, (condition,), condition.location)
    box = allowed_box(policy, alone, issuer, StepBudget(_STEPS), generous=False)
    return box is not None and box.get(claim, Constraint()).language.start is ANYWHERE
