"""What the statements of an AWS trust policy accept, as boxes."""

from __future__ import annotations

from auditor.cloud.aws import Statement, StatementCondition, TrustPolicy
from auditor.cloud.content_search import OPAQUE
from auditor.cloud.values import Hole, Value
from auditor.trust.automata.boxes import Box, Constraint, all_of, without
from auditor.trust.automata.language import (
    EVERYTHING,
    NOTHING,
    AnyCase,
    Complement,
    Language,
    Pattern,
    PatternSet,
    Wild,
    small,
)
from auditor.trust.automata.search import StepBudget
from auditor.trust.consumers.aws.semantics import (
    Absence,
    OperatorKind,
    PolicyVariable,
    claim_of,
    is_own_variable,
    operator_of,
    pieces,
    takes,
)
from auditor.trust.minting.issuer import Issuer


def allowed_box(
    policy: TrustPolicy, statement: Statement, issuer: Issuer, budget: StepBudget, *, generous: bool
) -> Box | None:
    """What the conditions of one statement take of `issuer`; None where they can't all hold."""
    return _Compiler(policy, issuer, budget).box(statement, generous=generous)


def boxes(
    policy: TrustPolicy, statement: Statement, issuer: Issuer, budget: StepBudget, *, generous: bool
) -> list[Box]:
    """What one Allow statement accepts of `issuer` that no Deny takes back. Raises `TooMuchError`."""
    compiler = _Compiler(policy, issuer, budget)
    allowed = compiler.box(statement, generous=generous)
    found = [] if allowed is None else [allowed]
    for denial in policy.statements:
        if not (denial.is_deny and denial.covers_web_identity and found):
            continue
        budget.spend(1 + len(denial.federated))
        if takes(denial, issuer, generous=not generous):
            denied = compiler.box(denial, generous=not generous)
            found = found if denied is None else without(found, denied, budget)
    return found


class _Compiler:
    def __init__(self, policy: TrustPolicy, issuer: Issuer, budget: StepBudget) -> None:
        self._policy = policy
        self._issuer = issuer
        self._budget = budget

    def box(self, statement: Statement, *, generous: bool) -> Box | None:
        """The conditions of a statement together; None where they can't all hold."""
        found: dict[str, list[Constraint]] = {}
        for condition in statement.conditions:
            self._budget.spend(1)
            claim = claim_of(condition.key, self._issuer.name)
            if isinstance(claim, str):
                found.setdefault(claim, []).append(self._constraint(condition, generous=generous))
            elif not _holds_without_claim(condition, claim, generous=generous):
                return None
        return {claim: all_of(constraints) for claim, constraints in found.items()}

    def _constraint(self, condition: StatementCondition, *, generous: bool) -> Constraint:
        operator = operator_of(condition.operator)
        if operator.comparison is OperatorKind.NULL:
            texts = [(value.text or "").lower() for value in condition.values]
            unclear = generous and any(text not in ("true", "false") for text in texts)
            present = "false" in texts or unclear
            return Constraint(EVERYTHING if present else NOTHING, "true" in texts or unclear)
        absent = operator.holds_without_key(generous=generous)
        if operator.comparison is OperatorKind.UNDECIDED:
            return Constraint(EVERYTHING if generous else NOTHING, absent)
        if operator.is_negated:
            return Constraint(
                Complement(self._values(condition, operator.comparison, generous=not generous)), absent
            )
        return Constraint(self._values(condition, operator.comparison, generous=generous), absent)

    def _values(self, condition: StatementCondition, comparison: OperatorKind, *, generous: bool) -> Language:
        found = []
        for value in condition.values:
            self._budget.spend(1 + len(value.shown) // 8)
            if value.only_if and not generous:
                continue
            pattern = self._pattern(value, condition.key, comparison, generous=generous)
            if pattern is not None:
                found.append(pattern)
        language = PatternSet(found)
        return AnyCase(language) if comparison is OperatorKind.ANY_CASE else language

    def _pattern(self, value: Value, key: str, comparison: OperatorKind, *, generous: bool) -> Pattern | None:
        """What a value matches; None for nothing."""
        if is_own_variable(value, key, self._policy):
            return (Wild.RUN,)
        pattern: list[str | Wild] = []
        for part in value.parts:
            if isinstance(part, Hole):
                pattern += _of_hole(part, comparison, generous=generous)
                continue
            for piece in pieces(part, self._policy):
                if isinstance(piece, PolicyVariable):
                    filled = self._of_variable(piece, comparison, generous=generous)
                    if filled is None:
                        return None
                    pattern += filled
                else:
                    pattern += _tokens(piece[0], comparison, literal=piece[1])
        return tuple(pattern)

    def _of_variable(
        self, variable: PolicyVariable, comparison: OperatorKind, *, generous: bool
    ) -> Pattern | None:
        if claim_of(variable.key, self._issuer.name) is Absence.NEVER:
            return None if variable.default is None else _tokens(variable.default, comparison, literal=True)
        return (Wild.RUN,) if generous else None


def _holds_without_claim(condition: StatementCondition, absence: Absence, *, generous: bool) -> bool:
    """Whether a condition on what is no claim holds."""
    if absence is Absence.UNKNOWN:
        return generous
    operator = operator_of(condition.operator)
    if operator.comparison is OperatorKind.NULL:
        return any((value.text or "").lower() == "true" for value in condition.values)
    return operator.holds_without_key(generous=generous)


def _of_hole(hole: Hole, comparison: OperatorKind, *, generous: bool) -> Pattern:
    """A hole that is compared exactly names somebody, whoever it is; in a glob it may hold a wildcard."""
    if generous and comparison is OperatorKind.GLOB and not hole.is_plain:
        return (Wild.RUN,)
    return tuple(OPAQUE) if hole.default is None else _tokens(hole.default, comparison)


def _tokens(text: str, comparison: OperatorKind, *, literal: bool = False) -> Pattern:
    if comparison is OperatorKind.GLOB and not literal:
        wild: dict[str, str | Wild] = {"*": Wild.RUN, "?": Wild.ONE}
        return tuple(wild.get(char, char) for char in text)
    return tuple(small(text) if comparison is OperatorKind.ANY_CASE else text)
