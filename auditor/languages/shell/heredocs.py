"""Where the here-documents of a script stand.

The grammar misreads a body that starts with a backslash or with indented variables. So bodies are found
here by bash's own rule, blanked before the script is parsed, and read on their own.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass

_OPENING = re.compile(r"(?<!<)<<(-?)[ \t]*(\\|['\"]?)([A-Za-z_][\w.-]*)")
_CLOSING = re.compile(r"^(\t*)([A-Za-z_][\w.-]*)$", re.MULTILINE)
_LINE_END = re.compile(r"(?<!\\)\n")
_TOKEN = re.compile(r"\\.|\$?\(|[)\"`]", re.DOTALL)
_VISIBLE = re.compile(r"[^\n]+")


@dataclass(frozen=True, slots=True)
class Heredoc:
    """A here-document: the offset of its `<<`, and its body up to the closing line."""

    operator: int
    start: int
    end: int


def find(masked: str) -> list[Heredoc]:
    """What looks like a here-document. It may stand in a quoted text or a comment: the grammar decides."""
    if "<<" not in masked:
        return []
    closings = _closing_lines(masked)
    found: list[Heredoc] = []
    opening = _OPENING.search(masked)
    while opening:
        at = opening.end()
        if (line_end := _LINE_END.search(masked, at)) is None:
            break
        lines = closings.get((bool(opening[1]), opening[3]), [])
        index = bisect_left(lines, line_end.end())
        if index < len(lines):
            at = lines[index]
            found.append(Heredoc(opening.start(), line_end.end(), at))
        opening = _OPENING.search(masked, at)
    return found


def _closing_lines(masked: str) -> dict[tuple[bool, str], list[int]]:
    """Where each word stands alone on a line, by whether tabs may stand before it (`<<-`)."""
    lines: dict[tuple[bool, str], list[int]] = defaultdict(list)
    for line in _CLOSING.finditer(masked):
        lines[True, line[2]].append(line.start())
        if not line[1]:
            lines[False, line[2]].append(line.start())
    return lines


def blanked(masked: str, heredocs: list[Heredoc]) -> str:
    """`masked` with dots for the bodies, so that the grammar finds nothing in them."""
    pieces: list[str] = []
    at = 0
    for heredoc in heredocs:
        body = masked[heredoc.start : heredoc.end]
        pieces += (masked[at : heredoc.start], _VISIBLE.sub(lambda run: "." * len(run[0]), body))
        at = heredoc.end
    return "".join((*pieces, masked[at:]))


def as_string(body: str) -> str:
    """`body` as a double-quoted string, which expands alike; a double quote of its own is only text."""
    pieces, at, depth, in_backticks = ['"'], 0, 0, False
    for token in _TOKEN.finditer(body):
        match token[0]:
            case '"' if not depth and not in_backticks:
                pieces += (body[at : token.start()], ".")
                at = token.end()
            case "`":
                in_backticks = not in_backticks
            case "$(":
                depth += 1
            case "(" if depth:
                depth += 1
            case ")" if depth:
                depth -= 1
    # A lone backslash at the end would escape the closing quote.
    tail = body[at:]
    return "".join((*pieces, f"{tail[:-1]}." if tail.endswith("\\") else tail, '"'))
