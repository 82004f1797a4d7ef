"""A policy's text with narrower subjects."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from auditor.cloud.aws import GITHUB
from auditor.cloud.aws_document import read_trust_policies
from auditor.languages.yaml import parse
from auditor.source import Source
from auditor.trust.consumers.aws.patch import tightened
from auditor.trust.minting.issuer import Issuer

SUB = f"{GITHUB}:sub"
MAIN = "repo:acme/api:ref:refs/heads/main"


def text(condition: dict[str, Any], indent: int | None = 2) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{GITHUB}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=indent)


def patched(before: str, subjects: Sequence[str]) -> str | None:
    source = Source("trust.json", before)
    (policy,) = read_trust_policies(parse(source)).policies
    return tightened(source, policy.statements[0], Issuer(GITHUB), subjects)


@pytest.mark.parametrize("indent", [None, 1, 4])
@pytest.mark.parametrize("operator", ["StringLike", "StringEquals"])
def test_only_the_subjects_change(operator: str, indent: int | None) -> None:
    audience = {"StringEqualsIfExists": {f"{GITHUB}:aud": "sts.amazonaws.com"}}
    before = text({operator: {SUB: "repo:acme/*"}, **audience}, indent)
    assert patched(before, [MAIN]) == text({operator: {SUB: MAIN}, **audience}, indent)


def test_several_subjects_are_a_list() -> None:
    before = text({"StringLike": {SUB: ["repo:acme/*", "repo:acme/api:*"]}}, None)
    assert patched(before, [MAIN, "x*"]) == text({"StringLike": {SUB: [MAIN, "x*"]}}, None)


@pytest.mark.parametrize(
    ("condition", "subjects"),
    [
        ({}, [MAIN]),
        ({"StringLike": {f"{GITHUB}:aud": "x"}}, [MAIN]),
        ({"StringLike": {SUB: "repo:acme/*"}}, []),
        ({"StringLike": {SUB: "repo:acme/*"}, "StringEquals": {SUB: MAIN}}, [MAIN]),
        ({"StringEquals": {SUB: "x"}}, ["repo:acme/*"]),
        ({"StringNotLike": {SUB: "x"}}, [MAIN]),
        ({"StringEqualsIgnoreCase": {SUB: "x"}}, [MAIN]),
    ],
)
def test_what_takes_a_person(condition: dict[str, Any], subjects: list[str]) -> None:
    assert patched(text(condition), subjects) is None
