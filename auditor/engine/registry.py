"""Which rules there are: a file under `rules/` is a rule; its presence registers it."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import auditor
from auditor.engine.rule import Rule
from auditor.errors import RuleSetError, UsageError

# Loaded by name only: the engine must not know its policy.
_PACKAGE = "auditor.rules"


@cache
def load() -> tuple[Rule[Any], ...]:
    """All rules, sorted by id. Raises `RuleSetError` where one breaks the contract."""
    package = _package()
    found: dict[str, Rule[Any]] = {}
    for info in pkgutil.iter_modules(package.__path__):
        rule = _rule_of(_imported(info.name))
        if rule.id in found:
            raise RuleSetError(f"two rules are called `{rule.id}`", help="An id names one rule for good.")
        found[rule.id] = rule
    return tuple(found[id] for id in sorted(found))


def chosen(select: Sequence[str] = (), ignore: Sequence[str] = ()) -> tuple[Rule[Any], ...]:
    """The rules to run: those of `select`, or all, without those of `ignore`.

    Raises `UsageError` for an id that no rule has.
    """
    rules = load()
    known = {rule.id for rule in rules}
    for id in (*select, *ignore):
        if id not in known:
            near = get_close_matches(id.lower().replace("_", "-"), sorted(known), 1)
            help = f"Did you mean `{near[0]}`? " if near else ""
            raise UsageError(f"there is no rule `{id}`", help=f"{help}`ci-audit rules` lists them all.")
    left = tuple(rule for rule in rules if (not select or rule.id in select) and rule.id not in ignore)
    if not left:
        raise UsageError("no rule is left to run", help="What is selected is ignored, too.")
    return left


def find(id: str) -> Rule[Any]:
    """The rule of that id. Raises `UsageError` where there is none."""
    return chosen([id])[0]


def _package() -> ModuleType:
    try:
        return importlib.import_module(_PACKAGE)
    except ModuleNotFoundError as error:
        if error.name != _PACKAGE:
            raise
    # `python -m pytest` in a checkout puts the tree first, where the rules lie beside `auditor/`.
    folder = Path(auditor.__file__).parent.parent / "rules"
    spec = importlib.util.spec_from_file_location(
        _PACKAGE, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None or not folder.is_dir():
        raise RuleSetError("the rules are missing", help="Install `ci-audit` again.")
    package = importlib.util.module_from_spec(spec)
    sys.modules[_PACKAGE] = package
    spec.loader.exec_module(package)
    return package


def _imported(name: str) -> ModuleType:
    try:
        return importlib.import_module(f"{_PACKAGE}.{name}")
    except RuleSetError:
        raise
    except Exception as error:
        raise RuleSetError(f"the rule file `{name}.py` can't be loaded: {error}") from error


def _rule_of(module: ModuleType) -> Rule[Any]:
    rules = [value for value in vars(module).values() if isinstance(value, Rule)]
    if len(rules) != 1:
        raise RuleSetError(
            f"`{module.__name__}` holds {len(rules)} rules", help="A file under `rules/` holds exactly one."
        )
    return rules[0]
