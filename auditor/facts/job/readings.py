"""What the scripts of a step do, each read once: its `run`, and inputs of actions that are code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from auditor.facts.job.scripts import Scripts
from auditor.facts.limits import Limits
from auditor.knowledge.actions.script_inputs import JAVASCRIPT, POWERSHELL, PYTHON, SCRIPTS, SHELL
from auditor.languages import shell
from auditor.languages.reading import Assign, Event, Literal, Name, Print, Reading, Test, Write
from auditor.languages.shell import Dialect
from auditor.languages.yaml import Scalar
from auditor.model.documents import Step

_JUDGES = re.compile(r"[!=]==?|\?|&&|\|\||\bfork\b")
_LANGUAGES = {
    Dialect.BASH: SHELL,
    Dialect.CMD: "cmd",
    Dialect.JAVASCRIPT: JAVASCRIPT,
    Dialect.POWERSHELL: POWERSHELL,
    Dialect.PYTHON: PYTHON,
}


@dataclass(frozen=True, eq=False)
class StepReading:
    """One script of a step: its text in the file, and what it does."""

    step: Step
    scalar: Scalar
    reading: Reading
    assigns: dict[str, list[Assign]] = field(init=False)
    tests: dict[str, list[Test]] = field(init=False)
    masks: dict[str, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        assigns: dict[str, list[Assign]] = {}
        tests: dict[str, list[Test]] = {}
        masks: dict[str, list[int]] = {}
        for event in self.reading.events:
            if isinstance(event, Assign):
                assigns.setdefault(event.name, []).append(event)
            elif isinstance(event, Test):
                tests.setdefault(event.name, []).append(event)
            elif isinstance(event, Print):
                for name in _masked(event):
                    masks.setdefault(name, []).append(event.end)
        object.__setattr__(self, "assigns", assigns)
        object.__setattr__(self, "tests", tests)
        object.__setattr__(self, "masks", masks)

    @property
    def events(self) -> tuple[Event, ...]:
        """What it does, in the order of the text."""
        return self.reading.events

    @cached_property
    def judges(self) -> bool:
        """Whether code that isn't a shell's compares anything."""
        return self.reading.language == "js" and _JUDGES.search(self.reading.text) is not None

    def writes(self, file: str) -> Iterator[Write]:
        """What it writes to one of the runner's files."""
        return (event for event in self.events if isinstance(event, Write) and event.file == file)


def _masked(event: Print) -> Iterator[str]:
    """The variables whose values a `::add-mask::` has the runner hide from then on."""
    first = event.pieces[0] if event.pieces else None
    if isinstance(first, Literal) and first.text.lstrip().startswith("::add-mask::"):
        yield from (piece.name for piece in event.pieces if isinstance(piece, Name))


class Readings:
    """Reads each script once."""

    def __init__(self, scripts: Scripts, limits: Limits) -> None:
        self._scripts = scripts
        self._limits = limits
        self._of: dict[Step, tuple[StepReading, ...]] = {}

    def of(self, step: Step) -> tuple[StepReading, ...]:
        """The scripts of a step whose language can be read."""
        if step not in self._of:
            self._of[step] = tuple(self._read(step))
        return self._of[step]

    def _read(self, step: Step) -> Iterator[StepReading]:
        if step.run is not None:
            language = _LANGUAGES.get(self._scripts.dialect(step))
            if language == SHELL:
                script = self._scripts.of(step)
                if script is not None:
                    yield self._told(StepReading(step, step.run, shell.read(script)))
            elif language is not None and (reading := read_as(language, step.run.value)) is not None:
                yield self._told(StepReading(step, step.run, reading))
        elif step.uses is not None:
            for row in SCRIPTS.get(step.uses.slug, ()):
                for name in row.names:
                    script_input = step.input(name)
                    reading = read_as(row.language, script_input.value) if script_input else None
                    if script_input is not None and reading is not None:
                        yield self._told(StepReading(step, script_input, reading))

    def _told(self, found: StepReading) -> StepReading:
        if found.reading.cut_off:
            said = f"the script is read in part only: {found.reading.cut_off}"
            self._limits.cut(said, found.scalar.location)
        return found


def read_as(language: str, text: str) -> Reading | None:
    """What a script does; None where the language isn't read. Parsers are loaded where one is needed."""
    match language:
        case "shell":
            return shell.read(shell.parse(text))
        case "javascript":
            from auditor.languages import javascript

            return javascript.read(text)
        case "python":
            from auditor.languages import python

            return python.read(text)
        case "powershell":
            from auditor.languages import powershell

            return powershell.read(text)
        case "cmd":
            from auditor.languages import cmd

            return cmd.read(text)
    return None
