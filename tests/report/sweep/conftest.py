"""Sweeps built by hand: one of each outcome and standing, and as many as a test wants."""

import importlib.util
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from auditor.engine.rule import SECTIONS, Doc, Rule
from auditor.facts import Facts
from auditor.finding import Hit, Severity
from auditor.model.settings import Visibility
from auditor.report.sweep.document import (
    Outcome,
    Standing,
    Sweep,
    SweptFinding,
    SweptRepository,
    TrendPoint,
)

COMMIT = "9fceb02d0ae598e95dc970b74767f19372d61af8"
EARLIER = "1f6c2b9e0d8a7c3b5e4f60718293a4b5c6d7e8f9"
BEFORE = datetime(2026, 11, 24, 4, 12, 40, tzinfo=UTC)
STARTED = datetime(2026, 11, 25, 4, 0, 5, tzinfo=UTC)
FINISHED = datetime(2026, 11, 25, 4, 14, 9, tzinfo=UTC)


def never(_part: object, _facts: Facts) -> Iterable[Hit]:
    yield from ()


def rule(id: str, title: str, severity: Severity) -> Rule[Any]:
    doc = Doc(f"About {id}.", {section: f"Words on *{section}*." for section in SECTIONS})
    return Rule(id, title, severity, object, never, 829, "CICD-SEC-4", "code", "0.1.0", doc, "rules.x")


RULES = (
    rule("self-hosted-fork-code", "An outsider's code on a self-hosted runner", Severity.CRITICAL),
    rule("template-injection", "Text of an outsider in a script", Severity.HIGH),
    rule("token-too-wide", "A token that may do more than it must", Severity.MEDIUM),
)


def document(**changes: object) -> dict[str, Any]:
    """A finding as `report-v1.schema.json` has it."""
    path = ".github/workflows/ci.yml"
    return {
        "rule": "self-hosted-fork-code",
        "severity": "critical",
        "confidence": "high",
        "verdict": "exposed",
        "message": "an outsider's code runs on the self-hosted runner of job `build`",
        "path": path,
        "line": 4,
        "column": 14,
        "end_line": 4,
        "end_column": 32,
        "job": "build",
        "step": None,
        "fingerprint": "5f3c9a",
        "trace": [{"path": path, "line": 1, "note": "pull_request, by an outsider", "kind": "entry"}],
        **changes,
    }


def swept(
    standing: Standing = Standing.NEW,
    *,
    repository: str = "acme/shop",
    commit: str = COMMIT,
    first_seen: datetime | None = None,
    **changes: object,
) -> SweptFinding:
    first = first_seen or (FINISHED if standing is Standing.NEW else BEFORE)
    if not standing.is_open:
        changes = {"trace": [], **changes}
    return SweptFinding(
        repository=repository,
        commit=commit,
        standing=standing,
        first_seen=first,
        document=document(**changes),
    )


def repository(name: str, outcome: Outcome = Outcome.SCANNED, **changes: object) -> SweptRepository:
    fields: dict[str, Any] = {
        "id": 1000 + sum(map(ord, name)),
        "name": name,
        "visibility": Visibility.PUBLIC,
        "commit": COMMIT if outcome.is_seen else None,
        "outcome": outcome,
    }
    return SweptRepository(**(fields | changes))


def sweep(
    repositories: Iterable[SweptRepository] = (), findings: Iterable[SweptFinding] = (), **changes: object
) -> Sweep:
    listed, found = tuple(repositories), tuple(findings)
    fields: dict[str, Any] = {
        "version": "0.1.0",
        "owners": ("acme",),
        "url": "https://github.com",
        "started": STARTED,
        "finished": FINISHED,
        "previous": BEFORE,
        "identity": "app acme-audit (installation 77)",
        "tool": "tool:5d1f",
        "policy": "policy:9a0c",
        "rules": RULES,
        "repositories": listed,
        "findings": lambda: found,
    }
    return Sweep(**(fields | changes))


def some_of_everything() -> Sweep:
    problem = {"path": "a.yml", "line": 3, "stage": "parse", "message": "not YAML: a tab"}
    admin = {"default_token": "Administration: read", "may_approve": "Administration: read"}
    repositories = (
        repository(
            "acme/shop",
            findings={Severity.CRITICAL: 1, Severity.HIGH: 1, Severity.MEDIUM: 1},
            not_verified=admin,
            powers={("outsider", "a self-hosted runner"): 2},
        ),
        repository("acme/models", is_first=True, findings={Severity.HIGH: 1}, visibility=Visibility.PRIVATE),
        repository(
            "acme/site",
            Outcome.REUSED,
            not_verified={**admin, "secrets": "Secrets: read", "subject": "another try: GitHub fails"},
        ),
        repository("acme/broken", problems=(problem,)),
        repository("acme/old", Outcome.SKIPPED, reason="archived"),
        repository("acme/older", Outcome.SKIPPED, reason="archived"),
        repository("acme/void", Outcome.SKIPPED, reason="empty"),
        repository("acme/slow", Outcome.FAILED, reason="GitHub answers with 502"),
        repository(
            "acme/secret",
            Outcome.NOT_VERIFIABLE,
            reason="its files need Contents: read",
            visibility=Visibility.PRIVATE,
        ),
    )
    injected = {
        "rule": "template-injection",
        "severity": "high",
        "message": "the title of a pull request gets into a script of step 2",
    }
    wide = {"rule": "token-too-wide", "severity": "medium", "message": "the token may write", "job": None}
    found = (
        swept(),
        swept(Standing.OPEN, **injected, line=21, end_line=23, fingerprint="b1"),
        swept(Standing.OPEN, **wide, line=7, end_line=7, fingerprint="b2", verdict="not evaluable"),
        swept(Standing.FIXED, **wide, line=30, end_line=30, fingerprint="b3", commit=EARLIER),
        swept(Standing.NEW, repository="acme/models", **injected, path="CLAUDE.md", fingerprint="c1"),
        swept(Standing.GONE, repository="acme/old", **wide, fingerprint="d1", commit=EARLIER),
        swept(Standing.UNSEEN, repository="acme/slow", **injected, fingerprint="e1", commit=EARLIER),
        swept(Standing.UNSEEN, repository="acme/slow", **wide, fingerprint="e2", commit=EARLIER),
    )
    return sweep(
        repositories,
        found,
        trend=(
            TrendPoint(BEFORE, {Severity.HIGH: 2, Severity.MEDIUM: 3}, seen=5, listed=8),
            TrendPoint(FINISHED, {Severity.CRITICAL: 1, Severity.HIGH: 2, Severity.MEDIUM: 1}, 4, 9),
        ),
        problems=("the index of acme broke off after page 3",),
        requests={"core": 41, "graphql": 12},
        seconds={"index": 20.5, "scan": 3.25},
    )


@pytest.fixture(scope="session")
def make_swept() -> Callable[..., SweptFinding]:
    """A finding of a standing, with other fields as given; what isn't the record's is its document's."""
    return swept


@pytest.fixture(scope="session")
def make_repository() -> Callable[..., SweptRepository]:
    """A repository of a name and an outcome, with other fields as given."""
    return repository


@pytest.fixture(scope="session")
def make_sweep() -> Callable[..., Sweep]:
    """A sweep of the given repositories and findings, with other fields as given."""
    return sweep


@pytest.fixture(scope="session")
def full_sweep() -> Sweep:
    """A later sweep with one of each outcome and standing."""
    return some_of_everything()


@pytest.fixture(scope="session")
def first_sweep(full_sweep: Sweep) -> Sweep:
    """A first sweep that saw everything but a few settings, on a host that isn't known."""
    seen = full_sweep.repositories[:3]
    found = (swept(),)
    return replace(
        full_sweep, previous=None, url=None, problems=(), repositories=seen, findings=lambda: found
    )


@pytest.fixture(scope="session")
def make_organisation() -> Callable[..., Sweep]:
    """A sweep of 200 repositories and 1,500 findings of the real rules, or as the arguments say."""
    spec = importlib.util.spec_from_file_location("organisation", Path(__file__).parent / "organisation.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.build
