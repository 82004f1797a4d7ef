"""Fetches the contents of files by their oids, many in a request, and trusts none that hasn't its own.

GraphQL cuts a text off at 512,000 bytes, has none for what it takes for binary, and replaces bytes that
aren't UTF-8; a content's oid is the hash of it, so all of these are found, and requested by REST. GitHub
docs, objects `Blob` and `Commit` of the GraphQL API, and "REST API endpoints for Git blobs" (read 2026-11).
"""

from __future__ import annotations

import base64
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from auditor.files.git_tree import FOLDER, MODES, SUBMODULE, TreeEntry
from auditor.files.repository_files import LIMIT
from auditor.github.api.batch_size import BatchSize
from auditor.github.api.client import Failed, GitHub, Refused
from auditor.github.api.response import field, optional
from auditor.github.contents.oid import is_oid, oid_of

MAX_BLOBS = 30
"""Contents that one query requests at most."""
MAX_BYTES = 100_000
"""Bytes that are expected of one request."""

MAX_HOLDERS = 20
"""Repositories with the same content that are tried, one after the other."""

_CUT_OFF = 512_000
"""Bytes from which on GraphQL's text isn't whole."""
_LIKELY = 4_000
"""Bytes that are expected of a content whose size isn't known."""
_TOO_LARGE = f"too large: over {LIMIT:,} bytes, so it is not read"
_NAMELESS = "GitHub's answer has an object without a name"
_WRONG = "GitHub's content is not the one that the commit names"

_CONTENT = "fragment content on Blob { text byteSize }"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A content that a repository (`owner/name`) holds. `size` counts its bytes, where it is known."""

    repository: str
    oid: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of one content: its bytes, or None and the reason."""

    oid: str
    data: bytes | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FileAt:
    """What is at a path of a commit: an entry and, for a file or a link, its bytes.

    `entry` is None where nothing is there, or where `reason` says why that isn't known.
    """

    path: str
    entry: TreeEntry | None
    data: bytes | None
    reason: str = ""


def fetch(github: GitHub, wanted: Iterable[Wanted]) -> Iterator[Fetched]:
    """Each content once, in any order: of a repository that holds it, or of another if that one is gone.

    Raises `GitHubError` where GitHub doesn't answer at all.
    """
    return _Fetch(github, wanted).each()


class _Fetch:
    def __init__(self, github: GitHub, wanted: Iterable[Wanted]) -> None:
        self.github = github
        self.batch_size = BatchSize(MAX_BLOBS, MAX_BLOBS)
        self.holders: dict[str, list[str]] = {}
        self.sizes: dict[str, int] = {}
        self.tries: Counter[str] = Counter()
        for each in wanted:
            holders = self.holders.setdefault(each.oid, [])
            if len(holders) < MAX_HOLDERS and each.repository not in holders:
                holders.append(each.repository)
            if each.size is not None:
                self.sizes[each.oid] = each.size

    def each(self) -> Iterator[Fetched]:
        pending: deque[str] = deque()
        for oid in self.holders:
            size = self.sizes.get(oid, 0)
            if not is_oid(oid):
                yield Fetched(oid, None, _NAMELESS)
            elif size < _CUT_OFF:
                pending.append(oid)
            else:
                yield self._fetched(oid, None)
        while pending:
            yield from self._some(pending)

    def _some(self, pending: deque[str]) -> Iterator[Fetched]:
        """Requests the next ones. What has to be requested again is put back."""
        batch = self._batch(pending)
        try:
            answers = self._query(batch)
        except (Refused, Failed):
            self.batch_size.slower(len(batch))
            if len(batch) == 1:
                yield self._fetched(batch[0], None)
            else:
                pending.extendleft(reversed(batch))
            return
        self.batch_size.faster()
        for oid, answer in zip(batch, answers, strict=True):
            self.tries[oid] += 1
            if answer is None and self.tries[oid] < len(self.holders[oid]):
                pending.append(oid)
            else:
                yield self._fetched(oid, answer)

    def _fetched(self, oid: str, answer: Any) -> Fetched:
        return _fetched(self.github, self.holders[oid], oid, answer, self.sizes.get(oid))

    def _batch(self, pending: deque[str]) -> list[str]:
        """As many as the batch size allows, by number and by bytes, and one at least."""
        room = MAX_BYTES * self.batch_size.size // MAX_BLOBS
        batch: list[str] = []
        while pending and len(batch) < self.batch_size.size:
            room -= self.sizes.get(pending[0], _LIKELY)
            if batch and room < 0:
                break
            batch.append(pending.popleft())
        return batch

    def _query(self, batch: Sequence[str]) -> list[Any]:
        """What GraphQL says of each. Names and oids go as variables: nothing becomes part of the query."""
        variables: dict[str, str] = {}
        parts: dict[str, list[int]] = {}
        for number, oid in enumerate(batch):
            parts.setdefault(self.holders[oid][self.tries[oid]], []).append(number)
            variables[f"b{number}"] = oid
        declared = [f"$b{number}: GitObjectID!" for number in range(len(batch))]
        fields = []
        for place, (repository, numbers) in enumerate(parts.items()):
            variables[f"o{place}"], _, variables[f"n{place}"] = repository.partition("/")
            declared.append(f"$o{place}: String! $n{place}: String!")
            objects = " ".join(f"b{number}: object(oid: $b{number}) {{ ...content }}" for number in numbers)
            fields.append(f"r{place}: repository(owner: $o{place}, name: $n{place}) {{ {objects} }}")
        query = f"query Contents({' '.join(declared)}) {{ {' '.join(fields)} }} {_CONTENT}"
        data = self.github.graphql_whole(query, **variables).data
        answers: list[Any] = [None] * len(batch)
        for place, numbers in enumerate(parts.values()):
            for number in numbers:
                answers[number] = optional(optional(data, f"r{place}", dict), f"b{number}", dict)
        return answers


def at_paths(github: GitHub, repository: str, head: str, paths: Iterable[str]) -> Iterator[FileAt]:
    """What is at each of these paths of the commit `head`, once each.

    They are relative to the root, as git writes them. Links are not followed, neither on the way nor at
    its end. Raises `GitHubError` where GitHub doesn't answer at all.
    """
    batch_size = BatchSize(MAX_BLOBS, MAX_BLOBS)
    pending = deque(dict.fromkeys(paths))
    while pending:
        batch = [pending.popleft() for _ in range(min(batch_size.size, len(pending)))]
        try:
            found = _query_paths(github, repository, head, batch)
        except (Refused, Failed) as error:
            batch_size.slower(len(batch))
            if len(batch) == 1 or isinstance(error, Refused):
                yield from (FileAt(path, None, None, str(error)) for path in batch)
            else:
                pending.extendleft(reversed(batch))
            continue
        batch_size.faster()
        for path, answer in zip(batch, found, strict=True):
            yield FileAt(path, None, None) if answer is None else _at(github, repository, path, answer)


def _query_paths(github: GitHub, repository: str, head: str, paths: Sequence[str]) -> list[Any]:
    """The entry at each path, or None where nothing is there. Raises `Refused` where the commit isn't shown,
    and `Failed` where the answer isn't whole."""
    owner, _, name = repository.partition("/")
    declared = " ".join(f"$p{number}: String!" for number in range(len(paths)))
    files = " ".join(f"f{number}: file(path: $p{number}) {{ ...entry }}" for number in range(len(paths)))
    query = (
        f"query Paths($owner: String!, $name: String!, $head: GitObjectID!, {declared}) {{ "
        "repository(owner: $owner, name: $name) { object(oid: $head) { "
        f"... on Commit {{ {files} }} }} }} }} "
        f"fragment entry on TreeEntry {{ mode oid size object {{ ...content }} }} {_CONTENT}"
    )
    variables = {f"p{number}": path for number, path in enumerate(paths)}
    answer = github.graphql_whole(query, owner=owner, name=name, head=head, **variables)
    commit = optional(optional(answer.data, "repository", dict), "object", dict)
    if commit is None:
        raise Refused(f"GitHub doesn't show a commit of {repository}", status=404)
    if answer.errors:
        raise Failed("GitHub doesn't tell what is there")
    return [optional(commit, f"f{number}", dict) for number in range(len(paths))]


def _at(github: GitHub, repository: str, path: str, answer: Any) -> FileAt:
    try:
        mode, oid, size = field(answer, "mode", int), field(answer, "oid", str), optional(answer, "size", int)
    except Failed as error:
        return FileAt(path, None, None, str(error))
    if not is_oid(oid) or mode not in MODES:
        return FileAt(path, None, None, _NAMELESS)
    entry = TreeEntry(path, oid, mode, size)
    if mode in (FOLDER, SUBMODULE):
        return FileAt(path, entry, None, "it is no file")
    fetched = _fetched(github, [repository], oid, answer.get("object"), size)
    return FileAt(path, entry, fetched.data, fetched.reason)


def _fetched(
    github: GitHub, holders: Iterable[str], oid: str, answer: Any, size: int | None = None
) -> Fetched:
    """The content in the answer if that is the one, or else from the first repository that has it."""
    about: Mapping[str, Any] = answer if isinstance(answer, dict) else {}
    text, said = about.get("text"), about.get("byteSize")
    if isinstance(text, str):
        data = text.encode("utf-8", "surrogatepass")
        if _is(oid, data):
            return Fetched(oid, data) if len(data) <= LIMIT else Fetched(oid, None, _TOO_LARGE)
    if max(size or 0, said if isinstance(said, int) else 0) > LIMIT:
        return Fetched(oid, None, _TOO_LARGE)
    fetched = Fetched(oid, None, _WRONG)
    for repository in holders:
        fetched = _by_rest(github, repository, oid)
        if fetched.data is not None:
            break
    return fetched


def _by_rest(github: GitHub, repository: str, oid: str) -> Fetched:
    try:
        answer = github.get(f"/repos/{quote(repository)}/git/blobs/{oid}")
        content = field(answer, "content", str)
    except (Refused, Failed) as error:
        return Fetched(oid, None, str(error))
    try:
        data = base64.b64decode(content)
    except ValueError:
        data = b""
    if not _is(oid, data):
        return Fetched(oid, None, _WRONG)
    return Fetched(oid, data) if len(data) <= LIMIT else Fetched(oid, None, _TOO_LARGE)


def _is(oid: str, data: bytes) -> bool:
    return oid_of("blob", data, length=len(oid)) == oid
