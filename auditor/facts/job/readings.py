"""What the scripts of a step do, each read once: its `run`, and inputs of actions that are code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from auditor.facts.job.scripts import Scripts
from auditor.facts.limits import Limits
from auditor.knowledge.actions.script_inputs import SCRIPT_INPUTS
from auditor.languages import shell
from auditor.languages.reading import RUNNER_FILES, Assign, Event, Reading, Test, Write
from auditor.languages.shell import Dialect
from auditor.languages.yaml import Scalar
from auditor.model.documents import Step

GITHUB_SCRIPT = "actions/github-script"
"""Its `script` is JavaScript, and what it returns is the output `result`."""


@dataclass(frozen=True, slots=True, eq=False)
class StepReading:
    """One script of a step: its text in the file, and what it does."""

    step: Step
    scalar: Scalar
    reading: Reading
    assigns: dict[str, list[Assign]] = field(init=False)
    tests: dict[str, list[Test]] = field(init=False)

    def __post_init__(self) -> None:
        assigns: dict[str, list[Assign]] = {}
        tests: dict[str, list[Test]] = {}
        for event in self.reading.events:
            if isinstance(event, Assign):
                assigns.setdefault(event.name, []).append(event)
            elif isinstance(event, Test):
                tests.setdefault(event.name, []).append(event)
        object.__setattr__(self, "assigns", assigns)
        object.__setattr__(self, "tests", tests)

    @property
    def events(self) -> tuple[Event, ...]:
        """What it does, in the order of the text."""
        return self.reading.events

    def writes(self, file: str) -> Iterator[Write]:
        """What it writes to one of the runner's files."""
        return (event for event in self.events if isinstance(event, Write) and event.file == file)


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
            reading = self._of_run(step)
            if reading is not None:
                yield self._told(StepReading(step, step.run, reading))
        elif step.uses is not None:
            for name in SCRIPT_INPUTS.get(step.uses.slug, ()):
                script = step.input(name)
                reading = _of_input(step.uses.slug, script.value) if script is not None else None
                if script is not None and reading is not None:
                    yield self._told(StepReading(step, script, reading))

    def _of_run(self, step: Step) -> Reading | None:
        match self._scripts.dialect(step):
            case Dialect.BASH:
                script = self._scripts.of(step)
                return shell.read(script) if script is not None else None
            case Dialect.POWERSHELL if step.run is not None:
                from auditor.languages import powershell

                return powershell.read(step.run.value)
            case Dialect.CMD if step.run is not None:
                from auditor.languages import cmd

                return cmd.read(step.run.value)
            case Dialect.PYTHON if step.run is not None:
                from auditor.languages import python

                return python.read(step.run.value)
        return None

    def _told(self, found: StepReading) -> StepReading:
        if found.reading.cut_off:
            said = f"the script is read in part only: {found.reading.cut_off}"
            self._limits.cut(said, found.scalar.location)
        return found


def _of_input(slug: str, text: str) -> Reading | None:
    if slug != GITHUB_SCRIPT:
        return None
    # Its grammar costs a start something, and most repositories have no such script.
    from auditor.languages import javascript

    return javascript.read(text)


__all__ = ["GITHUB_SCRIPT", "RUNNER_FILES", "Readings", "StepReading"]
