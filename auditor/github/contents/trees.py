"""The files of a commit that may belong to an audit, from listings that are held to git's own names.

A tree's name is the hash of its entries: a listing that is cut off, is of another commit, or was made up
doesn't have the expected name, and is requested once more by REST. GitHub docs, "REST API
endpoints for Git trees" (read 2026-11): a recursive answer ends at 100,000 entries or 7 MB.
"""

from __future__ import annotations

import base64
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from auditor.collect.classify import WANTED, WORKFLOWS
from auditor.files.git_tree import FOLDER, MODES, SUBMODULE, TreeEntry
from auditor.github.api.client import Failed, GitHub, Refused
from auditor.github.api.response import field, items, optional
from auditor.github.contents.oid import is_oid, oid_of

FOLDERS = (".github", ".codex")
"""The folders at the root whose files are all listed."""

MAX_ENTRIES = 20_000
"""Files and folders that are listed of one repository."""
MAX_DEPTH = 20
"""Folders within each other."""
MAX_FETCHES = 30
"""Listings of one repository that are requested one by one."""
MAX_LOST = 100
"""Folders of one repository that are reported one by one."""


@dataclass(frozen=True, slots=True)
class ListedFile:
    """One entry of a tree. `name` is as git has it; `size` counts bytes, where it is known."""

    mode: int
    name: bytes
    oid: str
    size: int | None = None


Tree = tuple[ListedFile, ...]


def tree_oid(tree: Tree) -> str | None:
    """The name that git gives a tree of these entries; None where there can be no such tree."""
    lengths = {len(entry.oid) for entry in tree} or {40}
    if len(lengths) != 1:
        return None
    written = b"".join(
        b"%o %s\0%s" % (entry.mode, entry.name, bytes.fromhex(entry.oid))
        for entry in sorted(tree, key=_sort_key)
    )
    return oid_of("tree", written, length=lengths.pop())


def _sort_key(entry: ListedFile) -> bytes:
    """Git sorts folders as if their names ended in a slash."""
    return entry.name + b"/" if entry.mode == FOLDER else entry.name


_EMPTY: Mapping[str, Tree] = {oid_of("tree", b"", length=length): () for length in (40, 64)}


def trees_in(answer: Any) -> Iterator[Tree]:
    """Each tree in what GraphQL says of a `Tree`: its own, and those of the folders that it holds.

    What isn't written as a tree is left out: it has to be requested again.
    """
    pending = [answer]
    while pending:
        try:
            entries = field(pending.pop(), "entries", list)
            tree = tuple(_listed_file(entry) for entry in entries)
        except Failed:
            continue
        yield tree
        pending.extend(entry.get("object") for entry in entries)


def _listed_file(entry: Any) -> ListedFile:
    try:
        name = base64.b64decode(field(entry, "nameRaw", str))
    except ValueError:
        raise Failed("GitHub's answer has a name that isn't in Base64") from None
    return _entry(entry, name, field(entry, "mode", int), "oid")


def _entry(answer: Any, name: bytes, mode: int, key: str) -> ListedFile:
    """The entry, whose oid is under `key`. It goes into paths of requests, so it must be one."""
    oid, size = field(answer, key, str), optional(answer, "size", int)
    if not is_oid(oid):
        raise Failed("GitHub's answer has an object without a name")
    if mode not in MODES:
        raise Failed("GitHub's answer has something else than a mode")
    return ListedFile(mode, name, oid, None if mode in (FOLDER, SUBMODULE) else size)


def list_files(
    github: GitHub, repository: str, root: str, known: Iterable[Tree]
) -> tuple[tuple[TreeEntry, ...], tuple[tuple[str, str], ...]]:
    """The files of the tree named `root`, and the folders that can't be listed wholly, each with the reason.

    These are all below `FOLDERS`, and those beside them whose names may be of a kind. `known` are the trees
    that an answer held: of this commit or of another. Raises `GitHubError` where GitHub doesn't answer.
    """
    walk = _TreeWalk(github, repository, known)
    walk.descend(root)
    return tuple(walk.files), tuple(walk.lost)


class _TreeWalk:
    def __init__(self, github: GitHub, repository: str, known: Iterable[Tree]) -> None:
        self.github, self.repository = github, repository
        self.known: dict[str | None, Tree] = dict(_EMPTY.items())
        self.files: list[TreeEntry] = []
        self.lost: list[tuple[str, str]] = []
        self.seen = self.fetches = 0
        self._learn(known)

    def _learn(self, trees: Iterable[Tree]) -> None:
        self.known |= {tree_oid(tree): tree for tree in trees}

    def _lose(self, folder: str, reason: str) -> None:
        if len(self.lost) < MAX_LOST:
            self.lost.append((folder or ".", reason))
        elif len(self.lost) == MAX_LOST:
            self.lost.append((".", f"more than {MAX_LOST} folders can't be listed wholly"))

    def descend(self, root: str) -> None:
        """Lists level by level, so that what is cut off is what lies deepest; workflows come first."""
        pending = deque([("", root)])
        while pending:
            folder, oid = pending.popleft()
            for path, entry in self._entries(folder, oid):
                if self.seen == MAX_ENTRIES:
                    self._lose(folder, f"more than {MAX_ENTRIES:,} files and folders: the rest is left out")
                    return
                self.seen += 1
                if entry.mode == FOLDER and path.count("/") == MAX_DEPTH:
                    self._lose(path, f"more than {MAX_DEPTH} folders within each other")
                elif entry.mode == FOLDER:
                    (pending.appendleft if path == WORKFLOWS else pending.append)((path, entry.oid))
                elif entry.mode != SUBMODULE:
                    self.files.append(TreeEntry(path, entry.oid, entry.mode, entry.size))
                elif path in (".github", WORKFLOWS):
                    self._lose(path, "a submodule stands there, which is not followed")

    def _entries(self, folder: str, oid: str) -> Iterator[tuple[str, ListedFile]]:
        """What matters of one folder, by path. A tree may hold what git itself would never write."""
        names: set[bytes] = set()
        for entry in self._tree(folder, oid):
            if entry.name in names or not _is_name(entry.name):
                self._lose(folder, "it holds a name twice, or one that no file can have")
                return
            names.add(entry.name)
            name = entry.name.decode("utf-8", "surrogateescape")
            if folder:
                yield f"{folder}/{name}", entry
            elif name in FOLDERS or (entry.mode != FOLDER and name.lower().endswith(WANTED)):
                yield name, entry

    def _tree(self, folder: str, oid: str) -> Tree:
        """The tree of that name. One that can't be verified is gone through as far as the answer goes."""
        if oid in self.known:
            return self.known[oid]
        known: Tree = ()
        # One answer with all that is below spares many; at the root it would be the whole repository.
        for query in ({"recursive": 1}, {}) if folder else ({},):
            if self.fetches >= MAX_FETCHES:
                if self.fetches == MAX_FETCHES:
                    self._lose(folder, f"over {MAX_FETCHES} listings to fetch: it and others are left out")
                self.fetches += 1
                return ()
            self.fetches += 1
            try:
                answer = self.github.get(f"/repos/{quote(self.repository)}/git/trees/{oid}", **query)
                trees = _fetched_trees(answer)
            except (Refused, Failed) as error:
                self._lose(folder, str(error))
                return ()
            self._learn(trees.values())
            if oid in self.known:
                return self.known[oid]
            known = trees[""]
        self._lose(folder, "GitHub's listing is not the one that the commit names: it may not be whole")
        return known


def _is_name(name: bytes) -> bool:
    return name not in (b"", b".", b"..") and b"/" not in name and b"\0" not in name


def _fetched_trees(answer: Any) -> dict[str, Tree]:
    """Each tree in an answer of REST, by its path below the requested one."""
    folders: dict[str, list[ListedFile]] = {"": []}
    for item in items(answer, "tree"):
        folder, _, name = field(item, "path", str).rpartition("/")
        entry = _entry(item, name.encode("utf-8", "surrogatepass"), _mode(field(item, "mode", str)), "sha")
        folders.setdefault(folder, []).append(entry)
    return {folder: tuple(entries) for folder, entries in folders.items()}


def _mode(text: str) -> int:
    if not re.fullmatch("[0-7]{5,6}", text):
        raise Failed("GitHub's answer has something else than a mode")
    return int(text, 8)
