"""Imports point down only: a module of a layer knows its own layer and those below."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = [
    ["errors", "source", "knowledge"],
    ["finding", "files"],
    ["languages"],
    ["cloud"],
    ["model", "trust"],
    ["facts", "policy"],
    ["engine", "collect"],
    ["api", "report"],
    ["audit", "github"],
    ["settings"],
    ["sweep"],
    ["cli"],
    ["__main__"],
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}


def _modules() -> list[Path]:
    return sorted((ROOT / "auditor").rglob("*.py"))


def _part(path: Path) -> str:
    return path.relative_to(ROOT / "auditor").parts[0].removesuffix(".py")


def _imported(path: Path) -> set[str]:
    parts = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "auditor":
            inner = node.module.split(".")[1:]
            parts |= {inner[0]} if inner else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            parts |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("auditor.")}
    return parts


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    part = _part(path)
    if part == "__init__":
        assert _imported(path) == set()
        return
    for imported in _imported(path) - {"__version__"}:
        assert LEVEL[imported] <= LEVEL[part], f"{part} must not know {imported}"
        assert imported != "rules"


def test_every_module_has_its_layer() -> None:
    assert {_part(path) for path in _modules()} - {"__init__"} == set(LEVEL)


def test_ruamel_and_tree_sitter_and_rich_stay_in_their_rooms() -> None:
    rooms = {
        "ruamel": {"languages"},
        "tree_sitter": {"languages"},
        "tree_sitter_bash": {"languages"},
        "tree_sitter_hcl": {"languages"},
        "distributed": {"sweep"},
        "rich": {"report", "cli"},
    }
    for path in _modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                allowed = rooms.get(name.split(".")[0])
                assert allowed is None or _part(path) in allowed, f"{path}: {name}"
