"""How many things one query requests: GitHub gives it ten seconds, and how much fits into that differs.

GitHub docs, "Rate limits and query limits for the GraphQL API" (read 2026-11).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class BatchSize:
    """A size that follows what GitHub can answer. `size` is the number to request now, from 1 to `most`."""

    size: int
    most: int

    def slower(self, requested: int) -> None:
        """Half as many as were requested when GitHub took too long."""
        self.size = max(1, min(self.size, requested) // 2)

    def faster(self) -> None:
        """A quarter more, after it didn't."""
        self.size = min(self.most, self.size + max(1, self.size // 4))
