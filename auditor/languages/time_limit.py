"""A limit on the processor time for reading one text: a hostile one must not hold up the others."""

from __future__ import annotations

import time

MAX_SECONDS = 1.0
"""For one text. Real ones need a ten-thousandth of it, a megabyte all of it."""


class CutOff(Exception):
    """Reading a text has stopped, and why. With real texts it never happens."""


class TimeLimit:
    """The time that is left, in seconds of this thread's processor time. `what` is being read."""

    __slots__ = ("_end", "_ticks", "_what")

    def __init__(self, what: str, seconds: float = MAX_SECONDS) -> None:
        self._end = time.thread_time() + seconds
        self._ticks = 0
        self._what = what

    @property
    def has_run_out(self) -> bool:
        """Whether reading has to stop."""
        return time.thread_time() > self._end

    def tick(self) -> None:
        """One small step of work. Raises `CutOff`; looks at the time once in a thousand steps."""
        self._ticks += 1
        if not self._ticks % 1024:
            self.check()

    def check(self) -> None:
        """Raises `CutOff` where no time is left."""
        if self.has_run_out:
            raise CutOff(f"{self._what} takes too long to read")
