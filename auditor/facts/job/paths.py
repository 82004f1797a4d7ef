"""Where a path leads, from the folder that a step or a command works in, and what lies in what.

Folders are relative to the workspace, "" being itself; others begin with a slash.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache

from auditor.facts.job.steps import StepInJob
from auditor.finding import Confidence
from auditor.languages import expression
from auditor.languages.shell import Command, Script

WORKSPACE = ""
"""The folder that `actions/checkout` fills by default, and that steps work in."""

UNKNOWN = "/?"
"""A folder that isn't known."""

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
    path = _plainly_indexed(path.strip()).strip("\"'").replace("\\", "/")[:_LONGEST]
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


@lru_cache(maxsize=4096)
def _plainly_indexed(path: str) -> str:
    """The path with the fields of contexts written with dots, as `${{ runner.temp }}`."""
    if "${{" not in path or len(path) > _LONGEST:
        return path
    made, at = "", 0
    try:
        for island in expression.islands(path):
            node = expression.parse(island.body, island.body_start)
            found = expression.references(node)
            if isinstance(node, (expression.Index, expression.Property)) and len(found) == 1:
                made += path[at : island.start] + "${{ " + ".".join(found[0].path) + " }}"
                at = island.end
    except expression.ExpressionError:
        return path
    return made + path[at:]


def lies_in(place: str, folder: str) -> Confidence | None:
    """How surely what is at `place` belongs to what fills `folder`; None where it doesn't."""
    if UNKNOWN in (place, folder):
        return None if place == WORKSPACE else Confidence.LOW
    if folder == WORKSPACE:
        return None if place.startswith("/") else Confidence.HIGH
    return Confidence.HIGH if place == folder or place.startswith(f"{folder}/") else None


def working_directory(step_in_job: StepInJob) -> str:
    """The folder in which the script of a step starts."""
    step, job = step_in_job.step, step_in_job.job
    written = step.working_directory
    if written is None and step.run is not None and step.action is None:
        written = job.working_directory or job.workflow.working_directory
    return resolve(written.value) if written is not None else WORKSPACE


def walk(script: Script, start: str) -> Iterator[tuple[Command, str]]:
    """Each command with its folder. What a `cd` in parentheses does ends with them."""
    folder, before, until = start, start, -1
    for command in script.commands:
        if 0 <= until < command.start:
            folder, until = before, -1
        if command.program in ("cd", "pushd"):
            if until < 0 and script.text[: command.start].rstrip(" \t\n").endswith("("):
                before, until = folder, _closing(script.text, command.end)
            if not command.in_substitution:
                folder = _folder_after(command, folder)
        elif command.program == "popd":
            folder = start
        yield command, folder


def _closing(text: str, start: int) -> int:
    at = text.find(")", start)
    return at if at >= 0 else len(text)


def _folder_after(command: Command, folder: str) -> str:
    words = [word.value for word in command.args if not word.value.startswith("-") or word.value == "-"]
    if not words:
        return resolve("~")
    return UNKNOWN if words[0] == "-" else resolve(words[0], folder)
