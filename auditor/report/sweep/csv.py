"""A sweep as two tables for a spreadsheet: its findings, and its repositories (RFC 4180)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from auditor.finding import Severity
from auditor.report.escape import spreadsheet_text
from auditor.report.sweep.document import Sweep, SweptFinding, SweptRepository
from auditor.report.sweep.words import link

_FINDING = (
    "standing",
    "severity",
    "repository",
    "commit",
    "path",
    "line",
    "rule",
    "message",
    "verdict",
    "confidence",
    "job",
    "step",
    "fingerprint",
    "first_seen",
    "link",
    "other_places",
)
_SEVERITIES = tuple(str(severity) for severity in reversed(Severity))
_REPOSITORY = (
    "repository",
    "id",
    "visibility",
    "commit",
    "outcome",
    "reason",
    "is_first",
    *_SEVERITIES,
    "problems",
    "not_verified",
)

Cell = str | int | None


def findings(sweep: Sweep) -> Iterator[str]:
    """A row a finding, whatever its standing, below the names of the columns."""
    yield from _table(_FINDING, (_finding(sweep, finding) for finding in sweep.findings()))


def repositories(sweep: Sweep) -> Iterator[str]:
    """A row a repository. One that wasn't seen has no numbers: nobody knows them."""
    yield from _table(_REPOSITORY, (_repository(each) for each in sweep.repositories))


def _finding(sweep: Sweep, finding: SweptFinding) -> Iterator[Cell]:
    document = finding.document
    yield from (finding.standing.value, document["severity"], finding.repository, finding.commit)
    yield from (document[name] for name in _FINDING[4:13])
    yield from (finding.first_seen.isoformat(), link(sweep, finding), len(document.get("places", ())))


def _repository(each: SweptRepository) -> Iterator[Cell]:
    yield from (each.name, each.id, each.visibility.value, each.commit)
    yield from (each.outcome.value, each.reason, "yes" if each.is_first else "no")
    for severity in reversed(Severity):
        yield each.findings.get(severity, 0) if each.outcome.is_seen else None
    yield len(each.problems) if each.outcome.is_seen else None
    yield "; ".join(f"{setting} ({needs})" for setting, needs in sorted(each.not_verified.items()))


def _table(head: Iterable[str], rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
    writer = csv.writer(_Lines(), lineterminator="\r\n")
    yield writer.writerow(head)
    for row in rows:
        yield writer.writerow(spreadsheet_text(cell) if isinstance(cell, str) else cell for cell in row)


class _Lines:
    """What `csv` writes to, so that it gives back each line."""

    def write(self, line: str) -> str:
        return line
