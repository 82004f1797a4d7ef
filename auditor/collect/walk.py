"""Which files of a folder belong to the audit: what git tracks, and what it doesn't ignore.

Only git's index says what is committed although an ignore file names it. Where there is none, as in an
archive, an ignore file hides no workflow, no action, and nothing else below `.github`.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from auditor.collect.classify import ACTION_NAMES, WORKFLOWS
from auditor.files import disk
from auditor.files import git_dir as git
from auditor.files.gitignore import IgnoreFile, Ignores

_GITHUB = ".github"
_IGNORE_FILE_LIMIT = 64_000
_IGNORE_TOTAL_LIMIT = 1_000_000
_MATCHING_LIMIT = 20_000_000
"""In tries of a pattern without a star; a few seconds at worst."""


@dataclass(slots=True)
class Walk:
    """What lies below one root, by paths relative to it with forward slashes.

    Only names that end in one of the wanted suffixes are kept, in any case; the others are counted. Links
    are kept whatever their names are.
    `lost` are the folders that can't be listed, and why; `oddities` are folders named as wanted files are.
    `repositories` start a root of their own and aren't entered. `unused` counts the ignore files that are
    too large to be applied, `unchecked` the paths that were too many to be held against the others, and
    `ignored` the files that were left out without an index that says whether they are committed.
    """

    files: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    oddities: list[str] = field(default_factory=list)
    repositories: list[str] = field(default_factory=list)
    lost: list[tuple[str, str]] = field(default_factory=list)
    others: int = 0
    unused: int = 0
    unchecked: int = 0
    ignored: int = 0


@dataclass(frozen=True, slots=True)
class _Folder:
    path: str
    ignored: bool
    ignores: Ignores


@dataclass(slots=True)
class _Listing:
    """One folder's entries: its folders, the files wanted here, links, and what else matters."""

    folders: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    others: int = 0
    marks: set[str] = field(default_factory=set)


class _Walker:
    def __init__(self, root: Path, tracked: Collection[str], suffixes: tuple[str, ...], loose: bool) -> None:
        self.root = root
        self.tracked = frozenset(tracked)
        self.tracked_folders = _folders_of(tracked)
        self.suffixes = suffixes
        self.loose = loose
        self.ignore_total = 0
        self.matching = 0
        self.walk = Walk()

    def descend(self, start: str) -> Walk:
        pending = [_Folder(start, False, self._ignores_above(start))]
        while pending:
            folder = pending.pop()
            try:
                listing = self._list(folder.path)
            except OSError as error:
                self.walk.lost.append((folder.path, disk.explain(error)))
                continue
            if folder.path != start and self._starts_repository(folder.path, listing):
                self.walk.repositories.append(folder.path)
                if folder.path == _GITHUB and "workflows" in listing.folders:
                    pending.append(_Folder(WORKFLOWS, folder.ignored, folder.ignores))
                continue
            pending += self._take(folder, listing)
        return self.walk

    def _list(self, folder: str) -> _Listing:
        listing = _Listing()
        folders, files, suffixes = listing.folders, listing.files, self.suffixes
        with os.scandir(self.root / folder) as entries:
            for entry in entries:
                name = entry.name
                if name in (".git", ".github", ".gitignore"):
                    listing.marks.add(name)
                if entry.is_dir(follow_symlinks=False):
                    folders.append(name)
                elif entry.is_symlink():
                    listing.links.append(name)
                elif name.lower().endswith(suffixes):
                    files.append(name)
                else:
                    listing.others += 1
        return listing

    def _starts_repository(self, folder: str, listing: _Listing) -> bool:
        path, marks = self.root / folder, listing.marks
        if ".git" in marks and git.find_git_dir(path):
            return not self._stays_with_root(folder, listing)
        return self.loose and ".github" in marks and disk.is_folder(path / WORKFLOWS)

    def _stays_with_root(self, folder: str, listing: _Listing) -> bool:
        """Whether a `.git` in this folder makes no repository of it, since the root's own files lie there.

        An owner's repository `.github`, cloned beside others, has a `.github` of its own.
        """
        if self.loose or not f"{folder}/".startswith(f"{_GITHUB}/"):
            return False
        if folder == _GITHUB:
            return _GITHUB not in listing.folders
        return folder == WORKFLOWS or not self.tracked or folder in self.tracked_folders

    def _take(self, folder: _Folder, listing: _Listing) -> Iterator[_Folder]:
        """Keeps what belongs to the audit; gives the folders to be entered."""
        walk, before = self.walk, f"{folder.path}/" if folder.path else ""
        ignores = (
            self._within(folder.path, folder.ignores) if ".gitignore" in listing.marks else folder.ignores
        )
        here = _Folder(folder.path, folder.ignored, ignores)
        walk.others += listing.others
        walk.files += [path for name in listing.files if self._belongs(here, path := before + name)]
        walk.links += [path for name in listing.links if self._belongs(here, path := before + name)]
        for name in listing.folders:
            path = before + name
            if name == ".git":
                continue
            ignored = folder.ignored or self._ignores(ignores, path, folder=True)
            if ignored and self.tracked and path not in self.tracked_folders:
                continue
            if name.lower().endswith(self.suffixes):
                walk.oddities.append(path)
            yield _Folder(path, ignored, ignores)

    def _belongs(self, folder: _Folder, path: str) -> bool:
        if path in self.tracked if self.tracked else _is_always_read(path):
            return True
        belongs = not folder.ignored and not self._ignores(folder.ignores, path, folder=False)
        self.walk.ignored += not belongs and not self.tracked
        return belongs

    def _ignores(self, ignores: Ignores, path: str, *, folder: bool) -> bool:
        self.matching += ignores.weight
        if self.matching > _MATCHING_LIMIT:
            self.walk.unchecked += 1
            return False
        return ignores.ignores(path, folder=folder)

    def _ignores_above(self, start: str) -> Ignores:
        """The ignore files of the git directory, and of the folders between the root and `start`."""
        ignores = Ignores()
        git_dir = git.find_git_dir(self.root)
        if git_dir:
            ignores = self._with_file(ignores, "", git.common_dir(git_dir) / "info/exclude")
        above, parts = "", start.split("/") if start else []
        for part in parts:
            ignores = self._within(above, ignores)
            above = f"{above}/{part}" if above else part
        return ignores

    def _within(self, folder: str, ignores: Ignores) -> Ignores:
        return self._with_file(ignores, folder, self.root / folder / ".gitignore")

    def _with_file(self, ignores: Ignores, folder: str, path: Path) -> Ignores:
        """One more ignore file; where it is too much to be applied, more is audited, not less."""
        try:
            data = disk.read(path, min(_IGNORE_FILE_LIMIT, _IGNORE_TOTAL_LIMIT - self.ignore_total))
        except disk.TooLargeError:
            self.walk.unused += 1
            return ignores
        except OSError:
            return ignores
        self.ignore_total += len(data)
        lines = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape").split("\n")
        more = ignores.within(folder, IgnoreFile(lines))
        if more is None:
            self.walk.unused += 1
        return more or ignores


def walk(
    root: Path, start: str, *, tracked: Collection[str], suffixes: tuple[str, ...], loose: bool = False
) -> Walk:
    """What lies in the folder `start` of `root`, in no order.

    `suffixes` are in lower case. `tracked` is what git's index names; nothing where there is none. Below a
    root, only a valid `.git` starts another; where `loose` is set, `root` is none itself, and each
    `.github/workflows` starts one, too.
    """
    return _Walker(root, tracked, suffixes, loose).descend(start)


def _is_always_read(path: str) -> bool:
    """Whether no ignore file alone may hide a file: GitHub would run it, if it is committed."""
    return path.lower().startswith(f"{_GITHUB}/") or path.rpartition("/")[2] in ACTION_NAMES


def _folders_of(paths: Collection[str]) -> set[str]:
    folders = {""}
    for path in paths:
        folder = path[: path.rfind("/")] if "/" in path else ""
        while folder not in folders:
            folders.add(folder)
            folder = folder[: folder.rfind("/")] if "/" in folder else ""
    return folders
