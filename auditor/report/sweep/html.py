"""A sweep as one self-contained page: what is new, what nobody could look at, and each finding's path.

The summary is in the page as plain HTML, so it reads without a script. The tables' rows lie in it packed
(`packed.py`) and are drawn as they are needed. Every name is hostile: `page.py` escapes it and the script
sets it as text, links lead to files of the audited repositories only, and the page's policy lets it neither
load nor send anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files

from auditor.report import page
from auditor.report.page import COLOURS
from auditor.report.prose import as_html
from auditor.report.sweep import overview
from auditor.report.sweep.document import Standing, Sweep
from auditor.report.sweep.packed import Packed
from auditor.report.sweep.words import Tally, verdict

_SCRIPTS = ("columns.js", "table.js", "detail.js", "views.js")
_RULE_SECTIONS = ("Why it matters", "How to fix", "Good", "What this rule cannot see", "References")
_SECTIONS = {
    "coverage": "Coverage",
    "new": "New",
    "powers": "Powers",
    "by-rule": "Rules",
    "trend": "Trend",
    "findings": "Findings",
    "repositories": "Repositories",
}
MAX_WORST = 12
"""New findings that are shown before everything else, the worst."""

MAX_OWNERS = 6
"""Owners that the headline names. How many more there are is said."""


def render(sweep: Sweep, files: Mapping[str, str] | None = None) -> Iterator[str]:
    """The page, piece by piece. `files` are the other reports beside it: what each is, by its file's name."""
    packed = Packed(sweep)
    tally = Tally.of(replace(sweep, findings=lambda: packed.passing(sweep.findings())), shown=MAX_WORST)
    found, _, others = " ".join(verdict(sweep, tally)).partition("; " if sweep.previous else ". ")
    owners, more = ", ".join(sweep.owners[:MAX_OWNERS]), len(sweep.owners) - MAX_OWNERS
    yield from page.render(
        "sweep/page.html",
        title=f"Sweep of {owners}",
        style=COLOURS + _beside("page.css"),
        script="".join(_beside(name) for name in _SCRIPTS),
        **overview.values(sweep, tally),
        owners=f"{owners} and {more} more" if more > 0 else owners,
        found=found,
        others=others,
        took=timedelta(seconds=round((sweep.finished - sweep.started).total_seconds())),
        requests=", ".join(f"{count:,} {resource}" for resource, count in sweep.requests.items()),
        stages=", ".join(f"{stage} {seconds:,.1f} s" for stage, seconds in sweep.seconds.items()),
        sections=_SECTIONS,
        files=files or {},
        tables=[
            ("findings", "Findings", tally.number(*Standing)),
            ("repositories", "Repositories", len(sweep.repositories)),
        ],
        rules=[rule for rule in sweep.rules if rule.id in tally.rules],
        rule_sections=_RULE_SECTIONS,
        as_html=as_html,
        blocks=packed.blocks(),
    )


def _beside(name: str) -> str:
    return files("auditor.report.sweep").joinpath(name).read_text(encoding="utf-8")
