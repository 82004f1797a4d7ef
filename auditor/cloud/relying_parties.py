"""All that takes tokens of GitHub Actions in one file of JSON or YAML, whichever cloud it is written for."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.cloud.aws_document import read_trust_policies
from auditor.cloud.azure import read_federated_credentials
from auditor.cloud.google import WorkloadIdentities, read_workload_identities
from auditor.cloud.octo_sts import read_sts_policy
from auditor.cloud.relying_party import RelyingParty
from auditor.cloud.vault import read_vault_roles
from auditor.finding import Problem
from auditor.languages.yaml import Tree


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
