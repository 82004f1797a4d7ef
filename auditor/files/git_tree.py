"""What a folder of a commit holds, as git's trees have it."""

from __future__ import annotations

from dataclasses import dataclass

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
