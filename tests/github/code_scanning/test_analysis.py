import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import UsageError
from auditor.github.code_scanning.analysis import Analysis, Target, target_of

SHA, OTHER = "1" * 40, "2" * 64
MERGE = {"GITHUB_REPOSITORY": "acme/shop", "GITHUB_SHA": SHA, "GITHUB_REF": "refs/pull/7/merge"}
PUSH = {**MERGE, "GITHUB_REF": "refs/heads/main"}


def run(**changes: object) -> dict[str, Any]:
    provenance = {"repositoryUri": "https://github.com/acme/shop", "revisionId": SHA}
    return {
        "tool": {"driver": {"name": "ci-audit", "rules": []}},
        "automationDetails": {"id": "ci-audit/static/"},
        "versionControlProvenance": [provenance],
        "results": [],
        **changes,
    }


def text(*runs: object) -> str:
    return json.dumps({"version": "2.1.0", "runs": list(runs)})


def analysis(**changes: object) -> Analysis:
    return Analysis.read(text(run(**changes)))


def of_nothing() -> Analysis:
    return analysis(versionControlProvenance=[])


def test_what_a_file_says() -> None:
    read = analysis()
    assert (read.category, read.repository, read.commit) == ("ci-audit/static/", "acme/shop", SHA)
    assert len(read.digest) == 64


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{", "isn't JSON"),
        ("[" * 100_000, "isn't JSON"),
        ("[]", "no SARIF file"),
        ('{"runs": 1}', "no SARIF file"),
        (text(1), "no SARIF file"),
        (text(), "has 0 runs"),
        (text(run(), run()), "has 2 runs"),
        (text(run(tool={"driver": {"name": "another"}})), "isn't ci-audit's"),
        (text(run(tool=None)), "isn't ci-audit's"),
        (text(run(results=None)), "isn't as ci-audit writes it"),
        (text(run(results=[{}])), "isn't as ci-audit writes it"),
        (text(run(automationDetails=None)), "isn't as ci-audit writes it"),
    ],
)
def test_another_file_is_refused(written: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        Analysis.read(written)
    assert caught.value.help


@given(
    provenance=st.recursive(
        st.none() | st.integers() | st.text() | st.just("https://github.com/a/b"),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(st.sampled_from(["repositoryUri", "revisionId"]), inner)
        ),
    )
)
def test_any_provenance_is_read(provenance: object) -> None:
    assert analysis(versionControlProvenance=provenance).category == "ci-audit/static/"


def test_the_file_says_whose_it_is_and_the_run_the_ref() -> None:
    assert target_of(analysis(), PUSH) == Target(repository="acme/shop", commit=SHA, ref="refs/heads/main")


def test_what_is_given_comes_first() -> None:
    target = target_of(analysis(), PUSH, repository="o/r", commit=OTHER, ref="refs/pull/9/head")
    assert target == Target(repository="o/r", commit=OTHER, ref="refs/pull/9/head")


def test_a_file_that_says_nothing_is_the_runs() -> None:
    target = target_of(of_nothing(), MERGE)
    assert target == Target(repository="acme/shop", commit=SHA, ref="refs/pull/7/merge")


def test_a_pull_requests_head_in_place_of_the_merge_has_the_heads_ref() -> None:
    assert target_of(analysis(), {**MERGE, "GITHUB_SHA": OTHER}).ref == "refs/pull/7/head"


@pytest.mark.parametrize(
    ("read", "environment", "given", "option"),
    [
        (of_nothing(), {}, {}, "--repository"),
        (of_nothing(), {"GITHUB_REPOSITORY": "acme/shop"}, {}, "--commit"),
        (analysis(), {}, {}, "--ref"),
        (analysis(), {**PUSH, "GITHUB_REPOSITORY": "acme/audit"}, {}, "--ref"),
        (analysis(), {**PUSH, "GITHUB_SHA": OTHER}, {}, "--ref"),
        (analysis(), {}, {"repository": "acme/other", "ref": "refs/heads/main"}, "--commit"),
    ],
)
def test_what_is_not_known_is_asked_for(
    read: Analysis, environment: dict[str, str], given: dict[str, str], option: str
) -> None:
    with pytest.raises(UsageError) as caught:
        target_of(read, environment, **given)
    assert option in caught.value.help


GOOD = {"repository": "acme/shop.x", "commit": SHA, "ref": "refs/heads/a/b-ü"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"repository": "acme"}, "no repository"),
        ({"repository": "acme/.."}, "no repository"),
        ({"repository": "../shop"}, "no repository"),
        ({"repository": "acme/shop/x"}, "no repository"),
        ({"repository": "acme/shop\n"}, "no repository"),
        ({"commit": "main"}, "no commit"),
        ({"commit": SHA.upper().replace("1", "A")}, "no commit"),
        ({"ref": "main"}, "no ref"),
        ({"ref": "refs/heads/"}, "no ref"),
        ({"ref": "refs/heads/a b"}, "no ref"),
        ({"ref": "refs/pull/0/head"}, "no ref"),
        ({"ref": "refs/pull/7"}, "no ref"),
    ],
)
def test_what_is_no_target_is_said(changes: dict[str, str], message: str) -> None:
    assert Target(**GOOD).fault == ""
    assert message in Target(**{**GOOD, **changes}).fault
    with pytest.raises(UsageError, match=message):
        target_of(analysis(), {}, **{**GOOD, **changes})
