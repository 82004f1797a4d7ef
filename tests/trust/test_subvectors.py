"""Every vector of GitHub's in `subvectors` (CC0), by the naive evaluators and by the boxes."""

import json
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import pytest

from auditor.cloud.aws import TrustPolicy
from auditor.cloud.azure import FederatedCredential, read_federated_credentials
from auditor.cloud.google import joined, read_workload_identities
from auditor.languages.yaml import parse
from auditor.source import Source
from auditor.trust.automata.boxes import admits
from auditor.trust.automata.search import StepBudget
from auditor.trust.consumers.acceptors import acceptors_of
from auditor.trust.questions.acceptor import Acceptor

ISSUER = "https://token.actions.githubusercontent.com"
SUITES = ("github-aws", "github-azure", "github-azure-flexible", "github-gcp")

DISAGREEMENTS: dict[str, str] = {}
"""Vectors whose answer is another here, and why."""


def _vectors() -> Iterator[Any]:
    for suite in SUITES:
        text = files("subvectors").joinpath(f"vectors/{suite}.json").read_text(encoding="utf-8")
        for vector in json.loads(text)["vectors"]:
            yield pytest.param(vector, id=vector["id"])


def _aws(condition: dict[str, Any], read_policy: Callable[..., TrustPolicy]) -> TrustPolicy:
    operators: dict[str, dict[str, Any]] = {}
    for part in condition.get("of", [condition]):
        name = {"aws-stringlike": "StringLike", "aws-stringequals": "StringEquals"}[part["consumer"]]
        operator = f"{part['qualifier']}:{name}" if "qualifier" in part else name
        operators.setdefault(operator, {})[part["claim"]] = part["pattern"]
    return read_policy({"Condition": operators})


def _google(condition: dict[str, Any]) -> Any:
    provider = {
        "name": "projects/1/locations/global/workloadIdentityPools/ci/providers/github",
        "attributeMapping": {"google.subject": "assertion.sub"},
        "attributeCondition": condition["pattern"],
        "oidc": {"issuerUri": ISSUER},
    }
    found = read_workload_identities(parse(Source("provider.json", json.dumps(provider))).root)
    assert not found.problems
    (party,) = joined([found])
    return party


def _azure(condition: dict[str, Any]) -> FederatedCredential:
    accepts = (
        {"subject": condition["pattern"]}
        if condition["consumer"] == "azure-fic-exact"
        else {"claimsMatchingExpression": {"value": condition["pattern"], "languageVersion": 1}}
    )
    written = {"name": "ci", "issuer": ISSUER, "audiences": ["api://AzureADTokenExchange"], **accepts}
    found = read_federated_credentials(parse(Source("credential.json", json.dumps(written))).root)
    assert not found.problems
    (credential,) = found.credentials
    return credential


def _acceptor(condition: dict[str, Any], read_policy: Callable[..., TrustPolicy]) -> Acceptor:
    consumer = condition["consumer"]
    if consumer == "gcp-cel":
        party = _google(condition)
    elif consumer.startswith("azure"):
        party = _azure(condition)
    else:
        party = _aws(condition, read_policy)
    (acceptor,) = acceptors_of(party)
    return acceptor


@pytest.mark.parametrize("vector", list(_vectors()))
def test_vector(vector: dict[str, Any], read_policy: Callable[..., TrustPolicy]) -> None:
    acceptor = _acceptor(vector["condition"], read_policy)
    claims = {"sub": vector["subject"], **vector.get("claims", {})}
    expected = (vector["expect"] == "match") != (vector["id"] in DISAGREEMENTS)
    assert acceptor.accepts(claims) is expected
    assert acceptor.accepts(claims, generous=True) is expected
    for generous in (False, True):
        found = list(acceptor.boxes(StepBudget(10_000), generous=generous))
        assert admits(found, claims) is expected


def test_all_of_githubs_vectors_are_here() -> None:
    assert len(list(_vectors())) == 90
