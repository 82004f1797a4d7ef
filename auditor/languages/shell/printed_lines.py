"""The lines that `echo`, `printf`, `cat` and `tee` print, and the pieces of words that these are made of."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter

from auditor.languages.shell.script import Command, Script, Variable, Word

_BREAK = re.compile(r"(?<!\\)\n")
_BREAK_OR_ESCAPE = re.compile(r"(?<!\\)(?:\\+n|\n)")
_FORMAT = re.compile(
    r"(?P<break>(?<!\\)(?:\\+n|\n))|(?P<percent>%%)|(?P<directive>%[-+ #.*\d]*(?:[a-zA-Z]|\([^()]*\)T))"
)
_ECHO_OPTION = re.compile(r"-[neE]+")
_NOT_PLAIN = frozenset("$`\\\"'")

MAX_FILLED = 2000
"""Directives and breaks of the format of a `printf`, each time that it is filled; what arguments are left
belong to its last line."""

_start = attrgetter("start")
_first = itemgetter(0)


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A word, or the part of one between two offsets of the script's text; no substitution is cut in two."""

    word: Word
    start: int
    end: int

    @property
    def is_whole(self) -> bool:
        """Whether it is all of its word."""
        return self.start <= self.word.start and self.word.end <= self.end

    @property
    def text(self) -> str:
        """The text without the quotes around the word."""
        word = self.word
        if self.is_whole:
            return word.value
        text = word.text[self.start - word.start : self.end - word.start]
        if self.start == word.start:
            text = re.sub(r"^\$?[\"']", "", text)
        return re.sub(r"[\"']$", "", text) if self.end == word.end else text

    @property
    def literal(self) -> str | None:
        """The text where nothing in it is expanded or escaped."""
        if self.is_whole:
            return self.word.literal
        return None if _NOT_PLAIN & set(self.text) else self.text

    def variables(self) -> tuple[Variable, ...]:
        """The variables in it, without those in its substitutions."""
        found = self.word.variables
        return found[bisect_left(found, self.start, key=_start) : bisect_left(found, self.end, key=_start)]

    def islands(self) -> tuple[int, ...]:
        """Where the expressions in it start."""
        found = self.word.islands
        first, last = (bisect_left(found, offset, key=_first) for offset in (self.start, self.end))
        return tuple(start for start, _ in found[first:last])

    def commands(self, script: Script) -> tuple[Command, ...]:
        """The commands in its substitutions, nested ones included."""
        found = script.commands_in(self.word)
        return found[bisect_left(found, self.start, key=_start) : bisect_left(found, self.end, key=_start)]


def whole(word: Word) -> Piece:
    """All of a word."""
    return Piece(word, word.start, word.end)


def printed_lines(command: Command) -> Iterator[list[Piece]] | None:
    """The lines that a command prints; None where a program computes them."""
    if command.program == "echo":
        words = printed_words(command)
        options = command.args[: len(command.args) - len(words)]
        escapes = any("e" in option.text for option in options)
        return _joined(words, _BREAK_OR_ESCAPE if escapes else _BREAK)
    if command.program == "printf":
        if command.args and command.args[0].text == "-v":
            return iter(())
        return _formatted(printed_words(command))
    body = command.stdin.body if command.stdin else None
    if command.program in ("cat", "tee") and body is not None:
        return _joined((body,), _BREAK)
    return None


def _joined(words: Sequence[Word], breaks: re.Pattern[str]) -> Iterator[list[Piece]]:
    """The lines of words that stand side by side."""
    lines: list[list[Piece]] = [[]]
    for word in words:
        _add(lines, word, breaks)
    return (line for line in lines if line)


def _add(lines: list[list[Piece]], word: Word, breaks: re.Pattern[str]) -> None:
    """Continue the last line with a word, and begin one at each break in it."""
    for number, piece in enumerate(cut(word, breaks)):
        if number:
            lines.append([])
        if piece.text:
            lines[-1].append(piece)


def cut(word: Word, breaks: re.Pattern[str] = _BREAK) -> Iterator[Piece]:
    """The lines of a word."""
    start = word.start
    for match in _outside(word, _BREAK_OR_ESCAPE if word.text.startswith("$'") else breaks):
        yield Piece(word, start, word.start + match.start())
        start = word.start + match.end()
    yield Piece(word, start, word.end)


def _outside(word: Word, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Where a pattern stands in a word, but not in its substitutions and expressions."""
    for match in pattern.finditer(word.text):
        offset = word.start + match.start()
        spans = (
            found[index]
            for found in (word.substitutions, word.islands)
            if (index := bisect_right(found, offset, key=_first) - 1) >= 0
        )
        if all(offset >= end for _, end in spans):
            yield match


def _formatted(words: Sequence[Word]) -> Iterator[list[Piece]]:
    """The lines of a `printf`, whose format is filled again until no argument is left."""
    lines: list[list[Piece]] = [[]]
    waiting = deque(words[1:])
    for text in words[:1]:
        parts = list(_outside(text, _FORMAT))
        _fill(text, parts, waiting, lines)
        again = MAX_FILLED // (len(parts) + 1)
        if not any(match["directive"] for match in parts):
            again = 0
            if text.literal is not None:
                # The arguments aren't printed; a computed format may have a directive.
                waiting.clear()
        while waiting and again > 0:
            again -= 1
            _fill(text, parts, waiting, lines)
    for word in waiting:
        _add(lines, word, _BREAK)
    return (line for line in lines if line)


def _fill(text: Word, parts: list[re.Match[str]], waiting: deque[Word], lines: list[list[Piece]]) -> None:
    """One printing of a format, which takes the arguments that its directives need."""
    start = text.start
    for match in parts:
        first, end = text.start + match.start(), text.start + match.end()
        # Of `%%`, one is printed.
        piece = Piece(text, start, first + 1 if match["percent"] else first)
        if piece.text:
            lines[-1].append(piece)
        if match["break"]:
            lines.append([])
        for _ in range(1 + match[0].count("*") if match["directive"] else 0):
            if waiting:
                _add(lines, waiting.popleft(), _BREAK_OR_ESCAPE if match[0].endswith("b") else _BREAK)
        start = end
    piece = Piece(text, start, text.end)
    if piece.text:
        lines[-1].append(piece)


def printed_words(command: Command) -> tuple[Word, ...]:
    """The words that `echo` or `printf` prints."""
    words = command.args
    first = 0
    if command.program == "echo":
        while first < len(words) and _ECHO_OPTION.fullmatch(words[first].text):
            first += 1
    elif words and words[0].text == "--":
        first = 1
    return words[first:]
