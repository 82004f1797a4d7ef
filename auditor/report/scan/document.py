"""One scan's result as data. The renderers beside this module turn it into text, JSON and SARIF."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auditor.collect.coverage import Coverage
from auditor.engine.rule import Rule
from auditor.finding import Finding, Problem, Severity
from auditor.source import Source


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
