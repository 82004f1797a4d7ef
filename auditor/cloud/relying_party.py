"""Whoever takes tokens of GitHub Actions and gives something for them: a role, a provider, a credential."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from auditor.finding import Location


class RelyingParty(ABC):
    """One party, as one place of the tree describes it."""

    consumer: ClassVar[str]
    """Who reads its policy: `aws`."""
    location: Location

    @property
    @abstractmethod
    def title(self) -> str:
        """What a token is exchanged for, for a message: "the role `deploy`"."""

    @property
    def gain(self) -> str:
        """What a token gets there, for a message: "assume the role `deploy`"."""
        return f"get into {self.title}"

    @abstractmethod
    def is_meant_by(self, target: str) -> bool | None:
        """Whether a workflow that names `target` exchanges its token here; None where that isn't known."""
