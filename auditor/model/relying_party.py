"""Whoever takes tokens of GitHub Actions and gives something for them: a role, a provider, a credential."""

from __future__ import annotations

from abc import ABC, abstractmethod

from auditor.finding import Location


class RelyingParty(ABC):
    """One party, as one place of the tree describes it."""

    location: Location

    @property
    @abstractmethod
    def title(self) -> str:
        """What a token is exchanged for, for a message: "the role `deploy`"."""
