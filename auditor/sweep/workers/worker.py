"""A worker process: reads units of work from standard input, one at a time, and writes what comes of each.

Run as `python -P -m auditor.sweep.workers.worker SECONDS` by `auditor.sweep.workers.process`. What it reads
is from its parent and trusted; what it writes are bytes that the parent never unpickles, since the parsers
that run here work on hostile text. It ends with its parent, whose end of the pipe then closes, and by
itself where one unit takes longer than SECONDS and nobody has ended it.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import pickle
import signal
import struct
import sys
from pathlib import Path
from typing import IO

READY, RESULT, RAISED = b"s", b"r", b"x"
"""What a frame holds: that the worker has started, a unit's result, or what it raised."""

MAX_FRAME = 256 * 1024 * 1024
"""Bytes of the largest answer that is taken."""

_HEAD = struct.Struct(">cQ")
_TOO_LONG_TO_TELL = 500
_FIRST_TO_GO = "500"


def send(stream: IO[bytes], kind: bytes, body: bytes) -> None:
    """Write one frame. Raises `OSError` where nobody reads any more."""
    stream.write(_HEAD.pack(kind, len(body)))
    stream.write(body)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[bytes, bytes]:
    """The next frame's kind and body. Raises `EOFError` at the end, `ValueError` for one beyond bounds."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        raise EOFError
    kind, length = _HEAD.unpack(head)
    if length > MAX_FRAME:
        raise ValueError(f"an answer of {length:,} bytes")
    body = stream.read(length)
    if len(body) < length:
        raise EOFError
    return kind, body


def main() -> None:
    """Serve until the parent closes its end."""
    seconds = float(sys.argv[1])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends its workers
    requests, answers = _own_streams()
    _offer_oneself()
    from auditor.engine import registry

    registry.load()
    send(answers, READY, b"")
    while True:
        try:
            _, body = receive(requests)
        except EOFError:
            return
        # Its watch needs no interpreter, so that it also ends native code that never returns.
        faulthandler.dump_traceback_later(seconds, exit=True)
        kind, answer = _attempt(body)
        faulthandler.cancel_dump_traceback_later()
        send(answers, kind, answer)


def _attempt(body: bytes) -> tuple[bytes, bytes]:
    try:
        function, unit = pickle.loads(body)  # noqa: S301 - from the parent
        result: bytes = function(unit)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - one unit's fault is no other's
        text = f"{type(error).__name__}: {error}"[:_TOO_LONG_TO_TELL]
        return RAISED, text.encode("utf-8", "backslashreplace")
    return RESULT, result


def _own_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Standard input and output for frames alone: whatever else reads or prints gets nothing, or nowhere."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    return requests, answers


def _offer_oneself() -> None:
    """Where memory runs out, Linux shall end this process and not the one that holds the sweep together."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO, encoding="ascii")


if __name__ == "__main__":
    main()
