import pytest

from auditor.finding import Problem
from auditor.languages.yaml import Mapping, parse
from auditor.model.reader import MappingReader
from auditor.model.trigger import MAX_EVENTS, InputType, Trigger, read_triggers
from auditor.source import Point, Source


def read(text: str) -> tuple[tuple[Trigger, ...], list[Problem]]:
    root = parse(Source("w.yml", text)).root
    assert isinstance(root, Mapping)
    reader = MappingReader("w.yml")
    return read_triggers(root, reader), reader.problems


@pytest.mark.parametrize(
    "text",
    ["on: push", "'on': push", '"on": push', "on: [push]", "on: {push: }", "on: {push: {}}", "on:\n- push"],
)
def test_all_shapes_of_on(text: str) -> None:
    (trigger,), problems = read(text)
    assert (trigger.event, problems) == ("push", [])
    start = trigger.location.span.start
    assert text.splitlines()[start.line - 1][start.column - 1 :].startswith("push")


@pytest.mark.parametrize("key", ["true", "True", "yes", "y", "ON", "On"])
def test_what_only_looks_like_on(key: str) -> None:
    found, problems = read(f"{key}: push")
    assert found == ()
    assert [problem.message for problem in problems] == ["not a workflow: it has no `on`"]


@pytest.mark.parametrize("value", ["", "~", "null"])
def test_an_empty_on(value: str) -> None:
    found, problems = read(f"on: {value}")
    assert found == ()
    assert [problem.message for problem in problems] == ["not a workflow: its `on` is empty"]


@pytest.mark.parametrize("value", ["true", "5", "''", "[[push]]", "[{push: }]"])
def test_odd_values_never_raise(value: str) -> None:
    read(f"on: {value}")
    read(f"on: {{push: {value}}}")
    read(f"on: {{schedule: {value}}}")
    read(f"on: {{workflow_dispatch: {{inputs: {value}}}}}")
    read(f"on: {{workflow_dispatch: {{inputs: {{a: {value}}}}}}}")


def test_filters_are_lists_or_single_texts() -> None:
    (trigger,), problems = read(
        "on: {push: {branches: a, tags: [b], paths: [c, 1], branches-ignore: d, tags-ignore: e,"
        " paths-ignore: f, types: g, workflows: [h]}}"
    )
    assert problems == []
    assert (trigger.branches, trigger.tags, trigger.paths) == (("a",), ("b",), ("c", "1"))
    assert (trigger.branches_ignore, trigger.tags_ignore, trigger.paths_ignore) == (("d",), ("e",), ("f",))
    assert (trigger.types, trigger.workflows) == (("g",), ("h",))


def test_inputs_and_their_types() -> None:
    (trigger,), problems = read(
        "on: {workflow_dispatch: {inputs: {Text: , n: {type: number, default: 5}, b: {type: boolean},"
        " c: {type: choice, required: true}, e: {type: environment}, odd: {type: secret, default: [x]}}}}"
    )
    assert problems == []
    assert [found.type for found in trigger.inputs] == [
        InputType.STRING,
        InputType.NUMBER,
        InputType.BOOLEAN,
        InputType.CHOICE,
        InputType.ENVIRONMENT,
        InputType.STRING,
    ]
    text, number, choice = trigger.input("TEXT"), trigger.input("n"), trigger.input("C")
    assert text is not None
    assert number is not None
    assert choice is not None
    assert number.default is not None
    assert number.default.value == "5"
    assert choice.required
    assert not text.required
    assert trigger.input("odd").default is None
    assert trigger.input("none") is None


def test_a_schedule_that_is_no_list() -> None:
    _, (problem,) = read("on:\n  schedule: daily")
    assert problem.location.span.start == Point(2, 3)


@pytest.mark.parametrize("shape", ["[{}]", "{{{}}}"])
def test_events_are_limited_and_that_is_said(shape: str) -> None:
    found, problems = read("on: " + shape.format(", ".join(f"e{n}" for n in range(MAX_EVENTS + 5))))
    assert [trigger.event for trigger in found] == [f"e{n}" for n in range(MAX_EVENTS)]
    assert [problem.message for problem in problems] == [
        f"more than {MAX_EVENTS} events under `on`; the others are not audited"
    ]


def test_an_event_that_is_written_again_is_one_trigger() -> None:
    found, problems = read("on: [push, pull_request, push]")
    assert [trigger.event for trigger in found] == ["push", "pull_request"]
    assert not problems
