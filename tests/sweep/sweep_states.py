"""Listings, results and sweeps for tests of the state, and what a sweep says as plain data."""

import json
import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from auditor.files.git_tree import TreeEntry
from auditor.github.contents.listed import Listed
from auditor.model.settings import Visibility
from auditor.report.sweep.document import Outcome
from auditor.sweep.state.records import Cursor, Run, Settled, SweepSummary
from auditor.sweep.state.state import SweepState

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
PLAN = "the plan"
PROBLEM = {"path": "ci.yml", "line": 1, "stage": "parse", "message": "no YAML"}


def listed(id: int, owner: str = "acme", **changes: Any) -> Listed:
    """A public repository with a workflow."""
    entries = (TreeEntry(".github/workflows/ci.yml", f"{id:040x}", 0o100644, 120),)
    fields = {"name": f"{owner}/r{id:05}", "head": f"{id:040x}", "entries": entries, "default_branch": "main"}
    return Listed(**{"id": id, "visibility": Visibility.PUBLIC, **fields, **changes})


def finding(fingerprint: str, severity: str = "high") -> dict[str, Any]:
    """A finding as a report has it."""
    hop = {"path": "ci.yml", "line": 3, "note": f"anyone, by {fingerprint}", "kind": "entry"}
    return {
        "rule": "template-injection",
        "severity": severity,
        "confidence": "high",
        "verdict": "exposed",
        "message": f"message of {fingerprint}",
        "path": "ci.yml",
        "line": 3,
        "column": 1,
        "end_line": 3,
        "end_column": 9,
        "job": "build",
        "step": None,
        "fingerprint": fingerprint,
        "trace": [hop],
        "other_traces": [[hop]],
    }


def result(
    findings: Mapping[str, str] | Iterable[str] = (),
    problems: Iterable[Mapping[str, Any]] = (),
    powers: Iterable[tuple[str, str, int]] = (),
) -> bytes:
    """What a worker makes of a repository with these findings, by fingerprint."""
    severities = findings if isinstance(findings, Mapping) else dict.fromkeys(findings, "high")
    report = {"findings": [finding(*each) for each in severities.items()], "problems": list(problems)}
    document = {"report": report, "sarif": {"results": []}, "powers": list(powers), "seconds": {"rules": 0.1}}
    return zlib.compress(json.dumps(document).encode())


def scanned(id: int, findings: Mapping[str, str] | Iterable[str] = (), key: str | None = None) -> Settled:
    """A repository that was scanned. Its key says what was found, as a head would."""
    made = result(findings)
    return Settled(id=id, outcome=Outcome.SCANNED, key=key or f"{id} {made.hex()}", result=made)


def sweep(
    state: SweepState,
    settled: Iterable[Settled],
    *,
    now: datetime = NOW,
    owner: str = "acme",
    shard: str = "1/1",
    is_done: bool = True,
    **ending: Any,
) -> Run:
    """A whole sweep of an owner whose repositories are those that are settled."""
    outcomes = list(settled)
    run = state.begin((owner,), PLAN, now, shard)
    state.save_page(run, owner, [listed(each.id, owner) for each in outcomes], Cursor(None, 50, is_done))
    assert state.settle(run, outcomes) == frozenset()
    finish(state, run, now, **ending)
    return run


def finish(state: SweepState, run: Run, now: datetime = NOW, **ending: Any) -> None:
    """Ends a sweep that needs no report first."""
    with state.finishing(run, SweepSummary(finished=now, **ending)):
        pass


def standings(state: SweepState, run: Run) -> dict[tuple[str, str], str]:
    """How each finding stands, by repository and fingerprint."""
    found = [
        (each.repository, each.document["fingerprint"], each.standing.name) for each in state.findings(run)
    ]
    assert len(found) == len({each[:2] for each in found}), "a finding is there twice"
    return {(repository, fingerprint): standing for repository, fingerprint, standing in found}


def dump(state: SweepState, run: Run) -> dict[str, Any]:
    """All that a finished sweep says, but for times and numbers."""
    ending = state.ending(run)
    assert ending is not None
    return {
        "repositories": [repr(each) for each in state.repositories(run)],
        "findings": [
            (each.repository, each.commit, each.standing.name, each.document) for each in state.findings(run)
        ],
        "trend": [(point.findings, point.seen, point.listed) for point in state.trend(run)],
        "ending": (ending.problems, ending.requests, ending.seconds),
    }
