"""One token against one policy: AWS's semantics, and the automata beside the naive evaluator."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.cloud.aws import GITHUB, TrustPolicy
from auditor.trust.automata.boxes import admits
from auditor.trust.automata.search import StepBudget
from auditor.trust.consumers.aws.boxes import boxes
from auditor.trust.consumers.aws.evaluate import accepts
from auditor.trust.minting.issuer import Issuer

Read = Callable[..., TrustPolicy]

PROVIDERS = "arn:aws:iam::123456789012:oidc-provider/"
MAIN = "repo:acme/api:ref:refs/heads/main"
TOKEN = {"sub": MAIN, "aud": "sts.amazonaws.com", "ref": "refs/heads/main", "repository": "acme/api"}


@pytest.mark.parametrize(
    ("operator", "key", "value", "expected"),
    [
        ("StringEquals", "sub", MAIN, True),
        ("StringEquals", "sub", "repo:acme/api:*", False),
        ("StringEquals", "sub", MAIN.upper(), False),
        ("StringEqualsIgnoreCase", "sub", MAIN.upper(), True),
        ("StringEqualsIgnoreCase", "sub", "REPO:*", False),
        ("StringLike", "sub", "repo:acme/api:ref:refs/heads/mai?", True),
        ("StringLike", "sub", f"{MAIN}*", True),
        ("StringLike", "sub", f"{MAIN}?", False),
        ("StringLike", "sub", "repo:Acme/*", False),
        ("StringNotLike", "sub", "repo:acme/*", False),
        ("StringNotLike", "sub", "repo:evil/*", True),
        ("StringNotEquals", "environment", "prod", True),
        ("StringEquals", "environment", "prod", False),
        ("StringEqualsIfExists", "environment", "prod", True),
        ("StringLikeIfExists", "sub", "x", False),
        ("ForAllValues:StringEquals", "environment", "prod", True),
        ("ForAllValues:StringEquals", "sub", "x", False),
        ("ForAnyValue:StringEquals", "environment", "prod", False),
        ("ForAnyValue:StringLike", "sub", "repo:*", True),
        ("Null", "environment", "true", True),
        ("Null", "environment", "false", False),
        ("Null", "sub", "false", True),
        ("Null", "repository_owner", "true", True),
        ("StringEquals", "repository_owner", "acme", False),
        ("StringLike", "gitlab.com:sub", "*", False),
        ("StringNotLike", "gitlab.com:sub", "*", True),
        ("Bool", "sub", "true", False),
        ("StringEquals", "aws:SourceIp", "192.0.2.1", False),
        ("StringEquals", "ref", f"${{{GITHUB}:ref}}", True),
        ("StringEquals", "ref", f"${{{GITHUB}:aud}}", False),
        ("StringLike", "sub", f"repo:${{{GITHUB}:repository}}:*", True),
        ("StringLike", "sub", f"repo:${{{GITHUB}:repository_owner}}/*", False),
        ("StringLike", "sub", f"repo:${{{GITHUB}:repository_owner, 'acme'}}/*", True),
        ("StringLike", "sub", f"repo:${{{GITHUB}:aud, 'acme'}}/*", False),
        ("StringLike", "sub", f"${{{GITHUB}:repository_owner, '*'}}", False),
        ("StringLike", "sub", "repo:${*}", False),
        ("StringLike", "sub", "repo:${no variable *", False),
    ],
)
def test_operators(operator: str, key: str, value: str, expected: bool, read_policy: Read) -> None:
    policy = read_policy({"Condition": {operator: {key: value}}})
    assert accepts(policy, TOKEN) is expected
    for generous in (False, True):
        found = boxes(policy, policy.statements[0], Issuer(GITHUB), StepBudget(1000), generous=generous)
        # What boxes surely take is taken, and what they don't take even perhaps isn't.
        assert admits(found, TOKEN) in (expected, generous)


@pytest.mark.parametrize(
    ("value", "branch", "expected"),
    [
        ("${no variable *}", "${no variable at all}", True),
        ("${no variable *}", "${no variable *}", True),
        ("${no variable ?}", "${no variable at all}", False),
        ("${*}", "*", True),
        ("${*}", "main", False),
    ],
)
def test_wildcards_in_what_only_looks_like_a_variable(
    value: str, branch: str, expected: bool, read_policy: Read
) -> None:
    policy = read_policy({"Condition": {"StringLike": {"ref": f"refs/heads/{value}"}}})
    token = {**TOKEN, "ref": f"refs/heads/{branch}"}
    assert accepts(policy, token) is expected
    found = boxes(policy, policy.statements[0], Issuer(GITHUB), StepBudget(1000), generous=False)
    assert admits(found, token) is expected


def test_what_is_open_has_two_answers(read_policy: Read) -> None:
    policy = read_policy({"Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}})
    assert not accepts(policy, TOKEN)
    assert accepts(policy, TOKEN, generous=True)


def test_a_deny_that_may_fire_fires_for_the_cautious(read_policy: Read) -> None:
    denial = {"Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    policy = read_policy({}, denial)
    assert not accepts(policy, TOKEN)
    assert accepts(policy, TOKEN, generous=True)


def test_a_deny_of_another_action_or_provider_takes_nothing(read_policy: Read) -> None:
    other = {"Federated": "arn:aws:iam::123456789012:oidc-provider/gitlab.com"}
    assert accepts(read_policy({}, {"Effect": "Deny", "Action": "sts:TagSession"}), TOKEN)
    assert accepts(read_policy({}, {"Effect": "Deny", "Principal": other}), TOKEN)
    assert not accepts(read_policy({}, {"Effect": "Deny", "Principal": "*"}), TOKEN)


@pytest.mark.parametrize("operator", ["StringEquals", "StringLike", "StringEqualsIgnoreCase"])
def test_a_variable_of_what_is_unknown_is_open(operator: str, read_policy: Read) -> None:
    policy = read_policy({"Condition": {operator: {"ref": "refs/heads/${aws:PrincipalTag/team}"}}})
    assert not accepts(policy, TOKEN)
    assert accepts(policy, TOKEN, generous=True)
    negated = operator.replace("String", "StringNot")
    policy = read_policy({"Condition": {negated: {"ref": "refs/heads/${aws:PrincipalTag/team, 'main'}"}}})
    assert not accepts(policy, TOKEN)
    assert accepts(policy, TOKEN, generous=True)
    assert not accepts(
        read_policy({"Condition": {operator: {"sub": "${aws:PrincipalTag/team}/x"}}}), TOKEN, generous=True
    )


@pytest.mark.parametrize(
    ("spared", "fires", "may_spare"),
    [
        ("*", False, True),
        ({"AWS": "*"}, False, True),
        ({"Federated": PROVIDERS + GITHUB}, False, True),
        ({"Federated": "*"}, True, True),
        ({"Federated": PROVIDERS + "gitlab.com"}, True, False),
    ],
)
def test_a_deny_spares_those_whom_it_excepts(
    spared: Any, fires: bool, may_spare: bool, read_policy: Read
) -> None:
    policy = read_policy({}, {"Effect": "Deny", "Principal": None, "NotPrincipal": spared})
    assert accepts(policy, TOKEN) is not fires
    assert accepts(policy, TOKEN, generous=True) is may_spare


def test_a_token_of_another_provider_is_refused(read_policy: Read) -> None:
    assert not accepts(read_policy({}), TOKEN, issuer=f"{GITHUB}/acme")


VALUES = st.sampled_from(
    ["repo:a/b:*", "repo:a/b:pull_request", "repo:*", "*", "?*", "repo:?/b*", "a", "A", f"${{{GITHUB}:ref}}"]
)
OPERATORS = st.builds(
    lambda prefix, name, suffix: prefix + name + suffix,
    st.sampled_from(["", "", "ForAllValues:", "ForAnyValue:"]),
    st.sampled_from(
        ["StringEquals", "StringLike", "StringNotEquals", "StringNotLike", "StringEqualsIgnoreCase"]
    ),
    st.sampled_from(["", "", "IfExists"]),
)
KEYS = st.sampled_from(["sub", "ref", "environment", "repository_owner", "aws:SourceIp"])
CONDITIONS = st.dictionaries(OPERATORS, st.dictionaries(KEYS, st.lists(VALUES, max_size=2)), max_size=2)
EFFECTS = st.sampled_from(["Allow", "Allow", "Deny"])
TOKENS = st.fixed_dictionaries(
    {"sub": st.sampled_from(["repo:a/b:pull_request", "repo:c/b:ref:a", "a", "A"])},
    optional={
        "ref": st.sampled_from(["a", "*", "repo:a/b:x"]),
        "environment": st.sampled_from(["a", "repo:x/b"]),
    },
)


@given(CONDITIONS, st.lists(CONDITIONS, max_size=2), TOKENS, st.booleans())
@settings(max_examples=300, deadline=None)
def test_automata_agree_with_the_evaluator(
    read_policy: Read,
    conditions: dict[str, Any],
    denials: list[dict[str, Any]],
    token: dict[str, str],
    generous: bool,
) -> None:
    """The boxes bound the evaluator; where no value refers to a claim of the token they equal it."""
    policy = read_policy({"Condition": conditions}, *({"Effect": "Deny", "Condition": d} for d in denials))
    found = boxes(policy, policy.statements[0], Issuer(GITHUB), StepBudget(10**6), generous=generous)
    inside, accepted = admits(found, token), accepts(policy, token, generous=generous)
    if "${" in f"{conditions}{denials}":
        assert inside or not (generous and accepted)
        assert accepted or not (inside and not generous)
    else:
        assert inside == accepted


@given(CONDITIONS, CONDITIONS, TOKENS)
@settings(max_examples=100, deadline=None)
def test_a_deny_never_grows_what_is_accepted(
    read_policy: Read, conditions: dict[str, Any], denied: dict[str, Any], token: dict[str, str]
) -> None:
    before = accepts(read_policy({"Condition": conditions}), token)
    after = accepts(read_policy({"Condition": conditions}, {"Effect": "Deny", "Condition": denied}), token)
    assert before or not after


@given(st.sampled_from(["StringEquals", "StringLike"]), st.lists(VALUES, max_size=2), VALUES, TOKENS)
@settings(max_examples=100, deadline=None)
def test_one_value_more_never_shrinks_what_is_accepted(
    read_policy: Read, operator: str, values: list[str], more: str, token: dict[str, str]
) -> None:
    before = accepts(read_policy({"Condition": {operator: {"sub": values}}}), token)
    after = accepts(read_policy({"Condition": {operator: {"sub": [*values, more]}}}), token)
    assert after or not before


@given(VALUES, TOKENS)
@settings(max_examples=100, deadline=None)
def test_equals_is_within_like(read_policy: Read, value: str, token: dict[str, str]) -> None:
    exact = accepts(read_policy({"Condition": {"StringEquals": {"sub": value}}}), token)
    assert accepts(read_policy({"Condition": {"StringLike": {"sub": value}}}), token) or not exact
