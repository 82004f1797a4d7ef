"""How a script speaks to GitHub's runner: the files that it reads afterwards, and lines that start with `::`.

Source: GitHub's documentation, "Workflow commands for GitHub Actions", read in 2026.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from auditor.languages.shell.script import Command, Redirect, Script, Word
from auditor.languages.shell.words import part

RUNNER_FILES = ("GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")
"""The files that carry text out of a step. Their paths are in these variables and in the `github` context."""

MAX_ALIASES = 200
"""Assignments of a script that are searched for a variable that holds a runner's file."""

_CONTEXT = {"github." + name.removeprefix("GITHUB_").lower(): name for name in RUNNER_FILES}
_STILL_THE_FILE = frozenset({None, "-", ":-", "=", ":=", "?", ":?"})
_PROPERTIES = r"(?:\s+(?P<properties>.*?))?"
_COMMAND = re.compile(rf"\s*::(?P<name>[A-Za-z][\w-]*){_PROPERTIES}::", re.DOTALL)
_WRITTEN = re.compile(rf"[\s\"'$]*::[A-Za-z][\w-]*{_PROPERTIES}::", re.DOTALL)
_ECHO_OPTION = re.compile(r"-[neE]+")


def runner_file(command: Command, script: Script) -> str | None:
    """Which of `RUNNER_FILES` the output of `command` is written to, itself or through a `tee` after it.

    A `tee` that names one writes it, too, whatever it reads from. A variable stands for a file if all that
    the first `MAX_ALIASES` assignments give it is that file.
    """
    if found := _named(command.stdout, script) or _teed(command, script):
        return found
    reader = script.piped_into(command)
    if reader is None or not is_tee(reader):
        return None
    return _teed(reader, script) or _named(reader.stdout, script)


def is_tee(command: Command) -> bool:
    """Whether it is `tee`, or `sudo tee`."""
    first = command.args[0].literal if command.args else None
    return command.program == "tee" or (command.program in ("sudo", "doas") and first == "tee")


def _teed(command: Command, script: Script) -> str | None:
    if not is_tee(command):
        return None
    return next((found for word in command.args if (found := _file(word, script))), None)


def _named(redirect: Redirect | None, script: Script) -> str | None:
    return _file(redirect.target, script) if redirect and redirect.target else None


def _file(word: Word, script: Script) -> str | None:
    """The runner's file that this word is the path of, by its own name or another one."""
    variable = word.variable
    if variable is None or variable.name in RUNNER_FILES:
        return _path(word)
    return _aliased(variable.name, script) if variable.operator in _STILL_THE_FILE else None


def _aliased(name: str, script: Script) -> str | None:
    given = [each for each in islice(script.assignments, MAX_ALIASES) if each.name == name]
    files = {_path(each.value) if each.value and not each.appends else None for each in given}
    return files.pop() if len(files) == 1 else None


def _path(word: Word) -> str | None:
    if variable := word.variable:
        known = variable.name in RUNNER_FILES and variable.operator in _STILL_THE_FILE
        return variable.name if known else None
    if word.island is None:
        return None
    return _CONTEXT.get(word.value.removeprefix("${{").removesuffix("}}").strip().lower())


@dataclass(frozen=True, slots=True)
class WorkflowCommand:
    """A line `::name key=value,...::value` that a script prints for the runner.

    `name` is in lower case, as the runner compares it. `value` is all that is printed after it; for
    `printf`, the rest of the format and its arguments.
    """

    name: str
    properties: Mapping[str, str]
    value: Word


def workflow_command(command: Command, script: Script) -> WorkflowCommand | None:
    """The workflow command that `echo` or `printf` prints, if its text starts with one."""
    words = _printed(command)
    printed = " ".join(word.value for word in words)
    match = _COMMAND.match(printed)
    if match is None:
        return None
    start = words[0].start
    # Quotes within the command itself hide its end in the text: then the value has the whole text.
    written = _WRITTEN.match(script.text, start, words[-1].end)
    value = part(words, script.text, written.end() if written else start, printed[match.end() :])
    return WorkflowCommand(match["name"].lower(), _properties(match["properties"] or ""), value)


def _printed(command: Command) -> Sequence[Word]:
    words = command.args
    if command.program == "echo":
        first = 0
        while first < len(words) and _ECHO_OPTION.fullmatch(words[first].text):
            first += 1
        return words[first:]
    if command.program == "printf":
        first = 1 if words and words[0].text == "--" else 0
        return () if words and words[0].text == "-v" else words[first:]
    return ()


def _properties(text: str) -> dict[str, str]:
    """Keys in lower case and values; a value may hold `=`, not a comma."""
    pairs = (pair.partition("=") for pair in text.split(","))
    return {key.strip().lower(): value.strip() for key, equals, value in pairs if equals}
