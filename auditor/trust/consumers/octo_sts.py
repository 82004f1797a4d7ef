"""Policies of octo-sts as acceptors: each claim that is tested equals a text, or fits a pattern.

Source: octo-sts/app, `pkg/octosts/trust_policy.go` and `pattern.go` (2026-11): a pattern must match the
whole value, and a claim that isn't there fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from auditor.cloud.aws import GITHUB, is_github_provider
from auditor.cloud.content_search import filled
from auditor.cloud.octo_sts import ClaimMatch, StsPolicy
from auditor.trust.automata.boxes import Box, Constraint
from auditor.trust.automata.language import EVERYTHING, NOTHING, Language, PatternSet
from auditor.trust.automata.regular import Regular, globs, is_found
from auditor.trust.automata.search import StepBudget
from auditor.trust.consumers.texts import exact, issuer_of
from auditor.trust.minting.issuer import Issuer
from auditor.trust.questions.acceptor import Acceptor, PolicyCheck
from auditor.trust.questions.names import names_of

_ISSUER = f"https://{GITHUB}"


class Identity(Acceptor):
    """One policy."""

    def __init__(self, policy: StsPolicy, issuer: Issuer) -> None:
        self.policy = policy
        self.issuer = issuer
        self.location = policy.location
        self.names = names_of(
            (one.claim, text)
            for one in policy.claim_matches
            for text in (globs(one.tree, anchored=True) if one.tree else [filled(one.text)])
            if one.tree or not one.is_pattern
        )

    def boxes(self, budget: StepBudget, *, generous: bool) -> Sequence[Box]:
        """One box."""
        if not generous and not self.issuer.is_sure:
            return ()
        box: Box = {}
        for one in self.policy.claim_matches:
            budget.spend(1 + len(one.text.shown) // 8)
            rule = Constraint(_language(one, generous=generous), may_be_absent=False)
            box[one.claim] = box.get(one.claim, Constraint()) & rule
        return (box,)

    def accepts(self, claims: Mapping[str, str], *, generous: bool = False) -> bool:
        """What octo-sts says of a token."""
        if not generous and not self.issuer.is_sure:
            return False
        return all(_holds(one, claims.get(one.claim), generous=generous) for one in self.policy.claim_matches)

    def checks(self) -> Sequence[PolicyCheck]:
        """Each claim that it tests."""
        return [
            PolicyCheck(
                one.claim, f"`{one.text.shown}`, for `{one.claim}`", (one.text.shown,), one.text.location
            )
            for one in self.policy.claim_matches
        ]

    def doubts(self) -> Iterator[str]:
        """Patterns that aren't followed."""
        if not self.issuer.is_sure:
            yield "which issuer the policy takes tokens of"
        unread = (one for one in self.policy.claim_matches if one.is_pattern and one.tree is None)
        yield from dict.fromkeys(f"the pattern `{one.text.shown[:60]}`" for one in unread)

    @property
    def cost(self) -> int:
        """A step for eight characters of a pattern."""
        return 1 + sum(len(one.text.shown) // 8 for one in self.policy.claim_matches)


def identities_of(party: StsPolicy) -> tuple[Identity, ...]:
    """The one acceptor of a policy; none where it takes no tokens of github.com."""
    wanted = party.issuer
    if not wanted.is_pattern:
        issuer = issuer_of(wanted.text)
        return (Identity(party, issuer),) if is_github_provider(issuer.name) else ()
    if wanted.tree is None:
        return (Identity(party, Issuer(GITHUB, is_sure=False)),)
    return (Identity(party, Issuer(GITHUB)),) if is_found(wanted.tree, _ISSUER, anchored=True) else ()


def _language(one: ClaimMatch, *, generous: bool) -> Language:
    if not one.is_pattern:
        return PatternSet([exact(one.text)])
    if one.tree is None:
        return EVERYTHING if generous else NOTHING
    return Regular(one.tree, anchored=True)


def _holds(one: ClaimMatch, value: str | None, *, generous: bool) -> bool:
    if value is None:
        return False
    if not one.is_pattern:
        return value == filled(one.text)
    return generous if one.tree is None else is_found(one.tree, value, anchored=True)
