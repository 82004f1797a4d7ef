"""Regular expressions as RE2 reads them: text to tree.

Source: google/re2, "Syntax" (2026-11). RE2 has no look-around and no references back, so every expression
is a regular language. What isn't followed here is an error of another kind than what RE2 refuses.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass

MAX_LENGTH = 4096
"""Characters of an expression that is followed; a whole condition of Google's has no more."""

MAX_DEPTH = 40
"""Groups within groups."""

MAX_REPEATS = 1000
"""How often RE2 lets something be repeated by a count."""

_MAX_CLASS = 512


class RegexError(ValueError):
    """An expression that RE2 refuses. `offset` is the place in it."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class RegexTooHardError(ValueError):
    """An expression that RE2 may well read, and that isn't followed here."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character: one of `chars`, or with `negated` any but those."""

    chars: frozenset[str]
    negated: bool = False

    def __or__(self, other: Chars) -> Chars:
        if self.negated and other.negated:
            return Chars(self.chars & other.chars, True)
        if self.negated or other.negated:
            without, less = (self, other) if self.negated else (other, self)
            return Chars(without.chars - less.chars, True)
        return Chars(self.chars | other.chars)

    def __invert__(self) -> Chars:
        return Chars(self.chars, not self.negated)

    def __contains__(self, char: str) -> bool:
        return (char in self.chars) != self.negated

    @property
    def any_case(self) -> Chars:
        """The same with the other case of each ASCII letter."""
        folded = {other for char in self.chars if char.isascii() for other in (char.lower(), char.upper())}
        return Chars(self.chars | folded, self.negated)


@dataclass(frozen=True, slots=True)
class Edge:
    """The start of the text, or its end."""

    is_end: bool


@dataclass(frozen=True, slots=True, eq=False)
class Concatenation:
    """One after the other; without parts, the empty text."""

    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Alternation:
    """One of several."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Repeat:
    """`part` at least `least` times, and at most `most` where that is no None."""

    part: Node
    least: int
    most: int | None


Node = Chars | Edge | Concatenation | Alternation | Repeat

_DIGIT = Chars(frozenset(string.digits))
_WORD = Chars(frozenset(string.ascii_letters + string.digits + "_"))
_SPACE = Chars(frozenset("\t\n\f\r "))
_SHORT = {"d": _DIGIT, "w": _WORD, "s": _SPACE, "D": ~_DIGIT, "W": ~_WORD, "S": ~_SPACE}
_CONTROL = {"a": "\a", "f": "\f", "t": "\t", "n": "\n", "r": "\r", "v": "\v"}
_POSIX = {
    "alnum": string.ascii_letters + string.digits,
    "alpha": string.ascii_letters,
    "digit": string.digits,
    "lower": string.ascii_lowercase,
    "upper": string.ascii_uppercase,
    "punct": string.punctuation,
    "word": string.ascii_letters + string.digits + "_",
    "xdigit": string.hexdigits,
}
_HEX = re.compile(r"x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})")
_COUNT = re.compile(r"\{(\d{1,6})(,(\d{1,6})?)?\}")
_GROUP = re.compile(r"\?(?:P?<\w+>|([imsU]*)(?:-([imsU]+))?([:)]))")
_POSIX_CLASS = re.compile(r"\[:(\^?)(\w+):\]")


def parse(text: str) -> Node:
    """The tree of an expression. Raises `RegexError`, or `RegexTooHardError`."""
    if len(text) > MAX_LENGTH:
        raise RegexTooHardError("it is too long")
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self._any_case = False
        self._dot = Chars(frozenset("\n"), True)

    def whole(self) -> Node:
        node = self._choice()
        if self._at < len(self._text):
            raise RegexError("unexpected `)`", self._at)
        return node

    def _next(self) -> str:
        return self._text[self._at : self._at + 1]

    def _choice(self) -> Node:
        """Alternatives up to the end of the group. Its flags end with it."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise RegexTooHardError("its groups are nested too deep")
        flags = (self._any_case, self._dot)
        rows = [self._row()]
        while self._next() == "|":
            self._at += 1
            rows.append(self._row())
        self._any_case, self._dot = flags
        self._depth -= 1
        return rows[0] if len(rows) == 1 else Alternation(tuple(rows))

    def _row(self) -> Node:
        parts: list[Node] = []
        while self._next() not in ("", "|", ")"):
            atom = self._atom()
            if atom is not None:
                parts.append(self._repeated(atom))
        return parts[0] if len(parts) == 1 else Concatenation(tuple(parts))

    def _repeated(self, node: Node) -> Node:
        repeats = 0
        while (found := self._repetition()) is not None:
            repeats += 1
            if repeats > 1:
                raise RegexError("a repetition of a repetition", self._at)
            node = Repeat(node, *found)
            if self._next() == "?":
                self._at += 1
        return node

    def _repetition(self) -> tuple[int, int | None] | None:
        simple: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        if self._next() in simple:
            self._at += 1
            return simple[self._text[self._at - 1]]
        match = _COUNT.match(self._text, self._at)
        if match is None:
            return None
        least = int(match[1])
        most = least if match[2] is None else int(match[3]) if match[3] else None
        if max(least, most or 0) > MAX_REPEATS or (most is not None and most < least):
            raise RegexError("a repetition that RE2 doesn't allow", self._at)
        self._at = match.end()
        return least, most

    def _atom(self) -> Node | None:
        """One thing that may be repeated; None for flags, which match nothing."""
        start, char = self._at, self._next()
        self._at += 1
        if char == "(":
            return self._group()
        if char == "[":
            return self._folded(self._set(start))
        if char == ".":
            return self._dot
        if char in "^$":
            return Edge(char == "$")
        if char == "\\":
            return self._escape(start)
        if char in "*+?":
            raise RegexError(f"nothing stands before `{char}`", start)
        return self._folded(Chars(frozenset(char)))

    def _folded(self, chars: Chars) -> Chars:
        return chars.any_case if self._any_case else chars

    def _group(self) -> Node | None:
        start = self._at - 1
        if self._next() == "?":
            match = _GROUP.match(self._text, self._at)
            if match is None:
                raise RegexError("a group that RE2 doesn't have", start)
            self._at = match.end()
            if match[3]:
                before = (self._any_case, self._dot)
                self._set_flags(match[1], match[2] or "")
                if match[3] == ")":
                    return None
                node = self._choice()
                self._any_case, self._dot = before
                return self._closed(node, start)
        return self._closed(self._choice(), start)

    def _closed(self, node: Node, start: int) -> Node:
        if self._next() != ")":
            raise RegexError("the group is not closed", start)
        self._at += 1
        return node

    def _set_flags(self, on: str, off: str) -> None:
        if "m" in on or "U" in on:
            raise RegexTooHardError("it sets a flag that isn't followed")
        if "i" in on + off:
            self._any_case = "i" in on
        if "s" in on + off:
            self._dot = Chars(frozenset() if "s" in on else frozenset("\n"), True)

    def _escape(self, start: int) -> Node:
        char = self._next()
        if char in ("A", "z"):
            self._at += 1
            return Edge(char == "z")
        found = self._escaped(start)
        return self._folded(found)

    def _escaped(self, start: int) -> Chars:
        """What a backslash makes of what follows it."""
        char = self._next()
        self._at += 1
        if char in _SHORT:
            return _SHORT[char]
        if char in _CONTROL:
            return Chars(frozenset(_CONTROL[char]))
        if char == "x" and (match := _HEX.match(self._text, self._at - 1)):
            self._at = match.end()
            code = int(match[1] or match[2], 16)
            if code > 0x10FFFF:
                raise RegexError("no such character", start)
            return Chars(frozenset(chr(code)))
        if char in ("b", "B", "p", "P", "Q", "C", "0") and char:
            raise RegexTooHardError(f"`\\{char}` isn't followed")
        if not char or (char.isascii() and char.isalnum()):
            raise RegexError(f"`\\{char}` is nothing that RE2 has", start)
        return Chars(frozenset(char))

    def _set(self, start: int) -> Chars:
        """A class in brackets."""
        negated = self._next() == "^"
        self._at += negated
        found = Chars(frozenset())
        first = True
        while first or self._next() != "]":
            first = False
            if not self._next():
                raise RegexError("the class is not closed", start)
            found |= self._member()
        self._at += 1
        return ~found if negated else found

    def _member(self) -> Chars:
        if match := _POSIX_CLASS.match(self._text, self._at):
            if match[2] not in _POSIX:
                raise RegexTooHardError(f"`{match[0]}` isn't followed")
            self._at = match.end()
            named = Chars(frozenset(_POSIX[match[2]]))
            return ~named if match[1] else named
        start = self._at
        low = self._single()
        is_range = self._next() == "-" and self._text[self._at + 1 : self._at + 2] not in ("", "]")
        if not is_range:
            return low
        self._at += 1
        high = self._single()
        if len(low.chars) != 1 or len(high.chars) != 1 or low.negated or high.negated:
            raise RegexError("a range has one character at each end", start)
        first, last = ord(next(iter(low.chars))), ord(next(iter(high.chars)))
        if last < first:
            raise RegexError("a range that runs backwards", start)
        if last - first > _MAX_CLASS:
            raise RegexTooHardError("its ranges are too wide")
        return Chars(frozenset(map(chr, range(first, last + 1))))

    def _single(self) -> Chars:
        start, char = self._at, self._next()
        self._at += 1
        if char == "\\":
            return self._escaped(start)
        return Chars(frozenset(char))
