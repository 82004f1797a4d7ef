"""Where scripts let a text do harm: code that is made of it, the runner's files, options of programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from auditor.facts.flow.graph.answers import words_of
from auditor.facts.flow.graph.arrival import Arrival, ContextField, FetchedText
from auditor.facts.flow.graph.flow import Flow
from auditor.facts.flow.injection import Injection, Splice
from auditor.facts.job.readings import Readings, StepReading
from auditor.facts.reach.reach import Reach
from auditor.finding import Location
from auditor.knowledge.answers.content import Kind
from auditor.knowledge.platform.contexts import LINES
from auditor.knowledge.programs.evaluated import INPUT, evaluated
from auditor.knowledge.programs.evaluators import WEAK
from auditor.knowledge.programs.options import Does, is_open
from auditor.languages.reading import Argument, Delimiter, Eval, Island, Literal, Pieces, Run, Write
from auditor.model.documents import Step

_TAKES_VALUE = re.compile(r"-[A-Za-z]*[fo]|-[ACDHILPXbdimptu]|--(?:output|file|directory|data|header)")
_LANGUAGES = {"javascript": "JavaScript", "python": "Python", "shell": "a shell", "powershell": "PowerShell"}
_LONG = frozenset(
    {
        Kind.BODY,
        Kind.COMMIT_MESSAGE,
        Kind.DESCRIPTION,
        Kind.DIFF,
        Kind.FILE_CONTENT,
        Kind.FILE_NAMES,
        Kind.LOG,
        Kind.OTHER,
    }
)

MAX_SINKS = 500
"""Places of one step that are looked at. A script of a thousand lines has some tens."""


class TextSinkKind(Enum):
    """What happens with a text at its end."""

    CODE = "code"
    OPTION = "option"
    VARIABLES = "variables"
    PATH = "path"
    OUTPUTS = "outputs"


@dataclass(frozen=True, slots=True, eq=False)
class TextSink:
    """A text that does harm in a script. `what` says what becomes of it, in words after "it becomes".

    `splices` are the worst first. `may_have_lines` is false where the harm takes a line break, and GitHub's
    own forms let none into the text. `does` is what an option of the program can do.
    """

    kind: TextSinkKind
    step: Step
    location: Location
    what: str
    splices: tuple[Splice, ...]
    may_have_lines: bool = True
    does: Does | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    kind: TextSinkKind
    pieces: Pieces
    start: int
    end: int
    what: str
    does: Does | None = None


class TextSinks:
    """Reads the scripts of a step once."""

    def __init__(self, readings: Readings, flow: Flow, injection: Injection, reach: Reach) -> None:
        self._readings = readings
        self._flow = flow
        self._injection = injection
        self._reach = reach
        self._of: dict[Step, tuple[TextSink, ...]] = {}

    def of(self, step: Step) -> tuple[TextSink, ...]:
        """The places of a step's scripts where somebody's text does harm."""
        if step not in self._of:
            self._of[step] = tuple(self._find(step))
        return self._of[step]

    def _find(self, step: Step) -> Iterator[TextSink]:
        for script in self._readings.of(step):
            candidates = list(_candidates(script))[:MAX_SINKS]
            for candidate in candidates:
                yield from self._look_at(candidate, script, step)

    def _look_at(self, candidate: _Candidate, script: StepReading, step: Step) -> Iterator[TextSink]:
        found: list[Splice] = []
        for path in self._reach.at(step):
            arrivals = self._flow.of_pieces(candidate.pieces, script, path)
            harmful = [arrival for arrival in arrivals if _harms(arrival, candidate)]
            found += self._injection.taints(harmful, path, step)
        if found:
            found.sort(key=lambda splice: -splice.severity)
            at = script.scalar.location_of(candidate.start, candidate.end)
            needs_lines = candidate.kind in (TextSinkKind.VARIABLES, TextSinkKind.OUTPUTS)
            lines = not needs_lines or any(_has_lines(splice.arrival) for splice in found)
            yield TextSink(candidate.kind, step, at, candidate.what, tuple(found), lines, candidate.does)


def _candidates(script: StepReading) -> Iterator[_Candidate]:
    for event in script.events:
        if isinstance(event, Eval):
            yield from _code(event.pieces, event.start, event.end, f"code, by `{event.language}`")
        elif isinstance(event, Run):
            yield from _of_run(event)
        elif isinstance(event, Write) and event.delimiter is not Delimiter.RANDOM:
            kind = {
                "GITHUB_ENV": TextSinkKind.VARIABLES,
                "GITHUB_PATH": TextSinkKind.PATH,
                "GITHUB_OUTPUT": TextSinkKind.OUTPUTS,
            }.get(event.file)
            if kind is not None and not event.toolkit and _is_made(event.pieces):
                yield _Candidate(kind, event.pieces, event.start, event.end, f"`{event.file}`")


def _code(pieces: Pieces, start: int, end: int, what: str) -> Iterator[_Candidate]:
    # What `${{ }}` puts into the script is code at once, whatever is done with it.
    made = tuple(piece for piece in pieces if not isinstance(piece, Island))
    if _is_made(made):
        yield _Candidate(TextSinkKind.CODE, made, start, end, what)


def _of_run(run: Run) -> Iterator[_Candidate]:
    program = run.program
    if program is None:
        yield from _code(run.called, run.start, run.end, "the name of a command")
        return
    words = words_of(run)
    # `eval` is the language's own.
    found = evaluated(program, words) if program != "eval" else ()
    code = [each for each in found if each.language not in WEAK]
    for each in code:
        what = f"code of {_LANGUAGES.get(each.language, each.language)}"
        if each.index == INPUT:
            yield from _code(run.input, run.start, run.end, what)
        elif each.index < len(run.arguments):
            argument = run.arguments[each.index]
            yield from _code(argument.pieces, argument.start, argument.end, what)
    taken = {each.index for each in code}
    for index, argument in enumerate(run.arguments):
        if index in taken or not _leads(argument) or _is_value(words, index):
            continue
        does = is_open(program, words, index)
        if does in (Does.RUNS, Does.WRITES):
            what = f"an option of `{program}`"
            yield _Candidate(TextSinkKind.OPTION, argument.pieces, argument.start, argument.end, what, does)


def _is_value(words: tuple[str | None, ...], index: int) -> bool:
    """Whether the word before takes this one as its value."""
    before = words[index - 1] if index else None
    return before is not None and _TAKES_VALUE.fullmatch(before) is not None


def _leads(argument: Argument) -> bool:
    """Whether an argument begins with what the script doesn't write out."""
    first = argument.pieces[0] if argument.pieces else None
    return first is not None and not isinstance(first, (Literal, Island))


def _is_made(pieces: Pieces) -> bool:
    return any(not isinstance(piece, Literal) for piece in pieces)


def _harms(arrival: Arrival, candidate: _Candidate) -> bool:
    """Whether the text can be what it takes: an option stands first, or follows a blank."""
    if candidate.kind is TextSinkKind.CODE:
        return not _is_in_script(arrival, candidate)
    if candidate.kind is TextSinkKind.OPTION:
        return not arrival.before or arrival.split
    return True


def _is_in_script(arrival: Arrival, _: _Candidate) -> bool:
    """Whether `${{ }}` has put the text into a script on the way: that is a finding of its own."""
    return any(hop.note.endswith("is put into the script") for hop in arrival.hops)


def _has_lines(arrival: Arrival) -> bool:
    """Whether the text may have several lines."""
    if isinstance(arrival.leaf, FetchedText):
        return arrival.leaf.content.kind in _LONG
    if isinstance(arrival.leaf, ContextField):
        return arrival.leaf.whole or any(name in LINES for name in arrival.leaf.path)
    return False
