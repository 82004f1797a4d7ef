"""What a command, a call or an action gives back: its own input, a text of GitHub, or a credential."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias

from auditor.facts.flow.graph.arrival import (
    Arrival,
    ContextField,
    FetchedText,
    MintedCredential,
    UndecidedText,
)
from auditor.knowledge.answers.action_answer import output_of
from auditor.knowledge.answers.calls import HOLE, called
from auditor.knowledge.answers.content import Contents, Kind
from auditor.knowledge.answers.lookup import filtered, taken
from auditor.knowledge.answers.programs import EVENT_FILE, printed
from auditor.knowledge.programs.credentials import minted
from auditor.knowledge.programs.text_changes import text_change
from auditor.knowledge.programs.text_filters import PRINTERS
from auditor.languages.reading import Answer, Argument, Change, FileText, Literal, Name, Pieces, Run
from auditor.languages.yaml import Scalar
from auditor.model.documents import Step

OfPieces: TypeAlias = Callable[[Pieces], Iterable[Arrival]]

MAX_PIPE = 20
"""Commands of a pipe that a text of GitHub is followed through."""

_EVENT_VARIABLE = "GITHUB_EVENT_PATH"
_FILTERS = frozenset({"jq", "gojq", "jaq"})
_JQ_VALUES = frozenset({"--arg", "--argjson"})
_MAJOR = re.compile(r"v?(\d{1,4})(?:\.|$)")


def of_answer(answer: Answer, of_pieces: OfPieces, text: str) -> Iterator[Arrival]:
    """What arrives in what a command prints, or a call gives back. `text` is the script's."""
    run = answer.run
    program = run.program or ""
    words = words_of(run)
    if "." in program:
        yield from _of_call(answer, program, words)
        return
    made = minted(program, (*words, text[run.start : run.end].replace("\n", " ")))
    if made is not None:
        yield Arrival(MintedCredential(made.what))
    elif program in PRINTERS:
        yield from of_pieces(_all(run.arguments))
    elif (contents := _contents(run, 0)) is not None:
        yield from fetched(contents, _named(run))
    elif program in ("jq", "yq") and any(word in _JQ_VALUES for word in words):
        yield from _changed(of_pieces(_all(run.arguments)), Change.ENCODED, "JSON, by `jq`")
    elif (change := text_change(program, words)) is not None:
        if not change.plain:
            given = _narrowed(of_pieces(run.input or _files(run)), program, words)
            yield from _changed(given, change.change, change.by)
    else:
        yield Arrival(UndecidedText(f"what `{program or 'a computed command'}` prints"))


def _of_call(answer: Answer, program: str, words: tuple[str | None, ...]) -> Iterator[Arrival]:
    contents = called(program, words)
    found = taken(contents, answer.path) if contents is not None else None
    if found is None:
        yield Arrival(UndecidedText(f"what `{program}` gives back"))
    else:
        yield from fetched(found, program)


def words_of(run: Run) -> tuple[str | None, ...]:
    """The arguments as the tables read them: a computed one is None, a gap in one is `HOLE`."""
    return tuple(
        EVENT_FILE if is_event_file(argument.pieces) else _word(argument)
        for argument in run.arguments
        if not argument.name
    )


def _word(argument: Argument) -> str | None:
    if not any(isinstance(piece, Literal) for piece in argument.pieces):
        return argument.literal
    return "".join(piece.text if isinstance(piece, Literal) else HOLE for piece in argument.pieces)


def _contents(run: Run, depth: int) -> Contents | None:
    """The texts of GitHub in what a command prints, those that come through a pipe included."""
    if depth > MAX_PIPE:
        return None
    words = words_of(run)
    given: Contents | None = None
    sources = [piece for piece in run.input if not isinstance(piece, Literal)]
    if len(sources) == 1 and isinstance(sources[0], Answer) and not sources[0].path:
        given = _contents(sources[0].run, depth + 1)
    elif len(sources) == 1 and isinstance(sources[0], FileText) and is_event_file(sources[0].file):
        words = (*words, EVENT_FILE)
    program = run.program or ""
    found = printed(program, words, given)
    if found is not None or given is None:
        return found
    change = text_change(program, words)
    if change is None:
        return None
    if change.plain:
        return tuple(each.changed(Change.COUNTED, change.by) for each in given)
    return tuple(each.changed(change.change, change.by) for each in given)


def fetched(contents: Contents, by: str, *, by_action: bool = False) -> Iterator[Arrival]:
    """Each text of GitHub, as what arrives."""
    for content in contents:
        if content.change is Change.COUNTED:
            continue
        arrival: Arrival
        if content.kind is Kind.CREDENTIAL:
            arrival = Arrival(MintedCredential(f"a credential of `{by}`", masked=by_action))
        elif content.kind is Kind.FIELD:
            path = tuple(name.lower() for name in content.path)
            arrival = Arrival(ContextField(path, whole=True))
        else:
            plain = replace(content, change=Change.WHOLE, by="")
            arrival = Arrival(FetchedText(plain, by, by_action))
        yield arrival.changed(content.change, content.by)


def event_field(path: tuple[str, ...]) -> Arrival:
    """A field of the event's payload, read from its file."""
    return Arrival(ContextField(("github", "event", *(name.lower() for name in path)), whole=True))


def is_event_file(pieces: Pieces) -> bool:
    """Whether a path is that of the event's payload."""
    return any(isinstance(piece, Name) and piece.name.upper() == _EVENT_VARIABLE for piece in pieces)


def of_action_output(step: Step, name: str) -> Iterator[Arrival]:
    """What an action of others leaves in an output."""
    assert step.uses is not None
    slug = step.uses.slug
    contents = output_of(slug, name, _inputs(step), _major(step))
    if contents is None:
        yield Arrival(UndecidedText(f"the output `{name}` of `{slug}`"))
    else:
        yield from fetched(contents, slug, by_action=True)


def _inputs(step: Step) -> dict[str, str | None]:
    return {
        entry.key.value.lower(): entry.value.value if "${{" not in entry.value.value else None
        for entry in step.inputs
        if isinstance(entry.value, Scalar)
    }


def _major(step: Step) -> int | None:
    match = _MAJOR.match(step.uses.ref or "") if step.uses else None
    return int(match[1]) if match else None


def _narrowed(arrivals: Iterable[Arrival], program: str, words: tuple[str | None, ...]) -> Iterator[Arrival]:
    """What a filter of `jq` takes of JSON that a command has fetched before."""
    filter = next((word for word in words if word and not word.startswith("-")), None)
    for arrival in arrivals:
        leaf = arrival.leaf
        if (
            program not in _FILTERS
            or filter is None
            or not isinstance(leaf, FetchedText)
            or not leaf.content.path
        ):
            yield arrival
            continue
        for content in filtered((leaf.content,), filter) or ():
            if content.change is not Change.COUNTED:
                plain = replace(content, change=Change.WHOLE, by="")
                narrowed = replace(arrival, leaf=replace(leaf, content=plain))
                yield narrowed.changed(content.change, content.by)


def _changed(arrivals: Iterable[Arrival], change: Change, by: str) -> Iterator[Arrival]:
    if change is Change.COUNTED:
        return
    for arrival in arrivals:
        yield arrival.changed(change, by) if change else arrival


def _all(arguments: tuple[Argument, ...]) -> Pieces:
    return tuple(piece for argument in arguments for piece in argument.pieces)


def _files(run: Run) -> Pieces:
    """The file that a filter reads where it has no input: its last argument."""
    last = run.arguments[-1:]
    return tuple(FileText(argument.pieces, argument.start, argument.end) for argument in last)


def _named(run: Run) -> str:
    """The first words of the command that fetches the text."""
    while len(run.input) == 1 and isinstance(run.input[0], Answer):
        run = run.input[0].run
    plain = [word for word in words_of(run)[:2] if word and not word.startswith("-") and HOLE not in word]
    return " ".join((run.program or "", *(word for word in plain if word != EVENT_FILE)))
