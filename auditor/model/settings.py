"""What the scan was told about the repository. None is "not told", and the worst case stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from fnmatch import fnmatchcase
from types import MappingProxyType

from auditor.model.permission import Level


class Visibility(Enum):
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


class ForkApproval(Enum):
    """Whose pull requests from forks wait for approval before `pull_request` workflows run.

    Source: GitHub REST reference, "Get fork PR contributor approval permissions" (read 2026-11).
    """

    NEW_TO_GITHUB = "first_time_contributors_new_to_github"
    FIRST_TIME = "first_time_contributors"
    ALL_EXTERNAL = "all_external_contributors"


@dataclass(frozen=True, slots=True)
class EventPolicy:
    """An active Actions policy that allows only `events`, in the workflows that `paths` match.

    `paths` are globs of workflow paths; nothing means every workflow. Those of `except_paths` are left out.
    """

    name: str
    events: frozenset[str]
    paths: tuple[str, ...] = ()
    except_paths: tuple[str, ...] = ()

    def covers(self, path: str) -> bool:
        """Whether it speaks of the workflow at a path."""
        if any(fnmatchcase(path, pattern) for pattern in self.except_paths):
            return False
        return not self.paths or any(fnmatchcase(path, pattern) for pattern in self.paths)


@dataclass(frozen=True, slots=True)
class EnvironmentRules:
    """What protects a deployment environment. `branches` are the patterns of refs that may use it.

    `branches` is None where every ref may; `protected_branches` says that any protected branch may.
    """

    reviewers: int = 0
    wait_minutes: int = 0
    custom_rules: int = 0
    branches: tuple[str, ...] | None = None
    protected_branches: bool = False
    secrets: tuple[str, ...] = ()
    variables: tuple[str, ...] | None = None
    """Names, in upper case, of those that come before the repository's; None: not told."""

    @property
    def holds_back(self) -> bool:
        """Whether somebody or something must agree before a job of any ref starts."""
        return bool(self.reviewers or self.custom_rules)


_NO_RULES = EnvironmentRules()


@dataclass(frozen=True, slots=True)
class RunnerGroup:
    """A group of self-hosted or larger runners. `workflows` are the only ones it admits, if any are named.

    `repositories` are the only ones (`owner/name`) that may use it; None: all, or that isn't known.
    """

    name: str
    public_repositories: bool
    labels: frozenset[str] = frozenset()
    hosted: bool = False
    ephemeral: bool | None = None
    repositories: tuple[str, ...] | None = None
    workflows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SubjectTemplate:
    """How the `sub` of an id-token is made: claim keys in order, or GitHub's default.

    `immutable`: owner and repository carry their ids. `prefix` is the beginning that GitHub reports.
    """

    keys: tuple[str, ...] = ()
    immutable: bool | None = None
    prefix: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Facts from outside the tree. `repository` is `owner/name`; `as_of` is the day it is judged for."""

    repository: str | None = None
    visibility: Visibility | None = None
    host: Host | None = None
    as_of: date | None = None
    default_branch: str | None = None
    default_token: Level | None = None
    """What a job's token may do where no `permissions` are written."""
    may_approve: bool | None = None
    """Whether Actions may create and approve pull requests."""
    fork_approval: ForkApproval | None = None
    fork_secrets: bool | None = None
    """Whether pull requests from forks of a private repository get its secrets."""
    fork_write: bool | None = None
    """Whether they get a token that may write, and an id-token."""
    event_policies: tuple[EventPolicy, ...] | None = None
    target_is_live: bool | None = None
    """Whether a `pull_request_target` run has been seen since GitHub refuses it by default."""
    sha_pinning: bool | None = None
    """Whether an action must be named by its commit to run at all."""
    any_action: bool | None = None
    """Whether actions of everybody may be used."""
    environments: Mapping[str, EnvironmentRules] | None = None
    """By name, in lower case."""
    runner_groups: tuple[RunnerGroup, ...] | None = None
    """The groups that are known. Where they are `unreadable` too, there may be more."""
    variables: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Configuration variables (`vars`), by name in upper case. One that isn't here isn't known."""
    secrets: tuple[str, ...] | None = None
    """The names of the repository's and organisation's secrets."""
    subject: SubjectTemplate | None = None
    required_checks: tuple[str, ...] | None = None
    """The contexts that the default branch's rules require."""
    merge_queue: bool | None = None
    protected_branches: tuple[str, ...] | None = None
    """Patterns of the branches that only reviewed changes get onto, as in `on.push.branches`."""
    protected_tags: tuple[str, ...] | None = None
    """Patterns of the tags that not everybody with write access may make or move, as in `on.push.tags`."""
    unreadable: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Settings that were asked for and couldn't be read, with the permission that it takes."""

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
