"""What a policy accepts, as a union of boxes: a language a claim.

Where the text leaves something open, two readings bound the truth: the generous one takes every token
that some filling of the holes accepts, the strict one only what all do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from auditor.trust.automata.language import EVERYTHING, NOWHERE, Both, Complement, Language, either
from auditor.trust.automata.search import StepBudget, TooMuchError

MAX_BOXES = 200


@dataclass(frozen=True, slots=True)
class Constraint:
    """What one claim must be: in the language where it is there, and whether it may be missing."""

    language: Language = EVERYTHING
    may_be_absent: bool = True

    def __and__(self, other: Constraint) -> Constraint:
        return all_of((self, other))

    def __invert__(self) -> Constraint:
        return Constraint(Complement(self.language), not self.may_be_absent)

    def admits(self, value: str | None) -> bool:
        """Whether a claim of that value, None for a missing one, passes."""
        return self.may_be_absent if value is None else value in self.language


def all_of(constraints: Sequence[Constraint]) -> Constraint:
    """What satisfies each of them."""
    languages = [one.language for one in constraints if one.language is not EVERYTHING]
    language = Both(languages) if len(languages) > 1 else next(iter(languages), EVERYTHING)
    return Constraint(language, all(one.may_be_absent for one in constraints))


Box = dict[str, Constraint]
"""Constraints by claim; a claim that isn't listed is free."""


def admits(accepted: Iterable[Box], claims: Mapping[str, str], *, partly: bool = False) -> bool:
    """Whether a token with `claims` lies in one of the boxes. `partly`: it has others, too."""
    return any(
        all(rule.admits(claims.get(claim)) for claim, rule in box.items() if not partly or claim in claims)
        for box in accepted
    )


def without(found: list[Box], denied: Box, budget: StepBudget) -> list[Box]:
    """What is left of the boxes where another is taken out of them. Raises `TooMuchError`."""
    left = [
        {**box, claim: box.get(claim, Constraint()) & ~rule}
        for box in found
        for claim, rule in denied.items()
    ]
    budget.spend(
        sum(1 + rule.language.weight(rule.language.start) // 16 for box in left for rule in box.values())
    )
    if len(left) > MAX_BOXES:
        raise TooMuchError
    return left


def meet(one: Box, other: Box) -> Box:
    """What lies in both boxes."""
    return {**one, **{claim: one[claim] & rule if claim in one else rule for claim, rule in other.items()}}


def is_empty(box: Box) -> bool:
    """Whether it is seen at once that nothing lies in it."""
    return any(rule.language.start is NOWHERE and not rule.may_be_absent for rule in box.values())


def merged(boxes: list[Box]) -> list[Box]:
    """The same with all boxes as one that limit the same single claim."""
    single: dict[str, list[Constraint]] = {}
    others: list[Box] = []
    for box in boxes:
        if len(box) == 1 and len(boxes) > 1:
            ((claim, rule),) = box.items()
            single.setdefault(claim, []).append(rule)
        else:
            others.append(box)
    joined: list[Box] = [
        {
            claim: rules[0]
            if len(rules) == 1
            else Constraint(
                either([rule.language for rule in rules]), any(rule.may_be_absent for rule in rules)
            )
        }
        for claim, rules in single.items()
    ]
    return joined + others
