"""Git's own names of objects: the hash of what an object holds, so that nothing has to be taken on trust.

Git's documentation, "Git Internals - Git Objects" and "hash-function-transition" (read 2026-11).
"""

from __future__ import annotations

import hashlib
import re

_OID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def is_oid(text: str) -> bool:
    """Whether it is written as the whole name of an object is: SHA-1, or SHA-256."""
    return _OID.fullmatch(text) is not None


def oid_of(kind: str, content: bytes, *, length: int) -> str:
    """The name of an object of that kind (`blob`, `tree`), in a repository whose names have that length."""
    new = hashlib.sha256 if length == 64 else hashlib.sha1
    return new(f"{kind} {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()
