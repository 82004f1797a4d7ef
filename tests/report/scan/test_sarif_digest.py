import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from auditor.engine.rule import Doc
from auditor.finding import Finding, Hop, HopKind, Location, Problem, Severity, Stage, Trace
from auditor.report.scan import sarif
from auditor.report.scan.document import Report
from auditor.report.scan.sarif_digest import shown_digest
from auditor.source import Source

Make = Callable[..., Finding]
Build = Callable[..., Report]
Place = Callable[..., Location]

PATH = ".github/workflows/ci.yml"


def digest(report: Report) -> str:
    return shown_digest(json.loads(sarif.render(report))["runs"][0])


def with_rule(report: Report, index: int, **changes: object) -> Report:
    rules = list(report.rules)
    rules[index] = replace(rules[index], **changes)
    return replace(report, rules=tuple(rules))


@pytest.fixture
def report(make_report: Build, make_finding: Make, make_location: Place) -> Report:
    return make_report(
        make_finding(), make_finding(rule="secret-in-log", location=make_location(3, 1, 2), fingerprint="2")
    )


UNSEEN: dict[str, Callable[[Report], Report]] = {
    "the version": lambda report: replace(report, version="9.9.9"),
    "the commit": lambda report: replace(report, commit="0" * 40),
    "a problem": lambda report: replace(report, problems=(Problem(Stage.PARSE, "no", Location("a")),)),
    "the order": lambda report: replace(report, findings=report.findings[::-1]),
    "our fingerprint": lambda report: replace(
        report, findings=(replace(report.findings[0], fingerprint="other"), *report.findings[1:])
    ),
    "a rule without results": lambda report: with_rule(report, 3, title="Else"),
    "no such rule": lambda report: replace(report, rules=report.rules[:-1]),
}
SEEN: dict[str, Callable[[Report], Report]] = {
    "one result less": lambda report: replace(report, findings=report.findings[1:]),
    "one twice as bad": lambda report: replace(
        report, findings=(replace(report.findings[0], severity=Severity.LOW), *report.findings[1:])
    ),
    "a message": lambda report: replace(
        report, findings=(replace(report.findings[0], message="else"), *report.findings[1:])
    ),
    "a place": lambda report: replace(
        report, findings=(replace(report.findings[0], location=Location("else.yml")), *report.findings[1:])
    ),
    "a path": lambda report: replace(
        report,
        findings=(
            replace(report.findings[0], traces=(Trace((Hop(HopKind.SINK, "x", Location(PATH)),)),)),
            *report.findings[1:],
        ),
    ),
    "what follows the line": lambda report: replace(
        report, sources={PATH: Source(PATH, report.sources[PATH].text + "  # more\n")}
    ),
    "a rule's title": lambda report: with_rule(report, 0, title="Else"),
    "a rule's help": lambda report: with_rule(report, 0, doc=Doc("Else.", report.rules[0].doc.sections)),
    "a rule's severity": lambda report: with_rule(report, 0, severity=Severity.LOW),
}


@pytest.mark.parametrize("change", UNSEEN)
def test_what_is_not_shown_changes_nothing(change: str, report: Report) -> None:
    changed = UNSEEN[change](report)
    assert sarif.render(changed) != sarif.render(report)
    assert digest(changed) == digest(report)


@pytest.mark.parametrize("change", SEEN)
def test_what_is_shown_changes_it(change: str, report: Report) -> None:
    assert digest(SEEN[change](report)) != digest(report)


def test_another_category_is_another_analysis(report: Report) -> None:
    run: dict[str, Any] = json.loads(sarif.render(report))["runs"][0]
    assert shown_digest({**run, "automationDetails": {"id": "ci-audit/settings/"}}) != digest(report)


def test_no_results_have_a_digest(make_report: Build) -> None:
    assert len(digest(make_report())) == 64
