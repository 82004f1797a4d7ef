import pytest

from auditor.facts import Facts
from auditor.languages.yaml import parse
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

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


REQUIRED = Settings(merge_queue=True, required_checks=("unit",))


def untested_by_settings(on, settings=REQUIRED, job="unit", matrix="", name=""):
    body = f"{name}{matrix}runs-on: ubuntu-latest, steps: [{{run: make}}]"
    text = f"on: {on}\njobs: {{{job}: {{{body}}}}}\n"
    subject, problems = read_workflow(parse(Source("w.yml", text)))
    assert not problems
    return Facts(Repository(workflows=(subject,)), settings).merge_queue.untested(subject)


def test_where_checks_are_required_they_alone_count():
    found = untested_by_settings("{pull_request: {paths: [docs]}}")
    assert (found.required, found.checks, found.sibling) == (True, ("unit",), None)
    assert untested_by_settings("pull_request", job="lint") is None
    assert untested_by_settings("[pull_request, merge_group]") is None
    assert untested_by_settings("push") is None


@pytest.mark.parametrize(
    "settings",
    [
        Settings(merge_queue=False, required_checks=("unit",)),
        Settings(required_checks=("unit",)),
        Settings(merge_queue=True, required_checks=()),
        Settings(merge_queue=True),
    ],
)
def test_where_there_is_no_queue_or_nothing_is_required(settings):
    assert untested_by_settings("pull_request", settings) is None


@pytest.mark.parametrize(
    ("on", "lacks"),
    [
        ("[push, pull_request]", False),
        ("{pull_request: null, push: {branches: ['**']}}", False),
        ("{pull_request: null, push: {branches: [main]}}", True),
        ("{pull_request: null, push: {branches-ignore: ['gh-readonly-queue/**']}}", True),
        ("{pull_request: null, push: {tags: [v*]}}", True),
        ("{pull_request: null, push: {paths: [src]}}", True),
    ],
)
def test_a_push_to_the_queues_branch_may_give_the_check(on, lacks):
    assert (untested_by_settings(on) is not None) is lacks


@pytest.mark.parametrize(
    ("context", "name", "matrix", "makes"),
    [
        ("unit", "", "", True),
        ("unit (3.11)", "", "", False),
        ("unit (3.11)", "", "strategy: {matrix: {v: [1]}}, ", True),
        ("test 3.11 on linux", "name: 'test ${{ matrix.v }} on linux', ", "", True),
        ("test 3.11 on mac", "name: 'test ${{ matrix.v }} on linux', ", "", False),
        ("test", "name: 'test ${{ matrix.v }} test', ", "", False),
        ("unit / a", "", "", False),
    ],
)
def test_the_names_of_checks(context, name, matrix, makes):
    settings = Settings(merge_queue=True, required_checks=(context,))
    assert (untested_by_settings("pull_request", settings, name=name, matrix=matrix) is not None) is makes
