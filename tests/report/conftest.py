"""Reports built by hand, from real rules, findings and sources."""

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from auditor.collect.coverage import Coverage, FileCoverage, FileState, Kind
from auditor.engine.rule import SECTIONS, Doc, Rule
from auditor.facts import Facts
from auditor.finding import (
    Confidence,
    Finding,
    Hit,
    Hop,
    HopKind,
    Location,
    Problem,
    Severity,
    Stage,
    Trace,
    Verdict,
)
from auditor.report.scan.document import Report
from auditor.source import Point, Source, Span

PATH = ".github/workflows/ci.yml"
TEXT = """\
on: pull_request_target
jobs:
  build:
    runs-on: [self-hosted, gpu]
    steps:
      - run: make
"""


def never(_part: object, _facts: Facts) -> Iterator[Hit]:
    yield from ()


def rule(id: str, severity: Severity) -> Rule[object]:
    doc = Doc(f"About {id}.", {section: f"Words on *{section}*." for section in SECTIONS})
    return Rule(
        id, f"What {id} is", severity, object, never, 829, "CICD-SEC-4", "code", "0.1.0", doc, "rules.x"
    )


RULES = (
    rule("fork-code-on-runner", Severity.CRITICAL),
    rule("secret-in-log", Severity.HIGH),
    rule("token-too-wide", Severity.MEDIUM),
    rule("cache-too-open", Severity.LOW),
    rule("name-unclear", Severity.INFO),
)


def at(line: int, column: int, end_column: int, *, path: str = PATH, end_line: int | None = None) -> Location:
    return Location(path, Span(Point(line, column), Point(end_line or line, end_column)))


def trace(*, path: str = PATH) -> Trace:
    return Trace(
        (
            Hop(HopKind.ENTRY, "pull_request_target, by an outsider", at(1, 5, 24, path=path)),
            Hop(HopKind.JOB, "build", at(3, 3, 8, path=path)),
            Hop(HopKind.STEP, "make runs the outsider's code", at(6, 9, 18, path=path)),
        )
    )


def finding(**changes: object) -> Finding:
    fields: dict[str, object] = {
        "rule": "fork-code-on-runner",
        "severity": Severity.CRITICAL,
        "confidence": Confidence.HIGH,
        "verdict": Verdict.EXPOSED,
        "message": "an outsider's code runs on the self-hosted runner of job `build`",
        "location": at(4, 14, 32),
        "job": "build",
        "step": None,
        "fingerprint": "5f3c9a",
        "traces": (trace(),),
    }
    return Finding(**(fields | changes))


def report(*findings: Finding, **changes: object) -> Report:
    fields: dict[str, object] = {
        "version": "0.1.0",
        "repository": "acme/shop",
        "commit": "9fceb02d0ae598e95dc970b74767f19372d61af8",
        "on_github": True,
        "rules": RULES,
        "findings": findings,
        "problems": (),
        "coverage": Coverage((FileCoverage(PATH, Kind.WORKFLOW, FileState.AUDITED),)),
        "sources": {PATH: Source(PATH, TEXT)},
    }
    return Report(**(fields | changes))


def full() -> Report:
    """A report with some of everything."""
    related = (Hop(HopKind.SINK, "the runner is shared with deploys", at(4, 28, 31)),)
    broken = ".github/workflows/broken one.yml"
    return report(
        finding(related=related),
        finding(location=at(4, 28, 31), fingerprint="77aa01", message="the runner `gpu` keeps its disk"),
        finding(
            rule="token-too-wide",
            severity=Severity.LOW,
            confidence=Confidence.MEDIUM,
            verdict=Verdict.NOT_EVALUABLE,
            message="the token's scopes of job `build` are not declared",
            location=at(3, 3, 1, end_line=7),
            traces=(trace(), trace()),
            fingerprint="0bd1f2",
        ),
        finding(rule="secret-in-log", severity=Severity.HIGH, verdict=Verdict.GUARDED, fingerprint="1"),
        problems=(
            Problem(Stage.PARSE, "not YAML: a tab where a blank must be", at(3, 1, 1, path=broken)),
            Problem(Stage.SETTINGS, "unreadable", Location("/elsewhere/settings.json")),
        ),
        coverage=Coverage(
            (
                FileCoverage(PATH, Kind.WORKFLOW, FileState.AUDITED),
                FileCoverage(broken, Kind.WORKFLOW, FileState.UNREADABLE, "not YAML"),
                FileCoverage(
                    "vendor/action.yml", Kind.ACTION, FileState.EXCLUDED, "the policy excludes vendor/"
                ),
                FileCoverage("big/action.yml", Kind.ACTION, FileState.PARTIAL, "too deep at line 9"),
            ),
            {"remote actions not opened": 12},
        ),
    )


@pytest.fixture(scope="session")
def make_finding() -> Callable[..., Finding]:
    """A sound finding, but for the fields that are given."""
    return finding


@pytest.fixture(scope="session")
def make_report() -> Callable[..., Report]:
    """A report of the given findings, with other fields as given."""
    return report


@pytest.fixture(scope="session")
def make_location() -> Callable[..., Location]:
    """`(line, column, end column)` in the sample workflow, or in `path`."""
    return at


@pytest.fixture(scope="session")
def full_report() -> Report:
    return full()


@pytest.fixture(scope="session")
def code_scanning() -> ModuleType:
    """The module beside this file: test modules can't import each other."""
    spec = importlib.util.spec_from_file_location("code_scanning", Path(__file__).parent / "code_scanning.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
