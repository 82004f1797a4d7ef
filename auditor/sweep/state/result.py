"""What the state reads of a unit's result: compressed JSON with `report`, `sarif`, `powers` and `seconds`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auditor.finding import Severity
from auditor.sweep.state.compression import DamagedError, unpack

_SEVERITIES = {str(severity): severity for severity in Severity}


@dataclass(frozen=True, slots=True)
class Extract:
    """What the history and the summaries need of a result. `findings` are by fingerprint, each once.

    `powers` are rows of actor, power and how many jobs hold it.
    """

    findings: Mapping[str, Mapping[str, Any]]
    problems: list[Any]
    powers: list[Any]


def read(result: bytes) -> Extract:
    """Takes a result apart. Raises `DamagedError` where it isn't whole, so that nothing of it is trusted."""
    document = unpack(result)
    try:
        report, powers = document["report"], document["powers"]
        findings = {finding["fingerprint"]: finding for finding in reversed(report["findings"])}
        known = all(isinstance(each, str) and severity_of(findings[each]) is not None for each in findings)
        whole = known and all(
            isinstance(actor, str) and isinstance(power, str) and type(jobs) is int
            for actor, power, jobs in powers
        )
        problems = [dict(problem) for problem in report["problems"]]
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise DamagedError("a result without its parts") from error
    if not whole:
        raise DamagedError("a result with parts of another kind")
    return Extract(dict(reversed(findings.items())), problems, powers)


def severity_of(finding: Mapping[str, Any]) -> Severity:
    """How bad a finding is, from its document."""
    return _SEVERITIES[finding["severity"]]


def without_traces(finding: Mapping[str, Any]) -> dict[str, Any]:
    """A finding's document as the history keeps it."""
    shortened = {name: value for name, value in finding.items() if name not in ("other_traces", "places")}
    return shortened | {"trace": []}
