"""What a script does with the secrets it is given: which it hands to the runner, and how changed."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter, itemgetter

from auditor.facts.flow.foreign_writes import foreign_writes
from auditor.facts.flow.secrets.value import Mark, SecretValue, merged
from auditor.facts.limits import Limits
from auditor.knowledge.programs.text_filters import CHANGES, HARMLESS_FIELDS, PRINTERS, WHOLE
from auditor.languages import shell
from auditor.languages.shell import ARITHMETIC, LENGTH, Assignment, Command, Script, Variable, Word
from auditor.languages.shell.printed_lines import Piece
from auditor.languages.shell.runner_writes import Line, RunnerWrite
from auditor.languages.yaml import Scalar

MAX_WRITES = 100
"""Writes that are kept of one script."""

MAX_DEPTH = 20
"""Substitutions within each other, and commands of one pipe, that a secret is followed through."""

MAX_COMMANDS = 20_000
"""Looks at a command's output in one script; each command costs one or a few."""

_NOTHING = frozenset({LENGTH, ARITHMETIC, "!", "+", ":+"})
_AS_IT_IS = frozenset({None, "-", ":-", "=", ":=", "?", ":?"})
_FIELD = re.compile(r"\.?(?:[\w.\[\]\"]*\.)?\"?(\w+)\"?(?:\s*//.*)?")


@dataclass(frozen=True, slots=True)
class Write:
    """A secret that a script hands to the runner, and where in the script's text.

    `file` is one of `shell.RUNNER_FILES`; `name` is None where it isn't written out, or there is none.
    """

    file: str
    name: str | None
    value: SecretValue
    start: int
    end: int


def writes(
    script: Script,
    handed_on: tuple[RunnerWrite, ...],
    run: Scalar,
    variables: Callable[[str], SecretValue | None],
    islands: Mapping[int, SecretValue],
    limits: Limits,
) -> list[Write]:
    """Those writes of a bash or sh script, `handed_on`, that hold a secret.

    `variables` gives what the environment holds; `islands` what an expression at an offset of the text
    is replaced by.
    """
    found: dict[object, Write] = {}
    for write in _ScriptWalk(script, handed_on, run, variables, islands, limits).writes():
        key = (write.file, write.name or write.start)
        if len(found) >= MAX_WRITES and key not in found:
            _cut_off_writes(run, limits)
            break
        found.setdefault(key, write)
    return list(found.values())


def foreign_secret_writes(run: Scalar, islands: Mapping[int, SecretValue], limits: Limits) -> list[Write]:
    """The writes of a script in another language: expressions on a line that names a runner's file."""
    offsets = sorted(islands)
    found: list[Write] = []
    for line in foreign_writes(run.value) if offsets else ():
        inside = offsets[bisect_left(offsets, line.start) : bisect_left(offsets, line.end)]
        value = merged(islands[offset] for offset in inside)
        if value and len(found) >= MAX_WRITES:
            _cut_off_writes(run, limits)
            break
        if value:
            start = line.start + len(line.text) - len(line.text.lstrip())
            found.append(Write(line.file, line.name(inside[0]), value, start, line.end))
    return found


def _cut_off_writes(run: Scalar, limits: Limits) -> None:
    limits.cut(f"only the first {MAX_WRITES} secrets that the script hands on are followed", run.location)


class _ScriptWalk:
    """Goes through a script from top to bottom and knows what each variable holds by then."""

    def __init__(
        self,
        script: Script,
        handed_on: tuple[RunnerWrite, ...],
        run: Scalar,
        variables: Callable[[str], SecretValue | None],
        islands: Mapping[int, SecretValue],
        limits: Limits,
    ) -> None:
        self._limits = limits
        self._script = script
        self._run = run
        self._outer = variables
        self._islands = islands
        self._own: dict[str, SecretValue | None] = {}
        self._parts_of: dict[Word, list[tuple[int, SecretValue]]] = {}
        self._budget = MAX_COMMANDS
        self._lines: dict[Command, list[tuple[RunnerWrite, Line]]] = {}
        for write in handed_on:
            for line in write.lines if write.file != "GITHUB_PATH" else ():
                self._lines.setdefault(line.command, []).append((write, line))
        self._feeders: dict[Command, list[Command]] = {}
        for command in script.commands:
            reader = script.piped_into(command)
            if reader is not None:
                self._feeders.setdefault(reader, []).append(command)

    def writes(self) -> Iterator[Write]:
        events: list[Assignment | Command] = [*self._script.assignments, *self._script.commands]
        for event in sorted(events, key=attrgetter("start")):
            if isinstance(event, Assignment):
                self._assign(event)
            else:
                yield from self._command(event)

    def _look_up(self, name: str) -> SecretValue | None:
        return self._own[name] if name in self._own else self._outer(name)

    def _assign(self, assignment: Assignment) -> None:
        if assignment.value is None:
            return
        value = self._word(assignment.value)
        if assignment.appends:
            value = merged((value, self._look_up(assignment.name)))
        note = f"the variable `{assignment.name}` holds it"
        mark = Mark(note, self._run, assignment.start, self._end_of(assignment))
        self._own[assignment.name] = value.passing(mark) if value else None

    def _end_of(self, part: Assignment | Command) -> int:
        """The end of a part's first line."""
        line_break = self._script.text.find("\n", part.start, part.end)
        return part.end if line_break < 0 else line_break

    def _command(self, command: Command) -> Iterator[Write]:
        printed = shell.workflow_command(command, self._script)
        if printed is not None and printed.name == "add-mask" and command.stdout is None:
            self._mask(printed.value)
        self._parts_of.clear()
        for write, line in self._lines.get(command, ()):
            value = self._output(command, 0) if line.computed else self._of_pieces(line.pieces)
            if value:
                whole = line.computed or write.by_command or command.program == "printf"
                place = (command.start, self._end_of(command)) if whole else (line.start, line.end)
                yield Write(write.file, None if write.guessed else write.name, value, *place)

    def _mask(self, word: Word) -> None:
        for variable in word.variables:
            value = self._look_up(variable.name)
            if value is not None and variable.operator is None:
                self._own[variable.name] = replace(value, masked=True)

    def _of_pieces(self, pieces: tuple[Piece, ...]) -> SecretValue | None:
        return merged(value for piece in pieces for value in self._within(piece))

    def _within(self, piece: Piece) -> Iterator[SecretValue]:
        if piece.word not in self._parts_of:
            self._parts_of[piece.word] = sorted(self._parts(piece.word), key=itemgetter(0))
        parts = self._parts_of[piece.word]
        first, last = (bisect_left(parts, offset, key=itemgetter(0)) for offset in (piece.start, piece.end))
        return (value for _, value in parts[first:last])

    def _word(self, word: Word, depth: int = 0) -> SecretValue | None:
        return merged(value for _, value in self._parts(word, depth))

    def _parts(self, word: Word, depth: int = 0) -> Iterator[tuple[int, SecretValue]]:
        """The secrets in a word, each with the offset of what it comes from."""
        for variable in word.variables:
            if value := self._variable(variable):
                yield variable.start, value
        for start in _own_islands(word):
            if start in self._islands:
                yield start, self._islands[start]
        for command in self._substitutions(word):
            if value := self._output(command, depth + 1):
                yield command.start, value

    def _variable(self, variable: Variable) -> SecretValue | None:
        value = self._look_up(variable.name)
        if value is None or variable.operator in _NOTHING:
            return None
        if variable.operator in _AS_IT_IS:
            return value
        text = self._script.text[variable.start : min(variable.end, variable.start + 40)]
        return value.changed(f"a part of it, by `{' '.join(text.split())}`")

    def _substitutions(self, word: Word) -> Iterator[Command]:
        """The commands whose output becomes part of `word`, without those in the arguments of others."""
        end = -1
        for command in self._script.commands_in(word):
            if command.start < end:
                continue
            end = max((command.end, *(redirect.end for redirect in command.redirects)))
            if command.stdout is None and command.pipes_into is None:
                yield command

    def _output(self, command: Command, depth: int) -> SecretValue | None:
        """What of the secrets a command prints. Of a program that we don't know: nothing."""
        self._budget -= 1
        program = command.program or ""
        if depth > MAX_DEPTH or self._budget < 0:
            said = "what a command prints isn't followed through so many others"
            self._limits.cut(said, self._run.location)
            return None
        if program in PRINTERS:
            return merged(self._word(word, depth) for word in command.args)
        if program not in WHOLE and program not in CHANGES:
            return None
        value = self._input(command, depth)
        if value is None or _keeps_whole(program, command):
            return value
        return None if _prints_no_secret(program, command) else value.changed(CHANGES[program])

    def _input(self, command: Command, depth: int) -> SecretValue | None:
        if command.stdin is not None:
            return self._word(command.stdin.body, depth) if command.stdin.body else None
        return merged(self._output(feeder, depth + 1) for feeder in self._feeders.get(command, ()))


def _own_islands(word: Word) -> Iterator[int]:
    """Where expressions stand in a word, without those in its substitutions, which their commands read."""
    starts = [start for start, _ in word.substitutions]
    for start, _ in word.islands:
        before = bisect_right(starts, start) - 1
        if before < 0 or start >= word.substitutions[before][1]:
            yield start


def _keeps_whole(program: str, command: Command) -> bool:
    """Whether the program hands its input on: `tr` that only drops line breaks does."""
    if program in WHOLE:
        return True
    texts = [word.value for word in command.args]
    return program == "tr" and len(texts) == 2 and texts[0] == "-d" and set(texts[1]) <= set("\\nr\n\r")


def _prints_no_secret(program: str, command: Command) -> bool:
    """Whether what is printed is a hash, a count, a test, or a field that is no secret."""
    texts = [word.value for word in command.args]
    if program == "openssl":
        return not texts or texts[0].removeprefix("-") not in ("base64", "enc")
    if program == "grep":
        return any(re.fullmatch(r"-[a-zA-Z]*[qc][a-zA-Z]*|--quiet|--count", text) for text in texts)
    if program in ("jq", "yq"):
        filters = [text for text in texts if not text.startswith("-")][:1]
        return any((match := _FIELD.fullmatch(text)) and is_harmless(match[1]) for text in filters)
    return False


def is_harmless(field: str) -> bool:
    """Whether a field of that name in a credential names somebody and doesn't authenticate them."""
    return field.lower() in HARMLESS_FIELDS
