"""Which trusted jobs share machines, and folders on them, with outsiders' code."""

import pytest

from auditor.facts import Facts
from auditor.finding import Confidence, Severity
from auditor.languages import yaml
from auditor.model.repository import Repository
from auditor.model.settings import RunnerGroup, Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

NO_SETTINGS = Settings()


def facts_of(theirs: str, own: str, settings: Settings = NO_SETTINGS) -> Facts:
    text = (
        "on: [pull_request, push]\njobs:\n"
        f"  theirs: {{if: github.event_name == 'pull_request', steps: [{{run: make}}], {theirs}}}\n"
        f"  own: {{if: github.event_name == 'push', steps: [{{run: make}}], {own}}}\n"
    )
    workflow = read_workflow(yaml.parse(Source(".github/workflows/w.yml", text)))[0]
    assert workflow is not None
    return Facts(Repository(workflows=(workflow,)), settings)


@pytest.mark.parametrize(
    ("theirs", "own", "expected"),
    [
        ("[self-hosted, gpu]", "[GPU, self-hosted]", {True}),
        ("[self-hosted, gpu]", "self-hosted", {False}),
        ("self-hosted", "[self-hosted, gpu]", {False}),
        ("[self-hosted, a]", "[self-hosted, b]", set()),
        ("{group: g, labels: self-hosted}", "{group: G, labels: self-hosted}", {True}),
        ("{group: g, labels: self-hosted}", "self-hosted", set()),
        ("[self-hosted, '${{ vars.X }}']", "[self-hosted, '${{ vars.X }}']", set()),
        ("gpu", "GPU", {True}),
        ("gpu", "[gpu, big]", set()),
        ("{group: g}", "{group: g}", {True}),
        ("linux-16-core", "linux-16-core", {True}),
        ("ubuntu-24.04-16-cores", "ubuntu-24.04-16-cores", set()),
        ("depot-ubuntu-24.04", "depot-ubuntu-24.04", set()),
        ("ubuntu-latest", "self-hosted", set()),
    ],
)
def test_who_meets_whom(theirs: str, own: str, expected: set[bool]) -> None:
    facts = facts_of(f"runs-on: {theirs}", f"runs-on: {own}")
    outsiders, trusted = facts.repository.jobs
    assert {shared.surely for shared in facts.sharing.of(trusted)} == expected
    assert list(facts.sharing.of(outsiders)) == []


def test_machines_that_may_be_anybodys_are_not_surely_shared_and_have_no_folders() -> None:
    mounts = "container: {image: x, volumes: ['/a:/x']}"
    facts = facts_of(f"runs-on: gpu, {mounts}", f"runs-on: gpu, {mounts}")
    shared, *_ = facts.sharing.of(facts.repository.jobs[1])
    assert (shared.surely, shared.is_known, shared.confidence) == (True, False, Confidence.LOW)
    assert shared.severity(Severity.HIGH) is Severity.LOW
    assert list(facts.sharing.folders(facts.repository.jobs[1])) == []


def test_jobs_that_lose_the_same_to_the_same_job_meet_it_once() -> None:
    text = (
        "on: [pull_request, push]\njobs:\n"
        "  theirs: {if: github.event_name == 'pull_request', runs-on: self-hosted, steps: [{run: make}]}\n"
    )
    for id, secret in (("a", "K"), ("b", "K"), ("c", "OTHER")):
        env = f"env: {{K: '${{{{ secrets.{secret} }}}}'}}"
        text += (
            f"  {id}: {{if: github.event_name == 'push', runs-on: self-hosted, {env}, steps: [{{run: x}}]}}\n"
        )
    workflow = read_workflow(yaml.parse(Source(".github/workflows/w.yml", text)))[0]
    assert workflow is not None
    found = Facts(Repository(workflows=(workflow,)), NO_SETTINGS).sharing.shared_runners(workflow)
    met = [(meeting.worth, [job.id for job in meeting.jobs], len(meeting.others)) for meeting in found]
    assert met == [("the secret K", ["a", "b"], 1), ("the secret OTHER", ["c"], 1)]


def test_a_machine_for_one_job_is_shared_with_nobody() -> None:
    group = RunnerGroup("g", public_repositories=True, ephemeral=True)
    runs_on = "runs-on: {group: g, labels: self-hosted}"
    facts = facts_of(runs_on, runs_on, Settings(runner_groups=(group,)))
    assert list(facts.sharing.of(facts.repository.jobs[1])) == []


@pytest.mark.parametrize(
    ("own", "worth"),
    [
        ("env: {A: '${{ secrets.A }}', B: '${{ secrets.B }}'}", "the secret A, the secret B"),
        ("env: {A: '${{ secrets.GITHUB_TOKEN }}'}", None),
        ("permissions: {id-token: write}", "its id-token"),
        ("permissions: {contents: write}", None),
    ],
)
def test_what_there_is_to_take(own: str, worth: str | None) -> None:
    facts = facts_of("runs-on: self-hosted", f"runs-on: self-hosted, {own}")
    assert facts.sharing.worth(facts.repository.jobs[1]) == worth


@pytest.mark.parametrize(
    ("theirs", "own", "shared"),
    [
        ("/a/b:/x", "/a/b:/y", ["/a/b"]),
        ("/a:/x", "/a/b:/y", ["/a/b"]),
        ("/a/b:/x", "/a:/y", ["/a"]),
        ("/a/b:/x", "/a/bc:/y", []),
        ("/a:/x:ro", "/a:/y", []),
        ("/dev/shm:/x", "/dev/shm:/y", []),
        ("/:/x", "/a:/y", []),
        ("named:/x", "named:/y", []),
    ],
)
def test_folders_of_the_host(theirs: str, own: str, shared: list[str]) -> None:
    mounts = "runs-on: self-hosted, container: {{image: i, volumes: ['{}']}}"
    facts = facts_of(mounts.format(theirs), mounts.format(own))
    found = {each.own.source for each in facts.sharing.folders(facts.repository.jobs[1])}
    assert found == set(shared)
