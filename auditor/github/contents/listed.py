"""A repository as GitHub lists it: what it is, and which of its files may belong to an audit."""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.files.git_tree import TreeEntry
from auditor.model.settings import Visibility

NAME = re.compile(r"[\w-]+/(?!\.{1,2}\Z)[\w.-]+", re.ASCII)
"""What `owner/name` can be: nothing else may become part of a path."""


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
