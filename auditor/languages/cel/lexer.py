"""The tokens of a CEL expression.

Source: google/cel-spec, "Language definition", "Syntax" (2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from auditor.languages.cel.syntax import CelError

_TOKEN = re.compile(
    r"""
    (?P<blank> [ \t\n\f\r]+ | //[^\n]* )
    | (?P<string> (?P<mark> [rRbB]{0,2} ) (?P<quote> '''|\"""|'|") )
    | (?P<number> 0x[0-9A-Fa-f]+u? | (?: [0-9]+\.[0-9]+ | \.[0-9]+ | [0-9]+ (?=[eE]) ) (?:[eE][-+]?[0-9]+)?
                  | [0-9]+[uU]? )
    | (?P<name> [A-Za-z_][A-Za-z0-9_]* )
    | (?P<symbol> == | != | <= | >= | && | \|\| | [-+*/%<>!?:.,()\[\]{}] )
    | (?P<hole> [\ue000-\uf8ff]+ )
    """,
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(?:([abfnrtv\\?\"'`])|[xX]([0-9A-Fa-f]{2})|u(\w{4})|U(\w{8})|([0-3][0-7]{2}))")
_PLAIN = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class Token(NamedTuple):
    """One token. `kind` is string, bytes, number, name, hole, the symbol itself, or `end`."""

    kind: str
    text: str
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """The tokens of `text`, and an end. A string's text is what it stands for. Raises `CelError`."""
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise CelError(f"`{text[at]}` is nothing that CEL has", at)
        start, at = at, match.end()
        kind = match.lastgroup
        if match["string"] is not None:
            mark, quote = match["mark"].lower(), match["quote"]
            at = _closing(text, at, quote, is_raw="r" in mark)
            value = text[match.end() : at - len(quote)]
            value = value if "r" in mark else _unescaped(value, match.end())
            yield Token("bytes" if "b" in mark else "string", value, start, at)
        elif kind == "symbol":
            yield Token(match[0], match[0], start, at)
        elif kind != "blank":
            yield Token(str(kind), match[0], start, at)
    yield Token("end", "", len(text), len(text))


def _closing(text: str, at: int, quote: str, *, is_raw: bool) -> int:
    """The end of the quote that closes the string."""
    start = at
    while at < len(text):
        if text[at] == "\\" and not is_raw:
            at += 2
        elif text.startswith(quote, at):
            return at + len(quote)
        elif text[at] in "\r\n" and len(quote) == 1:
            break
        else:
            at += 1
    raise CelError("the text is not closed", start - len(quote))


def _unescaped(text: str, offset: int) -> str:
    if "\\" not in text:
        return text
    made, at = [], 0
    while at < len(text):
        if text[at] != "\\":
            made.append(text[at])
            at += 1
            continue
        match = _ESCAPE.match(text, at)
        if match is None:
            raise CelError(f"`{text[at : at + 2]}` is no escape", offset + at)
        made.append(_char(match, offset + at))
        at = match.end()
    return "".join(made)


def _char(match: re.Match[str], offset: int) -> str:
    plain, byte, short, long, octal = match.groups()
    if plain:
        return _PLAIN.get(plain, plain)
    try:
        code = int(octal, 8) if octal else int(byte or short or long, 16)
        return chr(code)
    except (ValueError, OverflowError):
        raise CelError(f"`{match[0]}` is no character", offset) from None
