"""The outputs and variables that scripts hand on: what is put into each, followed back through its script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from auditor.facts.flow.runner_files import RunnerFiles
from auditor.facts.job.expressions import ExpressionInText, Expressions
from auditor.facts.job.scripts import Scripts
from auditor.facts.limits import Limits
from auditor.finding import Location
from auditor.knowledge.programs.text_filters import CHANGES, PRINTERS, WHOLE
from auditor.languages import shell
from auditor.languages.shell import Command, Script, Variable, Word
from auditor.languages.shell.printed_lines import Piece, whole
from auditor.languages.shell.runner_writes import RunnerWrite
from auditor.languages.yaml import Scalar
from auditor.model.documents import Step

_NO_TEXT = frozenset({shell.LENGTH, shell.ARITHMETIC, "+", ":+"})
_PASSING = PRINTERS | WHOLE | frozenset(CHANGES) | {"basename", "dirname", "xargs"}
_HASHES = frozenset({"cksum", "md5sum", "sha1sum", "sha256sum", "sha512sum", "wc"})

MAX_WRITES = 200
"""Outputs that are kept of one script."""

MAX_PIECES = 1000
"""Words that the text of one output is followed back through, within its script."""


@dataclass(frozen=True, slots=True, eq=False)
class OutputWrite:
    """A value that a script hands on under a name: what is put into it, and where."""

    name: str
    write: RunnerWrite
    expressions: tuple[ExpressionInText, ...]
    variables: tuple[str, ...]
    location: Location


class OutputWrites:
    """Follows each value back once."""

    def __init__(
        self, scripts: Scripts, runner_files: RunnerFiles, expressions: Expressions, limits: Limits
    ) -> None:
        self._limits = limits
        self._expressions = expressions
        self._scripts = scripts
        self._runner_files = runner_files
        self._writes: dict[tuple[Step, str], tuple[OutputWrite, ...]] = {}
        self._values: dict[Script, dict[str, list[Word]]] = {}

    def outputs(self, step: Step) -> tuple[OutputWrite, ...]:
        """What the script of a step writes to `GITHUB_OUTPUT`, or sets with the old `::set-output`."""
        return self._of(step, "GITHUB_OUTPUT")

    def variables(self, step: Step) -> tuple[OutputWrite, ...]:
        """What the script of a step writes to `GITHUB_ENV`, for the steps after it."""
        return self._of(step, "GITHUB_ENV")

    def _of(self, step: Step, file: str) -> tuple[OutputWrite, ...]:
        key = (step, file)
        if key not in self._writes:
            script = self._scripts.of(step)
            found = self._follow_all(step, script, file, step.run) if script and step.run else iter(())
            self._writes[key] = tuple(found)
        return self._writes[key]

    def _follow_all(self, step: Step, script: Script, file: str, run: Scalar) -> Iterator[OutputWrite]:
        named = (
            (write.name, write)
            for write in self._runner_files.of(step)
            if write.file == file and write.name is not None
        )
        for name, write in islice(named, MAX_WRITES):
            yield self._follow(name, write, script, run)
        if next(named, None) is not None:
            self._limits.cut(f"only the first {MAX_WRITES} writes to `{file}` are followed", run.location)

    def _follow(self, name: str, write: RunnerWrite, script: Script, run: Scalar) -> OutputWrite:
        parts = {part.start: part for part in self._expressions.of(run)}
        reached = _closure(write.pieces(), script, self._assignments(script))
        if len(reached) >= MAX_PIECES:
            self._limits.cut(f"one output is made of more than {MAX_PIECES:,} words", run.location)
        starts = (start for piece in reached for start in piece.islands())
        expressions = tuple(parts[start] for start in dict.fromkeys(starts) if start in parts)
        variables = dict.fromkeys(
            variable.name for piece in reached for variable in _variables(piece, script)
        )
        location = run.location_of(write.start, write.end)
        return OutputWrite(name, write, expressions, tuple(variables), location)

    def _assignments(self, script: Script) -> dict[str, list[Word]]:
        if script not in self._values:
            values = self._values[script] = {}
            for assignment in script.assignments:
                if assignment.value is not None:
                    values.setdefault(assignment.name, []).append(assignment.value)
        return self._values[script]


def _variables(piece: Piece, script: Script) -> Iterator[Variable]:
    """The variables whose text a piece holds, but for those of which only harmless characters are left."""
    for variable in piece.variables():
        if variable.operator not in _NO_TEXT and "[^" not in script.text[variable.start : variable.end]:
            yield variable


def _printed(command: Command) -> tuple[Word, ...]:
    """What a command prints: its arguments, and the texts that it is fed."""
    return (*command.args, *(redirect.body for redirect in command.redirects if redirect.body is not None))


def _closure(pieces: Iterator[Piece], script: Script, assigned: dict[str, list[Word]]) -> list[Piece]:
    """The pieces, what their substitutions print, and what the variables in them were assigned."""
    reached: dict[tuple[int, int], Piece] = {}
    names: set[str] = set()
    waiting = list(pieces)
    while waiting and len(reached) < MAX_PIECES:
        piece = waiting.pop()
        if (piece.start, piece.end) in reached:
            continue
        reached[piece.start, piece.end] = piece
        commands = piece.commands(script)
        if not any(map(_cleans, commands)):
            printing = (command for command in commands if command.program in _PASSING)
            waiting.extend(whole(word) for command in printing for word in _printed(command))
        fresh = {variable.name for variable in _variables(piece, script)} - names
        names |= fresh
        for name in fresh:
            waiting.extend(map(whole, assigned.get(name, ())))
    return list(reached.values())


def _cleans(command: Command) -> bool:
    """Whether a filter lets only listed characters through, as `tr -cd` and a hash do."""
    texts = [word.value for word in command.args]
    if command.program == "tr":
        return any(re.fullmatch(r"-[cCds]*[cC][cCds]*|--complement", text) for text in texts)
    if command.program == "sed":
        return any("[^" in text for text in texts)
    if command.program == "grep" and any(re.fullmatch(r"-[a-zA-Z]*o[a-zA-Z]*", text) for text in texts):
        return not re.search(r"[.]|\[\^|\\[SWD]", texts[-1].replace("\\.", ""))
    return command.program in _HASHES
