"""The ways past the policy of each relying party, and the repositories that each way is meant for."""

from __future__ import annotations

from auditor.cloud.relying_party import RelyingParty
from auditor.facts.limits import Limits
from auditor.model.settings import Settings
from auditor.trust.automata.search import StepBudget
from auditor.trust.consumers.acceptors import acceptors_of
from auditor.trust.minting.template import DEFAULT, ClaimTemplate
from auditor.trust.questions.acceptor import Acceptor
from auditor.trust.questions.insiders import Own
from auditor.trust.questions.question import TOO_MUCH
from auditor.trust.questions.squattable_names import squattable

STEPS = 15_000
"""Steps for one of the questions about insiders; a usual policy takes some hundred."""


_ITS_OWN = "owner/repository"
"""Stands for the repository that a policy names by its id only."""


class Acceptors:
    """Reads each policy once.

    `templates` are those by which this repository's subjects may be made, None where they aren't known.
    """

    def __init__(self, settings: Settings, templates: tuple[ClaimTemplate, ...] | None) -> None:
        self.templates = templates
        self._settings = settings
        self._read: dict[RelyingParty, tuple[Acceptor, ...]] = {}

    def of(self, party: RelyingParty) -> tuple[Acceptor, ...]:
        """The ways past its policy."""
        if party not in self._read:
            self._read[party] = acceptors_of(party)
        return self._read[party]

    def own(self, acceptor: Acceptor) -> Own:
        """The repositories that a policy means: this one, unless it names others only."""
        here, immutable = self._settings.repository, self._immutable
        named = acceptor.names.repositories - self.squattable(acceptor)
        if here is not None and (not named or here.lower() in named):
            return self._this(here)
        if not named and acceptor.names.repositories:
            return Own(named)
        by_id = any(check.claim == "repository_id" for check in acceptor.checks())
        return Own(frozenset({_ITS_OWN}) if by_id and not named else named, immutable)

    @property
    def here(self) -> Own | None:
        """This repository, where its name is known."""
        name = self._settings.repository
        return None if name is None else self._this(name)

    def _this(self, name: str) -> Own:
        return Own(frozenset({name}), self._immutable, self.templates or (DEFAULT,))

    @property
    def _immutable(self) -> bool | None:
        """Whether this repository's subjects have ids."""
        return self._settings.subject.immutable if self._settings.subject else None

    def squattable(self, acceptor: Acceptor) -> frozenset[str]:
        """The names of repositories that a policy took for such with ids."""
        return squattable(acceptor.names.repositories, self._settings.repository)


def step_budget() -> StepBudget:
    """The steps that one question about insiders may take."""
    return StepBudget(STEPS)


def cut_short(limits: Limits, what: str, party: RelyingParty) -> None:
    """Say that a policy takes too many steps. `what` is left undone."""
    limits.cut(f"the trust policy requires {TOO_MUCH}: {what}", party.location)
