"""Google's, Azure's and Vault's parties out of Terraform, and who gets past them."""

from auditor.cloud.google import joined
from auditor.cloud.relying_parties import RelyingParties
from auditor.cloud.terraform import read_relying_parties, read_terraform
from auditor.source import Source
from auditor.trust.consumers.acceptors import acceptors_of
from auditor.trust.questions.strangers import openings

ISSUER = "https://token.actions.githubusercontent.com"


def read(text: str) -> RelyingParties:
    terraform = read_terraform([Source("main.tf", text)])
    found = read_relying_parties(terraform)
    assert not terraform.problems
    return found


def subjects(found: RelyingParties) -> list[str | None]:
    parties = [*found.parties, *joined([found.identities])]
    return [opening.subject for party in parties for opening in openings(acceptors_of(party))]


GOOGLE = f"""
resource "google_iam_workload_identity_pool" "ci" {{
  workload_identity_pool_id = "ci"
}}
resource "google_iam_workload_identity_pool_provider" "github" {{
  workload_identity_pool_id          = google_iam_workload_identity_pool.ci.workload_identity_pool_id
  workload_identity_pool_provider_id = "github"
  attribute_mapping = {{
    "google.subject"       = "assertion.sub"
    "attribute.repository" = "assertion.repository"
  }}
  CONDITION
  oidc {{
    issuer_uri = "{ISSUER}"
  }}
}}
resource "google_service_account_iam_member" "deploy" {{
  service_account_id = google_service_account.deploy.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/${{google_iam_workload_identity_pool.ci.name}}/MEMBER"
}}
variable "owner" {{}}
locals {{
  repository = "acme/api"
}}
"""


def google(condition: str = "", member: str = "*") -> RelyingParties:
    return read(GOOGLE.replace("CONDITION", condition).replace("MEMBER", member))


def test_a_provider_and_a_member_are_joined_by_the_pools_resource() -> None:
    (party,) = joined([google().identities])
    assert party.title == "the workload identity pool `ci`"
    assert party.is_meant_by("projects/1/locations/global/workloadIdentityPools/ci/providers/github")
    (member,) = party.members
    assert (member.role, member.grantee) == (
        "roles/iam.workloadIdentityUser",
        "${google_service_account.deploy.name}",
    )
    assert member.location.path == "main.tf"


def test_who_gets_past_google() -> None:
    evil = "repo:evil/x:ref:refs/heads/main"
    assert subjects(google()) == [evil]
    assert subjects(google(member="attribute.repository/${local.repository}")) == []
    assert subjects(google(member="attribute.repository/${var.owner}/api")) == []
    assert subjects(google("attribute_condition = \"assertion.repository == '${local.repository}'\"")) == []
    assert subjects(google("attribute_condition = \"assertion.repository_owner == '${var.owner}'\"")) == []
    assert subjects(google("attribute_condition = \"assertion.ref == 'refs/heads/main'\"")) == [evil]
    assert subjects(google("attribute_condition = var.condition")) == [None]


def test_a_switched_off_provider_is_none() -> None:
    assert joined([google("disabled = true").identities]) == ()


def test_a_malformed_condition_has_its_place() -> None:
    (problem,) = google("attribute_condition = \"assertion.ref = 'x'\"").problems
    assert problem.message == "not CEL: `=` is nothing that CEL has"
    line = GOOGLE.replace("CONDITION", "attribute_condition = \"assertion.ref = 'x'\"").splitlines()
    start = problem.location.span.start
    assert line[start.line - 1][start.column - 1 :].startswith("= 'x'")


def test_azure() -> None:
    found = read(f"""
resource "azuread_application_federated_identity_credential" "main" {{
  application_id = azuread_application.deploy.id
  display_name   = "main"
  issuer         = "{ISSUER}"
  subject        = "repo:acme/api:ref:refs/heads/main"
  audiences      = ["api://AzureADTokenExchange"]
}}
resource "azuread_application_flexible_federated_identity_credential" "wide" {{
  application_id             = azuread_application.deploy.id
  display_name               = "wide"
  issuer                     = "{ISSUER}"
  claims_matching_expression = "claims['sub'] matches 'repo:acme*'"
  audience                   = "api://AzureADTokenExchange"
}}
resource "azurerm_federated_identity_credential" "other" {{
  name      = "other"
  parent_id = azurerm_user_assigned_identity.ci.id
  issuer    = "https://gitlab.com"
  subject   = "project_path:acme/api:ref_type:branch:ref:main"
  audience  = ["api://AzureADTokenExchange"]
}}
""")
    assert [party.title for party in found.parties] == ["the Azure identity `azuread_application.deploy`"] * 2
    assert subjects(found) == ["repo:acmex/x:ref:refs/heads/main"]


def test_vault() -> None:
    found = read(f"""
resource "vault_jwt_auth_backend" "github" {{
  path               = "github"
  oidc_discovery_url = "{ISSUER}"
  bound_issuer       = "{ISSUER}"
}}
resource "vault_jwt_auth_backend" "gitlab" {{
  path         = "gitlab"
  bound_issuer = "https://gitlab.com"
}}
resource "vault_jwt_auth_backend_role" "open" {{
  backend         = vault_jwt_auth_backend.github.path
  role_name       = "open"
  role_type       = "jwt"
  user_claim      = "sub"
  bound_audiences = ["ours"]
}}
resource "vault_jwt_auth_backend_role" "closed" {{
  backend           = vault_jwt_auth_backend.github.path
  role_name         = "closed"
  role_type         = "jwt"
  user_claim        = "sub"
  bound_audiences   = ["ours"]
  bound_claims_type = "glob"
  bound_claims      = {{ repository = "acme/api,acme/web*" }}
}}
resource "vault_jwt_auth_backend_role" "theirs" {{
  backend         = vault_jwt_auth_backend.gitlab.path
  role_name       = "theirs"
  role_type       = "jwt"
  user_claim      = "sub"
  bound_audiences = ["ours"]
}}
""")
    assert [party.title for party in found.parties] == ["the Vault role `open`", "the Vault role `closed`"]
    assert subjects(found) == ["repo:evil/x:ref:refs/heads/main"]
