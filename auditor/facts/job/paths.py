"""Where a path leads, from the folder that a step works in, and what lies in what.

Folders are relative to the workspace, "" being itself; others begin with a slash.
"""

from __future__ import annotations

import posixpath
import re

from auditor.finding import Confidence

WORKSPACE = ""
"""The folder that `actions/checkout` fills by default, and that steps work in."""

UNKNOWN = "/?"
"""A folder that can't be told."""

_ROOT = "/~workspace"
_LONGEST = 1000
_WORKSPACE = re.compile(r"^(?:\$\{\{\s*github\.workspace\s*\}\}|\$(?:env:)?\{?GITHUB_WORKSPACE\}?)(?=/|$)")
_HERE = re.compile(r"^(?:\$\{?PWD\}?|\$\(pwd\))(?=/|$)")
_ELSEWHERE = re.compile(
    r"^(?:\$\{\{\s*runner\.(\w+)\s*\}\}|\$\{?(?:RUNNER_)?(TEMP|TMPDIR|HOME)\}?|\$\(mktemp[^)]*\)|(~))(?=/|$)"
)
_OPEN = re.compile(r"[$*?`{]|<\(")


def resolve(path: str, base: str = WORKSPACE) -> str:
    """The folder or file that `path` names for a step that works in `base`."""
    path = path.strip().strip("\"'").replace("\\", "/")[:_LONGEST]
    if (found := _WORKSPACE.match(path)) is not None:
        path, base = path[found.end() :].lstrip("/"), WORKSPACE
    elif (found := _HERE.match(path)) is not None:
        path = path[found.end() :].lstrip("/")
    elif (found := _ELSEWHERE.match(path)) is not None:
        path = "/~" + (found[1] or found[2] or "home").lower() + path[found.end() :]
    unclear = _OPEN.search(path)
    if unclear is not None:
        # What stands before the last slash is certain.
        path, slash, _ = path[: unclear.start()].rpartition("/")
        if not slash:
            return UNKNOWN
        path += "/"
    if base == UNKNOWN and not path.startswith("/"):
        return UNKNOWN
    whole = posixpath.normpath(posixpath.join(_ROOT, base, path))
    return WORKSPACE if whole == _ROOT else whole.removeprefix(f"{_ROOT}/")


def lies_in(place: str, folder: str) -> Confidence | None:
    """How surely what is at `place` belongs to what fills `folder`; None where it doesn't."""
    if UNKNOWN in (place, folder):
        return None if place == WORKSPACE else Confidence.LOW
    if folder == WORKSPACE:
        return None if place.startswith("/") else Confidence.HIGH
    return Confidence.HIGH if place == folder or place.startswith(f"{folder}/") else None
