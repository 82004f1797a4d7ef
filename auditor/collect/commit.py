"""Collects the files of a commit, without a disk."""

from __future__ import annotations

import errno
import os
import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from stat import S_IFDIR, S_ISLNK, S_ISREG

from auditor.collect.classify import WANTED, WORKFLOWS, is_searched, kind_of_path
from auditor.collect.collected import CollectedRepository
from auditor.collect.gatherer import Gatherer
from auditor.collect.walk import Walk
from auditor.files import disk, git_dir
from auditor.files.git_tree import TreeEntry
from auditor.files.repository_files import LIMIT, RepositoryFiles
from auditor.policy.load import policy_among

Content = tuple[TreeEntry, bytes | None, str]
"""A file of a commit, its content, and, where that couldn't be had, why not."""

_UNTENABLE = re.compile(r"^/|(?:^|/)(?:\.{0,2}|\.git)(?:/|$)", re.IGNORECASE)
"""Paths that git refuses to check out."""
_LONGEST_LINK = 4095
"""What Linux takes, in bytes."""


def wanted(contents: Iterable[Content]) -> tuple[TreeEntry, ...]:
    """The files that `collect_commit` opens, and whose content is neither given nor refused yet.

    What a link leads to is known once it is read. So call this again with what was read, until none is left.
    """
    files = _CommittedFiles(contents)
    for path, (entry, _, _) in files.given.items():
        with suppress(OSError):
            if entry.is_link and path.lower().endswith(WANTED):
                files.read(files.follow(path))
            elif kind_of_path(path) or is_searched(path):
                files.read(path)
    return tuple(files.given[path][0] for path in sorted(files.missing))


def collect_commit(
    name: str,
    commit: str,
    contents: Iterable[Content],
    *,
    lost: Iterable[tuple[str, str]] = (),
    is_partial: bool = False,
    host: str = "github.com",
) -> CollectedRepository:
    """What `collect` would find in a clone of the repository `name` (`owner/name`) at that commit.

    `lost` are folders that couldn't be listed, each with the reason. `is_partial` says that only the root,
    `.github` and `.codex` were listed, which is noted. Raises `PolicyError`.
    """
    files = _CommittedFiles(contents, is_partial=is_partial)
    gatherer = Gatherer(files, policy_among(files))
    gatherer.take_all(_walk([entry for entry, _, _ in files.given.values()], lost))
    gatherer.notes["paths that git checks out nowhere"] += files.untenable
    gatherer.notes["repositories searched for policies in the root, .github and .codex only"] += is_partial
    origin = git_dir.parse_origin(f"https://{host}/{name}")
    return gatherer.collected(Path(), is_whole=True, origin=origin, commit=commit)


def _walk(entries: Sequence[TreeEntry], lost: Iterable[tuple[str, str]]) -> Walk:
    """What lies in these files, as a walk through a clone of them finds it."""
    found = Walk(lost=list(lost))
    folders = set()
    for entry in entries:
        path, is_file = entry.path, S_ISREG(entry.mode)
        inner, slash, _ = path.removeprefix(f"{WORKFLOWS}/").partition("/")
        if path.startswith(f"{WORKFLOWS}/") and (slash or not (is_file or entry.is_link)):
            folders.add(f"{WORKFLOWS}/{inner}")
        if entry.is_link:
            found.links.append(path)
        elif is_file and path.lower().endswith(WANTED):
            found.files.append(path)
        else:
            found.others += is_file
    found.oddities += sorted(folders)
    return found


class _CommittedFiles(RepositoryFiles):
    """The files of a commit, or those of them that are given."""

    def __init__(self, contents: Iterable[Content], *, is_partial: bool = False) -> None:
        given = {content[0].path: content for content in contents}
        self._paths = sorted(path for path in given if not _UNTENABLE.search(path))
        self.given = {path: given[path] for path in self._paths}
        self.untenable = len(given) - len(self._paths)
        self.missing: set[str] = set()
        self._nothing = "not among the files that were listed" if is_partial else os.strerror(errno.ENOENT)

    def mode(self, path: str) -> int:
        """The entry's mode, or a folder's. Of a submodule a clone holds an empty folder."""
        if path in self.given:
            mode = self.given[path][0].mode
            return mode if S_ISREG(mode) or S_ISLNK(mode) else S_IFDIR
        if self._is_folder(path):
            return S_IFDIR
        above = path.rpartition("/")[0]
        if above in self.given and S_ISREG(self.mode(above)):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        raise FileNotFoundError(errno.ENOENT, self._nothing)

    def link(self, path: str) -> str:
        """The link's target, which is its content."""
        data = self._content(path)
        if len(data) > _LONGEST_LINK or not data or b"\0" in data:
            raise OSError(errno.EINVAL, "no path that a link can hold")
        return data.decode("utf-8", "surrogateescape")

    def read(self, path: str) -> bytes:
        """The content, within the limit of files on disk."""
        if not S_ISREG(self.mode(path)):
            raise disk.NotRegularError(f"{path} is not a regular file")
        if (self.given[path][0].size or 0) > LIMIT:
            raise disk.TooLargeError(f"{path} is larger than {LIMIT:,} bytes")
        data = self._content(path)
        if len(data) > LIMIT:
            raise disk.TooLargeError(f"{path} is larger than {LIMIT:,} bytes")
        return data

    def _content(self, path: str) -> bytes:
        _, data, reason = self.given[path]
        if data is None and not reason:
            self.missing.add(path)
        if data is None:
            raise OSError(errno.EIO, reason or "its content is missing")
        return data

    def _is_folder(self, path: str) -> bool:
        if not path:
            return True
        at = bisect_left(self._paths, f"{path}/")
        return at < len(self._paths) and self._paths[at].startswith(f"{path}/")
