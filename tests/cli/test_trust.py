"""`ci-audit trust`: what a policy means, and what becomes of a token."""

import json
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from auditor.cli import app
from auditor.errors import UsageError

WORKFLOW = """\
on:
  push:
    branches: [main]
permissions:
  id-token: write
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: aws-actions/configure-aws-credentials@v5
        with:
          role-to-assume: arn:aws:iam::123456789012:role/deploy
          aws-region: eu-west-1
  plan:
    runs-on: ubuntu-latest
    environment: staging
    steps:
      - run: ./plan.sh
"""
GITHUB = "token.actions.githubusercontent.com"


def policy(sub: str, *, operator: str = "StringLike", indent: int | None = 2) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{GITHUB}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"},
            operator + "": {f"{GITHUB}:sub": sub},
        },
    }
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    return json.dumps({"RoleName": "deploy", "AssumeRolePolicyDocument": trust}, indent=indent)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "repo" / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "deploy.yml").write_text(WORKFLOW)
    (tmp_path / "trust.json").write_text(policy("repo:acme/shop:*"))
    return tmp_path


def ask(place: Path, *options: str, code: int = 0) -> str:
    arguments = [str(place / "trust.json"), str(place / "repo"), "--repository", "acme/shop", *options]
    result = CliRunner().invoke(app, ["trust", *arguments])
    assert result.exit_code == code, result.output
    return result.stdout


def test_in_plain_words(place: Path) -> None:
    shown = ask(place)
    assert "the role `deploy`" in shown
    assert "and sub matches repo:acme/shop:*" in shown
    assert "yes deploy (assumes it) on push: repo:acme/shop:ref:refs/heads/main" in shown
    assert "the run of any pull request: repo:acme/shop:pull_request" in shown
    assert (
        '+            "token.actions.githubusercontent.com:sub": "repo:acme/shop:ref:refs/heads/main"'
        in shown
    )


AZURE = """\
resource "azuread_application_federated_identity_credential" "deploy" {
  application_id = azuread_application.app.id
  audiences      = ["api://AzureADTokenExchange"]
  issuer         = "https://token.actions.githubusercontent.com"
  subject        = "repo:acme/shop:environment:prod"
}
"""
GOOGLE = """\
resource "google_iam_workload_identity_pool_provider" "github" {
  workload_identity_pool_id          = "ci"
  workload_identity_pool_provider_id = "github"
  attribute_mapping                  = { "google.subject" = "assertion.sub" }
  attribute_condition                = "assertion.repository == 'acme/shop'"
  oidc { issuer_uri = "https://token.actions.githubusercontent.com" }
}
resource "google_service_account_iam_member" "deploy" {
  service_account_id = "deploy"
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/*"
}
"""


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (AZURE, "sub is repo:acme/shop:environment:prod"),
        (GOOGLE, "`assertion.repository == 'acme/shop'`"),
    ],
)
def test_what_other_clouds_ask_for(place: Path, text: str, asked: str) -> None:
    (place / "main.tf").write_text(text)
    arguments = ["trust", str(place / "main.tf"), str(place / "repo"), "--repository", "acme/shop"]
    shown = CliRunner().invoke(app, arguments).stdout
    assert f"     and {asked}\n" in shown
    (place / "claims.json").write_text('{"sub": "repo:evil/x:pull_request", "repository": "evil/x"}')
    judged = CliRunner().invoke(app, [*arguments, "--claims", str(place / "claims.json")]).stdout
    assert judged.startswith("denied: repo:evil/x:pull_request\n")
    assert asked.removeprefix("sub is ") in judged


def test_as_json(place: Path) -> None:
    answer = json.loads(ask(place, "-f", "json"))
    who = {access["who"]: access["witness"]["sub"] for access in answer["accepts"]}
    assert who["pull-request"] == "repo:acme/shop:pull_request"
    assert who["other-ref"].startswith("repo:acme/shop:ref:refs/heads/")
    assert [(job["job"], job["accepted"], job["assumes"]) for job in answer["jobs"]] == [
        ("deploy", True, True),
        ("plan", True, False),
    ]
    assert answer["tightest"]["subjects"] == ["repo:acme/shop:ref:refs/heads/main"]


def test_the_patch_applies(place: Path) -> None:
    before = (place / "trust.json").read_text()
    patch = json.loads(ask(place, "-f", "json"))["tightest"]["patch"]
    changed = {line[0]: line[1:] for line in patch.splitlines()[2:] if line[0] in "+-"}
    (place / "trust.json").write_text(before.replace(changed["-"], changed["+"]))
    assert json.loads(ask(place, "-f", "json"))["accepts"] == []


@pytest.mark.parametrize("sub", ["repo:*", "repo:acme/*"])
def test_who_else(place: Path, sub: str) -> None:
    (place / "trust.json").write_text(policy(sub))
    answer = json.loads(ask(place, "-f", "json"))
    expected = "any-repository" if sub == "repo:*" else "other-repository"
    assert answer["accepts"][0]["who"] == expected


def test_a_job_that_is_denied(place: Path) -> None:
    (place / "trust.json").write_text(policy("repo:acme/shop:environment:production", indent=None))
    answer = json.loads(ask(place, "-f", "json"))
    assert {job["job"]: job["accepted"] for job in answer["jobs"]} == {"deploy": False, "plan": False}
    assert answer["tightest"] is None


TOKENS = [
    ({"sub": "repo:acme/shop:ref:refs/heads/main", "aud": "sts.amazonaws.com"}, True, "trust.json"),
    ({"sub": "repo:acme/shop:pull_request", "aud": "x"}, False, "`StringEquals` on"),
    ({"sub": "repo:evil/x:pull_request", "aud": "sts.amazonaws.com"}, False, "the token says `repo:evil/x"),
    ({"aud": "sts.amazonaws.com"}, False, "the token doesn't have it"),
    ({"iss": "https://example.com", "sub": "x"}, False, f"takes tokens of `{GITHUB}`"),
]


def test_tokens_that_are_given(place: Path) -> None:
    (place / "claims").write_text("\n".join(json.dumps(claims) for claims, *_ in TOKENS))
    lines = ask(place, "-f", "json", "--claims", str(place / "claims")).splitlines()
    for line, (_, accepted, because) in zip(lines, TOKENS, strict=True):
        answer = json.loads(line)
        assert answer["accepted"] is accepted
        assert because in answer["because"]
    assert ask(place, "--claims", str(place / "claims")).startswith("accepted: repo:acme/shop:ref")


def test_one_token_over_many_lines(place: Path) -> None:
    (place / "claims").write_text(json.dumps(TOKENS[0][0] | {"run_id": 7}, indent=2))
    assert json.loads(ask(place, "-f", "json", "--claims", str(place / "claims")))["accepted"] is True


def test_a_hole_leaves_it_open(place: Path) -> None:
    (place / "trust.json").write_text(policy("X").replace('"X"', '{"Fn::Sub": "repo:${Org}/shop:*"}'))
    (place / "claims").write_text(json.dumps(TOKENS[0][0]))
    assert json.loads(ask(place, "-f", "json", "--claims", str(place / "claims")))["accepted"] is None


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"a": 1}\n{', "[" * 100_000])
def test_claims_that_are_none(place: Path, text: str) -> None:
    (place / "claims").write_text(text)
    result = CliRunner().invoke(
        app, ["trust", str(place / "trust.json"), str(place / "repo"), "--claims", str(place / "claims")]
    )
    assert isinstance(result.exception, UsageError)
    assert result.exception.help


@pytest.mark.parametrize("text", [None, "{}", '{"Statement": []}'])
def test_a_file_without_a_policy(place: Path, text: str | None) -> None:
    (place / "trust.json").unlink()
    if text is not None:
        (place / "trust.json").write_text(text)
    result = CliRunner().invoke(app, ["trust", str(place / "trust.json"), str(place / "repo")])
    assert isinstance(result.exception, UsageError)
    assert result.exception.exit_code == 2
    assert result.exception.help


def test_a_malformed_policy_is_a_problem(place: Path) -> None:
    (place / "trust.json").write_text('{"Statement": [')
    ask(place, code=4)


def patched(place: Path, text: str) -> str:
    """The policy in `infra/` after `git apply` of what is printed; the working folder is the root."""
    root = place / "repo"
    (root / "infra").mkdir()
    policy_file = root / "infra" / "trust.json"
    policy_file.write_bytes(text.encode())
    subprocess.run(["git", "init", "-q", "."], cwd=root, check=True)
    arguments = ["trust", str(policy_file), str(root), "--repository", "acme/shop"]
    result = CliRunner().invoke(app, arguments)
    assert "--- a/infra/trust.json\n+++ b/infra/trust.json\n" in result.stdout.replace("\r\n", "\n")
    done = subprocess.run(
        ["git", "apply", "-"], cwd=root, input=result.stdout_bytes, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return policy_file.read_bytes().decode()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("blanks", ["  ", "\t"])
def test_git_applies_the_patch(place: Path, blanks: str, end: str) -> None:
    text = policy("repo:acme/shop:*").replace("  ", blanks).replace("\n", end) + end
    after = patched(place, text)
    assert after == text.replace("repo:acme/shop:*", "repo:acme/shop:ref:refs/heads/main")
