"""Whole small repositories through the command line, against the report that was read and agreed on.

`expected.txt` beside each holds a line a finding (`path:line severity rule`) and a line a problem
(`path:line problem stage`).
"""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from auditor.cli import app

REPOS = Path(__file__).parent.parent / "fixtures" / "_repos"


@pytest.mark.parametrize("repo", sorted(path.name for path in REPOS.iterdir()))
def test_report(repo: str) -> None:
    expected = (REPOS / f"{repo}/expected.txt").read_text(encoding="utf-8").splitlines()
    result = CliRunner().invoke(
        app,
        ["scan", str(REPOS / repo), "-f", "json", "--as-of", "2026-11-21", "--repository", "acme/ml"],
    )
    report = json.loads(result.stdout)
    lines = [
        f"{each['path']}:{each['line']} {each['severity']} {each['rule']}" for each in report["findings"]
    ]
    lines += [f"{each['path']}:{each['line']} problem {each['stage']}" for each in report["problems"]]
    assert lines == expected
    assert result.exit_code == (4 if report["problems"] else 1)
