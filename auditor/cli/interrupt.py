"""Ends a long run in order: where a signal stops it, or an unexpected error."""

from __future__ import annotations

import signal
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import current_thread, main_thread
from types import FrameType
from typing import NoReturn

from auditor.errors import AuditError, Stopped

_LONGEST = 500
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class _Interrupt(KeyboardInterrupt):
    """A signal, on its way through code that lets go of what it holds, and catches no more than errors."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@contextmanager
def expected(help: str) -> Iterator[None]:
    """Turns errors that are none of ours into one that is, with the place and the advice: hours of work end
    in words, too."""
    try:
        yield
    except (AuditError, BrokenPipeError):
        raise
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(frame.filename).name}:{frame.lineno}"
        raise AuditError(
            f"an error that nobody expected: {type(error).__name__} in {place}: {error}"[:_LONGEST], help=help
        ) from error


@contextmanager
def interruptible(help: str) -> Iterator[None]:
    """Turns the first signal that stops the block into `Stopped`, with the advice; the next one ends it as
    ever, so that nobody has to wait for an orderly end that doesn't come."""
    if current_thread() is not main_thread():
        yield
        return
    before = {number: signal.signal(number, _interrupt) for number in _SIGNALS}
    try:
        yield
    except _Interrupt as interrupt:
        name = signal.Signals(interrupt.number).name
        raise Stopped(f"stopped by {name}", number=interrupt.number, help=help) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, _frame: FrameType | None) -> NoReturn:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise _Interrupt(number)
