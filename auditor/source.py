"""A text and the places in it: 1-based lines and columns, end-exclusive, in Unicode code points.

A value that was read from the text may lie in it otherwise than it reads: `Runs` say where what is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

_LINE_BREAK = re.compile(r"\r\n|\n|\r")
_BOM = "\ufeff"

BREAKS = "\n\r\x85\u2028\u2029"
"""What ends a line in YAML 1.1, which libyaml speaks. In a value the last two stay what they are."""
BREAK = re.compile(rf"\r\n|[{BREAKS}]")
_WORD = re.compile(rf"[^ \t{BREAKS}]+")
_QUOTED_WORD = re.compile(rf"''|[^ \t{BREAKS}']+")
_UNQUOTED_WORD = re.compile(rf"'|[^ \t{BREAKS}']+")
_DOUBLE_QUOTED = re.compile(
    rf"""
    [ \t]*+ (?P<fold> (?: (?:\r\n|[{BREAKS}]) [ \t]*+ )+ )
      | \\ (?P<escape> x.{{2}} | u.{{4}} | U.{{8}} | (?P<joined> (?:\r\n|[{BREAKS}])[ \t]*+ ) | . )
      | (?P<text> (?: [^\\{BREAKS}\ \t]++ | [ \t]++(?![{BREAKS}]) )+ | . )
    """,
    re.VERBOSE,
)

_Run = tuple[int, int, int]


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """One place in a text. Both numbers count from 1; columns are code points, not bytes."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `start` up to, but not including, `end`."""

    start: Point
    end: Point


FIRST = Span(Point(1, 1), Point(1, 1))
"""Where a finding about a whole file stands."""


@dataclass(frozen=True, eq=False)
class Source:
    """One file's text, without a byte order mark, and the path that reports name it by.

    `path` is relative to the repository's root with forward slashes, as SARIF wants it.
    Offsets are code points from the text's start.
    """

    path: str
    text: str
    bom: bool = False

    @classmethod
    def decode(cls, path: str, data: bytes) -> Source:
        """The text of `data`, which must be UTF-8.

        Raises `UnicodeDecodeError`, whose `start` is the first bad byte.
        """
        text = data.decode("utf-8")
        bom = text.startswith(_BOM)
        return cls(path, text[1:] if bom else text, bom)

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """The offset at which each line starts. Breaks are LF, CR LF and CR, as editors count them."""
        return (0, *(match.end() for match in _LINE_BREAK.finditer(self.text)))

    def point(self, offset: int) -> Point:
        """The place at `offset`; one past the text's end is the end."""
        starts = self.line_starts
        line = bisect_right(starts, offset)
        return Point(line, offset - starts[line - 1] + 1)

    def span(self, start: int, end: int) -> Span:
        """The span between two offsets."""
        return Span(self.point(start), self.point(max(start, end)))

    def line(self, number: int) -> str:
        """The text of line `number` without its break, or nothing where there is no such line."""
        starts = self.line_starts
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")


class Runs:
    """Stretches of a text that stand in a file as they are.

    Each is the offset in the text, the offset in the file and the length, in the order of the text.
    """

    __slots__ = ("_runs", "_starts")

    def __init__(self, runs: Iterable[_Run]) -> None:
        joined: list[_Run] = []
        for start, place, length in runs:
            last = joined[-1] if joined else (0, 0, 0)
            if last[2] and last[0] + last[2] == start and last[1] + last[2] == place:
                joined[-1] = (last[0], last[1], last[2] + length)
            else:
                joined.append((start, place, length))
        self._runs = joined
        self._starts = [run[0] for run in joined]

    def offsets(self, start: int, end: int) -> tuple[int, int] | None:
        """Where `text[start:end]` begins and ends in the file; None where either isn't written as it is."""
        if end <= start:
            place = self._place(start, past=1)
            return None if place is None else (place, place)
        first, last = self._place(start), self._place(end - 1)
        return None if first is None or last is None else (first, last + 1)

    def _place(self, offset: int, past: int = 0) -> int | None:
        """The place of one character, or with `past` of the end of a run, too."""
        number = bisect_right(self._starts, offset) - 1
        if number < 0:
            return None
        start, place, length = self._runs[number]
        return place + offset - start if offset < start + length + past else None


def written_runs(value: str, style: str, text: str, start: int, end: int) -> Runs:
    """How the value of a YAML scalar lies over `text[start:end]`, where it or an alias of it is written.

    `style` is YAML's: `'`, `"`, `|`, `>`, or nothing for a plain one.
    """
    return Runs(_runs(value, style, text, start, end))


def _runs(value: str, style: str, text: str, start: int, end: int) -> Iterator[_Run]:
    if text.startswith("*", start, end):
        return iter(())
    header = BREAK.search(text, start, end) if style in ("|", ">") else None
    quote = 1 if style in ("'", '"') else 0
    if style == "|":
        return _literal_runs(value, text, header.end() if header else end)
    if text[start + quote : end - quote] == value:
        return iter([(0, start + quote, len(value))])
    if style == '"':
        return _double_quoted_runs(value, text, start + 1, end - 1)
    words = (_UNQUOTED_WORD, _QUOTED_WORD) if quote else (_WORD, _WORD)
    return _word_runs(words, value, text, header.end() if header else start + quote, end - quote)


def _literal_runs(value: str, text: str, at: int) -> Iterator[_Run]:
    start = 0
    for line in re.split("[\n\u2028\u2029]", value):
        written = BREAK.search(text, at)
        end = written.start() if written else len(text)
        if start < len(value) and text.endswith(line, at, end):
            yield start, end - len(line), len(line) + 1
        start += len(line) + 1
        at = written.end() if written else end


def _word_runs(
    words: tuple[re.Pattern[str], re.Pattern[str]], value: str, text: str, at: int, end: int
) -> Iterator[_Run]:
    """Folding changes nothing but the white space between words."""
    read, written = words
    last, last_place = 0, at
    for here, there in zip(read.finditer(value), written.finditer(text, at, end), strict=False):
        between = here.start() - last
        if value[last : here.start()] == text[last_place : there.start()]:
            yield last, last_place, between
        yield here.start(), there.start(), len(here[0])
        last, last_place = here.end(), there.end()
    if value[last:] == text[last_place:end]:
        yield last, last_place, end - last_place


def _double_quoted_runs(value: str, text: str, at: int, end: int) -> Iterator[_Run]:
    start, joined = 0, False
    for part in _DOUBLE_QUOTED.finditer(text, at, end):
        if part["text"]:
            if not value.startswith(part["text"], start):
                return
            yield start, part.start(), len(part["text"])
            start += len(part["text"])
        elif part["fold"]:
            breaks = len(BREAK.findall(part["fold"]))
            start += breaks if joined else max(1, breaks - 1)
        elif not part["joined"]:
            start += 1
        joined = part["joined"] is not None


def end_of_block(text: str, start: int, end: int) -> int:
    """The end of a block scalar's last line that isn't blank."""
    last = start + len(text[start:end].rstrip(f" \t{BREAKS}"))
    written = BREAK.search(text, last, end)
    return written.start() if written else end
