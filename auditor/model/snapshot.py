"""Settings of several repositories, as a snapshot file holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from types import MappingProxyType

from auditor.model.settings import SETTING, Host, Settings, named

AGAIN = "another try"
"""What a setting needs that GitHub failed to give; behind a colon follows why."""

_UNKNOWN = Settings()
_UNITED = named(SETTING.variables, SETTING.runner_groups)


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
        names = [settings.repository for settings in self.repositories.values()]
        return names[0] if len(names) == 1 else None

    def of(self, repository: str) -> Settings | None:
        """What it says of a repository; None where it says nothing."""
        key = repository.lower()
        own, shared = self.repositories.get(key), self.owners.get(key.partition("/")[0])
        if own is None and shared is None:
            return None
        own, shared = own or Settings(repository=repository), shared or _UNKNOWN
        return merged(merged(own, shared), Settings(host=self.host, as_of=self.as_of))


def merged(first: Settings, second: Settings) -> Settings:
    """What `first` says and, where that is nothing, what `second` says.

    Variables and runner groups are those of both, and so is what of them can't be read.
    """
    in_first, in_second = known(first), known(second)
    both = replace(second, **{name: getattr(first, name) for name in in_first})
    groups = both.runner_groups
    if first.runner_groups is not None and second.runner_groups is not None:
        groups = tuple(dict.fromkeys((*first.runner_groups, *second.runner_groups)))
    left = _left(second.unreadable, in_first) | _left(first.unreadable, in_second)
    return replace(
        both,
        runner_groups=groups,
        variables=MappingProxyType({**second.variables, **first.variables}),
        unreadable=MappingProxyType(left),
    )


def _left(unreadable: Mapping[str, str], elsewhere: tuple[str, ...]) -> dict[str, str]:
    return {name: needs for name, needs in unreadable.items() if name in _UNITED or name not in elsewhere}


def known(settings: Settings) -> tuple[str, ...]:
    """The names of the settings that are known."""
    names = (each.name for each in fields(Settings))
    return tuple(name for name in names if getattr(settings, name) != getattr(_UNKNOWN, name))
