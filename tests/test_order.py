"""The order of triggers and jobs in a file says nothing, and changes nothing."""

import importlib.util
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from rewrite import Tree, rewritten

ROOT = Path(__file__).parent.parent


def _harness() -> ModuleType:
    spec = importlib.util.spec_from_file_location("rules_in_order", ROOT / "tests" / "test_rules.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


HARNESS = _harness()


def _reversed(tree: Tree, key: str) -> None:
    value = tree.get(key)
    if isinstance(value, dict):
        tree[key] = dict(reversed(value.items()))
    elif isinstance(value, list):
        tree[key] = value[::-1]


def _same(tree: Tree) -> None:
    pass


def _other_triggers(tree: Tree) -> None:
    _reversed(tree, "on")


def _other_jobs(tree: Tree) -> None:
    _reversed(tree, "jobs")


def _both(tree: Tree) -> None:
    _other_triggers(tree)
    _other_jobs(tree)


def _found(fixture: Path, change: Callable[[Tree], None]) -> Counter[tuple[object, ...]]:
    case = HARNESS._case(fixture)
    files = {path: rewritten(path, text, change) for path, text in case.files.items()}
    findings = replace(case, files=files).audit(fixture.parent.name).findings
    return Counter(
        (each.severity, each.location.path, each.job, each.step, each.fingerprint) for each in findings
    )


@pytest.mark.parametrize("change", [_other_triggers, _other_jobs, _both])
@pytest.mark.parametrize("rule", HARNESS.RULES)
def test_order_changes_nothing(rule: str, change: Callable[[Tree], None]) -> None:
    bad = [path for path in HARNESS._fixtures() if path.parent.name == rule and path.name.startswith("bad_")]
    wanted, found = ({path.name: _found(path, each) for path in bad} for each in (_same, change))
    assert found == wanted
