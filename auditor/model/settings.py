"""The settings of a repository. None means "not known", and the worst case stands.

A setting is declared here and nowhere else: a field of `Settings`, or of a record in it, with its type, the
value it has where it isn't known, and a text below it. The snapshot file's reader and writer and its JSON
schema are made from that. To add one:

1. Add the field. An `int` is a count, a `StrEnum` stands there as its text; `auditor/settings/shapes.py`
   knows the other types.
2. Write the schema anew: `python -m auditor.settings.schema`.
3. Return it from a part of `auditor/settings/from_github/`, and name it in `PARTS` there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import date
from enum import StrEnum
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Annotated, Any, Literal

from auditor.model.permission import Level

OUTSIDE = MappingProxyType({"outside": True})
"""Metadata of a field that no part of a snapshot file holds: whose settings they are, or the whole scan's."""


@dataclass(frozen=True, slots=True)
class NameOf:
    """Marks a text as the name of a thing that GitHub compares without case; `fold` is how it is kept."""

    what: str
    fold: Callable[[str], str] = str
    pattern: str = r"(?s:.+)"


EnvironmentName = Annotated[str, NameOf("environment", str.lower)]
VariableName = Annotated[str, NameOf("variable", str.upper)]
TokenLevel = Literal[Level.READ, Level.WRITE]
"""What GitHub offers as the default token's."""


class Visibility(StrEnum):
    """Who can see the repository, and so who can fork it."""

    PUBLIC = "public"
    PRIVATE = "private"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Host:
    """Where the repository lives: `github.com`, `ghe.com` (data residency), or `ghes` with a version."""

    name: str
    version: tuple[int, int] | None = None

    @classmethod
    def parse(cls, text: str) -> Host:
        """The host that `github.com`, `acme.ghe.com` or `ghes:3.19` names. Raises `ValueError` for others."""
        text = text.lower()
        known = cls("ghe.com") if text == "ghe.com" else cls.of_url(text)
        if known is not None:
            return known
        match = re.fullmatch(r"ghes:(\d+)\.(\d+)(\.\d+)?", text)
        if match is None:
            raise ValueError(text)
        return cls("ghes", (int(match[1]), int(match[2])))

    @classmethod
    def of_url(cls, name: str) -> Host | None:
        """The host behind a URL's host name; None for one that may be anybody's server."""
        name = name.lower()
        if name == "github.com":
            return cls(name)
        return cls("ghe.com") if name.endswith(".ghe.com") else None

    def __str__(self) -> str:
        """As `parse` reads it."""
        return f"{self.name}:{self.version[0]}.{self.version[1]}" if self.version else self.name

    @property
    def is_server(self) -> bool:
        """Whether it is GitHub Enterprise Server, which gets GitHub's changes late or never."""
        return self.name == "ghes"


class ForkApproval(StrEnum):
    """Whose pull requests from forks wait for approval before `pull_request` workflows run.

    Source: GitHub REST reference, "Get fork PR contributor approval permissions" (read 2026-11).
    """

    NEW_TO_GITHUB = "first_time_contributors_new_to_github"
    FIRST_TIME = "first_time_contributors"
    ALL_EXTERNAL = "all_external_contributors"


@dataclass(frozen=True, slots=True)
class EventPolicy:
    """An active Actions policy that allows only some events, in some workflows."""

    name: str
    events: frozenset[str]
    """The only ones that start workflows."""
    paths: tuple[str, ...] = ()
    """Globs of the workflows that it covers; none means every workflow."""
    except_paths: tuple[str, ...] = ()
    """Globs of those that it doesn't cover."""

    def covers(self, path: str) -> bool:
        """Whether it speaks of the workflow at a path."""
        if any(fnmatchcase(path, pattern) for pattern in self.except_paths):
            return False
        return not self.paths or any(fnmatchcase(path, pattern) for pattern in self.paths)


@dataclass(frozen=True, slots=True)
class EnvironmentRules:
    """What protects a deployment environment."""

    reviewers: int = 0
    """How many required reviewers are named."""
    wait_minutes: int = 0
    custom_rules: int = 0
    """How many apps must agree."""
    branches: tuple[str, ...] | None = None
    """The patterns of the refs that may use it; not there where every ref may."""
    protected_branches: bool = False
    """Whether only protected branches may use it."""
    secrets: tuple[str, ...] = ()
    """The names of its secrets."""
    variables: tuple[VariableName, ...] | None = None
    """The names of its variables, which come before the repository's; not there where they aren't known."""

    @property
    def holds_back(self) -> bool:
        """Whether somebody or something must agree before a job of any ref starts."""
        return bool(self.reviewers or self.custom_rules)


_NO_RULES = EnvironmentRules()


@dataclass(frozen=True, slots=True)
class RunnerGroup:
    """A group of self-hosted or larger runners."""

    name: str
    public_repositories: bool
    """Whether public repositories may use it."""
    labels: frozenset[str] = frozenset()
    """The labels of its runners."""
    hosted: bool = False
    """Whether GitHub hosts its runners (larger runners)."""
    ephemeral: bool | None = None
    """Whether each of its runners serves one job only."""
    repositories: tuple[str, ...] | None = None
    """The only repositories that may use it; not there where all may, or where that isn't known."""
    workflows: tuple[str, ...] = ()
    """The only workflows that it admits, if any are named."""


@dataclass(frozen=True, slots=True)
class SubjectTemplate:
    """How the `sub` of an id-token is made."""

    keys: tuple[str, ...] = ()
    """Claim keys, in order; none for GitHub's own way."""
    immutable: bool | None = None
    """Whether owner and repository carry their ids."""
    prefix: str | None = None
    """The beginning that GitHub reports."""


def _nothing() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Settings:
    """What is known of a repository, or of all of an owner's. What isn't there isn't known."""

    repository: str | None = field(default=None, metadata=OUTSIDE)
    """`owner/name`."""
    visibility: Visibility | None = None
    host: Host | None = field(default=None, metadata=OUTSIDE)
    as_of: date | None = field(default=None, metadata=OUTSIDE)
    """The day it is judged for."""
    default_branch: str | None = None
    default_token: TokenLevel | None = None
    """What a job's token may do where no `permissions` are written."""
    may_approve: bool | None = None
    """Whether Actions may create and approve pull requests."""
    fork_approval: ForkApproval | None = None
    """Whose pull requests from forks wait for approval before their workflows run."""
    fork_secrets: bool | None = None
    """Whether pull requests from forks of a private repository get its secrets."""
    fork_write: bool | None = None
    """Whether they get a token that may write, and an id-token."""
    event_policies: tuple[EventPolicy, ...] | None = None
    """The active Actions policies that allow only some events. An empty list: there is none."""
    target_is_live: bool | None = None
    """Whether a `pull_request_target` run has been seen since GitHub refuses it by default."""
    sha_pinning: bool | None = None
    """Whether an action must be pinned to a commit."""
    any_action: bool | None = None
    """Whether any action may be used."""
    environments: Mapping[EnvironmentName, EnvironmentRules] | None = None
    """All deployment environments, by name."""
    runner_groups: tuple[RunnerGroup, ...] | None = None
    """The groups of self-hosted or larger runners that are known, the owner's and the repository's own; all
    of them, unless they are listed as unreadable."""
    variables: Mapping[VariableName, str] = field(default_factory=_nothing)
    """Configuration variables (`vars`), by name. One that isn't here isn't known."""
    secrets: tuple[str, ...] | None = None
    """The names of the secrets that workflows can use, those of environments left out."""
    subject: SubjectTemplate | None = None
    required_checks: tuple[str, ...] | None = None
    """The contexts that the default branch's rules require."""
    merge_queue: bool | None = None
    """Whether the default branch has a merge queue."""
    protected_branches: tuple[str, ...] | None = None
    """Patterns of the branches that only reviewed changes get onto, as `on.push.branches` has them."""
    protected_tags: tuple[str, ...] | None = None
    """Patterns of the tags that not everybody with write access may make or move, as `on.push.tags` has
    them."""
    unreadable: Mapping[SettingName, str] = field(default_factory=_nothing)
    """The settings that GitHub didn't show, by name, with the permission that it takes."""

    @property
    def owner(self) -> str | None:
        """The repository's owner."""
        return self.repository.partition("/")[0] if self.repository else None

    def environment(self, name: str) -> EnvironmentRules | None:
        """The rules of an environment; None where they aren't known.

        One that isn't there yet is made without rules when a job first names it.
        """
        return None if self.environments is None else self.environments.get(name.lower(), _NO_RULES)

    def protects_tag(self, pattern: str) -> bool | None:
        """Whether rules protect all tags that a workflow's pattern matches; None where that isn't known."""
        return None if self.protected_tags is None else _covers(self.protected_tags, pattern)

    def protects_branch(self, name: str) -> bool | None:
        """Whether only reviewed changes get onto a branch; None where that isn't known."""
        return None if self.protected_branches is None else _covers(self.protected_branches, name)


def in_file(record: Any) -> tuple[Field[Any], ...]:
    """The fields of a record, or of its class, that a snapshot file holds."""
    return tuple(each for each in fields(record) if "outside" not in each.metadata)


SettingName = Annotated[str, NameOf("setting", pattern="|".join(each.name for each in in_file(Settings)))]

_NAMES: dict[str, Any] = {each.name: each.name for each in fields(Settings)}
SETTING = Settings(**_NAMES)
"""Holds in each field the field's own name, so that no misspelt name gets past mypy or an import."""


def named(*settings: object) -> tuple[str, ...]:
    """The names of settings, each given as `SETTING.secrets`."""
    return tuple(str(each) for each in settings)


def _covers(patterns: tuple[str, ...], wanted: str) -> bool:
    """Whether patterns match whatever `wanted` does: what `*` matches in its text, it matches in its words.

    A single star doesn't go beyond a slash. A pattern after `!` takes out what it matches.
    """
    covered = False
    for pattern in patterns:
        plain = pattern.removeprefix("!")
        within = plain.count("/") == wanted.count("/") or "**" in plain
        if within and fnmatchcase(wanted, plain):
            covered = plain == pattern
    return covered
