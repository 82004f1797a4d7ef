"""How much is asked for at once: GitHub gives a query ten seconds, and what that holds differs.

GitHub docs, "Rate limits and query limits for the GraphQL API" (read 2026-11).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class BatchSize:
    """`size` is how many are asked for now, from 1 to `most`."""

    size: int
    most: int

    def slower(self, asked: int) -> None:
        """Half as many as were asked for when GitHub took too long."""
        self.size = max(1, min(self.size, asked) // 2)

    def faster(self) -> None:
        """A quarter more, after it didn't."""
        self.size = min(self.most, self.size + max(1, self.size // 4))
