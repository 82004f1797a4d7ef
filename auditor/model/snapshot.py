"""Settings of several repositories, as a snapshot file holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from auditor.model.settings import Host, Settings

AGAIN = "another try"
"""What a setting needs that GitHub failed to give; behind a colon follows why."""

_UNTOLD = Settings()
_UNITED = ("variables", "runner_groups")


def _nothing() -> Mapping[str, Settings]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known of repositories (`owner/name`) and of owners, for all repositories of theirs.

    The keys are in lower case, for GitHub compares names without case. `path` is the file it stands in;
    `as_of` the day it was read from GitHub.
    """

    path: str
    host: Host | None = None
    as_of: date | None = None
    repositories: Mapping[str, Settings] = field(default_factory=_nothing)
    owners: Mapping[str, Settings] = field(default_factory=_nothing)

    @property
    def only(self) -> str | None:
        """The repository that it is about, where it is about one."""
        names = [told.repository for told in self.repositories.values()]
        return names[0] if len(names) == 1 else None

    def of(self, repository: str) -> Settings | None:
        """What it says of a repository; None where it says nothing."""
        key = repository.lower()
        own, shared = self.repositories.get(key), self.owners.get(key.partition("/")[0])
        if own is None and shared is None:
            return None
        own, shared = own or Settings(repository=repository), shared or _UNTOLD
        return merged(merged(own, shared), Settings(host=self.host, as_of=self.as_of))


def merged(first: Settings, second: Settings) -> Settings:
    """What `first` says and, where it was told nothing, what `second` does.

    Variables and runner groups are those of both, and so is what of them can't be read.
    """
    told: dict[str, Any] = {name: getattr(second, name) for name in untold(first)}
    told["variables"] = MappingProxyType({**second.variables, **first.variables})
    if first.runner_groups is not None and second.runner_groups is not None:
        told["runner_groups"] = tuple(dict.fromkeys((*first.runner_groups, *second.runner_groups)))
    both = replace(first, **told)
    left = {name: needs for name, needs in second.unreadable.items() if name in (*untold(first), *_UNITED)}
    left |= {name: needs for name, needs in first.unreadable.items() if name in (*untold(second), *_UNITED)}
    return replace(both, unreadable=MappingProxyType(left))


def untold(settings: Settings) -> tuple[str, ...]:
    """The names of the settings that aren't known."""
    names = (each.name for each in fields(Settings))
    return tuple(name for name in names if getattr(settings, name) == getattr(_UNTOLD, name))
