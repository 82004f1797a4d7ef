import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.audit.audit import audit
from auditor.collect.worktree import collect
from auditor.engine import registry
from auditor.engine.rule import Doc
from auditor.finding import (
    Confidence,
    Finding,
    Hop,
    HopKind,
    Location,
    Problem,
    Severity,
    Stage,
    Trace,
    Verdict,
)
from auditor.model.settings import Settings
from auditor.report.scan import sarif
from auditor.report.scan.document import Report
from auditor.report.scan.line_hash import line_hashes
from auditor.source import Source

Make = Callable[..., Finding]
Build = Callable[..., Report]
Place = Callable[..., Location]

REPOS = Path(__file__).parents[3] / "fixtures" / "_repos"
PATH = ".github/workflows/ci.yml"
ANY_TEXT = st.text(st.characters() | st.sampled_from("[]()\\1\x1b\u202e"), max_size=50)


@pytest.fixture(scope="session")
def run(code_scanning: ModuleType) -> Callable[[Report], dict[str, Any]]:
    """The run of a report's SARIF, which must be without fault."""

    def rendered(report: Report) -> dict[str, Any]:
        text = sarif.render(report)
        assert code_scanning.faults(text) == []
        return json.loads(text)["runs"][0]

    return rendered


Run = Callable[[Report], dict[str, Any]]


def test_the_tool(full_report: Report, run: Run) -> None:
    driver = run(full_report)["tool"]["driver"]
    assert (driver["name"], driver["version"], driver["semanticVersion"]) == ("ci-audit", "0.1.0", "0.1.0")


def test_a_version_that_is_not_semantic_is_not_called_so(full_report: Report, run: Run) -> None:
    driver = run(replace(full_report, version="0.2.dev1"))["tool"]["driver"]
    assert driver["version"] == "0.2.dev1"
    assert "semanticVersion" not in driver


def test_every_rule_is_listed_though_none_fired(make_report: Build, run: Run) -> None:
    found = run(make_report())
    assert found["results"] == []
    assert [rule["id"] for rule in found["tool"]["driver"]["rules"]] == [
        "fork-code-on-runner",
        "secret-in-log",
        "token-too-wide",
        "cache-too-open",
        "name-unclear",
    ]


def test_a_rule(make_report: Build, run: Run) -> None:
    rule = run(make_report())["tool"]["driver"]["rules"][0]
    assert rule["help"]["markdown"].startswith("About fork-code-on-runner.\n\n## Why it matters\n\nWords")
    assert rule["help"].pop("text").startswith("About fork-code-on-runner.\n\nWhy it matters\n\nWords")
    del rule["help"]
    assert rule == {
        "id": "fork-code-on-runner",
        "name": "ForkCodeOnRunner",
        "shortDescription": {"text": "What fork-code-on-runner is."},
        "fullDescription": {"text": "About fork-code-on-runner."},
        "defaultConfiguration": {"level": "error"},
        "properties": {
            "tags": ["security", "code", "external/cwe/cwe-829", "CICD-SEC-4"],
            "precision": "high",
            "problem.severity": "error",
            "security-severity": "9.5",
        },
    }


def test_the_severities_of_rules(make_report: Build, run: Run) -> None:
    properties = [rule["properties"] for rule in run(make_report())["tool"]["driver"]["rules"]]
    assert [(each.get("security-severity"), each["problem.severity"]) for each in properties] == [
        ("9.5", "error"),
        ("8.0", "error"),
        ("5.5", "warning"),
        ("3.0", "recommendation"),
        (None, "recommendation"),
    ]


def test_a_rule_is_listed_for_each_severity_that_its_findings_have(
    make_report: Build, make_finding: Make, make_location: Place, run: Run
) -> None:
    findings = [
        make_finding(severity=severity, confidence=confidence, location=make_location(line, 1, 2))
        for line, (severity, confidence) in enumerate(
            [
                (Severity.CRITICAL, Confidence.HIGH),
                (Severity.LOW, Confidence.LOW),
                (Severity.LOW, Confidence.MEDIUM),
                (Severity.INFO, Confidence.LOW),
            ],
            start=1,
        )
    ]
    found = run(make_report(*findings))
    listed = [
        (
            rule["id"],
            rule["name"],
            rule["properties"]["precision"],
            rule["properties"].get("security-severity"),
        )
        for rule in found["tool"]["driver"]["rules"]
    ]
    assert listed[:4] == [
        ("fork-code-on-runner", "ForkCodeOnRunner", "high", "9.5"),
        ("fork-code-on-runner/low", "ForkCodeOnRunnerLow", "medium", "3.0"),
        ("fork-code-on-runner/info", "ForkCodeOnRunnerInfo", "low", None),
        ("secret-in-log", "SecretInLog", "high", "8.0"),
    ]
    assert [(each["ruleId"], each["ruleIndex"]) for each in found["results"]] == [
        ("fork-code-on-runner", 0),
        ("fork-code-on-runner/low", 1),
        ("fork-code-on-runner/low", 1),
        ("fork-code-on-runner/info", 2),
    ]
    assert found["results"][1]["properties"] == {
        "severity": "low",
        "confidence": "low",
        "verdict": "exposed",
    }
    assert (
        found["results"][1]["level"] == found["tool"]["driver"]["rules"][1]["defaultConfiguration"]["level"]
    )


def test_a_rule_whose_findings_are_less_severe_is_not_listed_at_its_worst(
    make_report: Build, make_finding: Make, run: Run
) -> None:
    found = run(make_report(make_finding(severity=Severity.MEDIUM)))
    ids = [rule["id"] for rule in found["tool"]["driver"]["rules"]]
    assert ids[:2] == ["fork-code-on-runner/medium", "secret-in-log"]


def test_two_severities_on_one_line_are_two_results(make_report: Build, make_finding: Make, run: Run) -> None:
    results = run(make_report(make_finding(), make_finding(severity=Severity.LOW, fingerprint="2")))[
        "results"
    ]
    assert [each["ruleId"] for each in results] == ["fork-code-on-runner", "fork-code-on-runner/low"]


def test_the_help_of_a_rule_is_its_first_reference(make_report: Build, run: Run) -> None:
    report = make_report()
    references = {"References": "- https://docs.github.com/en/a#b\n- https://example.com"}
    doc = Doc("About it.", report.rules[0].doc.sections | references)
    changed = replace(report, rules=(replace(report.rules[0], doc=doc),))
    assert run(changed)["tool"]["driver"]["rules"][0]["helpUri"] == "https://docs.github.com/en/a#b"


def test_a_long_description_is_cut(make_report: Build, run: Run) -> None:
    report = make_report()
    rule = replace(report.rules[0], doc=Doc("long " * 500, report.rules[0].doc.sections), cwe=79)
    described = run(replace(report, rules=(rule,)))["tool"]["driver"]["rules"][0]
    assert len(described["fullDescription"]["text"]) == 1024
    assert "external/cwe/cwe-079" in described["properties"]["tags"]


def test_a_result(full_report: Report, run: Run) -> None:
    result = run(full_report)["results"][1]
    steps = [step["location"] for step in result["codeFlows"][0]["threadFlows"][0]["locations"]]
    assert len(result.pop("codeFlows")) == 2
    assert [step["message"]["text"] for step in steps] == [
        "entry: pull_request_target, by an outsider",
        "job: build",
        "step: make runs the outsider's code",
    ]
    region = {"startLine": 3, "startColumn": 3, "endLine": 3, "endColumn": 9}
    artifact = {"uri": PATH, "uriBaseId": "%SRCROOT%"}
    assert result == {
        "ruleId": "token-too-wide/low",
        "ruleIndex": 2,
        "level": "note",
        "properties": {"severity": "low", "confidence": "medium", "verdict": "not evaluable"},
        "message": {"text": "not evaluable: the token's scopes of job `build` are not declared."},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
        "partialFingerprints": {
            "primaryLocationLineHash": line_hashes(full_report.sources[PATH].text)[2],
            "ciAuditFinding/v1": "0bd1f2",
        },
    }


def test_two_findings_of_a_rule_on_a_line_are_one_result(full_report: Report, run: Run) -> None:
    result = run(full_report)["results"][0]
    assert result["message"]["text"].endswith("runner of job `build`. Also on this line: [column 28](1).")
    assert [location["message"]["text"] for location in result["relatedLocations"]] == [
        "the runner `gpu` keeps its disk",
        "sink: the runner is shared with deploys",
    ]
    assert len(result["codeFlows"]) == 2


def test_of_merged_findings_what_is_decided_comes_first(
    make_report: Build, make_finding: Make, run: Run
) -> None:
    unsure = make_finding(verdict=Verdict.NOT_EVALUABLE, fingerprint="unsure")
    (result,) = run(make_report(unsure, make_finding(fingerprint="sure")))["results"]
    assert result["partialFingerprints"]["ciAuditFinding/v1"] == "sure"
    assert not result["message"]["text"].startswith("not evaluable")


@pytest.mark.parametrize("other", [{"rule": "secret-in-log"}, {"location": Location("other.yml")}])
def test_other_rules_and_files_stay_apart(
    other: dict[str, Any], make_report: Build, make_finding: Make, run: Run
) -> None:
    assert len(run(make_report(make_finding(), make_finding(**other)))["results"]) == 2


def test_equal_lines_stay_apart(
    make_report: Build, make_finding: Make, make_location: Place, run: Run
) -> None:
    findings = [make_finding(location=make_location(line, 1, 2)) for line in (1, 2)]
    text = ("- run: make" + " # and so on" * 10 + "\n") * 30
    results = run(make_report(*findings, sources={PATH: Source(PATH, text)}))["results"]
    hashes = [result["partialFingerprints"]["primaryLocationLineHash"].split(":") for result in results]
    assert hashes[0][0] == hashes[1][0]
    assert [count for _, count in hashes] == ["1", "2"]


def test_a_byte_order_mark_counts(
    make_report: Build, make_finding: Make, make_location: Place, run: Run
) -> None:
    finding = make_finding(location=make_location(1, 1, 3))
    (result,) = run(make_report(finding, sources={PATH: Source(PATH, "on: push\n", bom=True)}))["results"]
    assert result["partialFingerprints"]["primaryLocationLineHash"] == line_hashes("\ufeffon: push\n")[0]


def test_a_finding_in_a_file_that_is_not_there_has_its_fingerprint(
    make_report: Build, make_finding: Make, run: Run
) -> None:
    (result,) = run(make_report(make_finding(), sources={}))["results"]
    assert result["partialFingerprints"]["primaryLocationLineHash"] == "5f3c9a"


def test_guarded_findings_are_left_out(make_report: Build, make_finding: Make, run: Run) -> None:
    assert run(make_report(make_finding(verdict=Verdict.GUARDED)))["results"] == []


def test_columns_are_utf_16(make_report: Build, make_finding: Make, make_location: Place, run: Run) -> None:
    finding = make_finding(location=make_location(2, 2, 5))
    source = Source(PATH, "name: 🚀🚀\n🚀é🚀x🚀\n")
    (result,) = run(make_report(finding, sources={PATH: source}))["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startColumn"], region["endColumn"]) == (3, 7)


def test_a_span_of_many_lines_and_an_empty_one_end_with_the_line(
    make_report: Build, make_finding: Make, make_location: Place, run: Run
) -> None:
    findings = [
        make_finding(location=make_location(1, 6, 2, end_line=3)),
        make_finding(location=make_location(2, 3, 3)),
    ]
    results = run(make_report(*findings, sources={PATH: Source(PATH, "run: |🚀\n  make\n")}))["results"]
    regions = [result["locations"][0]["physicalLocation"]["region"] for result in results]
    assert [(region["startColumn"], region["endColumn"]) for region in regions] == [(6, 9), (3, 7)]


def test_problems_become_notifications_and_the_run_stays_successful(full_report: Report, run: Run) -> None:
    invocation = run(full_report)["invocations"][0]
    parse, settings = invocation["toolExecutionNotifications"]
    assert parse["level"] == "error"
    assert parse["message"]["text"] == "parse: not YAML: a tab where a blank must be."
    place = parse["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == ".github/workflows/broken%20one.yml"
    assert place["region"]["startLine"] == 3
    assert settings["level"] == "warning"
    assert settings["message"]["text"] == "settings: /elsewhere/settings.json: unreadable."
    assert "locations" not in settings


def test_provenance_needs_repository_commit_and_host(make_report: Build, run: Run) -> None:
    (provenance,) = run(make_report())["versionControlProvenance"]
    assert provenance["repositoryUri"] == "https://github.com/acme/shop"
    assert provenance["revisionId"] == "9fceb02d0ae598e95dc970b74767f19372d61af8"
    assert "versionControlProvenance" not in run(make_report(commit=None))
    assert "versionControlProvenance" not in run(make_report(repository=None))
    assert "versionControlProvenance" not in run(make_report(on_github=False))


def notes(found: dict[str, Any]) -> list[str]:
    return [note["message"]["text"] for note in found["invocations"][0]["toolExecutionNotifications"]]


def test_the_worst_come_first_and_what_is_too_much_is_left_out_aloud(
    make_report: Build,
    make_finding: Make,
    make_location: Place,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sarif, "MAX_RESULTS", 3)
    monkeypatch.setattr(sarif, "SHOWN_RESULTS", 2)
    severities = [Severity.LOW, Severity.CRITICAL, Severity.MEDIUM, Severity.HIGH]
    findings = [
        make_finding(severity=severity, location=make_location(line, 1, 2), fingerprint=str(severity))
        for line, severity in enumerate(severities, start=1)
    ]
    found = run(make_report(*findings))
    assert [result["partialFingerprints"]["ciAuditFinding/v1"] for result in found["results"]] == [
        "critical",
        "high",
        "medium",
    ]
    assert notes(found) == [
        "1 of 4 results are left out, the least severe ones.",
        "Of 4 results code scanning shows the 2 most severe.",
    ]


@pytest.mark.parametrize(("length", "flows", "steps"), [(400, 2, 800), (1_001, 1, 1_000)])
def test_long_paths_are_cut_aloud(
    length: int, flows: int, steps: int, make_report: Build, make_finding: Make, run: Run
) -> None:
    hops = (Hop(HopKind.GATE, "one more", Location(PATH)),) * length
    found = run(make_report(make_finding(traces=(Trace(hops),) * 3)))
    paths = [flow["threadFlows"][0]["locations"] for flow in found["results"][0]["codeFlows"]]
    assert (len(paths), sum(map(len, paths))) == (flows, steps)
    assert notes(found) == ["Results whose paths or related locations are cut: 1."]


def test_related_locations_are_cut_aloud(make_report: Build, make_finding: Make, run: Run) -> None:
    found = run(make_report(*[make_finding()] * 150))
    assert len(found["results"][0]["relatedLocations"]) == 100
    assert len(notes(found)) == 1


@pytest.mark.parametrize("repo", sorted(path.name for path in REPOS.iterdir()))
def test_a_run_that_went_by_json_gives_the_same_file(repo: str) -> None:
    rules = registry.load()
    settings = Settings(repository="acme/ml", as_of=date(2026, 11, 21))
    report = audit(collect([REPOS / repo]), settings, rules)
    rendered = sarif.render(report)
    run = json.loads(json.dumps(sarif.run(report)))
    assert "tool" not in run
    assert run["results"]
    assert sarif.document(run, rules, report.version) == rendered


def test_an_empty_trace_is_no_code_flow(make_report: Build, make_finding: Make, run: Run) -> None:
    (result,) = run(make_report(make_finding(traces=(Trace(()),))))["results"]
    assert "codeFlows" not in result


@given(
    text=ANY_TEXT,
    path=ANY_TEXT.filter(lambda path: path[:1] not in ("", "/")),
    source=ANY_TEXT,
    line=st.integers(1, 3),
    column=st.integers(1, 60),
)
def test_any_text_is_without_fault(
    text: str,
    path: str,
    source: str,
    line: int,
    column: int,
    make_report: Build,
    make_finding: Make,
    make_location: Place,
    run: Run,
) -> None:
    location = make_location(line, column, column + 3, path=path)
    hop = Hop(HopKind.SINK, text, location)
    finding = make_finding(
        message=f"it says {text}", location=location, traces=(Trace((hop,)),), related=(hop,)
    )
    other = replace(finding, location=make_location(line, column + 1, column + 9, path=path))
    problem = Problem(Stage.EXPRESSION, text, location)
    report = make_report(finding, other, problems=(problem,), sources={path: Source(path, source)})
    assert len(run(report)["results"]) == 1


def test_many_findings_on_a_long_line_take_no_quadratic_time(
    make_report: Build, make_finding: Make, make_location: Place, run: Run
) -> None:
    findings = [
        make_finding(location=make_location(1, 900_000 + number, 950_000), traces=())
        for number in range(2_000)
    ]
    started = time.process_time()
    run(make_report(*findings, sources={PATH: Source(PATH, "🚀" * 500_000 + "x" * 500_000)}))
    assert time.process_time() - started < 5


def test_other_places_of_a_finding_are_related_locations(
    make_report: Build, make_finding: Make, make_location: Place, run: Run
) -> None:
    places = tuple(make_location(line, 1, 2, path="other.yml") for line in (2, 5))
    related = run(make_report(make_finding(places=places)))["results"][0]["relatedLocations"]
    assert [(each["id"], each["message"]["text"]) for each in related] == [
        (1, "the same here"),
        (2, "the same here"),
    ]
    assert [each["physicalLocation"]["region"]["startLine"] for each in related] == [2, 5]
    many = tuple(make_location(line, 1, 2, path="other.yml") for line in range(1, 200))
    found = run(make_report(make_finding(places=many)))
    assert len(found["results"][0]["relatedLocations"]) == 100
    notes = found["invocations"][0]["toolExecutionNotifications"]
    assert "are cut: 1" in notes[0]["message"]["text"]
