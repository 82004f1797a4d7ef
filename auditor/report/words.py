"""Numbers in words."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.finding import Severity


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun: `1 finding`, `2,000 findings`."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def levels(count: Mapping[Severity, int]) -> str:
    """How many there are of each severity, worst first: `1 critical, 2 low`; nothing for none."""
    return ", ".join(f"{count[level]:,} {level}" for level in reversed(Severity) if count.get(level))
