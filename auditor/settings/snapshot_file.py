"""Reads and writes a snapshot of settings: one JSON object, which `settings-v1.schema.json` describes.

It is imported where a snapshot is at hand: pydantic takes longer to import than most repositories to audit.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from auditor.errors import SettingsError
from auditor.files import disk
from auditor.model.permission import Level
from auditor.model.settings import (
    EnvironmentRules,
    EventPolicy,
    ForkApproval,
    Host,
    RunnerGroup,
    Settings,
    SubjectTemplate,
    Visibility,
)
from auditor.model.snapshot import Snapshot
from auditor.report.escape import dump

LIMIT = 100_000_000
"""The largest snapshot that is read, in bytes: about 2 kB for each repository of a large organisation."""

_HELP = "`ci-audit settings OWNER/REPO` writes such a file; its schema is settings-v1.schema.json."

T = TypeVar("T")
_UNTOLD = Settings()
_WORD = r"[\w.-]+"


def _host(text: str) -> str:
    try:
        Host.parse(text)
    except ValueError:
        raise ValueError("it is github.com, ghe.com (or yours there) or ghes:VERSION") from None
    return text


def _named(what: str, pattern: str = r"(?s:.+)") -> AfterValidator:
    """Keys that are names of that kind, each once; GitHub compares names without case."""

    def check(names: dict[str, Any]) -> dict[str, Any]:
        for name in names:
            if not re.fullmatch(pattern, name, re.ASCII):
                raise ValueError(f"`{name[:80]}` is no {what}")
        if len({name.lower() for name in names}) < len(names):
            raise ValueError(f"one {what} stands in it twice")
        return names

    return AfterValidator(check)


def _settings_named(names: dict[str, str]) -> dict[str, str]:
    for name in names:
        if name not in _Part.model_fields:
            raise ValueError(f"`{name[:80]}` is no setting")
    return names


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _EventPolicy(_Strict):
    name: str
    events: frozenset[str]
    paths: tuple[str, ...] = ()
    except_paths: tuple[str, ...] = ()


class _Environment(_Strict):
    reviewers: int = Field(0, ge=0)
    wait_minutes: int = Field(0, ge=0)
    custom_rules: int = Field(0, ge=0)
    branches: tuple[str, ...] | None = None
    protected_branches: bool = False
    secrets: tuple[str, ...] = ()
    variables: tuple[str, ...] | None = None


class _RunnerGroup(_Strict):
    name: str
    public_repositories: bool
    labels: frozenset[str] = frozenset()
    hosted: bool = False
    ephemeral: bool | None = None
    repositories: tuple[str, ...] | None = None
    workflows: tuple[str, ...] = ()


class _Subject(_Strict):
    keys: tuple[str, ...] = ()
    immutable: bool | None = None
    prefix: str | None = None


class _Part(_Strict):
    visibility: Visibility | None = None
    default_branch: str | None = None
    default_token: Literal["read", "write"] | None = None
    may_approve: bool | None = None
    fork_approval: ForkApproval | None = None
    fork_secrets: bool | None = None
    fork_write: bool | None = None
    event_policies: tuple[_EventPolicy, ...] | None = None
    target_is_live: bool | None = None
    sha_pinning: bool | None = None
    any_action: bool | None = None
    environments: Annotated[dict[str, _Environment], _named("environment")] | None = None
    runner_groups: tuple[_RunnerGroup, ...] | None = None
    variables: Annotated[dict[str, str], _named("variable")] = Field(default_factory=dict)
    secrets: tuple[str, ...] | None = None
    subject: _Subject | None = None
    required_checks: tuple[str, ...] | None = None
    merge_queue: bool | None = None
    protected_branches: tuple[str, ...] | None = None
    protected_tags: tuple[str, ...] | None = None
    unreadable: Annotated[dict[str, str], AfterValidator(_settings_named)] = Field(default_factory=dict)


class _Snapshot(_Strict):
    version: Literal[1]
    host: Annotated[str, AfterValidator(_host)] | None = None
    as_of: date | None = None
    owners: Annotated[dict[str, _Part], _named("owner", _WORD)] = Field(default_factory=dict)
    repositories: Annotated[dict[str, _Part], _named("repository", f"{_WORD}/{_WORD}")] = Field(
        default_factory=dict
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
        read = _Snapshot.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part)[:80] for part in first["loc"]) or "the file"
        message = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{path}: `{where}`: {message[0].lower()}{message[1:]}", help=_HELP) from None
    except json.JSONDecodeError as error:
        place = f"{path}:{error.lineno}:{error.colno}"
        raise SettingsError(f"{place}: not JSON: {error.msg.lower()}", help=_HELP) from None
    except (ValueError, RecursionError) as error:
        reason = "nested too deep" if isinstance(error, RecursionError) else str(error)
        raise SettingsError(f"{path}: {reason}", help=_HELP) from None
    return Snapshot(
        path=path,
        host=Host.parse(read.host) if read.host else None,
        as_of=read.as_of,
        repositories=MappingProxyType(
            {name.lower(): _settings(part, name) for name, part in read.repositories.items()}
        ),
        owners=MappingProxyType({name.lower(): _settings(part) for name, part in read.owners.items()}),
    )


def dump_settings(snapshot: Snapshot) -> str:
    """The snapshot as a file's text, in ASCII. What isn't known isn't in it."""
    head = {"version": 1, "host": _plain(snapshot.host), "as_of": _plain(snapshot.as_of)}
    document = {name: value for name, value in head.items() if value is not None}
    document["owners"] = {name: _part(told) for name, told in sorted(snapshot.owners.items())}
    document["repositories"] = {
        told.repository or key: _part(told) for key, told in sorted(snapshot.repositories.items())
    }
    return dump(document)


def _part(told: Settings) -> dict[str, Any]:
    return {
        name: _plain(value)
        for name in _Part.model_fields
        if (value := getattr(told, name)) != getattr(_UNTOLD, name)
    }


def _plain(value: object) -> Any:
    """A value as JSON has it."""
    match value:
        case Enum() if not isinstance(value, Level):
            return value.value
        case Level() | Host() | date():
            return str(value)
        case frozenset():
            return sorted(value)
        case tuple():
            return [_plain(item) for item in value]
        case Mapping():
            return {key: _plain(item) for key, item in value.items()}
        case EventPolicy() | EnvironmentRules() | RunnerGroup() | SubjectTemplate():
            members = ((each, getattr(value, each.name)) for each in fields(value))
            return {each.name: _plain(item) for each, item in members if item != each.default}
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = Counter(name for name, _ in pairs)
        raise ValueError(f"the key `{names.most_common(1)[0][0][:80]}` stands twice in one object")
    return found


def _settings(part: _Part, repository: str | None = None) -> Settings:
    told: dict[str, Any] = {name: getattr(part, name) for name in _Part.model_fields}
    level = {"read": Level.READ, "write": Level.WRITE}
    told["default_token"] = level[part.default_token] if part.default_token else None
    told["event_policies"] = _records(EventPolicy, part.event_policies)
    told["runner_groups"] = _records(RunnerGroup, part.runner_groups)
    told["subject"] = SubjectTemplate(**vars(part.subject)) if part.subject else None
    told["variables"] = MappingProxyType({name.upper(): value for name, value in part.variables.items()})
    told["unreadable"] = MappingProxyType(part.unreadable)
    if part.environments is not None:
        rules = {name.lower(): _rules(each) for name, each in part.environments.items()}
        told["environments"] = MappingProxyType(rules)
    return Settings(repository=repository, **told)


def _rules(environment: _Environment) -> EnvironmentRules:
    told = vars(environment)
    if environment.variables is not None:
        told = {**told, "variables": tuple(name.upper() for name in environment.variables)}
    return EnvironmentRules(**told)


def _records(record: type[T], models: tuple[_Strict, ...] | None) -> tuple[T, ...] | None:
    return None if models is None else tuple(record(**vars(model)) for model in models)
