"""Reads a file of a tree that nobody vouches for: a regular file, without waiting, up to a limit."""

from __future__ import annotations

import os
from pathlib import Path
from stat import S_ISREG

from auditor.source import FIRST, Source, Span

_FLAGS = os.O_RDONLY
for _name in ("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"):
    _FLAGS |= getattr(os, _name, 0)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


class NotRegularError(OSError):
    """A folder, a pipe, a socket or a device stands where a file was expected."""


class TooLargeError(OSError):
    """The file is larger than the limit it was to be read with."""


def read(path: str | Path, limit: int, *, follow: bool = False) -> bytes:
    """The contents of the regular file at `path`, of at most `limit` bytes.

    A pipe is never waited for, and a symbolic link is an error unless `follow` is set.
    Raises `NotRegularError`, `TooLargeError`, or any other `OSError`.
    """
    descriptor = os.open(path, _FLAGS if follow else _FLAGS | _NO_FOLLOW)
    try:
        status = os.fstat(descriptor)
        if not S_ISREG(status.st_mode):
            raise NotRegularError(f"{path} is not a regular file")
        if status.st_size > limit:
            raise TooLargeError(f"{path} is larger than {limit:,} bytes")
        return _read_fully(descriptor, status.st_size)
    finally:
        os.close(descriptor)


def _read_fully(descriptor: int, size: int) -> bytes:
    data = os.read(descriptor, size)
    while len(data) < size and (more := os.read(descriptor, size - len(data))):
        data += more
    return data


def explain(error: OSError) -> str:
    """What went wrong, in a few lower-case words and without the path."""
    if isinstance(error, NotRegularError):
        return "not a regular file"
    return (error.strerror or type(error).__name__).lower()


def is_folder(path: Path) -> bool:
    """Whether a folder, or a link to one, stands at `path` as far as one may look."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_file(path: Path) -> bool:
    """Whether a regular file, or a link to one, stands at `path` as far as one may look."""
    try:
        return path.is_file()
    except OSError:
        return False


def is_link(path: Path) -> bool:
    """Whether a symbolic link stands at `path` as far as one may look."""
    try:
        return path.is_symlink()
    except OSError:
        return False


def decoded(name: str, data: bytes) -> tuple[Source, tuple[str, Span]]:
    """The text of `data`, and what is wrong with it and where; the flaw is empty for a good text."""
    try:
        source, flaw, end = Source.decode(name, data), "holds a NUL byte, so it is no text", data.find(b"\0")
    except UnicodeDecodeError as error:
        source, flaw, end = Source(name, ""), f"not UTF-8: byte 0x{data[error.start]:02x}", error.start
    if end < 0:
        return source, ("", FIRST)
    before = Source.decode(name, data[:end])
    return source, (flaw, before.span(len(before.text), len(before.text)))
