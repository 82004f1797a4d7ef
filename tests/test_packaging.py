"""What is installed is what is on disk."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_package_is_listed() -> None:
    on_disk = {
        ".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "auditor").rglob("__init__.py")
    }
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == on_disk | {"auditor.rules"}


def test_data_files_are_listed() -> None:
    listed = PROJECT["tool"]["setuptools"]["package-data"]
    for path in (ROOT / "auditor").rglob("*"):
        if path.is_file() and path.suffix not in (".py", ".pyc"):
            package = ".".join(path.parent.relative_to(ROOT).parts)
            assert any(path.match(pattern) for pattern in listed.get(package, [])), path


def test_the_rules_are_found_with_the_tree_first_on_the_path() -> None:
    code = "from auditor.engine import registry; print(len(registry.load()))"
    # -m puts the current folder first, as `python -m pytest` does; -P would not.
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(found.stdout) == len(list((ROOT / "rules").glob("[a-z]*.py")))
