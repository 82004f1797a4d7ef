"""The lines that code writes to a runner's file, taken apart into names and values.

Source: GitHub's documentation, "Workflow commands for GitHub Actions", read in 2026: `NAME=value`, or
`NAME<<DELIMITER`, the lines of the value, and the delimiter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.languages.reading import Delimiter, Literal, Piece, Pieces

_OPENING = re.compile(r"\s*([A-Za-z_][\w.-]*)<<(.*)", re.DOTALL)
_NAMED = re.compile(r"\s*([A-Za-z_][\w.-]*)=(.*)", re.DOTALL)
_NAMELESS = frozenset({"GITHUB_PATH", "GITHUB_STEP_SUMMARY"})

MAX_LINES = 2000
"""Lines of one text that are told apart; the rest belongs to the last."""


def runner_lines(file: str, pieces: Pieces) -> Iterator[tuple[str | None, Pieces, Delimiter]]:
    """Each name that the text gives a value, None where it is computed, with the value's pieces."""
    if file in _NAMELESS:
        yield None, pieces, Delimiter.LINE
        return
    open_name: str | None = None
    closing, inside = "", list[Piece]()
    delimiter = Delimiter.FIXED
    for line in _lines(pieces):
        first = line[0] if line else None
        text = first.text if isinstance(first, Literal) else ""
        if open_name is not None:
            if len(line) == 1 and isinstance(first, Literal) and text.strip() == closing and closing:
                yield open_name, tuple(inside), delimiter
                open_name, inside = None, []
            else:
                inside += line
        elif (opening := _OPENING.match(text)) is not None:
            open_name, closing, inside = opening[1], opening[2].strip(), []
            delimiter = Delimiter.FIXED if len(line) == 1 and closing else Delimiter.RANDOM
        elif (named := _NAMED.match(text)) is not None:
            rest = (Literal(named[2], line[0].end - len(named[2]), line[0].end),) if named[2] else ()
            yield named[1], (*rest, *line[1:]), Delimiter.LINE
        elif any(not isinstance(piece, Literal) for piece in line):
            yield None, tuple(line), Delimiter.LINE
    if open_name is not None:
        yield open_name, tuple(inside), delimiter


def _lines(pieces: Pieces) -> Iterator[list[Piece]]:
    line: list[Piece] = []
    count = 0
    for piece in pieces:
        if not isinstance(piece, Literal):
            line.append(piece)
            continue
        parts = re.split(r"\\n|\n", piece.text) if count < MAX_LINES else [piece.text]
        for index, part in enumerate(parts):
            if index:
                count += 1
                yield line
                line = []
            if part:
                line.append(Literal(part, piece.start, piece.end))
    if line:
        yield line
