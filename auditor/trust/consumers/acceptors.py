"""From a relying party, whichever cloud's it is, to its acceptors."""

from __future__ import annotations

from auditor.cloud.aws import TrustPolicy
from auditor.cloud.azure import FederatedCredential
from auditor.cloud.google import WorkloadIdentity
from auditor.cloud.octo_sts import StsPolicy
from auditor.cloud.publisher import TrustedPublisher
from auditor.cloud.relying_party import RelyingParty
from auditor.cloud.vault import VaultRole
from auditor.trust.consumers import octo_sts
from auditor.trust.consumers.aws.acceptor import statements_of
from auditor.trust.consumers.azure import credentials_of
from auditor.trust.consumers.google import acceptor as google
from auditor.trust.consumers.publisher import publishers_of
from auditor.trust.consumers.vault import roles_of
from auditor.trust.questions.acceptor import Acceptor


def acceptors_of(party: RelyingParty) -> tuple[Acceptor, ...]:
    """The ways past a party's policy, in the order of its text."""
    match party:
        case TrustPolicy():
            return statements_of(party)
        case WorkloadIdentity():
            return google.identities_of(party)
        case FederatedCredential():
            return credentials_of(party)
        case VaultRole():
            return roles_of(party)
        case StsPolicy():
            return octo_sts.identities_of(party)
        case TrustedPublisher():
            return publishers_of(party)
        case _:
            return ()
