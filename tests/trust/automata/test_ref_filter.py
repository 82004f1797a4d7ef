"""GitHub's filter patterns, as its cheat sheet explains them."""

import time
from contextlib import suppress

import pytest

from auditor.trust.automata.language import Both, FieldOf, PatternSet, Wild, word
from auditor.trust.automata.ref_filter import RefFilter
from auditor.trust.automata.search import StepBudget, TooMuchError, shortest
from auditor.trust.minting.subject_grammar import classic_head, subjects_of


@pytest.mark.parametrize(
    ("patterns", "admitted", "refused"),
    [
        (["main"], ["main"], ["main2", "mai", ""]),
        (["feature/*"], ["feature/x", "feature/"], ["feature/x/y", "feature"]),
        (["feature/**"], ["feature/x", "feature/x/y"], ["feature"]),
        (["*"], ["main", "v1.0"], ["a/b"]),
        (["**"], ["main", "a/b"], []),
        (["*feature"], ["my-feature", "feature"], ["feature-x"]),
        (["v2*"], ["v2", "v2.0"], ["v1"]),
        (["v[12].[0-9]+.[0-9]+"], ["v1.10.1", "v2.0.0"], ["v3.0.0", "v1..1"]),
        (["docs?"], ["doc", "docs"], ["docss"]),
        (["release/**", "!release/**-alpha"], ["release/1"], ["release/1-alpha", "main"]),
        (["!a", "a"], ["a"], ["b"]),
        (["a\\*"], ["a*"], ["ab"]),
        ([], [], ["", "main"]),
    ],
)
def test_what_filters_let_through(patterns: list[str], admitted: list[str], refused: list[str]) -> None:
    language = RefFilter("refs/heads/", patterns)
    assert [name for name in admitted if f"refs/heads/{name}" not in language] == []
    assert [name for name in refused if f"refs/heads/{name}" in language] == []


def test_a_witness_is_found_through_a_filter() -> None:
    runs = Both(
        (FieldOf(2, word("ref")), FieldOf(3, RefFilter("refs/heads/", ["release/v[0-9]+", "!release/v0"])))
    )
    role = PatternSet([(*"repo:acme/api:ref:refs/heads/r", Wild.RUN, "0")])
    grammar = subjects_of(classic_head(word("acme"), word("api")), "branch")
    assert (
        shortest(grammar, Both((runs, role)), StepBudget(5000)) == "repo:acme/api:ref:refs/heads/release/v00"
    )


def test_a_hostile_filter_ends() -> None:
    language = RefFilter("refs/heads/", ["*a" * 200 + "?" * 50] * 5)
    started = time.process_time()
    with suppress(TooMuchError):
        shortest(
            subjects_of(classic_head(word("a"), word("b")), "branch"),
            FieldOf(3, language),
            StepBudget(20_000),
        )
    assert time.process_time() - started < 2
