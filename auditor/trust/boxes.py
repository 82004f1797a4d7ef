"""What the statements of a policy accept, as unions of boxes: a language a claim.

Where the text leaves something open, two readings bound the truth: the generous one takes every token
that some filling of the holes accepts, the strict one only what all do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.model.policy_value import Hole, Value
from auditor.model.trust_policy import Condition, Statement, TrustPolicy
from auditor.trust.language import (
    EVERYTHING,
    NOTHING,
    AnyCase,
    Both,
    Language,
    Not,
    Pattern,
    Patterns,
    Wild,
    small,
)
from auditor.trust.search import Budget, TooMuchError
from auditor.trust.semantics import (
    OPAQUE,
    Absence,
    Comparison,
    Provider,
    Variable,
    claim_of,
    is_own_variable,
    operator_of,
    pieces,
    takes,
)

MAX_BOXES = 200


@dataclass(frozen=True, slots=True)
class Constraint:
    """What one claim must be: in the language where it is there, and whether it may be missing."""

    language: Language = EVERYTHING
    may_be_absent: bool = True

    def __and__(self, other: Constraint) -> Constraint:
        if self.language is EVERYTHING:
            return Constraint(other.language, self.may_be_absent and other.may_be_absent)
        languages = Both((self.language, other.language))
        return Constraint(languages, self.may_be_absent and other.may_be_absent)

    def __invert__(self) -> Constraint:
        return Constraint(Not(self.language), not self.may_be_absent)

    def admits(self, value: str | None) -> bool:
        """Whether a claim of that value, None for a missing one, passes."""
        return self.may_be_absent if value is None else value in self.language


Box = dict[str, Constraint]
"""Constraints by claim; a claim that isn't listed is free."""


def allowed_box(
    policy: TrustPolicy, statement: Statement, provider: Provider, budget: Budget, *, generous: bool
) -> Box | None:
    """What the conditions of one statement take of `provider`; None where they can't all hold."""
    return _Compiler(policy, provider, budget).box(statement, generous=generous)


def boxes(
    policy: TrustPolicy, statement: Statement, provider: Provider, budget: Budget, *, generous: bool
) -> list[Box]:
    """What one Allow statement accepts of `provider` that no Deny takes back. Raises `TooMuchError`."""
    compiler = _Compiler(policy, provider, budget)
    allowed = compiler.box(statement, generous=generous)
    found = [] if allowed is None else [allowed]
    for denial in policy.statements:
        if not (denial.is_deny and denial.covers_web_identity and found):
            continue
        budget.spend(1)
        if takes(denial, provider, generous=not generous):
            denied = compiler.box(denial, generous=not generous)
            found = found if denied is None else _without(found, denied, budget)
    return found


def admits(accepted: list[Box], claims: Mapping[str, str]) -> bool:
    """Whether a token with `claims` lies in one of the boxes."""
    return any(all(rule.admits(claims.get(claim)) for claim, rule in box.items()) for box in accepted)


def _without(found: list[Box], denied: Box, budget: Budget) -> list[Box]:
    left = [
        {**box, claim: box.get(claim, Constraint()) & ~rule}
        for box in found
        for claim, rule in denied.items()
    ]
    budget.spend(sum(len(box) for box in left))
    if len(left) > MAX_BOXES:
        raise TooMuchError
    return left


class _Compiler:
    def __init__(self, policy: TrustPolicy, provider: Provider, budget: Budget) -> None:
        self._policy = policy
        self._provider = provider
        self._budget = budget

    def box(self, statement: Statement, *, generous: bool) -> Box | None:
        """The conditions of a statement together; None where they can't all hold."""
        box: Box = {}
        for condition in statement.conditions:
            self._budget.spend(1)
            claim = claim_of(condition.key, self._provider.name)
            if isinstance(claim, str):
                box[claim] = box.get(claim, Constraint()) & self._constraint(condition, generous=generous)
            elif not _holds_without_claim(condition, claim, generous=generous):
                return None
        return box

    def _constraint(self, condition: Condition, *, generous: bool) -> Constraint:
        operator = operator_of(condition.operator)
        if operator.comparison is Comparison.NULL:
            texts = [(value.text or "").lower() for value in condition.values]
            unclear = generous and any(text not in ("true", "false") for text in texts)
            present = "false" in texts or unclear
            return Constraint(EVERYTHING if present else NOTHING, "true" in texts or unclear)
        absent = operator.holds_without_key(generous=generous)
        if operator.comparison is Comparison.UNDECIDED:
            return Constraint(EVERYTHING if generous else NOTHING, absent)
        if operator.is_negated:
            return Constraint(
                Not(self._values(condition, operator.comparison, generous=not generous)), absent
            )
        return Constraint(self._values(condition, operator.comparison, generous=generous), absent)

    def _values(self, condition: Condition, comparison: Comparison, *, generous: bool) -> Language:
        found = []
        for value in condition.values:
            self._budget.spend(1 + len(value.shown) // 8)
            pattern = self._pattern(value, condition.key, comparison, generous=generous)
            if pattern is not None:
                found.append(pattern)
        language = Patterns(found)
        return AnyCase(language) if comparison is Comparison.ANY_CASE else language

    def _pattern(self, value: Value, key: str, comparison: Comparison, *, generous: bool) -> Pattern | None:
        """What a value matches; None for nothing."""
        if is_own_variable(value, key, self._policy):
            return (Wild.RUN,)
        pattern: list[str | Wild] = []
        for part in value.parts:
            if isinstance(part, Hole):
                pattern += _of_hole(part, comparison, generous=generous)
                continue
            for piece in pieces(part, self._policy):
                if isinstance(piece, Variable):
                    filled = self._of_variable(piece, comparison, generous=generous)
                    if filled is None:
                        return None
                    pattern += filled
                else:
                    pattern += _tokens(piece[0], comparison, literal=piece[1])
        return tuple(pattern)

    def _of_variable(self, variable: Variable, comparison: Comparison, *, generous: bool) -> Pattern | None:
        if claim_of(variable.key, self._provider.name) is Absence.NEVER:
            return None if variable.default is None else _tokens(variable.default, comparison, literal=True)
        return (Wild.RUN,) if generous else None


def _holds_without_claim(condition: Condition, absence: Absence, *, generous: bool) -> bool:
    """Whether a condition on what is no claim holds."""
    if absence is Absence.UNKNOWN:
        return generous
    operator = operator_of(condition.operator)
    if operator.comparison is Comparison.NULL:
        return any((value.text or "").lower() == "true" for value in condition.values)
    return operator.holds_without_key(generous=generous)


def _of_hole(hole: Hole, comparison: Comparison, *, generous: bool) -> Pattern:
    """A hole that is compared exactly names somebody, whoever it is; in a glob it may hold a wildcard."""
    if generous and comparison is Comparison.GLOB and not hole.is_plain:
        return (Wild.RUN,)
    return tuple(OPAQUE) if hole.default is None else _tokens(hole.default, comparison)


def _tokens(text: str, comparison: Comparison, *, literal: bool = False) -> Pattern:
    if comparison is Comparison.GLOB and not literal:
        wild: dict[str, str | Wild] = {"*": Wild.RUN, "?": Wild.ONE}
        return tuple(wild.get(char, char) for char in text)
    return tuple(small(text) if comparison is Comparison.ANY_CASE else text)
