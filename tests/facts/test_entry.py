from datetime import date

import pytest

from auditor import tree
from auditor.facts import Facts
from auditor.knowledge.events import Actor, Code
from auditor.model.repository import Repository
from auditor.model.settings import Host, Settings, Visibility
from auditor.model.workflow import read_workflow
from auditor.source import Source

UNTOLD = Settings()


def facts_of(*texts: str, settings: Settings = UNTOLD) -> Facts:
    workflows = []
    for number, text in enumerate(texts):
        parsed = tree.parse(Source(f".github/workflows/w{number}.yml", text))
        workflow, problems = read_workflow(parsed)
        assert workflow is not None
        assert not problems
        workflows.append(workflow)
    return Facts(Repository(workflows=tuple(workflows)), settings)


JOB = "\njobs: {a: {runs-on: x, steps: [{run: make}]}}\n"


def entries(on: str, *more: str, settings: Settings = UNTOLD):
    facts = facts_of(f"on: {on}{JOB}", *more, settings=settings)
    return facts.reach.entries(facts.repository.workflows[0])


def test_a_pull_request_comes_from_a_fork_or_from_here() -> None:
    fork, own = entries("pull_request")
    assert (fork.starter, fork.fork, fork.privileged) == (Actor.OUTSIDER, True, False)
    assert (own.starter, own.fork, own.privileged) == (Actor.WRITER, False, True)


@pytest.mark.parametrize(
    ("event", "starter", "author"),
    [
        ("issues", Actor.OUTSIDER, Actor.OUTSIDER),
        ("push", Actor.WRITER, Actor.WRITER),
        ("repository_dispatch", Actor.EXTERNAL, Actor.EXTERNAL),
        ("schedule", Actor.PLATFORM, Actor.PLATFORM),
        ("merge_group", Actor.WRITER, Actor.OUTSIDER),
        ("an_event_of_tomorrow", Actor.OUTSIDER, Actor.OUTSIDER),
    ],
)
def test_who_starts_and_who_writes(event: str, starter: Actor, author: Actor) -> None:
    (entry,) = entries(event)
    assert (entry.starter, entry.author) == (starter, author)
    assert entry.privileged


def test_types_that_need_triage_are_an_entry_of_their_own() -> None:
    alone, helped = entries("{issues: {types: [opened, labeled]}}")
    assert (alone.starter, alone.types, alone.gates) == (Actor.OUTSIDER, ("opened",), ())
    assert (helped.starter, helped.author, helped.types) == (Actor.WRITER, Actor.OUTSIDER, ("labeled",))
    assert sum(gate.lowers for gate in helped.gates) == 1


def test_a_merge_needs_a_writer_and_makes_the_code_trusted() -> None:
    alone, merged, own = entries("{pull_request: {types: [closed]}}")
    assert alone.code is Code.PULL_REQUEST
    assert (merged.starter, merged.author, merged.code) == (Actor.WRITER, Actor.OUTSIDER, Code.TRUSTED)
    assert not own.fork


def test_calls_are_no_entries() -> None:
    assert entries("workflow_call") == ()


@pytest.mark.parametrize(
    ("upstream", "events"),
    [
        ("push", None),
        ("[push, pull_request]", {"pull_request"}),
        ("[issues, schedule]", {"issues"}),
    ],
)
def test_a_run_after_another_is_as_open_as_that(upstream: str, events: set[str] | None) -> None:
    found = entries("{workflow_run: {workflows: [ci]}}", f"name: ci\non: {upstream}{JOB}")
    outsiders = [entry for entry in found if entry.starter is Actor.OUTSIDER]
    assert [entry.upstream for entry in outsiders] == ([] if events is None else [frozenset(events)])
    assert found[-1].starter is Actor.WRITER


def test_an_unknown_run_before_is_the_worst() -> None:
    outsiders, own = entries("{workflow_run: {workflows: [somewhere]}}")
    assert outsiders.starter is Actor.OUTSIDER
    assert outsiders.upstream is None
    assert not own.fork


@pytest.mark.parametrize(
    ("filters", "named"),
    [
        ("branches: [main, stable]", True),
        ("tags: ['v[0-9]+.[0-9]+', 'v[0-9]+']", True),
        ("branches: [main, '!wip']", True),
        ("branches: ['release/*']", False),
        ("branches: ['[!-~]+']", False),
        ("branches: [main], tags-ignore: [x]", False),
        ("paths: ['**.py']", False),
    ],
)
def test_filters_that_name_every_ref(filters: str, named: bool) -> None:
    (entry,) = entries(f"{{push: {{{filters}}}}}")
    assert entry.named_refs is named


@pytest.mark.parametrize(
    ("filters", "kind"),
    [
        ("branches: [main, 'stack/**'], tags: ['v[0-9]+']", "branch"),
        ("branches: ['stack/**']", "branch"),
        ("branches-ignore: [wip]", "branch"),
        ("branches: [main], tags: ['v*']", "tag"),
        ("tags-ignore: [old]", "tag"),
        ("branches: ['**'], tags: ['v*']", None),
        ("branches: [main], tags: [v1]", None),
        ("paths: ['**.py']", None),
    ],
)
def test_the_kind_of_ref_whose_names_can_be_made_up(filters: str, kind: str | None) -> None:
    (entry,) = entries(f"{{push: {{{filters}}}}}")
    assert entry.free_ref == kind


@pytest.mark.parametrize(
    ("settings", "lowered"),
    [
        (Settings(), 0),
        (Settings(visibility=Visibility.PUBLIC), 1),
        (Settings(visibility=Visibility.PUBLIC, as_of=date(2026, 11, 1)), 0),
        (Settings(visibility=Visibility.PUBLIC, host=Host.parse("ghes:3.19")), 0),
        (Settings(visibility=Visibility.PRIVATE), 1),
    ],
)
def test_what_the_platform_refuses_by_default(settings: Settings, lowered: int) -> None:
    fork = entries("pull_request_target", settings=settings)[0]
    assert sum(gate.lowers for gate in fork.gates) == lowered


def test_whoever_labels_is_named_alike_by_the_entry_and_its_gate() -> None:
    labeled = entries("{pull_request_target: {types: [labeled]}}")[0]
    assert labeled.hop.note.startswith("someone who triages can start it")
    assert labeled.gates[-1].note.startswith("someone who triages must do it")
