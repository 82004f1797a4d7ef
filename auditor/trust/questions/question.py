"""Whether somebody gets past a policy, and with which token.

The generous reading comes first, over all that they might ever have minted: where even that is empty, the
policy is closed to them. Then the strict reading, over what they surely get; the token that is found there
must also convince the naive evaluator. What lies between is open to doubt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from auditor.trust.automata.boxes import Box
from auditor.trust.automata.search import StepBudget, TooMuchError
from auditor.trust.minting.tokens import Minter
from auditor.trust.questions.acceptor import Acceptor, PolicyCheck

BUDGET = 40_000
"""Steps for one question about one policy, about a third of a second; a usual one takes a few hundred."""

TOO_MUCH = "more combinations than are tried out"


@dataclass(frozen=True, slots=True)
class Opening:
    """An acceptor that somebody's token passes, or may pass.

    `claims` is such a token; None where it depends on `doubts`, which name what isn't known.
    """

    acceptor: Acceptor
    claims: Mapping[str, str] | None
    doubts: tuple[str, ...] = ()

    @property
    def subject(self) -> str | None:
        """The `sub` of the token."""
        return self.claims["sub"] if self.claims else None

    @property
    def gate(self) -> PolicyCheck | None:
        """The check that lets it pass."""
        return self.acceptor.gate()


@dataclass(frozen=True, slots=True)
class Somebody:
    """Whom a question is about: `surely` they have these minted, `ready_made` are examples of them.

    `perhaps` says what else they might get; None where nobody doubts that.
    """

    surely: Minter
    perhaps: Minter | None = None
    ready_made: tuple[Mapping[str, str], ...] = ()


def ask(acceptor: Acceptor, who: Somebody, budget: StepBudget) -> Opening | None:
    """The opening for them, or None where there is none. Raises `TooMuchError`."""

    def passes(claims: Mapping[str, str]) -> bool:
        budget.spend(acceptor.cost)
        return acceptor.accepts(claims)

    if acceptor.names.is_cut:
        raise TooMuchError
    for claims in who.ready_made:
        if passes(claims):
            return Opening(acceptor, claims)
    if not any(_may_pass(who, box, budget) for box in acceptor.at_most(budget)):
        return None
    if not any(_may_pass(who, box, budget) for box in acceptor.boxes(budget, generous=True)):
        return None
    for box in acceptor.boxes(budget, generous=False):
        for claims in who.surely.tokens(box, budget):
            if passes(claims):
                return Opening(acceptor, claims)
    return Opening(acceptor, None, tuple(_doubts(acceptor)))


def is_open_to(acceptor: Acceptor, who: Minter, budget: StepBudget) -> bool:
    """Whether claim by claim they may get in, by the generous reading. Raises `TooMuchError`."""
    return any(who.may_pass(box, budget) for box in acceptor.boxes(budget, generous=True))


def _may_pass(who: Somebody, box: Box, budget: StepBudget) -> bool:
    if who.perhaps is not None:
        return who.perhaps.may_pass(box, budget)
    return next(who.surely.tokens(box, budget), None) is not None


def ask_each(
    questions: Iterable[tuple[Acceptor, Somebody]], budget: StepBudget | None = None
) -> tuple[Opening, ...]:
    """The openings of a policy for somebody: one for each place of its text at most, the worst.

    Where the question takes more than the budget, the acceptor and all that follow it count as one doubt.
    """
    budget = budget or StepBudget(BUDGET)
    found: list[Opening] = []
    for _, group in groupby(questions, key=lambda question: question[0].location):
        together = list(group)
        try:
            answers = [opening for one in together if (opening := ask(*one, budget))]
        except TooMuchError:
            found.append(Opening(together[0][0], None, (TOO_MUCH,)))
            break
        answers.sort(key=lambda opening: (opening.claims is None, not opening.acceptor.issuer.is_public))
        found += answers[:1]
    return tuple(found)


def _doubts(acceptor: Acceptor) -> Iterator[str]:
    """What the answer depends on, each once."""
    written = tuple(acceptor.doubts())
    yield from written
    if not written:
        checks = acceptor.checks()
        texts = " ".join(text for check in checks for text in (check.claim or "", *check.values))
        if "job_workflow_ref" in texts:
            yield "whether strangers can call the reusable workflow"
        elif "actor" in texts:
            yield "whether the actor can be made to start a run elsewhere"
        else:
            yield "claims that nobody can choose"
