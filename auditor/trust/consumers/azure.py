"""Federated credentials of Microsoft Entra as acceptors.

A subject is compared exactly, case and all, and knows no wildcard; a flexible credential has `eq` and
`matches` (`*` any characters, `?` one), joined by `and`. Source: Microsoft Learn, "Federated identity
credentials: considerations" and "Flexible federated identity credentials" (2026-11), which don't say that
`matches` means the whole claim; every example of theirs does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from auditor.cloud.azure import Clause, FederatedCredential
from auditor.cloud.content_search import filled
from auditor.cloud.values import glob_matches
from auditor.trust.automata.boxes import Box, Constraint
from auditor.trust.automata.language import EVERYTHING, NOTHING, Complement, Language, PatternSet
from auditor.trust.automata.search import StepBudget
from auditor.trust.consumers.texts import BOTH_MARKS, exact, glob, issuer_of, open_holes, opened
from auditor.trust.questions.acceptor import Acceptor, PolicyCheck, VacuousCheck
from auditor.trust.questions.names import names_of
from auditor.trust.questions.vacuous import STEPS, vacuous_check

CLAIMS = frozenset({"sub", "job_workflow_ref", "repository_id", "repository_owner_id"})
"""The claims of GitHub that a flexible credential may test."""


class CredentialAcceptor(Acceptor):
    """One credential."""

    def __init__(self, credential: FederatedCredential) -> None:
        self.credential = credential
        self.issuer = issuer_of(credential.issuer)
        self.location = credential.location
        written = [(clause.claim, filled(clause.value)) for clause in credential.clauses or ()]
        subject = credential.subject
        self.names = names_of([*written, ("sub", filled(subject))] if subject else written)

    def boxes(self, budget: StepBudget, *, generous: bool) -> Sequence[Box]:
        """One box; none for sure where the issuer or the expression isn't clear."""
        credential = self.credential
        if not generous and not self.issuer.is_sure:
            return ()
        if credential.subject is not None:
            return ({"sub": Constraint(PatternSet([exact(credential.subject)]), may_be_absent=False)},)
        if credential.clauses is None:
            return ({},) if generous and credential.expression else ()
        box: Box = {}
        for clause in credential.clauses:
            budget.spend(1 + len(clause.value.shown) // 8)
            rule = Constraint(_language(clause, generous=generous), may_be_absent=False)
            box[clause.claim] = box.get(clause.claim, Constraint()) & rule
        return (box,)

    def accepts(self, claims: Mapping[str, str], *, generous: bool = False) -> bool:
        """What Entra says of a token."""
        credential = self.credential
        if not generous and not self.issuer.is_sure:
            return False
        if credential.subject is not None:
            return claims.get("sub") == filled(credential.subject)
        if credential.clauses is None:
            return generous and credential.expression is not None
        clauses = credential.clauses
        return all(_holds(clause, claims.get(clause.claim), generous=generous) for clause in clauses)

    def checks(self) -> Sequence[PolicyCheck]:
        """The subject, or the clauses of the expression."""
        credential = self.credential
        if credential.subject is not None:
            shown = credential.subject.shown
            text, words = f"the subject `{shown}`", f"sub is {shown}"
            return [PolicyCheck("sub", text, (shown,), credential.subject.location, words)]
        if credential.clauses is None:
            unread = [credential.expression] if credential.expression else []
            return [PolicyCheck(None, "an expression that can't be read", (), one.location) for one in unread]
        return [
            PolicyCheck(
                clause.claim,
                f"`claims['{clause.claim}'] {clause.operator} '{clause.value.shown}'`",
                (clause.value.shown,),
                clause.value.location,
            )
            for clause in credential.clauses
        ]

    def doubts(self) -> Iterator[str]:
        """An issuer that isn't known, holes in globs, and what is no part of the language."""
        if not self.issuer.is_sure:
            yield "which issuer the credential takes tokens of"
        clauses = self.credential.clauses or ()
        globs = [clause.value for clause in clauses if clause.operator == "matches"]
        yield from dict.fromkeys(name for value in globs for name in open_holes(value))
        unknown = (f"`{one.operator}` on `{one.claim}`" for one in clauses if not _is_known(one))
        yield from dict.fromkeys(unknown)
        if self.credential.expression is not None and self.credential.clauses is None:
            yield "an expression that can't be read"

    def vacuous_checks(self) -> Sequence[VacuousCheck]:
        """Exact comparisons with what nobody has minted: a star in them is a plain character."""
        budget = StepBudget(STEPS)
        comparisons = [
            (clause.claim, clause.value)
            for clause in self.credential.clauses or ()
            if clause.operator == "eq"
        ]
        comparisons += [("sub", self.credential.subject)] if self.credential.subject else []
        found = []
        for claim, value in comparisons:
            if value.text is None:
                continue
            check = next(one for one in self.checks() if one.values == (value.shown,) and one.claim == claim)
            why = (
                f"`*` is a plain character to it, so `{value.text}` is no token's"
                if "*" in value.text
                else ""
            )
            exactly = PatternSet([exact(value)])
            holds: Box = {claim: Constraint(exactly, may_be_absent=False)}
            fails: Box = {claim: Constraint(Complement(exactly))}
            found.append(vacuous_check(check, [holds], [fails], why, budget))
        return [one for one in found if one]

    @property
    def cost(self) -> int:
        """A step a clause."""
        return 1 + len(self.credential.clauses or ())


def credentials_of(party: FederatedCredential) -> tuple[CredentialAcceptor, ...]:
    """The one acceptor of a credential."""
    return (CredentialAcceptor(party),)


def _is_known(clause: Clause) -> bool:
    return clause.operator in ("eq", "matches") and clause.claim in CLAIMS


def _language(clause: Clause, *, generous: bool) -> Language:
    if not _is_known(clause):
        return EVERYTHING if generous else NOTHING
    if clause.operator == "eq":
        return PatternSet([exact(clause.value)])
    return PatternSet([glob(clause.value, BOTH_MARKS, generous=generous)])


def _holds(clause: Clause, value: str | None, *, generous: bool) -> bool:
    if value is None:
        return False
    if not _is_known(clause):
        return generous
    if clause.operator == "eq":
        return value == filled(clause.value)
    return glob_matches(opened(clause.value) if generous else filled(clause.value), value)
