"""Waits for GitHub that end when the sweep does, in whichever thread they are."""

from __future__ import annotations

from threading import Event

from auditor.errors import GitHubError


class StoppableWait:
    """What threads wait with. Limits are waited for up to an hour, and nobody who has stopped a sweep
    shall have to wait for that."""

    def __init__(self) -> None:
        self._is_over = Event()

    def wait(self, seconds: float) -> None:
        """Waits. Raises `GitHubError` where it is over."""
        if self._is_over.wait(seconds):
            raise GitHubError("the sweep has been stopped")

    def end(self) -> None:
        """Ends all waits, those that are still to come, too."""
        self._is_over.set()
