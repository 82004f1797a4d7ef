"""Help and errors of all commands: short options, suggestions, and no types of Python."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from auditor.cli import app
from auditor.engine import registry
from auditor.errors import UsageError
from auditor.github.code_scanning.upload import Delivered, UploadOutcome

COMMANDS = (
    "scan", "map", "trust", "settings", "upload", "rules", "explain", "sweep", "sweep run", "sweep merge",
)  # fmt: skip
PYTHON = re.compile(r"<(str|int|path|Path|bool|float|list\[)|Value error|Input should|\[\[|\{[A-Z]")


def said(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    return result.output


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_short_too_and_names_no_types(command: str) -> None:
    short, long = (said(*command.split(), option) for option in ("-h", "--help"))
    assert short == long
    assert "Options:" in short
    assert not PYTHON.search(short)


def test_every_command_is_looked_at() -> None:
    found = typer.main.get_command(app).commands
    assert {*found, "sweep run", "sweep merge"} == set(COMMANDS)


def test_the_help_of_a_sweep_has_the_options_of_a_run() -> None:
    shown = said("sweep", "-h")
    assert "OWNER..." in shown
    assert "--include-iac" in shown
    assert re.search(r"^  merge  ", shown, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["scan", "--format", "xml"], "'xml' is not one of"),
        (["scan", "--fail-on", "worst"], "'worst' is not one of"),
        (["scan", "--visibility", "1"], "is not one of"),
        (["sweep", "acme", "--jobs", "two"], "it must be a number"),
        (["sweep", "acme", "--reserve", "x"], "it must be a number"),
        (["sweep", "acme", "--reserve", "100"], "it must be 99 or less"),
        (["rules", "-f", "yaml"], "'yaml' is not one of"),
    ],
)
def test_a_bad_value_is_said_in_plain_words(arguments: list[str], words: str) -> None:
    shown = said(*arguments)
    assert words in shown
    assert not PYTHON.search(shown)


@pytest.mark.parametrize(("wrong", "right"), [("--fail_on", "--fail-on"), ("--as_of", "--as-of")])
def test_an_option_with_an_underscore_is_suggested(wrong: str, right: str) -> None:
    assert right in said("scan", wrong, "x")


def test_a_command_is_suggested() -> None:
    assert "Did you mean 'explain'?" in said("explian")


@pytest.mark.parametrize("wrong", ["template_injection", "Template-Injection", "template-injektion"])
def test_a_rule_is_suggested(wrong: str) -> None:
    for arguments in (["explain", wrong], ["scan", "--select", wrong], ["scan", "--ignore", wrong]):
        error = CliRunner().invoke(app, arguments).exception
        assert isinstance(error, UsageError)
        assert error.help.startswith("Did you mean `template-injection`?")


def test_nothing_is_suggested_for_what_is_like_no_rule() -> None:
    error = CliRunner().invoke(app, ["explain", "zzz"]).exception
    assert isinstance(error, UsageError)
    assert "Did you mean" not in error.help


def test_the_rules_as_json() -> None:
    listed = json.loads(said("rules", "-f", "json"))
    assert [each["id"] for each in listed] == [rule.id for rule in registry.load()]
    assert all(each["fix"] and each["boundary"] and each["summary"] for each in listed)


def test_a_folder_inside_of_a_repository_is_said_to_be_a_part(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    part = tmp_path / "part"
    part.mkdir()
    result = CliRunner().invoke(app, ["scan", str(part)])
    assert f"{part} is a part of {tmp_path}; only that part is audited" in result.stderr
    assert "is a part of" not in CliRunner().invoke(app, ["scan", "-q", str(part)]).stderr
    assert "is a part of" not in CliRunner().invoke(app, ["scan", str(tmp_path)]).stderr


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        (UploadOutcome.UPLOADED, 0),
        (UploadOutcome.UNCHANGED, 0),
        (UploadOutcome.SKIPPED, 4),
        (UploadOutcome.FAILED, 4),
    ],
)
def test_an_upload_that_does_not_arrive_is_4(
    ending: UploadOutcome, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "t" * 20)

    def deliver(_github: object, deliveries: list[Any]) -> list[Delivered]:
        (each,) = deliveries
        reason = "the token needs more"
        return [Delivered(target=each.target, category="x", digest="y", ending=ending, reason=reason)]

    monkeypatch.setattr("auditor.github.code_scanning.upload.deliver", deliver)
    driver = {"name": "ci-audit", "rules": []}
    run = {"tool": {"driver": driver}, "automationDetails": {"id": "x/"}, "results": []}
    file = tmp_path / "a.sarif"
    file.write_text(json.dumps({"version": "2.1.0", "runs": [run]}))
    place = ["--repository", "acme/shop", "--commit", "0" * 40, "--ref", "refs/heads/main"]
    result = CliRunner().invoke(app, ["upload", str(file), *place])
    assert result.exit_code == code, result.output
    assert ("the token needs more" in result.stdout) == (code == 4)
