"""What a shell script hands to the runner: each write to one of its files, and `::set-output`, read once.

Source: GitHub's documentation, "Workflow commands for GitHub Actions", read in 2026: the runner reads a file
line by line, `NAME=value`, or `NAME<<DELIMITER`, the lines of the value, and the delimiter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from auditor.languages.shell.printed_lines import Piece, cut, printed_lines, printed_words, whole
from auditor.languages.shell.runner import is_tee, runner_file, workflow_command
from auditor.languages.shell.script import Command, Script, Word

_NAMED = re.compile(r"[\s\"']*(?P<name>[A-Za-z_][\w.-]*)[\"']*(?P<sign>=|<<-?)(?P<rest>.*)", re.DOTALL)
_MENTIONED = re.compile(r"(?m)(?:^|[\s\"'(])([A-Za-z_][\w-]*)(?:=|<<)")
_QUOTES = " \t\r\"'"
_NAMELESS = frozenset({"GITHUB_PATH", "GITHUB_STEP_SUMMARY"})
_SEEN_BY_RUNNER = frozenset({"1", "2", "/dev/stdout", "/dev/stderr"})

MAX_MENTIONS = 200
"""Names that are kept of one line in the arguments of a program."""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line that a command prints, and the pieces that it is made of.

    `computed` holds where a program makes something else of them. `start` and `end` are the place of the
    text; `literal` is the text where nothing in it is expanded.
    """

    command: Command
    pieces: tuple[Piece, ...]
    start: int
    end: int
    computed: bool = False
    literal: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RunnerWrite:
    """One value that a script hands on, and the lines that it stands in.

    `file` is one of `RUNNER_FILES`. `name` is as written; None for a summary, a path, or where the
    script computes it. The first pieces of a line may hold the name before the value. `guessed` holds for a
    name that only stands in the arguments of a program, `by_command` for `::set-output`. `literal` is the
    value where it is written in one line and nothing in it is expanded. `delimiter` is that of a value of
    several lines.
    """

    file: str
    name: str | None
    lines: tuple[Line, ...]
    start: int
    end: int
    guessed: bool = False
    by_command: bool = False
    literal: str | None = None
    delimiter: str | None = None

    def pieces(self) -> Iterator[Piece]:
        """What the value is made of, in the order of the lines."""
        return (piece for line in self.lines for piece in line.pieces)


def runner_writes(script: Script) -> tuple[RunnerWrite, ...]:
    """All that a script hands on; a value of several lines stands where its last line does."""
    return tuple(_RunnerFileReader(script).writes())


@dataclass(slots=True)
class _OpenValue:
    """The value after `NAME<<DELIMITER`, until the delimiter stands alone in a line."""

    file: str
    name: str
    delimiter: str
    opening: Line
    lines: list[Line] = field(default_factory=list)

    def write(self) -> RunnerWrite:
        last = self.lines[-1] if self.lines else self.opening
        end = last.end if last.command is self.opening.command else self.opening.end
        literal = last.literal if len(self.lines) == 1 else None
        lines = tuple(self.lines)
        place = self.opening.start, end
        return RunnerWrite(self.file, self.name, lines, *place, literal=literal, delimiter=self.delimiter)


class _RunnerFileReader:
    """Goes through a script from top to bottom and knows which values are open, one a file."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._open: dict[str, _OpenValue] = {}
        readers = (script.piped_into(command) for command in script.commands)
        self._fed = {reader for reader in readers if reader is not None}

    def writes(self) -> Iterator[RunnerWrite]:
        for command in self._script.commands:
            yield from self._set_output(command)
            file = runner_file(command, self._script)
            # What comes through a pipe into `tee` is the writing of the command before it.
            if file is None or (is_tee(command) and command in self._fed):
                continue
            printed = printed_lines(command)
            if printed is None:
                yield from self._computed(command, file)
                continue
            separator = "" if command.program == "printf" else " "
            for pieces in printed:
                yield from self._line(command, pieces, separator, file)
        for value in self._open.values():
            yield value.write()

    def _set_output(self, command: Command) -> Iterator[RunnerWrite]:
        old = workflow_command(command, self._script)
        if old is None or old.name != "set-output" or not _is_seen(command):
            return
        first = next(iter(printed_words(command)))
        line = Line(command, (whole(old.value),), first.start, first.end)
        name = old.properties.get("name")
        literal = old.value.literal if command.program == "echo" else None
        yield RunnerWrite("GITHUB_OUTPUT", name, (line,), line.start, line.end, False, True, literal)

    def _line(
        self, command: Command, pieces: list[Piece], separator: str, file: str
    ) -> Iterator[RunnerWrite]:
        literal = _literal(pieces, separator)
        line = Line(command, tuple(pieces), *_place(command, pieces), False, literal)
        text = separator.join(piece.text for piece in pieces)
        value = self._open.get(file)
        if file in _NAMELESS:
            yield RunnerWrite(file, None, (line,), line.start, line.end)
        elif value is not None and _bare(text) == value.delimiter:
            yield self._open.pop(file).write()
        elif value is not None:
            value.lines.append(line)
        elif (match := _NAMED.match(text)) is not None and match["sign"] != "=":
            self._open[file] = _OpenValue(file, match["name"], _bare(match["rest"]), line)
        else:
            name = match["name"] if match else None
            value_text = literal.strip().partition("=")[2] if match and literal else None
            yield RunnerWrite(file, name, (line,), line.start, line.end, literal=value_text)

    def _computed(self, command: Command, file: str) -> Iterator[RunnerWrite]:
        """What another program writes: a name in its arguments may be one that it prints."""
        words = (*command.args, *_bodies(command))
        pieces = [piece for word in words for piece in cut(word) if piece.text.strip()]
        value = self._open.get(file)
        if value is not None or file in _NAMELESS:
            line = Line(command, tuple(pieces), command.start, command.end, True)
            if value is not None:
                value.lines.append(line)
            else:
                yield RunnerWrite(file, None, (line,), line.start, line.end)
            return
        names: tuple[str | None, ...] = (None,)
        belonging: list[Piece] = []
        for piece in pieces:
            mentions = list(dict.fromkeys(match[1] for match in _MENTIONED.finditer(piece.text)))
            if mentions and (belonging or names != (None,)):
                yield from _guesses(command, file, names, belonging)
                belonging = []
            names = tuple(mentions[:MAX_MENTIONS]) or names
            belonging.append(piece)
        yield from _guesses(command, file, names, belonging)


def _guesses(
    command: Command, file: str, names: tuple[str | None, ...], pieces: list[Piece]
) -> Iterator[RunnerWrite]:
    start, end = (pieces[0].start, pieces[0].end) if pieces else (command.start, command.end)
    line = Line(command, tuple(pieces), start, end, True)
    for name in names:
        yield RunnerWrite(file, name, (line,), start, end, name is not None)


def _is_seen(command: Command) -> bool:
    """Whether the runner sees what a command prints."""
    if command.stdout is None:
        return True
    target = command.stdout.target
    return target is not None and target.literal in _SEEN_BY_RUNNER


def _bodies(command: Command) -> tuple[Word, ...]:
    return tuple(redirect.body for redirect in command.redirects if redirect.body is not None)


def _place(command: Command, pieces: list[Piece]) -> tuple[int, int]:
    """Where the text of a line stands; of a `printf`, its format."""
    if command.program == "printf":
        text = printed_words(command)[0]
        return text.start, text.end
    first = pieces[0]
    written = first.word.text[first.start - first.word.start : first.end - first.word.start]
    return first.start + len(written) - len(written.lstrip()), max(piece.end for piece in pieces)


def _literal(pieces: list[Piece], separator: str) -> str | None:
    texts = [piece.literal for piece in pieces]
    known = [text for text in texts if text is not None and "\\" not in text and "\n" not in text.strip()]
    return separator.join(known) if len(known) == len(texts) else None


def _bare(text: str) -> str:
    """A delimiter without its quotes, and its variable without braces."""
    return text.strip(_QUOTES).replace("${", "$").replace("}", "").strip(_QUOTES)
