"""What reports on a terminal are made with: colours, and texts cut or folded to its cells."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from auditor.finding import Severity
from auditor.report.escape import printed, printed_line

COLORS = {
    Severity.CRITICAL: "1;31",
    Severity.HIGH: "31",
    Severity.MEDIUM: "33",
    Severity.LOW: "36",
    Severity.INFO: "2",
}
BOLD, DIM, RED = "1", "2", "1;31"


@dataclass(frozen=True, slots=True)
class Paint:
    """Puts ANSI colours around a text, or nothing."""

    color: bool

    def __call__(self, text: str, code: str) -> str:
        """The text in the colours of an ANSI code."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and text else text


def cut(text: str, room: int) -> str:
    """As much of the start of `text` as fits into `room` cells, with an ellipsis where it is cut."""
    if cell_len(text) <= room:
        return text
    cells = 0
    for index, char in enumerate(text):
        cells += cell_len(char)
        if cells >= room:
            return f"{text[:index]}…" if room > 0 else ""
    return text


def folded(text: str, width: int) -> list[str]:
    """`text`, escaped, in lines of at most `width` cells. None of them is a command where a line begins.

    Only once the lines are known is it known what they begin with. A mark takes a cell, so where one is
    needed, all are folded a cell narrower.
    """
    lines = _folded(printed(text), width)
    marked = [printed_line(line) for line in lines]
    if width > 1 and any(cell_len(line) > width for line in marked):
        return [printed_line(line) for line in _folded(printed(text), width - 1)]
    return marked


def _folded(text: str, width: int) -> list[str]:
    console = Console(width=width, color_system=None)
    return [line.plain for line in Text(text).wrap(console, width, overflow="fold")]
