"""The catalogue of trust policies: who gets in, and with which subject."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.cloud.aws import TrustPolicy
from auditor.trust.consumers.aws.acceptor import statements_of
from auditor.trust.consumers.aws.evaluate import accepts
from auditor.trust.consumers.aws.names import names_in
from auditor.trust.minting.subject_grammar import claims_of
from auditor.trust.questions import strangers
from auditor.trust.questions.question import Opening

Read = Callable[..., TrustPolicy]
Statement = dict[str, Any]

PROVIDERS = "arn:aws:iam::123456789012:oidc-provider/"
GITHUB = "token.actions.githubusercontent.com"
AUD = {"aud": "sts.amazonaws.com"}
MAIN = "repo:acme/api:ref:refs/heads/main"
EVIL = "repo:evil/x:ref:refs/heads/main"


def openings(policy: TrustPolicy) -> tuple[Opening, ...]:
    return strangers.openings(statements_of(policy))


def when(conditions: dict[str, dict[str, Any]] | None = None, **elements: Any) -> Statement:
    return {"Condition": conditions or {}} | elements


def like(*values: str) -> Statement:
    return when({"StringEquals": AUD, "StringLike": {"sub": list(values)}})


def equal(**claims: str) -> Statement:
    return when({"StringEquals": AUD | claims})


def deny(conditions: dict[str, dict[str, Any]]) -> Statement:
    return when(conditions, Effect="Deny")


def federated(*providers: str) -> dict[str, list[str]]:
    return {"Federated": [PROVIDERS + provider for provider in providers]}


OPEN: dict[str, tuple[list[Statement], str]] = {
    "2 no condition": ([when()], EVIL),
    "3 audience only": ([equal()], EVIL),
    "4 star": ([like("*")], EVIL),
    "4 any repository": ([like("repo:*")], EVIL),
    "5 owner prefix": ([like("repo:acme*")], "repo:acmex/x:ref:refs/heads/main"),
    "6 owner prefix, one name": ([like("repo:acme*/api:*")], "repo:acmex/api:ref:refs/heads/main"),
    "7 question mark in owner": ([like("repo:acm?/api:*")], "repo:acmx/api:ref:refs/heads/main"),
    "8 any repository's main": ([like("repo:*:ref:refs/heads/main")], EVIL),
    "15 star behind an exact value": ([like(MAIN, "*")], EVIL),
    "17 misspelled key": ([when({"ForAllValues:StringEquals": {"subject": MAIN} | AUD})], EVIL),
    "18 set operator on an absent claim": (
        [when({"ForAllValues:StringEquals": {"environment": "prod"}, "StringEquals": AUD})],
        EVIL,
    ),
    "20 all but one": ([when({"StringNotLike": {"sub": "repo:bad/*"}})], EVIL),
    "21 subject not null": ([when({"Null": {"sub": "false"}, "StringEquals": AUD})], EVIL),
    "22 second statement": (
        [{"Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}, equal()],
        EVIL,
    ),
    "23 exact, and audience only": ([equal(sub=MAIN), equal()], EVIL),
    "32b environment": ([equal(sub="environment:prod")], "environment:prod"),
    "32b branch": ([equal(sub="ref:refs/heads/main")], "ref:refs/heads/main"),
    "32b workflow": ([equal(sub="workflow:Deploy")], "workflow:Deploy"),
    "32b name somewhere": ([like("*acme/api*")], "repo:evil/x:ref:refs/heads/acme/api"),
    "33 any repository's environment": ([like("*:environment:prod")], "repo:evil/x:environment:prod"),
    "37 branch claim only": ([equal(ref="refs/heads/main")], EVIL),
    "38 workflow claim only": ([equal(workflow="Deploy")], EVIL),
    "40 an enterprise's issuer": (
        [when({"StringEquals": {f"{GITHUB}/acme:aud": "x"}}, Principal=federated(f"{GITHUB}/acme"))],
        EVIL,
    ),
    "41 data residency": ([when(Principal=federated("token.actions.acme.ghe.com"))], EVIL),
    "42 IfExists on another provider's key": (
        [
            when(
                {"StringLikeIfExists": {f"{GITHUB}:sub": "repo:acme/*"}},
                Principal=federated(f"{GITHUB}/acme"),
            )
        ],
        EVIL,
    ),
    "45 everybody": ([equal() | {"Principal": "*"}], EVIL),
    "45 every AWS principal": ([equal() | {"Principal": {"AWS": "*"}}], EVIL),
    "47 wide action": ([equal() | {"Action": "sts:*"}], EVIL),
    "47 not another action": ([{"NotAction": "s3:*", "Action": None}], EVIL),
    "48 condition for one of two providers": (
        [
            when(
                {"StringLikeIfExists": {f"{GITHUB}/acme:sub": "repo:acme/*"}},
                Principal=federated(f"{GITHUB}/acme", GITHUB),
            )
        ],
        EVIL,
    ),
    "own variable": ([equal(sub=f"${{{GITHUB}:sub}}")], EVIL),
    "variable of the repository": ([like(f"repo:${{{GITHUB}:repository}}:*")], EVIL),
    "any case": (
        [when({"StringEqualsIgnoreCase": {"sub": "ENVIRONMENT:prod"}})],
        "environment:prod",
    ),
    "keys and operators in any case": ([when({"STRINGLIKE": {f"{GITHUB.upper()}:SUB": "repo:*"}})], EVIL),
    "a Deny that never fires": (
        [equal(), deny({"StringEquals": {"repository_owner": "evil"}})],
        EVIL,
    ),
    "a Deny of pull requests": ([equal(), deny({"StringLike": {"sub": "repo:*:pull_request"}})], EVIL),
    "branch in subject and claim": (
        [when({"StringLike": {"sub": "repo:*:ref:refs/heads/r*", "ref": "refs/heads/*/x"}})],
        "repo:evil/x:ref:refs/heads/r/x",
    ),
    "repository in subject and claim": (
        [when({"StringLike": {"sub": "repo:?cme/*:ref:*", "repository": "*/a?i"}})],
        "repo:xcme/axi:ref:refs/heads/main",
    ),
    "custom property": ([equal(sub="repo_property_team:web")], "repo_property_team:web"),
    "bot": ([equal(actor="dependabot[bot]")], EVIL),
    "no key twice in a template": ([like("*:zz:*:yy")], "actor:zz:base_ref:yy"),
}

CLOSED: dict[str, list[Statement]] = {
    "1 exact": [equal(sub=MAIN)],
    "9 whole organisation": [like("repo:acme/*")],
    "10 repository prefix": [like("repo:acme/api*")],
    "11 whole repository": [like("repo:acme/api:*")],
    "12 any branch": [like("repo:acme/api:ref:refs/heads/*")],
    "13 branch prefix": [like("repo:acme/api:ref:refs/heads/main*")],
    "14 pull requests": [equal(sub="repo:acme/api:pull_request")],
    "16 ForAllValues on sub": [when({"ForAllValues:StringLike": {"sub": "repo:acme/api:*"}})],
    "19 IfExists on sub": [when({"StringLikeIfExists": {"sub": "repo:acme/api:*"}})],
    "24 exact, no audience": [when({"StringEquals": {"sub": MAIN}})],
    "25 star that is literal": [equal(sub="repo:acme/api:*")],
    "25 only a literal star": [equal(sub="*")],
    "26 immutable": [equal(sub="repo:acme@1/api@2:ref:refs/heads/main")],
    "28 any ids": [like("repo:acme@*/api@*:ref:refs/heads/main")],
    "29 any ids, whole repository": [like("repo:acme@*/api@*")],
    "30 hyphened ids": [like("repo:acme-123/api-456:*")],
    "31 owner in the template": [equal(sub="environment:prod:repository_owner:acme")],
    "34 environment": [equal(sub="repo:acme/api:environment:prod")],
    "35 colon in an environment": [equal(sub="repo:acme/api:environment:Production:V1")],
    "36 repository id": [equal(repository_id="42")],
    "39 owner id": [equal(repository_owner_id="42")],
    "enterprise id": [equal(enterprise_id="7")],
    "repository claim": [equal(repository="acme/api")],
    "repository claim, any owner's environment": [equal(repository="acme/api", sub="environment:prod")],
    "42 another provider's key": [
        when({"StringLike": {f"{GITHUB}:sub": "*"}}, Principal=federated(f"{GITHUB}/acme"))
    ],
    "43 denied to all but acme": [equal(), deny({"StringNotLike": {"sub": "repo:acme/api:*"}})],
    "44 a Deny beside": [like("repo:acme/api:*"), deny({"StringLike": {"sub": "repo:*:pull_request"}})],
    "47 wide action, exact": [equal(sub=MAIN) | {"Action": "*"}],
    "49 any branch": [like("repo:acme/*:ref:refs/heads/*")],
    "50 vacuous operator beside sub": [
        when({"ForAllValues:StringEquals": {"iss": f"https://{GITHUB}"} | AUD, "StringEquals": {"sub": MAIN}})
    ],
    "key that is never sent": [equal(repository_owner="anybody")],
    "Deny of everything": [equal(), deny({})],
    "Deny that is vacuous": [equal(), deny({"StringNotEquals": {"repository_owner": "acme"}})],
    "no value": [when({"StringEquals": {"sub": []}})],
    "subject must be missing": [when({"Null": {"sub": "true"}})],
    "escaped star": [like("${*}")],
    "owner that can't be": [like("repo:-*/x:*")],
    "named partner": [equal(sub="repo:partner/portal:ref:refs/heads/main")],
}

DOUBTFUL: dict[str, tuple[list[Statement], str]] = {
    "32 reusable workflow": (
        [equal(sub="job_workflow_ref:acme/wf/.github/workflows/x.yml@refs/heads/main")],
        "whether strangers can call the reusable workflow",
    ),
    "32 reusable workflow, as a claim": (
        [when({"StringLike": {"job_workflow_ref": "acme/wf/*"}})],
        "whether strangers can call the reusable workflow",
    ),
    "38 actor": ([equal(actor="alice")], "whether the actor can be made to start a run elsewhere"),
    "id prefix": ([when({"StringLike": {"repository_id": "4*"}})], "claims that nobody can choose"),
    "address": ([when({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}})], "`IpAddress` on `aws:SourceIp`"),
    "Deny by tag": (
        [equal(), deny({"StringNotEquals": {"aws:PrincipalTag/team": "web"}})],
        "`StringNotEquals` on `aws:PrincipalTag/team`",
    ),
    "unknown operator": ([when({"StringMatches": {"sub": "x"}})], f"`StringMatches` on `{GITHUB}:sub`"),
    "any provider": ([when(Principal={"Federated": "*"})], "which provider the principal means"),
    "all but a principal": (
        [{"NotPrincipal": {"AWS": "arn:aws:iam::123456789012:root"}, "Principal": None}],
        "which provider the principal means",
    ),
}


@pytest.mark.parametrize("name", OPEN)
def test_open(name: str, read_policy: Read) -> None:
    statements, subject = OPEN[name]
    policy = read_policy(*statements)
    found = openings(policy)
    assert [opening.subject for opening in found] == [subject]
    (opening,) = found
    assert opening.claims is not None
    assert accepts(policy, opening.claims, issuer=opening.acceptor.issuer.name)
    assert claims_of(subject) is not None


@pytest.mark.parametrize("name", CLOSED)
def test_closed(name: str, read_policy: Read) -> None:
    assert openings(read_policy(*CLOSED[name])) == ()


@pytest.mark.parametrize("name", DOUBTFUL)
def test_open_to_doubt(name: str, read_policy: Read) -> None:
    statements, doubt = DOUBTFUL[name]
    (opening,) = openings(read_policy(*statements))
    assert opening.claims is None
    assert opening.doubts == (doubt,)


@pytest.mark.parametrize("version", ["2008-10-17", None])
def test_a_variable_is_plain_text_to_old_versions(version: str | None, read_policy: Read) -> None:
    assert openings(read_policy(equal(sub=f"${{{GITHUB}:sub}}"), version=version)) == ()


def test_only_github_com_is_public(read_policy: Read) -> None:
    (public,) = openings(read_policy(equal()))
    (inside,) = openings(read_policy(*OPEN["40 an enterprise's issuer"][0]))
    assert public.acceptor.issuer.is_public
    assert not inside.acceptor.issuer.is_public


def test_the_gate_is_the_condition_on_sub(read_policy: Read) -> None:
    (opening,) = openings(read_policy(like("*")))
    assert opening.gate is not None
    assert opening.gate.claim == "sub"
    (opening,) = openings(read_policy(when()))
    assert opening.gate is None


GLOBS = st.lists(
    st.sampled_from(["repo:", "acme", "evil", "/", "x", "*", "?", ":ref:", "refs/heads/main", "prod", ":"]),
    max_size=6,
).map("".join)
RULES = st.dictionaries(
    st.sampled_from(["StringEquals", "StringLike", "StringNotLike", "StringLikeIfExists", "Null"]),
    st.dictionaries(
        st.sampled_from(["sub", "ref", "environment", "repository", "workflow"]),
        st.lists(GLOBS | st.sampled_from(["true", "false", "refs/*", "*/x", "prod"]), min_size=1, max_size=2),
        max_size=2,
    ),
    max_size=2,
)
STRANGERS = [
    {"sub": f"repo:{owner}/{name}:{context}", "repository": f"{owner}/{name}", **claims}
    for owner in ("evil", "acmex", "q")
    for name in ("x", "main")
    for context, claims in (
        ("ref:refs/heads/main", {"ref": "refs/heads/main", "workflow": "prod"}),
        ("pull_request", {"ref": "refs/pull/1/merge", "workflow": "x"}),
        ("environment:prod", {"ref": "refs/heads/main", "environment": "prod", "workflow": "acme"}),
    )
]


@given(RULES, RULES)
@settings(max_examples=150, deadline=None)
def test_no_stranger_passes_what_is_closed(
    read_policy: Read, allowed: dict[str, Any], denied: dict[str, Any]
) -> None:
    policy = read_policy(when(allowed), deny(denied))
    names = names_in(policy)
    for token in STRANGERS if not openings(policy) else ():
        if token["repository"].partition("/")[0] not in names.owners:
            assert not accepts(policy, token)


HOSTILE: dict[str, list[Statement]] = {
    "200 stars": [like("repo:" + "*a" * 200)],
    "lookbehind": [like("repo:*a" + "?" * 60 + "/q:*")],
    "1000 globs": [like(*(f"*acme{number}/*x{number}*y" for number in range(1000)))],
    "1000 owners": [like(*(f"repo:own{number}/x:*" for number in range(1000)))],
    "100 Deny boxes": [
        like("repo:*:nothing"),
        *(deny({"StringLike": {"sub": f"a{number}", "ref": "x", "actor": "y"}}) for number in range(100)),
    ],
    "1 MB glob": [like("repo:" + "a*" * 500_000)],
    "2000 statements": [like("repo:acme/*") for _ in range(1000)]
    + [deny({"StringLike": {"sub": f"a{number}"}}) for number in range(1000)],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_policies_end(name: str, read_policy: Read) -> None:
    policy = read_policy(*HOSTILE[name])
    started = time.process_time()
    for opening in openings(policy):
        assert opening.claims is not None or opening.doubts
    assert time.process_time() - started < 2
