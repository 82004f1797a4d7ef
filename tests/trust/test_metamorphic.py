"""What must hold of every policy, whatever it says: more values take no less, a Deny no more."""

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.cloud.aws import TrustPolicy
from auditor.trust.automata.boxes import admits
from auditor.trust.automata.search import StepBudget
from auditor.trust.consumers.aws.acceptor import statements_of
from auditor.trust.consumers.aws.evaluate import accepts

Read = Callable[..., TrustPolicy]

PIECES = st.lists(
    st.sampled_from(
        ["repo:", "acme", "evil", "/", "api", "*", "?", ":ref:", "refs/heads/main", ":", "pull_request"]
    ),
    max_size=7,
).map("".join)
KEYS = st.sampled_from(["sub", "ref", "environment", "repository", "event_name"])
POSITIVE = st.sampled_from(["StringEquals", "StringLike", "StringLikeIfExists", "ForAllValues:StringLike"])
ANY = POSITIVE | st.sampled_from(["StringNotLike", "StringNotEquals", "Null"])
VALUES = st.lists(PIECES | st.sampled_from(["refs/*", "true", "prod"]), min_size=1, max_size=3)
TOKENS = [
    {"sub": f"repo:{repository}:{context}", "repository": repository, **claims}
    for repository in ("acme/api", "acme/web", "evil/x")
    for context, claims in (
        ("ref:refs/heads/main", {"ref": "refs/heads/main"}),
        ("pull_request", {"ref": "refs/pull/1/merge"}),
        ("environment:prod", {"ref": "refs/heads/dev", "environment": "prod"}),
    )
]


def accepted(policy: TrustPolicy, *, generous: bool) -> list[dict[str, str]]:
    """The tokens that the boxes hold; the naive reading must say the same."""
    boxes = [
        box for one in statements_of(policy) for box in one.boxes(StepBudget(100_000), generous=generous)
    ]
    found = [token for token in TOKENS if admits(boxes, token)]
    assert found == [token for token in TOKENS if accepts(policy, token, generous=generous)]
    return found


def when(operator: str, key: str, values: list[str], **elements: Any) -> dict[str, Any]:
    return {"Condition": {operator: {key: values}}, **elements}


@given(POSITIVE, KEYS, VALUES, PIECES, st.booleans())
@settings(max_examples=200)
def test_a_value_more_takes_no_less(
    read_policy: Read, operator: str, key: str, values: list[str], more: str, generous: bool
) -> None:
    before = accepted(read_policy(when(operator, key, values)), generous=generous)
    after = accepted(read_policy(when(operator, key, [*values, more])), generous=generous)
    assert [token for token in before if token not in after] == []


@given(ANY, KEYS, VALUES, ANY, KEYS, VALUES, st.booleans())
@settings(max_examples=200)
def test_a_deny_takes_no_more(
    read_policy: Read,
    operator: str,
    key: str,
    values: list[str],
    denying: str,
    denied: str,
    texts: list[str],
    generous: bool,
) -> None:
    allowed = when(operator, key, values)
    before = accepted(read_policy(allowed), generous=generous)
    after = accepted(read_policy(allowed, when(denying, denied, texts, Effect="Deny")), generous=generous)
    assert [token for token in after if token not in before] == []


@given(KEYS, VALUES)
@settings(max_examples=100)
def test_like_takes_what_equals_takes(read_policy: Read, key: str, values: list[str]) -> None:
    plain = [value.replace("?", "") for value in values if "*" not in value]
    exact = accepted(read_policy(when("StringEquals", key, plain)), generous=False)
    glob = accepted(read_policy(when("StringLike", key, plain)), generous=False)
    assert exact == glob
