"""Git's objects as GraphQL shows them. A node's attributes are its fields."""

from __future__ import annotations

import base64
from typing import Any

from fake_github.state.objects import Blob, Commit, Entry, Tree
from fake_github.state.world import Repository, World, timestamp


class RefNode:
    """The default branch."""

    TYPE = "Ref"
    prefix = "refs/heads/"

    def __init__(self, world: World, repository: Repository, commit: Commit) -> None:
        self.id, self.name = f"REF_{repository.id}", repository.default_branch
        self.target = CommitNode(world, repository, commit)


def object_of(world: World, repository: Repository, commit: Commit, oid: str, path: str = "") -> Any:
    """An object of a repository; None where it isn't its own."""
    if oid == commit.oid:
        return CommitNode(world, repository, commit)
    found = commit.objects.get(oid)
    if isinstance(found, Blob):
        return BlobNode(world, repository, found)
    return found and TreeNode(world, repository, found, path.encode("utf-8", "surrogateescape"))


class CommitNode:
    """A commit."""

    TYPE = "Commit"

    def __init__(self, world: World, repository: Repository, commit: Commit) -> None:
        self.id, self.oid = f"C_{repository.id}_{commit.oid}", commit.oid
        self._world, self._repository, self._commit = world, repository, commit

    @property
    def committedDate(self) -> str:
        return timestamp(self._repository.pushed_at)

    @property
    def tree(self) -> TreeNode:
        return TreeNode(self._world, self._repository, self._commit.tree, b"")

    def file(self, path: str) -> TreeEntryNode | None:
        folder, _, name = path.strip("/").rpartition("/")
        tree = self._commit.at(folder)
        for entry in self._world.entries_of(tree) if isinstance(tree, Tree) else ():
            if entry.name == name.encode():
                return TreeEntryNode(self._world, self._repository, entry, path.encode())
        return None


class TreeNode:
    """A folder at `path`."""

    TYPE = "Tree"

    def __init__(self, world: World, repository: Repository, tree: Tree, path: bytes) -> None:
        self.id, self.oid = f"T_{repository.id}_{tree.oid}", tree.oid
        self._world, self._repository, self._tree, self._path = world, repository, tree, path

    @property
    def entries(self) -> list[TreeEntryNode]:
        below = self._path + b"/" if self._path else b""
        return [
            TreeEntryNode(self._world, self._repository, entry, below + entry.name)
            for entry in self._world.entries_of(self._tree)
        ]


class TreeEntryNode:
    """A line of a tree."""

    TYPE = "TreeEntry"
    isGenerated = False

    def __init__(self, world: World, repository: Repository, entry: Entry, path: bytes) -> None:
        self._world, self._repository, self._entry, self._path = world, repository, entry, path
        self.oid, self.mode, self.type = entry.oid, entry.mode, entry.type

    @property
    def name(self) -> str:
        return self._entry.name.decode("utf-8", "replace")

    @property
    def nameRaw(self) -> str:
        return base64.b64encode(self._entry.name).decode()

    @property
    def path(self) -> str:
        return self._path.decode("utf-8", "replace")

    @property
    def pathRaw(self) -> str:
        return base64.b64encode(self._path).decode()

    @property
    def size(self) -> int:
        found = self._entry.object
        return len(found.content) if isinstance(found, Blob) else 0

    @property
    def object(self) -> Any:
        found = self._entry.object
        if isinstance(found, Blob):
            return BlobNode(self._world, self._repository, found)
        return found and TreeNode(self._world, self._repository, found, self._path)


class BlobNode:
    """A file's content, cut where GitHub cuts it."""

    TYPE = "Blob"

    def __init__(self, world: World, repository: Repository, blob: Blob) -> None:
        self.id, self.oid = f"B_{repository.id}_{blob.oid}", blob.oid
        self._world, self._blob = world, blob

    @property
    def _content(self) -> bytes:
        return self._world.content_of(self._blob)

    @property
    def byteSize(self) -> int:
        return len(self._content)

    @property
    def isBinary(self) -> bool:
        return b"\0" in self._content[:8000]

    @property
    def isTruncated(self) -> bool:
        return not self.isBinary and len(self._content) > self._world.text_limit

    @property
    def text(self) -> str | None:
        if self.isBinary:
            return None
        self._world.log.gave_blob(self.oid)
        return self._content[: self._world.text_limit].decode("utf-8", "replace")
