"""A role trust policy as acceptors: each Allow statement, for each issuer that its principal means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from auditor.cloud.aws import Statement, StatementCondition, TrustPolicy
from auditor.cloud.values import Hole
from auditor.finding import Location
from auditor.trust.automata.boxes import Box
from auditor.trust.automata.search import StepBudget
from auditor.trust.consumers.aws.boxes import allowed_box, boxes
from auditor.trust.consumers.aws.evaluate import refusals, statement_accepts
from auditor.trust.consumers.aws.names import names_in
from auditor.trust.consumers.aws.semantics import (
    Absence,
    Operator,
    OperatorKind,
    claim_of,
    issuers_of,
    operator_of,
)
from auditor.trust.consumers.aws.vacuous import effects
from auditor.trust.minting.issuer import Issuer
from auditor.trust.questions.acceptor import Acceptor, PolicyCheck, VacuousCheck
from auditor.trust.questions.names import NamedParties


class AllowStatement(Acceptor):
    """One Allow statement, less what the Deny statements of its policy take back."""

    def __init__(
        self, policy: TrustPolicy, statement: Statement, issuer: Issuer, names: NamedParties
    ) -> None:
        self.policy = policy
        self.statement = statement
        self.issuer = issuer
        self.names = names
        self.location = statement.location

    def boxes(self, budget: StepBudget, *, generous: bool) -> Sequence[Box]:
        """What it accepts; nothing for sure where its principal may mean another issuer."""
        if not generous and not self.issuer.is_sure:
            return ()
        return boxes(self.policy, self.statement, self.issuer, budget, generous=generous)

    def at_most(self, budget: StepBudget) -> Sequence[Box]:
        """What it would accept if nothing were denied."""
        box = allowed_box(self.policy, self.statement, self.issuer, budget, generous=True)
        return () if box is None else (box,)

    def accepts(self, claims: Mapping[str, str], *, generous: bool = False) -> bool:
        """What AWS says of a token, as far as this statement decides it."""
        return statement_accepts(self.policy, self.statement, claims, self.issuer, generous=generous)

    def refusals(self, claims: Mapping[str, str]) -> Sequence[tuple[str, Location]]:
        """The conditions that fail, and the statements that deny it."""
        return tuple(refusals(self.policy, self.statement, claims, self.issuer))

    def checks(self) -> Sequence[PolicyCheck]:
        """Its conditions."""
        return tuple(self._check(condition) for condition in self.statement.conditions)

    def doubts(self) -> Iterator[str]:
        """Holes in globs, operators and keys that can't be decided, and a principal that isn't clear."""
        if not self.issuer.is_sure:
            yield "which provider the principal means"
        conditions = [condition for one in self._relevant() for condition in one.conditions]
        holes = [hole for condition in conditions for hole in _open_holes(condition)]
        values = [value for condition in conditions for value in condition.values]
        names = [*(hole.name for hole in holes), *(value.only_if for value in values if value.only_if)]
        yield from dict.fromkeys(f"`{name}`" for name in names)
        unknown = [condition for condition in conditions if self._is_unknown(condition)]
        yield from dict.fromkeys(_shown(condition) for condition in unknown)

    @property
    def has_holes(self) -> bool:
        """Whether a value of its conditions, or of a Deny statement's, isn't written out."""
        conditions = (condition for one in self._relevant() for condition in one.conditions)
        return any(value.holes for condition in conditions for value in condition.values)

    @property
    def tests_audience(self) -> bool:
        """Whether a condition speaks of `aud`, or may; the provider's list isn't in the policy."""
        unread = any(not condition.key for condition in self.statement.conditions)
        return unread or any(check.claim == "aud" for check in self.checks())

    def vacuous_checks(self) -> Sequence[VacuousCheck]:
        """Its conditions that are vacuous, or can't hold."""
        found = effects(self.policy, self.statement, self.issuer)
        return tuple(VacuousCheck(self._check(condition), effect, why) for condition, effect, why in found)

    @property
    def cost(self) -> int:
        """A step a statement, and one a principal."""
        return 1 + sum(1 + len(statement.federated) for statement in self.policy.statements)

    def _check(self, condition: StatementCondition) -> PolicyCheck:
        claim = claim_of(condition.key, self.issuer.name)
        text = _shown(condition)
        values = tuple(value.shown for value in condition.values)
        known = claim if isinstance(claim, str) else None
        words = _in_words(known or condition.key, operator_of(condition.operator), values)
        return PolicyCheck(known, text, values, condition.location, words)

    def _relevant(self) -> list[Statement]:
        return [self.statement, *(other for other in self.policy.statements if other.is_deny)]

    def _is_unknown(self, condition: StatementCondition) -> bool:
        claim = claim_of(condition.key, self.issuer.name)
        undecided = operator_of(condition.operator).comparison is OperatorKind.UNDECIDED
        return claim is Absence.UNKNOWN or (isinstance(claim, str) and undecided)


_VERBS = {
    OperatorKind.EXACT: ("is", "isn't"),
    OperatorKind.ANY_CASE: ("is, in any case,", "isn't, in any case,"),
    OperatorKind.GLOB: ("matches", "doesn't match"),
    OperatorKind.NULL: ("is missing:", "is missing:"),
    OperatorKind.UNDECIDED: ("meets", "meets"),
}


def _in_words(what: str, operator: Operator, values: Sequence[str]) -> str:
    """`sub matches repo:acme/*`; `environment is prod, or is missing`."""
    verb = _VERBS[operator.comparison][operator.is_negated]
    listed = (" and " if operator.is_negated else " or ").join(values) or "nothing"
    may_lack = operator.holds_without_key(generous=True) and operator.comparison is not OperatorKind.NULL
    return f"{what} {verb} {listed}{', or is missing' if may_lack else ''}"


def statements_of(policy: TrustPolicy) -> tuple[AllowStatement, ...]:
    """The acceptors of a policy, in the order of its statements."""
    names = names_in(policy)
    return tuple(
        AllowStatement(policy, statement, issuer, names)
        for statement in policy.statements
        if not statement.is_deny and statement.covers_web_identity
        for issuer in issuers_of(statement)
    )


def _shown(condition: StatementCondition) -> str:
    """A condition for a reader. Of one that isn't known there is only what it depends on."""
    return f"`{condition.operator}` on `{condition.key}`" if condition.key else f"`{condition.operator}`"


def _open_holes(condition: StatementCondition) -> list[Hole]:
    """The holes that decide: in a glob, and able to hold a wildcard."""
    if operator_of(condition.operator).comparison is not OperatorKind.GLOB:
        return []
    return [hole for value in condition.values for hole in value.holes if not hole.is_plain]
