import pytest

from auditor.finding import Problem
from auditor.languages.yaml import parse
from auditor.model.action import read_action
from auditor.model.documents import Action, ActionKind
from auditor.source import Source


def read(text: str) -> tuple[Action | None, tuple[Problem, ...]]:
    return read_action(parse(Source("action.yml", text)))


def test_a_composite_action() -> None:
    found, problems = read(
        "name: x\ninputs: {a: {default: b}}\noutputs: {o: {value: x}, none: {description: x}}\n"
        "runs:\n  using: composite\n  steps: [{run: x, shell: bash}]\n"
    )
    assert problems == ()
    assert found is not None
    assert found.kind is ActionKind.COMPOSITE
    assert [entry.key.value for entry in found.outputs] == ["o"]
    (step,) = found.steps
    assert (step.action, step.job) == (found, None)
    assert repr(found) == "Action('action.yml')"


@pytest.mark.parametrize(
    ("using", "kind"),
    [
        ("node20", ActionKind.JAVASCRIPT),
        ("docker", ActionKind.DOCKER),
        ("Composite", ActionKind.COMPOSITE),
        ("deno", ActionKind.UNKNOWN),
        ("", ActionKind.UNKNOWN),
    ],
)
def test_kinds(using: str, kind: ActionKind) -> None:
    found, _ = read(f"runs: {{using: {using}}}\n")
    assert found is not None
    assert found.kind is kind
    assert found.steps == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not an action: the file is empty"),
        ("[]", "not an action: the file holds a list"),
        ("name: x", "not an action: it has no `runs`"),
        ("runs:", "not an action: it has no `runs`"),
        ("runs: x", "`runs` must be a mapping, not `x`"),
        ("runs: {using: []}", "`using` must be a text, not a list"),
        ("runs: {using: composite, steps: x}", "`steps` must be a list, not `x`"),
        ("inputs: []\nruns: {using: docker}", "`inputs` must be a mapping, not a list"),
        ("inputs: {a: x}\nruns: {using: docker}", "`a` must be a mapping, not `x`"),
        ("outputs: x\nruns: {using: docker}", "`outputs` must be a mapping, not `x`"),
        ("outputs: {a: {value: []}}\nruns: {using: docker}", "`value` must be a text, not a list"),
        ("runs: {using: docker, image: {}}", "`image` must be a text, not a mapping"),
        ("runs: {using: docker, <<: }", "GitHub refuses a file with the merge key `<<`; it is not followed"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_once(text: str, message: str) -> None:
    assert [problem.message for problem in read(text)[1]] == [message]
