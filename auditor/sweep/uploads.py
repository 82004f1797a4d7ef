"""Gives what a sweep found to code scanning: for each repository that was seen, where it has changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from auditor.github.api.client import GitHub
from auditor.github.code_scanning.analysis import Analysis, Target
from auditor.github.code_scanning.upload import Delivered, Delivery, UploadOutcome, deliver
from auditor.report.sweep.document import Sweep
from auditor.sweep.reports import each_sarif
from auditor.sweep.state.records import Run
from auditor.sweep.state.state import SweepState


def upload(github: GitHub, sweep: Sweep, state: SweepState, run: Run) -> Iterator[Delivered]:
    """Uploads the SARIF that was written, and yields what became of each repository's.

    What was taken is remembered at once, so that a sweep that is stopped goes on with the others. Raises
    `GitHubError` where GitHub doesn't answer at all.
    """
    ids: dict[str, int] = {}

    def deliveries() -> Iterator[Delivery]:
        for listed, text in each_sarif(sweep, state, run):
            ref = f"refs/heads/{listed.default_branch}"
            target = Target(repository=listed.name, commit=listed.head or "", ref=ref)
            analysis = Analysis.read(text)
            ids[listed.name] = listed.id
            known = state.uploaded(listed.id, _whose(analysis.category, ref)) or ""
            yield Delivery(target=target, analysis=analysis, known=known, started=sweep.started)

    for delivered in deliver(github, deliveries()):
        id = ids.pop(delivered.target.repository)
        if delivered.ending is UploadOutcome.UPLOADED:
            state.note_upload(id, _whose(delivered.category, delivered.target.ref), delivered.digest)
        # What GitHub answers could hold the token, and output is shared.
        yield replace(delivered, reason=github.hidden(delivered.reason))


def _whose(category: str, ref: str) -> str:
    """Category and branch tell alerts apart."""
    return f"{category} {ref}"
