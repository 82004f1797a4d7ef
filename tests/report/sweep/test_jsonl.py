import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from importlib.resources import files
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry, Resource

from auditor.report.sweep.document import Outcome, Standing, Sweep, SweptFinding, SweptRepository
from auditor.report.sweep.jsonl import render

Make = Callable[..., SweptFinding]
Repository = Callable[..., SweptRepository]
Build = Callable[..., Sweep]

REPORT = json.loads(files("auditor.report").joinpath("report-v1.schema.json").read_text("utf-8"))
SCHEMA = json.loads(files("auditor.report.sweep").joinpath("sweep-v1.schema.json").read_text("utf-8"))
REGISTRY: Registry[Any] = Registry().with_resource(REPORT["$id"], Resource.from_contents(REPORT))
VALIDATOR = Draft202012Validator(
    SCHEMA, registry=REGISTRY, format_checker=Draft202012Validator.FORMAT_CHECKER
)
OWN = {"type", "repository", "commit", "standing", "first_seen"}


def read(sweep: Sweep) -> list[dict[str, Any]]:
    lines = list(render(sweep))
    assert all(line.endswith("\n") and line[:-1].isprintable() and line.isascii() for line in lines)
    documents = [json.loads(line) for line in lines]
    for document in documents:
        VALIDATOR.validate(document)
    return documents


def objects(schema: Any) -> list[dict[str, Any]]:
    """Every schema of an object with named properties, at any depth."""
    if isinstance(schema, list):
        return [found for item in schema for found in objects(item)]
    if not isinstance(schema, dict):
        return []
    own = [schema] if schema.get("type") == "object" and "properties" in schema else []
    return own + [found for item in schema.values() for found in objects(item)]


def test_the_schema_is_sound_and_closed() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert len(objects(SCHEMA)) == 9
    for schema in objects(SCHEMA):
        assert schema["additionalProperties"] is False
        assert set(schema["required"]) == set(schema["properties"]) - {"other_traces", "places"}


def test_the_schema_knows_every_outcome_and_standing() -> None:
    finding = SCHEMA["$defs"]["finding"]["properties"]
    assert SCHEMA["$defs"]["outcome"]["enum"] == [outcome.value for outcome in Outcome]
    assert finding["standing"]["enum"] == [standing.value for standing in Standing]


def test_a_finding_is_that_of_a_report_and_where_and_since_when() -> None:
    finding = SCHEMA["$defs"]["finding"]["properties"]
    assert set(finding) == set(REPORT["$defs"]["finding"]["properties"]) | OWN


def test_first_the_sweep_then_the_repositories_then_the_findings(full_sweep: Sweep) -> None:
    documents = read(full_sweep)
    assert [document["type"] for document in documents] == [
        "sweep",
        *["repository"] * 9,
        *["finding"] * 8,
    ]
    sweep, *rest = documents
    assert sum(share["repositories"] for share in sweep["coverage"]) == sweep["listed"] == 9
    assert sweep["is_complete"] is False
    assert sweep["trend"][1]["findings"] == {"critical": 1, "high": 2, "medium": 1, "low": 0, "info": 0}
    by_name = {each["repository"]: each for each in rest if each["type"] == "repository"}
    assert by_name["acme/slow"]["findings"] is None
    assert by_name["acme/site"]["findings"]["critical"] == 0
    assert by_name["acme/shop"]["powers"] == [
        {"actor": "outsider", "power": "a self-hosted runner", "jobs": 2}
    ]
    assert by_name["acme/shop"]["not_verified"][0] == {
        "setting": "default_token",
        "needs": "Administration: read",
    }


def test_a_finding(make_sweep: Build, make_swept: Make) -> None:
    found = make_swept(Standing.FIXED, repository="acme/site", step="make")
    _, document = read(make_sweep(findings=[found]))
    assert {name: document.pop(name) for name in OWN} == {
        "type": "finding",
        "repository": "acme/site",
        "commit": found.commit,
        "standing": "fixed",
        "first_seen": "2026-11-24T04:12:40+00:00",
    }
    assert document == found.document


def test_the_first_sweep_has_none_before(make_sweep: Build) -> None:
    (document,) = read(make_sweep(previous=None, url=None))
    assert document["previous"] is None
    assert document["listed"] == 0


@given(text=st.text(st.characters() | st.sampled_from("\n\r\u2028\ud800#[")))
def test_any_text_is_one_valid_line(
    text: str, make_sweep: Build, make_swept: Make, make_repository: Repository
) -> None:
    problem = {"path": text, "line": 1, "stage": "parse", "message": text}
    repository = make_repository(
        text,
        reason=text,
        problems=(problem,),
        not_verified={text: text},
        powers={(text, text): 1},
    )
    finding = make_swept(repository=text, path=text, message=text, job=text, rule=text)
    sweep = make_sweep([repository], [finding], owners=(text,), problems=(text,), identity=text, url=text)
    assert len(read(sweep)) == 3


def test_lines_are_made_one_by_one(make_sweep: Build, make_swept: Make) -> None:
    def without_end() -> Iterable[SweptFinding]:
        while True:
            yield make_swept()

    assert len(list(islice(render(replace(make_sweep(), findings=without_end)), 5))) == 5


def test_the_schema_refuses_what_is_not_in_it(full_sweep: Sweep) -> None:
    for document in (read(full_sweep)[0], read(full_sweep)[1], read(full_sweep)[-1]):
        with pytest.raises(ValidationError):
            VALIDATOR.validate({**document, "more": 1})
