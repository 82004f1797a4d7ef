"""The command line: exit codes, where reports go, and what is said of what can't be done."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from auditor import cli
from auditor.engine import registry
from auditor.engine.rule import Rule
from auditor.errors import AuditError, UsageError
from auditor.facts import Facts
from auditor.finding import Hit, Severity
from auditor.model.documents import Job

CLEAN = "on: push\npermissions: {}\njobs: {a: {runs-on: ubuntu-latest, steps: [{run: echo}]}}\n"
# One of medium: nothing is said about the token. One that is critical: an issue's title in a script.
MEDIUM = CLEAN.replace("permissions: {}\n", "")
CRITICAL = MEDIUM.replace("on: push", "on: issues").replace(
    "echo", "'echo é ${{ github.event.issue.title }}'"
)
BROKEN = "on: [push\n"


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("GITHUB_REPOSITORY", "GITHUB_WORKSPACE", "FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def repository(tmp_path: Path) -> Callable[..., Path]:
    def make(*texts: str, policy: str | None = None) -> Path:
        root = tmp_path / "repository"
        folder = root / ".github/workflows"
        folder.mkdir(parents=True)
        for number, text in enumerate(texts):
            (folder / f"w{number}.yml").write_text(text)
        if policy is not None:
            (root / "ci-audit.yml").write_text(policy)
        return root

    return make


def scan(*arguments: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli.app, ["scan", *map(str, arguments)], input=stdin)


def refusal(*arguments: object) -> AuditError:
    """The error with which a run stops, which `main` prints."""
    result = scan(*arguments)
    assert result.stdout == ""
    assert isinstance(result.exception, AuditError)
    return result.exception


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "auditor", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


# Exit codes: 2, then 4, 3, 1, 0.


GUARDED = """\
on: pull_request
permissions: {}
jobs:
  train:
    if: github.event.pull_request.head.repo.full_name == github.repository
    runs-on: [self-hosted, gpu]
    steps: [{run: make}]
"""


def test_what_a_gate_holds_back_is_shown_on_request_and_never_fails(repository: Callable[..., Path]) -> None:
    root = repository(GUARDED)
    only = ["-f", "json", "--select", "self-hosted-fork-code"]
    assert json.loads(scan(root, *only).stdout)["findings"] == []
    result = scan(root, *only, "--guarded")
    (finding,) = json.loads(result.stdout)["findings"]
    assert (finding["verdict"], finding["severity"], finding["line"]) == ("guarded", "critical", 6)
    assert [hop["verdict"] for hop in finding["trace"] if hop["kind"] == "gate"] == ["exposed", "guarded"]
    assert result.exit_code == 0
    assert "is false here" in scan(root, "--guarded").stdout
    assert "[closed]" in scan(root, "--guarded").stdout
    sarif = json.loads(scan(root, "--guarded", "-f", "sarif", "--select", "self-hosted-fork-code").stdout)
    assert sarif["runs"][0]["results"] == []


@pytest.mark.parametrize(
    ("texts", "options", "code"),
    [
        ([CLEAN], [], 0),
        ([MEDIUM], [], 1),
        ([MEDIUM], ["--fail-on", "high"], 0),
        ([CRITICAL], ["--fail-on", "high"], 1),
        ([CRITICAL], ["--fail-on", "critical"], 1),
        ([CRITICAL], ["--exit-zero"], 0),
        ([MEDIUM], ["--ignore", "implicit-permissions"], 0),
        ([MEDIUM], ["--select", "template-injection"], 0),
        ([], [], 3),
        ([], ["--exit-zero"], 3),
        ([BROKEN], [], 4),
        ([BROKEN, CRITICAL], [], 4),
        ([BROKEN, CRITICAL], ["--exit-zero"], 0),
        ([BROKEN], ["--exit-zero"], 0),
        ([BROKEN], ["--fail-on", "critical"], 4),
    ],
)
@pytest.mark.parametrize("format", ["text", "json", "sarif"])
def test_exit_codes(
    repository: Callable[..., Path], texts: list[str], options: list[str], code: int, format: str
) -> None:
    result = scan(repository(*texts), "-f", format, *options)
    assert result.exit_code == code
    if format != "text":
        assert isinstance(json.loads(result.stdout), dict)
    if code == 3:
        assert "nothing to audit" in result.stderr


def test_what_is_left_out_as_less_severe_does_not_fail(repository: Callable[..., Path]) -> None:
    result = scan(repository(MEDIUM), "--min-severity", "high", "--fail-on", "info", "-f", "json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["findings"] == []


def test_what_the_policy_excludes_leaves_nothing_to_audit(repository: Callable[..., Path]) -> None:
    policy = "exclude: [{path: /.github/, reason: ours}]"
    result = scan(repository(CRITICAL, BROKEN, policy=policy), "-f", "json")
    assert result.exit_code == 3
    assert [file["reason"] for file in json.loads(result.stdout)["coverage"]["files"]] == ["ours"] * 2


def test_a_workflow_that_github_does_not_take_is_named_and_not_audited(
    repository: Callable[..., Path],
) -> None:
    root = repository(CLEAN)
    (root / ".github/workflows/x.YML").write_text(CRITICAL)
    (root / ".github/Workflows").mkdir(exist_ok=True)
    (root / ".github/Workflows/y.yml").write_text(CRITICAL)
    result = scan(root, "-f", "json")
    assert result.exit_code == 0
    files = json.loads(result.stdout)["coverage"]["files"]
    assert [(file["path"], file["state"]) for file in files] == [
        (".github/Workflows/y.yml", "not read"),
        (".github/workflows/w0.yml", "audited"),
        (".github/workflows/x.YML", "not read"),
    ]
    assert "2 not read (-v lists them)" in scan(root).stdout
    assert "x.YML (workflow): GitHub reads" in scan(root, "-v").stdout


@pytest.mark.parametrize("path", ["x.YML", "sub/x.yml"])
def test_a_call_of_a_workflow_that_github_does_not_take_is_a_problem(
    repository: Callable[..., Path], path: str
) -> None:
    caller = f"on: push\npermissions: {{}}\njobs: {{a: {{uses: ./.github/workflows/{path}}}}}\n"
    root = repository(caller)
    (root / ".github/workflows/sub").mkdir()
    (root / ".github/workflows" / path).write_text(CLEAN.replace("push", "workflow_call"))
    result = scan(root, "-f", "json")
    assert result.exit_code == 4
    messages = [problem["message"] for problem in json.loads(result.stdout)["problems"]]
    assert f"there is no workflow `.github/workflows/{path}` to call" in messages


def test_a_crashed_rule_is_said_and_the_others_findings_stay(
    repository: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(job: Job, _: Facts) -> Iterator[Hit]:
        raise ValueError(f"a mistake\n::error::x\x1b[31m in {job.id}")

    whole = registry.find("implicit-permissions")
    broken = Rule(
        "it-crashes", "x", Severity.LOW, Job, check, 1, "CICD-SEC-1", "code", "0.1.0", whole.doc, "x"
    )
    monkeypatch.setattr(registry, "chosen", lambda *_: (broken, whole))
    root = repository(MEDIUM)
    result = scan(root, "-f", "json")
    document = json.loads(result.stdout)
    assert result.exit_code == 4
    assert [problem["stage"] for problem in document["problems"]] == ["rule"]
    assert [finding["rule"] for finding in document["findings"]] == ["implicit-permissions"]
    assert "\x1b" not in (text := scan(root).stdout)
    assert "\n::error" not in text


# 2: what can't be done.


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["nowhere"], "nowhere: no such file or directory"),
        (["x" * 5000], "file name too long"),
        ([".", "--select", "no-such-rule"], "there is no rule `no-such-rule`"),
        ([".", "--select", "template-injection,nope"], "there is no rule `nope`"),
        ([".", "--ignore", "nope"], "there is no rule `nope`"),
        ([".", "--repository", "acme"], "`acme` is no repository"),
        ([".", "--repository", "a/b/c"], "`a/b/c` is no repository"),
        ([".", "--host", "example.com"], "`example.com` is no host"),
        ([".", "--as-of", "yesterday"], "`yesterday` is no date"),
        ([".", "--as-of", "2026-02-30"], "`2026-02-30` is no date"),
        ([".", "-o", "nowhere/x"], "can't write nowhere/x: No such file or directory"),
        ([".", "-o", "."], "can't write .: Is a directory"),
        ([".", "--trust", "nowhere"], "nowhere: no such file or directory"),
    ],
)
def test_what_can_not_be_done_is_said(
    repository: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, options: list[str], message: str
) -> None:
    monkeypatch.chdir(repository(CRITICAL))
    error = refusal(*options, "--exit-zero")
    assert error.exit_code == 2
    assert message in str(error)
    assert error.help


@pytest.mark.parametrize("options", [["--format", "xml"], ["--fail-on", "worst"], ["--nonsense"]])
def test_what_typer_refuses_is_a_usage_error_too(options: list[str]) -> None:
    assert scan(".", *options).exit_code == 2


@pytest.mark.parametrize(
    ("policy", "place"),
    [
        ("exclude:\n- path: x\n", "ci-audit.yml:2: `exclude.0.reason`"),
        ("\nexcludes: []\n", "ci-audit.yml:2: `excludes`"),
        ("exclude: [\n", "ci-audit.yml:2: not YAML"),
    ],
)
def test_a_bad_policy_comes_before_everything_else(
    repository: Callable[..., Path], policy: str, place: str
) -> None:
    error = refusal(repository(BROKEN, CRITICAL, policy=policy), "--exit-zero")
    assert error.exit_code == 2
    assert str(error).startswith(place)


def test_a_bad_policy_of_one_repository_leaves_the_others_audited(repository: Callable[..., Path]) -> None:
    root = repository(CRITICAL)
    root.rename(root.with_name("good"))
    other = repository(CLEAN, policy="\nexcludes: []\n")
    result = scan(root.parent, "-f", "json")
    assert result.exit_code == 4
    report = json.loads(result.stdout)
    assert {finding["path"] for finding in report["findings"]} == {"good/.github/workflows/w0.yml"}
    (problem,) = report["problems"]
    assert (problem["path"], problem["line"]) == (f"{other.name}/ci-audit.yml", 2)
    assert "`excludes`" in problem["message"]
    drawn = CliRunner().invoke(cli.app, ["map", str(root.parent), "-f", "json"])
    assert drawn.exit_code == 4
    assert len(json.loads(drawn.stdout)["jobs"]) == 2


def test_a_rule_set_that_is_broken_is_2(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise cli.AuditError("x", help="y")

    monkeypatch.setattr(registry, "chosen", broken)
    assert refusal(".").exit_code == 2


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UsageError("\x1b[31m\n::error::x", help="do that"), "ci-audit: \\x1b[31m\\n::error::x\n  do that\n"),
        (UsageError("##[error]x"), "ci-audit: ##\\[error]x\n"),
    ],
)  # fmt: skip
def test_errors_are_printed_and_not_obeyed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: AuditError, said: str
) -> None:
    def fail(**_: Any) -> None:
        raise error

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 2
    assert capsys.readouterr() == ("", said)


# Where reports go.


@pytest.mark.parametrize("format", ["text", "json", "sarif"])
def test_output_goes_to_the_file_alone(repository: Callable[..., Path], tmp_path: Path, format: str) -> None:
    root = repository(CRITICAL, BROKEN)
    printed = scan(root, "-f", format).stdout
    result = scan(root, "-f", format, "-o", tmp_path / "report")
    assert (result.exit_code, result.stdout) == (4, "")
    assert (tmp_path / "report").read_text(encoding="utf-8") == printed


def test_the_real_program_exits_and_writes_as_it_says(repository: Callable[..., Path]) -> None:
    root = repository(CRITICAL, BROKEN, "on: push\nname: é😀…\n")
    done = run("scan", root, "-f", "json")
    assert (done.returncode, done.stderr) == (4, "")
    assert len(json.loads(done.stdout)["problems"]) == 2
    missing = run("scan", f"{root}/none\x1b[31m")
    assert (missing.returncode, missing.stdout) == (2, "")
    assert re.fullmatch(r"ci-audit: \S+/none\\\S+31m: no such file or directory\n  .+\n", missing.stderr)
    plain = run("scan", root, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (plain.returncode, plain.stderr) == (4, "")
    assert "template-injection" in plain.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_said(repository: Callable[..., Path]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "auditor", "scan", str(repository(CRITICAL))],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.startswith("ci-audit: can't write to standard output: No space left on device\n")


@pytest.mark.parametrize(
    "arguments",
    [["scan"], ["scan", "-f", "sarif"], ["scan", "-q"], ["map"], ["map", "-f", "json"], ["rules"],
     ["explain", "template-injection"], ["--version"], ["--help"], ["scan", "--help"]],
)  # fmt: skip
def test_a_closed_standard_output_is_said(repository: Callable[..., Path], arguments: list[str]) -> None:
    done = _closed(">&-", *arguments, cwd=repository(CRITICAL))
    assert done.returncode == 2
    assert done.stderr.startswith("ci-audit: can't write to standard output: it is closed\n  ")
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("arguments", [["map"], ["rules"], ["explain", "template-injection"], ["--version"]])
def test_every_command_says_that_a_disk_is_full(
    repository: Callable[..., Path], arguments: list[str]
) -> None:
    done = _closed(">/dev/full", *arguments, cwd=repository(CRITICAL))
    assert done.returncode == 2
    assert done.stderr.startswith("ci-audit: can't write to standard output: No space left on device\n")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("place", ["", ".", "none/report", "/dev/full"])
@pytest.mark.parametrize("command", ["scan", "map"])
def test_a_place_that_cannot_be_written_is_said(
    repository: Callable[..., Path], command: str, place: str
) -> None:
    done = _closed("", command, "-o", place, cwd=repository(CRITICAL))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"ci-audit: can't write {place or '.'}: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["scan", "map"])
def test_a_file_takes_the_output_though_standard_output_is_closed(
    repository: Callable[..., Path], command: str
) -> None:
    root = repository(MEDIUM)
    done = _closed(">&- 2>&- <&-", command, "-f", "json", "-o", "report", cwd=root)
    assert done.returncode == int(command == "scan")
    assert isinstance(json.loads((root / "report").read_text()), dict)


def test_what_goes_to_a_closed_standard_error_is_not_in_the_report(repository: Callable[..., Path]) -> None:
    assert _closed("2>&-", "scan", "none", cwd=repository(CRITICAL)).stdout == ""


@pytest.mark.parametrize("closed", ["<&-", "0>/dev/null"])
@pytest.mark.parametrize("command", ["scan", "map"])
def test_a_standard_input_that_cannot_be_read_is_said(tmp_path: Path, command: str, closed: str) -> None:
    done = _closed(closed, command, "-", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("ci-audit: can't read standard input: ")


def _closed(redirections: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The real program with its streams as a shell redirects them."""
    code = f'exec "$0" -m auditor "$@" {redirections}'
    return subprocess.run(
        ["/bin/sh", "-c", code, sys.executable, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def test_standard_input_is_audited() -> None:
    result = scan("-", "-f", "json", stdin=CRITICAL)
    assert result.exit_code == 1
    assert {finding["path"] for finding in json.loads(result.stdout)["findings"]} == {"stdin.yml"}
    assert scan("-", stdin="\0").exit_code == 4
    assert scan("-", stdin="").exit_code == 4


def test_a_path_that_is_given_twice_is_audited_once(repository: Callable[..., Path]) -> None:
    root = repository(CRITICAL)
    twice = scan(root, root, f"{root}/.github", "-f", "json")
    assert json.loads(twice.stdout)["findings"] == json.loads(scan(root, "-f", "json").stdout)["findings"]


# The other commands.


def test_rules_and_explain() -> None:
    listed = CliRunner().invoke(cli.app, ["rules"])
    assert listed.exit_code == 0
    assert len(listed.stdout.splitlines()) == len(registry.load())
    explained = CliRunner().invoke(cli.app, ["explain", "template-injection"])
    assert "## Why it matters" in explained.stdout
    assert isinstance(CliRunner().invoke(cli.app, ["explain", "nope"]).exception, UsageError)
    assert CliRunner().invoke(cli.app, ["--version"]).stdout.startswith("ci-audit ")


def problems(result: Result) -> list[tuple[str, int, str]]:
    found = json.loads(result.stdout)["problems"]
    return [(each["path"], each["line"], each["message"]) for each in found]


def test_a_callee_that_is_not_there_is_a_problem_of_a_whole_repository(
    repository: Callable[..., Path],
) -> None:
    caller = "on: push\npermissions: {}\njobs:\n  call:\n    uses: ./.github/workflows/gone.yml\n"
    root = repository(caller)
    path = ".github/workflows/w0.yml"
    result = scan(root, "-f", "json")
    assert problems(result) == [(path, 5, "there is no workflow `.github/workflows/gone.yml` to call")]
    assert result.exit_code == 4
    alone = scan(root / path, "-f", "json")
    assert problems(alone) == []


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("{uses: acme/tool}", "`uses` must be owner/name@ref"),
        ("{uses: acme/tool@v1, run: x}", "a step with both `uses` and `run`"),
    ],
)
def test_steps_that_github_refuses(repository: Callable[..., Path], step: str, message: str) -> None:
    ((path, line, said),) = problems(scan(repository(CLEAN.replace("{run: echo}", step)), "-f", "json"))
    assert (path, line) == (".github/workflows/w0.yml", 3)
    assert said.startswith(message)


def test_a_job_that_needs_none_and_one_with_no_label(repository: Callable[..., Path]) -> None:
    jobs = "{a: {needs: gone, runs-on: [], steps: [{run: x}]}}"
    root = repository(f"on: push\npermissions: {{}}\njobs: {jobs}\n")
    assert [message for _, _, message in problems(scan(root, "-f", "json"))] == [
        "there is no job `gone` to need",
        "`runs-on` is empty",
    ]


def test_a_trust_policy_from_outside_keeps_its_own_name(
    repository: Callable[..., Path], tmp_path: Path
) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": "arn:aws:iam::1:oidc-provider/token.actions.githubusercontent.com"},
        "Action": "sts:AssumeRoleWithWebIdentity",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    root = repository(CLEAN)
    for place in (root / "role.json", tmp_path / "role.json"):
        place.write_text(policy)
    result = scan(root, "--trust", tmp_path / "role.json", "-f", "json")
    assert [finding["path"] for finding in json.loads(result.stdout)["findings"]] == [
        "../role.json",
        "role.json",
    ]


@pytest.mark.parametrize("named", ["live", "live/role.tf"])
def test_terraform_from_outside_the_tree(tmp_path: Path, named: str) -> None:
    root, live = tmp_path / "repo", tmp_path / "live"
    (root / ".github/workflows").mkdir(parents=True)
    (root / ".github/workflows/ci.yml").write_text("on: push\njobs: {}\n", encoding="utf-8")
    live.mkdir()
    statement = (
        '{ Effect = "Allow", Action = "sts:AssumeRoleWithWebIdentity", Principal = '
        '{ Federated = "arn:aws:iam::1:oidc-provider/token.actions.githubusercontent.com" } }'
    )
    policy = f"jsonencode({{ Statement = [{statement}] }})"
    (live / "role.tf").write_text(
        f'resource "aws_iam_role" "r" {{\n  assume_role_policy = {policy}\n}}\n', encoding="utf-8"
    )
    result = scan(root, "--trust", tmp_path / named, "--select", "trust-policy-any-repository", "-f", "json")
    report = json.loads(result.stdout)
    assert [(each["path"], each["line"]) for each in report["findings"]] == [("../live/role.tf", 2)]


@pytest.mark.parametrize("option", ["--select", "--ignore"])
@pytest.mark.parametrize("text", ["", ",", " "])
def test_an_empty_list_of_rules_is_refused(repository: Callable[..., Path], option: str, text: str) -> None:
    assert "names no rule" in str(refusal(repository(CLEAN), option, text))


def test_verbose_and_quiet_contradict_each_other(repository: Callable[..., Path]) -> None:
    assert "contradict" in str(refusal(repository(CLEAN), "-v", "-q"))


@pytest.mark.parametrize("day", ["20261121", "2026-W01-1", "21.11.2026", "today"])
def test_days_are_written_in_one_way(repository: Callable[..., Path], day: str) -> None:
    assert "is no date" in str(refusal(repository(CLEAN), "--as-of", day))


def test_a_dash_is_standard_output(repository: Callable[..., Path]) -> None:
    result = scan(repository(CLEAN), "-f", "json", "-o", "-")
    assert json.loads(result.stdout)["findings"] == []
    assert not Path("-").exists()


def test_endless_standard_input_is_cut_off() -> None:
    result = scan("-", "-f", "json", stdin="#" * 2_000_000)
    ((_, _, message),) = problems(result)
    assert "too large" in message


def test_the_run_names_the_repository_only_where_all_of_it_is_audited(
    repository: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(CLEAN)
    monkeypatch.setenv("GITHUB_REPOSITORY", "acme/ml")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(root))
    named = [json.loads(scan(path, "-f", "json").stdout)["repository"] for path in (root, root / ".github")]
    assert named == ["acme/ml", None]


@pytest.fixture
def snapshot(tmp_path: Path) -> Callable[..., Path]:
    def make(**repositories: dict[str, object]) -> Path:
        path = tmp_path / "settings.json"
        named = {f"acme/{name}": part for name, part in repositories.items()}
        path.write_text(json.dumps({"version": 1, "as_of": "2026-10-01", "repositories": named}))
        return path

    return make


def severities(result: Result) -> set[str]:
    return {finding["severity"] for finding in json.loads(result.stdout)["findings"]}


def test_the_snapshot_of_one_repository_is_that_of_the_one_audited(
    repository: Callable[..., Path], snapshot: Callable[..., Path]
) -> None:
    options = ["-f", "json", "--select", "template-injection", "--settings"]
    root = repository(CRITICAL)
    private = {"visibility": "private", "unreadable": {"secrets": "Secrets: read"}}
    result = scan(root, *options, snapshot(shop=private))
    assert json.loads(result.stdout)["repository"] == "acme/shop"
    assert severities(result) == {"high"}, "only its readers get at a private repository"
    notes = json.loads(result.stdout)["coverage"]["notes"]
    assert notes["setting secrets not readable, which needs Secrets: read"] == 1
    assert severities(scan(root, *options, snapshot(shop=private), "--visibility", "public")) == {"critical"}


def test_the_snapshot_says_the_day_unless_the_command_line_does(
    repository: Callable[..., Path], snapshot: Callable[..., Path]
) -> None:
    root = repository(
        CRITICAL.replace("on: issues", "on: pull_request_target").replace("issue", "pull_request")
    )
    options = ["-f", "json", "--select", "template-injection", "--settings", snapshot(shop={})]
    options += ["--visibility", "public"]
    assert severities(scan(root, *options)) == {"critical"}
    assert severities(scan(root, *options, "--as-of", "2026-11-21")) == {"high"}


@pytest.mark.parametrize(
    ("names", "options", "message"),
    [
        (["shop", "site"], [], "may be of another repository; say which one this is with --repository"),
        (["site"], ["--repository", "acme/shop"], "says nothing of acme/shop; take the snapshot of it"),
        ([], [], "may be of another repository"),
    ],
)
def test_a_snapshot_of_others_is_a_problem(
    repository: Callable[..., Path],
    snapshot: Callable[..., Path],
    names: list[str],
    options: list[str],
    message: str,
) -> None:
    path = snapshot(**{name: {} for name in names})
    result = scan(repository(CLEAN), "-f", "json", "--settings", path, *options)
    ((place, line, said),) = problems(result)
    assert (place, line) == (str(path), 1)
    assert message in said
    assert result.exit_code == 4


def test_a_snapshot_that_can_not_be_used_stops_the_run(
    repository: Callable[..., Path], tmp_path: Path
) -> None:
    error = refusal(repository(CLEAN), "--settings", tmp_path / "none.json")
    assert "none.json: no such file" in str(error)
    assert error.exit_code == 2
    assert "ci-audit settings" in error.help


@pytest.mark.parametrize("format", ["text", "json"])
def test_a_scan_does_not_pay_for_what_only_other_commands_use(
    repository: Callable[..., Path], format: str
) -> None:
    code = (
        f"import sys; sys.argv = ['ci-audit', 'scan', {str(repository(CLEAN))!r}, '--format', '{format}']\n"
    )
    code += "import atexit; from auditor.cli import main\n"
    code += "late = {'auditor.settings.shapes', 'auditor.github', 'urllib.request', 'requests',"
    code += " 'urllib3', 'jinja2', 'markdown_it'}\n"
    code += "atexit.register(lambda: print(late & set(sys.modules)))\n"
    shown = subprocess.run(
        [sys.executable, "-c", code + "main()"], capture_output=True, text=True, check=True
    )
    assert shown.stdout.endswith("set()\n")


def test_commands_are_known_without_loading_what_they_need() -> None:
    code = "import sys, auditor.cli\n"
    code += "rooms = ('audit', 'engine', 'facts', 'github', 'report', 'settings', 'sweep', 'trust')\n"
    code += "print({f'auditor.{room}' for room in rooms} & set(sys.modules))\n"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "set()\n"
