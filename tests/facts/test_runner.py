import pytest

from auditor import tree
from auditor.facts import Facts
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

UNTOLD = Settings()


def facts_of(*texts: str, settings: Settings = UNTOLD) -> Facts:
    workflows = []
    for number, text in enumerate(texts):
        parsed = tree.parse(Source(f".github/workflows/w{number}.yml", text))
        workflow, problems = read_workflow(parsed)
        assert workflow is not None
        assert not problems
        workflows.append(workflow)
    return Facts(Repository(workflows=tuple(workflows)), settings)


def runners(runs_on: str, more: str = "", on: str = "push") -> set[tuple[str, str]]:
    facts = facts_of(f"on: {on}\njobs:\n  a:\n    runs-on: {runs_on}\n    steps: [{{run: a}}]\n{more}")
    (job,) = facts.repository.jobs
    path = facts.reach.into(job)[0]
    return {(runner.kind.value, runner.name) for runner in facts.runners(job, path)}


@pytest.mark.parametrize(
    ("runs_on", "kind"),
    [
        ("ubuntu-latest", "GitHub-hosted"),
        ("Ubuntu-24.04-arm", "GitHub-hosted"),
        ("macos-15-xlarge", "GitHub-hosted"),
        ("[ubuntu-latest, gpu]", "unknown"),
        ("ubuntu-22.04-8core", "unknown"),
        ("blacksmith-4vcpu", "unknown"),
        ("{group: big}", "unknown"),
        ("{group: big, labels: ubuntu-latest}", "unknown"),
        ("Self-Hosted", "self-hosted"),
        ("{group: big, labels: [self-hosted]}", "self-hosted"),
        ("${{ fromJSON('[\"self-hosted\"]') }}", "self-hosted"),
        ('${{ fromJSON(\'{"group":"g","labels":"ubuntu-latest"}\') }}', "unknown"),
        ("${{ fromJSON('not json') }}", "unknown"),
        ("${{ matrix }}", "unknown"),
        ("${{ vars.R }}", "unknown"),
        ("${{ github.event_name == 'push' && 'self-hosted' || 'ubuntu-latest' }}", "self-hosted"),
        ("${{ inputs.r || 'ubuntu-latest' }}", "GitHub-hosted"),
        ("${{ case(true, 'self-hosted', 'x') }}", "self-hosted"),
    ],
)
def test_whose_machine(runs_on: str, kind: str) -> None:
    assert {found for found, _ in runners(runs_on)} == {kind}


def test_each_row_of_a_matrix() -> None:
    matrix = "    strategy: {matrix: {r: [ubuntu-latest, [self-hosted, t4]], include: [{r: windows-2025}]}}\n"
    assert runners("${{ matrix.r }}", matrix) == {
        ("GitHub-hosted", "ubuntu-latest"),
        ("GitHub-hosted", "windows-2025"),
        ("self-hosted", "self-hosted, t4"),
    }


@pytest.mark.parametrize(
    ("exclude", "left"),
    [
        ("[{r: self-hosted}]", {"ubuntu-latest", "self-hosted, t4"}),
        ("[{R: self-hosted}, {r: [self-hosted, t4]}]", {"ubuntu-latest"}),
        ("[{r: self-hosted, mode: a}]", {"ubuntu-latest", "self-hosted", "self-hosted, t4"}),
        ("[{mode: self-hosted}]", {"ubuntu-latest", "self-hosted", "self-hosted, t4"}),
        ("[{r: [t4, self-hosted]}]", {"ubuntu-latest", "self-hosted", "self-hosted, t4"}),
        ("[{r: '${{ vars.R }}'}]", {"ubuntu-latest", "self-hosted", "self-hosted, t4"}),
        ("'${{ fromJSON(vars.R) }}'", {"ubuntu-latest", "self-hosted", "self-hosted, t4"}),
        ("[{r: self-hosted}, {r: [self-hosted, t4]}, {r: ubuntu-latest}]", set()),
    ],
)
def test_what_a_matrix_excludes(exclude: str, left: set[str]) -> None:
    values = "r: [ubuntu-latest, self-hosted, [self-hosted, t4]], mode: [a, b]"
    matrix = f"    strategy: {{matrix: {{{values}, exclude: {exclude}}}}}\n"
    assert {name for _, name in runners("${{ matrix.r }}", matrix)} == left


def test_what_is_excluded_may_be_included_again() -> None:
    rows = "exclude: [{r: self-hosted}], include: [{r: self-hosted}]"
    matrix = f"    strategy: {{matrix: {{r: [self-hosted], {rows}}}}}\n"
    assert runners("${{ matrix.r }}", matrix) == {("self-hosted", "self-hosted")}


def test_the_group_is_resolved_too() -> None:
    matrix = "    strategy: {matrix: {g: [a, b]}}\n"
    assert {name for _, name in runners("{group: '${{ matrix.g }}'}", matrix)} == {"group a", "group b"}


def test_a_function_of_a_matrix_value_is_not_the_value() -> None:
    matrix = "    strategy: {matrix: {os: [ubuntu-latest]}}\n"
    assert {kind for kind, _ in runners("${{ format('{0}-x', matrix.os) }}", matrix)} == {"unknown"}


def test_a_matrix_that_multiplies_is_bounded() -> None:
    values = ", ".join(f"l{i}" for i in range(60))
    matrix = f"    strategy: {{matrix: {{a: [{values}]}}}}\n"
    assert len(runners("['${{ matrix.a }}', '${{ matrix.a }}', '${{ matrix.a }}']", matrix)) <= 64
