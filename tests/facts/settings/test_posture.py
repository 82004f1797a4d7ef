import pytest

from auditor.facts import Facts
from auditor.languages.yaml import parse
from auditor.model.permission import Level
from auditor.model.repository import Repository
from auditor.model.settings import Settings, Visibility
from auditor.model.workflow import read_workflow
from auditor.source import Source

RUN = "runs-on: ubuntu-latest, steps: [{run: make}]"
PUBLISH = "runs-on: ubuntu-latest, steps: [{uses: pypa/gh-action-pypi-publish@release/v1}]"


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


@pytest.mark.parametrize(
    ("on", "tags", "found"),
    [
        ("{push: {tags: [v*]}}", (), [("v*",)]),
        ("{push: {tags: [v*, '!v0*']}}", ("v*",), []),
        ("{push: {tags-ignore: [x]}}", ("v*",), [("**",)]),
        ("{push: {tags-ignore: [x], branches: [main]}}", (), []),
        ("{push: {tags: [v*], branches: [main]}}", (), [("v*",)]),
        ("push", (), []),
        ("release", ("v*",), [("**",)]),
        ("{push: {tags: [v*]}}", None, []),
    ],
)
def test_releases_by_tags(on, tags, found):
    text = f"on: {on}\njobs: {{a: {{{PUBLISH}}}, b: {{{RUN}}}}}\n"
    releases = list(posture(text, protected_tags=tags).tag_releases())
    assert [release.tags for release in releases] == found
    assert all(ids(release.jobs) == ["a"] for release in releases)


def test_the_releases_of_one_trigger_are_one():
    text = f"on: {{push: {{tags: [v*]}}}}\njobs: {{a: {{{PUBLISH}}}, b: {{{PUBLISH}}}}}\n"
    (release,) = posture(text, protected_tags=()).tag_releases()
    assert ids(release.jobs) == ["a", "b"]
    assert release.publishes == ("a package on PyPI",)


def test_a_job_that_no_tag_gets_to_releases_nothing_by_one():
    job = f"jobs: {{a: {{if: github.event_name == 'schedule', {PUBLISH}}}}}\n"
    text = f"on: {{push: {{tags: [v*]}}, schedule: [{{cron: x}}]}}\n{job}"
    assert list(posture(text, protected_tags=()).tag_releases()) == []


def test_a_trace_says_the_setting_and_the_gain():
    found = posture(f"on: push\njobs: {{a: {{{RUN}}}}}\n", f"on: workflow_call\njobs: {{b: {{{RUN}}}}}\n")
    for workflow in found._repository.workflows:
        job = workflow.jobs[0]
        notes = [hop.note for hop in found.trace(job, job.location, "the setting", "the gain").hops]
        assert notes[-3:] == [f"the job `{job.id}` runs", "the setting", "the gain"]
