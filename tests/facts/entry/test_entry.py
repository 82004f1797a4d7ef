from dataclasses import replace
from datetime import date

import pytest

from auditor.facts import Facts
from auditor.facts.entry.gate import GateKind
from auditor.finding import Verdict
from auditor.knowledge.platform.events import DEFAULT_TYPES, EVENTS, TOPICS, Actor, DefaultCode, Ref
from auditor.languages import yaml
from auditor.model.permission import Level
from auditor.model.repository import Repository
from auditor.model.settings import EventPolicy, ForkApproval, Host, Settings, Visibility
from auditor.model.workflow import read_workflow
from auditor.source import Source

NO_SETTINGS = Settings()


def facts_of(*texts: str, settings: Settings = NO_SETTINGS) -> Facts:
    workflows = []
    for number, text in enumerate(texts):
        parsed = yaml.parse(Source(f".github/workflows/w{number}.yml", text))
        workflow, problems = read_workflow(parsed)
        assert workflow is not None
        assert not problems
        workflows.append(workflow)
    return Facts(Repository(workflows=tuple(workflows)), settings)


JOB = "\njobs: {a: {runs-on: x, steps: [{run: make}]}}\n"


def entries(on: str, *more: str, settings: Settings = NO_SETTINGS):
    facts = facts_of(f"on: {on}{JOB}", *more, settings=settings)
    return facts.reach.entries(facts.repository.workflows[0])


def test_a_pull_request_comes_from_a_fork_or_from_here() -> None:
    fork, own = entries("pull_request")
    assert (fork.starter, fork.fork, fork.privileged) == (Actor.OUTSIDER, True, False)
    assert (own.starter, own.fork, own.privileged) == (Actor.WRITER, False, True)


@pytest.mark.parametrize(
    ("event", "starter", "author"),
    [
        ("watch", Actor.OUTSIDER, Actor.OUTSIDER),
        ("{push: {branches: ['*']}}", Actor.WRITER, Actor.WRITER),
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
    alone, helped, inside = entries("{issues: {types: [opened, labeled, pinned]}}")
    assert (alone.starter, alone.types, alone.gates) == (Actor.OUTSIDER, ("opened",), ())
    assert (helped.starter, helped.author, helped.types) == (Actor.TRIAGER, Actor.OUTSIDER, ("labeled",))
    assert sum(gate.lowers for gate in helped.gates) == 1
    assert (inside.starter, inside.types) == (Actor.WRITER, ("pinned",))


def test_without_types_all_of_an_event_start_it_and_each_by_whom_it_takes() -> None:
    by = {entry.starter: entry.types for entry in entries("issues")}
    assert list(by) == [Actor.OUTSIDER, Actor.TRIAGER, Actor.WRITER, Actor.MAINTAINER]
    assert "opened" in by[Actor.OUTSIDER]
    assert "labeled" in by[Actor.TRIAGER]
    assert by[Actor.MAINTAINER] == ("deleted",)
    assert entries("pull_request")[0].types == ("opened", "synchronize", "reopened")


@pytest.mark.parametrize("name", EVENTS)
def test_every_activity_type_belongs_to_one_actor(name: str) -> None:
    found = entries(name)
    types = DEFAULT_TYPES.get(name) or tuple(EVENTS[name].types)
    by_outside = [type for entry in found for type in entry.types if entry.starter is not Actor.WRITER]
    assert found
    assert len(by_outside) == len(set(by_outside)) or name in TOPICS
    assert {type for entry in found for type in entry.types} == set(types)
    assert all(who is EVENTS[name].starter or who in Actor for who in EVENTS[name].types.values())


def test_a_comment_is_an_outsiders_or_of_somebody_inside_on_what_they_wrote() -> None:
    found = entries("issue_comment")
    assert [(entry.starter, entry.comments, entry.on_pull_request) for entry in found] == [
        (Actor.OUTSIDER, False, True),
        (Actor.WRITER, True, True),
        (Actor.OUTSIDER, False, False),
        (Actor.WRITER, True, False),
    ]
    assert all(entry.author is Actor.OUTSIDER for entry in found)
    assert [entry.hop.note for entry in found[:2]] == [
        "anyone with a GitHub account can start it: `issue_comment` on a pull request",
        "someone with write access can start it: `issue_comment` on an outsider's pull request",
    ]


def test_a_merge_needs_a_writer_and_makes_the_code_trusted() -> None:
    alone, merged, own, own_merged = entries("{pull_request: {types: [closed]}}")
    assert alone.code is own.code is DefaultCode.PULL_REQUEST
    assert (merged.starter, merged.author, merged.code) == (Actor.WRITER, Actor.OUTSIDER, DefaultCode.TRUSTED)
    assert (own.fork, own.merged, own.ref) == (False, False, Ref.MERGE)
    assert (own_merged.fork, own_merged.merged, own_merged.ref) == (False, True, Ref.BASE)


TESTS_ACTOR = "{if: github.actor == 'boss', run: make}"


@pytest.mark.parametrize(
    ("job", "more"),
    [
        ("{if: github.event.sender.login == 'boss', runs-on: x, steps: [{run: make}]}", []),
        (f"{{runs-on: x, steps: [{TESTS_ACTOR}]}}", []),
        (
            "{uses: ./.github/workflows/w1.yml}",
            [f"on: workflow_call\njobs: {{b: {{runs-on: x, steps: [{TESTS_ACTOR}]}}}}\n"],
        ),
    ],
)
def test_a_condition_on_who_acts_meets_a_writer_who_acts_for_an_outsider(job: str, more: list[str]) -> None:
    facts = facts_of(f"on: pull_request\njobs: {{a: {job}}}\n", *more)
    _, helped, _ = facts.reach.entries(facts.repository.workflows[0])
    assert (helped.starter, helped.author, helped.fork) == (Actor.WRITER, Actor.OUTSIDER, True)
    assert (helped.types, helped.gates[-1].kind) == (("synchronize", "reopened"), "hand")


@pytest.mark.parametrize("event", ["pull_request_review", "pull_request_review_comment"])
def test_who_reviews_and_whose_pull_request_it_is_are_two_questions(event: str) -> None:
    found = entries(f"{{{event}: {{types: [edited]}}}}")
    assert [(e.starter, e.author, e.fork, e.privileged, e.comments) for e in found] == [
        (Actor.OUTSIDER, Actor.OUTSIDER, True, False, False),
        (Actor.WRITER, Actor.OUTSIDER, True, False, True),
        (Actor.OUTSIDER, Actor.OUTSIDER, False, True, False),
        (Actor.WRITER, Actor.WRITER, False, True, False),
    ]
    assert [[gate.kind for gate in entry.gates] for entry in found] == [
        ["fork-approval"],
        ["fork-approval", "hand"],
        [],
        [],
    ]


def test_calls_are_no_entries() -> None:
    assert entries("workflow_call") == ()


def followers(*on: str, settings: Settings = NO_SETTINGS):
    """The ways into the last of a chain of runs, without and with a workflow that a fork adds to it."""
    chain = [f"name: w{n}\non: {each}{JOB}" for n, each in enumerate(on, 1)]
    found = entries(f"{{workflow_run: {{workflows: [w{len(on)}]}}}}", *chain, settings=settings)
    changed = [entry for entry in found if entry.gates and entry.gates[-1].kind is GateKind.CHANGED_UPSTREAM]
    return [entry for entry in found if entry not in changed], changed


@pytest.mark.parametrize(
    ("upstream", "ways"),
    [
        ("push", []),
        ("[push, pull_request]", [("pull_request", Actor.OUTSIDER, True)]),
        ("[watch, schedule]", [("watch", Actor.OUTSIDER, False)]),
        ("{issues: {types: [labeled]}}", [("issues", Actor.TRIAGER, False)]),
        (
            "{issues: {types: [opened, labeled]}, pull_request: {types: [labeled]}}",
            [("issues", Actor.OUTSIDER, False), ("pull_request", Actor.TRIAGER, True)],
        ),
        (
            "{issues: {types: [opened]}, pull_request_target: }",
            [("issues", Actor.OUTSIDER, False), ("pull_request_target", Actor.OUTSIDER, True)],
        ),
    ],
)
def test_a_run_after_another_is_as_open_as_that(upstream: str, ways: list[tuple[str, Actor, bool]]) -> None:
    (*found, own), _ = followers(upstream)
    assert [(*(entry.upstream or ()), entry.starter, entry.fork) for entry in found] == ways
    assert all(entry.author is Actor.OUTSIDER and entry.follows == ("w1",) for entry in found)
    assert own.starter is Actor.WRITER


@pytest.mark.parametrize("upstream", ["push", "schedule", "workflow_dispatch", "pull_request"])
def test_a_fork_may_add_the_workflow_whose_run_is_followed(upstream: str) -> None:
    _, (changed,) = followers(upstream)
    assert (changed.starter, changed.author, changed.fork) == (Actor.OUTSIDER, Actor.OUTSIDER, True)
    assert changed.upstream == {"pull_request", "pull_request_review", "pull_request_review_comment"}
    assert [(gate.kind, gate.lowers) for gate in changed.gates] == [
        ("fork-approval", 0),
        ("changed-upstream", 1),
    ]


def test_what_a_fork_adds_waits_and_is_refused_as_its_pull_requests_are() -> None:
    private = Settings(visibility=Visibility.PRIVATE)
    _, (changed,) = followers("push", settings=private)
    assert [gate.kind for gate in changed.gates] == ["visibility", "changed-upstream"]
    trusted = EventPolicy("x", frozenset({"push", "workflow_run"}))
    assert followers("push", settings=Settings(event_policies=(trusted,)))[1] == []
    of_one_file = replace(trusted, paths=(".github/workflows/w1.yml",))
    (still,) = followers("push", settings=Settings(event_policies=(of_one_file,)))[1]
    assert "pull_request" in (still.upstream or ())


def test_a_run_after_a_run_is_followed_to_whoever_started_the_first() -> None:
    (outsiders, own), _ = followers("pull_request", "{workflow_run: {workflows: [w1]}}")
    assert (outsiders.starter, outsiders.fork) == (Actor.OUTSIDER, True)
    assert [gate.kind for gate in outsiders.gates] == ["fork-approval"]
    assert own.starter is Actor.WRITER
    (own,), changed = followers("schedule", "{workflow_run: {workflows: [w1]}}")
    assert own.starter is Actor.WRITER
    assert [entry.follows for entry in changed] == [("w2",), ("w2",)]


def test_runs_that_follow_each_other_in_a_ring_end() -> None:
    ring = [f"name: w{n}\non: {{workflow_run: {{workflows: [w{n - 1}]}}}}{JOB}" for n in range(1, 4)]
    starters = [entry.starter for entry in entries("{workflow_run: {workflows: [w3]}}", *ring)]
    assert set(starters) == {Actor.OUTSIDER, Actor.WRITER}
    assert starters[-1] is Actor.WRITER


def test_a_policy_on_events_closes_what_it_does_not_allow() -> None:
    only_pushes = EventPolicy(
        "strict", frozenset({"push", "pull_request_target"}), (".github/workflows/w0*",)
    )
    settings = Settings(event_policies=(only_pushes,))
    assert entries("issue_comment", settings=settings) == ()
    assert entries("schedule", settings=Settings(event_policies=(EventPolicy("x", frozenset(), ("y",)),)))
    assert all(
        GateKind.EVENT_POLICY not in {gate.kind for gate in entry.gates}
        for entry in entries("pull_request_target", settings=settings)
    )


def test_a_public_repository_without_a_policy_refuses_the_target_event() -> None:
    settings = Settings(
        visibility=Visibility.PUBLIC, host=Host("github.com"), as_of=date(2026, 11, 21), event_policies=()
    )
    assert [e.starter for e in entries("pull_request_target", settings=settings)] == []
    elsewhere = EventPolicy("x", frozenset({"push"}), (".github/workflows/other.yml",))
    ways = entries("pull_request_target", settings=replace(settings, event_policies=(elsewhere,)))
    assert {entry.gates[0].verdict for entry in ways} == {Verdict.NOT_EVALUABLE}
    live = replace(settings, target_is_live=True)
    assert entries("pull_request_target", settings=live)[0].gates == ()


@pytest.mark.parametrize(
    ("settings", "cap"),
    [
        (Settings(), (Level.READ, False, False)),
        (Settings(visibility=Visibility.PUBLIC, fork_write=True), (Level.READ, False, False)),
        (Settings(visibility=Visibility.PRIVATE, fork_write=True), (Level.WRITE, False, True)),
        (Settings(visibility=Visibility.PRIVATE, fork_secrets=True), (Level.READ, True, False)),
    ],
)
def test_what_a_pull_request_from_a_fork_may_have(settings: Settings, cap: tuple[Level, bool, bool]) -> None:
    fork = entries("pull_request", settings=settings)[0]
    assert (fork.cap.token, fork.cap.secrets, fork.cap.id_token) == cap


@pytest.mark.parametrize(
    ("approval", "lowered", "decided_by"),
    [
        (None, 0, "the approval of pull requests from forks (`--settings`)"),
        (ForkApproval.FIRST_TIME, 0, None),
        (ForkApproval.ALL_EXTERNAL, 1, None),
    ],
)
def test_what_approval_takes_off(approval: ForkApproval | None, lowered: int, decided_by: str | None) -> None:
    (gate,) = entries("pull_request", settings=Settings(fork_approval=approval))[0].gates
    assert (gate.kind, gate.lowers, gate.decided_by) == ("fork-approval", lowered, decided_by)


def test_an_unknown_run_before_is_the_worst() -> None:
    outsiders, own = entries("{workflow_run: {workflows: [somewhere]}}")
    assert outsiders.starter is Actor.OUTSIDER
    assert outsiders.upstream is None
    assert not own.fork


@pytest.mark.parametrize(
    ("filters", "named"),
    [
        ("branches: [main, stable]", {"branch": True}),
        ("tags: ['v[0-9]+.[0-9]+', 'v[0-9]+']", {"tag": True}),
        ("branches: [main, '!wip']", {"branch": True}),
        ("branches: ['release/*']", {"branch": False}),
        ("branches: ['[!-~]+']", {"branch": False}),
        ("branches-ignore: [wip]", {"branch": False}),
        ("branches: [main], tags-ignore: [x]", {"branch": True, "tag": False}),
        ("branches: [main, 'stack/**'], tags: ['v[0-9]+']", {"branch": False, "tag": True}),
        ("paths: ['**.py']", {"branch": False, "tag": False}),
    ],
)
def test_a_push_is_of_a_branch_or_a_tag_that_the_filters_may_name(
    filters: str, named: dict[str, bool]
) -> None:
    found = entries(f"{{push: {{{filters}}}}}")
    assert {entry.ref_type: entry.named_refs for entry in found} == named


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


@pytest.mark.parametrize("type", ["review_requested", "dequeued", "auto_merge_disabled"])
def test_what_an_outsiders_push_or_opening_causes_counts_as_theirs(type: str) -> None:
    assert entries(f"{{pull_request: {{types: [{type}]}}}}")[0].starter is Actor.OUTSIDER
