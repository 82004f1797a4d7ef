"""What was cut off, so that no bound is silent."""

from __future__ import annotations

from auditor.finding import Location, Problem, Stage


class Limits:
    """Remembers each place where an analysis stopped at one of its bounds."""

    def __init__(self) -> None:
        self._problems: dict[tuple[str, Location], Problem] = {}

    def cut(self, message: str, at: Location) -> None:
        """Say once that what stands at `at` was not followed to its end."""
        self._problems.setdefault((message, at), Problem(Stage.MODEL, message, at))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was cut off, in the order in which it was."""
        return tuple(self._problems.values())
