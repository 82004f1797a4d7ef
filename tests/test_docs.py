"""The documentation tells the truth: its generated parts, its names, its links and its example."""

import ast
import importlib
import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
import typer.main

from auditor.audit.audit import audit
from auditor.cli import app
from auditor.collect.collected import CollectedFile, CollectedRepository
from auditor.collect.coverage import Kind
from auditor.engine import registry
from auditor.engine.rule import SECTIONS, Rule, parse_doc
from auditor.errors import RuleSetError
from auditor.facts import Facts
from auditor.finding import Hit
from auditor.model.settings import Settings
from auditor.source import Source

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", "CONTRIBUTING.md", "docs/architecture.md")
README, CONTRIBUTING, ARCHITECTURE = ((ROOT / page).read_text(encoding="utf-8") for page in PAGES)
EXAMPLE = re.compile(r"^\*\*((?:rules|fixtures)/\S+)\*\*\n\n(`{3,})\w+\n(.*?)^\2$", re.MULTILINE | re.DOTALL)

# Words of GitHub, of YAML and of the tools, and names of files that somebody else writes.
WORDS = {
    *(".github/workflows/", ".github/workflows/preview.yml", "action.yml", "ci-audit.yml", "expect.txt"),
    *("settings.json", "pyproject.toml", "bad_", "good_", "fixture-problem", "make", "lint-imports"),
    *("pull_request_target", "needs", "if", "untrusted-checkout", "auditor.rules", "cached_property"),
    *("packages", "--as-of", "--host", "-n 0", "as-of", "default-branch", "default-token", "fork-approval"),
}


def generated(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(folder / "docs" / "generate.py"), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_generated_parts_are_what_the_code_says() -> None:
    result = generated(ROOT, "--check")
    assert result.returncode == 0, f"run `python docs/generate.py`\n{result.stdout}{result.stderr}"


def test_a_part_that_is_out_of_date_is_shown_and_written_anew(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    for name in ("auditor", "rules", "fixtures", "pyproject.toml"):
        (tmp_path / name).symlink_to(ROOT / name)
    readme = tmp_path / "README.md"
    readme.write_text(
        README.replace("| `implicit-permissions` | medium |", "| `implicit-permissions` | low |")
    )
    checked = generated(tmp_path, "--check")
    assert checked.returncode == 1, checked.stderr
    assert "-| `implicit-permissions` | low |" in checked.stdout
    assert "+| `implicit-permissions` | medium |" in checked.stdout
    assert generated(tmp_path).returncode == 0
    assert readme.read_text(encoding="utf-8") == README


def test_the_two_lines() -> None:
    assert "```sh\npip install . && ci-audit scan .\n```" in README
    assert "<!-- tests -->\n```sh\npip install '.[test]' && pytest\n```" in README


# Names and links.


def prose(text: str) -> str:
    """A page without its blocks of code and its generated parts."""
    text = re.sub(r"<!-- generated: .*?<!-- /generated -->", "", text, flags=re.DOTALL)
    return re.sub(r"^(`{3,})[^`\n]*\n.*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE)


def spans(text: str) -> list[str]:
    """What stands in backticks."""
    return [span.strip() for _, span in re.findall(r"(`+)(.+?)\1", prose(text))]


@cache
def defined() -> frozenset[str]:
    """Each name that a module of the auditor defines: classes, functions, fields and values."""
    return frozenset(name for path in (ROOT / "auditor").rglob("*.py") for name in names_in(path))


def names_in(path: Path) -> Iterator[str]:
    """The names of a module and of its classes, without those inside functions."""
    waiting: list[ast.stmt] = list(ast.parse(path.read_text(encoding="utf-8")).body)
    while waiting:
        match waiting.pop():
            case ast.ClassDef(name=name, body=body):
                yield name
                waiting += body
            case ast.FunctionDef(name=name):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name


def resolves(name: str) -> bool:
    """Whether a dotted name leads to a module, or to something in one."""
    module, _, last = name.rpartition(".")
    try:
        return hasattr(importlib.import_module(module), last)
    except ModuleNotFoundError:
        return False


def exists(span: str) -> bool:
    """Whether there is what the text in backticks names."""
    if span in WORDS:
        return True
    if span.startswith(("#", "PATH:", "```")):
        return is_syntax_of_examples(span)
    if span.startswith("ci-audit "):
        return span.split()[1] in typer.main.get_command(app).commands
    if "/" in span:
        return (ROOT / span).exists()
    if span.startswith("facts."):
        return hasattr(Facts, span.removeprefix("facts."))
    if "." in span:
        return resolves(span)
    return span.removeprefix("@") in defined()


def is_syntax_of_examples(span: str) -> bool:
    """Whether the machinery of the rules' tests, or a rule's documentation, reads such a line."""
    line = (
        span.replace("RULE", "some-rule").replace("PATH:LINE", "some/path.yml:7").replace("SEVERITY", "high")
    )
    harness = machinery()
    sections = "\n".join(f"## {name}\n{line}\n```\n" for name in SECTIONS)
    return bool(
        harness._EXPECT.fullmatch(line)
        or harness._GIVEN.fullmatch(line)
        or re.fullmatch(r"\S+:\d+ some-rule(=high)?", line)
        or parse_doc(f"One.\n\n{sections}", of="one").examples("Bad")
    )


@pytest.mark.parametrize("page", [CONTRIBUTING, ARCHITECTURE], ids=PAGES[1:])
def test_what_stands_in_backticks_exists(page: str) -> None:
    found = spans(page)
    assert len(found) > 30
    assert [span for span in found if not exists(span)] == []


@pytest.mark.parametrize(
    "span",
    [
        "auditor/nowhere/",
        "auditor.source.Sorce",
        "auditor.nowhere.Source",
        "facts.nothing",
        "Facts2",
        "ci-audit scam",
        "# expects: RULE",
        "no_such_name",
    ],
)
def test_a_name_that_nothing_has_is_noticed(span: str) -> None:
    assert not exists(span)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    headings = {name: anchors((ROOT / name).read_text(encoding="utf-8")) for name in PAGES}
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert links
    for link in links:
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent.joinpath(path).resolve() if path else ROOT / page
        assert target.exists(), link
        assert not anchor or anchor in headings[str(target.relative_to(ROOT))], link


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    return {
        re.sub(r"[^\w -]", "", line).lower().replace(" ", "-")
        for line in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }


def test_the_glossary_is_short() -> None:
    words = re.findall(r"^\| \*\*(.+?)\*\* \|", ARCHITECTURE, re.MULTILINE)
    assert 20 <= len(words) <= 40
    assert words == sorted(words)


def test_the_example_of_the_architecture_is_found() -> None:
    text = re.search(r"^```yaml\n(.*?)^```", ARCHITECTURE, re.DOTALL | re.MULTILINE)
    assert text is not None
    source = Source(".github/workflows/preview.yml", text[1])
    repository = CollectedRepository(root=Path(), files=(CollectedFile(source, Kind.WORKFLOW),))
    report = audit([repository], Settings(), registry.chosen(["untrusted-checkout"]))
    assert [finding.rule for finding in report.findings] == ["untrusted-checkout"]
    assert not report.problems


# How to add a rule.


def loaded(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def machinery() -> ModuleType:
    """The tests of the rules, apart from those that run: it can be given other rules and fixtures."""
    return loaded(ROOT / "tests" / "test_rules.py", "rules_of_the_example")


def checked(folder: Path, text: str) -> None:
    """Writes the example of a page into a folder, and has the tests of the rules check it."""
    for path, _, body in EXAMPLE.findall(text):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(body, encoding="utf-8")
    (file,) = (folder / "rules").glob("*.py")
    (rule,) = (each for each in vars(loaded(file, f"example.{file.stem}")).values() if isinstance(each, Rule))
    harness = loaded(ROOT / "tests" / "test_rules.py", "rules_of_the_example")
    harness.RULES, harness.FIXTURES = {rule.id: rule}, folder / "fixtures"
    harness.test_every_fixture_folder_belongs_to_a_rule()
    harness.test_rule_has_fixtures(rule.id)
    harness.test_rule_file_keeps_the_contract(file)
    harness.test_documentation_is_true(rule.id)
    for fixture in sorted((folder / "fixtures" / rule.id).iterdir()):
        harness.test_fixture(fixture)
        harness.test_findings_are_well_made(fixture)


def test_the_rule_of_the_example_works(tmp_path: Path) -> None:
    checked(tmp_path, CONTRIBUTING)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (
            "answer: # expect: outsider-job-without-timeout=low",
            "answer: # expect: outsider-job-without-timeout=high",
        ),
        ("called.yml:4 ", "called.yml:5 "),
        ("job.timeout is not None", "job.timeout is None"),
        ("actor=Actor.OUTSIDER", "actor=None"),
        ("## Good\n", "## Better\n"),
    ],
)
def test_an_example_that_does_not_work_is_noticed(tmp_path: Path, right: str, wrong: str) -> None:
    assert right in CONTRIBUTING
    with pytest.raises((AssertionError, RuleSetError)):
        checked(tmp_path, CONTRIBUTING.replace(right, wrong))


def test_the_example_is_no_rule_yet() -> None:
    assert not {rule.id.replace("-", "_") for rule in registry.load()} & {
        Path(path).stem for path, _, _ in EXAMPLE.findall(CONTRIBUTING)
    }


def test_all_of_a_hit_and_of_given_is_explained() -> None:
    rows = re.findall(r"^\| (`.+?`) \| (.*) \|$", CONTRIBUTING, re.MULTILINE)
    explained = {name for cell, _ in rows for name in re.findall(r"`(\w+)`", cell)}
    assert {field.name for field in fields(Hit)} <= explained
    (given,) = (text for cell, text in rows if cell.startswith("`# given"))
    assert set(re.findall(r"`([a-z-]+)`", given)) == set(machinery()._GIVEN_SETTINGS)
