"""Where the rows of tables come from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a row of a table comes from: a page, a manual or a file of a repository; read on `date`."""

    where: str
    date: str
    """`YYYY-MM-DD`, or `YYYY-MM` where the day isn't known."""
