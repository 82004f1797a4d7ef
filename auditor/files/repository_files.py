"""The files of one repository, wherever they lie: on disk, or in a commit. No link leads out of them."""

from __future__ import annotations

import errno
import os
from abc import ABC, abstractmethod
from pathlib import Path
from stat import S_ISDIR, S_ISLNK, S_ISREG

from auditor.files import disk

LIMIT = 1_000_000
"""The largest file that is read, in bytes."""

_MAX_LINKS = 40
"""Links on one way, as Linux counts them (path_resolution(7))."""
_MAX_STEPS = 500_000
"""Names looked at for all links of a repository; some seconds on a disk."""


class OutsideError(OSError):
    """A link leads out of the repository's files, or into git's own folder."""


class RepositoryFiles(ABC):
    """The files of one repository. Paths are relative to its root, with forward slashes.

    What can't be seen or read is an `OSError` with the reason, on a disk or not.
    """

    _steps = 0

    @abstractmethod
    def mode(self, path: str) -> int:
        """What stands at `path`, with the bits that lstat(2) and git's trees share. Raises `OSError`."""

    @abstractmethod
    def link(self, path: str) -> str:
        """What the symbolic link at `path` holds. Raises `OSError`."""

    @abstractmethod
    def read(self, path: str) -> bytes:
        """The regular file at `path`, which is no link.

        Raises `disk.NotRegularError`, `disk.TooLargeError` over `LIMIT`, or any other `OSError`.
        """

    def follow(self, path: str) -> str:
        """Where `path` leads once each link on the way is followed, as a system would follow it.

        Raises `OutsideError`, or any other `OSError` for what leads nowhere.
        """
        followed = 0
        done: list[str] = []
        todo = path.split("/")[::-1]
        while todo:
            part = todo.pop()
            self._count_step()
            if part in ("", ".", ".."):
                self._leave(done, part)
                continue
            here = "/".join((*done, part))
            if part.lower() == ".git":
                raise OutsideError(f"{path} leads into git's own folder")
            if not S_ISLNK(self.mode(here)):
                done.append(part)
                continue
            followed += 1
            if followed > _MAX_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
            target = self.link(here)
            if target.startswith("/"):
                raise OutsideError(f"{path} leads to an absolute path")
            todo += target.split("/")[::-1]
        return "/".join(done)

    def is_file(self, path: str) -> bool:
        """Whether a regular file of the repository, or a link to one, stands at `path`."""
        try:
            return S_ISREG(self.mode(self.follow(path)))
        except OSError:
            return False

    def _leave(self, done: list[str], part: str) -> None:
        """Takes a step that names no entry: it needs a folder to stand in."""
        if done and not S_ISDIR(self.mode("/".join(done))):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if part == "..":
            if not done:
                raise OutsideError("a link leads above the root")
            done.pop()

    def _count_step(self) -> None:
        self._steps += 1
        if self._steps > _MAX_STEPS:
            raise OSError(errno.ELOOP, "too many links to follow them all")


class FilesOnDisk(RepositoryFiles):
    """The files below a folder. It is trusted no more than a commit: a pipe is never waited for."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)

    def mode(self, path: str) -> int:
        """What lstat(2) says."""
        return os.lstat(f"{self._root}/{path}").st_mode

    def link(self, path: str) -> str:
        """What the link holds, with forward slashes on every system."""
        # A path of pathlib's loses a slash at its end, which requires a folder.
        return os.readlink(f"{self._root}/{path}").replace(os.sep, "/")  # noqa: PTH115

    def read(self, path: str) -> bytes:
        """The contents, unless a link took the file's place."""
        return disk.read(f"{self._root}/{path}", LIMIT)
