"""The files of repositories, by one of two ways: as blobs from GitHub's interface, or by git."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol

from auditor.collect.commit import Content, wanted
from auditor.files.git_tree import TreeEntry
from auditor.github.api.client import Failed, GitHub, Refused
from auditor.github.contents.blobs import Wanted, at_paths, fetch
from auditor.github.contents.clone import read_commit
from auditor.github.contents.listed import Listed
from auditor.github.contents.oid import oid_of
from auditor.sweep.state.state import SweepState

MAX_BYTES = 20_000_000
"""Bytes of one repository's files that are read. What isn't, is said."""
MAX_CALLED = 500
"""Paths of one repository that are looked at because its workflows call what may lie there."""
MAX_HELD = 100_000_000
"""Bytes of repositories' files that are fetched together, or are on their way through the audit."""
_TOO_MUCH = f"not read: this repository's files are too many, or over {MAX_BYTES:,} bytes"
_MAX_LINKS = 10
"""Links that lead to each other, one after the other."""
_LIKELY = 4_000
"""Bytes that a file counts for at least: each is fetched by itself, however small it is."""


def lots(repositories: Sequence[Listed]) -> Iterator[list[Listed]]:
    """Parts whose files can be held together; a repository by itself always can."""
    lot: list[Listed] = []
    held = 0
    for each in repositories:
        weight = min(MAX_BYTES, sum(_weight(entry) for entry in each.entries))
        if lot and held + weight > MAX_HELD:
            yield lot
            lot, held = [], 0
        lot.append(each)
        held += weight
    if lot:
        yield lot


def _weight(entry: TreeEntry) -> int:
    return max(_LIKELY, entry.size or 0)


@dataclass(frozen=True, slots=True)
class FetchedFiles:
    """A commit's files: each that matters has its content or the reason why not. `lost` are folders that
    couldn't be listed, with the reason; `fault` is why there is nothing at all."""

    contents: tuple[Content, ...]
    lost: tuple[tuple[str, str], ...] = ()
    fault: str = ""


class ContentReader(Protocol):
    """Reads repositories' files. `at_once` is how many repositories are read together; `is_whole` says that
    all files of a commit are read, not only those of some folders."""

    at_once: int
    is_whole: bool

    def of(self, repositories: Sequence[Listed]) -> dict[int, FetchedFiles]:
        """The files of each repository, by its id. Raises `GitHubError`."""

    def at(self, listed: Listed, paths: Iterable[str]) -> FetchedFiles:
        """The files at these paths of its head, as far as they are there. Raises `GitHubError`."""


class Clones:
    """Reads all files of a commit that matter, by git."""

    at_once = 4
    is_whole = True

    def __init__(self, github: GitHub, web: str, executor: Executor) -> None:
        """`web` is the address below which repositories lie."""
        self._github = github
        self._web = web
        self._executor = executor

    def of(self, repositories: Sequence[Listed]) -> dict[int, FetchedFiles]:
        """The files of each repository."""
        return dict(
            zip(
                (each.id for each in repositories), self._executor.map(self._files, repositories), strict=True
            )
        )

    def at(self, listed: Listed, paths: Iterable[str]) -> FetchedFiles:  # noqa: ARG002 - all files were read
        """Nothing more: what isn't among all files isn't there."""
        return FetchedFiles(())

    def _files(self, listed: Listed) -> FetchedFiles:
        try:
            found = read_commit(
                f"{self._web}/{listed.name}.git", listed.head or "", token=self._github.token()
            )
        except (Refused, Failed) as error:
            return FetchedFiles((), fault=str(error))
        return FetchedFiles(found.contents, found.lost)


class Blobs:
    """Reads the listed files by the names of their contents, each once for all who hold it: from the state,
    or else from GitHub."""

    at_once = 100
    is_whole = False

    def __init__(self, github: GitHub, state: SweepState) -> None:
        self._github = github
        self._state = state

    def of(self, repositories: Sequence[Listed]) -> dict[int, FetchedFiles]:
        """The listed files of each repository."""
        files = {each.id: _Reading(each) for each in repositories}
        for _ in range(_MAX_LINKS):
            requested = [
                Wanted(each.name, entry.oid, entry.size)
                for each in repositories
                for entry in files[each.id].wanted()
            ]
            if not requested:
                break
            data, reasons = self._contents_of({each.oid: each for each in requested}, requested)
            for each in files.values():
                each.fill(data, reasons)
        return {each.id: FetchedFiles(files[each.id].contents(), each.lost) for each in repositories}

    def at(self, listed: Listed, paths: Iterable[str]) -> FetchedFiles:
        """The files at these paths of its head."""
        requested = sorted(paths)
        found: list[Content] = []
        lost: list[tuple[str, str]] = []
        left = MAX_BYTES
        for each in at_paths(self._github, listed.name, listed.head or "", requested[:MAX_CALLED]):
            left -= len(each.data or b"")
            if left < 0:
                lost.append((each.path, f"{_TOO_MUCH}: it and others that are called are left out"))
                break
            if each.entry is not None:
                found.append((each.entry, each.data, each.reason))
            elif each.reason:
                lost.append((each.path, each.reason))
        if len(requested) > MAX_CALLED:
            lost.append((".", f"over {MAX_CALLED} paths are called outside .github: the rest is not read"))
        return FetchedFiles(tuple(found), tuple(lost))

    def _contents_of(
        self, unique: Mapping[str, Wanted], requested: Iterable[Wanted]
    ) -> tuple[dict[str, bytes], dict[str, str]]:
        """What is had of these contents by oid, and why the others aren't."""
        missing = self._state.missing(unique)
        fetched = list(fetch(self._github, (each for each in requested if each.oid in missing)))
        new = {each.oid: each.data for each in fetched if each.data is not None}
        self._state.keep_blobs(new)
        # One that is kept may be damaged, or be somebody's work: then it is fetched like a missing one.
        stored = self._state.blobs(unique.keys() - missing).items()
        data = new | {oid: data for oid, data in stored if oid_of("blob", data, length=len(oid)) == oid}
        damaged = unique.keys() - missing - data.keys()
        again = list(fetch(self._github, (each for each in requested if each.oid in damaged)))
        data |= {each.oid: each.data for each in again if each.data is not None}
        return data, {each.oid: each.reason for each in (*fetched, *again) if each.data is None}


class _Reading:
    """One repository's files while they are read."""

    def __init__(self, listed: Listed) -> None:
        self._files: dict[str, Content] = {entry.path: (entry, None, "") for entry in listed.entries}
        self._left = MAX_BYTES
        self._requested: tuple[TreeEntry, ...] = ()

    def wanted(self) -> tuple[TreeEntry, ...]:
        """The files that are read next: those that matter, then what links lead to."""
        self._requested = ()
        selected = []
        for entry in wanted(self._files.values()):
            self._left -= _weight(entry)
            if self._left < 0:
                self._files[entry.path] = (entry, None, _TOO_MUCH)
            else:
                selected.append(entry)
        self._requested = tuple(selected)
        return self._requested

    def fill(self, data: Mapping[str, bytes], reasons: Mapping[str, str]) -> None:
        """Takes what was got of those that were wanted."""
        for entry in self._requested:
            content = data.get(entry.oid)
            reason = "" if content is not None else reasons.get(entry.oid) or "it couldn't be fetched"
            self._files[entry.path] = (entry, content, reason)

    def contents(self) -> tuple[Content, ...]:
        """All files, with what is known of them."""
        return tuple(self._files.values())
