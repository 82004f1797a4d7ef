"""A report as one JSON object. `report-v1.schema.json`, a folder up, says what each part means."""

from __future__ import annotations

from typing import Any

from auditor.collect.coverage import Coverage
from auditor.finding import Finding, Location, Problem, Severity, Trace
from auditor.report.escape import dump
from auditor.report.scan.document import Report


def render(report: Report) -> str:
    """The whole report; columns count Unicode code points from 1, and ends are exclusive."""
    return dump(document(report))


def document(report: Report) -> dict[str, Any]:
    """The same as data."""
    return {
        "tool": {"name": "ci-audit", "version": report.version},
        "repository": report.repository,
        "commit": report.commit,
        "findings": [_finding(finding) for finding in report.findings],
        "problems": [problem_document(problem) for problem in report.problems],
        "coverage": _coverage(report.coverage),
        "summary": _summary(report),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    worst, *others = finding.traces or (Trace(()),)
    document = {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "confidence": str(finding.confidence),
        "verdict": str(finding.verdict),
        "message": finding.message,
        **_place(finding.location),
        "job": finding.job,
        "step": finding.step,
        "fingerprint": finding.fingerprint,
        "trace": _trace(worst),
    }
    if finding.places:
        document["places"] = [_place(place) for place in finding.places]
    if others:
        document["other_traces"] = [_trace(trace) for trace in others]
    return document


def _place(location: Location) -> dict[str, Any]:
    start, end = location.span.start, location.span.end
    return {
        "path": location.path,
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
    }


def _trace(trace: Trace) -> list[dict[str, Any]]:
    return [
        {
            "path": hop.location.path,
            "line": hop.location.span.start.line,
            "note": hop.note,
            "kind": hop.kind.value,
            **({} if hop.verdict is None else {"verdict": str(hop.verdict)}),
        }
        for hop in trace.hops
    ]


def problem_document(problem: Problem) -> dict[str, Any]:
    """A problem as every JSON of ours has it."""
    return {
        "path": problem.location.path,
        "line": problem.location.span.start.line,
        "stage": problem.stage.value,
        "message": problem.message,
    }


def _coverage(coverage: Coverage) -> dict[str, Any]:
    files = [
        {"path": file.path, "kind": file.kind.value, "state": file.state.value, "reason": file.reason}
        for file in coverage.files
    ]
    return {"files": files, "notes": dict(coverage.notes)}


def _summary(report: Report) -> dict[str, int]:
    count = report.count()
    return {
        "findings": len(report.findings),
        **{str(severity): count.get(severity, 0) for severity in reversed(Severity)},
        "problems": len(report.problems),
        "files": report.coverage.audited,
    }
