"""From a relying party, whichever cloud's it is, to its acceptors."""

from __future__ import annotations

from auditor.model.federated_credential import FederatedCredential
from auditor.model.relying_party import RelyingParty
from auditor.model.sts_policy import StsPolicy
from auditor.model.trust_policy import TrustPolicy
from auditor.model.trusted_publisher import TrustedPublisher
from auditor.model.vault_role import VaultRole
from auditor.model.workload_identity import WorkloadIdentity
from auditor.trust import octo_sts
from auditor.trust.acceptor import Acceptor
from auditor.trust.aws.acceptor import statements_of
from auditor.trust.azure import credentials_of
from auditor.trust.google import acceptor as google
from auditor.trust.publisher import publishers_of
from auditor.trust.vault import roles_of


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
