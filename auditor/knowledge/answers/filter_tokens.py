"""The tokens of a filter of `jq`.

Source: the manual of jq 1.7, read 2026-11.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_DEPTH = 30
"""How deep brackets, branches and strings in strings may nest; a deeper filter is unknown."""

_TOKEN = re.compile(
    r"""\s+|\#[^\n]*|(?P<string>")|(?P<field>\.[A-Za-z_]\w*)|(?P<up>\.\.)|(?P<format>@[a-z0-9]+)"""
    r"""|(?P<number>\d+(?:\.\d+)?)|(?P<word>[A-Za-z_]\w*)|(?P<variable>\$[A-Za-z_]\w*)"""
    r"""|(?P<sign>//=|\|=|\?//|//|==|!=|<=|>=|[-+*/%.\[\](){}|,:;?<>=])"""
)
_PLAIN = re.compile(r'[^"\\]+')


class FilterError(Exception):
    """The filter holds something that isn't read."""


@dataclass(frozen=True, slots=True)
class FilterToken:
    r"""One token; of a string, `text` is what is written in it and `parts` the tokens of each `\\( )`."""

    kind: str
    text: str
    parts: tuple[tuple[FilterToken, ...], ...] = ()


def filter_tokens(text: str) -> tuple[FilterToken, ...]:
    """The tokens of a whole filter."""
    return _until_closed(text, 0, 0)[0]


def _until_closed(text: str, at: int, depth: int) -> tuple[tuple[FilterToken, ...], int]:
    """The tokens up to the bracket that closes this part of a string, or to the end; and the place after."""
    if depth > MAX_DEPTH:
        raise FilterError
    found: list[FilterToken] = []
    brackets = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise FilterError
        at, kind = match.end(), match.lastgroup
        if kind == "string":
            token, at = _string(text, at, depth)
            found.append(token)
        elif kind is not None:
            sign = match.group()
            brackets += (sign == "(") - (sign == ")")
            if brackets < 0 and depth:
                return tuple(found), at
            found.append(FilterToken(kind, sign))
    if depth:
        raise FilterError
    return tuple(found), at


def _string(text: str, at: int, depth: int) -> tuple[FilterToken, int]:
    """The string that begins before `at`, and the place after it."""
    written: list[str] = []
    parts: list[tuple[FilterToken, ...]] = []
    while at < len(text):
        plain = _PLAIN.match(text, at)
        if plain:
            written.append(plain.group())
            at = plain.end()
        elif text[at] == '"':
            return FilterToken("string", "".join(written), tuple(parts)), at + 1
        elif text[at + 1 : at + 2] == "(":
            part, at = _until_closed(text, at + 2, depth + 1)
            parts.append(part)
        else:
            written.append(text[at + 1 : at + 2])
            at += 2
    raise FilterError
