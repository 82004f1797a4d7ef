"""The audited text is hostile: what each output needs so that it is shown and not obeyed."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0d\uffa0\U000e0100-\U000e01ef]"
)
"""What Unicode calls default-ignorable and Python printable, but for the two that emoji are followed by."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_A_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")
"""Surrogates that don't stand for a byte of a file name that isn't UTF-8 (PEP 383)."""

_COMMAND = re.compile(r"##(?=(?:vso)?\[)")
"""What makes the rest of a log's line a command to GitHub's runner (`##[`) or to Azure's (`##vso[`)."""

_LINE_COMMAND = re.compile(r"^( *):(?=:)")
"""What makes a line a command to GitHub's runner (`::`), which overlooks blanks before it."""

_FORMULA = re.compile(r"(^|;)([\s\"]*[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""What a spreadsheet may begin a formula with; full-width signs count in some languages."""

_BACKTICKS = re.compile("(`+)`")
_PROSE = re.compile(
    r"(?![0-9]+[.)])"
    r"(?>[A-Za-z]+(?:[-_/][A-Za-z]+)*(?![-_/0-9])|[0-9]{1,6}(?![0-9A-Za-z])|[,;:.](?=[ ]|$)|[()' ])*"
)
"""What can't be Markdown or anything that GitHub makes of a text, wherever in a line it stands."""


def visible(text: str) -> str:
    r"""`text` on one line, with every character that can't be seen written as Python writes it: `\x1b`.

    Those are control characters, line breaks, bidirectional overrides, zero widths and odd blanks.
    """
    if not text.isprintable():
        text = "".join(char if char.isprintable() else _escaped(char) for char in text)
    return text if text.isascii() else _UNSEEN.sub(lambda match: _escaped(match[0]), text)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def printed(text: str) -> str:
    """`visible`, and no command to the runner that prints it in its log."""
    return _COMMAND.sub(r"##\\", visible(text))


def printed_line(text: str) -> str:
    """`printed`, for a text that a line may begin with."""
    return _LINE_COMMAND.sub(r"\1\\:", printed(text))


def printed_path(path: str) -> str:
    """`printed`, for a path that starts a line: with a colon behind it, `:` would begin a command there."""
    shown = printed(path)
    return f"./{shown}" if shown.lstrip().startswith(":") else shown


def sarif_text(text: str, *, links: bool = False) -> str:
    """`text` for a SARIF message, where `[words](1)` would become a link (SARIF 2.1.0, 3.11.6).

    Brackets alone are common in workflows and harmless, so they stay as they are unless `links` follow.
    """
    shown = visible(text)
    return re.sub(r"[\\\[\]]", r"\\\g<0>", shown) if links or "](" in shown else shown


def uri(path: str) -> str:
    """`path` as a relative URI reference, percent-encoded; bytes that aren't UTF-8 keep their value."""
    return quote(_NOT_A_BYTE.sub("\ufffd", path), safe="/", errors="surrogateescape")


def spreadsheet_text(text: str) -> str:
    """`text` for a cell of CSV, where a spreadsheet takes what begins with `=` or the like for a formula.

    That gets an apostrophe before it; so does one behind a semicolon, which divides cells
    where the comma is the decimal mark. Source: OWASP, "CSV Injection" (read 2026-11).
    """
    return _FORMULA.sub(r"\1'\2", visible(text))


def markdown_code(text: str) -> str:
    r"""`text` as a code span of GitHub's Markdown, where nothing is a mention, a reference, a link or HTML.

    It stands in a cell of a table, too: a bar is written as `\x7c`, of backticks in a row all but one as
    `\x60`. Two spans mustn't touch each other. Nothing gives nothing.
    """
    shown = visible(text).replace("|", r"\x7c")
    shown = _BACKTICKS.sub(lambda match: r"\x60" * len(match[1]) + "`", shown)
    if "`" in shown:
        return f"`` {shown} ``"
    return f"`{shown}`" if shown else ""


def markdown_text(text: str) -> str:
    """A message in GitHub's Markdown: words as they are with what its backticks mark as code.

    Where anything but plain words stands outside of its backticks, or these don't match, all of it is code.
    """
    parts = text.split("`")
    plain = all(_PROSE.fullmatch(part) for part in parts[::2])
    apart = all(parts[1:-1]) and len(parts) % 2 == 1
    if plain and apart:
        codes = (markdown_code(part) if index % 2 else part for index, part in enumerate(parts))
        return "".join(codes)
    return markdown_code(text)


def dump(document: Any, *, indent: int | None = 2) -> str:
    """`document` as JSON in ASCII, ending with a line break; on one line where `indent` is None.

    Lone surrogates, which JSON can't carry between programs, become U+FFFD.
    """
    text = json.dumps(_well_formed(document), indent=indent)
    return _COMMAND.sub(r"\\u0023#", text) + "\n"


def _well_formed(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else _SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {key: _well_formed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_well_formed(item) for item in value]
    return value
