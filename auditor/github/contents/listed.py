"""A repository as GitHub lists it: what it is, and which of its files may belong to an audit."""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.model.settings import Visibility

NAME = re.compile(r"[\w-]+/(?!\.{1,2}\Z)[\w.-]+", re.ASCII)
"""What `owner/name` can be: nothing else may become part of a path."""

FOLDER = 0o040000
"""An entry's mode in git where it is a folder."""
LINK = 0o120000
"""A file's mode in git where it is a symbolic link."""
SUBMODULE = 0o160000
"""An entry's mode in git where another repository's commit stands there."""
MODES = range(1 << 16)
"""What an entry's mode can be."""


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """A file of a commit. `oid` is git's name of its content, so equal content has an equal one.

    `path` is relative to the root; bytes that aren't UTF-8 are escaped as PEP 383 has it. `size` counts
    bytes; None where it isn't known.
    """

    path: str
    oid: str
    mode: int
    size: int | None = None

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link, whose content is the path that it leads to."""
        return self.mode == LINK


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One repository of an owner's. `id` stays when it is renamed; `name` is `owner/name`.

    `head` is the commit of the default branch that `entries` are of, and None where there is none. `lost`
    are folders that couldn't be listed wholly, each with the reason. `hidden` names the permission that
    is missing where GitHub doesn't show this token the repository's files, `fault` what else kept them
    from being listed.
    """

    id: int
    name: str
    visibility: Visibility
    is_archived: bool = False
    is_disabled: bool = False
    is_fork: bool = False
    default_branch: str | None = None
    head: str | None = None
    entries: tuple[TreeEntry, ...] = ()
    lost: tuple[tuple[str, str], ...] = ()
    hidden: str = ""
    fault: str = ""
