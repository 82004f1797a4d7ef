"""JSON that is written inside a text, with holes in it: a heredoc's, a file's, a document in `Fn::Sub`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from auditor.cloud.values import Datum, Encoded, Field, Fields, List, Null, Part, Value, merged
from auditor.finding import Location, Problem, Stage
from auditor.languages.yaml import Mapping, Node, Scalar, Sequence, parse
from auditor.source import Source

_FIRST, _MOST = 0xE000, 1_000
_PLACEHOLDER = re.compile("[\ue000-\ue3e7]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a text of JSON says; None where it isn't known, or no JSON, as the problems say."""

    datum: Datum | None
    problems: tuple[Problem, ...] = ()


def decoded(value: Value) -> Decoded:
    """What is in a text of JSON, with the places where it is written."""
    if isinstance(value.hole, Encoded):
        return Decoded(value.hole.datum)
    if value.hole or len(value.holes) > _MOST:
        return Decoded(None)
    return _JsonTextReader(value).read()


class _JsonTextReader:
    def __init__(self, value: Value) -> None:
        self._value = value
        self._holes = value.holes
        numbers = count(_FIRST)
        pieces = (
            _PLACEHOLDER.sub("\ufffd", part) if isinstance(part, str) else chr(next(numbers))
            for part in value.parts
        )
        self._source = Source(value.location.path, "".join(pieces))

    def read(self) -> Decoded:
        tree = parse(self._source)
        if tree.root is None:
            return Decoded(None, tuple(self._moved(problem) for problem in tree.problems))
        return Decoded(self._datum(tree.root), tuple(self._moved(problem) for problem in tree.problems))

    def _moved(self, problem: Problem) -> Problem:
        start = problem.location.span.start
        line = self._source.line_starts[min(start.line, len(self._source.line_starts)) - 1]
        at = line + start.column - 1
        message = problem.message.replace("not YAML", "not JSON")
        return Problem(Stage.MODEL, message, self._location(at, at))

    def _location(self, start: int, end: int) -> Location:
        written = self._value.written
        offsets = written.runs.offsets(start, end) if written else None
        if written is None or offsets is None:
            return self._value.location
        return Location(written.source.path, written.source.span(*offsets))

    def _datum(self, node: Node) -> Datum:
        if isinstance(node, Mapping):
            entries = tuple(self._field(entry.key, entry.value) for entry in node)
            return Fields(entries, self._location(node.start, node.end))
        if isinstance(node, Sequence):
            return List(tuple(self._datum(item) for item in node), self._location(node.start, node.end))
        assert isinstance(node, Scalar)
        return Null(self._location(node.start, node.end)) if node.is_null else self._scalar(node)

    def _field(self, key: Scalar, value: Node) -> Field:
        return Field(self._text(key), self._datum(value), self._location(key.start, max(key.end, value.end)))

    def _scalar(self, node: Scalar) -> Datum:
        value = self._text(node)
        if node.is_plain and isinstance(value.hole, Encoded):
            return value.hole.datum or value
        return value

    def _text(self, node: Scalar) -> Value:
        parts = merged(self._parts(node.value))
        return Value(parts, self._location(node.start, node.end))

    def _parts(self, text: str) -> Iterator[Part]:
        at = 0
        for match in _PLACEHOLDER.finditer(text):
            yield text[at : match.start()]
            yield self._holes[ord(match[0]) - _FIRST]
            at = match.end()
        yield text[at:]
