"""Trusted publishers of package registries, as the policy file gives them: no registry's are in the tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.cloud.relying_party import RelyingParty
from auditor.finding import Location

REGISTRIES = {"pypi": "PyPI", "npm": "npm"}
"""The registries whose rules are known, by the name that the policy file calls them."""


@dataclass(frozen=True, eq=False)
class TrustedPublisher(RelyingParty):
    """One publisher: a workflow file of a repository, in an environment where one is given.

    `registry` is a key of `REGISTRIES`; `workflow` is the file's name.
    """

    consumer: ClassVar[str] = "publisher"
    registry: str
    repository: str
    workflow: str
    environment: str | None
    location: Location

    @property
    def title(self) -> str:
        """The publisher."""
        return f"the trusted publisher `{self.repository}`, `{self.workflow}` on {REGISTRIES[self.registry]}"

    def is_meant_by(self, target: str) -> bool | None:
        """Whether a workflow publishes here: `target` is the registry and the file's name."""
        return target == f"{self.registry}:{self.workflow}"
