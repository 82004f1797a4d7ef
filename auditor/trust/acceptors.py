"""From a relying party, whichever cloud's it is, to its acceptors."""

from __future__ import annotations

from auditor.model.relying_party import RelyingParty
from auditor.model.trust_policy import TrustPolicy
from auditor.trust.acceptor import Acceptor
from auditor.trust.aws.acceptor import statements_of


def acceptors_of(party: RelyingParty) -> tuple[Acceptor, ...]:
    """The ways past a party's policy, in the order of its text."""
    match party:
        case TrustPolicy():
            return statements_of(party)
        case _:
            return ()
