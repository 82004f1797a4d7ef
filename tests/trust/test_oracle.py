"""Our reading of AWS trust policies beside another one, the npm package `@cloud-copilot/iam-simulate`.

Skipped unless CI_AUDIT_TRUST_ORACLE names a folder where `npm ci` was run with tests/trust/oracle/'s
package.json and package-lock.json. The package is AGPL: it runs in a process of its own, never shipped.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from auditor.cloud.aws import GITHUB, TrustPolicy
from auditor.cloud.aws_document import read_trust_policies
from auditor.languages.yaml import parse
from auditor.source import Source
from auditor.trust.automata.boxes import admits
from auditor.trust.automata.search import StepBudget
from auditor.trust.consumers.aws.boxes import boxes
from auditor.trust.consumers.aws.evaluate import accepts
from auditor.trust.consumers.aws.semantics import CLAIMS, SESSION_NAME, takes
from auditor.trust.minting.issuer import Issuer

ORACLE = os.environ.get("CI_AUDIT_TRUST_ORACLE")
NODE = shutil.which("node")
SCRIPT = Path(__file__).parent / "oracle" / "oracle.mjs"

pytestmark = [
    pytest.mark.skipif(not ORACLE, reason="CI_AUDIT_TRUST_ORACLE does not name a folder with node_modules"),
    pytest.mark.skipif(not NODE, reason="there is no node"),
]

ARN = "arn:aws:iam::123456789012:oidc-provider/"
ENTERPRISE, RESIDENT = f"{GITHUB}/acme", "token.actions.acme.ghe.com"
ISSUERS = (GITHUB, GITHUB, GITHUB, ENTERPRISE, RESIDENT)
MODERN = "2012-10-17"
POLICIES = 20_000


@dataclass(frozen=True)
class Case:
    """A policy, and a token with what else AWS knows of the request."""

    policy: dict[str, Any]
    claims: Mapping[str, str]
    issuer: str = GITHUB
    others: Mapping[str, str] = field(default_factory=dict)

    @property
    def context(self) -> dict[str, str]:
        """The condition keys of the request."""
        request = {
            name if name == SESSION_NAME else f"{self.issuer}:{name}": value
            for name, value in self.claims.items()
            if name in CLAIMS or name == SESSION_NAME
        }
        return request | dict(self.others)


def one(condition: dict[str, Any], claims: Mapping[str, str], **elements: Any) -> Case:
    """A statement of conditions and the claims for it; a key without a prefix is a claim of github.com."""
    keys = {
        operator: {key if ":" in key else f"{GITHUB}:{key}": value for key, value in entries.items()}
        for operator, entries in condition.items()
    }
    version = elements.pop("Version", MODERN)
    usual = {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Condition": keys}
    principal = {} if "NotPrincipal" in elements else {"Principal": {"Federated": ARN + GITHUB}}
    return Case({"Version": version, "Statement": [usual | principal | elements]}, claims)


# What the package reads otherwise than AWS, or than we dare: the case, our cautious and our generous answer,
# the package's, and why. Where ours differ from each other, we leave it open.
GAPS: list[tuple[Case, bool, bool, bool, str]] = [
    (
        one({"StringLike": {"sub": f"${{{GITHUB}:sub}}"}}, {"sub": "a"}, Version="2008-10-17"),
        False,
        False,
        True,
        "it fills in variables in every version of the language; AWS only in 2012-10-17",
    ),
    (
        one({"StringEquals": {"sub": "${*}"}}, {"sub": "*"}),
        True,
        True,
        False,
        "it reads an escape as text where a star has no meaning; to AWS it's a variable like others",
    ),
    (
        one({"StringNotEquals": {"sub": f"${{{GITHUB}:ref}}"}}, {"sub": "a"}),
        True,
        True,
        False,
        "a negated operator matches a variable without a value (IAM User Guide, policy variables, 2026-11)",
    ),
    (
        one({"StringLike": {"sub": "a*"}}, {"sub": "a\nb"}),
        True,
        True,
        False,
        "its star stops at a line's end, as a regular expression's does",
    ),
    (
        one({"StringLike": {"sub": "a?"}}, {"sub": "a🚀"}),
        True,
        True,
        False,
        "its question mark takes half of a character outside the basic plane",
    ),
    (
        one({"StringEqualsIgnoreCase": {"sub": "é"}}, {"sub": "É"}),
        False,
        False,
        True,
        "it folds all letters; AWS documents none outside ASCII",
    ),
    (
        one({"ForAnyValue:StringEqualsIfExists": {"ref": "a"}}, {"sub": "a"}),
        False,
        True,
        False,
        "what IfExists does behind ForAnyValue isn't documented",
    ),
    (
        one({}, {"sub": "a"}, Principal={"Federated": "*"}),
        False,
        True,
        False,
        "whether AWS reads a star as a provider isn't documented",
    ),
    (
        one({}, {"sub": "a"}, NotPrincipal={"AWS": "999999999999"}),
        False,
        True,
        True,
        "AWS refuses NotPrincipal in a trust policy",
    ),
    (
        one({}, {"sub": "a"}, Action="s?s:*"),
        True,
        True,
        False,
        "it takes no wildcard in the service of an action",
    ),
    (
        one({"StringEquals": {"sub": f"${{{GITHUB}:sub,'b'}}"}}, {"sub": "a"}),
        True,
        True,
        False,
        "it wants a blank before the default of a variable",
    ),
    (
        one({"StringMatches": {"sub": "a"}}, {"sub": "a"}),
        False,
        True,
        False,
        "IAM has no such operator",
    ),
    (
        one({"StringEquals": {"sub": "${aws:x$}"}}, {"sub": "${aws:x$}"}),
        True,
        True,
        False,
        "what a variable without a proper name is isn't documented",
    ),
    (
        one({"StringEquals": {"aws:SourceIp": "192.0.2.1"}}, {"sub": "a"}),
        False,
        True,
        False,
        "we don't know what else AWS knows of a request",
    ),
]

_VARIABLE = re.compile(r"\$\{([^*?${},][^${},]*)\}")
_WITH_DEFAULT = re.compile(r"\$\{[^*?${},][^${},]*, '[^${}']*'\}")
_ESCAPES = ("${*}", "${?}", "${$}")
_NOBODY = "\u2205"
"""A value that no token of the tests has."""
_DOLLAR = "${aws:nobody, '$'}"
"""What the package reads as a dollar everywhere: the default of a variable without a value."""


def as_request(case: Case) -> dict[str, Any]:
    """The case as the package must hear it, so that its gaps on variables don't count."""
    policy = {
        **case.policy,
        "Statement": [_filled_statement(case, statement) for statement in case.policy["Statement"]],
    }
    return {"policy": policy, "principal": ARN + case.issuer, "context": case.context}


def _filled_statement(case: Case, statement: dict[str, Any]) -> dict[str, Any]:
    if "Condition" not in statement:
        return statement
    condition = {
        operator: {key: _filled_values(case, operator, values) for key, values in entries.items()}
        for operator, entries in statement["Condition"].items()
    }
    return {**statement, "Condition": condition}


def _filled_values(case: Case, operator: str, values: list[str] | str) -> list[str]:
    texts = [values] if isinstance(values, str) else values
    if case.policy.get("Version") != MODERN:
        return [text.replace("${", _DOLLAR + "{") for text in texts]
    if "not" in operator.lower():
        known = {key.lower() for key in case.context}
        texts = [
            _NOBODY if any(key.lower() not in known for key in _VARIABLE.findall(text)) else text
            for text in texts
        ]
    if "like" not in operator.lower():
        texts = [text.replace("${*}", "*").replace("${?}", "?").replace("${$}", _DOLLAR) for text in texts]
    return texts


def is_sound(text: str) -> bool:
    """Whether every `${` opens an escape or a variable. What AWS says to others isn't documented."""
    for escape in _ESCAPES:
        text = text.replace(escape, "{")
    return "${" not in _VARIABLE.sub("", _WITH_DEFAULT.sub("", text))


def theirs(requests: Iterable[dict[str, Any]]) -> list[bool]:
    """Whether the package allows each of the requests."""
    assert NODE
    assert ORACLE
    done = subprocess.run(
        [NODE, str(SCRIPT), ORACLE],
        input="".join(json.dumps(request) + "\n" for request in requests),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    failed = [answer for answer in answers if not isinstance(answer, str)]
    assert failed == []
    return [answer == "Allowed" for answer in answers]


def policy_of(case: Case) -> TrustPolicy | None:
    """The case's policy as the auditor reads it; None where it says that GitHub has no part in it."""
    found = read_trust_policies(parse(Source("trust.json", json.dumps(case.policy))))
    assert not found.problems
    assert len(found.policies) <= 1
    return found.policies[0] if found.policies else None


def evaluated(policy: TrustPolicy, case: Case, *, generous: bool) -> bool:
    """What the evaluator says."""
    return accepts(policy, case.claims, issuer=case.issuer, generous=generous)


def boxed(policy: TrustPolicy, case: Case, *, generous: bool) -> bool:
    """Whether the token lies in a box of an Allow statement."""
    issuer = Issuer(case.issuer)
    return any(
        admits(boxes(policy, statement, issuer, StepBudget(10**6), generous=generous), case.claims)
        for statement in policy.statements
        if not statement.is_deny
        and statement.covers_web_identity
        and takes(statement, issuer, generous=generous)
    )


def ours(case: Case) -> dict[str, tuple[bool, bool]]:
    """Our cautious and our generous answer, by who gave them."""
    policy = policy_of(case)
    return {
        ask.__name__: (ask(policy, case, generous=False), ask(policy, case, generous=True))
        if policy
        else (False, False)
        for ask in (evaluated, boxed)
    }


class Writer:
    """Writes random trust policies, each with a token that is aimed at it."""

    VALUES: Mapping[str, tuple[str, ...]] = {
        "sub": (
            "repo:acme/api:ref:refs/heads/main",
            "repo:acme/api:pull_request",
            "repo:acme/api:environment:prod%3Aeu",
            "repo:acme@1/api@2:ref:refs/tags/v1.0",
            "repo:evil/x:environment:a*b?c",
            "repo:Acme/API:environment:${prod}",
            "job_workflow_ref:acme/wf/.github/workflows/x.yml@refs/heads/main",
        ),
        "aud": ("sts.amazonaws.com", "https://github.com/acme"),
        "ref": ("refs/heads/main", "refs/heads/a.b+c(d)|e", "refs/tags/v1^2", "refs/pull/7/merge"),
        "environment": ("prod", "Prod", "ümläut", "[a-z]\\d$", "*", "?", "${*}", "a b"),
        "repository": ("acme/api", "Acme/API", "evil/x"),
        "repository_id": ("42", "4242"),
        "repository_owner_id": ("7", "77"),
        "job_workflow_ref": ("acme/wf/.github/workflows/x.yml@refs/heads/main",),
        "workflow": ("Deploy", "deploy", "true", "192.0.2.1", "2026-01-01T00:00:00Z"),
        "actor": ("alice", "dependabot[bot]"),
        "actor_id": ("1", "11"),
        "enterprise_id": ("5",),
        SESSION_NAME: ("ci", "GitHubActions"),
    }
    UNSENT = ("subject", "iss", "event_name", "repository_owner", "runner_environment", "workflow_ref")
    OTHERS: Mapping[str, tuple[str, ...]] = {
        "aws:SourceIp": ("192.0.2.1", "198.51.100.7"),
        "aws:PrincipalTag/team": ("web", "Web"),
        "aws:CurrentTime": ("2026-01-01T00:00:00Z",),
    }
    COMPARISONS = ("Equals", "Equals", "Like", "Like", "Like", "EqualsIgnoreCase")
    OTHER_OPERATORS = (
        "Bool",
        "NumericEquals",
        "NumericNotEquals",
        "DateLessThan",
        "IpAddress",
        "NotIpAddress",
        "ArnLike",
        "ArnNotEquals",
        "StringMatches",
    )
    ACTIONS: tuple[Any, ...] = (
        "sts:AssumeRole*",
        "STS:ASSUMEROLEWITHWEBIDENTITY",
        "sts:*",
        "*",
        "sts:AssumeRoleWith???Identity",
        "sts:AssumeRole",
        "sts:TagSession",
        ["sts:TagSession", "sts:AssumeRoleWithWebIdentity"],
        [],
    )
    NOT_ACTIONS: tuple[Any, ...] = ("s3:*", "sts:AssumeRole", "sts:*", ["sts:TagSession", "s3:*"], "*")
    PRINCIPALS: tuple[Any, ...] = (
        "*",
        {"AWS": "*"},
        {"AWS": "999999999999"},
        {"AWS": ["arn:aws:iam::999999999999:root", "*"]},
        {"Service": "ec2.amazonaws.com"},
        {"Service": "ec2.amazonaws.com", "Federated": ARN + GITHUB},
        {"Federated": "*"},
        {"Federated": ARN + "gitlab.com"},
        {"Federated": "cognito-identity.amazonaws.com"},
        {"Federated": [ARN + GITHUB, ARN + ENTERPRISE]},
        {"Federated": [ARN + "gitlab.com", ARN + RESIDENT]},
    )

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def case(self) -> Case:
        issuer = self.random.choice(ISSUERS)
        claims = {
            claim: self.random.choice(values)
            for claim, values in self.VALUES.items()
            if claim in ("sub", "aud", SESSION_NAME) or self.chance(0.6)
        }
        others = {key: self.random.choice(values) for key, values in self.OTHERS.items() if self.chance(0.5)}
        statements = [self.statement(issuer, claims) for _ in range(self.random.choice((1, 1, 1, 2, 2, 3)))]
        version = self.random.choice((MODERN,) * 6 + ("2008-10-17", None))
        policy = {"Version": version, "Statement": statements}
        claims["event_name"] = "push"
        return Case({key: value for key, value in policy.items() if value}, claims, issuer, others)

    def statement(self, issuer: str, claims: Mapping[str, str]) -> dict[str, Any]:
        made: dict[str, Any] = {"Effect": "Deny" if self.chance(0.25) else "Allow"}
        made["Principal"] = {"Federated": ARN + issuer}
        if self.chance(0.25):
            made["Principal"] = self.random.choice(self.PRINCIPALS)
        if self.chance(0.05):
            made["NotPrincipal"] = made.pop("Principal")
        made["Action"] = "sts:AssumeRoleWithWebIdentity"
        if self.chance(0.25):
            made["Action"] = self.random.choice(self.ACTIONS)
        if self.chance(0.05):
            del made["Action"]
            made["NotAction"] = self.random.choice(self.NOT_ACTIONS)
        if self.chance(0.9):
            made["Condition"] = {
                self.operator(): {
                    key: self.values(key, issuer, claims)
                    for key in (self.key(issuer) for _ in range(self.random.choice((1, 1, 2))))
                }
                for _ in range(self.random.choice((1, 1, 2, 3)))
            }
        return made

    def operator(self) -> str:
        if self.chance(0.08):
            return self.cased(self.random.choice(("Null", "Null", "ForAllValues:Null")))
        name = f"String{self.random.choice(('', '', '', 'Not'))}{self.random.choice(self.COMPARISONS)}"
        if self.chance(0.05):
            name = self.random.choice(self.OTHER_OPERATORS)
        quantifier = self.random.choice(("", "", "", "", "ForAllValues:", "ForAnyValue:"))
        return self.cased(quantifier + name + ("IfExists" if self.chance(0.15) else ""))

    def key(self, issuer: str) -> str:
        kind = self.random.random()
        if kind < 0.05:
            return self.cased(self.random.choice(tuple(self.OTHERS)))
        if kind < 0.12:
            return self.cased(f"{issuer}:{self.random.choice(self.UNSENT)}")
        prefix = self.random.choice((GITHUB, ENTERPRISE, "gitlab.com")) if kind < 0.2 else issuer
        name = "sub" if self.chance(0.4) else self.random.choice(tuple(self.VALUES))
        return self.cased(name if name == SESSION_NAME else f"{prefix}:{name}")

    def cased(self, text: str) -> str:
        return self.random.choice((text,) * 8 + (text.lower(), text.upper()))

    def values(self, key: str, issuer: str, claims: Mapping[str, str]) -> list[str] | str:
        if self.chance(0.03):
            return []
        made = [self.value(key, issuer, claims) for _ in range(self.random.choice((1, 1, 1, 2, 3)))]
        return made[0] if len(made) == 1 and self.chance(0.5) else made

    def value(self, key: str, issuer: str, claims: Mapping[str, str]) -> str:
        if self.chance(0.1):
            return self.random.choice(("true", "false", "TRUE", "*", "?*", "", "42"))
        claim = key.lower().removeprefix(f"{issuer}:")
        pool = self.VALUES.get(claim) or self.VALUES["workflow"]
        text = claims[claim] if claim in claims and self.chance(0.6) else self.random.choice(pool)
        if self.chance(0.12):
            return self.with_variable(text, issuer, claims)
        for _ in range(self.random.choice((0, 0, 1, 1, 2))):
            changed = self.changed(text)
            text = changed if is_sound(changed) else text
        return text

    def changed(self, text: str) -> str:
        start = self.random.randrange(len(text) + 1)
        end = min(len(text), start + self.random.choice((0, 1, 1, 3, 40)))
        new = self.random.choice(
            ("*", "*", "*", "**", "?", "?*", "x", "", "${*}", "${?}", "${$}", "$", "${x")
        )
        if new in ("?", "x") and end > start:
            end = start + 1
        changed = text[:start] + new + text[end:]
        return changed.swapcase() if self.chance(0.1) else changed

    def with_variable(self, text: str, issuer: str, claims: Mapping[str, str]) -> str:
        """A variable where the token's own value stands, so that it often fits, or somewhere else."""
        name = self.random.choice((*self.VALUES, *self.OTHERS, "repository_owner"))
        key = self.cased(name if ":" in name else f"{issuer}:{name}")
        default = self.random.choice(("", "", "", ", 'acme/api'", ", 'prod'", ", '*'"))
        written = f"${{{key}{default}}}"
        value = claims.get(name, "acme/api")
        return (
            text.replace(value, written) if value in text else self.random.choice((written, f"*{written}*"))
        )


def test_random_policies() -> None:
    """The package's answer is ours where our cautious and our generous one are the same."""
    writer = Writer(seed=20261125)
    cases = [writer.case() for _ in range(POLICIES)]
    answers = theirs(map(as_request, cases))
    assert 0.15 < sum(answers) / POLICIES < 0.85
    decided: Counter[str] = Counter()
    wrong = []
    for case, other in zip(cases, answers, strict=True):
        for name, (strict, generous) in ours(case).items():
            decided[name] += strict == generous
            if strict > other or other > generous:
                wrong.append((name, strict, generous, other, json.dumps(as_request(case))))
    assert wrong == []
    assert min(decided[name] for name in ("evaluated", "boxed")) > 0.8 * POLICIES


def test_the_known_gaps_are_still_there() -> None:
    plain = [
        {"policy": case.policy, "principal": ARN + case.issuer, "context": case.context} for case, *_ in GAPS
    ]
    for (case, strict, generous, expected, reason), other in zip(GAPS, theirs(plain), strict=True):
        assert (*ours(case)["evaluated"], other) == (strict, generous, expected), reason
