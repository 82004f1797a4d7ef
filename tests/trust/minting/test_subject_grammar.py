"""What GitHub mints."""

import pytest

from auditor.trust.automata.language import EVERYTHING, word
from auditor.trust.automata.search import Grammar, StepBudget, shortest
from auditor.trust.minting.subject_grammar import (
    ACTOR_ID,
    CONTEXTS,
    claim_values,
    claims_of,
    custom_subjects,
    default_subjects,
    repeated_key,
    repeating,
)


def makes(grammar: Grammar, text: str) -> bool:
    return shortest(grammar, word(text), StepBudget(20_000)) == text


@pytest.mark.parametrize(
    "subject",
    [
        "repo:acme/api:ref:refs/heads/main",
        "repo:acme/api:ref:refs/tags/v1.0",
        "repo:acme/api:pull_request",
        "repo:acme/api:environment:prod/é 1*",
        "repo:a-b/api.x_y-z:environment:prod%3Aeu",
    ],
)
def test_default_subjects(subject: str) -> None:
    assert any(makes(default_subjects("classic", context), subject) for context in CONTEXTS)
    assert makes(custom_subjects(widest=False), subject)
    assert claims_of(subject) is not None


@pytest.mark.parametrize(("length", "is_taken"), [(1, True), (100, True), (101, False), (105, False)])
def test_a_repository_has_a_name_of_at_most_100_characters(length: int, is_taken: bool) -> None:
    assert (claims_of(f"repo:acme/{'b' * length}:pull_request") is not None) is is_taken


@pytest.mark.parametrize(
    "subject",
    [
        "repo:-acme/api:pull_request",
        "repo:ac--me/api:pull_request",
        "repo:" + "a" * 40 + "/api:pull_request",
        "repo:acme/api/x:pull_request",
        "repo:acme/api:pull-request",
        "repo:acme/api:environment:a:b",
        "repo:acme/api:ref:refs/heads/a..b",
        "repo:acme/api:ref:refs/heads/a b",
        "repo:acme/api:ref:refs/heads/",
        "repo:acme/api:ref:main",
        "acme/api",
        "",
    ],
)
def test_no_subjects(subject: str) -> None:
    assert not any(makes(default_subjects("classic", context), subject) for context in CONTEXTS)
    assert not makes(custom_subjects(widest=True), subject)


def test_ids_are_no_choice_of_a_stranger() -> None:
    subject = "repo:acme@1/api@2:ref:refs/heads/main"
    assert makes(custom_subjects(widest=True), subject)
    assert not makes(custom_subjects(widest=False), subject)
    assert shortest(claim_values("actor_id", widest=False), EVERYTHING, StepBudget(1000)) == ACTOR_ID


def test_a_subject_tells_claims() -> None:
    assert claims_of("repo:acme@1/api@2:environment:prod:actor:bob") == {
        "repository": "acme/api",
        "repository_owner": "acme",
        "environment": "prod",
        "actor": "bob",
    }
    assert claims_of("repository_owner:acme") == {"repository_owner": "acme", "repository": "acme/x"}


@pytest.mark.parametrize(
    "subject",
    [
        "repo:acme/api:repository:acme/web",
        "repo:acme/api:repository_owner:evil",
        "ref:refs/heads/a:ref:refs/heads/a",
        "ref",
        "ref:refs/heads/a.lock",
        "repo:acme/..:pull_request",
        "environment:" + "a" * 256,
    ],
)
def test_no_token_has_such_claims(subject: str) -> None:
    assert claims_of(subject) is None


def test_repeated_key() -> None:
    assert repeated_key("ref:a:actor:b:ref:c") == "ref"
    assert repeated_key("ref:ref:actor:b") is None
    assert "ref:a:actor:b:ref:c" in repeating("ref")
    assert "x:y:ref:a:ref:c" in repeating("ref")
    assert "ref:a:actor:b" not in repeating("ref")
