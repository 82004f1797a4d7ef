import pytest

from auditor.facts import Facts
from auditor.facts.flow.graph.arrival import ContextField
from auditor.facts.flow.sources import author
from auditor.knowledge.platform.events import Actor
from auditor.languages import yaml
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

NO_SETTINGS = Settings()


def facts_of(*texts: str, settings: Settings = NO_SETTINGS) -> Facts:
    workflows = []
    for number, text in enumerate(texts):
        parsed = yaml.parse(Source(f".github/workflows/w{number}.yml", text))
        workflow, problems = read_workflow(parsed)
        assert workflow is not None
        assert not problems
        workflows.append(workflow)
    return Facts(Repository(workflows=tuple(workflows)), settings)


def origins(step: str, job: str = "", top: str = "", on: str = "issues") -> set[str]:
    facts = facts_of(f"on: {on}\n{top}\njobs:\n  a:\n    runs-on: x\n{job}    steps:\n{step}")
    last = facts.repository.steps[-1]
    (part,) = facts.expressions(last.run)
    path = facts.reach.at(last)[0]
    return {arrival.name for arrival in facts._flow.of_expression(part, last, path)}


def test_straight() -> None:
    assert origins("      - run: x ${{ github.event.issue.title }}\n") == {"github.event.issue.title"}


def test_the_nearest_env_counts() -> None:
    found = origins(
        "      - {run: 'x ${{ env.A }}', env: {A: '${{ github.event.issue.body }}'}}\n",
        "    env: {A: '${{ github.event.issue.title }}'}\n",
        "env: {A: '${{ github.head_ref }}'}",
    )
    assert found == {"github.event.issue.body"}


def test_what_an_earlier_step_wrote_to_the_environment() -> None:
    write = '      - run: echo "A=${{ github.event.issue.title }}" >> "$GITHUB_ENV"\n'
    read = "      - run: x ${{ env.A }}\n"
    assert origins(write + read) == {"github.event.issue.title"}
    assert origins(read.replace("run: x ${{ env.A }}", "run: y") + read) == set()


def test_a_variable_of_the_runner_through_an_output() -> None:
    write = '      - {id: s, run: \'echo "r=$GITHUB_HEAD_REF" >> "$GITHUB_OUTPUT"\'}\n'
    assert origins(write + "      - run: x ${{ steps.S.outputs.R }}\n") == {"github.head_ref"}


def test_only_the_named_matrix_value() -> None:
    matrix = "    strategy: {matrix: {include: [{a: 1, b: '${{ github.event.issue.title }}'}]}}\n"
    assert origins("      - run: x ${{ matrix.b }}\n", matrix) == {"github.event.issue.title"}
    assert origins("      - run: x ${{ matrix.a }}\n", matrix) == set()


def test_variables_of_each_other_end() -> None:
    many = "${{ env.A }}${{ env.B }}" * 200
    found = origins("      - run: x ${{ env.A }}\n", top=f"env: {{A: '{many}', B: '{many}'}}")
    assert found == set()


@pytest.mark.parametrize(
    ("field", "on", "who"),
    [
        ("github.event.issue.title", "issues", Actor.OUTSIDER),
        ("github.event.issue.title", "push", None),
        ("github.event.issue.number", "issues", None),
        ("github.event.pages.0.title", "gollum", Actor.OUTSIDER),
        ("github.event.client_payload.x.y", "repository_dispatch", Actor.EXTERNAL),
        ("github.event.head_commit.message", "push", Actor.WRITER),
        ("github.ref_name", "push", Actor.WRITER),
        ("github.ref_name", "{push: {branches: [main]}}", None),
        ("github.ref_name", "pull_request_target", None),
        ("github.head_ref", "pull_request", Actor.OUTSIDER),
        ("github.head_ref", "issue_comment", None),
        ("github.event.workflow_run.head_branch", "workflow_run", Actor.OUTSIDER),
        ("github.event.workflow_run.head_branch", "{workflow_run: {workflows: [x], branches: [main]}}", None),
        ("inputs.x", "{workflow_dispatch: {inputs: {x: {type: string}}}}", Actor.WRITER),
        ("inputs.x", "{workflow_dispatch: {inputs: {x: {}}}}", Actor.WRITER),
        ("inputs.x", "{workflow_dispatch: {inputs: {x: {type: choice, options: [a]}}}}", None),
        ("inputs.x", "push", None),
    ],
)
def test_who_writes_a_field(field: str, on: str, who: Actor | None) -> None:
    facts = facts_of(f"on: {on}\njobs: {{a: {{runs-on: x, steps: [{{run: a}}]}}}}\n")
    entry = facts.reach.entries(facts.repository.workflows[0])[0]
    assert author(ContextField(tuple(field.split("."))), entry) is who
