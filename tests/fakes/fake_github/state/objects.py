"""Git's objects, with the ids that git itself gives them. Source: git-hash-object(1), gitformat-pack(5)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

FILE = 0o100644
PROGRAM = 0o100755
LINK = 0o120000
FOLDER = 0o040000
SUBMODULE = 0o160000


def oid_of(kind: str, body: bytes) -> str:
    """The id of an object."""
    return hashlib.sha1(b"%s %d\0%s" % (kind.encode(), len(body), body), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class File:
    """A file of a repository. A submodule's content is its commit's id, a link's the path it leads to."""

    content: bytes
    mode: int = FILE


@dataclass(frozen=True, slots=True)
class Blob:
    """A file's content."""

    content: bytes
    oid: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a tree; `object` is None for a submodule, whose commit lives elsewhere."""

    name: bytes
    mode: int
    oid: str
    object: Blob | Tree | None

    @property
    def type(self) -> str:
        return {FOLDER: "tree", SUBMODULE: "commit"}.get(self.mode, "blob")


@dataclass(frozen=True, slots=True)
class Tree:
    """A folder, its entries in git's order."""

    entries: tuple[Entry, ...]
    body: bytes
    oid: str


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit without a parent, and all that it holds, by id."""

    oid: str
    body: bytes
    tree: Tree
    objects: Mapping[str, Blob | Tree]

    def at(self, path: str) -> Blob | Tree | None:
        """What lies at a path; the root at an empty one."""
        found: Blob | Tree | None = self.tree
        for part in filter(None, path.split("/")):
            if not isinstance(found, Tree):
                return None
            name = part.encode("utf-8", "surrogateescape")
            found = next((entry.object for entry in found.entries if entry.name == name), None)
        return found


def blob(content: bytes) -> Blob:
    return Blob(content, oid_of("blob", content))


def walk(tree: Tree, below: bytes = b"") -> Iterator[tuple[bytes, Entry]]:
    """Each entry below a tree with its path, folders before what they hold."""
    for entry in tree.entries:
        yield below + entry.name, entry
        if isinstance(entry.object, Tree):
            yield from walk(entry.object, below + entry.name + b"/")


def commit(files: Mapping[str, File], when: int) -> Commit:
    """A commit of these files at a second since 1970."""
    root = _Folder()
    for path, file in files.items():
        *folders, name = path.encode("utf-8", "surrogateescape").split(b"/")
        at = root
        for folder in folders:
            at = at.folders.setdefault(folder, _Folder())
        at.files[name] = file
    objects: dict[str, Blob | Tree] = {}
    tree = _tree(root, objects)
    author = b"Ada <ada@acme.example> %d +0000" % when
    body = b"tree %s\nauthor %s\ncommitter %s\n\nWork\n" % (tree.oid.encode(), author, author)
    return Commit(oid_of("commit", body), body, tree, objects)


@dataclass(slots=True)
class _Folder:
    folders: dict[bytes, _Folder] = field(default_factory=dict)
    files: dict[bytes, File] = field(default_factory=dict)


def _tree(folder: _Folder, objects: dict[str, Blob | Tree]) -> Tree:
    entries = []
    for name, inner in folder.folders.items():
        below = _tree(inner, objects)
        entries.append(Entry(name, FOLDER, below.oid, below))
    for name, file in folder.files.items():
        if file.mode == SUBMODULE:
            entries.append(Entry(name, SUBMODULE, file.content.decode(), None))
        else:
            content = blob(file.content)
            objects[content.oid] = content
            entries.append(Entry(name, file.mode, content.oid, content))
    # A folder sorts as if its name ended in a slash.
    entries.sort(key=lambda entry: entry.name + b"/" if entry.mode == FOLDER else entry.name)
    return tree_of(tuple(entries), objects)


def tree_of(entries: tuple[Entry, ...], objects: dict[str, Blob | Tree]) -> Tree:
    """The tree of these entries, in the order that they are given."""
    body = b"".join(b"%o %s\0%s" % (entry.mode, entry.name, bytes.fromhex(entry.oid)) for entry in entries)
    tree = Tree(entries, body, oid_of("tree", body))
    objects[tree.oid] = tree
    return tree
