import json
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.collect.coverage import Coverage, FileCoverage, FileState, Kind
from auditor.finding import Confidence, Finding, Location, Problem, Severity, Stage, Verdict
from auditor.report.scan.document import Report
from auditor.report.scan.json import render
from auditor.source import Point, Span

Make = Callable[..., Finding]
Build = Callable[..., Report]

ANY_TEXT = st.text(st.characters())
SCHEMA = json.loads(files("auditor.report").joinpath("report-v1.schema.json").read_text("utf-8"))


def read(report: Report) -> dict[str, Any]:
    document = json.loads(render(report))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    return document


def objects(schema: Any) -> list[dict[str, Any]]:
    """Every schema of an object with named properties, at any depth."""
    if isinstance(schema, list):
        return [found for item in schema for found in objects(item)]
    if not isinstance(schema, dict):
        return []
    own = [schema] if schema.get("type") == "object" and "properties" in schema else []
    return own + [found for item in schema.values() for found in objects(item)]


def test_the_schema_is_sound_and_closed() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert len(objects(SCHEMA)) == 9
    assert all(schema["additionalProperties"] is False for schema in objects(SCHEMA))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("severity", [str(value) for value in Severity]),
        ("confidence", [str(value) for value in Confidence]),
        ("verdict", [str(value) for value in Verdict]),
    ],
)
def test_the_schema_knows_every_word_of_a_finding(name: str, values: list[str]) -> None:
    assert SCHEMA["$defs"]["finding"]["properties"][name]["enum"] == values


def test_the_schema_knows_every_stage_kind_and_state() -> None:
    file = SCHEMA["$defs"]["coverage"]["properties"]["files"]["items"]["properties"]
    assert SCHEMA["$defs"]["problem"]["properties"]["stage"]["enum"] == [stage.value for stage in Stage]
    assert file["kind"]["enum"] == [kind.value for kind in Kind]
    assert file["state"]["enum"] == [state.value for state in FileState]


def test_a_finding(full_report: Report) -> None:
    finding = read(full_report)["findings"][0]
    assert [hop.pop("note") for hop in finding["trace"]] == [
        "pull_request_target, by an outsider",
        "build",
        "make runs the outsider's code",
    ]
    assert finding == {
        "rule": "fork-code-on-runner",
        "severity": "critical",
        "confidence": "high",
        "verdict": "exposed",
        "message": "an outsider's code runs on the self-hosted runner of job `build`",
        "path": ".github/workflows/ci.yml",
        "line": 4,
        "column": 14,
        "end_line": 4,
        "end_column": 32,
        "job": "build",
        "step": None,
        "fingerprint": "5f3c9a",
        "trace": [
            {"path": ".github/workflows/ci.yml", "line": line, "kind": kind}
            for line, kind in ((1, "entry"), (3, "job"), (6, "step"))
        ],
    }


def test_the_first_trace_is_the_trace_and_the_others_follow(full_report: Report) -> None:
    document = read(full_report)["findings"][2]
    assert document["other_traces"] == [document["trace"]]


def test_a_finding_without_a_trace(make_report: Build, make_finding: Make) -> None:
    document = read(make_report(make_finding(traces=(), job=None)))["findings"][0]
    assert document["trace"] == []
    assert document["job"] is None
    assert "other_traces" not in document


def test_the_rest(full_report: Report) -> None:
    document = read(full_report)
    assert document["tool"] == {"name": "ci-audit", "version": "0.1.0"}
    assert document["repository"] == "acme/shop"
    assert document["problems"][0] == {
        "path": ".github/workflows/broken one.yml",
        "line": 3,
        "stage": "parse",
        "message": "not YAML: a tab where a blank must be",
    }
    assert document["coverage"]["files"][2] == {
        "path": "vendor/action.yml",
        "kind": "action",
        "state": "excluded",
        "reason": "the policy excludes vendor/",
    }
    assert document["coverage"]["notes"] == {"remote actions not opened": 12}
    assert document["summary"] == {
        "findings": 4,
        "critical": 2,
        "high": 1,
        "medium": 0,
        "low": 1,
        "info": 0,
        "problems": 2,
        "files": 2,
    }


def test_an_empty_report(make_report: Build) -> None:
    document = read(make_report(repository=None, commit=None, coverage=Coverage(), sources={}))
    assert document["findings"] == []
    assert document["repository"] is None


@given(text=ANY_TEXT, path=ANY_TEXT)
def test_any_text_is_valid(text: str, path: str, make_report: Build, make_finding: Make) -> None:
    finding = make_finding(message=text, location=Location(path), job=text, step=text)
    report = make_report(
        finding,
        problems=(Problem(Stage.PARSE, text, Location(path)),),
        coverage=Coverage((FileCoverage(path, Kind.OTHER, FileState.EXCLUDED, text),)),
        repository=text,
    )
    assert read(report)["findings"][0]["line"] == 1


def test_the_schema_refuses_what_is_not_in_it(full_report: Report) -> None:
    document = read(replace(full_report, problems=()))
    document["findings"][0]["fix"] = None
    with pytest.raises(jsonschema.ValidationError, match="'fix' was unexpected"):
        jsonschema.Draft202012Validator(SCHEMA).validate(document)


def test_the_other_places_of_a_finding(make_report: Build, make_finding: Make) -> None:
    place = Location("other.yml", Span(Point(2, 3), Point(2, 9)))
    finding = read(make_report(make_finding(places=(place,))))["findings"][0]
    assert finding["places"] == [
        {"path": "other.yml", "line": 2, "column": 3, "end_line": 2, "end_column": 9}
    ]
    assert "places" not in read(make_report(make_finding()))["findings"][0]
