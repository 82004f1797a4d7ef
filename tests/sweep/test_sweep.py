"""A whole sweep, from the command line to the files, against a GitHub on loopback."""

import contextlib
import json
import sqlite3
import stat

import pytest
from typer.testing import CliRunner

from auditor.cli import app
from auditor.errors import AuditError
from auditor.settings.from_github.mentions import mentions
from auditor.sweep.state.compression import compress
from fake_github import TOKEN, World

BAD = """\
on: pull_request
permissions: {contents: write}
jobs:
  train:
    runs-on: [self-hosted, gpu]
    steps:
      - uses: actions/checkout@v4
      - run: make train
"""
GOOD = """\
on: push
permissions: {}
jobs:
  test:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps: [{run: echo fine}]
"""


@pytest.fixture
def acme():
    """An organisation of four repositories."""
    world = World()
    owner = world.add_owner("acme")
    world.add(owner, "bad", {".github/workflows/train.yml": BAD}, visibility="public")
    world.add(owner, "good", {".github/workflows/test.yml": GOOD}, visibility="public")
    world.add(owner, "docs", {"README.md": "words"})
    world.add(owner, "old", {".github/workflows/train.yml": BAD}, is_archived=True)
    return world


@pytest.fixture
def sweep(serve, tmp_path, monkeypatch):
    """Sweeps a world, and gives the exit code and the objects of the JSON Lines by type."""
    monkeypatch.setenv("GH_TOKEN", TOKEN)
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    urls = {}

    def run(world, *options, folder="out", state="state.sqlite"):
        if id(world) not in urls:
            urls[id(world)] = serve(world)
        url, output = urls[id(world)], tmp_path / folder
        arguments = [
            "sweep",
            "acme",
            "--api-url",
            url,
            "--state",
            tmp_path / state,
            "-o",
            output,
            "--jobs",
            1,
        ]
        result = CliRunner().invoke(app, [*map(str, arguments), *options])
        if isinstance(result.exception, AuditError):
            raise result.exception
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        lines = [json.loads(line) for line in (output / "sweep.jsonl").read_text().splitlines()]
        found = {kind: [line for line in lines if line["type"] == kind] for kind in ("repository", "finding")}
        return result.exit_code, found, result

    return run


def outcomes(found):
    return {each["repository"].partition("/")[2]: each["outcome"] for each in found["repository"]}


def rules(found, standing="new"):
    return sorted(each["rule"] for each in found["finding"] if each["standing"] == standing)


def test_each_repository_has_an_outcome_and_each_finding_its_path(acme, sweep, tmp_path):
    code, found, result = sweep(acme, "--no-settings")
    assert code == 1, result.output
    assert outcomes(found) == {"bad": "scanned", "good": "scanned", "docs": "skipped", "old": "skipped"}
    assert "self-hosted-fork-code" in rules(found)
    assert {each["repository"] for each in found["finding"]} == {"acme/bad"}
    assert all(
        len(each["trace"]) >= 3 for each in found["finding"] if each["rule"] == "self-hosted-fork-code"
    )
    assert "4 listed = 2 scanned + 0 reused + 2 skipped + 0 failed + 0 not verifiable" in result.stdout
    sarif = json.loads((tmp_path / "out/sarif/acme/bad.sarif").read_text())
    assert {each["ruleId"].partition("/")[0] for each in sarif["runs"][0]["results"]} == set(rules(found))
    assert json.loads((tmp_path / "out/sarif/acme/good.sarif").read_text())["runs"][0]["results"] == []
    assert "acme/bad" in (tmp_path / "out/sweep.md").read_text()
    assert TOKEN not in "".join(path.read_text() for path in (tmp_path / "out").rglob("*") if path.is_file())


def test_what_has_not_changed_is_used_again_and_what_is_mended_is_fixed(acme, sweep):
    sweep(acme, "--no-settings")
    code, again, _ = sweep(acme, "--no-settings")
    assert code == 1
    assert outcomes(again) == {"bad": "reused", "good": "reused", "docs": "skipped", "old": "skipped"}
    assert rules(again) == []
    before = rules(again, "still open")
    acme.put(acme["acme/bad"], ".github/workflows/train.yml", GOOD)
    acme.put(acme["acme/good"], ".github/workflows/more.yml", BAD)
    code, third, _ = sweep(acme, "--no-settings", "--fail-on-new", "critical")
    assert code == 1
    assert outcomes(third)["bad"] == outcomes(third)["good"] == "scanned"
    assert rules(third, "fixed") == before
    assert {each["repository"] for each in third["finding"] if each["standing"] == "new"} == {"acme/good"}
    code, _, _ = sweep(acme, "--no-settings", "--fail-on-new", "info")
    assert code == 0


def test_the_first_sweep_has_nothing_that_is_new_since_another(acme, sweep):
    code, _, _ = sweep(acme, "--no-settings", "--fail-on-new", "info")
    assert code == 0


def test_the_same_content_is_fetched_once(acme, sweep):
    for number in range(5):
        acme.add(acme.owner("acme"), f"copy{number}", {".github/workflows/x.yml": BAD})
    sweep(acme, "--no-settings")
    assert set(acme.log.blobs.values()) == {1}


def test_settings_are_asked_for_and_decide(acme, sweep):
    """The default token may write where nothing else is said; only GitHub knows that."""
    wide = GOOD.replace("permissions: {}\n", "")
    acme.put(acme["acme/good"], ".github/workflows/test.yml", wide)
    acme["acme/good"].settings.default_workflow_permissions = "write"
    _, selected, _ = sweep(acme, "--select", "default-token-writes", state="one.sqlite")
    _, ignored, _ = sweep(acme, "--select", "default-token-writes", "--no-settings", state="two.sqlite")
    assert rules(selected) == ["default-token-writes"]
    assert rules(ignored) == []


def test_a_local_action_elsewhere_is_fetched_and_read(acme, sweep):
    call = GOOD.replace("{run: echo fine}", "{uses: ./tools/greet}")
    action = (
        "name: greet\nruns:\n  using: composite\n  steps:\n"
        "    - run: echo ${{ github.head_ref }}\n      shell: bash\n"
    )
    files = {".github/workflows/a.yml": call.replace("on: push", "on: pull_request_target")}
    files["tools/greet/action.yml"] = action
    acme.add(acme.owner("acme"), "local", files, visibility="public")
    _, found, _ = sweep(acme, "--no-settings")
    (injected,) = [
        each
        for each in found["finding"]
        if each["repository"] == "acme/local" and each["rule"] == "template-injection"
    ]
    assert injected["path"] == "tools/greet/action.yml"


@pytest.mark.parametrize("status", [403, 404, 451])
def test_what_may_not_be_seen_is_not_clean(acme, sweep, status):
    acme["acme/bad"].blocked = status
    code, found, result = sweep(acme, "--no-settings")
    assert code == 4
    assert "bad" not in outcomes(found) or outcomes(found)["bad"] in ("not verifiable", "failed")
    assert "Everything was seen" not in result.stdout


def test_sarif_is_written_where_it_is_new_and_removed_where_nobody_has_seen(acme, sweep, tmp_path):
    sweep(acme, "--no-settings")
    good, bad = (tmp_path / f"out/sarif/acme/{name}.sarif" for name in ("good", "bad"))
    before = good.stat().st_mtime_ns
    acme["acme/bad"].blocked = 403
    sweep(acme, "--no-settings")
    assert not bad.exists()
    assert good.stat().st_mtime_ns == before
    acme.put(acme["acme/good"], ".github/workflows/more.yml", BAD)
    good.with_name("index.json").write_text("7")
    sweep(acme, "--no-settings")
    assert json.loads(good.read_text())["runs"][0]["results"]


NESTED = "name: x\nruns:\n  using: composite\n  steps:\n    - {step}\n"


def nested(depth):
    """A workflow that calls an action that calls another, and so on; the last one is faulty."""
    call = GOOD.replace("{run: echo fine}", "{uses: ./tools/a1}").replace("push", "pull_request_target")
    files = {".github/workflows/a.yml": call}
    for number in range(1, depth):
        files[f"tools/a{number}/action.yml"] = NESTED.format(step=f"uses: ./tools/a{number + 1}")
    last = NESTED.format(step="run: echo ${{ github.head_ref }}\n      shell: bash")
    return files | {f"tools/a{depth}/action.yml": last}


def test_actions_that_call_each_other_are_read_as_deep_as_they_may_nest(acme, sweep):
    acme.add(acme.owner("acme"), "deep", nested(9), visibility="public")
    _, found, _ = sweep(acme, "--no-settings")
    paths = {each["path"] for each in found["finding"] if each["rule"] == "template-injection"}
    assert paths == {"tools/a9/action.yml"}


def test_what_is_called_too_deep_is_not_clean_nor_kept(acme, sweep):
    acme.add(acme.owner("acme"), "deep", nested(14), visibility="public")
    for _ in range(2):
        code, found, _ = sweep(acme, "--no-settings")
        (deep,) = [each for each in found["repository"] if each["repository"] == "acme/deep"]
        assert code == 4
        assert deep["outcome"] == "scanned"
        assert any("too deep to be read" in each["message"] for each in deep["problems"])


def test_a_blob_that_somebody_put_into_the_state_is_not_believed(acme, sweep, tmp_path):
    acme.put(acme["acme/good"], ".github/workflows/test.yml", BAD + "# of its own\n")
    sweep(acme, "--no-settings")
    with contextlib.closing(sqlite3.connect(tmp_path / "state.sqlite")) as state:
        state.execute("UPDATE blob SET data = ?", (compress(GOOD.encode()),))
        state.commit()
    for name in ("good", "bad"):
        acme.put(acme[f"acme/{name}"], "README.md", "another commit")
    _, found, _ = sweep(acme, "--no-settings")
    assert outcomes(found)["good"] == outcomes(found)["bad"] == "scanned"
    still_open = {each["repository"] for each in found["finding"] if each["standing"] == "still open"}
    assert still_open == {"acme/good", "acme/bad"}


def test_reports_are_nobody_elses_and_follow_no_link_that_was_planted(acme, sweep, tmp_path):
    sweep(acme, "--no-settings", folder="new")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/sweep.html.part").symlink_to(victim)
    sweep(acme, "--no-settings")
    assert victim.read_text() == "mine"
    assert not (tmp_path / "out/sweep.html").is_symlink()


def test_sarif_survives_a_rename_that_the_disk_takes_for_none(acme, sweep, tmp_path):
    """A link stands in for a disk on which `Acme` and `acme` are one folder."""
    (tmp_path / "out/sarif/acme").mkdir(parents=True)
    (tmp_path / "out/sarif/Acme").symlink_to("acme")
    sweep(acme, "--no-settings")
    index = tmp_path / "out/sarif/index.json"
    index.write_text(index.read_text().replace("acme/good", "Acme/good"))
    sweep(acme, "--no-settings")
    assert (tmp_path / "out/sarif/acme/good.sarif").exists()


def test_a_policy_file_that_cannot_be_used_fails_its_repository_alone(acme, sweep):
    acme.put(acme["acme/good"], "ci-audit.yml", "exclude: 7\n")
    code, found, _ = sweep(acme, "--no-settings")
    assert code == 4
    assert outcomes(found)["good"] == "failed"
    assert outcomes(found)["bad"] == "scanned"


def test_an_owner_that_is_not_there_is_said(acme, sweep):
    acme.owners.clear()
    with pytest.raises(AuditError, match="doesn't know `acme`"):
        sweep(acme)


def test_another_version_looks_anew_for_what_workflows_speak_of(sweep, acme, monkeypatch):
    looked = []

    def counted(texts):
        looked.append(True)
        return mentions(texts)

    monkeypatch.setattr("auditor.sweep.prepare.mentions", counted)
    sweep(acme)
    assert looked
    looked.clear()
    sweep(acme)
    assert not looked
    monkeypatch.setattr("auditor.sweep.plan.identity", lambda: "0.0.0+another")
    sweep(acme)
    assert looked
