"""Where a command's result goes: to a file, or to standard output."""

from __future__ import annotations

import os
import sys
from io import TextIOBase
from pathlib import Path
from typing import NoReturn, TextIO, cast

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


class _ClosedOutput(TextIOBase):
    """Standard output where the caller has closed it: whoever writes ends the run in words."""

    def write(self, _text: str) -> NoReturn:
        """Raises `UsageError`."""
        raise UsageError(
            "can't write to standard output: it is closed", help="Leave it open, or name a file with -o."
        )


def open_streams() -> None:
    """Put something in the place of each standard stream that the caller has closed; Python has None there.

    Else a file that is opened later would get its number, and what programs print would get into that file.
    What can't be read or written then says so; nobody misses what goes to a closed standard error.
    """
    for number, mode in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)
    if sys.stdin is None:
        sys.stdin = os.fdopen(0)
    if sys.stdout is None:
        sys.stdout = cast("TextIO", _ClosedOutput())
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w")


def is_colored(*, on_terminal: bool) -> bool:
    """Whether a text is in colours, by what the environment sets, else by where it goes."""
    return (on_terminal and "NO_COLOR" not in os.environ) or bool(os.environ.get("FORCE_COLOR"))


def drop_output(stream: TextIO) -> None:
    """Let go of what standard output or error can't take, or the interpreter tries again when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
