"""What a policy file may hold. Only `auditor.policy.load` reads it, and only where there is one.

pydantic takes longer to import than most repositories take to audit.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

HELP = (
    "It knows `exclude: [{path: ..., reason: ...}]`, where each needs its reason, and "
    "`trusted-publishers: [{registry: pypi, repository: owner/name, workflow: release.yml}]`, "
    "where each may have an `environment`, and `runners: {labels: [...], groups: [...]}`."
)
"""What to write, for whoever wrote something else."""

_REPOSITORY = r"^[\w-]+/[\w.-]+$"
_WORKFLOW = r"^[^/]+\.ya?ml$"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class ExclusionEntry(_Strict):
    """Files that are left out, and why."""

    path: str = Field(min_length=1)
    reason: str = Field(min_length=1)


class PublisherEntry(_Strict):
    """A trusted publisher that a registry knows."""

    registry: Literal["pypi", "npm"]
    repository: str = Field(pattern=_REPOSITORY)
    workflow: str = Field(pattern=_WORKFLOW)
    environment: str | None = Field(default=None, min_length=1)


class RunnersEntry(_Strict):
    """The runners that jobs may use."""

    model_config = ConfigDict(str_min_length=1)
    labels: list[str] = Field(default_factory=list)
    groups: list[str] = Field(default_factory=list)


class PolicyFile(_Strict):
    """The whole file."""

    exclude: list[ExclusionEntry] = Field(default_factory=list)
    publishers: list[PublisherEntry] = Field(default_factory=list, alias="trusted-publishers")
    runners: RunnersEntry | None = None
