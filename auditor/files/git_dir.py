"""Reads what git knows of a repository without running git: its own configuration could run anything.

Formats: gitformat-index(5), gitrepository-layout(5), git-config(1). Everything read here is hostile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from struct import Struct

from auditor.files import disk

_MEGABYTE = 1_000_000
_INDEX_LIMIT = 256 * _MEGABYTE
_NAMES_LIMIT = 512 * _MEGABYTE
_REFS_LIMIT = 64 * _MEGABYTE
_POINTER_LIMIT = 64_000
_MAX_SYMBOLIC_REFS = 5

_HEADER = Struct(">4sII")
_EXTENSION = Struct(">4sI")
_BEFORE_ID = 40
_MODE_BYTE = 26
_SYMBOLIC_MODES = (0xE0, 0x40)
"""The type bits of entries that are no files: a submodule, and a folder that a sparse index leaves closed."""

_SUSPICIOUS = re.compile(r"\\|^/|(?:^|/)(?:\.{0,2}|\.git)(?:/|$)")
_COMMIT = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REF = re.compile(rb"refs(?:/[\w@+=,%#!.-]+)+")
_SECTION = re.compile(r'\s*\[\s*([\w.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]')
_VARIABLE = re.compile(r"\s*([A-Za-z][A-Za-z0-9-]*)\s*=\s*(.*)")
_VALUE_PART = re.compile(r'"((?:[^"\\]|\\.)*)"?|[#;].*|(\\.)|([^"#;\\]+)')
_HOST = r"(?P<host>[A-Za-z0-9][A-Za-z0-9.-]+)"
_REPOSITORY = r"(?P<owner>\w[\w.-]*)/(?!\.{1,2}/?$)(?P<name>[\w.-]+?)(?:\.git)?/?"
_URL = re.compile(rf"(?:https?|ssh|git|git\+ssh)://(?:[^/@]*@)*{_HOST}(?::\d*)?/+{_REPOSITORY}", re.ASCII)
_SCP = re.compile(rf"(?:[^/@:]*@)?{_HOST}:/?{_REPOSITORY}", re.ASCII)
_SAME_HOST = {"ssh.github.com": "github.com", "www.github.com": "github.com"}


class IndexFormatError(ValueError):
    """The index is damaged or of a kind that isn't known here; the message says how."""


@dataclass(frozen=True, slots=True)
class Remote:
    """Where a repository was cloned from. `host` is in lower case, and without a user or a port."""

    host: str
    owner: str
    name: str

    def __str__(self) -> str:
        return f"{self.owner}/{self.name}"


def find_root(path: Path) -> Path | None:
    """The root of the work tree that `path` lies in, or None."""
    return next((folder for folder in (path, *path.parents) if find_git_dir(folder)), None)


def find_git_dir(root: Path) -> Path | None:
    """The git directory of the work tree with this root: `.git`, or where a file `.git` points to.

    A worktree and a submodule have such a file (gitrepository-layout(5)). None where there is no valid one.
    """
    candidate = root / ".git"
    try:
        if not candidate.is_dir():
            pointer = disk.read(candidate, _POINTER_LIMIT, follow=True)
            if not pointer.startswith(b"gitdir: "):
                return None
            candidate = root / _text(pointer[8:]).rstrip("\r\n")
        is_valid = (candidate / "HEAD").is_file() and (common_dir(candidate) / "objects").is_dir()
    except (OSError, ValueError):
        return None
    return candidate if is_valid else None


def common_dir(git_dir: Path) -> Path:
    """The directory that holds what all worktrees share: configuration, refs and objects."""
    pointer = _contents(git_dir / "commondir", _POINTER_LIMIT)
    return git_dir / _text(pointer).strip() if pointer else git_dir


def read_index(git_dir: Path) -> list[str]:
    """The paths of the tracked files, relative to the root and with forward slashes.

    Submodules are left out, and so are paths that can't lie below the root or that sparse checkout keeps
    folded. A split index is read with its shared half; what was deleted since the split is still listed.
    Raises `IndexFormatError`.
    """
    data = _index_data(git_dir / "index")
    if data is None:
        return []
    id_size = 32 if _object_format(git_dir) == "sha256" else 20
    names, end = _entries(data, id_size)
    shared = _shared_index(data, end, id_size)
    if shared:
        halves = (_index_data(folder / shared) for folder in (git_dir, common_dir(git_dir)))
        base = next(filter(None, halves), None)
        if base is None:
            raise IndexFormatError("its shared half is missing")
        names += _entries(base, id_size)[0]
    return _safe_paths(names)


def origin(git_dir: Path) -> Remote | None:
    """What the first URL of the remote "origin" names, without the credentials that it may hold."""
    config = _contents(common_dir(git_dir) / "config", _MEGABYTE)
    for section, subsection, key, value in _variables(_text(config)):
        if (section, subsection, key) == ("remote", "origin", "url"):
            return parse_origin(value)
    return None


def parse_origin(url: str) -> Remote | None:
    """The host, owner and name in a URL or in `git@host:owner/name`; None for any other shape."""
    match = _URL.fullmatch(url.strip()) or _SCP.fullmatch(url.strip())
    if match is None:
        return None
    host = match["host"].lower()
    return Remote(_SAME_HOST.get(host, host), match["owner"], match["name"])


def head(git_dir: Path) -> str | None:
    """The commit that HEAD stands at, in hex, or None before the first one or where it can't be read."""
    common = common_dir(git_dir)
    value = _contents(git_dir / "HEAD", _POINTER_LIMIT).strip()
    for _ in range(_MAX_SYMBOLIC_REFS):
        if _COMMIT.fullmatch(value):
            return value.decode()
        ref = value.removeprefix(b"ref:").strip()
        if not _REF.fullmatch(ref) or b".." in ref:
            return None
        loose = (_contents(folder / _text(ref), _POINTER_LIMIT).strip() for folder in (git_dir, common))
        value = next(filter(None, loose), b"") or _packed(common, ref)
    return None


def _packed(common: Path, ref: bytes) -> bytes:
    refs = _contents(common / "packed-refs", _REFS_LIMIT)
    found = re.search(rb"^([0-9a-f]{40,64}) " + re.escape(ref) + rb"\r?$", refs, re.MULTILINE)
    return found[1] if found else b""


def _contents(path: Path, limit: int) -> bytes:
    """The bytes of a file of git's, or none where it is missing or no file to be read."""
    try:
        return disk.read(path, limit, follow=True)
    except (OSError, ValueError):
        return b""


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _index_data(path: Path) -> bytes | None:
    try:
        return disk.read(path, _INDEX_LIMIT, follow=True)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise IndexFormatError(disk.explain(error)) from error


def _entries(data: bytes, id_size: int) -> tuple[list[bytes], int]:
    """The names of the files in an index, and the offset at which its extensions start."""
    if len(data) < _HEADER.size + id_size:
        raise IndexFormatError("it is cut off")
    signature, version, count = _HEADER.unpack_from(data)
    if signature != b"DIRC" or version not in (2, 3, 4):
        raise IndexFormatError("it is no index of version 2, 3 or 4")
    read = _compressed_entries if version == 4 else _plain_entries
    try:
        names, end = read(data, count, _BEFORE_ID + id_size)
    except (IndexError, ValueError) as error:
        raise IndexFormatError("an entry is damaged or cut off") from error
    if end > len(data) - id_size:
        raise IndexFormatError("an entry is cut off")
    return names, end


def _plain_entries(data: bytes, count: int, flags_at: int) -> tuple[list[bytes], int]:
    """Versions 2 and 3: each name ends in NUL bytes up to the next multiple of eight."""
    names = []
    find, position = data.index, _HEADER.size
    for _ in range(count):
        start = position + flags_at + (4 if data[position + flags_at] & 0x40 else 2)
        end = find(0, start)
        if data[position + _MODE_BYTE] & 0xF0 not in _SYMBOLIC_MODES:
            names.append(data[start:end])
        position += (end - position + 8) & ~7
    return names, position


def _compressed_entries(data: bytes, count: int, flags_at: int) -> tuple[list[bytes], int]:
    """Version 4: each name says how many bytes of the one before it to drop, and what follows."""
    names = []
    name, total, position = b"", 0, _HEADER.size
    for _ in range(count):
        kind = data[position + _MODE_BYTE] & 0xF0
        position += flags_at + (4 if data[position + flags_at] & 0x40 else 2)
        dropped, position = _offset(data, position)
        end = data.index(0, position)
        name = name[: max(0, len(name) - dropped)] + data[position:end]
        total += len(name)
        if total > _NAMES_LIMIT:
            raise ValueError("the names are too long")
        if kind not in _SYMBOLIC_MODES:
            names.append(name)
        position = end + 1
    return names, position


def _offset(data: bytes, position: int) -> tuple[int, int]:
    """A number in git's variable width, and where it ends."""
    byte = data[position]
    value = byte & 0x7F
    while byte & 0x80:
        position += 1
        byte = data[position]
        value = ((value + 1) << 7 | byte & 0x7F) & 0xFFFF_FFFF
    return value, position + 1


def _shared_index(data: bytes, position: int, id_size: int) -> str | None:
    """The file name of the other half, where the extension `link` says that the index is split."""
    end = len(data) - id_size
    while position + _EXTENSION.size <= end:
        name, size = _EXTENSION.unpack_from(data, position)
        position += _EXTENSION.size
        if name == b"link":
            shared = data[position : position + id_size]
            return f"sharedindex.{shared.hex()}" if any(shared) else None
        position += size
    return None


def _safe_paths(names: list[bytes]) -> list[str]:
    """The names as paths, without those that could point out of the tree or into git's own folder."""
    paths = _text(b"\0".join(filter(None, names))).split("\0")
    return [path for path in paths if path and not _SUSPICIOUS.search(path)]


def _object_format(git_dir: Path) -> str:
    config = _contents(common_dir(git_dir) / "config", _MEGABYTE)
    variables = _variables(_text(config))
    formats = (value for *where, value in variables if where == ["extensions", "", "objectformat"])
    return next(formats, "sha1").lower()


def _variables(text: str) -> Iterator[tuple[str, str, str, str]]:
    """Section, subsection, key and value of each line that makes sense. Includes aren't followed."""
    section = subsection = ""
    for line in text.replace("\r\n", "\n").replace("\\\n", "").split("\n"):
        header = _SECTION.match(line)
        if header:
            section = header[1].lower()
            subsection = re.sub(r"\\(.)", r"\1", header[2] or "")
            line = line[header.end() :]
        variable = _VARIABLE.match(line)
        if variable:
            yield section, subsection, variable[1].lower(), _value(variable[2])


def _value(text: str) -> str:
    """A value without its quotes, its comment and the blanks around it."""
    parts = (quoted or (escaped or "")[1:] or plain for quoted, escaped, plain in _VALUE_PART.findall(text))
    return "".join(parts).strip()
