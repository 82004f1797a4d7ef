"""Where the expressions of a text are, and the tokens of one.

Source: `LexicalAnalyzer.cs`, `ExpressionUtility.cs` and `TemplateReader.cs` of actions/runner.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from auditor.languages.expression.syntax import ExpressionError

BLANKS = (
    "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
)
"""What .NET's `Char.IsWhiteSpace` takes for white space. Python's own set is larger."""

_STOP = rf"()\[\],!<>=&|{BLANKS}"

_TOKEN = re.compile(
    rf"""
    [{BLANKS}]*+
    (?: (?P<name> [A-Za-z_][A-Za-z0-9_-]*+ (?![^.{_STOP}]) ) (?: [{BLANKS}]*+ (?P<call> \( ) )?
      | (?P<string> '[^']*+ (?: ''[^']*+ )* '(?!') )
      | (?P<symbol> == | != | <= | >= | && | \|\| | [!<>()\[\],*] | \.(?![0-9]) )
      | (?P<number> [-+.0-9][^{_STOP}]*+ )
      | (?P<other> [^.{_STOP}]++ | . )
    )
    """,
    re.VERBOSE | re.DOTALL,
)
_ISLAND = re.compile(r"\$\{\{((?:[^'}]++|'[^']*+'|\}(?!\}))*)\}\}")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_INFINITY = {"infinity": float("inf"), "+infinity": float("inf"), "-infinity": float("-inf")}
_NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Island:
    """One `${{ body }}` of a text. Offsets are code points; `body` is as written, with its blanks."""

    start: int
    end: int
    body_start: int
    body: str


class Token(NamedTuple):
    """One token.

    `kind` is name, call (a name and the parenthesis after it), string, number, the symbol itself,
    or other: what is no token.
    """

    kind: str
    text: str
    start: int
    end: int


def islands(text: str) -> tuple[Island, ...]:
    """The `${{ }}` islands of `text`. Each ends at the first `}}` outside a single-quoted string.

    Raises `ExpressionError` for one that isn't closed.
    """
    found = tuple(closed_islands(text))
    rest = text.find("${{", found[-1].end if found else 0)
    if rest >= 0:
        raise ExpressionError("the expression is not closed: '}}' is missing", rest)
    return found


def closed_islands(text: str) -> Iterator[Island]:
    """The islands of `text`, up to the first that isn't closed."""
    start = text.find("${{")
    while start >= 0 and (match := _ISLAND.match(text, start)):
        yield Island(start, match.end(), match.start(1), match[1])
        start = text.find("${{", match.end())


def tokens(text: str, start: int, end: int) -> Iterator[Token]:
    """The tokens between two offsets of `text`; white space must not be the last thing there."""
    for match in _TOKEN.finditer(text, start, end):
        kind = match.lastgroup
        if kind == "symbol":
            symbol = match["symbol"]
            yield Token(symbol, symbol, match.start("symbol"), match.end())
        elif kind == "call":
            yield Token(kind, match["name"], match.start("name"), match.end())
        elif kind:
            yield Token(kind, match[kind], match.start(kind), match.end())


def unquoted(text: str) -> str:
    """The value of a string token."""
    return text[1:-1].replace("''", "'")


def parse_number(text: str) -> float:
    """The number that GitHub reads in `text`: 0 for blanks, NaN for what isn't a number.

    Hexadecimal (`0x`) and octal (`0o`) numbers are those of a signed 32-bit integer, without a sign.
    """
    text = text.strip(BLANKS)
    if not text:
        return 0.0
    if _NUMBER.fullmatch(text):
        return float(text)
    if text.startswith(("0x", "0o")):
        return _parse_bits(text[2:], 16 if text[1] == "x" else 8)
    return _INFINITY.get(text.lower(), _NAN)


def _parse_bits(digits: str, base: int) -> float:
    allowed = "0123456789abcdefABCDEF" if base == 16 else "01234567"
    significant = digits.lstrip("0")
    if not digits or len(significant) > 11 or digits.strip(allowed):
        return _NAN
    value = int(significant or "0", base)
    if value >= 1 << 32:
        return _NAN
    return float(value - (1 << 32) if value >= 1 << 31 else value)
