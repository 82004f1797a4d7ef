"""A text and the places in it: 1-based lines and columns, end-exclusive, in Unicode code points."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

_LINE_BREAK = re.compile(r"\r\n|\n|\r")
_BOM = "\ufeff"


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
