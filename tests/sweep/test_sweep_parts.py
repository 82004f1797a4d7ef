"""A sweep in parts, put together, is the sweep that one machine makes."""

import json

import pytest
from sweep_worlds import acme, in_threads, named
from typer.testing import CliRunner

from auditor.cli import app
from auditor.errors import AuditError, UsageError
from fake_github import TOKEN


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr("auditor.sweep.order.executor_for", in_threads)
    monkeypatch.setenv("GH_TOKEN", TOKEN)
    for name in ("GITHUB_TOKEN", "GITHUB_APP_ID"):
        monkeypatch.delenv(name, raising=False)


def run(*arguments):
    result = CliRunner().invoke(app, ["sweep", *map(str, arguments)])
    if isinstance(result.exception, AuditError):
        raise result.exception
    return result.exit_code


def told(folder):
    """What the reports say of repositories and findings, without the time of day."""
    lines = [json.loads(line) for line in (folder / "sweep.jsonl").read_text().splitlines()]
    for line in lines:
        line.pop("first_seen", None)
    return [line for line in lines if line["type"] != "sweep"]


def test_parts_put_together_are_the_whole(serve, tmp_path):
    world = acme()
    url = serve(world)
    whole = run(
        "acme", "--api-url", url, "--no-settings", "--state", tmp_path / "w", "-o", tmp_path / "whole"
    )

    def in_parts():
        parts = []
        for number in (1, 2, 3):
            parts.append(tmp_path / f"part{number}")
            where = ["--state", parts[-1], "-o", tmp_path / f"out{number}", "--shard", f"{number}/3"]
            run("acme", "--api-url", url, "--no-settings", *where)
        where = ["--api-url", url, "--state", tmp_path / "m", "-o", tmp_path / "merged"]
        return run("merge", *parts, *where), parts

    code, parts = in_parts()
    assert code == whole
    assert told(tmp_path / "merged") == told(tmp_path / "whole")
    sarif = {
        path.relative_to(tmp_path / "whole"): path.read_text()
        for path in (tmp_path / "whole/sarif").rglob("*.sarif")
    }
    assert sarif == {
        path.relative_to(tmp_path / "merged"): path.read_text()
        for path in (tmp_path / "merged/sarif").rglob("*.sarif")
    }
    with pytest.raises(UsageError, match="part"):
        run("merge", *parts[:2], "--state", tmp_path / "x", "-o", tmp_path / "y")

    # The next time, what is new is told against the merged sweep before.
    for path in list(named(world, 0).files):
        world.delete(named(world, 0), path)
    world.put(named(world, 0), ".github/workflows/a.yml", "on: push\npermissions: {}\njobs: {}\n")
    in_parts()
    standings = {line["standing"] for line in told(tmp_path / "merged") if line["type"] == "finding"}
    assert "still open" in standings
    assert "new" not in standings
