"""Waits for GitHub that end when the sweep does, in whichever thread they are."""

from __future__ import annotations

from threading import Event

from auditor.errors import GitHubError


class StoppableWait:
    """A wait that another thread can end. A rate limit may take an hour, and a sweep that is stopped must not
    go on for that long."""

    def __init__(self) -> None:
        self._is_over = Event()

    def wait(self, seconds: float) -> None:
        """Waits. Raises `GitHubError` where the sweep has been stopped."""
        if self._is_over.wait(seconds):
            raise GitHubError("the sweep has been stopped")

    def end(self) -> None:
        """Ends all waits, those that are still to come, too."""
        self._is_over.set()
