"""Every rule against its fixtures, the examples of its own documentation, and the house's contract."""

import ast
import re
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from auditor.audit.audit import audit
from auditor.collect.classify import kind_of_content, kind_of_path
from auditor.collect.collected import CollectedFile, CollectedRepository
from auditor.collect.coverage import Kind
from auditor.engine import registry
from auditor.engine.rule import SECTIONS
from auditor.model.permission import Level
from auditor.model.policy import Policy
from auditor.model.settings import ForkApproval, Host, Settings, Visibility
from auditor.model.snapshot import merged
from auditor.policy.load import NAMES, read_policy
from auditor.report.scan.document import Report
from auditor.settings.snapshot_file import read_settings
from auditor.source import Source

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures"
RULES = {rule.id: rule for rule in registry.load()}
AS_OF = date(2026, 11, 21)

_EXPECT = re.compile(r'#\s*(todo-)?expect(?:\(\+(\d+)\))?:\s*([a-z-]+)(?:=([a-z]+))?(?:\s+"([^"]*)")?\s*$')
MAX_HEADLINE = 160
"""Characters of a message, in which a name of the repository's counts as 20 at most."""
_NAME = re.compile(r"`[^`]*`")
_GIVEN = re.compile(r"^#\s*given:\s*(.+)$", re.MULTILINE)
_PLACES = {
    Kind.WORKFLOW: ".github/workflows/{}",
    Kind.ACTION: "action.yml",
    Kind.TRUST_POLICY: "{}",
}


_GIVEN_SETTINGS = {
    "repository": ("repository", str),
    "visibility": ("visibility", Visibility),
    "host": ("host", Host.parse),
    "as-of": ("as_of", date.fromisoformat),
    "default-branch": ("default_branch", str),
    "default-token": ("default_token", {"read": Level.READ, "write": Level.WRITE}.__getitem__),
    "fork-approval": ("fork_approval", ForkApproval),
}


@dataclass(frozen=True)
class Expectation:
    path: str
    line: int
    rule: str
    severity: str = ""
    message: str = ""
    todo: bool = False

    def is_met_by(self, finding) -> bool:
        place = (finding.location.path, finding.location.span.start.line)
        return (
            place == (self.path, self.line)
            and finding.rule == self.rule
            and self.severity in ("", str(finding.severity))
            and self.message in finding.message
        )


@dataclass(frozen=True)
class Case:
    files: dict[str, str]
    expectations: tuple[Expectation, ...]
    settings: Settings

    def audit(self, rule_id: str) -> Report:
        return audit([_checkout(self.files)], self.settings, [RULES[rule_id]])


def _checkout(files: dict[str, str]) -> CollectedRepository:
    collected = []
    policy = Policy()
    for path, text in sorted(files.items()):
        if path in NAMES:
            policy = read_policy(Source(path, text))
            continue
        kind = kind_of_path(path) or kind_of_content(path, text.encode())
        collected.append(CollectedFile(Source(path, text), kind))
    return CollectedRepository(root=Path(), files=tuple(collected), policy=policy)


def _place(name: str, text: str) -> str:
    return _PLACES[kind_of_content(name, text.encode())].format(name)


def _settings(files: dict[str, str], more: str = "") -> Settings:
    """The settings of the scan: lines of `given:`, then `settings.json`, which is taken out of the files."""
    snapshot = files.pop("settings.json", None)
    lines = [line for text in (more, *files.values()) for line in _GIVEN.findall(text)]
    given = dict(pair.split("=", 1) for line in lines for pair in line.split())
    readers = {name: _GIVEN_SETTINGS[name] for name in given}
    settings = Settings(**{setting: read(given[name]) for name, (setting, read) in readers.items()})
    if snapshot is not None:
        read = read_settings("settings.json", snapshot)
        found = read.of(settings.repository or read.only)
        assert found is not None, "the fixture's settings are of another repository"
        settings = merged(settings, found)
    return merged(settings, Settings(as_of=AS_OF))


def _inline(path: str, text: str) -> list[Expectation]:
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        match = _EXPECT.search(line)
        if match:
            todo, ahead, rule, severity, message = match.groups()
            alone = line.lstrip().startswith("#")
            below = int(ahead) if ahead else int(alone)
            found.append(Expectation(path, number + below, rule, severity or "", message or "", bool(todo)))
    return found


def _case(fixture: Path) -> Case:
    if fixture.is_file():
        text = fixture.read_text(encoding="utf-8")
        path = _place(fixture.name, text)
        return Case({path: text}, tuple(_inline(path, text)), _settings({path: text}))
    texts = {
        path.relative_to(fixture).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(fixture.rglob("*"))
        if path.is_file()
    }
    listed = texts.pop("expect.txt", "")
    settings = _settings(texts, listed)
    expectations = [each for path, text in texts.items() for each in _inline(path, text)]
    for line in listed.splitlines():
        match = re.fullmatch(r"(\S+):(\d+) ([a-z-]+)(?:=([a-z]+))?", line.strip())
        if match:
            expectations.append(Expectation(match[1], int(match[2]), match[3], match[4] or ""))
    return Case(texts, tuple(expectations), settings)


def _fixtures() -> list[Path]:
    return sorted(path for id in RULES for path in (FIXTURES / id).glob("*"))


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


@pytest.mark.parametrize("fixture", _fixtures(), ids=_name)
def test_fixture(fixture: Path) -> None:
    rule_id = fixture.parent.name
    case = _case(fixture)
    report = case.audit(rule_id)
    assert [problem for problem in report.problems if "fixture-problem" not in fixture.name] == []
    wanted = [each for each in case.expectations if not each.todo]
    assert bool(wanted) == fixture.name.startswith("bad_"), (
        "a bad fixture expects something, a good one nothing"
    )
    assert fixture.name.startswith(("bad_", "good_"))
    unexpected = [f for f in report.findings if not any(each.is_met_by(f) for each in wanted)]
    missing = [each for each in wanted if not any(each.is_met_by(f) for f in report.findings)]
    assert (unexpected, missing) == ([], [])
    per_place = Counter((each.path, each.line, each.message) for each in wanted)
    assert len(report.findings) == sum(per_place.values()), "an expectation stands for one finding"
    matched = [e for e in case.expectations if e.todo and any(e.is_met_by(f) for f in report.findings)]
    assert matched == [], "a known miss is found now: make it an expectation"


@pytest.mark.parametrize("fixture", [path for path in _fixtures() if path.name.startswith("bad_")], ids=_name)
def test_findings_are_well_made(fixture: Path) -> None:
    rule = RULES[fixture.parent.name]
    for finding in _case(fixture).audit(rule.id).findings:
        assert finding.severity <= rule.severity
        assert finding.message
        assert not finding.message.endswith(".")
        assert finding.message[0] == finding.message[0].lower() or finding.message.startswith(
            ("GitHub", "Codex")
        )
        assert "\n" not in finding.message
        assert len(_NAME.sub(lambda name: name[0][:22], finding.message)) <= MAX_HEADLINE, finding.message
        assert finding.traces
        assert all(hop.note and hop.location.path for trace in finding.traces for hop in trace.hops)


def _examples(rule_id: str, section: str) -> list[dict[str, str]]:
    examples = RULES[rule_id].doc.examples(section)
    alone = [{_place("example.yml", each.text): each.text} for each in examples if each.path is None]
    together = {each.path: each.text for each in examples if each.path is not None}
    return [*alone, together] if together else alone


@pytest.mark.parametrize("rule_id", RULES)
def test_documentation_is_true(rule_id: str) -> None:
    bad, good = _examples(rule_id, "Bad"), _examples(rule_id, "Good")
    assert bad
    assert good
    for files in bad:
        settings = _settings(files)
        report = audit([_checkout(files)], settings, [RULES[rule_id]])
        assert report.findings, "the rule must fire on its bad example"
        assert not report.problems
    for files in good:
        settings = _settings(files)
        report = audit([_checkout(files)], settings, tuple(RULES.values()))
        assert not report.findings, "no rule may find anything in a good example"
        assert not report.problems


@pytest.mark.parametrize("rule_id", RULES)
def test_the_fix_is_one_line(rule_id: str) -> None:
    fix = RULES[rule_id].doc.fix
    assert 20 < len(fix) <= 150
    assert fix.endswith(".")
    assert fix in " ".join(RULES[rule_id].doc.sections["How to fix"].split())
    assert fix.count("`") % 2 == 0


@pytest.mark.parametrize("rule_id", RULES)
def test_rule_has_fixtures(rule_id: str) -> None:
    folder = FIXTURES / rule_id
    assert len(list(folder.glob("bad_*"))) >= 2
    assert len(list(folder.glob("good_*"))) >= 2


def test_every_fixture_folder_belongs_to_a_rule() -> None:
    folders = {path.name for path in FIXTURES.iterdir() if not path.name.startswith("_")}
    assert folders == set(RULES)


@pytest.mark.parametrize("path", sorted((ROOT / "rules").glob("[a-z]*.py")), ids=lambda path: path.stem)
def test_rule_file_keeps_the_contract(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 250
    rule = next(rule for rule in RULES.values() if rule.module.endswith(f".{path.stem}"))
    assert rule.id.replace("-", "_") == path.stem
    assert tuple(rule.doc.sections) == SECTIONS
    assert rule.doc.summary.endswith(".")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            assert node.module == "auditor.api" or node.module.partition(".")[0] in sys.stdlib_module_names
        elif isinstance(node, ast.Import):
            assert all(alias.name.partition(".")[0] in sys.stdlib_module_names for alias in node.names)


def test_the_harness_notices_what_is_wrong() -> None:
    """The harness itself can fail: an expectation in the wrong place is missed, and said."""
    text = "on: push # expect: implicit-permissions\njobs: {a: {runs-on: x, steps: [{run: y}]}}\n"
    (expectation,) = _inline("w.yml", text)
    (finding,) = (
        Case({".github/workflows/w.yml": text}, (), Settings()).audit("implicit-permissions").findings
    )
    assert not expectation.is_met_by(finding)
    assert Expectation(".github/workflows/w.yml", 2, "implicit-permissions").is_met_by(finding)
