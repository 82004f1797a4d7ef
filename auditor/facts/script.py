"""The shell scripts of steps, each parsed once, and what they hand to later steps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor import shell
from auditor.facts.expressions import Expression, Expressions
from auditor.finding import Location
from auditor.model.step import Step
from auditor.shell import Dialect, Script, Word
from auditor.tree import Scalar

_WINDOWS = re.compile(r"(?i)\bwindows")
_NAMED = re.compile(r"\s*([A-Za-z_][\w-]*)(?:=|<<)")


@dataclass(frozen=True, slots=True, eq=False)
class OutputWrite:
    """A value that a script hands on as an output: what is put into it, and where."""

    name: str
    expressions: tuple[Expression, ...]
    variables: tuple[str, ...]
    location: Location


class Scripts:
    """Parses the script of each step once."""

    def __init__(self, expressions: Expressions) -> None:
        self._expressions = expressions
        self._of: dict[int, Script | None] = {}
        self._outputs: dict[int, tuple[OutputWrite, ...]] = {}

    def dialect(self, step: Step) -> Dialect:
        """The language of a step's script."""
        return shell.dialect(_shell_of(step), "Windows" if _on_windows(step) else None)

    def of(self, step: Step) -> Script | None:
        """The parsed script of a step; None where it has none or isn't for bash or sh."""
        if id(step) not in self._of:
            is_bash = step.run is not None and self.dialect(step) is Dialect.BASH
            self._of[id(step)] = shell.parse(step.run.value) if step.run and is_bash else None
        return self._of[id(step)]

    def outputs(self, step: Step) -> tuple[OutputWrite, ...]:
        """What the script of a step writes to `GITHUB_OUTPUT`, or sets with the old `::set-output`."""
        if id(step) not in self._outputs:
            script = self.of(step)
            self._outputs[id(step)] = tuple(self._writes(step, script)) if script and step.run else ()
        return self._outputs[id(step)]

    def _writes(self, step: Step, script: Script) -> Iterator[OutputWrite]:
        assert step.run is not None
        for command in script.commands:
            old = shell.workflow_command(command, script)
            if old is not None and old.name == "set-output":
                yield self._write(old.properties.get("name", ""), command.args, script, step.run)
            elif shell.runner_file(command, script) == "GITHUB_OUTPUT":
                bodies = tuple(redirect.body for redirect in command.redirects if redirect.body is not None)
                words = (*command.args, *bodies)
                for name in _names(words):
                    yield self._write(name, words, script, step.run)

    def _write(self, name: str, words: tuple[Word, ...], script: Script, run: Scalar) -> OutputWrite:
        reached = _closure(words, script)
        inside = [(word.start, word.end) for word in reached]
        expressions = tuple(
            part
            for part in self._expressions.of(run)
            if any(start <= part.start and part.end <= end for start, end in inside)
        )
        variables = dict.fromkeys(variable.name for word in reached for variable in word.variables)
        location = run.location_of(words[0].start, words[0].end) if words else run.location
        return OutputWrite(name, expressions, tuple(variables), location)


def _closure(words: tuple[Word, ...], script: Script) -> list[Word]:
    """The words, what their substitutions are fed, and what the variables in them were assigned."""
    reached: dict[int, Word] = {}
    waiting = list(words)
    while waiting:
        word = waiting.pop()
        if word.start in reached:
            continue
        reached[word.start] = word
        for command in script.commands_in(word):
            waiting.extend(command.args)
        names = {variable.name for variable in word.variables}
        if names:
            waiting.extend(a.value for a in script.assignments if a.name in names and a.value is not None)
    return list(reached.values())


def _names(words: tuple[Word, ...]) -> dict[str, None]:
    """The names of the outputs that a text sets: `name=value`, or `name<<DELIMITER`."""
    lines = (line for word in words for line in word.value.split("\n"))
    return dict.fromkeys(match[1] for line in lines if (match := _NAMED.match(line)))


def _shell_of(step: Step) -> str | None:
    job = step.job
    for scalar in (step.shell, job.shell if job else None, job.workflow.shell if job else None):
        if scalar is not None:
            return scalar.value
    return None


def _on_windows(step: Step) -> bool:
    labels = step.job.runs_on.labels if step.job and step.job.runs_on else ()
    return any(_WINDOWS.search(label.value) for label in labels)
