"""What callers give to inputs decides who gets in; and which ways in are a run at full power."""

import time

import pytest

from auditor.facts import Facts
from auditor.languages import yaml
from auditor.model.action import read_action
from auditor.model.documents import Job
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

BOTH = ["push", "workflow_dispatch"]

CALLEE = """
on:
  workflow_call:
    inputs:
      flag: {{type: boolean, default: {default}}}
      kind: {{type: string}}
      size: {{type: number}}
      must: {{type: boolean, required: true}}
jobs:
  guarded:
    if: {condition}
    runs-on: ubuntu-latest
    steps: [{{run: make}}]
"""

CALLER = """
on: [push, workflow_dispatch]
jobs:
  call:
    uses: ./.github/workflows/callee.yml
    with: {{{given}}}
"""

ACTION = "runs:\n  using: composite\n  steps:\n    - {if: inputs.flag, run: make, shell: bash}\n"


def facts_of(**files: str) -> Facts:
    workflows, actions = [], []
    for name, text in files.items():
        if "jobs:" in text:
            workflow, _ = read_workflow(yaml.parse(Source(f".github/workflows/{name}.yml", text)))
            assert workflow is not None
            workflows.append(workflow)
        else:
            action, _ = read_action(yaml.parse(Source(f"{name}/action.yml", text)))
            assert action is not None
            actions.append(action)
    return Facts(Repository(workflows=tuple(workflows), actions=tuple(actions)), Settings())


def job_of(facts: Facts, name: str) -> Job:
    return next(job for job in facts.repository.jobs if job.id == name)


@pytest.mark.parametrize(
    ("default", "condition", "given", "open_to", "gated"),
    [
        ("false", "inputs.flag", "", [], False),
        ("true", "inputs.flag", "", BOTH, False),
        ("true", "inputs.flag", "flag: false", [], False),
        ("false", "${{ inputs.FLAG }}", "Flag: true", BOTH, False),
        ("false", "inputs.flag", "flag: \"${{ github.event_name == 'push' }}\"", ["push"], False),
        ("false", "inputs.flag", "flag: '${{ inputs.other }}'", BOTH, True),
        ("false", "inputs.flag", "flag: 'x${{ vars.F }}'", BOTH, True),
        ("false", "inputs.flag", "flag: perhaps", BOTH, True),
        ('"${{ vars.F }}"', "inputs.flag", "", BOTH, True),
        ("false", "inputs.kind == 'full'", "kind: quick", [], False),
        ("false", "inputs.kind == 'full'", "kind: full", BOTH, False),
        ("false", "inputs.kind == ''", "", BOTH, False),
        ("false", "inputs.kind != ''", "kind: '${{ github.sha }}'", BOTH, True),
        ("false", "inputs.kind == 'true'", "kind: \"${{ github.event_name == 'push' }}\"", ["push"], False),
        ("false", "inputs.kind", "kind: \"${{ github.event_name == 'push' }}\"", BOTH, False),
        ("false", "inputs.kind == '1'", "kind: '${{ 1 }}'", BOTH, False),
        ("false", "inputs.kind == ''", "kind: '${{ github.event.pull_request }}'", BOTH, True),
        ("false", "inputs.kind == 'x'", "kind: \"${{ fromJSON('[1]') }}\"", BOTH, True),
        ("false", "inputs.flag == false", "flag: \"${{ 'false' }}\"", BOTH, True),
        ("false", "inputs.size > 1", "size: '${{ 2 }}'", BOTH, False),
        ("false", "inputs.size > 1", "size: '${{ true }}'", BOTH, True),
        ("false", "inputs.size > 1", "", [], False),
        ("false", "inputs.size > 1", "size: 2", BOTH, True),
        ("false", "inputs.must", "", BOTH, True),
    ],
)
def test_what_callers_give_decides(
    default: str, condition: str, given: str, open_to: list[str], gated: bool
) -> None:
    callee = CALLEE.format(default=default, condition=condition)
    facts = facts_of(callee=callee, caller=CALLER.format(given=given))
    paths = facts.reach.into(job_of(facts, "guarded"))
    assert sorted({path.entry.event for path in paths}) == open_to
    assert all(bool(path.gates) is gated for path in paths)


@pytest.mark.parametrize(("given", "open_to"), [("true", BOTH), ("false", [])])
def test_inputs_pass_through_two_calls(given: str, open_to: list[str]) -> None:
    middle = """
on:
  workflow_call:
    inputs: {deep: {type: boolean}}
jobs:
  between:
    uses: ./.github/workflows/callee.yml
    with: {flag: "${{ inputs.deep }}", must: true}
"""
    caller = CALLER.replace("callee", "middle").format(given=f"deep: {given}")
    callee = CALLEE.format(default="false", condition="inputs.flag")
    facts = facts_of(callee=callee, middle=middle, caller=caller)
    paths = facts.reach.into(job_of(facts, "guarded"))
    assert sorted({path.entry.event for path in paths}) == open_to


@pytest.mark.parametrize("order", [("true", "false"), ("false", "true")])
def test_two_calls_of_one_workflow_give_it_inputs_of_their_own(order: tuple[str, str]) -> None:
    call = "  to_{flag}:\n    uses: ./.github/workflows/callee.yml\n    with: {{flag: {flag}, must: true}}\n"
    caller = "on: push\njobs:\n" + "".join(call.format(flag=flag) for flag in order)
    facts = facts_of(callee=CALLEE.format(default="false", condition="inputs.flag"), caller=caller)
    paths = facts.reach.into(job_of(facts, "guarded"))
    assert {each.id for path in paths for each in path.calls} == {"to_true"}


def test_inputs_in_an_action_are_the_actions_own() -> None:
    callee = CALLEE.format(default="false", condition="true").replace("run: make", "uses: ./act")
    alone = "on: push\njobs:\n  a:\n    runs-on: x\n    steps: [{uses: ./act}]\n"
    called = facts_of(callee=callee, caller=CALLER.format(given="flag: false"), act=ACTION)
    for facts in (called, facts_of(alone=alone, act=ACTION)):
        step = facts.repository.actions[0].steps[0]
        paths = facts.reach.at(step)
        assert paths
        assert all(len(path.gates) == 1 and facts.reach.admits(path, step, frozenset()) for path in paths)


def test_full_power_leaves_forks_out() -> None:
    text = "on: pull_request\njobs:\n  a:\n    {}runs-on: x\n    steps: [{{run: make}}]\n"
    facts = facts_of(ci=text.format(""))
    job = job_of(facts, "a")
    assert {path.entry.fork for path in facts.reach.into(job)} == {True, False}
    assert [path.entry.fork for path in facts.reach.at_full_power(job)] == [False]
    assert [path.entry.fork for path in facts.reach.at_full_power(job.steps[0])] == [False]
    only_forks = facts_of(ci=text.format("if: github.event.pull_request.head.repo.fork\n    "))
    assert [path.entry.fork for path in only_forks.reach.at_full_power(job_of(only_forks, "a"))] == [True]


def test_many_calls_take_bounded_time() -> None:
    jobs = "".join(
        f"  c{n}:\n    uses: ./.github/workflows/callee.yml\n    with: {{kind: k{n}}}\n" for n in range(100)
    )
    inner = "".join(f"  j{n}:\n    if: inputs.kind == 'k{n}'\n    runs-on: x\n" for n in range(100))
    inputs = CALLEE.format(default="false", condition="true").partition("jobs:")[0]
    facts = facts_of(callee=f"{inputs}jobs:\n{inner}", caller=f"on: {BOTH}\njobs:\n{jobs}")
    start = time.process_time()
    assert all(facts.reach.into(job) for job in facts.repository.jobs)
    assert time.process_time() - start < 10
