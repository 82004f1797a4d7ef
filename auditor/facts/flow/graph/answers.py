"""What a command or a call gives back: its own input, a text of GitHub, or a credential."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from auditor.facts.flow.graph.arrival import (
    Arrival,
    ContextField,
    FetchedText,
    MintedCredential,
    UndecidedText,
)
from auditor.facts.flow.graph.filters import change_by
from auditor.knowledge.answers.calls import answered
from auditor.knowledge.answers.content import Content
from auditor.knowledge.answers.programs import jq_paths, minted, narrowed, printed
from auditor.knowledge.programs.text_filters import PRINTERS
from auditor.languages.reading import Answer, Argument, Change, FileText, Literal, Name, Piece, Pieces, Run

OfPieces: TypeAlias = Callable[[Pieces], Iterable[Arrival]]

EVENT_FILE = "GITHUB_EVENT_PATH"
"""The variable with the path of the file that holds the event's payload."""

_JQ = frozenset({"jq", "yq", "gojq", "jaq"})
_JQ_VALUES = frozenset({"--arg", "--argjson"})


def of_answer(answer: Answer, of_pieces: OfPieces, text: str) -> Iterator[Arrival]:
    """What arrives in what a command prints. `text` is the script's."""
    run = answer.run
    program = run.program or ""
    words = tuple(argument.written for argument in run.arguments)
    made = minted(program, words, text[run.start : run.end])
    if made is not None:
        yield Arrival(MintedCredential(f"`{made}`"))
    elif program in PRINTERS:
        yield from of_pieces(_all(run.arguments))
    elif program in _JQ:
        yield from _of_jq(run, words, of_pieces)
    elif (contents := printed(program, words)) is not None:
        yield from fetched(contents, f"`{_called(program, words)}`")
    elif (change := change_by(program, words)) is not None:
        yield from _changed(of_pieces(run.input or _files(run)), *change)
    elif (contents := answered(program, answer.path)) is not None:
        yield from fetched(contents, f"`{program}`")
    else:
        yield Arrival(UndecidedText(f"what `{program or 'a computed command'}` prints"))


def fetched(contents: Iterable[Content], by: str) -> Iterator[Arrival]:
    """Each text of GitHub, as a leaf."""
    return (Arrival(FetchedText(content, by)) for content in contents)


def event_fields(paths: Iterable[tuple[str, ...]]) -> Iterator[Arrival]:
    """Fields of the event's payload, read from its file."""
    for path in paths:
        names = tuple(name.lower() for name in path)
        yield Arrival(ContextField(("github", "event", *names), whole=True))


def is_event_file(pieces: Pieces) -> bool:
    """Whether a path is that of the event's payload."""
    return any(isinstance(piece, Name) and piece.name.upper() == EVENT_FILE for piece in pieces)


def _of_jq(run: Run, words: tuple[str | None, ...], of_pieces: OfPieces) -> Iterator[Arrival]:
    """`jq FILTER` of the event's file, of a command's answer, or of any other text."""
    values = {index + 2 for index, word in enumerate(words) if word in _JQ_VALUES}
    for index in values:
        if index < len(run.arguments):
            yield from _changed(of_pieces(run.arguments[index].pieces), Change.ENCODED, "JSON, by `jq`")
    skipped = values | {index - 1 for index in values} | {index - 2 for index in values}
    plain = [
        argument
        for index, argument in enumerate(run.arguments)
        if index not in skipped and not (argument.literal or "").startswith("-")
    ]
    filter = plain[0].literal if plain else None
    paths = jq_paths(filter) if filter is not None else ((),)
    if paths is None:
        return
    sources: list[Piece] = [*run.input]
    for argument in plain[1:]:
        sources.append(FileText(argument.pieces, argument.start, argument.end))
    for source in sources:
        if isinstance(source, FileText) and is_event_file(source.file):
            yield from event_fields(paths)
        elif isinstance(source, Answer) and filter is not None:
            inner = tuple(argument.written for argument in source.run.arguments)
            contents = narrowed(source.run.program or "", inner, filter)
            if contents is not None:
                yield from fetched(contents, f"`{_called(source.run.program or '', inner)}`")
            else:
                yield from _changed(of_pieces((source,)), Change.PART, _field_by_jq(paths))
        elif not isinstance(source, Literal):
            yield from _changed(of_pieces((source,)), Change.PART, _field_by_jq(paths))


def _field_by_jq(paths: tuple[tuple[str, ...], ...]) -> str:
    names = [path[-1] for path in paths if path]
    return f"the field `{names[0]}`, by `jq`" if len(names) == 1 else "a field of it, by `jq`"


def _changed(arrivals: Iterable[Arrival], change: Change, by: str) -> Iterator[Arrival]:
    if change is Change.COUNTED:
        return
    for arrival in arrivals:
        yield arrival.changed(change, by) if change else arrival


def _all(arguments: tuple[Argument, ...]) -> Pieces:
    return tuple(piece for argument in arguments for piece in argument.pieces)


def _files(run: Run) -> Pieces:
    """The files that a filter reads where it has no input: its last argument."""
    last = run.arguments[-1:]
    return tuple(FileText(argument.pieces, argument.start, argument.end) for argument in last)


def _called(program: str, words: tuple[str | None, ...]) -> str:
    plain = [word for word in words[:2] if word and not word.startswith("-")]
    return " ".join((program, *plain))
