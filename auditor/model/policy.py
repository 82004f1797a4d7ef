"""What the repository's owners decided about the audit: a plain record; `auditor.policy.load` reads it."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from auditor.cloud.publisher import TrustedPublisher
from auditor.knowledge.platform.runners import GROUP_OWNERS


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Files that are left out, as a gitignore pattern relative to the root, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class ApprovedRunners:
    """The labels and runner groups that jobs may use, letter case aside; `*` stands for any characters."""

    labels: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    def has_label(self, label: str) -> bool:
        """Whether a label is on the list."""
        return any(fnmatchcase(label.lower(), pattern.lower()) for pattern in self.labels)

    def has_group(self, group: str) -> bool:
        """Whether a runner group is on the list, with its owner before it or without, as the list has it."""
        whole = group.lower()
        bare = GROUP_OWNERS.sub("", whole, count=1)
        return any(
            fnmatchcase(whole if GROUP_OWNERS.match(pattern) else bare, pattern.lower())
            for pattern in self.groups
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy file's content. `path` is where it was read, or None where there is none.

    `runners` is None where the policy says nothing of them.
    """

    path: str | None = None
    exclude: tuple[Exclusion, ...] = ()
    trusted_publishers: tuple[TrustedPublisher, ...] = ()
    runners: ApprovedRunners | None = None
