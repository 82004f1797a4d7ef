"""Objects are keys themselves: an `id` doesn't keep its object alive, and may be another's later."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.facts.entry.entry import Entry
from auditor.facts.job.steps import StepInJob
from auditor.facts.reach.path import Path as EntryPath
from auditor.languages import expression, shell, yaml
from auditor.model.documents import Action, Job, Step, Workflow
from auditor.model.permission import Permissions
from auditor.model.trigger import Trigger

ROOT = Path(__file__).parents[1]

JUSTIFIED = {
    "auditor/cloud/terraform/roles.py": 2,  # statements, which compare by what they say
    "auditor/facts/flow/graph/flow.py": 1,  # tuples of the model, whose hash is a walk through them
    "auditor/facts/reach/gates.py": 1,  # a mapping, which has no hash
    "auditor/facts/reach/open_jobs.py": 3,  # the same, and gates, which compare by what they say
}
"""How often a module may ask for an `id`. Each place has a comment that says what keeps the object alive."""

MODEL = (Action, Job, Permissions, Step, Trigger, Workflow)
FACTS = (Entry, StepInJob, EntryPath)
TREES = (shell.Command, shell.Script, shell.Word, yaml.Pair, yaml.Mapping, yaml.Scalar, yaml.Sequence)
EXPRESSIONS = (expression.Condition, expression.Node, *expression.Node.__subclasses__())


def uses_of_id(tree: ast.AST) -> int:
    """How often a module uses the builtin: calls it, or hands it to `map` or as a `key`.

    A variable of that name isn't called, nor handed to a function as what it is to call.
    """
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return sum(isinstance(each, ast.Name) and each.id == "id" for call in calls for each in _called(call))


def _called(call: ast.Call) -> Iterator[ast.expr]:
    yield call.func
    if isinstance(call.func, ast.Name) and call.func.id == "map":
        yield from call.args[:1]
    yield from (word.value for word in call.keywords if word.arg == "key")


def test_no_id_stands_for_its_object() -> None:
    modules = [*ROOT.joinpath("auditor").rglob("*.py"), *ROOT.joinpath("rules").rglob("*.py")]
    found = {
        path.relative_to(ROOT).as_posix(): uses_of_id(ast.parse(path.read_text(encoding="utf-8")))
        for path in modules
    }
    assert {path: count for path, count in found.items() if count} == JUSTIFIED


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("known[id(job)]", 1),
        ("key = (id(job), id(step))", 2),
        ("set(map(id, jobs))", 1),
        ("sorted(jobs, key=id)", 1),
        ("job.id", 0),
        ("step.id(1)", 0),
        ("def f(id): g(id)", 0),
        ("def f(id): return map(id, jobs)", 1),
        ("match x:\n    case ('needs', id): f(id, known[id(x)])", 1),
        ("f(id, 1)", 0),
    ],
)
def test_uses_of_the_builtin_are_told_from_other_names(text: str, count: int) -> None:
    assert uses_of_id(ast.parse(text)) == count


@pytest.mark.parametrize("kind", [*MODEL, *FACTS, *TREES, *EXPRESSIONS])
def test_what_is_a_key_is_compared_by_identity(kind: type) -> None:
    assert kind.__hash__ is object.__hash__
    assert kind.__eq__ is object.__eq__
