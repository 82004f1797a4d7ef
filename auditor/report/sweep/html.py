"""A sweep as one self-contained page: what is new, what nobody could look at, and each finding's path.

The summary is in the page as plain HTML, so it reads without a script. The tables' rows lie in it packed
(`packed.py`) and are drawn as they are needed. Every name is hostile: text is escaped here and set as text
by the script, links lead to files of the audited repositories only, and the page's policy lets it neither
load nor send anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files

from auditor.engine.rule import Rule
from auditor.report.page import COLOURS, head, text
from auditor.report.prose import as_html
from auditor.report.sweep import overview
from auditor.report.sweep.document import Standing, Sweep
from auditor.report.sweep.overview import section
from auditor.report.sweep.packed import Packed
from auditor.report.sweep.words import Tally, verdict
from auditor.report.words import counted

_SCRIPTS = ("columns.js", "table.js", "detail.js", "views.js")
_TOLD = ("Why it matters", "Good", "What this rule cannot see", "References")
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
    style, script = COLOURS + _beside("page.css"), "".join(_beside(name) for name in _SCRIPTS)
    yield head(f"Sweep of {', '.join(sweep.owners[:MAX_OWNERS])}", style, script)
    yield '\n<body>\n<a class="skip" href="#findings">Skip to the findings</a>\n'
    yield from _header(sweep, tally, files or {})
    yield "<main>\n"
    yield from overview.sections(sweep, tally)
    yield from _tables(sweep, tally)
    yield from _rules([rule for rule in sweep.rules if rule.id in tally.rules])
    yield "</main>\n"
    yield '<dialog id="detail" aria-labelledby="detail-title"></dialog>\n'
    for id, block in packed.blocks():
        yield f'<script type="application/octet-stream;base64" id="{id}">{block}</script>\n'
    yield f'<script type="module">{script}</script>\n</body></html>\n'


def _beside(name: str) -> str:
    return files("auditor.report.sweep").joinpath(name).read_text(encoding="utf-8")


def _header(sweep: Sweep, tally: Tally, beside: Mapping[str, str]) -> Iterator[str]:
    owners = ", ".join(sweep.owners[:MAX_OWNERS])
    if len(sweep.owners) > MAX_OWNERS:
        owners += f" and {len(sweep.owners) - MAX_OWNERS} more"
    yield f'<header><p class="kind">ci-audit sweep</p><h1>{text(owners)}</h1>\n'
    found, _, others = " ".join(verdict(sweep, tally)).partition("; " if sweep.previous else ". ")
    yield f'<p id="verdict"><strong>{text(found)}</strong> <span>{text(others)}</span></p>\n'
    yield '<dl class="about">'
    for word, value in _about(sweep):
        yield f"<div><dt>{word}</dt><dd>{value}</dd></div>"
    yield "</dl>\n"
    yield '<nav aria-label="Sections"><ul>'
    for id, word in _SECTIONS.items():
        yield f'<li><a href="#{id}">{word}</a></li>'
    yield from _files(beside)
    yield "</ul></nav></header>\n"


def _files(beside: Mapping[str, str]) -> Iterator[str]:
    """Links to the reports beside the page: names of files, never addresses."""
    for name, what in beside.items():
        yield f'<li class="file"><a href="./{overview.quoted(name)}" download>{text(what)}</a></li>'


def _about(sweep: Sweep) -> Iterator[tuple[str, str]]:
    """What the sweep was, as words and HTML."""
    took = timedelta(seconds=round((sweep.finished - sweep.started).total_seconds()))
    yield "Started", f'<time datetime="{sweep.started.isoformat()}">{sweep.started:%d %b %Y %H:%M} UTC</time>'
    yield (
        "Finished",
        (
            f'<time datetime="{sweep.finished.isoformat()}">{sweep.finished:%d %b %Y %H:%M} UTC</time>'
            f" after {took}"
        ),
    )
    yield (
        "Sweep before",
        f"{sweep.previous:%d %b %Y %H:%M} UTC" if sweep.previous else "none: this is the first",
    )
    yield "Ran as", text(sweep.identity)
    yield "Tool", f"ci-audit {text(sweep.version)} {_digest(sweep.tool)}"
    yield "Policy", f"{counted(len(sweep.rules), 'rule')} {_digest(sweep.policy)}"
    spent = ", ".join(f"{count:,} {text(resource)}" for resource, count in sweep.requests.items())
    yield "Requests to GitHub", spent or "none"
    stages = ", ".join(f"{text(stage)} {seconds:,.1f} s" for stage, seconds in sweep.seconds.items())
    if stages:
        yield "Time spent", stages


def _digest(digest: str) -> str:
    """A digest, whole for whoever copies it and short for whoever reads."""
    return f'<code title="{text(digest)}">{text(digest[:12])}</code>'


def _tables(sweep: Sweep, tally: Tally) -> Iterator[str]:
    """The places that the script fills."""
    without = (
        "Its rows are packed in this page, and unpacking them needs JavaScript; the summary above is whole."
    )
    for id, title, count in (
        ("findings", "Findings", tally.number(*Standing)),
        ("repositories", "Repositories", len(sweep.repositories)),
    ):
        yield from section(id, title, f"{count:,} in this table.", wide=True)
        yield f'<p class="packed">{without}</p></section>\n'


def _rules(rules: list[Rule[object]]) -> Iterator[str]:
    """The texts of the rules that found something; the script shows the same in a finding's detail."""
    if not rules:
        return
    yield from section("rules", "What the rules say", "Of each that found something.", wide=True)
    for rule in rules:
        yield f'<details class="rule" data-rule="{text(rule.id)}"><summary><code>{text(rule.id)}</code> '
        yield f'{text(rule.title)}</summary><div id="rule-{text(rule.id)}">{as_html(rule.doc.summary)}'
        for name in _TOLD:
            yield f"<h3>{name}</h3>{as_html(rule.doc.sections[name])}"
        yield f'<p class="weak">CWE-{rule.cwe}, {text(rule.owasp)}, since {text(rule.since)}</p>'
        yield "</div></details>\n"
    yield "</section>\n"
