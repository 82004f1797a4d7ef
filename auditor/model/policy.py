"""What the repository's owners decided about the audit: a plain record; `auditor.config` reads it."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.model.trusted_publisher import TrustedPublisher


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Files that are left out, as a gitignore pattern relative to the root, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy file's content. `path` is where it was read, or None where there is none."""

    path: str | None = None
    exclude: tuple[Exclusion, ...] = ()
    trusted_publishers: tuple[TrustedPublisher, ...] = ()
