from datetime import date

import pytest

from auditor.facts import Facts
from auditor.facts.runner.runners import Runner, RunnerKind
from auditor.knowledge.platform.runners import HOSTED
from auditor.languages import yaml
from auditor.model.repository import Repository
from auditor.model.settings import RunnerGroup, Settings
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
        ("blacksmith-4vcpu", "hosted by a company"),
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


def runners_with(runs_on: str, settings: Settings, more: str = "", on: str = "push") -> list[Runner]:
    text = f"on: {on}\njobs:\n  a:\n    runs-on: {runs_on}\n    steps: [{{run: a}}]\n{more}"
    facts = facts_of(text, settings=settings)
    (job,) = facts.repository.jobs
    return list(facts.runners(job, facts.reach.into(job)[0]))


@pytest.mark.parametrize("label", sorted(HOSTED))
def test_every_label_of_github_is_known_in_any_case(label: str) -> None:
    assert runners(label.upper()) == {("GitHub-hosted", label.upper())}


@pytest.mark.parametrize(
    ("runs_on", "kind"),
    [
        ("{labels: ubuntu-24.04-arm}", "GitHub-hosted"),
        ("{labels: [self-hosted, h100]}", "self-hosted"),
        ("gpu-h100", "unknown"),
        ("ubuntu-24.04-firewall", "GitHub-hosted"),
        ("ubuntu-24.04-gpu", "unknown"),
        ("macos-15-gpu", "unknown"),
        ("'runs-on=${{ github.run_id }},runner=4cpu-linux-x64'", "hosted by a company"),
        ("[runs-on, 'run-id=${{ github.run_id }}']", "hosted by a company"),
        ("[ubuntu-24.04, 'codebuild-p-${{ github.run_id }}']", "hosted by a company"),
        ("'${{ vars.X }}-codebuild-p'", "unknown"),
        ("[own, 'depot-${{ github.run_id }}']", "unknown"),
        ("'self-hosted-${{ github.run_id }}'", "self-hosted"),
        ("'gpu-${{ github.run_id }}'", "unknown"),
        ("runs-on/runner=4cpu", "hosted by a company"),
        ("[runs-on, runner=4cpu]", "hosted by a company"),
        ("ghcr.io/cirruslabs/macos-runner:sonoma", "hosted by a company"),
        ("[self-hosted, depot-ubuntu-24.04]", "self-hosted"),
    ],
)
def test_whose_machine_by_label(runs_on: str, kind: str) -> None:
    assert {found for found, _ in runners(runs_on)} == {kind}


def test_a_label_whose_end_is_not_known_is_named_by_its_beginning() -> None:
    (runner,) = runners_with("'self-hosted-gpu-${{ github.run_id }}'", NO_SETTINGS)
    assert (runner.name, runner.gpu, runner.is_whole) == ("self-hosted-gpu-…", True, False)
    assert runner.reason == "its labels are known only at run time"


def test_a_retired_label_is_dead_from_its_day_on() -> None:
    (before,) = runners_with("macos-14", Settings(as_of=date(2026, 11, 1)))
    (after,) = runners_with("macos-14", Settings(as_of=date(2026, 11, 2)))
    assert (before.kind, before.reason) == (RunnerKind.HOSTED, "")
    assert after.kind is RunnerKind.HOSTED
    assert "retired `macos-14` on 2026-11-02" in after.reason


@pytest.mark.parametrize(
    ("runs_on", "matrix", "expected"),
    [
        # Rows of `include` that fit a cell are merged into it; others are cells of their own.
        (
            "${{ matrix.runner || 'ubuntu-latest' }}",
            "{card: [cpu, t4], include: [{card: t4, runner: self-hosted}]}",
            {"ubuntu-latest", "self-hosted"},
        ),
        (
            "${{ matrix.runner || 'self-hosted' }}",
            "{card: [cpu], include: [{runner: ubuntu-latest}]}",
            {"ubuntu-latest"},
        ),
        (
            "${{ matrix.gpu && 'self-hosted' || 'ubuntu-latest' }}",
            "{include: [{gpu: false}, {gpu: no-such}]}",
            {"ubuntu-latest", "self-hosted"},
        ),
        ("${{ matrix.gpu && 'self-hosted' || 'ubuntu-latest' }}", "{gpu: [false]}", {"ubuntu-latest"}),
        ("${{ matrix.gpu && 'self-hosted' || 'ubuntu-latest' }}", "{gpu: ['false']}", {"self-hosted"}),
        ("${{ matrix.os == 'gpu' && 'self-hosted' || matrix.os }}", "{os: [ubuntu-24.04]}", {"ubuntu-24.04"}),
        ("${{ contains(matrix.n, 'gpu') && 'self-hosted' || 'x' }}", "{n: [a-gpu, b]}", {"self-hosted", "x"}),
        ("${{ format('{0}-arm', matrix.os) }}", "{os: [ubuntu-24.04]}", {"ubuntu-24.04-arm"}),
        # The group and the label of one cell belong together.
        (
            "{group: '${{ matrix.g }}', labels: '${{ matrix.l }}'}",
            "{include: [{g: a, l: x}, {g: b, l: y}]}",
            {"x in group a", "y in group b"},
        ),
        # A trick that keeps forks off a company's machine.
        (
            "${{ matrix.os }}",
            """{os: [depot-x, ubuntu-latest], exclude: [{os: depot-x, home: true}],
                home: ["${{ github.event_name == 'push' }}"]}""",
            {"ubuntu-latest"},
        ),
        # Other values of the matrix may be unknown.
        ("${{ matrix.r }}", "{r: [ubuntu-latest], v: '${{ fromJSON(vars.V) }}'}", {"ubuntu-latest"}),
        ("${{ matrix.r }}", """"${{ fromJSON('{\\"r\\": [\\"a\\", \\"b\\"]}') }}\"""", {"a", "b"}),
        (
            "${{ matrix.r }}",
            '{include: "${{ fromJSON(\'[{\\"r\\": [\\"self-hosted\\", \\"t4\\"]}]\') }}"}',
            {"self-hosted, t4"},
        ),
        ("${{ matrix.r }}", '{r: "${{ fromJSON(\'[1, \\"b\\"]\') }}"}', {"", "b"}),
    ],
)
def test_cells_of_a_matrix(runs_on: str, matrix: str, expected: set[str]) -> None:
    assert {name for _, name in runners(runs_on, f"    strategy: {{matrix: {matrix}}}\n")} == expected


def test_a_variable_that_is_known() -> None:
    (runner,) = runners_with("${{ vars.gpu_runner }}", Settings(variables={"GPU_RUNNER": "ubuntu-latest"}))
    assert runner.kind is RunnerKind.HOSTED
    (unset,) = runners_with("${{ vars.OTHER }}", Settings(variables={"GPU_RUNNER": "ubuntu-latest"}))
    assert unset.kind is RunnerKind.UNKNOWN
    assert unset.decided_by == "the variable `OTHER` (`--settings`)"
    assert not unset.is_whole


def test_a_variable_stands_before_its_fallback() -> None:
    runs_on = "${{ vars.R || 'self-hosted' }}"
    assert [each.name for each in runners_with(runs_on, Settings(variables={"R": "ubuntu-latest"}))] == [
        "ubuntu-latest"
    ]
    assert {each.kind for each in runners_with(runs_on, Settings())} == {
        RunnerKind.UNKNOWN,
        RunnerKind.SELF_HOSTED,
    }


CHOSEN = """on: push
jobs:
  pick:
    runs-on: ubuntu-latest
    outputs: {{labels: '${{{{ steps.s.outputs.labels }}}}'}}
    steps:
      - id: s
        run: |
          {script}
  a:
    needs: pick
    runs-on: ${{{{ fromJSON(needs.pick.outputs.labels) }}}}
    steps: [{{run: a}}]
"""
SELF = """echo 'labels=["self-hosted"]' >> $GITHUB_OUTPUT"""
HOME = """echo 'labels="ubuntu-latest"' >> $GITHUB_OUTPUT"""


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (SELF, RunnerKind.SELF_HOSTED),
        (HOME, RunnerKind.HOSTED),
        (f"if a; then {HOME}; fi", RunnerKind.HOSTED),
        (f"if a; then {HOME}; else {SELF}; fi", RunnerKind.UNKNOWN),
        ('echo "labels=$X" >> $GITHUB_OUTPUT', RunnerKind.UNKNOWN),
        ("python pick.py", RunnerKind.UNKNOWN),
    ],
)
def test_labels_that_a_script_writes(script: str, kind: RunnerKind) -> None:
    facts = facts_of(CHOSEN.format(script=script))
    (runner,) = facts.runners(facts.repository.jobs[1])
    assert runner.kind is kind
    if kind is RunnerKind.UNKNOWN:
        assert runner.reason == "the output `labels` of the job `pick` is known only at run time"


def test_what_callers_give_is_followed_through_their_matrix() -> None:
    callee = (
        "on: {workflow_call: {inputs: {r: {type: string}}}}\n"
        "jobs: {a: {runs-on: '${{ inputs.r }}', steps: [{run: a}]}}\n"
    )
    caller = (
        "on: push\njobs:\n  c:\n    strategy: {matrix: {r: [x, self-hosted]}}\n"
        "    uses: ./.github/workflows/w0.yml\n    with: {r: '${{ matrix.r }}'}\n"
    )
    facts = facts_of(callee, caller)
    job = facts.repository.workflows[0].jobs[0]
    path, *_ = facts.reach.into(job)
    assert {runner.name for runner in facts.runners(job, path)} == {"x", "self-hosted"}


GPUS = RunnerGroup("gpus", public_repositories=False, labels=frozenset({"self-hosted", "H100"}))
LARGER = RunnerGroup("larger", public_repositories=True, labels=frozenset({"big"}), hosted=True)


@pytest.mark.parametrize(
    ("runs_on", "kind"),
    [
        ("{group: gpus}", RunnerKind.SELF_HOSTED),
        ("{group: Org/GPUs, labels: h100}", RunnerKind.SELF_HOSTED),
        ("{group: larger}", RunnerKind.HOSTED),
        ("{group: larger, labels: ubuntu-latest}", RunnerKind.HOSTED),
        ("{group: others}", RunnerKind.UNKNOWN),
        ("big", RunnerKind.HOSTED),
        ("h100", RunnerKind.SELF_HOSTED),
        ("[h100, big]", RunnerKind.UNKNOWN),
        ("ubuntu-latest", RunnerKind.HOSTED),
    ],
)
def test_what_the_settings_say_of_groups(runs_on: str, kind: RunnerKind) -> None:
    (runner,) = runners_with(runs_on, Settings(runner_groups=(GPUS, LARGER)))
    assert runner.kind is kind


@pytest.mark.parametrize(
    "matrix",
    [
        "{a: ["
        + ", ".join(map(str, range(40)))
        + "], b: ["
        + ", ".join(map(str, range(40)))
        + "], r: [x], exclude: [{a: x, b: y}]}",
        "{r: [x], exclude: [" + ", ".join(f"{{r: y{i}}}" for i in range(300)) + "]}",
    ],
)
def test_a_matrix_with_too_much_is_cut_off_and_said(matrix: str) -> None:
    facts = facts_of(
        "on: push\njobs:\n  a:\n    runs-on: ${{ matrix.r }}\n    steps: [{run: a}]\n"
        f"    strategy: {{matrix: {matrix}}}\n"
    )
    assert [runner.name for runner in facts.runners(facts.repository.jobs[0])] == ["x"]
    assert "isn't read whole" in facts.limits.problems[0].message
