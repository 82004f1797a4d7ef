"""Which runners an outsider's code gets onto, those that another repository's workflow is given included."""

import pytest

from auditor.facts import Facts
from auditor.facts.runner.runners import RunnerKind
from auditor.finding import Confidence
from auditor.languages import yaml
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source


def exposures(job, on="pull_request"):
    text = f"on: {on}\njobs:\n  j:\n{job}"
    workflow = read_workflow(yaml.parse(Source(".github/workflows/w.yml", text)))[0]
    return Facts(Repository(workflows=(workflow,)), Settings()).exposures.of(workflow.jobs[0])


def exposures_of_call(value, name="runner"):
    return exposures(f"    uses: acme/ci/.github/workflows/t.yml@v1\n    with: {{{name}: {value}}}\n")


def test_a_runner_of_its_own_stands_at_runs_on():
    (found,) = exposures("    runs-on: [self-hosted, gpu]\n    steps: [{run: pytest}]\n")
    assert found.runner.kind is RunnerKind.SELF_HOSTED
    assert found.at.span.start.line == 4
    assert "self-hosted, gpu" in found.trace().hops[-1].note


@pytest.mark.parametrize("name", ["runner", "Runner-Label", "runner_type", "runs-on", "runs_on"])
def test_a_workflow_elsewhere_is_given_a_gpu_runner(name):
    (found,) = exposures_of_call("linux-h100", name)
    assert found.runner.kind is RunnerKind.UNKNOWN
    assert "acme/ci" in found.runner.reason
    assert found.at.span.start.line == 5


@pytest.mark.parametrize(
    "value",
    [
        "ubuntu-latest",
        "linux.2xlarge",
        "'${{ vars.GPU }}'",
        "'[\"ubuntu-latest\"]'",
        "'[gpu'",
        "[self-hosted]",
    ],
)
def test_what_names_no_machine_of_ones_own_is_nothing(value):
    assert exposures_of_call(value) == ()


def test_a_list_as_json_text_is_read():
    (found,) = exposures_of_call('\'["self-hosted", "cpu"]\'')
    assert found.runner.labels == ("self-hosted", "cpu")
    assert found.runner.kind is RunnerKind.UNKNOWN


def test_another_input_is_no_runner():
    assert exposures_of_call("cuda-gpu", "gpu-arch-type") == ()


def test_the_worst_label_comes_first():
    matrix = "    strategy: {matrix: {r: [a-label, self-hosted, ubuntu-latest]}}\n"
    found = exposures(f"{matrix}    runs-on: ${{{{ matrix.r }}}}\n    steps: [{{run: pytest}}]\n")
    assert [each.runner.name for each in found] == ["self-hosted", "a-label"]


def test_what_is_decided_comes_before_what_isnt():
    steps = """    steps:
      - {id: pr, uses: xt0rted/pull-request-comment-branch@v2}
      - {uses: actions/checkout@v6, with: {ref: '${{ steps.pr.outputs.head_sha }}'}}
      - run: make
"""
    found, *_ = exposures(f"    runs-on: self-hosted\n{steps}", "issue_comment")
    assert found.confidence is Confidence.LOW
    more = "      - run: gh pr checkout 1\n      - run: make\n"
    found, *_ = exposures(f"    runs-on: self-hosted\n{steps}{more}", "issue_comment")
    assert found.confidence is Confidence.HIGH
    found, *_ = exposures(f"    runs-on: gpu\n{steps}{more}", "issue_comment")
    assert found.confidence is Confidence.LOW
