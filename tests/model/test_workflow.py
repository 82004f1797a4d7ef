"""Workflows: how they read, and that no value of a wrong type at any key is passed over or raises."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.finding import Problem
from auditor.languages.yaml import parse
from auditor.model import workflow as module
from auditor.model.documents import Workflow
from auditor.model.workflow import read_workflow
from auditor.source import Point, Source

WHOLE = """name: x
run-name: x
on:
  push: {branches: [x], tags: [x], paths: [x], branches-ignore: [x], tags-ignore: [x], paths-ignore: [x]}
  pull_request: {types: [opened]}
  workflow_run: {workflows: [x]}
  schedule: [{cron: 0 0 * * *}]
  workflow_dispatch: {inputs: {a: {type: choice, required: true, default: x, options: [x]}}}
  workflow_call: {inputs: {b: {type: string}}, outputs: {c: {value: x}}, secrets: {d: {required: true}}}
permissions: {contents: read}
env: {A: x}
defaults: {run: {shell: bash, working-directory: x}}
concurrency: {group: x}
jobs:
  call: {uses: ./.github/workflows/x.yml, with: {a: x}, secrets: {b: x}, permissions: read-all}
  build:
    name: x
    needs: [call]
    if: always()
    runs-on: {group: x, labels: [x]}
    environment: {name: x, url: x}
    permissions: {contents: write}
    env: {A: x}
    outputs: {o: x}
    strategy: {matrix: {os: [x], include: [{os: y}]}, fail-fast: true}
    container: {image: x, options: x, env: {A: x}, volumes: [x], credentials: {username: x, password: x}}
    services: {s: {image: x, options: x, env: {A: x}, volumes: [x], credentials: {username: x}}}
    timeout-minutes: 5
    defaults: {run: {shell: sh}}
    steps:
    - {id: x, name: x, if: always(), run: x, shell: bash, env: {A: x}, working-directory: x, background: true}
    - {uses: a/b@v1, with: {a: x}}
    - parallel: [{run: x}]
"""
WRONG = [
    "text",
    "5",
    "true",
    "null",
    "[]",
    "{}",
    "[[x]]",
    "[{a: b}]",
    "{a: {b: c}}",
    "'${{ x }}'",
    "!t x",
    "''",
]


def read(text: str) -> tuple[Workflow | None, tuple[Problem, ...]]:
    return read_workflow(parse(Source("w.yml", text)))


def workflow(text: str) -> Workflow:
    found, problems = read(text)
    assert problems == ()
    assert found is not None
    return found


def messages(text: str) -> list[str]:
    return [f"{problem.location.span.start.line}: {problem.message}" for problem in read(text)[1]]


def job(body: str) -> str:
    return f"on: push\njobs:\n  a:\n    runs-on: x\n    steps: [{{run: x}}]\n    {body}\n"


def paths(value: object, above: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """The way to every key and item of the whole workflow."""
    if above:
        yield above
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in below:
        yield from paths(each, (*above, key))


def written(value: object, change: tuple[object, ...] | None, text: str) -> str:
    """The workflow in flow style, with `text` in place of what stands at `change`."""
    if change == ():
        return text

    def below(key: object) -> tuple[object, ...] | None:
        return change[1:] if change and change[0] == key else None

    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{key}: {written(each, below(key), text)}" for key, each in value.items()) + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(written(each, below(key), text) for key, each in enumerate(value)) + "]"
    return f"'{value}'" if not isinstance(value, bool | int) else str(value).lower()


def plain(text: str) -> object:
    from ruamel.yaml import YAML

    return YAML(typ="safe").load(text.replace("\non:", "\n'on':"))


CONTENT = plain(WHOLE)
PATHS = list(paths(CONTENT))


def test_the_whole_workflow_is_read() -> None:
    found = workflow(WHOLE)
    assert [trigger.event for trigger in found.triggers][:3] == ["push", "pull_request", "workflow_run"]
    assert found.trigger("push") is found.triggers[0]
    assert found.trigger("issues") is None
    call, build = found.jobs
    assert found.job("build") is build
    assert found.job("no") is None
    assert call.uses is not None
    assert call.uses.path == ".github/workflows/x.yml"
    assert call.steps == ()
    assert build.runs_on is not None
    assert build.runs_on.group is not None
    assert [label.value for label in build.runs_on.labels] == ["x"]
    assert build.container is not None
    assert build.container.credentials[1].key.value == "password"
    assert [step.concurrent for step in build.steps] == [True, False, True]
    assert build.timeout is not None
    assert build.timeout.location.span.start == Point(28, 22)
    assert workflow(written(CONTENT, None, "")).jobs


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_type_at_every_key_never_raises(wrong: str) -> None:
    for path in PATHS:
        text = written(CONTENT, path, wrong)
        source = Source("w.yml", text)
        tree = parse(source)
        assert tree.problems == ()
        _, problems = read_workflow(tree)
        for problem in problems:
            start, end = problem.location.span.start, problem.location.span.end
            assert start <= end
            assert (start.line, end.line) == (1, 1)
            assert end.column <= len(text) + 1


MAPPINGS = [
    ("jobs",), ("env",), ("defaults",), ("defaults", "run"), ("jobs", "build"), ("jobs", "build", "env"),
    ("jobs", "build", "outputs"), ("jobs", "build", "strategy"), ("jobs", "build", "strategy", "matrix"),
    ("jobs", "build", "services"), ("jobs", "build", "container", "credentials"), ("jobs", "call", "with"),
    ("jobs", "call", "secrets"), ("jobs", "build", "steps", 0, "env"), ("jobs", "build", "steps", 1, "with"),
    ("jobs", "build", "steps", 0), ("on", "push"), ("on", "workflow_dispatch", "inputs"),
    ("on", "workflow_dispatch", "inputs", "a"), ("on", "workflow_call", "outputs"), ("permissions",),
    ("jobs", "build", "permissions"),
]  # fmt: skip
LISTS = [("jobs", "build", "steps"), ("jobs", "build", "steps", 2, "parallel"), ("on", "schedule")]
TEXTS = [
    ("name",), ("jobs", "build", "name"), ("jobs", "build", "if"), ("jobs", "call", "uses"),
    ("jobs", "build", "environment", "name"), ("jobs", "build", "container", "image"), ("env", "A"),
    ("jobs", "build", "runs-on", "group"), ("jobs", "build", "needs", 0), ("permissions", "contents"),
    ("jobs", "build", "steps", 0, "run"), ("jobs", "build", "steps", 0, "id"), ("defaults", "run", "shell"),
    ("jobs", "build", "steps", 0, "name"), ("jobs", "build", "steps", 0, "shell"),
    ("jobs", "build", "steps", 0, "if"), ("jobs", "build", "steps", 0, "env", "A"),
    ("jobs", "build", "steps", 0, "working-directory"), ("jobs", "build", "steps", 0, "background"),
    ("jobs", "build", "steps", 1, "uses"), ("jobs", "build", "steps", 1, "with", "a"),
    ("jobs", "build", "outputs", "o"), ("jobs", "build", "timeout-minutes"), ("on", "push", "branches", 0),
    ("on", "pull_request", "types", 0), ("on", "workflow_run", "workflows", 0),
    ("jobs", "call", "secrets", "b"),
    ("jobs", "build", "services", "s", "image"), ("jobs", "build", "runs-on", "labels", 0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        *((path, wrong) for path in MAPPINGS for wrong in ("text", "[x]")),
        *((path, wrong) for path in LISTS for wrong in ("text", "{a: b}")),
        *((path, wrong) for path in TEXTS for wrong in ("[x]", "{a: b}")),
    ],
    ids=str,
)
def test_a_wrong_type_is_a_problem_where_it_stands(path: tuple[object, ...], wrong: str) -> None:
    text = written(CONTENT, path, wrong)
    _, problems = read(text)
    before = written(CONTENT, path, "\0").index("\0") + 1
    places = [problem.location.span.start.column for problem in problems]
    assert any(before - len("schedule: ") <= place <= before + 1 for place in places), problems


JUNK = st.recursive(
    st.sampled_from(
        ["x", "5", "true", "null", "~", "''", "'${{ x }}'", "'${{'", "read-all", "inherit", "<<"]
    ),
    lambda below: st.one_of(
        st.lists(below, max_size=3).map(lambda items: "[" + ", ".join(items) + "]"),
        st.dictionaries(
            st.sampled_from(["a", "uses", "run", "name", "'<<'", "parallel"]), below, max_size=3
        ).map(lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs.items()) + "}"),
    ),
    max_leaves=6,
)


@settings(max_examples=150)
@given(st.sampled_from(PATHS), JUNK)
def test_any_structure_at_any_key_never_raises(path: tuple[object, ...], junk: str) -> None:
    found, _ = read(written(CONTENT, path, junk))
    for each in found.jobs if found else ():
        assert each.location.span.start.line == 1
        assert all(step.location and step.key and repr(step) for step in each.steps)


# What is missing, empty, or too much.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["1: not a workflow: the file is empty"]),
        ("# x\n", ["1: not a workflow: the file is empty"]),
        ("~", ["1: not a workflow: the file is empty"]),
        ("\n- x", ["2: not a workflow: the file holds a list"]),
        ("\n5", ["2: not a workflow: the file holds `5`"]),
        ("on: push\n", ["1: not a workflow: it has no `jobs`"]),
        ("on: push\njobs:\n", ["1: not a workflow: it has no `jobs`"]),
        ("on: push\njobs: {}\n", ["1: not a workflow: it has no `jobs`"]),
        ("on: push\njobs: []\n", ["2: `jobs` must be a mapping, not a list"]),
        ("on: push\njobs: x\n", ["2: `jobs` must be a mapping, not `x`"]),
        ("on: push\njobs:\n  a:\n", ["3: the job `a` is empty"]),
        ("on: push\njobs:\n  a: {steps: []}\n", ["3: the job `a` has neither `runs-on` nor `uses`"]),
        ("on: push\njobs:\n  a: {runs-on: x}\n", ["3: the job `a` has no `steps`"]),
        ("on: push\njobs:\n  a: {runs-on: , steps: [{run: x}]}\n", ["3: `runs-on` is empty"]),
        ("jobs: {a: {uses: ./x}}\n", ["1: not a workflow: it has no `on`"]),
        ("on:\njobs: {a: {uses: ./x}}\n", ["1: not a workflow: its `on` is empty"]),
        (job("timeout-minutes: soon"), ["6: `timeout-minutes` must be a number, not `soon`"]),
    ],
)  # fmt: skip
def test_what_is_missing_is_said(text: str, expected: list[str]) -> None:
    assert messages(text) == expected


def test_merge_keys_are_said_as_github_refuses_them() -> None:
    text = "on: push\nx: &x {runs-on: x}\njobs:\n  a:\n    <<: *x\n    steps: [{run: x}]\n"
    assert messages(text)[0] == "5: GitHub refuses a file with the merge key `<<`; it is not followed"


def test_jobs_beyond_the_limit_are_left_out_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_JOBS", 3)
    found, problems = read("on: push\njobs:\n" + "".join(f"  j{n}: {{uses: ./x}}\n" for n in range(5)))
    assert found is not None
    assert [each.id for each in found.jobs] == ["j0", "j1", "j2"]
    assert problems[0].location.span.start == Point(6, 3)
    assert problems[0].message == "more than 3 jobs or 5,000 steps: the others are not audited"


def test_jobs_behind_too_many_steps_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_STEPS", 3)
    steps = "{runs-on: x, steps: [{run: x}, {run: x}]}\n"
    found, problems = read("on: push\njobs:\n" + "".join(f"  j{n}: {steps}" for n in range(4)))
    assert found is not None
    assert [each.id for each in found.jobs] == ["j0", "j1"]
    assert len(problems) == 1


@pytest.mark.parametrize(
    "id", ["a.b", "a b", "'${{ x }}'", "1", "-", "é", "😀", "'a\tb'", "'a''b'", "''", "~"]
)
def test_odd_job_ids_keep_their_places(id: str) -> None:
    found = workflow(f"on: push\njobs:\n  {id}: {{runs-on: x, steps: [{{run: x}}]}}\n  b: {{uses: ./x}}\n")
    assert found.jobs[0].location.span.start == Point(3, 3)
    assert found.job(found.jobs[0].id) is found.jobs[0]


def test_an_alias_gives_each_job_steps_of_its_own() -> None:
    found = workflow(
        "on: push\njobs:\n  a: {runs-on: x, steps: &s [{run: x}]}\n  b: {runs-on: x, steps: *s}\n"
    )
    assert [[step.job for step in each.steps] for each in found.jobs] == [[each] for each in found.jobs]


@pytest.mark.parametrize("text", ["x", "[x]", "{labels: x}", "{labels: [x]}", "'${{ x }}'"])
def test_runs_on(text: str) -> None:
    (found,) = workflow(f"on: push\njobs: {{a: {{runs-on: {text}, steps: [{{run: x}}]}}}}\n").jobs
    assert found.runs_on is not None
    assert len(found.runs_on.labels) == 1
    assert found.runs_on.group is None


def test_an_environment_is_a_name_or_a_mapping() -> None:
    for text in ("environment: x", "environment: {name: x}"):
        (found,) = workflow(job(text)).jobs
        assert found.environment is not None
        assert found.environment.name is not None
        assert found.environment.name.value == "x"
    assert workflow(job("environment:")).jobs[0].environment is None


def test_secrets_may_be_inherited() -> None:
    (found,) = workflow("on: push\njobs: {a: {uses: ./x, secrets: inherit}}\n").jobs
    assert found.inherits_secrets is not None
    assert found.secrets == ()


def test_expressions_may_stand_for_mappings() -> None:
    for key in ("env", "strategy", "services"):
        assert workflow(job(f"{key}: '${{{{ fromJSON(x) }}}}'"))
    (found,) = workflow(job("strategy: {matrix: '${{ fromJSON(x) }}'}")).jobs
    assert found.matrix is not None
