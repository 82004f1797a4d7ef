import pytest

from auditor.finding import Problem
from auditor.languages.yaml import Mapping, parse
from auditor.model import step as module
from auditor.model.documents import Step
from auditor.model.reader import MappingReader
from auditor.model.step import read_steps
from auditor.source import Point, Source


def read(text: str) -> tuple[tuple[Step, ...], list[Problem]]:
    root = parse(Source("w.yml", f"steps:\n{text}")).root
    assert isinstance(root, Mapping)
    reader = MappingReader("w.yml")
    return read_steps(root, reader), reader.problems


def test_a_step_and_its_places() -> None:
    (step,), problems = read("- name: greet\n  id: hi\n  run: echo\n  env: {A: b}\n  shell: bash\n")
    assert problems == []
    assert step.label == "hi"
    assert step.location.span.start == Point(4, 3)
    assert step.key.value == "run"
    assert repr(step) == "Step(0, 'hi')"


def test_labels_and_places_of_other_steps() -> None:
    (uses, named, bare), _ = read("- uses: a/b@v1\n- {name: x, run: y}\n- run: y\n")
    assert [step.label for step in (uses, named, bare)] == ["a/b@v1", "x", None]
    assert uses.location.span.start == Point(2, 9)


def test_inputs_are_found_without_case() -> None:
    (step,), _ = read("- {uses: a/b@v1, with: {Ref: x}}\n")
    found = step.input("ref")
    assert found is not None
    assert found.value == "x"
    assert step.input("no") is None


def test_parallel_steps_stand_in_line_and_are_concurrent() -> None:
    steps, problems = read(
        "- run: a\n- parallel: [{run: b}, {parallel: [{run: c}]}]\n- {run: d, background: true}\n- wait: x\n"
    )
    assert problems == []
    assert [step.run.value if step.run else None for step in steps] == ["a", "b", "c", "d", None]
    assert [step.concurrent for step in steps] == [False, True, True, True, False]
    assert [step.index for step in steps] == [0, 1, 2, 3, 4]


def test_wrong_steps_are_said_and_the_others_stay() -> None:
    steps, problems = read(
        "- run: a\n- text\n- []\n-\n- {}\n- name: x\n- run:\n- {run: b, background: often}\n"
    )
    assert [step.run.value for step in steps if step.run] == ["a", "b"]
    assert [(problem.location.span.start.line, problem.message) for problem in problems] == [
        (3, "`a step` must be a mapping, not `text`"),
        (4, "`a step` must be a mapping, not a list"),
        (5, "an empty step"),
        (6, "an empty step"),
        (7, "a step with neither `uses` nor `run`"),
        (9, "`background` must be true or false, not `often`"),
    ]


def test_steps_are_limited_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_STEPS", 3)
    steps, problems = read("- run: a\n" * 5)
    assert len(steps) == 3
    assert [problem.message for problem in problems] == ["more than 3 steps: the others are not audited"]
    assert problems[0].location.span.start.line == 5


def test_nested_parallel_steps_cost_no_stack() -> None:
    steps, problems = read("- " + "{parallel: [" * 45 + "{run: x}" + "]}" * 45)
    assert len(steps) == 1
    assert problems == []
