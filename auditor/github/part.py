"""What a part of the settings is: which of them one or a few requests tell, and what it takes to ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from auditor.github.client import GitHub
from auditor.model.settings import Visibility

Told = Mapping[str, object]
"""Settings by the name that they have in `Settings`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The repository that is asked about, and what its first answer said. `visibility` may be unknown."""

    github: GitHub
    name: str
    visibility: Visibility
    default_branch: str
    owner_is_organization: bool
    has_shared_secrets: bool = True
    """Whether its organisation may have secrets or variables for it."""

    @property
    def path(self) -> str:
        """The repository's path in the API."""
        return f"/repos/{quote(self.name)}"

    @property
    def owner(self) -> str:
        """The owner's login."""
        return self.name.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Part:
    """One part. `needs` is the permission of a fine-grained token or app; `applies` spares requests."""

    settings: tuple[str, ...]
    needs: str
    read: Callable[[Asked], Told]
    applies: Callable[[Asked], bool] = lambda _: True
