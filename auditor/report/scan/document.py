"""One scan's result as data. The renderers beside this module turn it into text, JSON and SARIF."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from auditor.engine.rule import Rule
from auditor.finding import Finding, Problem, Severity
from auditor.source import Source


class Kind(Enum):
    """What a file is to the audit."""

    WORKFLOW = "workflow"
    ACTION = "action"
    AGENT_CONFIG = "agent configuration"
    TRUST_POLICY = "trust policy"
    TERRAFORM = "Terraform"
    LOCKFILE = "lockfile"
    OTHER = "other"


class State(Enum):
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
    state: State
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
        return sum(file.state in (State.AUDITED, State.PARTIAL) for file in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One scan's result. Findings are sorted by path, place and rule; problems by path and place.

    `repository` is `owner/name`; `on_github` says that it is known to live on github.com.
    """

    version: str
    repository: str | None
    commit: str | None
    rules: tuple[Rule[Any], ...]
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    coverage: Coverage
    sources: Mapping[str, Source]
    on_github: bool = False

    def count(self) -> Mapping[Severity, int]:
        """How many findings of each severity there are."""
        return Counter(finding.severity for finding in self.findings)
