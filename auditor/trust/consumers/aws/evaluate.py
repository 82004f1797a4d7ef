"""One token against one policy, the naive way: the second opinion on whatever the automata say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.cloud.aws import GITHUB, Statement, StatementCondition, TrustPolicy
from auditor.cloud.content_search import OPAQUE
from auditor.cloud.values import Hole, Value, glob_matches
from auditor.finding import Location
from auditor.trust.automata.language import small
from auditor.trust.consumers.aws.semantics import (
    Absence,
    Operator,
    OperatorKind,
    PolicyVariable,
    claim_of,
    operator_of,
    pieces,
    takes,
)
from auditor.trust.minting.issuer import Issuer

_STAR, _QUESTION = "\ue001", "\ue002"


def accepts(
    policy: TrustPolicy, claims: Mapping[str, str], *, issuer: str = GITHUB, generous: bool = False
) -> bool:
    """Whether AWS gives the role for a token with `claims` that `issuer` has minted.

    Where the policy leaves something open, the answer is the cautious no, or yes with `generous`.
    A claim that AWS doesn't read counts as missing. The audiences of the provider aren't looked at.
    """
    token = _AwsToken(policy, claims, Issuer(issuer))
    covering = [statement for statement in policy.statements if statement.covers_web_identity]
    denied = any(token.meets(statement, generous=not generous) for statement in covering if statement.is_deny)
    return not denied and any(
        token.meets(statement, generous=generous) for statement in covering if not statement.is_deny
    )


def statement_accepts(
    policy: TrustPolicy,
    statement: Statement,
    claims: Mapping[str, str],
    issuer: Issuer,
    *,
    generous: bool = False,
) -> bool:
    """`accepts`, where the other Allow statements aren't there."""
    denials = tuple(other for other in policy.statements if other.is_deny)
    alone = TrustPolicy(policy.role, policy.version, (statement, *denials), policy.location)
    return accepts(alone, claims, issuer=issuer.name, generous=generous)


def refusals(
    policy: TrustPolicy, statement: Statement, claims: Mapping[str, str], issuer: Issuer
) -> Iterator[tuple[str, Location]]:
    """What keeps a token out of one Allow statement: conditions that fail, and statements that deny it."""
    token = _AwsToken(policy, claims, issuer)
    for condition in token.failing(statement):
        value = token.value_of(condition)
        presented = "the token doesn't have it" if value is None else f"the token says `{value}`"
        yield f"`{condition.operator}` on `{condition.key}` fails: {presented}", condition.location
    for other in policy.statements:
        if other.is_deny and other.covers_web_identity and token.meets(other, generous=True):
            yield "it is denied", other.location


class _AwsToken:
    def __init__(self, policy: TrustPolicy, claims: Mapping[str, str], issuer: Issuer) -> None:
        self._policy = policy
        self._claims = claims
        self._issuer = issuer

    def meets(self, statement: Statement, *, generous: bool) -> bool:
        """Whether principal and conditions hold."""
        return takes(statement, self._issuer, generous=generous) and all(
            self._holds(condition, generous=generous) for condition in statement.conditions
        )

    def failing(self, statement: Statement) -> list[StatementCondition]:
        """The conditions that don't hold for sure."""
        return [each for each in statement.conditions if not self._holds(each, generous=False)]

    def value_of(self, condition: StatementCondition) -> str | None:
        """The claim that a condition tests."""
        claim = claim_of(condition.key, self._issuer.name)
        return self._claims.get(claim) if isinstance(claim, str) else None

    def _holds(self, condition: StatementCondition, *, generous: bool) -> bool:
        claim = claim_of(condition.key, self._issuer.name)
        if claim is Absence.UNKNOWN:
            return generous
        operator = operator_of(condition.operator)
        value = self._claims.get(claim) if isinstance(claim, str) else None
        if operator.comparison is OperatorKind.NULL:
            wanted = "true" if value is None else "false"
            texts = {(given.text or "").lower() for given in condition.values}
            return wanted in texts or (generous and isinstance(claim, str) and not texts <= {"true", "false"})
        if value is None:
            return operator.holds_without_key(generous=generous)
        return self._compares(condition, operator, value, generous=generous)

    def _compares(
        self, condition: StatementCondition, operator: Operator, value: str, *, generous: bool
    ) -> bool:
        if operator.comparison is OperatorKind.UNDECIDED:
            return generous
        easily = generous != operator.is_negated
        matched = any(
            self._matches(given, operator.comparison, value, generous=easily) for given in condition.values
        )
        return matched != operator.is_negated

    def _matches(self, given: Value, comparison: OperatorKind, value: str, *, generous: bool) -> bool:
        text = self._filled(given, comparison, generous=generous)
        if text is None or (given.only_if and not generous):
            return False
        if comparison is OperatorKind.ANY_CASE:
            text, value = small(text), small(value)
        return glob_matches(text, _escaped(value))

    def _filled(self, given: Value, comparison: OperatorKind, *, generous: bool) -> str | None:
        """The value as a glob, with variables and holes filled in; what is no wildcard is escaped."""
        is_glob = comparison is OperatorKind.GLOB
        made = []
        for part in given.parts:
            if isinstance(part, Hole):
                wild = generous and is_glob and not part.is_plain
                text = OPAQUE if part.default is None else part.default
                made.append("*" if wild else text if is_glob else _escaped(text))
                continue
            for piece in pieces(part, self._policy):
                if isinstance(piece, PolicyVariable):
                    filled = self._variable(piece, generous=generous)
                    if filled is None:
                        return None
                    made.append(filled)
                else:
                    made.append(piece[0] if is_glob and not piece[1] else _escaped(piece[0]))
        return "".join(made)

    def _variable(self, variable: PolicyVariable, *, generous: bool) -> str | None:
        """The glob that a variable stands for; None for one without a value, which nothing matches."""
        claim = claim_of(variable.key, self._issuer.name)
        if claim is Absence.UNKNOWN:
            return "*" if generous else None
        value = self._claims.get(claim) if isinstance(claim, str) else None
        value = variable.default if value is None else value
        return None if value is None else _escaped(value)


def _escaped(text: str) -> str:
    return text.replace("*", _STAR).replace("?", _QUESTION)
