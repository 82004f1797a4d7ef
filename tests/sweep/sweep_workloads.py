"""Work for worker processes, which must be able to import it: `tests/sweep` is put on their path."""

import os
import re
import signal
import sys
import time
from pathlib import Path


def work(unit: tuple[str, str]) -> bytes:
    """Do what the unit's first word says; its second is what comes back, or a file that is written to."""
    todo, text = unit
    match todo:
        case "die":
            with Path(text).open("a") as log:
                log.write("died\n")
            os.kill(os.getpid(), signal.SIGKILL)
        case "die once" if not Path(text).exists():
            Path(text).write_text("died")
            os.kill(os.getpid(), signal.SIGKILL)
        case "raise":
            raise ValueError(text)
        case "leave":
            sys.exit(text)
        case "hang":
            time.sleep(600)
        case "hang in C":
            re.match("(a+)+$", "a" * 60 + "b")
        case "print":
            sys.stdout.write("not an answer")
            sys.stdout.flush()
            os.write(1, b"nor this")
            assert sys.stdin.read() == ""
        case "process":
            return str(os.getpid()).encode()
        case "a lot":
            return b"x" * int(text)
        case "environment":
            return os.environ.get(text, "").encode()
        case "slowly":
            time.sleep(0.05)
    return text.encode()
