"""What a bash or sh script does with values, as a `Reading`."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from operator import attrgetter

from auditor.languages.reading import (
    Answer,
    Argument,
    Assign,
    Change,
    Delimiter,
    End,
    Eval,
    Event,
    FileText,
    Island,
    Literal,
    Name,
    Piece,
    Pieces,
    Print,
    Reading,
    Run,
    Unknown,
    Write,
)
from auditor.languages.shell.comparisons import tests_of
from auditor.languages.shell.printed_lines import Piece as TextPiece
from auditor.languages.shell.printed_lines import printed_lines, whole
from auditor.languages.shell.runner import runner_file
from auditor.languages.shell.runner_writes import RunnerWrite, runner_writes
from auditor.languages.shell.script import ARITHMETIC, LENGTH, Assignment, Command, Script, Variable, Word
from auditor.languages.time_limit import CutOff, TimeLimit

MAX_DEPTH = 40
"""Substitutions in each other whose commands are read, as many as the parser reads."""

MAX_REGIONS = 200
"""Parts before an offset that are looked at for the one that it stands in."""

_NOTHING = frozenset({LENGTH, ARITHMETIC, "+", ":+"})
_AS_IT_IS = frozenset({None, "-", ":-", "=", ":=", "?", ":?", ",", ",,", "^", "^^"})
_QUOTES = "\"'"
_RANDOM = re.compile(
    r"\b(?:openssl|uuidgen|uuid|urandom|mktemp|shuf|pwgen|RANDOM|SRANDOM|EPOCHREALTIME|secrets)\b|\+%s?%?N"
    r"|\$\{\{"
)
_ONLY_LISTED = re.compile(
    r"\$\{\w+//\[\^(?:[\w\-./:@=+,]|\[:(?:alnum|alpha|digit|lower|upper):\]){1,100}\](?:/[\w\-.]*)?\}?"
)
_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)")
_SILENT = frozenset({"/dev/null"})
_QUIET = frozenset(
    (
        "[", "cd", "declare", "eval", "exit", "export", "local", "read", "return", "set", "shift", "test",
        "trap", "unset",
    )
)  # fmt: skip
"""What the shell does itself, and prints nothing."""

_SEEN = frozenset({"/dev/stdout", "/dev/stderr", "/dev/tty", "1", "2"})
_ENDS = frozenset({"exit", "return"})
_TRACE = re.compile(r"-[a-wyzA-Z]*x[a-zA-Z]*")


def read(script: Script, *, stops_at_errors: bool = True) -> Reading:
    """What the script does, in the order of its text.

    `stops_at_errors`: the shell was started with `-e`, as GitHub does by default.
    """
    return _Reader(script, stops_at_errors).reading()


class _Reader:
    def __init__(self, script: Script, stops_at_errors: bool) -> None:
        self._script = script
        self._stops_at_errors = stops_at_errors
        self._runs: dict[Command, Run] = {}
        self._feeders: dict[Command, list[Command]] = {}
        self._values: dict[str, list[Word | None]] = {}
        for each in script.assignments:
            self._values.setdefault(each.name, []).append(each.value)
        self._regions = sorted(script.branches.regions)
        self._time_limit = TimeLimit("the script")
        self._depth = 0
        for command in script.commands:
            reader = script.piped_into(command)
            if reader is not None:
                self._feeders.setdefault(reader, []).append(command)

    def reading(self) -> Reading:
        script = self._script
        events: list[Event] = []
        cut_off = script.cut_off
        try:
            for event in self._events():
                self._time_limit.check()
                events.append(event)
        except CutOff as reason:
            cut_off = str(reason)
        events.sort(key=attrgetter("start"))
        return Reading(script.text, "sh", tuple(events), script.has_errors, cut_off)

    def _events(self) -> Iterator[Event]:
        script = self._script
        yield from (self._assign(each) for each in script.assignments if each.value is not None)
        for command in script.commands:
            yield from self._of_command(command)
        yield from self._runner_writes(runner_writes(script))
        yield from tests_of(script, self.word, stops_at_errors=self._stops_at_errors)

    def _of_command(self, command: Command) -> Iterator[Event]:
        run = self._run(command)
        yield run
        program = command.program
        if program == "eval":
            pieces = tuple(piece for argument in run.arguments for piece in argument.pieces)
            yield Eval(pieces, "sh", command.start, command.end)
        elif program in _ENDS and command.function is None and not command.in_substitution:
            literal = command.args[0].literal if command.args else None
            yield End(command.start, command.end, literal != "0", not self._is_in_region(command.start))
        elif program == "set" and any(_TRACE.fullmatch(word.text) for word in command.args):
            yield Print((), command.start, command.end, trace=True)
        elif program in ("read", "mapfile", "readarray"):
            yield from self._read_names(command, run)
        elif program == "printf" and len(command.args) > 2 and command.args[0].text == "-v":
            pieces = tuple(piece for argument in run.arguments[2:] for piece in argument.pieces)
            name = command.args[1].value
            yield Assign(name, pieces, command.start, command.end, until=self._until(command.start))
        yield from self._output(command, run)

    def _output(self, command: Command, run: Run) -> Iterator[Event]:
        """Where the output of a command goes: to the log, to a file. The runner's files come apart."""
        if command.program == "tee":
            for word in command.args:
                if not word.text.startswith("-") and runner_file(command, self._script) is None:
                    path = self.word(word)
                    yield Write("", None, run.input, command.start, command.end, path=path)
        target = command.stdout.target if command.stdout is not None else None
        if target is not None and target.literal not in _SILENT | _SEEN:
            if runner_file(command, self._script) is None:
                pieces = self._printed(command, run)
                yield Write("", None, pieces, command.start, command.end, path=self.word(target))
        elif (
            (target is None or target.literal in _SEEN)
            and command.pipes_into is None
            and command.program not in _QUIET
        ):
            if command.in_substitution:
                return
            pieces = self._printed(command, run)
            if pieces:
                yield Print(pieces, command.start, command.end)

    def _printed(self, command: Command, run: Run) -> Pieces:
        lines = printed_lines(command)
        if lines is None:
            return (Answer(run, command.start, command.end),)
        return tuple(piece for line in lines for part in line for piece in self._part(part))

    def _read_names(self, command: Command, run: Run) -> Iterator[Assign]:
        """`read NAME...` takes a line of its input."""
        pieces = run.input or (Unknown("standard input", command.start, command.end),)
        for word in command.args:
            if word.literal and not word.text.startswith("-"):
                until = self._until(command.start)
                yield Assign(word.literal, pieces, command.start, command.end, until=until)

    def _assign(self, assignment: Assignment) -> Assign:
        assert assignment.value is not None
        return Assign(
            assignment.name,
            self.word(assignment.value),
            assignment.start,
            assignment.end,
            assignment.exported,
            assignment.appends,
            self._until(assignment.start),
        )

    def _is_in_region(self, offset: int) -> bool:
        return self._until(offset) >= 0

    def _until(self, offset: int) -> int:
        """The end of the innermost part that doesn't always run, in which an offset stands; -1: none."""
        at = bisect_right(self._regions, (offset, len(self._script.text) + 1))
        for start, end in reversed(self._regions[max(0, at - MAX_REGIONS) : at]):
            if start <= offset < end:
                return end
        return -1

    def _run(self, command: Command) -> Run:
        known = self._runs.get(command)
        if known is not None:
            return known
        arguments = tuple(Argument(self.word(word), word.start, word.end) for word in command.args)
        called = self.word(command.name) if command.name and command.name.literal is None else ()
        run = Run(
            command.program,
            arguments,
            command.start,
            command.end,
            called,
            self._input(command),
            tuple(self._assign(each) for each in command.assignments if each.value is not None),
        )
        self._runs[command] = run
        return run

    def _input(self, command: Command) -> Pieces:
        if command.stdin is not None:
            if command.stdin.body is not None:
                return self.word(command.stdin.body)
            target = command.stdin.target
            if target is None:
                return ()
            substituted = self._answers(target)
            return substituted or (FileText(self.word(target), target.start, target.end),)
        feeders = self._feeders.get(command, ())
        return tuple(piece for feeder in feeders for piece in self._fed(feeder))

    def _fed(self, feeder: Command) -> Pieces:
        run = self._run(feeder)
        return self._printed(feeder, run)

    def word(self, word: Word) -> Pieces:
        """What a word is made of."""
        return tuple(self._part(whole(word)))

    def _part(self, part: TextPiece) -> Iterator[Piece]:
        """What a part of a word is made of, its fixed text between what is expanded."""
        word = part.word
        found: list[Piece] = [*self._names(part), *self._islands(part), *self._answers(word, part)]
        found.sort(key=attrgetter("start"))
        at = max(part.start, word.start)
        end = min(part.end, word.end)
        for piece in found:
            if piece.start < at:
                continue
            if piece.start > at:
                yield from self._literal(at, piece.start)
            yield piece
            at = piece.end
        if at < end:
            yield from self._literal(at, end)

    def _literal(self, start: int, end: int) -> Iterator[Literal]:
        text = self._script.text[start:end]
        plain = re.sub(r"\\(.)|[\"']", lambda match: match[1] or "", text)
        if plain:
            yield Literal(plain, start, end)

    def _names(self, part: TextPiece) -> Iterator[Piece]:
        for variable in part.variables():
            change, by = self._change(variable)
            split = not variable.quoted
            place = variable.start, variable.end
            yield Name(variable.name, *place, change=change, by=by, split=split)

    def _change(self, variable: Variable) -> tuple[Change, str]:
        if variable.operator == "!":
            return Change.PART, "another variable's value"
        if variable.operator in _NOTHING:
            return Change.COUNTED, ""
        if variable.operator in _AS_IT_IS:
            return Change.WHOLE, ""
        text = self._script.text[variable.start : min(variable.end, variable.start + 40)]
        if _ONLY_LISTED.fullmatch(text):
            return Change.COUNTED, ""
        by = f"a part of it, by `{' '.join(text.split())}`"
        return (Change.ENCODED if variable.operator == "@" else Change.PART), by

    def _islands(self, part: TextPiece) -> Iterator[Island]:
        for start in part.islands():
            if not any(first <= start < last for first, last in part.word.substitutions):
                end = next(last for first, last in part.word.islands if first == start)
                yield Island(start, end)

    def _answers(self, word: Word, part: TextPiece | None = None) -> Pieces:
        """What the substitutions of a word print."""
        if self._depth > MAX_DEPTH:
            return (Unknown("too many substitutions in each other", word.start, word.end),)
        self._depth += 1
        found: list[Piece] = []
        for start, end in word.substitutions:
            if part is None or part.start <= start < part.end:
                found += self._answer(start, end)
        self._depth -= 1
        return tuple(found)

    def _answer(self, start: int, end: int) -> Iterator[Piece]:
        split = self._script.text[max(0, start - 1)] not in _QUOTES
        last = None
        inner_end = -1
        for command in self._inside(start, end):
            if command.start < inner_end or command.pipes_into is not None:
                continue
            inner_end = command.end
            if command.stdout is None:
                last = command
                if command.name is None and command.stdin is not None and command.stdin.target is not None:
                    yield FileText(self.word(command.stdin.target), start, end, split=split)
                else:
                    yield from self._of_inner(command, start, end, split)
        if last is None:
            yield Unknown("a substitution that prints nothing", start, end)

    def _of_inner(self, command: Command, start: int, end: int, split: bool) -> Iterator[Piece]:
        run = self._run(command)
        file = self._printed_file(command)
        if file is not None:
            yield FileText(self.word(file), start, end, split=split)
        else:
            yield Answer(run, start, end, split=split)

    def _printed_file(self, command: Command) -> Word | None:
        """The one file that `cat` prints."""
        if command.program != "cat":
            return None
        files = [word for word in command.args if not word.text.startswith("-")]
        return files[0] if len(files) == 1 else None

    def _inside(self, start: int, end: int) -> Iterable[Command]:
        commands = self._script.commands
        first = bisect_left(commands, start, key=attrgetter("start"))
        return commands[first : bisect_left(commands, end, key=attrgetter("start"))]

    def _is_random(self, delimiter: str) -> bool:
        """Whether nobody can know a delimiter before: it is computed, or a variable that is."""
        variable = _VARIABLE.search(delimiter)
        if variable is None or _RANDOM.search(delimiter):
            return _RANDOM.search(delimiter) is not None
        given = self._values.get(variable[1], ())
        return any(word is not None and _RANDOM.search(word.text) for word in given)

    def _runner_writes(self, writes: Iterable[RunnerWrite]) -> Iterator[Write]:
        for write in writes:
            pieces: list[Piece] = []
            for index, line in enumerate(write.lines):
                if line.computed:
                    run = self._run(line.command)
                    pieces.append(Answer(run, line.start, line.end))
                    continue
                found = [piece for part in line.pieces for piece in self._part(part)]
                if not index and write.name is not None and write.delimiter is None and not write.by_command:
                    found = list(_without_name(found))
                pieces += found
            key = None if write.guessed and not write.lines else write.name
            delimiter = Delimiter.LINE
            if write.delimiter is not None:
                delimiter = Delimiter.RANDOM if self._is_random(write.delimiter) else Delimiter.FIXED
            toolkit = "::set-output" if write.by_command else ""
            place = write.start, write.end
            yield Write(write.file, key, tuple(pieces), *place, delimiter, toolkit=toolkit)


def _without_name(pieces: list[Piece]) -> Iterator[Piece]:
    """The pieces of `NAME=value`, from the value on."""
    seen = ""
    is_value = False
    for piece in pieces:
        if is_value:
            yield piece
            continue
        if not isinstance(piece, Literal):
            yield piece
            continue
        seen += piece.text
        _, sign, rest = seen.partition("=")
        if sign:
            is_value = True
            if rest:
                yield Literal(rest, piece.end - len(rest), piece.end)
