"""The shell scripts of steps, each parsed once, and what they hand to later steps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from auditor.facts.job.expressions import ExpressionInText, Expressions
from auditor.facts.limits import Limits
from auditor.finding import Location
from auditor.knowledge.programs.text_filters import CHANGES, PRINTERS, WHOLE
from auditor.languages import shell
from auditor.languages.shell import Command, Dialect, Script, Variable, Word
from auditor.languages.yaml import Scalar
from auditor.model.documents import Step

_WINDOWS = re.compile(r"(?i)\bwindows")
_NAMED = re.compile(r"(?m)^[^\S\n]*([A-Za-z_][\w-]*)(?:=|<<)")
_OPENED = re.compile(r"(?m)^[^\S\n]*([A-Za-z_][\w-]*)<<(\S+)\s*\Z")
_NO_TEXT = frozenset({shell.LENGTH, shell.ARITHMETIC, "+", ":+"})
_PASSING = PRINTERS | WHOLE | frozenset(CHANGES) | {"basename", "dirname", "xargs"}
_HASHES = frozenset({"cksum", "md5sum", "sha1sum", "sha256sum", "sha512sum", "wc"})

MAX_WRITES = 200
"""Outputs that are kept of one script."""

MAX_PIECES = 1000
"""Words that the text of one output is followed back through, within its script."""


@dataclass(frozen=True, slots=True, eq=False)
class OutputWrite:
    """A value that a script hands on as an output: what is put into it, and where.

    `literal` is the value, where it is written in one line and made of nothing else.
    """

    name: str
    expressions: tuple[ExpressionInText, ...]
    variables: tuple[str, ...]
    location: Location
    literal: str | None = None


class Scripts:
    """Parses the script of each step once."""

    def __init__(self, expressions: Expressions, limits: Limits) -> None:
        self._limits = limits
        self._expressions = expressions
        self._of: dict[Step, Script | None] = {}
        self._writes: dict[tuple[Step, str], tuple[OutputWrite, ...]] = {}
        self._values: dict[Script, dict[str, list[Word]]] = {}

    def dialect(self, step: Step) -> Dialect:
        """The language of a step's script."""
        return shell.dialect(_shell_of(step), "Windows" if _on_windows(step) else None)

    def of(self, step: Step) -> Script | None:
        """The parsed script of a step; None where it has none or isn't for bash or sh."""
        if step not in self._of:
            self._of[step] = self._parse(step)
        return self._of[step]

    def _parse(self, step: Step) -> Script | None:
        if step.run is None or self.dialect(step) is not Dialect.BASH:
            return None
        script = shell.parse(step.run.value)
        if script.cut_off:
            self._limits.cut(f"the script is read in part only: {script.cut_off}", step.run.location)
        return script

    def outputs(self, step: Step) -> tuple[OutputWrite, ...]:
        """What the script of a step writes to `GITHUB_OUTPUT`, or sets with the old `::set-output`."""
        return self._handed_on(step, "GITHUB_OUTPUT")

    def variables(self, step: Step) -> tuple[OutputWrite, ...]:
        """What the script of a step writes to `GITHUB_ENV`, for the steps after it."""
        return self._handed_on(step, "GITHUB_ENV")

    def _handed_on(self, step: Step, file: str) -> tuple[OutputWrite, ...]:
        key = (step, file)
        if key not in self._writes:
            script = self.of(step)
            found = self._found(script, file, step.run) if script and step.run else iter(())
            self._writes[key] = tuple(found)
        return self._writes[key]

    def _found(self, script: Script, file: str, run: Scalar) -> Iterator[OutputWrite]:
        written = _written(script, file)
        for name, pieces in islice(written, MAX_WRITES):
            yield self._write(name, pieces, script, run)
        if next(written, None) is not None:
            self._limits.cut(f"only the first {MAX_WRITES} writes to `{file}` are followed", run.location)

    def _write(self, name: str, pieces: list[_Piece], script: Script, run: Scalar) -> OutputWrite:
        parts = {part.start: part for part in self._expressions.of(run)}
        reached = _closure(pieces, script, self._assigned(script))
        if len(reached) >= MAX_PIECES:
            self._limits.cut(f"one output is made of more than {MAX_PIECES:,} words", run.location)
        starts = (start for piece in reached for start in piece.islands())
        expressions = tuple(parts[start] for start in dict.fromkeys(starts) if start in parts)
        variables = dict.fromkeys(variable.name for piece in reached for variable in piece.variables(script))
        location = run.location_of(pieces[0].start, pieces[0].end)
        return OutputWrite(name, expressions, tuple(variables), location, _literal(name, pieces))

    def _assigned(self, script: Script) -> dict[str, list[Word]]:
        if script not in self._values:
            values = self._values[script] = {}
            for assignment in script.assignments:
                if assignment.value is not None:
                    values.setdefault(assignment.name, []).append(assignment.value)
        return self._values[script]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word, or the part of a here-document between two offsets."""

    word: Word
    start: int
    end: int

    def islands(self) -> Iterator[int]:
        """Where the expressions in it start."""
        return (start for start, _ in self.word.islands if self.start <= start < self.end)

    def variables(self, script: Script) -> Iterator[Variable]:
        """The variables whose text it holds, but for those of which only harmless characters are left."""
        for variable in self.word.variables:
            kept = (
                variable.operator not in _NO_TEXT and "[^" not in script.text[variable.start : variable.end]
            )
            if kept and self.start <= variable.start < self.end:
                yield variable

    def commands(self, script: Script) -> list[Command]:
        """The commands whose output it holds."""
        return [
            command for command in script.commands_in(self.word) if self.start <= command.start < self.end
        ]


def _literal(name: str, pieces: list[_Piece]) -> str | None:
    """The text of `NAME=text`, where it is one word and nothing in it is expanded."""
    text = pieces[0].word.literal if len(pieces) == 1 else None
    if text is None or "\n" in text.strip() or "\\" in text or not text.strip().startswith(f"{name}="):
        return None
    return text.strip().partition("=")[2]


def _whole(word: Word) -> _Piece:
    return _Piece(word, word.start, word.end)


def _written(script: Script, file: str) -> Iterator[tuple[str, list[_Piece]]]:
    """The names that a script writes to a file of the runner, each with what it puts there."""
    name, delimiter, pieces = "", "", list[_Piece]()
    for command in script.commands:
        old = shell.workflow_command(command, script)
        if old is not None and old.name == "set-output" and file == "GITHUB_OUTPUT":
            yield old.properties.get("name", ""), [_whole(word) for word in command.args]
        if shell.runner_file(command, script) != file:
            continue
        words = _printed(command)
        if delimiter:
            # The lines between `NAME<<DELIMITER` and the delimiter are written by commands of their own.
            pieces += map(_whole, words)
            if any(word.value.strip() == delimiter for word in words):
                yield name, pieces
                delimiter = ""
            continue
        yield from _assignments(words)
        opened = _OPENED.search(words[-1].value) if words else None
        if opened:
            name, delimiter, pieces = opened[1], opened[2], list(map(_whole, words))
    if delimiter:
        yield name, pieces


def _printed(command: Command) -> tuple[Word, ...]:
    """What a command prints: its arguments, and the texts that it is fed."""
    return (*command.args, *(redirect.body for redirect in command.redirects if redirect.body is not None))


def _assignments(words: tuple[Word, ...]) -> Iterator[tuple[str, list[_Piece]]]:
    """The names that a command's words set; words without one belong to the name before them."""
    last: tuple[str, list[_Piece]] | None = None
    for word in words:
        named = list(_lines(word))
        if last is not None and not named:
            last[1].append(_whole(word))
            continue
        if last is not None:
            yield last
        yield from named[:-1]
        last = named[-1] if named else None
    if last is not None:
        yield last


def _lines(word: Word) -> Iterator[tuple[str, list[_Piece]]]:
    """`NAME=value` and `NAME<<DELIMITER` in a word; each gets the text up to the next name."""
    named = list(_NAMED.finditer(word.value))
    if len(named) < 2 or word.text != word.value:
        # Offsets in a quoted word aren't those of the text.
        yield from ((match[1], [_whole(word)]) for match in named)
        return
    for match, following in zip(named, (*named[1:], None), strict=True):
        end = following.start() if following else len(word.value)
        yield match[1], [_Piece(word, word.start + match.start(), word.start + end)]


def _closure(pieces: list[_Piece], script: Script, assigned: dict[str, list[Word]]) -> list[_Piece]:
    """The pieces, what their substitutions print, and what the variables in them were assigned."""
    reached: dict[tuple[int, int], _Piece] = {}
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
            waiting.extend(_whole(word) for command in printing for word in _printed(command))
        fresh = {variable.name for variable in piece.variables(script)} - names
        names |= fresh
        for name in fresh:
            waiting.extend(map(_whole, assigned.get(name, ())))
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


def _shell_of(step: Step) -> str | None:
    job = step.job
    for scalar in (step.shell, job.shell if job else None, job.workflow.shell if job else None):
        if scalar is not None:
            return scalar.value
    return None


def _on_windows(step: Step) -> bool:
    labels = step.job.runs_on.labels if step.job and step.job.runs_on else ()
    return any(_WINDOWS.search(label.value) for label in labels)
