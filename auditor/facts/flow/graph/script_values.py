"""Where a value in a script comes from: variables, what commands print, files, and what is outside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias

from auditor.facts.flow.graph.answers import event_field, is_event_file, of_answer
from auditor.facts.flow.graph.arrival import (
    Arrival,
    ContextField,
    MintedCredential,
    UndecidedText,
)
from auditor.facts.flow.graph.scope import Scope
from auditor.facts.job.readings import StepReading
from auditor.knowledge.programs.credentials import VARIABLES
from auditor.languages.anchors import is_narrow
from auditor.languages.reading import (
    Answer,
    Assign,
    Change,
    Field,
    FileText,
    Island,
    Literal,
    Name,
    Piece,
    Pieces,
    Unknown,
)

OfExpression: TypeAlias = Callable[[int, StepReading, Scope], Iterable[Arrival]]
OfVariable: TypeAlias = Callable[[str, Scope], Iterable[Arrival]]
OfFile: TypeAlias = Callable[[str, StepReading, Scope, int], Iterable[Arrival]]

MAX_DEPTH = 30
"""Variables and commands of one script that a value is followed back through."""


class ScriptValues:
    """Follows the pieces of a script's texts back, to what stands outside of it."""

    def __init__(self, of_expression: OfExpression, of_variable: OfVariable, of_file: OfFile) -> None:
        self._of_expression = of_expression
        self._of_variable = of_variable
        self._of_file = of_file

    def of(self, pieces: Pieces, script: StepReading, scope: Scope) -> Iterator[Arrival]:
        """What arrives in a text, its fixed parts round each value."""
        return self._of_pieces(pieces, script, scope, 0)

    def fixed_path(self, pieces: Pieces) -> str | None:
        """The path of a file where it is written out."""
        if not pieces or not all(isinstance(piece, Literal) for piece in pieces):
            return None
        return "".join(piece.text for piece in pieces if isinstance(piece, Literal)).removeprefix("./")

    def _of_pieces(self, pieces: Pieces, script: StepReading, scope: Scope, depth: int) -> Iterator[Arrival]:
        for index, piece in enumerate(pieces):
            if isinstance(piece, Literal):
                continue
            before, after = _text(pieces, index - 1), _text(pieces, index + 1)
            for arrival in self._of_piece(piece, script, scope, depth):
                yield arrival.between(before, after)

    def _of_piece(self, piece: Piece, script: StepReading, scope: Scope, depth: int) -> Iterator[Arrival]:
        if isinstance(piece, Unknown):
            yield Arrival(UndecidedText(piece.why))
            return
        if isinstance(piece, Literal) or piece.change is Change.COUNTED:
            return
        for arrival in self._source(piece, script, scope, depth):
            found = arrival.changed(piece.change, piece.by) if piece.change else arrival
            yield found.cut_into_words() if getattr(piece, "split", False) else found

    def _source(self, piece: Piece, script: StepReading, scope: Scope, depth: int) -> Iterable[Arrival]:
        if depth > MAX_DEPTH:
            return (Arrival(UndecidedText(f"a value of more than {MAX_DEPTH} variables, one in the other")),)
        match piece:
            case Island():
                return self._of_expression(piece.start, script, scope)
            case Name():
                return self._of_name(piece, script, scope, depth)
            case Field():
                return (Arrival(ContextField(piece.path)),)
            case Answer():
                return self._of_answer(piece, script, scope, depth)
            case FileText():
                return self._of_file_text(piece, script, scope)
        return ()

    def _of_name(self, name: Name, script: StepReading, scope: Scope, depth: int) -> Iterator[Arrival]:
        assigns = () if name.environment else script.assigns.get(name.name, ())
        before = [assign for assign in assigns if assign.end <= name.start]
        if _is_tested(name, before, script):
            return
        masked = any(mask < name.start for mask in script.masks.get(name.name, ()))
        values, is_certain = _current(before or list(assigns), name.start)
        for assign in values:
            at = script.scalar.location_of(assign.start, min(assign.end, assign.start + 80))
            for arrival in self._of_pieces(assign.pieces, script, scope, depth + 1):
                # What is assigned is one word again.
                found = replace(arrival, masked=masked or arrival.masked, split=False)
                yield found.passing(f"into the variable `{name.name}`", at)
        if not is_certain and name.name in VARIABLES:
            yield Arrival(MintedCredential(f"`{name.name}`", masked=True))
        elif not is_certain:
            yield from self._of_variable(name.name, scope)

    def _of_answer(self, answer: Answer, script: StepReading, scope: Scope, depth: int) -> Iterator[Arrival]:
        def of_pieces(pieces: Pieces) -> Iterator[Arrival]:
            return self._of_pieces(pieces, script, scope, depth + 1)

        yield from of_answer(answer, of_pieces, script.reading.text)

    def _of_file_text(self, text: FileText, script: StepReading, scope: Scope) -> Iterator[Arrival]:
        if is_event_file(text.file):
            yield event_field(text.path)
            return
        path = self.fixed_path(text.file)
        if path is not None:
            yield from self._of_file(path, script, scope, text.start)
        else:
            yield Arrival(UndecidedText("a file whose path is computed"))


def _text(pieces: Pieces, index: int) -> str:
    piece = pieces[index] if 0 <= index < len(pieces) else None
    return piece.text if isinstance(piece, Literal) else ""


def _current(assigns: list[Assign], at: int) -> tuple[list[Assign], bool]:
    """The assignments whose values a name may have at an offset, and whether one of them is certain."""
    found: list[Assign] = []
    for assign in reversed(assigns):
        found.append(assign)
        if assign.is_certain_at(at):
            return found[::-1], True
    return found[::-1], False


def _is_tested(name: Name, before: list[Assign], script: StepReading) -> bool:
    """Whether the whole text was compared with a pattern, on the way to here, and not assigned anew since."""
    assigned = max((assign.end for assign in before), default=0)
    return any(
        test.whole
        and (test.literal or is_narrow(test.pattern))
        and test.start >= assigned
        and any(start <= name.start < end for start, end in test.holds)
        for test in script.tests.get(name.name, ())
    )
