"""What is known of a repository's settings in a sweep: from GitHub, from a file, or only from the listing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from datetime import date
from types import MappingProxyType
from typing import Protocol

from auditor.github.api.client import GitHub
from auditor.github.contents.listed import Listed
from auditor.model.settings import Host, Settings
from auditor.model.snapshot import Snapshot, merged
from auditor.settings.from_github.snapshot import Owner
from auditor.settings.snapshot_file import dump_settings


class SettingsSource(Protocol):
    """Where the settings of repositories come from. `needs_mentions`: it reads only those that matter."""

    needs_mentions: bool

    def settings_of(self, repositories: Iterable[tuple[Listed, frozenset[str]]]) -> Iterator[Settings]:
        """The settings of each repository, in their order. Each comes with what its workflows mention."""


class Listing:
    """The listing alone, without further requests."""

    needs_mentions = False

    def settings_of(self, repositories: Iterable[tuple[Listed, frozenset[str]]]) -> Iterator[Settings]:
        """Nothing more than the listing."""
        return (Settings() for _ in repositories)


class SnapshotFile:
    """A snapshot that was taken before."""

    needs_mentions = False

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def settings_of(self, repositories: Iterable[tuple[Listed, frozenset[str]]]) -> Iterator[Settings]:
        """What the snapshot says, which may be nothing."""
        return (self._snapshot.of(listed.name) or Settings() for listed, _ in repositories)


class Live:
    """GitHub itself: some repositories at a time, and once for each owner what its repositories share."""

    needs_mentions = True

    def __init__(self, github: GitHub, executor: Executor) -> None:
        self._github = github
        self._executor = executor
        self._owners: dict[str, Owner] = {}

    def settings_of(self, repositories: Iterable[tuple[Listed, frozenset[str]]]) -> Iterator[Settings]:
        """What GitHub answers; what it doesn't show is recorded as unreadable. Raises `GitHubError`."""
        listed = list(repositories)
        for each, _ in listed:
            self._owner(each)
        return self._executor.map(self._read, *zip(*listed, strict=True)) if listed else iter(())

    def _owner(self, listed: Listed) -> Owner:
        name = listed.name.partition("/")[0].lower()
        if name not in self._owners:
            self._owners[name] = Owner(self._github, name)
        return self._owners[name]

    def _read(self, listed: Listed, mentions: frozenset[str]) -> Settings:
        owner = self._owner(listed)
        own = owner.of(listed.name, listed.visibility, listed.default_branch or "", mentions)
        return merged(own, owner.shared)


def completed(settings: Settings, listed: Listed, host: Host | None, as_of: date) -> Settings:
    """The same with what the listing says, which is newer."""
    here = Settings(
        repository=listed.name,
        visibility=listed.visibility,
        default_branch=listed.default_branch,
        host=host,
        as_of=as_of,
    )
    return merged(here, settings)


def written(settings: Settings) -> str:
    """Settings of one repository as a snapshot's text, by which they travel and are compared."""
    repositories = {(settings.repository or "").lower(): settings}
    return dump_settings(Snapshot("", settings.host, settings.as_of, MappingProxyType(repositories)))
