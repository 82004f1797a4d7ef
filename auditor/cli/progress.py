"""How far a sweep is, on standard error: bars on a terminal, lines in a log, or nothing."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from auditor.cli.output import drop_output
from auditor.report.escape import printed
from auditor.sweep.progress import Lines, Progress, Silence, counted, duration

_TIMES_A_SECOND = 4
_WIDTH = 30


@contextmanager
def watched(*, silent: bool = False) -> Iterator[Progress]:
    """Progress that suits standard error; what is drawn there is removed at the end."""
    if silent:
        yield Silence()
    elif sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        with Bars(Console(stderr=True)) as bars:
            yield bars
    else:
        lines = Lines(_to_log)
        try:
            yield lines
        finally:
            lines.close()


def _to_log(line: str) -> None:
    try:
        print(line, file=sys.stderr, flush=True)
    except OSError:  # its reader may have gone, and the sweep is worth more
        drop_output(sys.stderr)


class Bars:
    """Progress as a bar a stage and, while requests to GitHub pause, a line with the time that is left."""

    def __init__(self, console: Console, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = RLock()
        self._stages: dict[str, tuple[int, int | None]] = {}
        self._current = ""
        self._wait = (0.0, "")
        self._live = Live(
            self,
            console=console,
            transient=True,
            refresh_per_second=_TIMES_A_SECOND,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def stage(self, name: str, total: int | None = None) -> None:
        """A bar, which runs to and fro where the total isn't known."""
        with self._lock:
            self._current = name
            self._stages[name] = (self._stages.get(name, (0, None))[0], total)

    def advance(self, count: int = 1, stage: str | None = None) -> None:
        """The bar grows."""
        with self._lock:
            name = self._current if stage is None else stage
            done, total = self._stages.get(name, (0, None))
            self._stages[name] = (done + count, total)

    def say(self, text: str) -> None:
        """The text above the bars, escaped."""
        self._live.console.print(Text(f"ci-audit: {printed(text)}"), soft_wrap=True)

    def waiting(self, seconds: float, why: str) -> None:
        """A line below the bars that counts down and then goes."""
        with self._lock:
            self._wait = (self._clock() + seconds, why)

    def __rich__(self) -> Group:
        with self._lock:
            stages, (until, why) = dict(self._stages), self._wait
        table = Table.grid(padding=(0, 2))
        for name, (done, total) in stages.items():
            bar = ProgressBar(total=total, completed=done, width=_WIDTH, pulse=total is None)
            table.add_row(Text(printed(name)), bar, Text(counted(done, total)))
        left = until - self._clock()
        if left <= 0:
            return Group(table)
        text = Text(f"waiting {duration(left)}: {printed(why)}", no_wrap=True, overflow="ellipsis")
        return Group(table, text)
