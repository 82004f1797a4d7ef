"""A sweep as JSON Lines: one object about it, one a repository, one a finding.

`sweep-v1.schema.json`, beside this file, says what each part means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.finding import Severity
from auditor.report.escape import dump
from auditor.report.sweep.document import Sweep, SweptFinding, SweptRepository


def render(sweep: Sweep) -> Iterator[str]:
    """The lines, in ASCII, each with its break."""
    yield dump(_sweep(sweep), indent=None)
    for repository in sweep.repositories:
        yield dump(_repository(repository), indent=None)
    for finding in sweep.findings():
        yield dump(_finding(finding), indent=None)


def _sweep(sweep: Sweep) -> dict[str, Any]:
    return {
        "type": "sweep",
        "tool": {"name": "ci-audit", "version": sweep.version, "digest": sweep.tool},
        "policy": sweep.policy,
        "rules": [rule.id for rule in sweep.rules],
        "owners": sweep.owners,
        "url": sweep.url,
        "identity": sweep.identity,
        "started": sweep.started.isoformat(),
        "finished": sweep.finished.isoformat(),
        "previous": sweep.previous.isoformat() if sweep.previous else None,
        "is_complete": sweep.is_complete,
        "listed": len(sweep.repositories),
        "coverage": [
            {"outcome": outcome.value, "reason": reason, "repositories": number}
            for (outcome, reason), number in sorted(
                sweep.coverage().items(), key=lambda item: (item[0][0].value, item[0][1])
            )
        ],
        "problems": sweep.problems,
        "trend": [
            {
                "finished": point.finished.isoformat(),
                "findings": _counts(point.findings),
                "seen": point.seen,
                "listed": point.listed,
            }
            for point in sweep.trend
        ],
        "requests": dict(sweep.requests),
        "seconds": dict(sweep.seconds),
    }


def _repository(each: SweptRepository) -> dict[str, Any]:
    return {
        "type": "repository",
        "id": each.id,
        "repository": each.name,
        "visibility": each.visibility.value,
        "commit": each.commit,
        "outcome": each.outcome.value,
        "reason": each.reason,
        "is_first": each.is_first,
        "findings": _counts(each.findings) if each.outcome.is_seen else None,
        "problems": [dict(problem) for problem in each.problems],
        "not_verified": [
            {"setting": setting, "needs": needs} for setting, needs in sorted(each.not_verified.items())
        ],
        "powers": [
            {"actor": actor, "power": power, "jobs": jobs}
            for (actor, power), jobs in sorted(each.powers.items())
        ],
    }


def _finding(finding: SweptFinding) -> dict[str, Any]:
    return {
        "type": "finding",
        "repository": finding.repository,
        "commit": finding.commit,
        "standing": finding.standing.value,
        "first_seen": finding.first_seen.isoformat(),
        **finding.document,
    }


def _counts(count: Mapping[Severity, int]) -> dict[str, int]:
    return {str(severity): count.get(severity, 0) for severity in reversed(Severity)}
