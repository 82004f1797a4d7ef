"""A sweep in parts, put together, is the sweep that one machine makes."""

import contextlib
import json
import sqlite3

import pytest
from sweep_worlds import acme, in_threads, named
from typer.testing import CliRunner

from auditor.cli import app
from auditor.errors import AuditError, UsageError
from fake_github import TOKEN


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr("auditor.sweep.session.executor_for", in_threads)
    monkeypatch.setenv("GH_TOKEN", TOKEN)
    for name in ("GITHUB_TOKEN", "GITHUB_APP_ID"):
        monkeypatch.delenv(name, raising=False)


def run(*arguments):
    result = CliRunner().invoke(app, ["sweep", *map(str, arguments)])
    if isinstance(result.exception, AuditError):
        raise result.exception
    return result.exit_code


def reported_lines(folder):
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
        where = ["--state", tmp_path / "m", "-o", tmp_path / "merged"]
        return run("merge", *parts, *where), parts

    code, parts = in_parts()
    assert code == whole
    assert reported_lines(tmp_path / "merged") == reported_lines(tmp_path / "whole")
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
    standings = {
        line["standing"] for line in reported_lines(tmp_path / "merged") if line["type"] == "finding"
    }
    assert "still open" in standings
    assert "new" not in standings


def test_parts_that_name_fewer_than_github_counts_are_not_whole(serve, tmp_path):
    world = acme()
    asked = ["acme", "--api-url", serve(world), "--no-settings", "--select", "unpinned-action"]
    parts = [tmp_path / f"part{number}" for number in (1, 2)]
    for number, part in enumerate(parts, start=1):
        run(*asked, "--state", part, "-o", tmp_path / "o", "--shard", f"{number}/2")
    with contextlib.closing(sqlite3.connect(parts[1])) as part:
        part.execute("DELETE FROM listed WHERE position = (SELECT max(position) FROM listed)")
        part.commit()
    assert run("merge", *parts, "--state", tmp_path / "m", "-o", tmp_path / "merged") == 4
    (head, *_) = (tmp_path / "merged/sweep.jsonl").read_text().splitlines()
    assert any("and the parts name" in problem for problem in json.loads(head)["problems"])


def test_a_merged_sweep_has_the_request_of_its_parts(serve, tmp_path):
    url = serve(acme())
    asked = ["acme", "--api-url", url, "--no-settings", "--select", "unpinned-action"]
    run(*asked, "--state", tmp_path / "p", "-o", tmp_path / "one", "--shard", "1/1")
    run("merge", tmp_path / "p", "--state", tmp_path / "m", "-o", tmp_path / "merged")
    heads = [(tmp_path / f"{name}/sweep.jsonl").read_text().splitlines()[0] for name in ("one", "merged")]
    one, merged = map(json.loads, heads)
    assert merged["policy"] == one["policy"]
    assert f"{url}/acme/" in (tmp_path / "merged/findings.csv").read_text()


def test_a_state_is_of_one_github(serve, tmp_path):
    state = ["--state", tmp_path / "s", "-o", tmp_path / "o", "--no-settings"]
    first = serve(acme())
    run("acme", "--api-url", first, *state)
    with pytest.raises(UsageError, match="this state is of"):
        run("acme", "--api-url", serve(acme()), *state)
    run("acme", "--api-url", first, *state)
