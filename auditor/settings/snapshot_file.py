"""Reads and writes a snapshot of settings: one JSON object, which `settings-v1.schema.json` describes.

It is imported where a snapshot is at hand: pydantic takes longer to import than most repositories to audit.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ValidationError, create_model

from auditor.errors import SettingsError, in_plain_words
from auditor.files import disk
from auditor.model.settings import Host, NameOf, Settings
from auditor.model.snapshot import Snapshot
from auditor.report.escape import dump
from auditor.settings.shapes import Strict, mapping, plain, shape_of

LIMIT = 100_000_000
"""The largest snapshot that is read, in bytes: about 2 kB for each repository of a large organisation."""

_HELP = "`ci-audit settings OWNER/REPO` writes such a file; its schema is settings-v1.schema.json."

_WORD = r"[\w.-]+"
OWNER = NameOf("owner", str.lower, _WORD)
REPOSITORY = NameOf("repository", pattern=f"{_WORD}/{_WORD}")


def _host(text: str) -> Host:
    try:
        return Host.parse(text)
    except ValueError:
        raise ValueError("it is github.com, ghe.com (or yours there) or ghes:VERSION") from None


_Snapshot = create_model(
    "_Snapshot",
    __base__=Strict,
    version=(Literal[1], ...),
    host=(Annotated[str, AfterValidator(_host)] | None, None),
    as_of=(date | None, None),
    owners=(mapping(OWNER, shape_of(Settings)).reads, {}),
    repositories=(mapping(REPOSITORY, shape_of(Settings)).reads, {}),
)


def load_settings(path: Path) -> Snapshot:
    """The snapshot in a file. Raises `SettingsError`, which names the place, where it can't be used."""
    try:
        text = disk.read(path, LIMIT, follow=True).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: not UTF-8", help=_HELP) from None
    except OSError as error:
        raise SettingsError(f"{path}: {disk.explain(error)}", help=_HELP) from None
    return read_settings(str(path), text)


def read_settings(path: str, text: str) -> Snapshot:
    """The snapshot in a text. Raises `SettingsError`, which names the place, where it can't be used."""
    try:
        json.loads(text, object_pairs_hook=_unique)
        read: Any = _Snapshot.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part)[:80] for part in first["loc"]) or "the file"
        raise SettingsError(f"{path}: `{where}`: {in_plain_words(first['msg'])}", help=_HELP) from None
    except json.JSONDecodeError as error:
        place = f"{path}:{error.lineno}:{error.colno}"
        raise SettingsError(f"{place}: not JSON: {error.msg.lower()}", help=_HELP) from None
    except (ValueError, RecursionError) as error:
        reason = "nested too deep" if isinstance(error, RecursionError) else str(error)
        raise SettingsError(f"{path}: {reason}", help=_HELP) from None
    settings = {name.lower(): replace(each, repository=name) for name, each in read.repositories.items()}
    return Snapshot(path, read.host, read.as_of, MappingProxyType(settings), MappingProxyType(read.owners))


def dump_settings(snapshot: Snapshot) -> str:
    """The snapshot as a file's text, in ASCII. What isn't known isn't in it."""
    head = {"version": 1, "host": plain(snapshot.host), "as_of": plain(snapshot.as_of)}
    document = {name: value for name, value in head.items() if value is not None}
    document["owners"] = {name: plain(settings) for name, settings in sorted(snapshot.owners.items())}
    document["repositories"] = {
        settings.repository or key: plain(settings) for key, settings in sorted(snapshot.repositories.items())
    }
    return dump(document)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = Counter(name for name, _ in pairs)
        raise ValueError(f"the key `{names.most_common(1)[0][0][:80]}` stands twice in one object")
    return found
