"""What is said of a policy's jobs, and what is said where that takes too long."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from auditor.cloud.aws_document import read_trust_policies
from auditor.cloud.relying_party import RelyingParty
from auditor.facts import Facts
from auditor.facts.cloud import acceptors, exchanges
from auditor.languages import yaml
from auditor.model.repository import Repository
from auditor.model.settings import Settings, SubjectTemplate
from auditor.model.workflow import read_workflow
from auditor.source import Source
from auditor.trust.questions.question import TOO_MUCH

FIXTURES = Path(__file__).parents[3] / "fixtures" / "trust-policy-denies-job"


def facts_of(name: str, settings: Settings) -> Facts:
    folder = FIXTURES / name
    text = (folder / ".github/workflows/deploy.yml").read_text(encoding="utf-8")
    workflow, _ = read_workflow(yaml.parse(Source(".github/workflows/deploy.yml", text)))
    assert workflow is not None
    policies = (folder / "trust.json").read_text(encoding="utf-8")
    read = read_trust_policies(yaml.parse(Source("trust.json", policies)))
    return Facts(Repository(workflows=(workflow,), relying_parties=read.policies), settings)


Question = Callable[[Facts], Callable[[RelyingParty], Iterator[object]]]

HERE = Settings(repository="nimbus/api")


@pytest.mark.parametrize(
    ("question", "what"),
    [
        (lambda facts: facts.job_access.denials, "not every job was tried"),
        (lambda facts: facts.trust.vacuous_checks, "what its conditions do was not worked out"),
    ],
)
def test_what_takes_too_long_is_a_problem(
    question: Question, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acceptors, "STEPS", 3)
    facts = facts_of("bad_environment_hides_branch", HERE)
    (party,) = facts.repository.relying_parties
    assert list(question(facts)(party)) == []
    (problem,) = facts.limits.problems
    assert problem.message == f"the trust policy requires {TOO_MUCH}: {what}"
    assert problem.location == party.location


def test_in_time_there_is_no_problem() -> None:
    facts = facts_of("bad_environment_hides_branch", HERE)
    (party,) = facts.repository.relying_parties
    assert len(list(facts.job_access.denials(party))) == 1
    assert list(facts.trust.vacuous_checks(party)) == []
    assert facts.limits.problems == ()


def test_steps_beyond_the_bound_are_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchanges, "MAX_EXCHANGES", 0)
    facts = facts_of("bad_environment_hides_branch", HERE)
    assert facts.roles.assumptions == ()
    (problem,) = facts.limits.problems
    assert "only 0 steps" in problem.message


def test_the_tightest_subjects_follow_the_template() -> None:
    settings = Settings(repository="nimbus/api", subject=SubjectTemplate(keys=("repo", "ref")))
    facts = facts_of("good_template_of_the_organization", settings)
    (party,) = facts.repository.relying_parties
    (acceptor,) = facts.acceptors.of(party)
    needed = facts.trust.needed(facts.roles.of(party))
    assert facts.job_access.tightest(acceptor, needed) == ("repo:nimbus/api:ref:refs/heads/main",)
