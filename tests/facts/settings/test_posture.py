import pytest

from auditor.facts import Facts
from auditor.languages.yaml import parse
from auditor.model.permission import Level
from auditor.model.repository import Repository
from auditor.model.settings import Settings, Visibility
from auditor.model.workflow import read_workflow
from auditor.source import Source

RUN = "runs-on: ubuntu-latest, steps: [{run: make}]"


def posture(*texts: str, **settings: object):
    workflows = []
    for number, text in enumerate(texts):
        workflow, problems = read_workflow(parse(Source(f"w{number}.yml", text)))
        assert not problems
        workflows.append(workflow)
    return Facts(Repository(workflows=tuple(workflows)), Settings(**settings)).posture


def ids(jobs):
    return [job.id for job in jobs]


def test_who_relies_on_the_default_token():
    text = f"jobs: {{a: {{{RUN}}}, b: {{permissions: {{}}, {RUN}}}}}\n"
    assert ids(posture(f"on: push\n{text}", f"on: push\npermissions: {{}}\n{text}").on_default_token()) == [
        "a"
    ]
    assert ids(posture(f"on: workflow_call\n{text}").on_default_token()) == []
    assert ids(posture(f"on: [workflow_call, push]\n{text}").on_default_token()) == ["a"]


@pytest.mark.parametrize(
    ("on", "permissions", "default", "found"),
    [
        ("push", "{pull-requests: write}", None, ["a"]),
        ("push", "write-all", None, ["a"]),
        ("push", "{pull-requests: read}", Level.WRITE, []),
        ("push", None, Level.WRITE, ["a"]),
        ("push", None, Level.READ, []),
        ("push", None, None, []),
        ("[]", "write-all", None, []),
    ],
)
def test_whose_token_could_approve(on, permissions, default, found):
    declared = f"permissions: {permissions}\n" if permissions else ""
    text = f"on: {on}\n{declared}jobs: {{a: {{{RUN}}}}}\n"
    assert ids(posture(text, default_token=default).approvers()) == found


def test_runs_of_forks():
    on = "[pull_request, pull_request_target, push]"
    paths = posture(f"on: {on}\njobs: {{a: {{{RUN}}}}}\n", visibility=Visibility.PUBLIC).fork_runs()
    assert [path.entry.event for path in paths] == ["pull_request"]


def test_a_trace_says_the_setting_and_the_gain():
    found = posture(f"on: push\njobs: {{a: {{{RUN}}}}}\n", f"on: workflow_call\njobs: {{b: {{{RUN}}}}}\n")
    for workflow in found._repository.workflows:
        job = workflow.jobs[0]
        notes = [hop.note for hop in found.trace(job, job.location, "the setting", "the gain").hops]
        assert notes[-3:] == [f"the job `{job.id}` runs", "the setting", "the gain"]
