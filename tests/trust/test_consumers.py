"""Google, Azure, Vault, octo-sts and registries: who gets in, by boxes and by the naive readings."""

import json
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.cloud.google import joined
from auditor.cloud.relying_parties import read_relying_parties
from auditor.cloud.relying_party import RelyingParty
from auditor.cloud.values import Hole, Value
from auditor.cloud.vault import VaultRole
from auditor.languages.yaml import parse
from auditor.policy.load import read_policy
from auditor.source import Source
from auditor.trust.automata.boxes import admits
from auditor.trust.automata.search import StepBudget
from auditor.trust.consumers.acceptors import acceptors_of
from auditor.trust.consumers.vault import star_matches
from auditor.trust.questions.acceptor import Acceptor, Effect
from auditor.trust.questions.strangers import openings
from auditor.trust.questions.written_scope import written_head

ISSUER = "https://token.actions.githubusercontent.com"
POOL = "projects/123456789/locations/global/workloadIdentityPools/github"
MAPPING = {"google.subject": "assertion.sub", "attribute.repository": "assertion.repository"}
EVIL = "repo:evil/x:ref:refs/heads/main"


def read(document: object, path: str = "party.json") -> RelyingParty:
    found = read_relying_parties(parse(Source(path, json.dumps(document))))
    assert not found.problems
    (party,) = (*found.parties, *joined([found.identities]))
    return party


def google(
    condition: str | None = None, *members: str, mapping: dict[str, str] | None = None
) -> RelyingParty:
    provider: dict[str, Any] = {
        "name": f"{POOL}/providers/actions",
        "attributeMapping": mapping or MAPPING,
        "oidc": {"issuerUri": ISSUER},
    }
    if condition:
        provider["attributeCondition"] = condition
    prefix = f"principalSet://iam.googleapis.com/{POOL}/"
    binding = {"role": "roles/iam.workloadIdentityUser", "members": [prefix + member for member in members]}
    return read([provider, {"bindings": [binding]}] if members else provider)


def azure(subject: str | None = None, expression: str | None = None) -> RelyingParty:
    condition: dict[str, Any] = {"subject": subject}
    if expression:
        condition = {"claimsMatchingExpression": {"value": expression, "languageVersion": 1}}
    return read({"name": "ci", "issuer": ISSUER, "audiences": ["api://AzureADTokenExchange"], **condition})


def vault(**role: object) -> RelyingParty:
    usual = {
        "role_type": "jwt",
        "user_claim": "repository",
        "bound_audiences": ["https://vault.acme.example"],
    }
    return read({"data": usual | role})


def sts(**policy: object) -> RelyingParty:
    return read({"issuer": ISSUER, **policy}, ".github/chainguard/deploy.sts.yaml")


def publisher(registry: str, environment: str | None = None) -> RelyingParty:
    text = f"trusted-publishers:\n- registry: {registry}\n  repository: acme/api\n  workflow: release.yml\n"
    text += f"  environment: {environment}\n" if environment else ""
    (party,) = read_policy(Source("ci-audit.yml", text)).trusted_publishers
    return party


GLOB = {"bound_claims_type": "glob"}

OPEN: dict[str, tuple[RelyingParty, str]] = {
    "53 Vault: audience only": (vault(), EVIL),
    "53 Vault: audience only, and who they are by a claim of their own": (vault(user_claim="actor"), EVIL),
    "Vault: owner prefix": (
        vault(**GLOB, bound_claims={"sub": "repo:acme*"}),
        "repo:acmex/x:ref:refs/heads/main",
    ),
    "Vault: any repository's main": (vault(bound_claims={"ref": "refs/heads/main"}), EVIL),
    "Vault: one of several values is open": (
        vault(**GLOB, bound_claims={"repository": ["acme/api", "*"]}),
        EVIL,
    ),
    "Vault: JSON pointer": (vault(bound_claims={"/ref": "refs/heads/main"}), EVIL),
    "55 Google: no condition": (google(), EVIL),
    "55 Google: trivially true": (google("assertion.repository_owner_id != ''"), EVIL),
    "55 Google: contains": (
        google("assertion.repository.contains('acme')"),
        "repo:x/acme:ref:refs/heads/main",
    ),
    "Google: startsWith": (
        google("assertion.repository.startsWith('acme')"),
        "repo:acmex/x:ref:refs/heads/main",
    ),
    "Google: branch only": (google("assertion.ref == 'refs/heads/main'"), EVIL),
    "Google: no anchor": (
        google("assertion.repository.matches('acme/.*')"),
        "repo:xacme/x:ref:refs/heads/main",
    ),
    "Google: a weak arm": (
        google("assertion.repository == 'acme/api' || assertion.ref_type == 'branch'"),
        EVIL,
    ),
    "Google: number against a text": (google("assertion.repository_id != 42"), EVIL),
    "Google: tags of anybody": (google("assertion.ref_type == 'tag'"), "repo:evil/x:ref:refs/tags/x"),
    "Google: whole pool": (google(None, "*"), EVIL),
    "Google: one member of two": (google(None, "attribute.repository/acme/api", "*"), EVIL),
    "Google: attribute that says little": (
        google(None, "attribute.ref/refs/heads/main", mapping=MAPPING | {"attribute.ref": "assertion.ref"}),
        EVIL,
    ),
    "Azure: any repository": (
        azure(expression="claims['sub'] matches 'repo:*:ref:refs/heads/main'"),
        EVIL,
    ),
    "Azure: own template": (azure("environment:prod"), "environment:prod"),
    "octo-sts: an arm without an owner": (
        sts(subject_pattern="repo:acme/api:.*|repo:[^/]+/infra:.*"),
        "repo:x/infra:ref:refs/heads/main",
    ),
    "Google: owners by prefix, in an environment": (
        google("assertion.repository_owner.startsWith('acm') && assertion.environment == 'prod'"),
        "repo:acmx/x:environment:prod",
    ),
    "octo-sts: issuer by pattern": (
        sts(issuer=None, issuer_pattern="https://.*", subject_pattern=".*"),
        EVIL,
    ),
}

CLOSED: dict[str, RelyingParty] = {
    "54 Google: owner, whole pool": google("assertion.repository_owner == 'acme'", "*"),
    "Google: open condition, bound repository": google(None, "attribute.repository/acme/api"),
    "Google: ids": google("assertion.repository_owner_id == '1342004'"),
    "Google: number is never a text": google("assertion.repository_id == 42"),
    "Google: anchored": google("assertion.repository.matches('^acme/')"),
    "Google: attribute that isn't mapped": google(None, "attribute.owner/acme"),
    "Google: subject": google("google.subject.startsWith('repo:acme/')"),
    "56 Azure: star in a subject": azure("repo:acme/*"),
    "Azure: exact": azure("repo:acme/api:environment:prod"),
    "57 Azure: owner with their id": azure(
        expression="claims['sub'] matches 'repo:acme/*' and claims['repository_owner_id'] eq '123456'"
    ),
    "Vault: star without globs": vault(bound_claims={"repository": "*"}),
    "Vault: owner": vault(**GLOB, bound_claims={"repository": "acme/*"}),
    "Vault: subject": vault(bound_subject="repo:acme/api:environment:prod"),
    "Vault: number is no text": vault(bound_claims={"repository_id": 42}),
    "octo-sts: exact": sts(subject="repo:acme/api:ref:refs/heads/main"),
    "octo-sts: pattern is anchored": sts(subject_pattern="repo:acme/api:.*|repo:acme/web:.*"),
    "octo-sts: claims": sts(subject_pattern=".*", claim_pattern={"repository": "acme/api"}),
    "octo-sts: of another issuer": sts(issuer="https://accounts.google.com", subject_pattern=".*"),
    "58 PyPI": publisher("pypi"),
    "npm": publisher("npm"),
}


@pytest.mark.parametrize("name", OPEN)
def test_open(name: str) -> None:
    party, subject = OPEN[name]
    (opening,) = [one for one in openings(acceptors_of(party)) if one.claims]
    assert opening.subject == subject
    assert opening.claims is not None
    assert opening.acceptor.accepts(opening.claims)


@pytest.mark.parametrize("name", CLOSED)
def test_closed(name: str) -> None:
    assert not openings(acceptors_of(CLOSED[name]))


def test_what_is_not_followed_is_a_doubt() -> None:
    (opening,) = openings(acceptors_of(google("assertion.sub.extract('repo:{o}/') == 'acme'")))
    assert opening.claims is None
    assert opening.doubts == ("the condition `assertion.sub.extract('repo:{o}/') == 'acme'`",)
    (opening,) = openings(acceptors_of(google(None, "group/ops")))
    assert opening.claims is None
    assert "group/ops" in opening.doubts[0]
    (opening,) = openings(acceptors_of(vault(bound_audiences=[])))
    assert opening.doubts == (
        "whether Vault is older than 1.17, which takes any audience where none is bound",
    )
    (opening,) = openings(acceptors_of(sts(subject_pattern=r"\bacme")))
    assert opening.doubts == (r"the pattern `\bacme`",)


OWN = {
    "sub": "repo:acme/api:ref:refs/heads/main",
    "aud": "https://vault.acme.example",
    "repository": "acme/api",
    "repository_owner_id": "123456",
    "ref": "refs/heads/main",
    "workflow_ref": "acme/api/.github/workflows/release.yml@refs/heads/main",
    "job_workflow_ref": "acme/api/.github/workflows/release.yml@refs/heads/main",
}


@pytest.mark.parametrize(
    ("party", "more", "expected"),
    [
        (publisher("pypi"), {}, True),
        (publisher("pypi"), {"sub": "repo:acme/api:pull_request", "repository": "Acme/API"}, True),
        (publisher("pypi"), {"sub": "repo:acme/web:pull_request"}, False),
        (publisher("pypi"), {"job_workflow_ref": "acme/api/.github/workflows/ci.yml@refs/heads/main"}, False),
        (publisher("pypi"), {"job_workflow_ref": "acme/wf/.github/workflows/release.yml@v1"}, False),
        (publisher("npm"), {"job_workflow_ref": "acme/wf/.github/workflows/publish.yml@v1"}, True),
        (publisher("npm"), {"workflow_ref": "acme/api/.github/workflows/ci.yml@refs/heads/main"}, False),
        (publisher("pypi", "release"), {}, False),
        (publisher("pypi", "release"), {"environment": "Release"}, True),
        (publisher("npm", "release"), {"environment": "staging"}, False),
        (vault(), {}, True),
        (vault(), {"aud": "sts.amazonaws.com"}, False),
        (vault(user_claim="job", bound_claims={"repository": "acme/api"}), {}, False),
        (vault(**GLOB, bound_claims={"repository": "acme/???"}), {}, False),
        (vault(**GLOB, bound_claims={"repository": "*/*i"}), {}, True),
        (vault(bound_subject=OWN["sub"], bound_claims={"ref": ["x", "refs/heads/main"]}), {}, True),
        (sts(subject=OWN["sub"], audience="https://vault.acme.example"), {}, True),
        (sts(subject=OWN["sub"], audience_pattern="acme"), {}, False),
        (sts(subject_pattern="repo:acme/(api|web):.+", claim_pattern={"environment": ".*"}), {}, False),
        (azure(OWN["sub"]), {}, True),
        (azure("Repo:acme/api:ref:refs/heads/main"), {}, False),
        (azure(expression="claims['sub'] matches 'repo:acme/a?i:*'"), {}, True),
        (google("assertion.ref == 'refs/heads/main'", "attribute.repository/acme/api"), {}, True),
        (google("assertion.ref == 'refs/heads/dev'", "attribute.repository/acme/api"), {}, False),
        (google(None, "attribute.repository/acme/web"), {}, False),
    ],
)
def test_a_token(party: RelyingParty, more: dict[str, str], expected: bool) -> None:
    (acceptor,) = acceptors_of(party)
    claims = OWN | more
    assert acceptor.accepts(claims) is expected
    assert admits(list(acceptor.boxes(StepBudget(1000), generous=False)), claims) is expected


def test_subjects_with_ids_may_be_taken_by_pypi() -> None:
    (acceptor,) = acceptors_of(publisher("pypi"))
    claims = OWN | {"sub": "repo:acme@1/api@2:ref:refs/heads/main"}
    assert not acceptor.accepts(claims)
    assert acceptor.accepts(claims, generous=True)
    assert admits(list(acceptor.boxes(StepBudget(1000), generous=True)), claims)


PARTIES = [*(party for party, _ in OPEN.values()), *CLOSED.values()]
TOKENS = st.fixed_dictionaries(
    {
        "sub": st.sampled_from(
            [OWN["sub"], EVIL, "repo:x/infra:pull_request", "repo:acme/*", "environment:prod"]
        )
    },
    optional={
        "aud": st.sampled_from(["https://vault.acme.example", "x"]),
        "repository": st.sampled_from(["acme/api", "evil/x", "*"]),
        "repository_owner": st.sampled_from(["acme", "evil"]),
        "repository_id": st.just("42"),
        "repository_owner_id": st.sampled_from(["1342004", "731926480"]),
        "ref": st.sampled_from(["refs/heads/main", "refs/tags/v1"]),
        "ref_type": st.just("branch"),
        "environment": st.just("prod"),
        "actor": st.just("evil"),
        "workflow_ref": st.just(OWN["workflow_ref"]),
        "job_workflow_ref": st.sampled_from([OWN["job_workflow_ref"], "x"]),
    },
)


@given(st.sampled_from(PARTIES), TOKENS, st.booleans())
@settings(max_examples=200)
def test_boxes_equal_the_naive_reading(party: RelyingParty, token: dict[str, str], generous: bool) -> None:
    for acceptor in acceptors_of(party):
        found = list(acceptor.boxes(StepBudget(10**6), generous=generous))
        assert admits(found, token) == acceptor.accepts(token, generous=generous)


@given(st.text("ab*?", max_size=8), st.text("ab?", max_size=8))
@settings(max_examples=150)
def test_a_star_is_vaults_only_wildcard(glob: str, text: str) -> None:
    role = vault(bound_claims_type="glob", bound_claims={"ref": glob}, bound_audiences=["x"])
    (acceptor,) = acceptors_of(role)
    token = {"aud": "x", "repository": "a/b", "ref": text}
    assert admits(list(acceptor.boxes(StepBudget(1000), generous=False)), token) == star_matches(glob, text)


@pytest.mark.parametrize("name", [*OPEN, *CLOSED])
def test_every_acceptor_tells_its_checks(name: str) -> None:
    party = OPEN[name][0] if name in OPEN else CLOSED[name]
    for acceptor in acceptors_of(party):
        assert acceptor.cost >= 1
        assert party.title.startswith("the ")
        for check in acceptor.checks():
            assert check.location.path == party.location.path
            assert "`" in check.text


def _decided(acceptors: tuple[Acceptor, ...]) -> float:
    before = time.process_time()
    openings(acceptors)
    return time.process_time() - before


@pytest.mark.parametrize(
    "party",
    [
        azure(expression="claims['sub'] matches '" + "*a" * 200 + "'"),
        azure("x" * 100_000),
        vault(**GLOB, bound_claims={"sub": "*a" * 200}),
        vault(**GLOB, bound_claims={"repository": [f"*{number}*" for number in range(2000)]}),
        sts(subject_pattern="(a|aa)+" * 100),
        sts(subject_pattern="((a?){30}){30}"),
        sts(subject_pattern="(.*a){200}"),
        google("assertion.sub.matches('(.*a){200}')"),
        google("&&".join(["(assertion.ref=='1'||assertion.sub=='2')"] * 90)),
    ],
    ids=range(9),
)
def test_hostile_configurations_are_decided_in_time(party: RelyingParty) -> None:
    assert _decided(acceptors_of(party)) < 2


VACUOUS: dict[str, tuple[RelyingParty, Effect, str]] = {
    "Google: a number": (
        google("assertion.repository == 'acme/api' && assertion.repository_id != 42"),
        Effect.LETS_ALL,
        "claims are texts",
    ),
    "Google: a number that nothing equals": (
        google("assertion.repository_id == 42"),
        Effect.LETS_NONE,
        "claims are texts",
    ),
    "Google: every token has one": (
        google("assertion.repository == 'acme/api' && assertion.sub != ''"),
        Effect.LETS_ALL,
        "every token",
    ),
    "Google: a claim that GitHub doesn't have": (
        google("assertion.repo == 'acme/api'"),
        Effect.LETS_NONE,
        "no token",
    ),
    "Google: an attribute that isn't mapped": (
        google("assertion.repository == 'acme/api'", "attribute.owner/acme"),
        Effect.LETS_NONE,
        "`attribute.owner`",
    ),
    "Azure: a star": (azure("repo:acme/api:*"), Effect.LETS_NONE, "plain character"),
    "Azure: a star behind eq": (
        azure(expression="claims['sub'] eq 'repo:acme/*'"),
        Effect.LETS_NONE,
        "plain character",
    ),
    "Vault: a star": (vault(bound_claims={"ref": "refs/heads/*"}), Effect.LETS_NONE, "`bound_claims_type`"),
    "Vault: a number": (vault(bound_claims={"repository_id": 42}), Effect.LETS_NONE, "is no text"),
}


@pytest.mark.parametrize("name", VACUOUS)
def test_idle_checks(name: str) -> None:
    party, effect, why = VACUOUS[name]
    (acceptor,) = acceptors_of(party)
    (found,) = acceptor.vacuous_checks()
    assert found.effect is effect
    assert why in found.why


def test_an_idle_check_is_told_where_it_stands() -> None:
    expression = "claims['repository'] eq 'evil/web' and claims['repository'] eq 'acme/*'"
    (acceptor,) = acceptors_of(azure(expression=expression))
    (found,) = acceptor.vacuous_checks()
    assert found.check.values == ("acme/*",)


def test_what_stands_behind_a_hole_is_judged_all_the_same() -> None:
    role = vault(bound_claims={"repository": "acme/api", "ref": "refs/heads/*"})
    assert isinstance(role, VaultRole)
    known, star = role.bound_claims
    with_hole = replace(known, values=(Value((Hole("var.repository"),), known.location),))
    (acceptor,) = acceptors_of(replace(role, bound_claims=(with_hole, star)))
    (found,) = acceptor.vacuous_checks()
    assert found.check.claim == "ref"


def test_the_repository_of_subjects_is_the_one_without_a_wildcard() -> None:
    role = vault(**GLOB, bound_claims={"sub": ["repo:acme/*:ref:x", "repo:acme/api:pull_request"]})
    (acceptor,) = acceptors_of(role)
    assert written_head(acceptor) == "acme/api"
    (acceptor,) = acceptors_of(vault(**GLOB, bound_claims={"sub": "repo:acme/*:ref:x"}))
    assert written_head(acceptor) is None


@pytest.mark.parametrize(
    "party",
    [
        google("assertion.repository == 'acme/api' && assertion.environment != 'dev'"),
        google("assertion.repository.startsWith('acme/')", "attribute.repository/acme/api"),
        azure("repo:acme/api:environment:prod"),
        azure(expression="claims['sub'] matches 'repo:acme/*' and claims['repository_owner_id'] eq '1'"),
        vault(**GLOB, bound_claims={"ref": "refs/heads/*", "repository": "acme/api"}),
    ],
    ids=range(5),
)
def test_checks_that_do_what_they_say(party: RelyingParty) -> None:
    for acceptor in acceptors_of(party):
        assert acceptor.vacuous_checks() in ((), [])
