"""Policies of hostile size are read and decided in time, or said to be too much."""

import json
import time
from collections.abc import Callable, Iterator
from itertools import islice, product
from typing import Any

import pytest

from auditor.cloud.aws import GITHUB
from auditor.cloud.aws_document import read_trust_policies
from auditor.languages.yaml import parse
from auditor.source import Source
from auditor.trust.consumers.aws.acceptor import statements_of
from auditor.trust.questions import strangers
from auditor.trust.questions.question import TOO_MUCH, Opening

SECONDS = 2
PATIENCE = 3
"""How much slower than ours a machine may be, or how busy."""

ARN = f"arn:aws:iam::123456789012:oidc-provider/{GITHUB}"
CLAIMS = ("sub", "ref", "workflow", "environment", "repository", "job_workflow_ref", "actor", "aud")


def when(condition: dict[str, dict[str, Any]], **elements: Any) -> dict[str, Any]:
    """An Allow statement; a key without a prefix is a claim of github.com."""
    keys = {
        operator: {key if ":" in key else f"{GITHUB}:{key}": values for key, values in entries.items()}
        for operator, entries in condition.items()
    }
    usual = {"Effect": "Allow", "Principal": {"Federated": ARN}, "Action": "sts:AssumeRoleWithWebIdentity"}
    return usual | {"Condition": keys} | elements


def like(*values: str) -> dict[str, Any]:
    return when({"StringLike": {"sub": list(values)}})


def written(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def nested(deep: int) -> str:
    """A statement in lists in lists, beside one that isn't."""
    return written(like("*")).replace("[{", f"[{{}}, {'[' * deep}{{", 1)[:-2] + "]" * (deep + 1) + "}"


def conditional(deep: int) -> str:
    """A statement in the arms of functions in the arms of functions."""
    statement: dict[str, Any] = like("*")
    for _ in range(deep):
        statement = {"Fn::If": ["prod", statement, like("repo:acme/*")]}
    return written(statement)


def spellings(operator: str, number: int) -> Iterator[str]:
    """One operator in so many mixtures of capitals."""
    mixtures = product(*((char.lower(), char.upper()) for char in operator))
    return ("".join(mixture) for mixture in islice(mixtures, number))


HOSTILE: dict[str, Callable[[], str]] = {
    "200 stars in a value": lambda: written(like("*".join("abcdefgh"[at % 8] for at in range(200)))),
    "200 stars and question marks": lambda: written(like("repo:" + "*?a" * 200)),
    "200 stars in several claims": lambda: written(
        when(
            {
                "StringNotLike": dict.fromkeys(CLAIMS, "*a" * 200),
                "StringLike": dict.fromkeys(CLAIMS, "*b?" * 200),
            }
        )
    ),
    "9,000 exact values": lambda: written(
        when({"StringEquals": {"sub": [f"repo:acme/x{at}:pull_request" for at in range(9_000)]}})
    ),
    "10,000 globs": lambda: written(like(*(f"*acme{at}/*x{at}*y" for at in range(10_000)))),
    "9,000 owners": lambda: written(like(*(f"repo:owner{at}*/x:*" for at in range(9_000)))),
    "10,000 values in a Deny": lambda: written(
        like("*:nothing"),
        when({"StringLike": {"sub": [f"*{at}*" for at in range(10_000)]}}, Effect="Deny"),
    ),
    "a statement an owner": lambda: written(*(like(f"repo:owner{at}/*") for at in range(3_500))),
    "a glob of 1 MB": lambda: written(like("repo:" + "a*" * 490_000)),
    "1 MB of question marks": lambda: written(like("repo:" + "?" * 980_000)),
    "variables of 1 MB": lambda: written(like("${a}" * 240_000, "${" * 10_000)),
    "values of 1 MB": lambda: written(like(*(f"repo:acme/{'x' * 90}{at}:*" for at in range(9_000)))),
    "actions of 1 MB": lambda: written(like("*") | {"Action": ["sts:" + "*a" * 240_000, "sts:*"]}),
    "principals of 1 MB": lambda: written(
        like("*") | {"Principal": {"Federated": [f"{ARN}/{at}" for at in range(9_000)]}}
    ),
    "principals in every Deny": lambda: written(
        like("*:nothing"),
        *(
            when({}, Effect="Deny", Principal={"Federated": [f"{ARN}/{at}" for at in range(100)]})
            for _ in range(100)
        ),
    ),
    "unknown operators": lambda: written(when({f"StringIs{at}": {"sub": "x"} for at in range(9_000)})),
    "one operator in 8,000 spellings": lambda: written(
        when(
            {
                spelling: {"sub": f"repo:*{at}*"}
                for at, spelling in enumerate(spellings("ForAllValues:StringLike", 8_000))
            }
        )
    ),
    "a Deny a value": lambda: written(
        like("*:nothing"),
        *(when({"StringLike": {"sub": f"*{at}"}}, Effect="Deny") for at in range(3_000)),
    ),
    "an operator of 1 MB": lambda: written(when({"ForAllValues:" * 70_000: {"sub": "x"}})),
    "unknown keys": lambda: written(when({"StringLike": {f"aws:key{at}": "x" for at in range(20_000)}})),
    "keys that are never sent": lambda: written(
        when({"StringNotLike": {f"{GITHUB}:key{at}": "x" for at in range(190)}})
    ),
    "lists in lists": lambda: nested(90),
    "functions in functions": lambda: conditional(40),
}


def decided(text: str) -> list[Opening]:
    policies = read_trust_policies(parse(Source("trust.json", text))).policies
    return [opening for policy in policies for opening in strangers.openings(statements_of(policy))]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_policies_are_decided_in_time(name: str) -> None:
    text = HOSTILE[name]()
    started = time.process_time()
    openings = decided(text)
    assert time.process_time() - started < SECONDS * PATIENCE
    assert all(opening.claims is not None or opening.doubts for opening in openings)


@pytest.mark.parametrize(
    "name",
    [
        "200 stars in a value",
        "9,000 exact values",
        "9,000 owners",
        "principals of 1 MB",
    ],
)
def test_what_is_too_much_is_said(name: str) -> None:
    assert [opening.doubts for opening in decided(HOSTILE[name]())] == [(TOO_MUCH,)]


def test_many_keys_that_are_never_sent_are_no_trouble() -> None:
    (opening,) = decided(HOSTILE["keys that are never sent"]())
    assert opening.claims is not None
