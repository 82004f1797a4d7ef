import time
from datetime import date

import pytest

from auditor.facts import Facts
from auditor.facts.agent.codex import MAX_RUNS
from auditor.finding import Severity
from auditor.knowledge.agents.codex import LATEST, action_version
from auditor.languages.yaml import parse
from auditor.model.agent_config import read_agent_config
from auditor.model.repository import Repository
from auditor.model.settings import Settings, Visibility
from auditor.model.workflow import read_workflow
from auditor.source import Source

CONFIG = 'sandbox_mode = "danger-full-access"\n'


def facts(text, *, config=None, visibility=None):
    workflow, problems = read_workflow(parse(Source(".github/workflows/w.yml", text)))
    assert not problems
    configs = ()
    if config is not None:
        read, _ = read_agent_config(Source(".codex/config.toml", config))
        configs = (read,)
    repository = Repository(workflows=(workflow,), agent_configs=configs)
    return Facts(repository, Settings(None, visibility, None, date(2026, 11, 21)))


def action(*inputs, ref="v1", on="push", runs_on="ubuntu-latest"):
    lines = [
        f"on: {on}",
        "permissions: {contents: read}",
        "jobs:",
        "  a:",
        f"    runs-on: {runs_on}",
        "    steps:",
        f"      - uses: openai/codex-action@{ref}",
        "        with:",
        "          prompt: hello",
        *(f"          {line}" for line in inputs),
    ]
    return "\n".join(lines) + "\n"


def command(line, *, on="push", env=""):
    return (
        f"on: {on}\npermissions: {{contents: read}}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
        f"      - run: {line}\n" + (f"        env: {{{env}}}\n" if env else "")
    )


def only_run(made):
    (run,) = made.agents.all
    return run


@pytest.mark.parametrize(
    ("ref", "version"),
    [
        ("v1", LATEST),
        ("main", LATEST),
        ("v1.8", (1, 8)),
        ("v1.12.1", (1, 12)),
        ("E0FDF01220EB9A88167C4898839D273E3F2609D1", (1, 8)),
        ("0" * 40, None),
        ("v2", None),
        ("some-branch", None),
    ],
)
def test_version_of_a_ref(ref, version):
    assert action_version(ref) == version


@pytest.mark.parametrize(
    ("ref", "inputs", "fails", "unsure"),
    [
        ("v1.11", ["codex-args: --yolo"], False, False),
        ("v1.12", ["codex-args: --yolo"], True, False),
        ("v1.12", ["codex-args: --yolo", "safety-strategy: unsafe"], False, False),
        ("0" * 40, ["codex-args: --yolo"], False, True),
        ("v1.8", ["sandbox: danger-full-access"], False, False),
        ("v1", ['permission-profile: ":danger-full-access"'], False, False),
        ("v1", ['permission-profile: ":danger-full-access"', "sandbox: read-only"], True, False),
        ("v1", ['permission-profile: ":danger-full-access"', "safety-strategy: read-only"], True, False),
    ],
)
def test_full_access_of_the_action(ref, inputs, fails, unsure):
    made = facts(action(*inputs, ref=ref))
    access = made.agents.full_access(only_run(made))
    assert (bool(access.fails), bool(access.unsure)) == (fails, unsure)


@pytest.mark.parametrize(
    ("ref", "inputs"),
    [
        ("v1", ["sandbox: danger-full-access", "safety-strategy: read-only"]),
        ("v1.9", ['permission-profile: ":danger-full-access"']),
        ("v1", ["codex-args: -s danger-full-access"]),
        ("v1", ["sandbox: ${{ vars.SANDBOX }}"]),
    ],
)
def test_no_full_access_of_the_action(ref, inputs):
    made = facts(action(*inputs, ref=ref))
    assert made.agents.full_access(only_run(made)) is None


@pytest.mark.parametrize(
    ("text", "visibility", "severity"),
    [
        (command("codex exec --yolo x", on="issues"), None, Severity.CRITICAL),
        (command("codex exec --yolo x", on="issues"), Visibility.PRIVATE, Severity.HIGH),
        (command("codex exec --yolo x", on="push"), None, Severity.HIGH),
        (command("codex exec --yolo x", on="pull_request"), None, Severity.HIGH),
        (command("codex exec --yolo x", on="{issues: {types: [labeled]}}"), None, Severity.HIGH),
        (action("sandbox: danger-full-access", on="issues"), None, Severity.HIGH),
        (action("sandbox: danger-full-access", 'allow-users: "*"', on="issues"), None, Severity.CRITICAL),
        (action("sandbox: danger-full-access", "allow-users: a, *", on="issues"), None, Severity.HIGH),
    ],
)
def test_severity_goes_by_who_can_drive_it(text, visibility, severity):
    made = facts(text, visibility=visibility)
    assert made.agents.ways(only_run(made))[0].severity(Severity.CRITICAL) == severity


def test_the_actions_own_gate_stands_in_the_trace():
    made = facts(action(on="issues"))
    way = made.agents.ways(only_run(made))[0]
    assert "turns away" in " ".join(hop.note for hop in way.trace().hops)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("codex exec hi", 1),
        ("/usr/local/bin/codex e hi", 1),
        ("npx -y @openai/codex@0.169.0 exec hi", 1),
        ("npx -p @openai/codex codex exec hi", 1),
        ("npm exec -- @openai/codex exec hi", 1),
        ("npm exec @openai/codex -- exec hi", 1),
        ("bunx @openai/codex exec hi", 1),
        ("env A=1 codex exec hi", 1),
        ("A=1 codex review --uncommitted", 1),
        ("codex exec a && codex exec b", 2),
        ("npm install -g @openai/codex", 0),
        ("codex --version", 0),
        ("echo codex exec", 0),
        ("$TOOL exec hi", 0),
    ],
)
def test_commands_that_run_codex(line, found):
    assert len(facts(command(line)).agents.all) == found


@pytest.mark.parametrize(
    ("runs_on", "windows", "sudo"),
    [
        ("ubuntu-latest", False, True),
        ("macos-15", False, True),
        ("windows-latest", True, False),
        ("[self-hosted, Windows]", True, False),
        ("[self-hosted, linux]", False, False),
        ("some-pool", False, None),
    ],
)
def test_the_runner_decides_about_the_strategy(runs_on, windows, sudo):
    made = facts(action(runs_on=runs_on))
    run = only_run(made)
    assert (made.agents.on_windows(run), made.agents.may_use_sudo(run)) == (windows, sudo)


def test_left_to_defaults():
    def left(*inputs, ref="v1"):
        made = facts(action(*inputs, ref=ref))
        return [name for name, _ in made.agents.left_to_defaults(only_run(made))]

    assert left() == ["sandbox", "safety-strategy"]
    assert left("sandbox: read-only", "safety-strategy: drop-sudo") == []
    assert left("safety-strategy: read-only") == []
    assert left('permission-profile: ":workspace"') == ["safety-strategy"]
    assert left('permission-profile: ":workspace"', ref="v1.9") == ["sandbox", "safety-strategy"]


@pytest.mark.parametrize(
    ("text", "follows", "unsure"),
    [
        (command("codex exec hi"), True, True),
        (command("codex exec hi", env="CODEX_HOME: .codex/"), True, False),
        (command("codex exec hi", env='CODEX_HOME: "${{ github.workspace }}/.codex"'), True, False),
        (command("codex exec hi", env="CODEX_HOME: /home/runner/.codex"), True, True),
        (command("codex exec -s read-only hi"), False, True),
        (action(), False, True),
    ],
)
def test_a_committed_configuration(text, follows, unsure):
    made = facts(text, config=CONFIG)
    access, follower = made.agents.configured(made.repository.agent_configs[0])
    assert (follower is not None, bool(access.unsure)) == (follows, unsure)
    assert access.location.span.start.line == 1


def test_a_harmless_configuration():
    made = facts(command("codex exec hi"), config='sandbox_mode = "read-only"\n')
    assert made.agents.configured(made.repository.agent_configs[0]) is None


def test_an_earlier_step_drops_sudo_for_the_rest_of_the_job():
    read_only = (
        "      - uses: openai/codex-action@v1\n        with: {prompt: x, safety-strategy: read-only}\n"
    )
    made = facts(action() + read_only)
    first, second = made.agents.all
    assert made.agents.may_use_sudo(first) is True
    assert made.agents.may_use_sudo(second) is False


def test_many_runs_take_no_quadratic_time():
    step = "      - uses: openai/codex-action@v1\n        with: {prompt: x, safety-strategy: read-only}\n"
    made = facts(action("safety-strategy: read-only") + step * 3000)
    started = time.process_time()
    assert all(made.agents.may_use_sudo(run) for run in made.agents.all)
    assert time.process_time() - started < 2


def test_a_script_of_many_runs_is_cut_off():
    made = facts(command("|\n" + "          codex exec --yolo x\n" * (MAX_RUNS + 5)))
    assert len(made.agents.all) == MAX_RUNS
    assert [problem.message for problem in made.limits.problems] == [
        f"only the first {MAX_RUNS} runs of Codex in the script are read"
    ]
