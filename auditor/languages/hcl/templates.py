"""Quoted texts and heredocs: escapes, indentation, and where the characters that are left stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

Run = tuple[int, int, int]
"""An offset in a value, the offset in the text where it stands, and for how many characters."""

_QUOTED = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)|\$\$\{|%%\{", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_INDENT = re.compile(r"^([ \t]*)\S", re.MULTILINE)


def unquoted(text: str, start: int, end: int) -> tuple[str, list[Run]]:
    """The value of a part of a quoted text."""
    return _replaced(text, start, end, _QUOTED, _unescaped)


def unescaped(text: str, start: int, end: int, *, indent: int = 0) -> tuple[str, list[Run]]:
    """The value of a part of a heredoc whose lines lose `indent` blanks each."""
    if start and text[start - 1] == "\n":
        start += _blanks(text, start, min(end, start + indent))
    pattern = re.compile(rf"\$\$\{{|%%\{{|\n[ \t]{{0,{indent}}}")
    return _replaced(text, start, end, pattern, _one_less)


def heredoc_body(text: str, start: int, end: int) -> tuple[int, int, int]:
    """Where the lines of the heredoc `text[start:end]` begin and end, and how far all are indented.

    Only `<<-` takes the indentation away.
    """
    first = text.find("\n", start, end) + 1 or end
    last = max(first, text.rfind("\n", start, end) + 1)
    if not text.startswith("<<-", start):
        return first, last, 0
    return first, last, min((len(found[1]) for found in _INDENT.finditer(text, first, last)), default=0)


def strips(interpolation: str) -> tuple[bool, bool]:
    """Whether `${~` and `~}` take away the white space before and behind."""
    return interpolation[2:3] == "~", interpolation[-2:-1] == "~"


def _blanks(text: str, start: int, end: int) -> int:
    return end - start - len(text[start:end].lstrip(" \t"))


def _one_less(found: str) -> str:
    return "\n" if found[0] == "\n" else found[1:]


def _unescaped(found: str) -> str:
    if found[0] != "\\":
        return found[1:]
    if len(found) > 2:
        number = int.from_bytes(bytes.fromhex(found[2:]))
        return chr(number) if number < 0xD800 or 0xDFFF < number < 0x110000 else "\ufffd"
    return _ESCAPES.get(found[1], found[1])


def _replaced(
    text: str, start: int, end: int, pattern: re.Pattern[str], made: Callable[[str], str]
) -> tuple[str, list[Run]]:
    pieces: list[str] = []
    runs: list[Run] = []
    length = 0
    for place, piece, is_written in _pieces(text, start, end, pattern, made):
        if is_written:
            runs.append((length, place, len(piece)))
        pieces.append(piece)
        length += len(piece)
    return "".join(pieces), runs


def _pieces(
    text: str, start: int, end: int, pattern: re.Pattern[str], made: Callable[[str], str]
) -> Iterator[tuple[int, str, bool]]:
    for match in pattern.finditer(text, start, end):
        yield start, text[start : match.start()], True
        piece = made(match[0])
        yield match.start(), piece, match[0].startswith(piece)
        start = match.end()
    yield start, text[start:end], True
