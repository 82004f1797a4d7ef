"""Where a command's result goes: to a file, or to standard output."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TextIO

from auditor.errors import UsageError


def write(text: str, output: Path | None) -> None:
    """Writes a result. Raises `UsageError` where that can't be done."""
    if output == Path("-"):
        output = None
    try:
        if output is not None:
            output.write_text(text, encoding="utf-8")
        else:
            sys.stdout.write(text)
            sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        if output is None:
            drop_output(sys.stdout)
        raise UsageError(
            f"can't write {output or 'to standard output'}: {error.strerror}",
            help="Name a file that can be written.",
        ) from None


def is_colored(*, on_terminal: bool) -> bool:
    """Whether a text is in colours, by what the environment sets, else by where it goes."""
    return (on_terminal and "NO_COLOR" not in os.environ) or bool(os.environ.get("FORCE_COLOR"))


def drop_output(stream: TextIO) -> None:
    """Let go of what standard output or error can't take, or the interpreter tries again when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
