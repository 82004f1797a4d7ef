"""Checks that don't do what they say, by all tokens of GitHub: nobody fails them, or nobody passes."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.trust.automata.boxes import Box
from auditor.trust.automata.search import StepBudget
from auditor.trust.questions.acceptor import Effect, PolicyCheck, VacuousCheck
from auditor.trust.questions.insiders import anybody

STEPS = 10_000
"""For all checks of one acceptor."""


def vacuous_check(
    check: PolicyCheck, holds: Sequence[Box], fails: Sequence[Box], why: str, budget: StepBudget
) -> VacuousCheck | None:
    """A check that holds in some boxes and fails in others, where one side is empty for every token.

    `why` says what it overlooks, where that is seen in its text. Raises `TooMuchError`.
    """
    if not _is_met(holds, budget):
        return VacuousCheck(check, Effect.LETS_NONE, why or "no token of GitHub is such")
    if not _is_met(fails, budget):
        return VacuousCheck(check, Effect.LETS_ALL, why or "every token of GitHub is such")
    return None


def _is_met(boxes: Sequence[Box], budget: StepBudget) -> bool:
    everyone = anybody()
    return any(everyone.may_pass(box, budget) for box in boxes)
