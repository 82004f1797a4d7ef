"""Which tool judges: two of the same identity judge the same."""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

import auditor
from auditor.engine import registry

_PARSERS = (
    "ruamel.yaml",
    "ruamel.yaml.clib",
    "tree-sitter",
    "tree-sitter-bash",
    "tree-sitter-hcl",
    "tree-sitter-javascript",
    "tree-sitter-powershell",
)
"""What reads the audited files for us: another version may read them otherwise."""


@cache
def identity() -> str:
    """The version, and a digest of what a verdict depends on: code, rules, parsers, Python's version."""
    digest = hashlib.sha256(repr(sys.version_info[:2]).encode())
    for parser in _PARSERS:
        digest.update(f"\0{parser} {version(parser)}".encode())
    for name, path in sorted(_sources().items()):
        digest.update(f"\0{name}\0".encode())
        digest.update(path.read_bytes())
    return f"{auditor.__version__}+{digest.hexdigest()[:16]}"


def _sources() -> dict[str, Path]:
    """Our modules, by the names that they have where they are installed."""
    home = Path(auditor.__file__).parent
    found = {path.relative_to(home).as_posix(): path for path in home.rglob("*.py")}
    # In a checkout the rules lie beside the package.
    folders = {Path(str(sys.modules[rule.module].__file__)).parent for rule in registry.load()}
    return found | {f"rules/{path.name}": path for folder in folders for path in folder.glob("*.py")}
