"""What a finished sweep leaves behind: its document, read back from the state, and the files made of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor import __version__
from auditor.engine.rule import Rule
from auditor.errors import StateError, UsageError
from auditor.github.contents.listed import NAME, Listed
from auditor.report.scan import sarif
from auditor.report.sweep import csv, html, jsonl, markdown
from auditor.report.sweep.document import Sweep
from auditor.sweep.state.compression import unpack
from auditor.sweep.state.records import Run
from auditor.sweep.state.state import SweepState

PAGE = "sweep.html"
LINES = "sweep.jsonl"
FINDINGS = "findings.csv"
REPOSITORIES = "repositories.csv"
ISSUE = "sweep.md"
INDEX = "index.json"
SARIF = "sarif"
"""The folder that holds `owner/name.sarif` for each repository that was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a report says of who swept, and with what. `url` is where repositories are looked at."""

    identity: str
    tool: str
    policy: str
    url: str | None
    rules: Sequence[Rule[Any]]


def document(state: SweepState, run: Run, about: About) -> Sweep:
    """What a finished sweep found."""
    ending = state.ending(run)
    assert ending is not None, "only a finished sweep has a document"
    return Sweep(
        version=__version__,
        owners=run.owners,
        url=about.url,
        started=run.started,
        finished=ending.finished,
        previous=state.previous(run),
        identity=about.identity,
        tool=about.tool,
        policy=about.policy,
        rules=tuple(about.rules),
        repositories=state.repositories(run),
        findings=lambda: state.findings(run),
        trend=state.trend(run),
        problems=ending.problems,
        requests=ending.requests,
        seconds=ending.seconds,
    )


def write_reports(sweep: Sweep, state: SweepState, run: Run, folder: Path) -> None:
    """Writes all files of a sweep into a folder. Raises `UsageError` where that can't be done."""
    beside = {
        FINDINGS: "findings as CSV",
        REPOSITORIES: "repositories as CSV",
        LINES: "all as JSON Lines",
        ISSUE: "text for an issue",
    }
    texts: Mapping[str, Iterable[str]] = {
        PAGE: html.render(sweep, beside),
        LINES: jsonl.render(sweep),
        FINDINGS: csv.findings(sweep),
        REPOSITORIES: csv.repositories(sweep),
        ISSUE: markdown.render(sweep),
    }
    try:
        # What is found of private repositories is nobody else's business.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, pieces in texts.items():
            _write(folder / name, pieces)
        _write_sarif(sweep, state, run, folder / SARIF)
    except OSError as error:
        raise UsageError(
            f"can't write {error.filename or folder}: {error.strerror}",
            help="Name a folder that can be written with --output. The sweep itself is kept.",
        ) from None


def _write(path: Path, pieces: Iterable[str]) -> None:
    """Writes a file whole or not at all: whoever reads it never finds half of it."""
    part = path.with_name(f"{path.name}.part")
    try:
        # Whatever was left or planted there, a link among them, is not written through.
        part.unlink(missing_ok=True)
        with part.open("x", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _write_sarif(sweep: Sweep, state: SweepState, run: Run, folder: Path) -> None:
    """Writes the SARIF of each repository that was seen, where it isn't there yet, and removes all other.

    What was written lies beside it by the names of the results: a file of a repository that isn't seen any
    more would call it as clean as it once was.
    """
    written = _index(folder)
    seen = {listed.name: key for listed, key in state.seen(run)}

    def is_due(listed: Listed, key: str) -> bool:
        return written.get(listed.name) != key or not _place(folder, listed.name).exists()

    # First, for where letter case tells no files apart the old name may be the new one's.
    for name in written.keys() - seen.keys():
        _place(folder, name).unlink(missing_ok=True)
    for listed, text in each_sarif(sweep, state, run, is_due):
        path = _place(folder, listed.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, [text])
    folder.mkdir(exist_ok=True)
    _write(folder / INDEX, [json.dumps(seen, indent=1)])


def _place(folder: Path, name: str) -> Path:
    return folder / f"{name}.sarif"


def _index(folder: Path) -> dict[str, str]:
    """The names of the results whose SARIF was written here, by repository, as far as that is known."""
    try:
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    named = index.items() if isinstance(index, dict) else ()
    return {name: key for name, key in named if NAME.fullmatch(name) and isinstance(key, str)}


def each_sarif(
    sweep: Sweep, state: SweepState, run: Run, is_due: Callable[[Listed, str], bool] = lambda *_: True
) -> Iterator[tuple[Listed, str]]:
    """The SARIF of each repository that was seen and is due, with the rules that its results name.

    `is_due` is called with the name of the repository's result. Raises `StateError` where what is stored is
    damaged.
    """
    for listed, key in state.seen(run):
        if not is_due(listed, key):
            continue
        result = state.result(key)
        if result is None:
            help = "Sweep again: it is audited anew then."
            raise StateError(f"what was kept of {listed.name} is damaged", help=help)
        found = unpack(result)["sarif"]
        yield listed, sarif.document(found, sarif.only_named(found, sweep.rules), sweep.version, indent=None)
