"""Subjects of templates of claim keys."""

import pytest

from auditor.trust.automata.language import Both, word
from auditor.trust.automata.search import StepBudget, shortest
from auditor.trust.minting.contexts import PULL_REQUESTS, environment, ref
from auditor.trust.minting.template import DEFAULT, ClaimTemplate
from auditor.trust.questions.insiders import Own, RunClaims, others_than, pull_requests_of, runs_of

MAIN = ref("refs/heads/main")
PROD = environment(["prod:eu"])
RUN = RunClaims((MAIN,), "push", ".github/workflows/deploy.yml")
FILE = "job_workflow_ref:acme/api/.github/workflows/{}@refs/heads/main"


def mints(who, subject: str) -> bool:
    """Whether somebody can have one subject minted."""
    return any(
        shortest(kind.grammar, Both((word(subject), *kind.limits)), StepBudget(50_000)) == subject
        for kind in who.surely.subjects
    )


def own(*keys: str, immutable: bool = False) -> Own:
    return Own(frozenset({"acme/api"}), immutable, (ClaimTemplate(keys),))


@pytest.mark.parametrize(
    ("keys", "context", "subject"),
    [
        (("repo", "context"), MAIN, "repo:acme/api:ref:refs/heads/main"),
        (("repo",), MAIN, "repo:acme/api"),
        (("context", "repo"), PULL_REQUESTS, "pull_request:repo:acme/api"),
        (("repository_owner", "environment"), PROD, "repository_owner:acme:environment:prod%3aeu"),
        (("repo", "ref"), PROD, "repo:acme/api:ref:refs/heads/main"),
        (("repo", "event_name"), MAIN, "repo:acme/api:event_name:push"),
        (("repo", "job_workflow_ref"), MAIN, f"repo:acme/api:{FILE.format('deploy.yml')}"),
        (("repository", "actor"), MAIN, "repository:acme/api:actor:alice"),
    ],
)
def test_what_a_run_mints(keys: tuple[str, ...], context, subject: str) -> None:
    assert mints(runs_of(context, own(*keys), RUN), subject)


@pytest.mark.parametrize(
    ("keys", "context", "subject"),
    [
        (("repo",), MAIN, "repo:acme/api:ref:refs/heads/main"),
        (("repo", "context"), PROD, "repo:acme/api:ref:refs/heads/main"),
        (("repo", "ref"), PROD, "repo:acme/api:ref:refs/heads/dev"),
        (("repo", "event_name"), MAIN, "repo:acme/api:event_name:pull_request"),
        (("repo", "job_workflow_ref"), MAIN, f"repo:acme/api:{FILE.format('release.yml')}"),
        (("repo", "environment"), MAIN, "repo:acme/api:environment:prod"),
    ],
)
def test_what_a_run_does_not_mint(keys: tuple[str, ...], context, subject: str) -> None:
    assert not mints(runs_of(context, own(*keys), RUN), subject)


def test_ids_stay_in_a_template() -> None:
    with_ids = own("repo", "ref", immutable=True)
    assert mints(runs_of(MAIN, with_ids, RUN), "repo:acme@1/api@2:ref:refs/heads/main")
    assert not mints(runs_of(MAIN, with_ids, RUN), "repo:acme/api:ref:refs/heads/main")


def test_other_refs_and_pull_requests() -> None:
    assert mints(others_than([MAIN], own("repo", "ref")), "repo:acme/api:ref:refs/heads/dev")
    assert not mints(others_than([MAIN], own("repo", "ref")), "repo:acme/api:ref:refs/heads/main")
    of_file = FILE.format("deploy.yml")
    assert not mints(others_than([MAIN], own("repo", "job_workflow_ref")), f"repo:acme/api:{of_file}")
    assert mints(pull_requests_of(own("repo", "ref")), "repo:acme/api:ref:refs/pull/7/merge")
    assert not mints(pull_requests_of(own("repo", "event_name")), "repo:acme/api:event_name:push")


def test_where_claims_stand() -> None:
    template = ClaimTemplate(("context", "repo", "ref"))
    assert template.fields("environment") == ((1, "environment"), (3, "repo"), (5, "ref"))
    assert template.fields("pull_request") == ((2, "repo"), (4, "ref"))
    assert template.distinguishes("ref")
    assert template.distinguishes("environment")
    assert not ClaimTemplate(("repo",)).distinguishes("ref")


def test_the_subject_that_a_policy_writes() -> None:
    known = {"repo": "acme/api"}
    assert DEFAULT.glob(MAIN, known) == "repo:acme/api:ref:refs/heads/main"
    assert DEFAULT.glob(PULL_REQUESTS, known) == "repo:acme/api:pull_request"
    assert ClaimTemplate(("actor", "repo")).glob(PROD, known) == "actor:*:repo:acme/api"
