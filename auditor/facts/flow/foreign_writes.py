"""What scripts in other languages than bash hand to the runner: lines that name one of its files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TARGET = re.compile(r"(?i)\b(GITHUB_(?:OUTPUT|ENV|STEP_SUMMARY))\b|::set-output name=([\w-]+)::")
_NAMES = re.compile(r"(?<![\w.-])([A-Za-z_][\w.-]*)(?:=|<<)")
_COMMENTS = ("#", "::", "rem ")


@dataclass(frozen=True, slots=True)
class ForeignWrite:
    """A line and the runner's file that it names; `start` and `end` are its place in the script's text.

    `output` is the name in `::set-output`.
    """

    file: str
    text: str
    start: int
    end: int
    output: str | None = None

    def name(self, offset: int) -> str | None:
        """The name nearest before what stands at an offset of the script; None in a summary."""
        if self.output is not None:
            return self.output
        names = _NAMES.findall(self.text[: offset - self.start])
        return names[-1] if names and self.file != "GITHUB_STEP_SUMMARY" else None


def foreign_writes(script: str) -> Iterator[ForeignWrite]:
    """The lines in their order, without comments; one that names several files counts for each."""
    start = 0
    for line in script.split("\n"):
        end = start + len(line)
        found = () if line.lstrip().lower().startswith(_COMMENTS) else _TARGET.finditer(line)
        for file, output in {(match[1] or "GITHUB_OUTPUT").upper(): match[2] for match in found}.items():
            yield ForeignWrite(file, line, start, end, output)
        start = end + 1
