"""Hostile jobs take bounded time in all that is asked of code on disk."""

import time

import pytest

from auditor.facts import Facts
from auditor.facts.code.outsider_code import MAX_ON_DISK
from auditor.languages import yaml
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

EVENTS = ["issue_comment", "issues", "pull_request_target", "workflow_run", "discussion", "watch", "fork"]
HEAD = "{uses: actions/checkout@v1, with: {ref: 'refs/pull/1/head'}}"
UNPACKED = "{uses: dawidd6/action-download-artifact@v1}"
READ = "{run: 'cat a >> $GITHUB_OUTPUT', if: github.actor != 'x', env: {A: '${{ secrets.A }}'}}"


@pytest.mark.parametrize("step", [HEAD, UNPACKED, READ, "{run: 'git fetch origin pull/1/head && make'}"])
def test_many_steps(step: str) -> None:
    steps = "".join(f"      - {each}\n" for each in [HEAD, *[step] * 900])
    text = f"on: [{', '.join(EVENTS)}]\njobs:\n  a:\n    runs-on: x\n    steps:\n{steps}"
    workflow, _ = read_workflow(yaml.parse(Source(".github/workflows/w.yml", text)))
    assert workflow is not None
    facts = Facts(Repository(workflows=(workflow,)), Settings())
    (job,) = workflow.jobs
    start = time.process_time()
    for asked in (facts.takeovers.of, facts.takeovers.secrets, facts.takeovers.id_tokens):
        asked(job)
    facts.races.of(job)
    facts.poisonings.of(job)
    facts.persisted_tokens.of(job)
    assert time.process_time() - start < 20
    messages = [problem.message for problem in facts.limits.problems]
    assert any(f"only {MAX_ON_DISK} things" in message for message in messages) is (step in (HEAD, UNPACKED))


def test_a_job_that_is_called_often_is_followed_to_a_bound() -> None:
    calls = "".join(f"  c{i}:\n    uses: ./.github/workflows/b.yml\n" for i in range(300))
    caller = f"on: [{', '.join(EVENTS)}]\njobs:\n{calls}"
    body = "".join(f"      - {each}\n" for each in [HEAD, *["{run: 'make'}"] * 400])
    callee = f"on: workflow_call\njobs:\n  a:\n    runs-on: x\n    steps:\n{body}"
    paths = {".github/workflows/a.yml": caller, ".github/workflows/b.yml": callee}
    read = [read_workflow(yaml.parse(Source(path, text)))[0] for path, text in paths.items()]
    workflows = tuple(workflow for workflow in read if workflow is not None)
    facts = Facts(Repository(workflows=workflows), Settings())
    (job,) = workflows[1].jobs
    start = time.process_time()
    assert facts.takeovers.of(job)
    assert time.process_time() - start < 20
    assert any("commands on all paths" in problem.message for problem in facts.limits.problems)
