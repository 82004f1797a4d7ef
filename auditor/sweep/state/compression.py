"""How the state stores data: as JSON, compressed, and read back with a bound."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

from auditor.errors import StateError
from auditor.files.git_tree import TreeEntry
from auditor.github.contents.listed import Listed
from auditor.model.settings import Visibility

MAX_BYTES = 256 << 20
"""The largest content that is unpacked. Real results take some megabytes at most."""

_FLAGS = ("is_archived", "is_disabled", "is_fork")
_TEXTS = ("default_branch", "head", "hidden", "fault")


class DamagedError(StateError):
    """What is stored isn't what was written: nothing of it can be trusted."""

    def __init__(self, what: str) -> None:
        help = "Put back a copy that was kept, or move it away: the next sweep then starts without a history."
        super().__init__(f"the state of the sweeps is damaged: {what}", help=help)
        self.what = what


def compress(data: bytes) -> bytes:
    """`data`, smaller. Speed counts for more than the last percent."""
    return zlib.compress(data, 1)


def expand(data: bytes, limit: int = MAX_BYTES) -> bytes:
    """What was compressed. Raises `DamagedError` where that isn't whole, or larger than `limit` bytes."""
    reader = zlib.decompressobj()
    try:
        whole = reader.decompress(data, limit)
    except zlib.error as error:
        raise DamagedError("no compressed content") from error
    if not reader.eof or reader.unused_data:
        raise DamagedError("compressed content that is cut off, or too large")
    return whole


def text(value: Any) -> str:
    """`value` as JSON in ASCII, which keeps lone surrogates and NUL, too."""
    return json.dumps(value, separators=(",", ":"))


def value_of(stored: str | bytes) -> Any:
    """The value of a JSON text. Raises `DamagedError`."""
    try:
        return json.loads(stored)
    except (ValueError, RecursionError) as error:
        raise DamagedError("no JSON") from error


def pack(value: Any) -> bytes:
    """`value` as compressed JSON."""
    return compress(text(value).encode("ascii"))


def unpack(data: bytes, limit: int = MAX_BYTES) -> Any:
    """The value that was packed. Raises `DamagedError`."""
    return value_of(expand(data, limit))


def pack_listed(listed: Listed) -> bytes:
    """What the columns of its row don't hold of a listed repository."""
    document: dict[str, Any] = {name: True for name in _FLAGS if getattr(listed, name)}
    document |= {name: value for name in _TEXTS if (value := getattr(listed, name))}
    document["entries"] = [(entry.path, entry.oid, entry.mode, entry.size) for entry in listed.entries]
    if listed.lost:
        document["lost"] = listed.lost
    return pack(document)


def unpack_listed(id: int, name: str, visibility: str, data: bytes) -> Listed:
    """The repository that was listed. Raises `DamagedError`."""
    document = unpack(data)
    try:
        return Listed(
            id=id,
            name=value_of(name),
            visibility=Visibility(visibility),
            entries=tuple(TreeEntry(*entry) for entry in document.pop("entries")),
            lost=tuple((folder, reason) for folder, reason in document.pop("lost", ())),
            **document,
        )
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise DamagedError("no listed repository") from error


def oids_of(data: bytes) -> list[str]:
    """The names of the blobs that a listed repository's files have."""
    document = unpack(data)
    if not isinstance(document, Mapping):
        raise DamagedError("no listed repository")
    return [entry[1] for entry in document["entries"]]
