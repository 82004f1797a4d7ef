"""Credentials that commands print and files hold."""

import re

import pytest

from auditor.knowledge.programs.credentials import FETCHED, FILES, MINTED, VARIABLES, minted

SOURCES = [row.source for row in (*MINTED.values(), *(row for _, row in FETCHED))] + [*VARIABLES.values()]


def test_rows_are_well_formed():
    for source in [*SOURCES, *(row.source for row in FILES)]:
        assert source.where
        assert re.fullmatch(r"\d{4}-\d{2}(?:-\d{2})?", source.date)
    assert all(re.fullmatch(r"[A-Z_]+", name) for name in VARIABLES)
    assert all(re.fullmatch(r"[a-z0-9-]+/[a-z0-9-]+", name) for row in FILES for name in row.actions)
    assert len({row.pattern for row in FILES}) == len(FILES)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("gcloud auth print-access-token", True),
        ("gcloud --project X auth print-access-token", False),
        ("gcloud auth list", False),
        ("aws ecr get-login-password --region x", True),
        ("aws --region=x sts assume-role --role-arn X", True),
        ("aws sts get-caller-identity", False),
        ("aws ssm get-parameter --name X", True),
        ("aws ssm get-parameter --name x", False),
        ("aws ssm get-parameter --name x --with-decryption", True),
        ("kubectl get secret x -ojson", True),
        ("kubectl get secret x", False),
        ("kubectl get pods", False),
        ("vault kv get -field=a secret/x", True),
        ("op read op://a/b", True),
        ("oc whoami -t", True),
        ("oc whoami", False),
        ("openssl genrsa 2048", True),
        ("openssl genrsa -out x 2048", False),
        ("curl -H X $ACTIONS_ID_TOKEN_REQUEST_URL&audience=x", True),
        ("curl https://example.org", False),
        ("echo x", False),
    ],
)
def test_minted(line, found):
    program, *words = line.split()
    computed = tuple(None if word == "X" else word for word in words)
    assert (minted(program, computed) is not None) is found


@pytest.mark.parametrize(
    "path",
    [
        "~/.docker/config.json", "/root/.kube/config", "gha-creds-0123abc.json", "~/.aws/credentials",
        ".npmrc", "~/.ssh/id_ed25519", ".git/config", "infra/terraform.tfstate", ".env", "a/.env.local",
        "signing.p12",
    ],
)  # fmt: skip
def test_files(path):
    assert any(row.matches(path) for row in FILES)


@pytest.mark.parametrize("path", ["README.md", "config.json", "src/environment.ts", "key.txt"])
def test_no_credential(path):
    assert not any(row.matches(path) for row in FILES)
