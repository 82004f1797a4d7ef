"""A part of the settings: those that one request or a few give, and the permission these need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from auditor.github.api.client import GitHub
from auditor.model.settings import Settings, Visibility


@dataclass(frozen=True, slots=True)
class RepositoryContext:
    """The repository whose settings are read, and what the first answer said of it.

    `visibility` may be unknown.
    """

    github: GitHub
    name: str
    visibility: Visibility
    default_branch: str
    owner_is_organization: bool
    has_shared_secrets: bool = True
    """Whether its organisation may have secrets or variables for it."""
    mentions: frozenset[str] | None = None
    """What its workflows speak of (`auditor.settings.from_github.mentions`); None: that isn't known."""

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
    """One part: the names of its settings, and what reads them.

    `needs` is the permission of a fine-grained token or app; `applies` spares requests.
    It matters only to workflows that speak of one of the things `of_interest`, if any are named.
    """

    settings: tuple[str, ...]
    needs: str
    read: Callable[[RepositoryContext], Settings]
    applies: Callable[[RepositoryContext], bool] = lambda _: True
    of_interest: tuple[str, ...] = ()

    def matters(self, context: RepositoryContext) -> bool:
        """Whether it is worth a request for this repository."""
        if not self.applies(context):
            return False
        known = context.mentions
        return not self.of_interest or known is None or not known.isdisjoint(self.of_interest)
