"""Trust policies as documents, read as the auditor reads them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from auditor.cloud.aws import TrustPolicy
from auditor.cloud.aws_document import read_trust_policies
from auditor.languages.yaml import parse
from auditor.source import Source

GITHUB = "token.actions.githubusercontent.com"


def read(*statements: dict[str, Any], version: str | None = "2012-10-17") -> TrustPolicy:
    """A policy of statements. What they leave out is an Allow for the provider of github.com.

    An element that is None isn't written. A condition key without a prefix is one of its claims.
    """
    usual = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{GITHUB}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
    }
    written = []
    for statement in statements:
        made = {key: value for key, value in (usual | statement).items() if value is not None}
        made["Condition"] = {
            operator: {key if ":" in key else f"{GITHUB}:{key}": values for key, values in keys.items()}
            for operator, keys in statement.get("Condition", {}).items()
        }
        written.append(made)
    document: dict[str, Any] = {"Statement": written}
    if version is not None:
        document["Version"] = version
    found = read_trust_policies(parse(Source("trust.json", json.dumps(document))))
    assert not found.problems
    (policy,) = found.policies
    return policy


@pytest.fixture(scope="session")
def read_policy() -> Callable[..., TrustPolicy]:
    return read
