"""Where the work of a sweep is done: in processes of this machine, or on the workers of a cluster.

Both are a `concurrent.futures.Executor` whose tasks do the same: they have `Processes` attempt a batch of
units. So a unit that crashes or never ends costs itself alone, here as there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from auditor.errors import AuditError, UsageError
from auditor.sweep.workers.process import UNIT_TIMEOUT, Processes, UnitFailure

Unit = TypeVar("Unit")
UnitResult = bytes | UnitFailure

_TICK = 5.0
"""Seconds between two checks whether there is still a worker."""
_WAITING = 2
"""Tasks that are handed out for each that can run, so that nobody has to wait for the next."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Where units are worked on. `attempt` is what a task runs; `width` counts those that run at once.

    `batch` is how many units one task takes at most. `check` raises `AuditError` where nobody works any more.
    """

    executor: Executor
    attempt: Callable[[Callable[[Any], bytes], Sequence[Any]], list[UnitResult]]
    width: int
    batch: int = 1
    check: Callable[[], None] = field(default=lambda: None)

    def map_unordered(
        self, function: Callable[[Unit], bytes], units: Iterable[Unit], *, in_flight: int | None = None
    ) -> Iterator[tuple[Unit, UnitResult]]:
        """Each unit with what `function` gives for it, or with the fault that keeps it from giving any.

        They come as they are done, each exactly once. `function` belongs to a module; `units` are taken only
        when there is room: at most about `in_flight` are held. Whoever's process died is tried once more,
        alone: memory that ran out may have been another's. Raises `AuditError` where no work can be done at
        all; what has come until then stays good.
        """
        room = max(1, in_flight or self.width * self.batch * _WAITING)
        source = iter(units)
        is_more = True
        while is_more:
            suspects: list[Unit] = []

            def next_units(suspects: list[Unit] = suspects) -> Iterator[Unit]:
                nonlocal is_more
                while len(suspects) < room:
                    try:
                        yield next(source)
                    except StopIteration:
                        is_more = False
                        return

            for unit, outcome in self._run(function, next_units(), room):
                if isinstance(outcome, UnitFailure) and outcome.is_death:
                    suspects.append(unit)
                else:
                    yield unit, outcome
            for unit in suspects:
                yield from self._run(function, [unit], 1)

    def _run(
        self, function: Callable[[Unit], bytes], units: Iterable[Unit], room: int
    ) -> Iterator[tuple[Unit, UnitResult]]:
        """Each unit with what comes of its first attempt."""
        size = max(1, min(self.batch, room // (self.width * _WAITING)))
        source = iter(units)
        pending: dict[Future[list[UnitResult]], list[Unit]] = {}
        try:
            while True:
                while len(pending) * size < room and (batch := list(islice(source, size))):
                    pending[self.executor.submit(self.attempt, function, batch)] = batch
                    yield from _done(pending, 0)
                if not pending:
                    return
                found = list(_done(pending, _TICK))
                if not found:
                    self.check()
                yield from found
        finally:
            for future in pending:
                future.cancel()


def _done(
    pending: dict[Future[list[UnitResult]], list[Unit]], seconds: float
) -> Iterator[tuple[Unit, UnitResult]]:
    done, _ = wait(pending, seconds, FIRST_COMPLETED)
    for future in done:
        batch = pending.pop(future)
        yield from zip(batch, _outcomes(future, len(batch)), strict=True)


def _outcomes(future: Future[list[UnitResult]], count: int) -> list[UnitResult]:
    try:
        outcomes = future.result()
    except AuditError:
        raise
    except CancelledError:
        raise AuditError(
            "whoever hands out the work has let go of it",
            help="Look at the scheduler's log; the sweep can be resumed.",
        ) from None
    except Exception as error:  # noqa: BLE001 - a lost task is tried again, and isn't the end of the others
        return [UnitFailure(f"{type(error).__name__}: {error}", is_death=True)] * count
    return outcomes


@contextmanager
def executor_for(
    jobs: int | None = None, scheduler: str | None = None, *, timeout: float = UNIT_TIMEOUT
) -> Iterator[Pool]:
    """A pool of `jobs` processes (by default one a core), or of the workers behind a Dask scheduler.

    `timeout` are the seconds that one unit may take. Raises `UsageError` for options that can't be
    followed, and `AuditError` where nobody works there.
    """
    if jobs is not None and jobs < 1:
        raise UsageError("--jobs is less than 1", help="Leave it out for one a core.")
    if scheduler is not None:
        if jobs is not None:
            raise UsageError("--jobs and --scheduler ask for different places", help="Give one of them.")
        from auditor.sweep.workers.cluster import connected

        with connected(scheduler, timeout) as cluster:
            yield Pool(cluster.executor, cluster.attempt, cluster.width, cluster.batch, cluster.check)
        return
    width = jobs or _cores()
    processes = Processes(timeout)
    executor = ThreadPoolExecutor(width, thread_name_prefix="sweep")
    try:
        yield Pool(executor, processes.attempt, width)
    finally:
        processes.close()
        executor.shutdown(cancel_futures=True)


def _cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
