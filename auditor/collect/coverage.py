"""What files are to the audit, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Kind(Enum):
    """What a file is to the audit."""

    WORKFLOW = "workflow"
    ACTION = "action"
    AGENT_CONFIG = "agent configuration"
    TRUST_POLICY = "trust policy"
    TERRAFORM = "Terraform"
    LOCKFILE = "lockfile"
    OTHER = "other"


class FileState(Enum):
    """What became of a file."""

    AUDITED = "audited"
    PARTIAL = "audited in part"
    UNREADABLE = "unreadable"
    EXCLUDED = "excluded"
    NOT_READ = "not read"


@dataclass(frozen=True, slots=True)
class FileCoverage:
    """One file that was seen. `reason` says why it is not simply audited."""

    path: str
    kind: Kind
    state: FileState
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was seen. `notes` counts what is no problem and still not followed, by its plain name
    ("remote actions not opened": 12)."""

    files: tuple[FileCoverage, ...] = ()
    notes: Mapping[str, int] = field(default_factory=dict)

    @property
    def audited(self) -> int:
        """How many files were audited, wholly or in part."""
        return sum(file.state in (FileState.AUDITED, FileState.PARTIAL) for file in self.files)
