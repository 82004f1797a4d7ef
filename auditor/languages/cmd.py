"""cmd of Windows, as far as it writes to files: `echo x=%S%>>%GITHUB_OUTPUT%`, line by line.

A line that is no `echo`, `set` or redirection is a command of which only the name is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import attrgetter

from auditor.languages.reading import (
    RUNNER_FILES,
    Argument,
    Assign,
    Event,
    Island,
    Literal,
    Name,
    Piece,
    Pieces,
    Print,
    Reading,
    Run,
    Write,
)
from auditor.languages.runner_lines import runner_lines
from auditor.languages.shell.grammar import mask

MAX_LENGTH = 500_000
"""Characters of a script that are read; GitHub takes a file of half a megabyte."""

_VARIABLE = re.compile(r"%(\w+)(?::[^%\n]*)?%|!(\w+)!")
_REDIRECT = re.compile(r"(?P<text>[^>]*?)\s*(?<![\d^])1?>>?\s*(?P<file>\S+)\s*$")
_FIRST = re.compile(r"^\s*(?:\d?>>?\s*(?P<file>\S+)\s+)?@?(?P<rest>.*)$")
_SET = re.compile(r"(?i)set\s+(?:/[ap]\s+)?\"?(?P<name>\w+)=(?P<value>[^\"]*)")
_ECHO = re.compile(r"(?i)echo[ .:]")
_COMMENT = re.compile(r"(?i)\s*@?(?:rem\b|::)")


def read(text: str) -> Reading:
    """What the script does, its `${{ }}` still in it. Never raises."""
    cut_off = "" if len(text) <= MAX_LENGTH else f"the script has more than {MAX_LENGTH:,} characters"
    events = list(_Lines(text[:MAX_LENGTH]).events())
    return Reading(text, "cmd", tuple(sorted(events, key=attrgetter("start"))), cut_off=cut_off)


class _Lines:
    def __init__(self, text: str) -> None:
        self._text = text
        self._islands = mask(text).islands
        self._open: dict[str, list[tuple[Pieces, int, int]]] = {}

    def events(self) -> Iterator[Event]:
        start = 0
        for line in self._text.split("\n"):
            if not _COMMENT.match(line):
                yield from self._line(line, start)
            start += len(line) + 1
        for file, written in self._open.items():
            pieces = tuple(piece for each, _, _ in written for piece in each)
            for key, value, delimiter in runner_lines(file, pieces):
                yield Write(file, key, value, written[0][1], written[-1][2], delimiter)

    def _line(self, line: str, start: int) -> Iterator[Event]:
        first = _FIRST.match(line)
        assert first is not None
        at = start + first.start("rest")
        command, target = first["rest"].rstrip(), first["file"]
        redirected = _REDIRECT.fullmatch(command)
        if redirected is not None:
            command, target = redirected["text"].strip(" ("), redirected["file"].strip('")')
        if not command:
            return
        end = start + len(line.rstrip())
        assigned = _SET.match(command)
        if assigned is not None:
            pieces = tuple(self._pieces(at + assigned.start("value"), at + assigned.end("value")))
            yield Assign(assigned["name"], pieces, at, end, exported=True)
            return
        echo = _ECHO.match(command)
        text = tuple(self._pieces(at + (echo.end() if echo else 0), at + len(command)))
        if target is not None:
            self._write(target, text if echo else (), at, end)
            if target.strip('%"!').upper() not in RUNNER_FILES:
                yield Write("", None, text if echo else (), at, end, path=(Literal(target, at, end),))
        elif echo:
            yield Print(text, at, end)
        program, _, rest = command.partition(" ")
        arguments = (
            (Argument(tuple(self._pieces(end - len(rest), end)), end - len(rest), end),) if rest else ()
        )
        yield Run(re.split(r"[/\\]", program)[-1].lower().removesuffix(".exe"), arguments, at, end)

    def _write(self, target: str, text: Pieces, at: int, end: int) -> None:
        file = target.strip('%"!').upper()
        if file in RUNNER_FILES:
            self._open.setdefault(file, []).append(((*text, Literal("\n", end, end)), at, end))

    def _pieces(self, start: int, end: int) -> Iterator[Piece]:
        found: list[Piece] = [Island(*span) for span in self._islands if start <= span[0] and span[1] <= end]
        for match in _VARIABLE.finditer(self._text, start, end):
            if not any(piece.start <= match.start() < piece.end for piece in found):
                found.append(Name(match[1] or match[2], match.start(), match.end(), environment=True))
        at = start
        for piece in sorted(found, key=attrgetter("start")):
            if at < piece.start:
                yield Literal(self._text[at : piece.start], at, piece.start)
            yield piece
            at = piece.end
        if at < end:
            yield Literal(self._text[at:end], at, end)
