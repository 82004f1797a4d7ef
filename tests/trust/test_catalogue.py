"""The catalogue of role trust policies: the tokens that each takes, and what the rules say of it.

The repository is `acme/api`, whose default branch is `main`. A case is numbered by the shape of policy that
it stands for: shapes are from incidents and from what people paste.
"""

import json
import time
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from auditor.audit.audit import audit
from auditor.cloud.aws import TrustPolicy
from auditor.cloud.aws_document import read_trust_policies
from auditor.collect.collected import CollectedFile, CollectedRepository
from auditor.collect.coverage import Kind
from auditor.engine import registry
from auditor.facts import Facts
from auditor.languages.yaml import parse
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.source import Source
from auditor.trust.consumers.aws.evaluate import accepts

GITHUB = "token.actions.githubusercontent.com"
RULES = [rule for rule in registry.load() if rule.id.startswith("trust-policy-")]


def _token(sub: str, **more: str) -> dict[str, str]:
    head, _, context = sub.removeprefix("repo:").partition(":")
    owner, name = (part.partition("@")[0] for part in head.split("/"))
    kind, _, tail = context.partition(":")
    ids = [part.partition("@")[2] for part in head.split("/")]
    made = {
        "sub": sub,
        "aud": "sts.amazonaws.com",
        "repository": f"{owner}/{name}",
        "repository_id": ids[1] or {"acme/api": "42"}.get(f"{owner}/{name}", "77"),
        "repository_owner_id": ids[0] or ("4711" if owner == "acme" else "666"),
        "ref": tail
        if kind == "ref"
        else "refs/pull/1/merge"
        if kind == "pull_request"
        else "refs/heads/main",
        "actor": "alice" if owner == "acme" else "mallory",
        "workflow": "Deploy",
        "job_workflow_ref": f"{owner}/{name}/.github/workflows/d.yml@refs/heads/main",
    }
    if kind == "environment":
        made["environment"] = tail
    return made | more


TOKENS = {
    "m": _token("repo:acme/api:ref:refs/heads/main"),
    "b": _token("repo:acme/api:ref:refs/heads/dev"),
    "p": _token("repo:acme/api:pull_request"),
    "n": _token("repo:acme/api:environment:prod"),
    "o": _token("repo:acme/other:ref:refs/heads/main"),
    "x": _token("repo:acme-evil/api:ref:refs/heads/main"),
    "e": _token("repo:evil/x:ref:refs/heads/main"),
    "i": _token("repo:acme@1/api@2:ref:refs/heads/main"),
}
"""Own main, branch, pull request, environment; another of the owner; a look-alike; a stranger; with ids."""


HERE = Settings(repository="acme/api")


@dataclass(frozen=True)
class Case:
    statements: tuple[dict[str, Any], ...]
    takes: str
    finds: dict[str, str]
    given: Settings = HERE
    version: str | None = "2012-10-17"


AUD = {"aud": "sts.amazonaws.com"}
MAIN = "repo:acme/api:ref:refs/heads/main"
CRITICAL = {"any-repository": "critical"}


def case(takes: str, finds: dict[str, str], *conditions: dict[str, Any], **more: Any) -> Case:
    return Case(tuple({"Condition": each} for each in conditions), takes, finds, **more)


def like(*subs: str, **more: Any) -> dict[str, Any]:
    return {"StringEquals": AUD, "StringLike": {"sub": list(subs), **more}}


def equal(**claims: Any) -> dict[str, Any]:
    return {"StringEquals": AUD | claims}


def federated(*issuers: str) -> dict[str, Any]:
    return {"Federated": [f"arn:aws:iam::123456789012:oidc-provider/{issuer}" for issuer in issuers]}


WIDE = {"pull-request": "high", "too-wide": "medium"}

CASES: dict[str, Case] = {
    "1 exact": case("m", {}, equal(sub=MAIN)),
    "2 no condition": case("mbpnoxei", CRITICAL, {}),
    "3 audience only": case("mbpnoxei", CRITICAL, equal()),
    "4 star": case("mbpnoxei", CRITICAL, like("*")),
    "4 any repository": case("mbpnoxei", CRITICAL, like("repo:*")),
    "5 owner prefix": case("mbpnoxi", CRITICAL, like("repo:acme*")),
    "6 owner prefix, one name": case("mbpnx", CRITICAL, like("repo:acme*/api:*")),
    "7 question mark in owner": case("mbpn", CRITICAL, like("repo:acm?/api:*")),
    "8 anybody's main": case("moxei", CRITICAL, like("repo:*:ref:refs/heads/main")),
    "9 organisation": case("mbpno", {"other-repository": "high", **WIDE}, like("repo:acme/*")),
    "10 name prefix": case("mbpn", {"other-repository": "high", **WIDE}, like("repo:acme/api*")),
    "11 whole repository": case("mbpn", WIDE, like("repo:acme/api:*")),
    "12 any branch": case("mb", {"too-wide": "medium"}, like("repo:acme/api:ref:refs/heads/*")),
    "13 branch prefix": case("m", {"too-wide": "medium"}, like("repo:acme/api:ref:refs/heads/main*")),
    "14 pull requests": case("p", {"pull-request": "high"}, equal(sub="repo:acme/api:pull_request")),
    "15 star behind an exact one": case("mbpnoxei", CRITICAL, like(MAIN, "*")),
    "16 ForAllValues on sub": case(
        "mbpn",
        WIDE | {"vacuous-condition": "info", "no-audience": "low"},
        {"ForAllValues:StringLike": {"sub": "repo:acme/api:*"}},
    ),
    "17 misspelled key": case("mbpnoxei", CRITICAL, {"ForAllValues:StringEquals": {"subject": MAIN} | AUD}),
    "18 set operator on environment": case(
        "mbpnoxei", CRITICAL, {"ForAllValues:StringEquals": {"environment": "prod"}, "StringEquals": AUD}
    ),
    "19 IfExists on sub": case(
        "mbpn",
        WIDE | {"vacuous-condition": "info", "no-audience": "low"},
        {"StringLikeIfExists": {"sub": "repo:acme/api:*"}},
    ),
    "20 all but one owner": case("mbpnoxei", CRITICAL, {"StringNotLike": {"sub": "repo:bad/*"}}),
    "21 sub must be there": case("mbpnoxei", CRITICAL, {"Null": {"sub": "false"}, "StringEquals": AUD}),
    "23 exact, and audience only": case("mbpnoxei", CRITICAL, equal(sub=MAIN), equal()),
    "24 exact, no audience": case("m", {"no-audience": "low"}, {"StringEquals": {"sub": MAIN}}),
    "25 star in an exact operator": case("", {"vacuous-condition": "medium"}, equal(sub="repo:acme/api:*")),
    "26 with ids": case("i", {}, equal(sub="repo:acme@1/api@2:ref:refs/heads/main")),
    "28 any ids": case("i", {"recyclable-name": "low"}, like("repo:acme@*/api@*:ref:refs/heads/main")),
    "29 any ids, whole repository": case(
        "i", {"other-repository": "high", **WIDE}, like("repo:acme@*/api@*")
    ),
    "30 ids behind hyphens": case(
        "", {"recyclable-name": "high"}, equal(sub="repo:acme-123/api-456:ref:refs/heads/main")
    ),
    "31 template without repository": case(
        "", {"other-repository": "high"}, equal(sub="environment:prod:repository_owner:acme")
    ),
    "32 called workflow": case(
        "",
        {"any-repository": "medium", "other-repository": "high"},
        equal(sub="job_workflow_ref:acme/wf/.github/workflows/x.yml@refs/heads/main"),
    ),
    "32b environment of anybody": case("", CRITICAL, equal(sub="environment:prod")),
    "32b branch of anybody": case("", CRITICAL, equal(sub="ref:refs/heads/main")),
    "32b workflow of anybody": case("", CRITICAL, equal(sub="workflow:Deploy")),
    "32b name somewhere": case("mbpn", CRITICAL, like("*acme/api*")),
    "33 anybody's environment": case("n", CRITICAL, like("*:environment:prod")),
    "34 environment": case("n", {}, equal(sub="repo:acme/api:environment:prod")),
    "35 colon in an environment": case(
        "", {"vacuous-condition": "medium"}, equal(sub="repo:acme/api:environment:Production:V1")
    ),
    "36 repository id": case("mbpn", WIDE, equal(repository_id="42")),
    "37 ref claim only": case("mnoxei", CRITICAL, equal(ref="refs/heads/main")),
    "38 workflow claim only": case("mbpnoxei", CRITICAL, equal(workflow="Deploy")),
    "38 actor only": case("mbpnoi", {"any-repository": "medium", **WIDE}, equal(actor="alice")),
    "39 owner id": case("mbpno", {"other-repository": "high", **WIDE}, equal(repository_owner_id="4711")),
    "43 denied to all but one": Case(
        (
            {"Condition": equal()},
            {"Effect": "Deny", "Condition": {"StringNotLike": {"sub": "repo:acme/api:*"}}},
        ),
        "mbpn",
        WIDE,
    ),
    "44 pull requests denied": Case(
        (
            {"Condition": like("repo:acme/api:*")},
            {"Effect": "Deny", "Condition": {"StringLike": {"sub": "repo:*:pull_request"}}},
        ),
        "mbn",
        {"too-wide": "medium"},
    ),
    "45 everybody": Case(({"Principal": "*", "Condition": equal()},), "mbpnoxei", CRITICAL),
    "47 wide action": Case(({"Action": "sts:*", "Condition": equal(sub=MAIN)},), "m", {}),
    "48 condition for one of two issuers": Case(
        (
            {
                "Principal": federated(f"{GITHUB}/acme", GITHUB),
                "Condition": {"StringLikeIfExists": {f"{GITHUB}/acme:sub": "repo:acme/*"}},
            },
        ),
        "mbpnoxei",
        CRITICAL,
    ),
    "49 any repository and branch, old version": case(
        "mbo",
        {"other-repository": "high", "too-wide": "medium", "no-audience": "low"},
        {"StringLike": {"sub": "repo:acme/*:ref:refs/heads/*"}},
        version=None,
    ),
    "50 issuer and audience beside sub": case(
        "m",
        {"vacuous-condition": "info"},
        {"ForAllValues:StringEquals": {"iss": f"https://{GITHUB}"} | AUD, "StringEquals": {"sub": MAIN}},
    ),
    "22 another service, and audience only": Case(
        (
            {"Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
            {"Condition": equal()},
        ),
        "mbpnoxei",
        CRITICAL,
    ),
    "40 an enterprise's issuer": Case(
        (
            {
                "Principal": federated(f"{GITHUB}/acme"),
                "Condition": {"StringEquals": {f"{GITHUB}/acme:aud": "sts.amazonaws.com"}},
            },
        ),
        "",
        {"any-repository": "high"},
    ),
    "41 data residency": Case(
        ({"Principal": federated("token.actions.acme.ghe.com")},), "", {"any-repository": "high"}
    ),
    "42 another issuer's key": Case(
        ({"Principal": federated(f"{GITHUB}/acme"), "Condition": {"StringEquals": {f"{GITHUB}:sub": MAIN}}},),
        "",
        {"vacuous-condition": "medium", "no-audience": "low"},
    ),
    "27 names of old": case(
        "m", {"recyclable-name": "low"}, equal(sub=MAIN), given=replace(HERE, as_of=date(2026, 3, 1))
    ),
}


def document(one: Case) -> str:
    usual = {"Effect": "Allow", "Principal": federated(GITHUB), "Action": "sts:AssumeRoleWithWebIdentity"}
    statements = []
    for statement in one.statements:
        made = usual | statement
        made["Condition"] = {
            operator: {key if ":" in key else f"{GITHUB}:{key}": values for key, values in keys.items()}
            for operator, keys in statement.get("Condition", {}).items()
        }
        statements.append(made)
    version = {"Version": one.version} if one.version else {}
    return json.dumps({**version, "Statement": statements}, indent=1)


def policy(one: Case) -> TrustPolicy:
    (found,) = read_trust_policies(parse(Source("trust.json", document(one)))).policies
    return found


@pytest.mark.parametrize("name", CASES)
def test_the_tokens_that_it_takes(name: str) -> None:
    read = policy(CASES[name])
    accepted = "".join(letter for letter, token in TOKENS.items() if accepts(read, token))
    assert accepted == CASES[name].takes


@pytest.mark.parametrize("name", CASES)
def test_what_the_rules_say(name: str) -> None:
    one = CASES[name]
    file = CollectedFile(Source("trust.json", document(one)), Kind.TRUST_POLICY)
    report = audit([CollectedRepository(root=Path(), files=(file,))], one.given, RULES)
    assert report.problems == ()
    found = {each.rule.removeprefix("trust-policy-"): str(each.severity) for each in report.findings}
    assert found == one.finds


@pytest.mark.parametrize("name", CASES)
def test_every_witness_convinces_the_naive_reading(name: str) -> None:
    read = policy(CASES[name])
    trust = Facts(Repository(relying_parties=(read,)), CASES[name].given).trust
    questions = (trust.any_repository, trust.other_repository, trust.recyclable, trust.pull_request)
    openings = [opening for question in questions for opening in question(read)]
    openings += [width.opening for width in trust.too_wide(read)]
    for opening in openings:
        if opening.claims is not None:
            assert accepts(read, opening.claims, issuer=opening.acceptor.issuer.name)


def test_the_median_policy_is_quick() -> None:
    spent = []
    for one in CASES.values():
        read = policy(one)
        started = time.process_time()
        trust = Facts(Repository(relying_parties=(read,)), one.given).trust
        for question in (trust.any_repository, trust.other_repository, trust.recyclable, trust.pull_request):
            question(read)
        list(trust.too_wide(read))
        list(trust.vacuous_checks(read))
        spent.append(time.process_time() - started)
    assert median(spent) < 0.05
