"""The text behind `uses:`: which action or reusable workflow, and how firmly it is named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from auditor.languages.yaml import Scalar
from auditor.model.reader import MappingReader, short

_COMMIT = re.compile(r"[0-9a-fA-F]{40}|[0-9a-fA-F]{64}")
_REMOTE = re.compile(r"(?P<owner>[^/@\s]+)/(?P<name>[^/@\s]+)(?:/(?P<path>[^@\s]*))?@(?P<ref>\S+)")


class UsesKind(Enum):
    """Where the named thing lives."""

    REMOTE = "remote"
    LOCAL = "local"
    """`./path`: the checkout's copy, so whoever wrote what is on disk."""
    SELF = "self"
    """`$/path`: this repository at the running commit (github.com, since 2026-07)."""
    DOCKER = "docker"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, eq=False)
class Uses:
    """A parsed `uses:`. `owner`, `name`, `path` and `ref` are as written; compare `slug` instead."""

    node: Scalar
    kind: UsesKind
    owner: str = ""
    name: str = ""
    path: str = ""
    ref: str = ""

    @property
    def text(self) -> str:
        """The text as written."""
        return self.node.value

    @property
    def slug(self) -> str:
        """`owner/name` in lower case, as GitHub compares it; nothing where it isn't remote."""
        return f"{self.owner}/{self.name}".lower() if self.kind is UsesKind.REMOTE else ""

    @property
    def is_own(self) -> bool:
        """Whether it lies in this repository."""
        return self.kind in (UsesKind.LOCAL, UsesKind.SELF)

    @property
    def is_pinned(self) -> bool:
        """Whether what runs can't be moved: a full commit, an image digest, or this repository itself."""
        if self.kind is UsesKind.REMOTE:
            return _COMMIT.fullmatch(self.ref) is not None
        if self.kind is UsesKind.DOCKER:
            return "@sha256:" in self.path
        return self.is_own


def read_uses(node: Scalar, reader: MappingReader) -> Uses:
    """The parts of a `uses:` text. GitHub takes no expression there."""
    text = node.value.strip()
    if text.startswith("docker://"):
        return Uses(node, UsesKind.DOCKER, path=text.removeprefix("docker://"))
    if text.startswith("./") or text == ".":
        return Uses(node, UsesKind.LOCAL, path=text.removeprefix(".").strip("/"))
    if text.startswith("$/"):
        return Uses(node, UsesKind.SELF, path=text.removeprefix("$").strip("/"))
    match = _REMOTE.fullmatch(text)
    if match is None or "${{" in text:
        shapes = "owner/name@ref, ./path, $/path or docker://image"
        reader.problem(f"`uses` must be {shapes}, not `{short(text)}`", node.location)
        return Uses(node, UsesKind.UNKNOWN)
    return Uses(node, UsesKind.REMOTE, match["owner"], match["name"], match["path"] or "", match["ref"])
