"""Who gets past the policy of each relying party."""

from __future__ import annotations

from auditor.model.relying_party import RelyingParty
from auditor.trust.acceptor import Acceptor
from auditor.trust.acceptors import acceptors_of
from auditor.trust.question import Opening
from auditor.trust.strangers import openings


class Trust:
    """Answers each question about each party once."""

    def __init__(self) -> None:
        self._acceptors: dict[int, tuple[Acceptor, ...]] = {}
        self._strangers: dict[int, tuple[Opening, ...]] = {}

    def acceptors(self, party: RelyingParty) -> tuple[Acceptor, ...]:
        """The ways past its policy."""
        if id(party) not in self._acceptors:
            self._acceptors[id(party)] = acceptors_of(party)
        return self._acceptors[id(party)]

    def any_repository(self, party: RelyingParty) -> tuple[Opening, ...]:
        """The openings for repositories of owners whom the policy doesn't name."""
        if id(party) not in self._strangers:
            self._strangers[id(party)] = openings(self.acceptors(party))
        return self._strangers[id(party)]
