"""Each fenced block of the pages is what it says: a workflow is clean, a file accepted, a command known."""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer.main
import yaml

from auditor.audit.audit import audit
from auditor.cli import app
from auditor.collect.collected import CollectedFile, CollectedRepository
from auditor.collect.coverage import Kind
from auditor.engine import registry
from auditor.model.settings import Settings
from auditor.policy.load import read_policy
from auditor.settings.snapshot_file import read_settings
from auditor.source import Source

ROOT = Path(__file__).parent.parent
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    *sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")),
)
FENCE = re.compile(r"^(`{3,})(\w*)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
IN_A_FILE = re.compile(r"\*\*\S+\*\*\n\n$")
"""What stands before a block that is a file of the example rule, which `test_docs.py` runs as a whole."""
BAD = {"docs/architecture.md": "untrusted-checkout"}
"""The page whose workflow is a bad one, and the rule that it is an example of."""
PROGRAMS = {"python", "python3", "pip", "pytest", "source", "ruff", "mypy", "lint-imports"}


@dataclass(frozen=True)
class Block:
    page: str
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}-{self.language}-{self.text.splitlines()[0][:30]}"


def blocks() -> Iterator[Block]:
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        for found in FENCE.finditer(text):
            if not IN_A_FILE.search(text[: found.start()]):
                yield Block(page, found[2], found[3])


BLOCKS = list(blocks())


def of(language: str, *, workflow: bool | None = None) -> list[Block]:
    found = [block for block in BLOCKS if block.language == language]
    return [each for each in found if workflow is None or ("jobs:" in each.text) == workflow]


def commands(text: str) -> Iterator[list[str]]:
    """The commands of a shell's text, a list of words each, without what is assigned before them."""
    for line in text.splitlines():
        for command in line.split("&&"):
            words = shlex.split(command, comments=True)
            while words and re.match(r"\w+=", words[0]):
                words.pop(0)
            if words:
                yield words


def parsed(words: list[str]) -> None:
    """Has the command line parse a command of ours, and carry out nothing."""
    command, arguments = typer.main.get_command(app), words[1:]
    while hasattr(command, "commands"):
        name = arguments[0]
        if name not in command.commands:
            name, arguments = "run", ["run", *arguments]
        command, arguments = command.commands[name], arguments[1:]
    files = arguments.index("<") if "<" in arguments else len(arguments)
    command.make_context("ci-audit", [each for each in arguments[:files] if not each.startswith("<")])


def test_there_is_no_block_that_nothing_looks_at() -> None:
    assert {block.language for block in BLOCKS} == {"yaml", "json", "sh", "mermaid", ""}
    (sample,) = of("")
    page = (ROOT / sample.page).read_text(encoding="utf-8")
    assert f"<!-- generated: sample -->\n```\n{sample.text}" in page


@pytest.mark.parametrize("block", of("yaml", workflow=True), ids=str)
def test_a_workflow_is_whole_and_clean(block: Block) -> None:
    assert {"on", "permissions", "jobs"} <= {str(key) for key in yaml.load(block.text, yaml.BaseLoader)}
    source = Source(".github/workflows/it.yml", block.text)
    repository = CollectedRepository(root=Path(), files=(CollectedFile(source, Kind.WORKFLOW),))
    report = audit([repository], Settings(), registry.load())
    assert not report.problems
    found = {finding.rule for finding in report.findings}
    assert BAD[block.page] in found if block.page in BAD else not found


@pytest.mark.parametrize("block", of("yaml", workflow=False), ids=str)
def test_a_policy_is_accepted(block: Block) -> None:
    policy = read_policy(Source("ci-audit.yml", block.text))
    assert policy.exclude
    assert policy.runners is not None


@pytest.mark.parametrize("block", of("json"), ids=str)
def test_a_snapshot_is_accepted(block: Block) -> None:
    assert read_settings("settings.json", block.text).repositories


@pytest.mark.parametrize("block", of("sh"), ids=str)
def test_a_command_exists(block: Block) -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for words in commands(block.text):
        if words[0] == "ci-audit":
            parsed(words)
            continue
        assert words[0] in PROGRAMS
        for word in words[1:]:
            if extra := re.fullmatch(r"\.\[(\w+)\]", word):
                assert extra[1] in extras["optional-dependencies"]
            elif re.fullmatch(r"(tests|docs)/\S+", word):
                assert (ROOT / word).exists()


def test_what_the_workflow_for_code_scanning_runs_gives_what_it_uploads(tmp_path: Path) -> None:
    (block,) = (each for each in of("yaml", workflow=True) if "upload-sarif" in each.text)
    steps = yaml.safe_load(block.text)["jobs"]["scan"]["steps"]
    (script,) = (step["run"] for step in steps if step.get("run", "").startswith("ci-audit scan"))
    (file,) = (step["with"]["sarif_file"] for step in steps if "upload-sarif" in step.get("uses", ""))
    workflows = tmp_path / ".github" / "workflows"
    workflows.mkdir(parents=True)
    (workflows / "ci-audit.yml").write_text(block.text)
    command = [sys.executable, "-m", "auditor", *shlex.split(script)[1:]]
    environment = {"PYTHONPATH": str(ROOT)}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, timeout=60)
    assert json.loads((tmp_path / file).read_text(encoding="utf-8"))["runs"][0]["results"] == []
