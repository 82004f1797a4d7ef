import pytest

from auditor.facts import Facts
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source
from auditor.tree import parse

JOB = "jobs: {{{}: {{runs-on: ubuntu-latest, steps: [{{run: make}}]}}}}\n"


def workflow(path, on, job="unit"):
    read, problems = read_workflow(parse(Source(path, f"on: {on}\n" + JOB.format(job))))
    assert not problems
    return read


def untested(on, *, path="w.yml", job="unit", queue="merge_group"):
    subject = workflow(path, on, job)
    repository = Repository(workflows=(subject, workflow("queue.yml", queue, "other")))
    return Facts(repository, Settings()).merge_queue.untested(subject)


@pytest.mark.parametrize(
    "on",
    [
        "pull_request",
        "[push, pull_request]",
        "{pull_request: {branches: [main]}}",
        "{pull_request: {branches: ['**']}}",
        "{pull_request: {branches: [release, 'm*']}}",
        "{pull_request: {branches-ignore: [gh-pages]}}",
        "{pull_request: {types: [opened, synchronize]}}",
    ],
)
def test_lacking(on):
    found = untested(on)
    assert found.checks == ("unit",)
    assert found.sibling_path == "queue.yml"
    assert found.paths


@pytest.mark.parametrize(
    "on",
    [
        "push",
        "[pull_request, merge_group]",
        "{pull_request: {branches: [release]}}",
        "{pull_request: {branches: ['**', '!main', '!master', '!trunk', '!develop']}}",
        "{pull_request: {branches-ignore: ['*']}}",
        "{pull_request: {paths: [docs]}}",
        "{pull_request: {paths-ignore: [docs]}}",
        "{pull_request: {types: [opened, closed]}}",
    ],
)
def test_nothing_lacking(on):
    assert untested(on) is None


def test_the_branch_of_the_queue_counts_where_it_is_named():
    queue = "{merge_group: {branches: [next]}}"
    assert untested("{pull_request: {branches: [next]}}", queue=queue)
    assert untested("{pull_request: {branches: [main]}}", queue=queue) is None


def test_without_a_queue_nothing_lacks():
    assert untested("pull_request", queue="push") is None


@pytest.mark.parametrize("path", ["pr-labeler.yml", "stale.yml", "auto_assign.yml", "cla.yaml"])
def test_chores_are_no_checks(path):
    assert untested("pull_request", path=path) is None


def test_a_chore_is_a_whole_word():
    assert untested("pull_request", path="staleness.yml")
    assert untested("pull_request", job="welcome") is None
    assert untested("pull_request", job="other") is None, "a check of that name runs in the queue"
