"""How far a sweep is, for whoever watches: as an interface, and as plain lines for logs."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Protocol

from auditor.report.escape import printed

RHYTHM = 10.0
"""Seconds between two lines that only tell how far it is."""


class Progress(Protocol):
    """What a sweep reports while it runs. Safe for threads; nothing of it may fail the sweep."""

    def stage(self, name: str, total: int | None = None) -> None:
        """The stage `name` begins (`listed`, `fetched`, `scanned`), or its total is now known better."""

    def advance(self, count: int = 1, stage: str | None = None) -> None:
        """`count` more are done, in the stage that began last or in the one that is named."""

    def say(self, text: str) -> None:
        """Something that is worth a line. It may be hostile text."""

    def waiting(self, seconds: float, why: str) -> None:
        """No request is made to GitHub for so many seconds from now."""


class Silence:
    """Progress that nobody watches."""

    def stage(self, name: str, total: int | None = None) -> None:
        """Nothing."""

    def advance(self, count: int = 1, stage: str | None = None) -> None:
        """Nothing."""

    def say(self, text: str) -> None:
        """Nothing."""

    def waiting(self, seconds: float, why: str) -> None:
        """Nothing."""


class Lines:
    """Progress as lines: where a stage begins, at most every ten seconds beside that, and at the end.

    `write` takes one line without its break; `clock` is in seconds.
    """

    def __init__(self, write: Callable[[str], None], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._write, self._clock = write, clock
        self._lock = Lock()
        self._stages: dict[str, tuple[int, int | None]] = {}
        self._current = ""
        self._last = ("", clock())

    def stage(self, name: str, total: int | None = None) -> None:
        """A line, where the stage is new."""
        with self._lock:
            is_new = name not in self._stages
            self._current = name
            self._stages[name] = (self._stages.get(name, (0, None))[0], total)
            if is_new:
                self._write_line()

    def advance(self, count: int = 1, stage: str | None = None) -> None:
        """A line, where the last one is long ago."""
        with self._lock:
            name = self._current if stage is None else stage
            done, total = self._stages.get(name, (0, None))
            self._stages[name] = (done + count, total)
            if self._clock() - self._last[1] >= RHYTHM:
                self._write_line()

    def say(self, text: str) -> None:
        """The text as a line, escaped."""
        self._write(f"ci-audit: {printed(text)}")

    def waiting(self, seconds: float, why: str) -> None:
        """A line, whatever the rhythm."""
        self.say(f"waiting {duration(seconds)}: {why}")

    def close(self) -> None:
        """A last line, where the one before doesn't say how far it came."""
        with self._lock:
            if self._stages:
                self._write_line()

    def _write_line(self) -> None:
        text = ", ".join(f"{name} {counted(*counts)}".rstrip() for name, counts in self._stages.items())
        if text != self._last[0]:
            self._write(f"ci-audit: {printed(text)}")
        self._last = (text, self._clock())


def counted(done: int, total: int | None) -> str:
    """How far a stage is: `640 of 1,200`, or `640` where nobody knows how many there are, if any are done."""
    if total is None:
        return f"{done:,}" if done else ""
    return f"{done:,} of {total:,}"


def duration(seconds: float) -> str:
    """A time for people: `58 s`, `12 min 5 s`, `1 h 2 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
