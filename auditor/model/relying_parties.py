"""All that takes tokens of GitHub Actions in one file of JSON or YAML, whichever cloud it is written for."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.finding import Problem
from auditor.model.federated_credential import read_federated_credentials
from auditor.model.policy_document import read_trust_policies
from auditor.model.relying_party import RelyingParty
from auditor.model.sts_policy import read_sts_policy
from auditor.model.vault_role import read_vault_roles
from auditor.model.workload_identity import WorkloadIdentities, read_workload_identities
from auditor.tree import Tree


@dataclass(frozen=True, slots=True)
class RelyingParties:
    """What one file holds, and what was wrong with it.

    Google's `identities` are no parties yet: a provider and the bindings for its pool lie in several files.
    """

    parties: tuple[RelyingParty, ...]
    identities: WorkloadIdentities
    problems: tuple[Problem, ...]


def read_relying_parties(tree: Tree) -> RelyingParties:
    """Every party that `tree` describes."""
    policies = read_trust_policies(tree)
    identities = read_workload_identities(tree.root)
    credentials = read_federated_credentials(tree.root)
    roles = read_vault_roles(tree.root)
    sts = read_sts_policy(tree.root, tree.source.path)
    return RelyingParties(
        (*policies.policies, *credentials.credentials, *roles.roles, *sts.policies),
        identities,
        (
            *policies.problems,
            *identities.problems,
            *credentials.problems,
            *roles.problems,
            *sts.problems,
        ),
    )
