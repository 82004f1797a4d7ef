"""What the runner groups of the settings do to the ways onto their machines."""

import pytest

from auditor.facts import Facts
from auditor.finding import Severity
from auditor.languages import yaml
from auditor.model.repository import Repository
from auditor.model.settings import RunnerGroup, Settings, Visibility
from auditor.model.workflow import read_workflow
from auditor.source import Source

PUBLIC, PRIVATE = Visibility.PUBLIC, Visibility.PRIVATE
LABELS = frozenset({"gpu"})
CLOSED = RunnerGroup("gpus", public_repositories=False, labels=LABELS)
OPEN = RunnerGroup("gpus", public_repositories=True, labels=LABELS)


def severities(
    runs_on: str, *groups: RunnerGroup, visibility: Visibility | None = None, on: str = "pull_request"
) -> list[Severity]:
    text = f"on: {on}\njobs:\n  j:\n    runs-on: {runs_on}\n    steps: [{{run: make}}]\n"
    workflow = read_workflow(yaml.parse(Source(".github/workflows/w.yml", text)))[0]
    assert workflow is not None
    settings = Settings("acme/ml", visibility, runner_groups=groups)
    found = Facts(Repository(workflows=(workflow,)), settings).exposures.of(workflow.jobs[0])
    return [each.severity(Severity.CRITICAL) for each in found]


@pytest.mark.parametrize(
    ("group", "visibility", "expected"),
    [
        (OPEN, PUBLIC, [Severity.CRITICAL]),
        (OPEN, None, [Severity.CRITICAL]),
        (CLOSED, PUBLIC, []),
        (CLOSED, None, [Severity.HIGH]),
        (CLOSED, PRIVATE, [Severity.HIGH]),
        (RunnerGroup("gpus", True, ephemeral=True), PUBLIC, [Severity.HIGH]),
        (RunnerGroup("gpus", True, repositories=("acme/other",)), PUBLIC, []),
        (RunnerGroup("gpus", True, repositories=("Acme/ML",)), PUBLIC, [Severity.CRITICAL]),
        (RunnerGroup("gpus", True, workflows=("acme/ml/.github/workflows/w.yml@main",)), PUBLIC, []),
        (RunnerGroup("gpus", True, hosted=True), PUBLIC, []),
    ],
)
def test_a_named_group(group: RunnerGroup, visibility: Visibility | None, expected: list[Severity]) -> None:
    assert severities("{group: gpus}", group, visibility=visibility) == expected


def test_what_a_group_closes_is_there_when_it_is_asked_for() -> None:
    text = "on: pull_request\njobs: {j: {runs-on: {group: gpus}, steps: [{run: make}]}}\n"
    workflow = read_workflow(yaml.parse(Source(".github/workflows/w.yml", text)))[0]
    assert workflow is not None
    settings = Settings("acme/ml", PUBLIC, runner_groups=(CLOSED,))
    facts = Facts(Repository(workflows=(workflow,)), settings, guarded=True)
    (found,) = facts.exposures.of(workflow.jobs[0])
    assert found.runner_path.is_closed
    assert found.trace().is_closed


def test_labels_may_be_those_of_a_runner_that_is_in_no_group() -> None:
    assert severities("[self-hosted, gpu]", CLOSED, visibility=PUBLIC) == [Severity.HIGH]
    assert severities("[self-hosted, other]", CLOSED, visibility=PUBLIC) == [Severity.CRITICAL]


def test_one_open_group_lets_the_path_through() -> None:
    assert severities("gpu", CLOSED, OPEN, visibility=PUBLIC) == [Severity.CRITICAL]
    ephemeral = RunnerGroup("quick", True, labels=LABELS, ephemeral=True)
    assert severities("gpu", ephemeral, OPEN, visibility=PUBLIC) == [Severity.CRITICAL]
    assert severities("gpu", ephemeral, visibility=PUBLIC) == [Severity.HIGH]


def test_a_workflow_at_a_ref_is_admitted_when_it_runs_there() -> None:
    group = RunnerGroup("gpus", True, workflows=("acme/ml/.github/workflows/w.yml@refs/heads/main",))
    text = """on: workflow_run
jobs:
  j:
    runs-on: {group: gpus}
    steps:
      - {uses: actions/checkout@v3, with: {ref: '${{ github.event.workflow_run.head_sha }}'}}
      - run: make
"""
    workflow = read_workflow(yaml.parse(Source(".github/workflows/w.yml", text)))[0]
    assert workflow is not None
    facts = Facts(Repository(workflows=(workflow,)), Settings("acme/ml", runner_groups=(group,)))
    assert facts.exposures.of(workflow.jobs[0])
