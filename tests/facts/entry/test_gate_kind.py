"""The kinds of gates are named in one place, and each is explained there."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.facts.entry import gate
from auditor.facts.entry.gate import GateKind
from auditor.knowledge.platform import changes
from auditor.knowledge.platform.changes import Change

ROOT = Path(__file__).parents[3]
DECLARATION = ROOT / "auditor" / "knowledge" / "platform" / "changes.py"
MODULES = sorted({*ROOT.glob("auditor/**/*.py"), *ROOT.glob("rules/**/*.py")} - {DECLARATION})
"""All but the one that declares the names of changes, and so those of their kinds."""

BELOW = ("cloud", "files", "knowledge", "languages", "model", "trust")
"""Rooms that can't know of gates, so that a word of one kind means something else there."""

MEANT_OTHERWISE = {
    ("auditor/facts/code/approvals.py", "label"): "the payload's field",
    ("auditor/model/cache_mode.py", "cache-mode"): "the key of a workflow",
    ("auditor/report/map/json.py", "environment"): "the key of a job",
}


def test_each_change_of_the_platform_has_its_kind():
    names = {value.name for value in vars(changes).values() if isinstance(value, Change)}
    assert names
    assert names <= set(GateKind)


def test_no_two_kinds_have_one_name():
    assert len(GateKind) == len(GateKind.__members__)


def test_each_kind_is_explained():
    tree = ast.parse(Path(gate.__file__).read_text(encoding="utf-8"))
    (kinds,) = (each for each in tree.body if isinstance(each, ast.ClassDef) and each.name == "GateKind")
    members, texts = kinds.body[1::2], kinds.body[2::2]
    assert [each.targets[0].id for each in members] == list(GateKind.__members__)
    for text in texts:
        assert text.value.value.count(". ") == 1, "what it is, and who opens it"
        assert text.value.value.endswith(".")


def test_code_names_kinds_by_the_declaration():
    assert len(MODULES) > 100
    assert {word for path in MODULES for word in _words_in(path)} == set(MEANT_OTHERWISE)


@pytest.mark.parametrize(
    "code",
    [
        "gate.kind == 'hand'",
        "'hand' != race.approval.kind",
        "gate.kind in {'merge', 'hand'}",
        "match gate.kind:\n case 'label' | 'hand': pass",
        "Gate('hand', note, at)",
        "replace(gate, kind='hand')",
        "GateKind('hand')",
        "from auditor.api import GateKind\nshown = {'hand': 1}",
        "kinds = {each.kind for each in gates}\n'runner-group' in kinds",
    ],
)
def test_a_literal_name_is_found(code: str):
    assert _words(ast.parse(code), below=False)


@pytest.mark.parametrize("code", ["kind == 'hand'", "each.other == 'hand'", "text = 'a hand is needed'"])
def test_a_word_of_another_meaning_is_left_alone(code: str):
    assert _words(ast.parse(code), below=False) == []


def _words_in(path: Path) -> Iterator[tuple[str, str]]:
    where, text = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
    if any(f'"{kind}"' in text for kind in GateKind):
        tree = ast.parse(text)
        tree.body = [each for each in tree.body if getattr(each, "name", "") != "GateKind"]
        for word in _words(tree, below=where.split("/")[1] in BELOW):
            yield where, word


def _words(tree: ast.Module, *, below: bool) -> list[str]:
    """The literal names of kinds: those with a hyphen wherever they stand, others by what they are for."""
    plain = {kind for kind in GateKind if "-" not in kind}
    found = [text for text in _texts(tree) if text in set(GateKind) - plain]
    if below:
        return found
    nodes = [tree] if _imports_gates(tree) else [each for each in ast.walk(tree) if _is_about_kinds(each)]
    return found + [text for node in nodes for text in _texts(node) if text in plain]


def _imports_gates(tree: ast.Module) -> bool:
    imports = (each for each in ast.walk(tree) if isinstance(each, ast.ImportFrom))
    return any(alias.name in ("Gate", "GateKind") for each in imports for alias in each.names)


def _is_about_kinds(node: ast.AST) -> bool:
    """Whether it compares with a kind, or gives one."""
    match node:
        case ast.Compare(left=left, comparators=others):
            return any(_is_kind(each) for each in (left, *others))
        case ast.Match(subject=subject):
            return _is_kind(subject)
        case ast.Call(func=ast.Name(id="Gate" | "GateKind")):
            return True
        case ast.keyword(arg="kind"):
            return True
    return False


def _is_kind(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "kind"


def _texts(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value
