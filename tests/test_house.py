"""The house is in order: imports keep their contracts, none goes round in a circle, no room is overfull."""

import ast
import subprocess
import sys
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parent.parent
AUDITOR = ROOT / "auditor"
MODULES = sorted(AUDITOR.rglob("*.py"))
FOLDERS = sorted({path.parent for path in MODULES})
MAX_MODULES = 16
MAX_LINES = 400


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT)
        return grimp.build_graph("auditor", include_external_packages=True, cache_dir=None)


def test_imports_keep_their_contracts() -> None:
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", code, "--no-cache", "--no-logo"]
    # -c puts the current folder first, where the rules lie beside `auditor/`.
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_no_module_imports_itself_by_way_of_others(graph: grimp.ImportGraph) -> None:
    """A package's `__init__` counts as a module, which the contract about circles doesn't see."""
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    TopologicalSorter(imports).prepare()


def test_every_library_has_its_room(graph: grimp.ImportGraph) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {contract["name"]: contract for contract in project["tool"]["importlinter"]["contracts"]}
    imported = {module for module in graph.modules if not module.startswith("auditor")}
    libraries = imported - sys.stdlib_module_names
    kept = set(contracts["Libraries stay in their rooms"]["forbidden_modules"])
    # Of Python's own, the parser of Python is a parser like the others.
    assert libraries | {"ast"} == kept


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_a_folder_holds_few_modules(folder: Path) -> None:
    modules = [path.name for path in folder.glob("*.py") if path.name != "__init__.py"]
    assert len(modules) <= MAX_MODULES, f"more than {MAX_MODULES}: {', '.join(sorted(modules))}"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_is_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path.is_relative_to(AUDITOR / "knowledge") and is_table(text):
        return
    assert text.count("\n") <= MAX_LINES


def is_table(text: str) -> bool:
    """Whether a module holds literals only."""
    code = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    return not any(isinstance(node, code) for node in ast.walk(ast.parse(text)))


def test_only_literals_are_a_table() -> None:
    assert is_table('"""Scopes."""\n\nSCOPES = frozenset({"actions"})\n')
    assert not is_table("SCOPES = 1\n\n\ndef scope():\n    return SCOPES\n")
