"""The boundary map as one JSON object. `map-v1.schema.json`, a folder up, says what each part means."""

from __future__ import annotations

from typing import Any

from auditor.facts.boundary import BoundaryRow, JobBoundary
from auditor.facts.entry.gate import Gate
from auditor.report.escape import dump
from auditor.report.map.document import BoundaryMap
from auditor.report.scan.json import problem_document


def render(boundary_map: BoundaryMap) -> str:
    """The whole map; lines count from 1."""
    return dump(
        {
            "tool": {"name": "ci-audit", "version": boundary_map.version},
            "repository": boundary_map.repository,
            "commit": boundary_map.commit,
            "jobs": [_job(each) for each in boundary_map.jobs],
            "problems": [problem_document(problem) for problem in boundary_map.problems],
        }
    )


def _job(boundary: JobBoundary) -> dict[str, Any]:
    job = boundary.job
    return {
        "path": job.location.path,
        "line": job.location.span.start.line,
        "job": job.id,
        "environment": job.environment.name.value if job.environment and job.environment.name else None,
        "ways": [_way(row) for row in boundary.rows],
        "ways_not_shown": boundary.more,
    }


def _way(row: BoundaryRow) -> dict[str, Any]:
    entry, powers = row.path.entry, row.powers
    return {
        "event": entry.event,
        "types": list(entry.types),
        "from_fork": entry.fork,
        "starter": row.actor.name.lower(),
        "author": entry.author.name.lower(),
        "path": entry.location.path,
        "line": entry.location.span.start.line,
        "verdict": str(row.verdict),
        "gates": [_gate(gate) for gate in row.gates],
        "calls": [job.id for job in row.path.calls],
        "code": "outsider" if row.outsider is not None else "repository",
        "token": None
        if powers.token is None
        else {scope: str(level) for scope, level in powers.token.items()},
        "secrets": list(powers.secrets),
        "id_token": powers.id_token,
        "runners": [
            {
                "kind": runner.kind.value,
                "labels": list(runner.labels),
                "group": runner.group,
                "gpu": runner.gpu,
            }
            for runner in row.runners
        ],
        "publishes": row.publishes,
    }


def _gate(gate: Gate) -> dict[str, Any]:
    return {
        "name": gate.kind.value,
        "note": gate.note,
        "verdict": str(gate.verdict),
        "lowers": gate.lowers,
        "decided_by": gate.decided_by,
        "path": gate.location.path,
        "line": gate.location.span.start.line,
    }
