"""Reads the files of one commit by git, wherever they lie in the repository, without checking any out.

Two requests do: one for the commit with its trees, one for all contents that are opened (gitprotocol-v2(5),
partial clones). Git verifies each object by its name. Neither costs anything of the API's limits.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from os import fsdecode
from pathlib import Path
from tempfile import TemporaryDirectory

from auditor.collect.classify import kind_of_path
from auditor.collect.commit import Content, wanted
from auditor.errors import UsageError
from auditor.files.git_tree import TreeEntry
from auditor.files.repository_files import LIMIT
from auditor.github.api.client import Failed, Refused
from auditor.github.contents.git_process import BeyondLimits, GitFault, GitProcess
from auditor.github.contents.oid import is_oid

MAX_ENTRIES = 500_000
"""Files that a commit may have."""
MAX_READ = 5_000
"""Files of a commit that are read."""
MAX_BYTES = 100_000_000
"""Bytes of a commit's files that are read."""

_MAX_ROUNDS = 3
"""Requests for contents: a link's target is known once the link is read."""
_MAX_TRIES = 3
_SECONDS = 120.0
_CONFIG = """[core]
	repositoryformatversion = 1
	bare = true
[extensions]
	partialClone = origin
	objectFormat = {format}
[remote "origin"]
	promisor = true
"""
_NOT_SENT = "git has not sent it"
_REFUSALS = ("not our ref", "not found", "authentication failed", "could not read username", " 403", " 404")
"""What git says where trying again is of no use."""


@dataclass(frozen=True, slots=True)
class CommitFiles:
    """All files of a commit, with the contents of those that an audit opens: what `collect_commit` takes."""

    contents: tuple[Content, ...]
    lost: tuple[tuple[str, str], ...] = ()


def read_commit(
    url: str,
    commit: str,
    *,
    token: str | None = None,
    seconds: float = _SECONDS,
    sleep: Callable[[float], None] = time.sleep,
) -> CommitFiles:
    """The files of `commit` in the repository at `url`, which is fetched by its id and by no branch's name.

    Each try may take `seconds`. Raises `Refused` where the repository or the commit isn't shown, `Failed`,
    and `UsageError` for an address that can't be used, or without a git that can.
    """
    if not is_oid(commit):
        raise UsageError("that is no commit", help="Write all of its hexadecimal digits.")
    tries = 0
    while True:
        tries += 1
        try:
            with TemporaryDirectory(prefix="ci-audit-", ignore_cleanup_errors=True) as folder:
                _lay_out(Path(folder, "git"), commit)
                return _read(GitProcess(Path(folder), url, token, seconds=seconds), commit)
        except GitFault as fault:
            if any(refusal in fault.said for refusal in _REFUSALS):
                raise Refused(f"git isn't shown commit {commit[:12]}") from None
            if tries >= _MAX_TRIES or isinstance(fault, BeyondLimits):
                raise Failed(f"git can't read commit {commit[:12]}: {fault}") from None
        sleep(float(2**tries))


def _lay_out(git_dir: Path, commit: str) -> None:
    """Makes an empty repository, without the machine's templates (gitrepository-layout(5))."""
    for inner in ("objects", "refs"):
        (git_dir / inner).mkdir(parents=True)
    (git_dir / "HEAD").write_text("ref: refs/heads/none\n", encoding="utf-8")
    format = "sha256" if len(commit) == 64 else "sha1"
    (git_dir / "config").write_text(_CONFIG.format(format=format), encoding="utf-8")


def _read(git: GitProcess, commit: str) -> CommitFiles:
    _fetch(git, "--depth=1", "origin", commit)
    listed = git.run("ls-tree", "-r", "-z", "--full-tree", commit)
    if listed.count(b"\0") > MAX_ENTRIES:
        raise BeyondLimits(f"it has more than {MAX_ENTRIES:,} files")
    found = _Found(git, {entry.path: (entry, None, "") for entry in _entries(listed)})
    for _ in range(_MAX_ROUNDS):
        missing = wanted(found.contents.values())
        if not missing:
            break
        found.get(missing)
    return CommitFiles(tuple(found.contents.values()), tuple(found.lost()))


class _Found:
    """The files of a commit, as far as they are read."""

    def __init__(self, git: GitProcess, contents: dict[str, Content]) -> None:
        self.contents = contents
        self._git = git
        self._files, self._bytes = MAX_READ, MAX_BYTES
        self._cut_off = 0

    def get(self, missing: Sequence[TreeEntry]) -> None:
        """Reads these files; where they are too many, those that are of a kind by their path first."""
        ordered = sorted(missing, key=lambda entry: kind_of_path(entry.path) is None)
        selected = ordered[: self._files]
        self._files -= len(selected)
        self._cut(ordered[len(selected) :])
        if not selected:
            return
        oids = "".join(f"{oid}\n" for oid in dict.fromkeys(entry.oid for entry in selected)).encode()
        _fetch(self._git, "--stdin", "origin", input=oids)
        sizes = _sizes(self._git.run("cat-file", "--batch-check", "--buffer", input=oids))
        sized = [replace(entry, size=sizes.get(entry.oid)) for entry in selected]
        for entry in sized:
            self.contents[entry.path] = (entry, None, _NOT_SENT)
        fitting = self._fitting(entry for entry in sized if entry.size is not None and entry.size <= LIMIT)
        data = self._git.run("cat-file", "--batch", "--buffer", input="".join(fitting).encode())
        texts = _blobs(data)
        for entry in sized:
            if entry.oid in texts and entry.path in self.contents:
                self.contents[entry.path] = (entry, texts[entry.oid], "")

    def lost(self) -> Iterator[tuple[str, str]]:
        """What was cut off."""
        if self._cut_off:
            yield "", f"{self._cut_off:,} of its files are too many, or too large together, to be read"

    def _fitting(self, sized: Iterable[TreeEntry]) -> dict[str, None]:
        """The lines that request contents, as far as these are not too large together."""
        lines: dict[str, None] = {}
        for entry in sized:
            line = f"{entry.oid}\n"
            size = 0 if line in lines else entry.size or 0
            if size > self._bytes:
                self._cut([entry])
                continue
            self._bytes -= size
            lines[line] = None
        return lines

    def _cut(self, entries: Sequence[TreeEntry]) -> None:
        """Leaves files out, to be said once and not of each."""
        self._cut_off += len(entries)
        for entry in entries:
            del self.contents[entry.path]


def _fetch(git: GitProcess, *arguments: str, input: bytes = b"") -> None:
    options = (
        "--quiet",
        "--no-tags",
        "--no-write-fetch-head",
        "--recurse-submodules=no",
        "--filter=blob:none",
    )
    git.run("fetch", *options, *arguments, input=input, is_remote=True)


def _entries(listed: bytes) -> Iterator[TreeEntry]:
    for line in listed.split(b"\0")[:-1]:
        facts, _, path = line.partition(b"\t")
        mode, _, oid = facts.decode("ascii").split(" ")
        yield TreeEntry(fsdecode(path), oid, int(mode, 8))


def _sizes(answer: bytes) -> dict[str, int]:
    """The sizes of the blobs, of lines with a name, a type and a size; what is missing has but a name."""
    facts = (line.split(" ") for line in answer.decode("ascii").splitlines())
    return {fact[0]: int(fact[2]) for fact in facts if fact[1:2] == ["blob"]}


def _blobs(answer: bytes) -> dict[str, bytes]:
    """The contents of blobs, each after such a line."""
    stream, found = BytesIO(answer), dict[str, bytes]()
    while line := stream.readline():
        oid, _, size = line.decode("ascii").split(" ")
        found[oid] = stream.read(int(size))
        stream.read(1)
    return found
