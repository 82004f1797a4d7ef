"""Roles of Vault's JWT method as acceptors.

Every bound claim must be there and be one of its values; with `bound_claims_type` `glob` a `*` in those is
a wildcard, and nothing else is. Source: hashicorp/vault-plugin-auth-jwt, `claims.go`, and ryanuber/go-glob
(2026-11). The issuer is a setting of the mount: a role that tests claims of GitHub counts as one for
github.com.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from auditor.cloud.aws import GITHUB
from auditor.cloud.content_search import filled
from auditor.cloud.values import Value
from auditor.cloud.vault import BoundClaim, VaultRole
from auditor.trust.automata.boxes import Box, Constraint
from auditor.trust.automata.language import EVERYTHING, Complement, PatternSet
from auditor.trust.automata.search import StepBudget
from auditor.trust.consumers.texts import STAR, exact, glob, open_holes, opened
from auditor.trust.minting.issuer import Issuer
from auditor.trust.questions.acceptor import Acceptor, PolicyCheck, VacuousCheck
from auditor.trust.questions.names import names_of
from auditor.trust.questions.vacuous import STEPS, vacuous_check


class Role(Acceptor):
    """One role."""

    def __init__(self, role: VaultRole) -> None:
        self.role = role
        self.issuer = Issuer(GITHUB)
        self.location = role.location
        written = [(bound.claim, filled(v)) for bound in role.bound_claims for v in bound.values if v]
        subject = role.bound_subject
        self.names = names_of([*written, ("sub", filled(subject))] if subject else written)

    def boxes(self, budget: StepBudget, *, generous: bool) -> Sequence[Box]:
        """One box: all that is bound must hold. A token always has an audience, so one must be bound."""
        role = self.role
        if not role.bound_audiences and not generous:
            return ()
        box: Box = {}
        if role.user_claim:
            box[role.user_claim] = Constraint(EVERYTHING, may_be_absent=False)
        bound = [(one.claim, one.values, role.uses_globs) for one in role.bound_claims]
        bound += [("sub", (role.bound_subject,), False)] if role.bound_subject else []
        bound += [("aud", role.bound_audiences, False)] if role.bound_audiences else []
        for claim, values, uses_globs in bound:
            budget.spend(1 + sum(len(value.shown) // 8 for value in values if value))
            patterns = (
                glob(value, STAR, generous=generous) if uses_globs else exact(value)
                for value in values
                if value
            )
            rule = Constraint(PatternSet(patterns), may_be_absent=False)
            box[claim] = box.get(claim, Constraint()) & rule
        return (box,)

    def accepts(self, claims: Mapping[str, str], *, generous: bool = False) -> bool:
        """What Vault says of a token. Without a bound audience it depends on the version."""
        role = self.role
        audiences = [filled(value) for value in role.bound_audiences]
        return (
            (claims.get("aud") in audiences if audiences else generous)
            and (role.bound_subject is None or claims.get("sub") == filled(role.bound_subject))
            and (not role.user_claim or role.user_claim in claims)
            and all(self._holds(bound, claims, generous=generous) for bound in role.bound_claims)
        )

    def _holds(self, bound: BoundClaim, claims: Mapping[str, str], *, generous: bool) -> bool:
        value = claims.get(bound.claim)
        values = [value for value in bound.values if value is not None]
        if value is None or not self.role.uses_globs:
            return value is not None and value in map(filled, values)
        return any(star_matches(opened(v) if generous else filled(v), value) for v in values)

    def checks(self) -> Sequence[PolicyCheck]:
        """The subject, the claims and the audiences that are bound."""
        role = self.role
        found = self._bound()
        if role.bound_subject:
            subject = role.bound_subject
            found.insert(0, PolicyCheck("sub", "`bound_subject`", (subject.shown,), subject.location))
        if role.bound_audiences:
            values = tuple(value.shown for value in role.bound_audiences)
            found.append(PolicyCheck("aud", "`bound_audiences`", values, role.bound_audiences[0].location))
        return found

    def _bound(self) -> list[PolicyCheck]:
        return [
            PolicyCheck(
                bound.claim,
                f"the bound claim `{bound.claim}`",
                tuple(value.shown for value in bound.values if value),
                bound.location,
            )
            for bound in self.role.bound_claims
        ]

    def doubts(self) -> Iterator[str]:
        """Holes in globs, and no bound audience."""
        globs: list[Value] = []
        if self.role.uses_globs:
            globs = [value for bound in self.role.bound_claims for value in bound.values if value]
        yield from dict.fromkeys(name for value in globs for name in open_holes(value))
        if not self.role.bound_audiences:
            yield "whether Vault is older than 1.17, which takes any audience where none is bound"

    def vacuous_checks(self) -> Sequence[VacuousCheck]:
        """Bound claims that no token has: stars without globs, numbers, misspelled claims."""
        budget = StepBudget(STEPS)
        found = []
        for bound, check in zip(self.role.bound_claims, self._bound(), strict=True):
            values = [value for value in bound.values if value is not None]
            if any(value.holes for value in values):
                continue
            globs = self.role.uses_globs
            language = PatternSet(glob(v, STAR, generous=False) if globs else exact(v) for v in values)
            stars = [value.shown for value in values if "*" in value.shown]
            why = "a number or truth value is no text" if not values else ""
            if stars and not globs:
                why = f"`*` is a plain character without `bound_claims_type`, so `{stars[0]}` is no token's"
            holds: Box = {bound.claim: Constraint(language, may_be_absent=False)}
            fails: Box = {bound.claim: Constraint(Complement(language))}
            found.append(vacuous_check(check, [holds], [fails], why, budget))
        return [one for one in found if one]

    @property
    def cost(self) -> int:
        """A step a bound claim."""
        return 1 + len(self.role.bound_claims)


def roles_of(party: VaultRole) -> tuple[Role, ...]:
    """The one acceptor of a role."""
    return (Role(party),)


def star_matches(pattern: str, text: str) -> bool:
    """Whether `text` is what `pattern` means where `*` stands for any characters: piece by piece."""
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    if not text.startswith(first) or len(text) < len(first) + len(rest[-1]) or not text.endswith(rest[-1]):
        return False
    at, end = len(first), len(text) - len(rest[-1])
    for piece in rest[:-1]:
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True
