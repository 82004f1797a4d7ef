"""The README is true."""

import re
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

from auditor.cli import app
from auditor.engine import registry

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def _rules_table() -> str:
    rows = ["| rule | severity | finds |", "|---|---|---|"]
    rows += [f"| `{rule.id}` | {rule.severity} | {rule.doc.summary} |" for rule in registry.load()]
    return "\n".join(rows)


def test_the_table_of_rules_is_the_rules() -> None:
    written = re.search(r"<!-- rules -->\n(.*)<!-- /rules -->", README, re.DOTALL)
    assert written is not None
    assert written[1].strip() == _rules_table()


@pytest.mark.parametrize("command", ["scan", "sweep"])
def test_every_option_is_in_the_readme_and_no_other(command: str) -> None:
    found = typer.main.get_command(app).commands[command]
    found = found.commands["run"] if command == "sweep" else found
    options = {name for parameter in found.params for name in parameter.opts if name.startswith("--")}
    table = README.partition(f"| option of `{command}`")[2].partition("\n\n")[0]
    assert set(re.findall(r"--[a-z][a-z-]+", table)) == options


def test_every_command_is_in_the_readme() -> None:
    for name in typer.main.get_command(app).commands:
        assert f"ci-audit {name}" in README


def test_the_sample_is_real_output() -> None:
    written = re.search(r"<!-- sample -->\n```\n(.*?)```\n<!-- /sample -->", README, re.DOTALL)
    assert written is not None
    repo = Path(__file__).parent.parent / "fixtures" / "_repos" / "ml-training"
    options = ["--repository", "acme/ml", "--as-of", "2026-11-21", "--select", "self-hosted-fork-code"]
    shown = CliRunner().invoke(app, ["scan", str(repo), *options]).stdout
    assert shown.partition("\n\n")[0].strip() == written[1].strip()


def test_the_two_lines() -> None:
    assert "```sh\npip install . && ci-audit scan .\n```" in README
    assert "<!-- tests -->\n```sh\npip install '.[test]' && pytest\n```" in README
