"""Who mints the tokens that a policy takes."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.cloud.aws import GITHUB


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer of GitHub's tokens by host and path. `is_sure` where the policy leaves no doubt of it."""

    name: str
    is_sure: bool = True

    @property
    def is_public(self) -> bool:
        """Whether anybody on github.com can have it mint a token."""
        return self.name.lower() == GITHUB
