"""What jobs hand on as outputs, and where a condition on it counts."""

import pytest

from auditor.facts import Facts
from auditor.facts.reach.job_outputs import MAX_TEXT
from auditor.knowledge.platform.events import Actor
from auditor.languages import yaml
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

FORK = "${{ github.event.pull_request.head.repo.fork }}"


def reached(text: str) -> set[str]:
    """The jobs that an outsider gets into."""
    workflow, problems = read_workflow(yaml.parse(Source(".github/workflows/w.yml", text)))
    assert workflow is not None
    assert not problems
    facts = Facts(Repository(workflows=(workflow,)), Settings())
    return {job.id for job in workflow.jobs if facts.reach.into(job, actor=Actor.OUTSIDER)}


def is_open(output: str, condition: str, *, needs: str = "whose") -> bool:
    """Whether an outsider's pull request gets into a job with that condition on another's output."""
    text = f"""
on: pull_request
jobs:
  whose: {{runs-on: x, outputs: {{Is: "{output}"}}, steps: [{{run: a}}]}}
  other: {{runs-on: x, steps: [{{run: a}}]}}
  a: {{needs: {needs}, if: "{condition}", runs-on: x, steps: [{{run: make}}]}}
"""
    return "a" in reached(text)


@pytest.mark.parametrize(
    ("output", "condition"),
    [
        (FORK, "needs.whose.outputs.is == 'false'"),
        (FORK, "needs.whose.outputs.is != 'true'"),
        (FORK, "success() && needs.whose.outputs.is != 'true'"),
        ("${{ github.actor }}", "needs.whose.outputs.is == 'ada'"),
        ("${{ github.event_name == 'push' && 'yes' || '' }}", "needs.whose.outputs.is"),
    ],
)
def test_an_expression_counts_as_if_it_stood_in_the_condition(output: str, condition: str) -> None:
    assert not is_open(output, condition)


@pytest.mark.parametrize(
    ("output", "condition"),
    [
        # The text 'false' counts as true.
        ("${{ !github.event.pull_request.head.repo.fork }}", "needs.whose.outputs.is"),
        (FORK, "needs.whose.outputs.is == 'true'"),
        (FORK, "always() && needs.whose.outputs.is != 'true'"),
        (FORK, "(success() || failure()) && needs.whose.outputs.is != 'true'"),
        (f"it is {FORK}", "needs.whose.outputs.is == 'it is false'"),
        ("${{ steps.s.outputs.fork }}", "needs.whose.outputs.is == 'false'"),
        ("${{ fromJSON('[]') }}", "needs.whose.outputs.is == 'false'"),
        (FORK.replace("}}", " " * MAX_TEXT + "}}"), "needs.whose.outputs.is == 'false'"),
    ],
)
def test_what_is_not_surely_known_keeps_nobody_out(output: str, condition: str) -> None:
    assert is_open(output, condition)


def test_outputs_of_a_job_that_is_not_needed_are_not_there() -> None:
    assert is_open(FORK, "needs.whose.outputs.is != 'true'", needs="other")


def test_outputs_that_name_each_other_in_a_circle_are_not_known() -> None:
    text = """
on: pull_request
jobs:
  a: {needs: b, runs-on: x, outputs: {o: "${{ needs.b.outputs.o }}"}, steps: [{run: a}]}
  b: {runs-on: x, outputs: {o: "${{ needs.b.outputs.o }}"}, steps: [{run: a}]}
  c: {needs: b, if: needs.b.outputs.o == 'yes', runs-on: x, steps: [{run: a}]}
"""
    assert reached(text) == {"a", "b", "c"}
