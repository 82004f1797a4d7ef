"""The query language: data beside errors, limits that come as errors, and queries that GitHub gave up on."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import GitHubError
from auditor.github.api import transport
from auditor.github.api.client import Failed, GitHub, Refused, TooSlow
from auditor.github.api.graphql import GraphQLError, errors_of, is_given_up, is_limited, is_secondary

NOT_FOUND = {"type": "NOT_FOUND", "path": ["r1", "object", 0], "message": "Could not resolve to a Repository"}


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def github(fake, token, slept) -> GitHub:
    return GitHub(token, fake.url, sleep=slept.append, clock=lambda: 1_000_000.0, ticks=lambda: 0.0)


def test_what_could_be_told_stands_beside_what_could_not(fake, github):
    fake.answers["/graphql"] = {"data": {"r0": {"id": 1}, "r1": None}, "errors": [NOT_FOUND]}
    answer = github.graphql_whole("query", owner="acme")
    assert answer.data == {"r0": {"id": 1}, "r1": None}
    (error,) = answer.errors
    assert error == ("NOT_FOUND", ("r1", "object", 0), "Could not resolve to a Repository")
    assert error.status == 404
    with pytest.raises(Refused) as refused:
        github.graphql("query")
    assert refused.value.status == 404
    assert json.loads(fake.asked[0].body) == {"query": "query", "variables": {"owner": "acme"}}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"data": None, "errors": [{"type": "FORBIDDEN", "message": "no"}]}, 403),
        ({"errors": [{"message": "Parse error"}]}, 422),
        ({"errors": "all of it"}, 422),
        ({"errors": [None, 1]}, 422),
        ({"data": []}, 422),
        ({}, 422),
        ([], 422),
        ("text", 422),
        ((403, {}, {"message": "SAML"}), 403),
        ((404, {}, {}), 404),
    ],
)
def test_no_data_at_all_is_a_refusal(fake, github, slept, body, status):
    fake.answers["/graphql"] = body
    for ask in (github.graphql, github.graphql_whole):
        with pytest.raises(Refused) as refused:
            ask("query")
        assert refused.value.status == status
    assert slept == []


RESET = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1000100"}


@pytest.mark.parametrize(
    ("status", "headers", "body", "waits"),
    [
        (200, RESET, {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}, 101),
        (200, RESET, {"errors": [{"type": "RATE_LIMIT", "code": "graphql_rate_limit"}]}, 101),
        (200, {**RESET, "X-RateLimit-Remaining": "4"}, {"errors": [{"type": "RATE_LIMIT"}]}, 101),
        (200, RESET, {"errors": [{"message": "API rate limit already exceeded for user ID 1."}]}, 101),
        (200, {}, {"errors": [{"type": "RATE_LIMITED"}], "data": {"a": 1}}, 60),
        (200, {"Retry-After": "9"}, {"errors": [{"message": "secondary rate limit"}]}, 9),
        (
            200,
            {**RESET, "X-RateLimit-Remaining": "4000"},
            {"data": None, "errors": [{"message": "You have exceeded a secondary rate limit."}]},
            60,
        ),
        (403, {}, {"message": "You have exceeded a secondary rate limit."}, 60),
        (403, {"Retry-After": "9"}, {"message": "no"}, 9),
        (429, {}, {}, 60),
    ],
)
def test_limits_are_waited_for(fake, github, slept, turns, status, headers, body, waits):
    fake.answers["/graphql"] = turns((status, {"Date": "?", **headers}, body), {"data": {"a": 1}})
    assert github.graphql_whole("query").data == {"a": 1}
    assert slept == [waits]


def test_limits_that_do_not_end_stop_everything(fake, github, slept):
    fake.answers["/graphql"] = {"errors": [{"type": "RATE_LIMITED"}]}
    with pytest.raises(GitHubError, match="rate limit is used up") as error:
        github.graphql_whole("query")
    assert not isinstance(error.value, Refused | Failed)
    assert len(fake.asked) == 5


def test_what_others_wrote_is_no_limit(fake, github, slept):
    named = {**NOT_FOUND, "message": "Could not resolve `HEAD:secondary rate limit`"}
    fake.answers["/graphql"] = {"data": {"r1": None}, "errors": [named]}
    assert len(github.graphql_whole("query").errors) == 1
    fake.answers["/graphql"] = {"data": None, "errors": [named]}
    with pytest.raises(Refused):
        github.graphql_whole("query")
    named["message"] = "the file `something went wrong while executing` isn't there"
    assert not is_given_up({"errors": [named]})
    assert slept == []


GIVEN_UP = [
    (502, {}, b"<html>"),
    (504, {}, {"message": "We couldn't respond to your request in time."}),
    {"data": None, "errors": [{"message": "Something went wrong while executing your query. Include `1`."}]},
    {"errors": [{"type": "RESOURCE_LIMITS_EXCEEDED", "path": ["a"], "message": "x"}], "data": {"a": None}},
]


@pytest.mark.parametrize("answer", GIVEN_UP)
def test_what_github_gave_up_on_is_told_at_once(fake, github, slept, answer, turns):
    fake.answers["/graphql"] = answer
    with pytest.raises(TooSlow):
        github.graphql_whole("query")
    assert (len(fake.asked), slept) == (1, [])
    # Who has no smaller query to ask tries again.
    fake.answers["/graphql"] = turns(answer, {"data": {"a": 1}})
    assert github.graphql("query") == {"a": 1}
    assert slept == [2]


def test_silence_is_too_slow(fake, token, monkeypatch):
    monkeypatch.setattr(transport, "TIMEOUT", 0.05)
    github = GitHub(token, fake.url)

    def silent(_request):
        import time

        time.sleep(0.3)
        return {"data": {}}

    fake.answers["/graphql"] = silent
    with pytest.raises(TooSlow):
        github.graphql_whole("query")
    assert len(fake.asked) == 1


@pytest.mark.parametrize("answer", [(500, {}, {}), (503, {}, {}), b'{"data": {"a'])
def test_other_faults_are_tried_again(fake, github, slept, answer, turns):
    fake.answers["/graphql"] = turns(answer, {"data": {"a": 1}})
    assert github.graphql_whole("query").data == {"a": 1}
    assert slept == [2]
    fake.answers["/graphql"] = answer
    with pytest.raises(Failed) as error:
        github.graphql_whole("query")
    assert not isinstance(error.value, TooSlow)


def test_queries_go_one_at_a_time(fake, token):
    from concurrent.futures import ThreadPoolExecutor

    fake.answers["/graphql"] = {"data": {"a": 1}}
    github = GitHub(token, fake.url)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: github.graphql("query"), range(40)))
    assert answers == [{"a": 1}] * 40
    assert (fake.most_at_once, fake.connections) == (1, 1)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["errors", "type", "path", "message", "data"]), inner, max_size=5)
    ),
    max_leaves=20,
)


@given(JSON)
def test_no_answer_breaks_the_reading(content):
    for error in errors_of(content):
        assert isinstance(error, GraphQLError)
        assert isinstance(error.status, int)
    assert not (is_limited(content) and is_given_up(content)) or errors_of(content)
    assert is_secondary(content) in (True, False)


def test_errors_are_bounded():
    error = {"type": "T" * 10_000, "path": ["p"] * 10_000, "message": "m" * 10_000}
    errors = errors_of({"errors": [error] * 20_000})
    assert len(errors) == 10_000
    assert (len(errors[0].type), len(errors[0].path), len(errors[0].message)) == (500, 500, 500)
