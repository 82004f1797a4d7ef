"""Who takes tokens, out of the files that clouds' tools print and read."""

import json

import pytest

from auditor.cloud.azure import FederatedCredential, read_federated_credentials
from auditor.cloud.content_search import filled
from auditor.cloud.google import MemberKind, joined, pool_key, read_member, read_workload_identities
from auditor.cloud.octo_sts import StsPolicy
from auditor.cloud.relying_parties import RelyingParties, read_relying_parties
from auditor.cloud.values import Hole, Value
from auditor.cloud.vault import VaultRole
from auditor.finding import Location
from auditor.languages.yaml import parse
from auditor.source import Source

SET = "principalSet://iam.googleapis.com"
PRINCIPAL = "principal://iam.googleapis.com"
ONE_OF = "one of `subject` and `subject_pattern` must be given"
ISSUER = "https://token.actions.githubusercontent.com"
POOL = "projects/42/locations/global/workloadIdentityPools/ci"
HERE = Location("x")


def read(document: object, path: str = "x.json") -> RelyingParties:
    text = document if isinstance(document, str) else json.dumps(document)
    return read_relying_parties(parse(Source(path, text)))


def test_gcloud_prints_a_provider_and_a_policy() -> None:
    provider = {
        "name": f"{POOL}/providers/github",
        "state": "ACTIVE",
        "attributeMapping": {
            "google.subject": "assertion.sub",
            "attribute.repository": "assertion.repository",
        },
        "attributeCondition": "assertion.repository_owner == 'acme'",
        "oidc": {"issuerUri": ISSUER, "allowedAudiences": ["ours"]},
    }
    members = [
        f"principalSet://iam.googleapis.com/{POOL}/attribute.repository/acme/api",
        "user:a@acme.example",
    ]
    policy = {"bindings": [{"role": "roles/iam.workloadIdentityUser", "members": members}], "version": 1}
    (party,) = joined([read(provider).identities, read(policy).identities])
    assert party.title == "the workload identity pool `ci`"
    assert [filled(audience) for audience in party.provider.audiences] == ["ours"]
    assert set(party.provider.mapping) == {"google.subject", "attribute.repository"}
    (member,) = party.members
    assert (member.kind, member.attribute, member.role) == (
        MemberKind.ATTRIBUTE,
        "attribute.repository",
        "roles/iam.workloadIdentityUser",
    )
    assert member.value is not None
    assert member.value.text == "acme/api"
    assert party.is_meant_by("projects/42/locations/global/workloadIdentityPools/ci/providers/github")
    assert party.is_meant_by("projects/42/locations/global/workloadIdentityPools/x/providers/github") is False
    assert party.is_meant_by("${{ vars.PROVIDER }}") is None


def test_config_connector_writes_them_as_resources() -> None:
    text = f"""
apiVersion: iam.cnrm.cloud.google.com/v1beta1
kind: IAMWorkloadIdentityPoolProvider
spec:
  workloadIdentityPoolRef:
    name: ci
  attributeMapping:
    google.subject: assertion.sub
  oidc:
    issuerUri: {ISSUER}
"""
    member = f"""
apiVersion: iam.cnrm.cloud.google.com/v1beta1
kind: IAMPolicyMember
spec:
  member: principalSet://iam.googleapis.com/{POOL}/*
  role: roles/iam.workloadIdentityUser
  resourceRef:
    kind: IAMServiceAccount
    name: deployer
"""
    (party,) = joined([read(text, "a.yml").identities, read(member, "b.yml").identities])
    assert [(one.kind, one.grantee) for one in party.members] == [(MemberKind.EVERYONE, "deployer")]


@pytest.mark.parametrize(
    "change", [{"disabled": True}, {"state": "DELETED"}, {"oidc": {"issuerUri": "https://gitlab.com"}}]
)
def test_providers_that_take_no_token_of_github(change: dict[str, object]) -> None:
    provider = {"name": f"{POOL}/providers/p", "oidc": {"issuerUri": ISSUER}, **change}
    assert not joined([read(provider).identities])


@pytest.mark.parametrize(
    ("member", "kind", "attribute", "value"),
    [
        (f"principalSet://iam.googleapis.com/{POOL}/*", MemberKind.EVERYONE, None, None),
        (
            f"principal://iam.googleapis.com/{POOL}/subject/repo:a/b:x",
            MemberKind.ATTRIBUTE,
            "google.subject",
            "repo:a/b:x",
        ),
        (
            f"principalSet://iam.googleapis.com/{POOL}/attribute.a_b/c/d",
            MemberKind.ATTRIBUTE,
            "attribute.a_b",
            "c/d",
        ),
        (f"principalSet://iam.googleapis.com/{POOL}/group/ops", MemberKind.GROUP, None, None),
    ],
)
def test_members(member: str, kind: MemberKind, attribute: str | None, value: str | None) -> None:
    found = read_member(Value((member,), HERE), role=None, grantee=None)
    assert found is not None
    assert (found.kind, found.attribute, found.value and found.value.text) == (kind, attribute, value)
    assert pool_key(found.pool) == "ci"


@pytest.mark.parametrize(
    "member", ["user:a@b", "principalSet://iam.googleapis.com/locations/global/workforcePools/x/*"]
)
def test_other_members(member: str) -> None:
    assert read_member(Value((member,), HERE), role=None, grantee=None) is None


def test_a_pool_may_be_a_hole() -> None:
    pool = Hole("google_iam_workload_identity_pool.ci.name")
    parts = ("principalSet://iam.googleapis.com/", pool, "/attribute.repository/acme/", Hole("var.name"))
    found = read_member(Value(parts, HERE), role=None, grantee=None)
    assert found is not None
    assert pool_key(found.pool) == "google_iam_workload_identity_pool.ci"
    assert found.value is not None
    assert found.value.shown == "acme/${var.name}"


def test_a_malformed_condition_is_a_problem_with_its_place() -> None:
    provider = {"attributeCondition": "assertion.ref = 'x'", "oidc": {"issuerUri": ISSUER}}
    text = json.dumps(provider)
    found = read_workload_identities(parse(Source("x.json", text)).root)
    (problem,) = found.problems
    assert problem.message == "not CEL: `=` is nothing that CEL has"
    assert problem.location.span.start.column == text.index(" = ") + 2
    (kept,) = found.providers
    assert kept.condition is not None
    assert kept.condition.tree is None


def test_azure_prints_credentials_and_templates_hold_them() -> None:
    template = {
        "parameters": {"subject": {"type": "string", "defaultValue": "repo:acme/api:environment:prod"}},
        "variables": {"issuer": ISSUER},
        "resources": [
            {
                "type": "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
                "name": "id/ci",
                "properties": {
                    "issuer": "[variables('issuer')]",
                    "subject": "[parameters('subject')]",
                    "audiences": ["api://AzureADTokenExchange"],
                },
            }
        ],
    }
    (one,) = read(template).parties
    assert isinstance(one, FederatedCredential)
    assert one.title == "the Azure identity of the credential `id/ci`"
    assert one.subject is not None
    assert one.subject.holes == (Hole("subject", "repo:acme/api:environment:prod"),)
    listed = [
        {"name": "a", "issuer": ISSUER, "subject": "repo:acme/api:pull_request", "audiences": ["x"]},
        {"name": "b", "issuer": "https://gitlab.com", "subject": "project_path:a/b", "audiences": ["x"]},
    ]
    assert [party.title for party in read(listed).parties] == ["the Azure identity of the credential `a`"]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("claims['sub'] matches 'x' or claims['sub'] eq 'y'", "`and` belongs here"),
        ("sub eq 'x'", "`claims['name'] eq|matches 'value'` belongs here"),
        ("claims['sub'] eq 'x' and", "`claims['name'] eq|matches 'value'` belongs here"),
        (" and ".join(["claims['sub'] eq 'x'"] * 51), "too many clauses"),
    ],
)
def test_a_malformed_expression_is_a_problem(expression: str, message: str) -> None:
    written = {"issuer": ISSUER, "audiences": ["x"], "claimsMatchingExpression": {"value": expression}}
    found = read_federated_credentials(parse(Source("x.json", json.dumps(written))).root)
    (problem,) = found.problems
    assert problem.message == f"no expression of a federated credential: {message}"
    assert found.credentials[0].clauses is None


def test_an_expressions_quotes_are_doubled() -> None:
    expression = "claims['sub'] eq 'it''s' and claims['repository_id'] eq '1'"
    written = {"issuer": ISSUER, "audiences": ["x"], "claimsMatchingExpression": {"value": expression}}
    (one,) = read(written).parties
    assert isinstance(one, FederatedCredential)
    assert [(clause.claim, clause.value.text) for clause in one.clauses or ()] == [
        ("sub", "it's"),
        ("repository_id", "1"),
    ]


def test_vault_prints_a_role() -> None:
    data = {
        "role_type": "jwt",
        "user_claim": "actor",
        "bound_audiences": ["https://vault.acme.example"],
        "bound_claims": {"/repository": "acme/api", "run_attempt": [1, "2"], "ref_protected": True},
        "bound_claims_type": "glob",
        "bound_subject": "",
    }
    (role,) = read({"request_id": "x", "data": data}).parties
    assert isinstance(role, VaultRole)
    assert role.uses_globs
    assert role.bound_subject is None
    assert [(one.claim, [v and v.text for v in one.values]) for one in role.bound_claims] == [
        ("repository", ["acme/api"]),
        ("run_attempt", [None, "2"]),
        ("ref_protected", [None]),
    ]


@pytest.mark.parametrize(
    "role",
    [
        {"role_type": "oidc", "user_claim": "repository", "bound_claims": {"repository": "x"}},
        {"role_type": "jwt", "user_claim": "email", "bound_audiences": ["vault"]},
        {"role_type": "jwt", "user_claim": "sub", "bound_claims": {"project_path": "acme/api"}},
        {"user_claim": "repository"},
    ],
)
def test_roles_that_are_none_of_ours(role: dict[str, object]) -> None:
    assert not read(role).parties


def test_octo_sts_policies_lie_in_a_folder_of_their_own() -> None:
    text = f"""issuer: {ISSUER}
subject_pattern: repo:acme/.*
claim_pattern:
  ref: refs/heads/(main|release)
permissions:
  contents: write
"""
    (policy,) = read(text, ".github/chainguard/release.sts.yaml").parties
    assert isinstance(policy, StsPolicy)
    assert policy.title == "the octo-sts identity `release`"
    assert policy.permissions == ("contents: write",)
    assert [(one.claim, one.is_pattern) for one in policy.claim_matches] == [("sub", True), ("ref", True)]
    assert not read(text, "release.sts.yaml").parties


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"issuer: {ISSUER}\n", "one of `subject` and `subject_pattern` must be given"),
        ("subject: x\n", "one of `issuer` and `issuer_pattern` must be given"),
        (
            f"issuer: {ISSUER}\nsubject: a\nsubject_pattern: b\n",
            "one of `subject` and `subject_pattern` must be given",
        ),
        (f"issuer: {ISSUER}\nsubject_pattern: 'a('\n", "no expression of RE2: the group is not closed"),
        (f"issuer: {ISSUER}\nsubject: a\nclaim_pattern: b\n", "`claim_pattern` must be a mapping"),
    ],
)
def test_a_malformed_sts_policy_is_a_problem(text: str, message: str) -> None:
    (problem,) = read(text, ".github/chainguard/x.sts.yaml").problems
    assert problem.message == message


def test_aliases_are_read_once() -> None:
    text = "a: &a {oidc: {issuerUri: https://token.actions.githubusercontent.com}}\nb: *a\nc: [*a, *a]\n"
    assert len(read(text, "x.yml").identities.providers) == 1
