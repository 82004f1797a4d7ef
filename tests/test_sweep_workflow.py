"""The workflow that others call for a sweep: what its scripts do, and how strict it is."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from fake_github import TOKEN, World

WORKFLOW = Path(__file__).parent.parent / ".github" / "workflows" / "sweep.yml"
JOBS: dict[str, Any] = YAML(typ="safe").load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]

pytestmark = pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
needs_jq = pytest.mark.skipif(not shutil.which("jq"), reason="needs jq")

STAND_IN = """
import json, os, sys
from pathlib import Path
with open("calls", "a") as calls:
    print(json.dumps([Path(sys.argv[0]).stem, *sys.argv[1:]]), file=calls)
for words, answer in json.loads(Path("answers").read_text()):
    if all(word in " ".join(sys.argv[1:]) for word in words):
        print(answer)
        break
else:
    sys.exit(1)
"""


REAL = """
import sys
from auditor.cli import main
words = sys.argv[1:]
if words[1] != "merge":
    words[1:1] = ["--api-url", "{url}"]
sys.argv[1:] = words
main()
"""
"""The command itself, which asks the GitHub of a test."""

TRAIN = """on: pull_request
permissions: {contents: write}
jobs:
  train:
    runs-on: [self-hosted, gpu]
    steps: [{uses: actions/checkout@v4}, {run: make train}]
"""


def _step(job: str, name: str) -> dict[str, Any]:
    return next(step for step in JOBS[job]["steps"] if step.get("name") == name)


class Runner:
    """Runs a step's script in an empty folder, where `gh` and `ci-audit` say what a test has them say."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.answers: list[tuple[list[str], str]] = []
        (home / "bin").mkdir()
        for name in ("gh", "ci-audit"):
            self.install(name, STAND_IN)

    def install(self, name: str, program: str) -> None:
        """Makes a Python program a command. A shell starts it: no path in a `#!` line may hold a blank."""
        command = self.home / "bin" / name
        command.with_suffix(".py").write_text(program, encoding="utf-8")
        command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$0.py" "$@"\n', encoding="utf-8")
        command.chmod(0o755)

    def run(self, job: str, name: str, **environment: str) -> subprocess.CompletedProcess[str]:
        (self.home / "answers").write_text(json.dumps(self.answers))
        for file in ("output", "summary"):
            (self.home / file).write_text("")
        given = {
            "PATH": f"{self.home / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "GITHUB_REPOSITORY": "acme/security",
            "GITHUB_WORKFLOW_REF": "acme/security/.github/workflows/weekly.yml@refs/heads/main",
            "GITHUB_REF_NAME": "main",
            "GITHUB_OUTPUT": str(self.home / "output"),
            "GITHUB_STEP_SUMMARY": str(self.home / "summary"),
            "RUNNER_TEMP": str(self.home),
        }
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", _step(job, name)["run"]],
            cwd=self.home,
            env={**given, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def calls(self) -> list[list[str]]:
        file = self.home / "calls"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    @property
    def outputs(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in (self.home / "output").read_text().splitlines())


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def _run_of(id: int, event: str = "schedule", repository: str = "acme/security") -> dict[str, Any]:
    return {"id": id, "event": event, "head_repository": {"full_name": repository}}


def _artifacts(*expired: bool) -> str:
    return json.dumps(
        {"artifacts": [{"name": "ci-audit-state-of-acme", "expired": each} for each in expired]}
    )


@needs_jq
def test_the_last_sweep_is_one_that_nobody_outside_can_start(runner: Runner) -> None:
    runs = [
        _run_of(9, "pull_request", "mallory/security"),
        _run_of(8, "schedule", "mallory/security"),
        _run_of(7, "pull_request_target"),
        _run_of(6),  # was ended before it kept anything
        _run_of(5),  # what it kept is too old
        _run_of(4, "workflow_dispatch"),
        _run_of(3),
    ]
    runner.answers = [
        (["weekly.yml/runs", "branch=main", "status=completed"], json.dumps({"workflow_runs": runs})),
        (["runs/6/artifacts"], _artifacts()),
        (["runs/5/artifacts"], _artifacts(True)),
        (["artifacts?name=ci-audit-state-of-acme"], _artifacts(True, False)),
        (["repos/acme/security"], '{"visibility": "private"}'),
    ]
    found = runner.run("plan", "plan", OWNER="acme", SHARDS="4")
    assert found.returncode == 0, found.stderr
    assert runner.outputs == {"shards": "[1,2,3,4]", "last": "4"}


@needs_jq
def test_a_first_sweep_has_no_last_one(runner: Runner) -> None:
    runner.answers = [
        (["weekly.yml/runs"], '{"workflow_runs": []}'),
        (["repos/acme/security"], '{"visibility": "private"}'),
    ]
    found = runner.run("plan", "plan", OWNER="acme", SHARDS="1")
    assert found.returncode == 0, found.stderr
    assert runner.outputs == {"shards": "[1]", "last": ""}


@needs_jq
@pytest.mark.parametrize("visibility", ["public", "internal", "null"])
def test_what_others_may_read_holds_no_findings(runner: Runner, visibility: str) -> None:
    runner.answers = [(["repos/acme/security"], json.dumps({"visibility": visibility}))]
    found = runner.run("plan", "plan", OWNER="acme", SHARDS="1")
    assert found.returncode == 2
    assert "private repository" in found.stdout
    assert runner.outputs == {}


@needs_jq
def test_no_plan_where_github_does_not_answer(runner: Runner) -> None:
    assert runner.run("plan", "plan", OWNER="acme", SHARDS="1").returncode != 0
    runner.answers = [(["api repos/acme/security"], '{"visibility": "private"}')]
    # Else every finding of the next sweep would be called new.
    assert runner.run("plan", "plan", OWNER="acme", SHARDS="1").returncode != 0
    assert runner.outputs == {}


@pytest.mark.parametrize("shards", ["0", "257", "-1", "1.5", "", "1e2", "2; touch x", "a[$(touch x)]"])
def test_how_many_parts_there_may_be(runner: Runner, shards: str) -> None:
    assert runner.run("plan", "plan", OWNER="acme", SHARDS=shards).returncode == 2
    assert runner.calls == []
    assert not (runner.home / "x").exists()


@pytest.mark.parametrize("owner", ["", "a b", "acme/shop", "..", "a;touch x", "$(touch x)", "x" * 40])
def test_what_an_owner_may_be_called(runner: Runner, owner: str) -> None:
    assert runner.run("plan", "plan", OWNER=owner, SHARDS="1").returncode == 2
    assert runner.calls == []
    assert not (runner.home / "x").exists()


def test_a_part_is_swept_as_it_was_asked_for(runner: Runner) -> None:
    runner.answers = [(["sweep"], "")]
    asked = {"OWNER": "acme", "SHARD": "2/8", "RESERVE": "20", "INCLUDE_IAC": "false", "UPLOAD": "false"}
    common = ["ci-audit", "sweep", "--state", "state/sweep.sqlite", "--output", str(runner.home / "part")]
    common += ["--shard", "2/8", "--reserve", "20", "--exit-zero"]
    assert runner.run("part", "sweep", **asked).returncode == 0
    assert runner.run("part", "sweep", **{**asked, "INCLUDE_IAC": "true", "UPLOAD": "true"}).returncode == 0
    sly = {**asked, "OWNER": "--upload"}
    assert runner.run("part", "sweep", **sly).returncode == 0
    assert runner.calls == [
        [*common, "--", "acme"],
        [*common, "--include-iac", "--upload", "--", "acme"],
        [*common, "--", "--upload"],
    ]


@pytest.mark.parametrize("folders", [[""], ["ci-audit-part-1-of-2-of-acme", "ci-audit-part-2-of-2-of-acme"]])
def test_all_parts_are_merged(runner: Runner, folders: list[str]) -> None:
    runner.answers = [(["sweep merge"], "")]
    paths = []
    for folder in folders:
        path = Path("parts", folder, "sweep.sqlite")
        (runner.home / path.parent).mkdir(parents=True)
        (runner.home / path).touch()
        paths.append(str(path))
    common = ["ci-audit", "sweep", "merge", "--state", "state/sweep.sqlite", "--output", "report"]
    assert runner.run("merge", "merge", FAIL_ON="high", FAIL_ON_NEW="").returncode == 0
    assert runner.run("merge", "merge", FAIL_ON="high", FAIL_ON_NEW="low").returncode == 0
    assert runner.calls == [
        [*common, "--fail-on", "high", *paths],
        [*common, "--fail-on-new", "low", *paths],
    ]


def _swept(runner: Runner, shard: int, of: int, **environment: str) -> None:
    """One part, as the jobs have it: what it knew is restored, and what it knows is kept."""
    name = f"ci-audit-part-{shard}-of-{of}"
    kept, state = runner.home / "parts" / name, runner.home / "state"
    shutil.rmtree(state, ignore_errors=True)
    if kept.exists():
        shutil.copytree(kept, state)
    asked = {"OWNER": "acme", "SHARD": f"{shard}/{of}", "RESERVE": "20", **environment}
    found = runner.run("part", "sweep", GH_TOKEN=TOKEN, **asked)
    assert found.returncode == 0, found.stderr
    assert sorted(path.name for path in state.iterdir()) == ["sweep.sqlite"]
    shutil.rmtree(kept, ignore_errors=True)
    kept.parent.mkdir(exist_ok=True)
    state.rename(kept)


def _merged(runner: Runner, **environment: str) -> subprocess.CompletedProcess[str]:
    state, whole = runner.home / "state", runner.home / "whole"
    if whole.exists():
        whole.rename(state)
    found = runner.run("merge", "merge", **environment)
    state.rename(whole)
    return found


def test_the_scripts_fit_the_real_command(runner: Runner, serve: Callable[[World], str]) -> None:
    world = World()
    for number in range(6):
        world.add("acme", f"r{number}", {".github/workflows/train.yml": TRAIN}, visibility="public")
    runner.install("ci-audit", REAL.replace("{url}", serve(world)))
    options = {"INCLUDE_IAC": "false", "UPLOAD": "false"}

    for shard in (1, 2):
        _swept(runner, shard, 2, **options)
    first = _merged(runner, FAIL_ON="medium", FAIL_ON_NEW="")
    assert first.returncode == 1, first.stderr
    assert "6 listed = 6 scanned" in first.stdout
    files = {path.name for path in (runner.home / "report").iterdir()}
    assert files == {"sweep.html", "sweep.jsonl", "findings.csv", "repositories.csv", "sweep.md", "sarif"}
    assert runner.run("merge", "summary").returncode == 0
    assert "acme/r0" in (runner.home / "summary").read_text()

    for shard in (1, 2):
        _swept(runner, shard, 2, **options)
    again = _merged(runner, FAIL_ON="medium", FAIL_ON_NEW="low")
    assert again.returncode == 0, again.stdout + again.stderr
    world.add("acme", "r6", {".github/workflows/train.yml": TRAIN}, visibility="public")
    for shard in (1, 2):
        _swept(runner, shard, 2, **options)
    assert _merged(runner, FAIL_ON="medium", FAIL_ON_NEW="low").returncode == 1

    shutil.rmtree(runner.home / "parts" / "ci-audit-part-2-of-2")
    lacking = _merged(runner, FAIL_ON="medium", FAIL_ON_NEW="")
    assert lacking.returncode == 2
    assert "missing is part 2/2" in lacking.stderr


def test_a_part_uploads_where_it_is_asked_to(runner: Runner, serve: Callable[[World], str]) -> None:
    world = World()
    world.add("acme", "lab", {".github/workflows/train.yml": TRAIN}, visibility="public")
    runner.install("ci-audit", REAL.replace("{url}", serve(world)))
    for _ in range(2):
        _swept(runner, 1, 1, INCLUDE_IAC="true", UPLOAD="true")
    (taken,) = world.uploads.of("acme/lab")
    assert taken.ref == "refs/heads/main"


@needs_jq
def test_one_issue_is_kept_up_to_date(runner: Runner) -> None:
    (runner.home / "report").mkdir()
    (runner.home / "report" / "sweep.md").write_text("x" * 100_000)
    title = "ci-audit: the sweep of acme"
    given = {"TITLE": title, "GH_REPO": "acme/security"}
    others = [{"number": 3, "title": "ci-audit: the sweep of other"}]
    runner.answers = [(["issue list"], json.dumps(others)), (["label create"], ""), (["issue create"], "")]
    assert runner.run("issue", "issue", **given).returncode == 0
    options = ["--label", "ci-audit", "--body-file", "body.md"]
    assert runner.calls[-1] == ["gh", "issue", "create", "--title", title, *options]
    assert (runner.home / "body.md").stat().st_size == 60_000
    own = [*others, {"number": 12, "title": title}]
    runner.answers = [(["issue list", "--author app/github-actions"], json.dumps(own)), (["issue edit"], "")]
    assert runner.run("issue", "issue", **given).returncode == 0
    assert runner.calls[-1] == ["gh", "issue", "edit", "12", "--body-file", "body.md"]


def test_the_summary_is_within_its_limit(runner: Runner) -> None:
    (runner.home / "report").mkdir()
    (runner.home / "report" / "sweep.md").write_text("x" * 2_000_000)
    assert runner.run("merge", "summary").returncode == 0
    assert (runner.home / "summary").stat().st_size == 1_000_000


def test_what_was_known_is_restored_or_the_part_starts_anew(runner: Runner) -> None:
    given = {"LAST": "4", "OWNER": "acme", "PART": "ci-audit-part-1-of-2-of-acme"}
    found = runner.run("part", "restore", **given)
    assert found.returncode == 0
    assert "audited anew" in found.stdout
    # But not the whole, without which every finding would be called new.
    assert runner.run("merge", "restore", **given).returncode != 0


def test_no_script_is_spliced_and_each_action_is_pinned() -> None:
    text = WORKFLOW.read_text(encoding="utf-8")
    steps = [step for job in JOBS.values() for step in job["steps"]]
    assert not [step["run"] for step in steps if "${{" in step.get("run", "")]
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step["uses"]) for step in steps if "uses" in step)
    assert len(re.findall(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+\n", text)) == text.count("uses:")
    for step in steps:
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_the_key_is_in_one_step_and_each_job_has_its_bounds() -> None:
    holders = [step for job in JOBS.values() for step in job["steps"] if "secrets." in str(step)]
    assert holders == [_step("part", "sweep")]
    assert "secrets." not in str({name: {**job, "steps": []} for name, job in JOBS.items()})
    for job in JOBS.values():
        assert job["timeout-minutes"] <= 360
        assert job["permissions"]
    writes = [scope for job in JOBS.values() for scope in job["permissions"].items() if scope[1] != "read"]
    assert writes == [("issues", "write")]
