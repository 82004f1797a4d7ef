"""What makes the runner obey `::set-env` and `::add-path` again, which it takes from any output.

Source: `ActionCommandManager.cs` and `FileCommandManager.cs` of actions/runner (read 2026-11): the variable
counts in a step's environment, whoever put it there, and where .NET reads `true` in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.facts.flow.foreign_writes import foreign_writes
from auditor.facts.job.expressions import Expressions
from auditor.facts.job.readings import Readings
from auditor.facts.job.scripts import Scripts
from auditor.facts.reach.path import Path, evidence
from auditor.facts.reach.reach import Reach
from auditor.finding import Location, Severity, Trace
from auditor.languages import expression
from auditor.languages.expression import UNKNOWN, Symbol, Unknown
from auditor.languages.reading import Answer, Literal, Write
from auditor.languages.shell import Dialect
from auditor.languages.yaml import Pair, Scalar
from auditor.model.documents import Job, Step
from auditor.model.repository import Repository

VARIABLE = "ACTIONS_ALLOW_UNSECURE_COMMANDS"

_SET = re.compile(rf"(?i)\s*{VARIABLE}=\s*true\s*")
_ASSIGNED = re.compile(rf"(?i){VARIABLE}=\s*true\b")


@dataclass(frozen=True, slots=True, eq=False)
class CommandPermission:
    """One place that allows the old commands. `sure`: the value is known to be true.

    `job` and `step` own it, where it isn't a whole workflow's.
    """

    at: Location
    sure: bool
    how: str
    job: Job | None
    step: Step | None
    jobs: tuple[Job, ...]
    paths: tuple[Path, ...]

    def severity(self, worst: Severity) -> Severity:
        """`worst`, less what stands in the way of the strongest path."""
        return self.paths[0].severity(worst) if self.paths else worst

    def traces(self) -> tuple[Trace, ...]:
        """The strongest path to a step that prints under it."""
        return evidence(self.jobs, self.paths, "what a step prints may set variables and the path", self.at)


class InsecureCommands:
    """Finds the places that allow the old commands."""

    def __init__(self, expressions: Expressions, scripts: Scripts, readings: Readings, reach: Reach) -> None:
        self._expressions = expressions
        self._scripts = scripts
        self._readings = readings
        self._reach = reach

    def permissions(self, repository: Repository) -> Iterator[CommandPermission]:
        """Each place, in the order of the files."""
        for workflow in repository.workflows:
            yield from self._in_env(workflow.env, workflow.jobs)
            for job in workflow.jobs:
                yield from self._in_env(job.env, (job,), job)
                yield from self._in_steps(job.steps)
        for action in repository.actions:
            yield from self._in_steps(action.steps)

    def _in_steps(self, steps: tuple[Step, ...]) -> Iterator[CommandPermission]:
        for step in steps:
            jobs = (step.job,) if step.job else ()
            yield from self._in_env(step.env, jobs, step.job, step)
            found = next(self._writes(step), None)
            if found is not None:
                how = "is set for the steps after it by"
                yield CommandPermission(found, True, how, step.job, step, jobs, self._strongest(jobs, step))

    def _in_env(
        self, env: tuple[Pair, ...], jobs: tuple[Job, ...], job: Job | None = None, step: Step | None = None
    ) -> Iterator[CommandPermission]:
        for entry in env:
            if entry.key.value != VARIABLE or not isinstance(entry.value, Scalar):
                continue
            allows = self._allows(entry.value)
            if allows is not False:
                sure, paths = allows is True, self._strongest(jobs, step)
                how = "is set to true for" if sure else "may be true for"
                yield CommandPermission(entry.key.location, sure, how, job, step, jobs, paths)

    def _allows(self, scalar: Scalar) -> bool | None:
        """Whether the text is one that .NET reads as true; None where only the run would know."""
        text = scalar.value
        parts = self._expressions.of(scalar)
        if len(parts) == 1 and parts[0].text == text.strip():
            value = expression.evaluate(parts[0].node, lambda _: UNKNOWN)
            if isinstance(value, (Symbol, Unknown)):
                return None
            text = str(value)
        elif "${{" in text:
            return None
        return text.strip().lower() == "true"

    def _writes(self, step: Step) -> Iterator[Location]:
        """Where a step's script writes the variable to `GITHUB_ENV`, or exports it."""
        for script in self._readings.of(step):
            for write in script.writes("GITHUB_ENV"):
                if _sets(write):
                    yield script.scalar.location_of(write.start, write.end)
        if step.run is not None and self._scripts.dialect(step) is Dialect.OTHER:
            yield from _in_lines(step.run)

    def _strongest(self, jobs: tuple[Job, ...], step: Step | None) -> tuple[Path, ...]:
        places: tuple[Job | Step, ...] = (step,) if step else jobs
        paths = [path for place in places for path in self._reach.at_full_power(place)]
        return tuple(sorted(paths, key=lambda path: path.weakness)[:1])


def _sets(write: Write) -> bool:
    """Whether a script sets the variable to true; of a program's arguments, one that is such a line."""
    if write.key is None or write.key.upper() != VARIABLE:
        return False
    pieces = write.pieces
    if len(pieces) == 1 and isinstance(pieces[0], Answer):
        run = pieces[0].run
        given = [argument.literal or "" for argument in run.arguments]
        given += [piece.text for piece in run.input if isinstance(piece, Literal)]
        return any(_SET.fullmatch(line) for text in given for line in text.splitlines())
    literal = "".join(piece.text for piece in pieces if isinstance(piece, Literal))
    return bool(pieces) and all(isinstance(p, Literal) for p in pieces) and literal.strip().lower() == "true"


def _in_lines(run: Scalar) -> Iterator[Location]:
    """The lines of another language that name both the variable's value and the runner's file."""
    for line in foreign_writes(run.value):
        match = _ASSIGNED.search(line.text) if line.file == "GITHUB_ENV" else None
        if match:
            yield run.location_of(line.start + match.start(), line.start + match.end())
