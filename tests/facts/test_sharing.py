"""Which trusted jobs share machines, and folders on them, with outsiders' code."""

import pytest

from auditor import tree
from auditor.facts import Facts
from auditor.model.repository import Repository
from auditor.model.settings import RunnerGroup, Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

UNTOLD = Settings()


def facts_of(theirs: str, own: str, settings: Settings = UNTOLD) -> Facts:
    text = (
        "on: [pull_request, push]\njobs:\n"
        f"  theirs: {{if: github.event_name == 'pull_request', steps: [{{run: make}}], {theirs}}}\n"
        f"  own: {{if: github.event_name == 'push', steps: [{{run: make}}], {own}}}\n"
    )
    workflow = read_workflow(tree.parse(Source(".github/workflows/w.yml", text)))[0]
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
        ("gpu", "gpu", set()),
        ("ubuntu-latest", "self-hosted", set()),
    ],
)
def test_who_meets_whom(theirs: str, own: str, expected: set[bool]) -> None:
    facts = facts_of(f"runs-on: {theirs}", f"runs-on: {own}")
    outsiders, trusted = facts.repository.jobs
    assert {shared.surely for shared in facts.sharing.of(trusted)} == expected
    assert list(facts.sharing.of(outsiders)) == []


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
