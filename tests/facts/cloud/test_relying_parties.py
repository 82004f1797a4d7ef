"""Steps that exchange their token with Google, Azure, Vault and package registries, and who decides."""

import json

import pytest

from auditor.cloud.google import joined
from auditor.cloud.relying_parties import read_relying_parties
from auditor.cloud.relying_party import RelyingParty
from auditor.facts import Facts
from auditor.languages import yaml
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.policy.load import read_policy
from auditor.source import Source

ISSUER = "https://token.actions.githubusercontent.com"
PROVIDER = "projects/1/locations/global/workloadIdentityPools/ci/providers/github"
GOOGLE = {
    "name": PROVIDER,
    "oidc": {"issuerUri": ISSUER},
    "attributeMapping": {"google.subject": "assertion.sub"},
}
AZURE = {"issuer": ISSUER, "subject": "repo:acme/api:ref:refs/heads/main", "audiences": ["x"]}
VAULT = {"name": "deploy", "user_claim": "repository", "bound_audiences": ["x"], "role_type": "jwt"}
PUBLISHERS = """trusted-publishers:
- {registry: pypi, repository: acme/api, workflow: release.yml}
- {registry: npm, repository: acme/api, workflow: release.yml}
"""


def facts_of(steps: str, *documents: object, on: str = "push", policy: str = "") -> Facts:
    text = (
        f"on: {on}\njobs:\n  a:\n    runs-on: x\n    permissions: {{id-token: write}}\n    steps: {steps}\n"
    )
    workflow, problems = read_workflow(yaml.parse(Source(".github/workflows/release.yml", text)))
    assert workflow is not None
    assert not problems
    read = [
        read_relying_parties(yaml.parse(Source(f"{n}.json", json.dumps(d)))) for n, d in enumerate(documents)
    ]
    parties: list[RelyingParty] = [party for one in read for party in one.parties]
    parties += joined(one.identities for one in read)
    parties += read_policy(Source("ci-audit.yml", policy)).trusted_publishers
    return Facts(Repository(workflows=(workflow,), relying_parties=tuple(parties)), Settings("acme/api"))


def titles(facts: Facts) -> list[list[str]]:
    return [[party.title for party in facts.roles.parties(one)] for one in facts.roles.assumptions]


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (f"google-github-actions/auth@v3, with: {{workload_identity_provider: {PROVIDER}}}", "ci"),
        ("google-github-actions/auth@v3, with: {credentials_json: x}", None),
        ("azure/login@v2, with: {client-id: x, tenant-id: y}", "the Azure identity"),
        ("azure/login@v2, with: {client-id: x, creds: y}", None),
        ("hashicorp/vault-action@v3, with: {method: jwt, role: deploy}", "the Vault role `deploy`"),
        ("hashicorp/vault-action@v3, with: {method: jwt, role: other}", ""),
        ("hashicorp/vault-action@v3, with: {role: deploy, token: x}", None),
        ("pypa/gh-action-pypi-publish@release/v1", "on PyPI"),
        ("pypa/gh-action-pypi-publish@release/v1, with: {password: x}", None),
    ],
)
def test_actions(step: str, expected: str | None) -> None:
    found = titles(facts_of(f"[{{uses: {step}}}]", GOOGLE, AZURE, VAULT, policy=PUBLISHERS))
    if expected is None:
        assert found == []
    elif not expected:
        assert found == [[]]
    else:
        ((title,),) = found
        assert expected in title


@pytest.mark.parametrize(
    ("step", "on", "expected"),
    [
        ("run: npm publish --access public", "push", ["on npm"]),
        ("run: pnpm publish -r", "push", ["on npm"]),
        ("run: npm publish", "workflow_call", []),
        ("run: npm pack", "push", None),
        ("run: npm publish, env: {NODE_AUTH_TOKEN: x}", "push", None),
    ],
)
def test_commands(step: str, on: str, expected: list[str] | None) -> None:
    found = titles(facts_of(f"[{{{step}}}]", on=on, policy=PUBLISHERS))
    if expected is None:
        assert found == []
    else:
        (named,) = found
        assert [title[-len(end) :] for title, end in zip(named, expected, strict=True)] == expected


def test_another_providers_pool_is_not_meant() -> None:
    other = PROVIDER.replace("/ci/", "/other/")
    step = f"[{{uses: google-github-actions/auth@v3, with: {{workload_identity_provider: {other}}}}}]"
    assert titles(facts_of(step, GOOGLE)) == [[]]


def test_only_clouds_give_sessions() -> None:
    step = "[{uses: pypa/gh-action-pypi-publish@v1}, {uses: azure/login@v2, with: {client-id: x}}]"
    facts = facts_of(step, AZURE, policy=PUBLISHERS)
    assert [one.is_cloud for one in facts.roles.assumptions] == [False, True]
