"""Worker processes that a unit may crash or keep busy for ever, at the cost of that unit alone."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock, Timer
from typing import TypeVar

from auditor.errors import AuditError
from auditor.sweep.workers import worker

Unit = TypeVar("Unit")

UNIT_TIMEOUT = 300.0
"""Seconds that one unit may take; a repository takes much less than one."""

_START = 120.0
"""Seconds in which a process must have loaded the rules."""
_GRACE = 10.0
"""Seconds by which a worker's own watch is slower than its parent's, who can say why."""


_PASSED_VARIABLES = frozenset(
    {
        "HOME",
        "LANG",
        "LANGUAGE",
        "PATH",
        "SYSTEMROOT",
        "TEMP",
        "TMP",
        "TMPDIR",
        "TZ",
        "USERPROFILE",
        "VIRTUAL_ENV",
    }
)
_PASSED_PREFIXES = ("DYLD_", "LC_", "LD_", "PYTHON")
"""Variables that are passed on to a worker, by name or beginning: how to start, and no token."""


@dataclass(frozen=True, slots=True)
class UnitFailure:
    """Why a unit has no result. `is_death`: its process died, which needn't have been the unit's doing."""

    reason: str
    is_death: bool = False


class Processes:
    """Worker processes: who has work borrows one, and a dead one is replaced. Safe for threads."""

    def __init__(self, timeout: float = UNIT_TIMEOUT) -> None:
        self._timeout = timeout
        self._lock = Lock()
        self._idle: list[_Process] = []
        self._all: set[_Process] = set()
        self._is_closed = False

    def attempt(self, function: Callable[[Unit], bytes], units: Sequence[Unit]) -> list[bytes | UnitFailure]:
        """What `function` gives for each unit, in order. It must be of a module, and units be picklable.

        Raises `AuditError` where no process can be started.
        """
        return [self._attempt(pickle.dumps((function, unit), pickle.HIGHEST_PROTOCOL)) for unit in units]

    def release(self) -> None:
        """End the processes that nobody is using."""
        with self._lock:
            idle, self._idle = self._idle, []
            self._all.difference_update(idle)
        for process in idle:
            process.close()

    def close(self) -> None:
        """End all processes: what they work on becomes a fault, and none is started any more."""
        with self._lock:
            self._is_closed = True
            everyone = set(self._all)
        for process in everyone:
            process.kill()  # a thread that waits for it then lets go of it
        self.release()

    def _attempt(self, request: bytes) -> bytes | UnitFailure:
        with self._lock:
            process = self._idle.pop() if self._idle else None
        try:
            process = process or self._started()
        except _Killed as error:
            return UnitFailure(str(error), is_death=True)
        answer = process.run(request)
        with self._lock:
            if process.is_usable and not self._is_closed:
                self._idle.append(process)
                return answer
            self._all.discard(process)
        process.close()
        return answer

    def _started(self) -> _Process:
        process = _Process(self._timeout)
        with self._lock:
            if not self._is_closed:
                self._all.add(process)
                return process
        process.close()
        raise AuditError("the workers have been ended")


class _Killed(Exception):
    """A process was ended before it had started, as others may be while memory is short."""


class _Process:
    """One worker process. One thread at a time may use it."""

    def __init__(self, timeout: float) -> None:
        # -P: the current folder may hold anybody's modules, and must not be searched for ours.
        command = [sys.executable, "-P", "-m", "auditor.sweep.workers.worker", str(timeout + _GRACE)]
        self._popen = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: value for name, value in os.environ.items() if _is_for_workers(name)},
        )
        self._timeout = timeout
        self.is_usable = True
        outcome = self._answer(b"", _START)
        if isinstance(outcome, UnitFailure):
            self.close()
            if outcome.is_death and self._popen.returncode < 0:
                raise _Killed(outcome.reason)
            raise AuditError(
                f"a worker process doesn't start: {outcome.reason}",
                help="`python -m auditor.sweep.workers.worker 1` shows why.",
            )

    def run(self, request: bytes) -> bytes | UnitFailure:
        """The answer to a pickled function and unit. After some faults the process is usable no longer."""
        return self._answer(request, self._timeout)

    def kill(self) -> None:
        """End it at once, whichever thread waits for it."""
        self._popen.kill()

    def close(self) -> None:
        """End it, and let go of its pipes."""
        self.is_usable = False
        self._popen.kill()
        self._popen.wait()
        for stream in (self._popen.stdin, self._popen.stdout):
            assert stream is not None
            with contextlib.suppress(OSError):  # what was still to be written has no reader
                stream.close()

    def _answer(self, request: bytes, timeout: float) -> bytes | UnitFailure:
        timer = Timer(timeout, self._give_up)
        timer.daemon = True
        timer.start()
        try:
            kind, body = self._exchange(request)
        except ValueError as error:
            self.is_usable = False
            return UnitFailure(f"gave {error}, which is too much")
        except (EOFError, OSError):
            self.kill()
            status = self._popen.wait()
            late = not self.is_usable
            self.is_usable = False
            return (
                UnitFailure(f"took longer than {timeout:g} seconds")
                if late
                else UnitFailure(_death(status), True)
            )
        finally:
            timer.cancel()
        if kind == worker.RAISED:
            return UnitFailure(f"an error that nobody expected: {body.decode('utf-8', 'replace')}")
        return body

    def _give_up(self) -> None:
        self.is_usable = False
        self.kill()

    def _exchange(self, request: bytes) -> tuple[bytes, bytes]:
        requests, answers = self._popen.stdin, self._popen.stdout
        assert requests is not None
        assert answers is not None
        if request:
            worker.send(requests, worker.RESULT, request)
        return worker.receive(answers)


def _is_for_workers(name: str) -> bool:
    return name.upper() in _PASSED_VARIABLES or name.upper().startswith(_PASSED_PREFIXES)


def _death(status: int) -> str:
    """How a process ended, as its exit status says."""
    if status >= 0:
        return f"its process ended with exit status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    why = ", as when memory runs out" if name == "SIGKILL" else ""
    return f"its process was ended by {name}{why}"
