"""The commands of a script in their order, each with the folder that it runs in."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.job.paths import UNKNOWN, WORKSPACE, resolve
from auditor.facts.job.steps import Placed
from auditor.languages.shell import Command, Script


def working_directory(placed: Placed) -> str:
    """The folder in which the script of a step starts."""
    step, job = placed.step, placed.job
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
                folder = _entered(command, folder)
        elif command.program == "popd":
            folder = start
        yield command, folder


def _closing(text: str, start: int) -> int:
    at = text.find(")", start)
    return at if at >= 0 else len(text)


def _entered(command: Command, folder: str) -> str:
    words = [word.value for word in command.args if not word.value.startswith("-") or word.value == "-"]
    if not words:
        return resolve("~")
    return UNKNOWN if words[0] == "-" else resolve(words[0], folder)
