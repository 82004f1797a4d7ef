import pytest

from auditor.facts import Facts
from auditor.languages import yaml
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source


def live(text: str, *, guarded: bool = False) -> Facts:
    workflow, problems = read_workflow(yaml.parse(Source(".github/workflows/w.yml", text)))
    assert workflow is not None
    assert not problems
    return Facts(Repository(workflows=(workflow,)), Settings(), guarded=guarded).live()


def jobs(text: str, *, guarded: bool = False) -> set[str]:
    return {job.id for job in live(text, guarded=guarded).repository.jobs}


ONE = "on: {on}\njobs: {{a: {{if: {condition}, runs-on: x, steps: [{{run: a}}]}}}}\n"


@pytest.mark.parametrize(
    "condition",
    ["false", "${{ false }}", "1 == 2", "always() && false", "false && inputs.x", "github.ref && ''"],
)
@pytest.mark.parametrize("guarded", [False, True])
def test_what_is_always_false_never_runs(condition: str, *, guarded: bool) -> None:
    assert jobs(ONE.format(on="push", condition=f'"{condition}"'), guarded=guarded) == set()


@pytest.mark.parametrize(
    "condition", ["true", "github.ref == 'refs/heads/x'", "${{ false }} && false", "failure()"]
)
def test_what_may_be_true_may_run(condition: str) -> None:
    assert jobs(ONE.format(on="push", condition=f'"{condition}"')) == {"a"}


def test_what_no_event_of_the_workflow_meets_never_runs_and_is_held_back_by_its_gate() -> None:
    text = ONE.format(on="[push, schedule]", condition="github.event_name == 'pull_request'")
    assert jobs(text) == set()
    assert jobs(text, guarded=True) == {"a"}


def test_a_called_workflow_may_be_started_by_any_event() -> None:
    condition = "github.event_name == 'pull_request'"
    assert jobs(ONE.format(on="[push, workflow_call]", condition=condition)) == {"a"}
    assert jobs(ONE.format(on="workflow_call", condition=condition)) == {"a"}


def test_what_runs_in_one_event_lives() -> None:
    text = """
on: [push, issues]
jobs:
  a: {if: github.event_name == 'push', runs-on: x, steps: [{run: a}, {if: github.event.issue, run: b}]}
  b: {if: github.event_name == 'issues', needs: a, runs-on: x, steps: [{run: a}]}
"""
    facts = live(text)
    assert [job.id for job in facts.repository.jobs] == ["a"]
    assert [step.run.value for step in facts.repository.steps if step.run] == ["a"]


def test_what_waits_for_a_dead_job_is_dead() -> None:
    text = """
on: push
jobs:
  dead: {if: false, runs-on: x, steps: [{run: a}]}
  waits: {needs: dead, runs-on: x, steps: [{run: a}]}
  further: {needs: waits, runs-on: x, steps: [{run: a}]}
  explicit: {needs: dead, if: success(), runs-on: x, steps: [{run: a}]}
  always: {needs: dead, if: always(), runs-on: x, steps: [{run: a}]}
  after: {needs: always, runs-on: x, steps: [{run: a}]}
  result: {needs: dead, if: always() && needs.dead.result == 'success', runs-on: x, steps: [{run: a}]}
"""
    facts = live(text)
    assert [job.id for job in facts.repository.jobs] == ["always"]
    (job,) = facts.repository.jobs
    assert facts.reach.into(job)
    assert len(job.workflow.declared) == 7


def test_steps_are_counted_anew() -> None:
    text = "on: push\njobs: {a: {runs-on: x, steps: [{if: false, run: a}, {run: b}, {run: c}]}}\n"
    facts = live(text)
    (job,) = facts.repository.jobs
    assert [(step.index, step.job, step.job.workflow) for step in job.steps if step.job] == [
        (0, job, facts.repository.workflows[0]),
        (1, job, facts.repository.workflows[0]),
    ]


def test_where_everything_runs_the_facts_are_the_same() -> None:
    workflow, _ = read_workflow(
        yaml.parse(
            Source(".github/workflows/w.yml", ONE.format(on="push", condition="github.ref == 'refs/heads/x'"))
        )
    )
    assert workflow is not None
    facts = Facts(Repository(workflows=(workflow,)), Settings())
    assert facts.live() is facts


def test_a_workflow_without_a_job_that_runs_is_idle() -> None:
    facts = live(ONE.format(on="push", condition="false"))
    assert facts.repository.workflows == ()
    assert [workflow.path for workflow in facts.repository.idle] == [".github/workflows/w.yml"]
