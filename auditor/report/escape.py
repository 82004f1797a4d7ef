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
    """`visible`, and no command to the runner in whose log it is printed."""
    return _COMMAND.sub(r"##\\", visible(text))


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


def dump(document: Any) -> str:
    """`document` as JSON in ASCII, ending with a line break.

    Lone surrogates, which JSON can't carry between programs, become U+FFFD.
    """
    text = json.dumps(_well_formed(document), indent=2)
    return _COMMAND.sub(r"\\u0023#", text) + "\n"


def _well_formed(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else _SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {key: _well_formed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_well_formed(item) for item in value]
    return value
