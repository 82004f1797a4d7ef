"""All ways into the workflows of a repository, but those through callers (`workflow_call`)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property

from auditor.facts.entry.entry import FORK, FULL, Cap, Entry
from auditor.facts.entry.event_gates import changed_upstream_gates, event_gates, outsider_gates
from auditor.facts.entry.gate import Gate, GateKind
from auditor.knowledge.platform.events import (
    BY_THE_AUTHOR,
    DEFAULT_TYPES,
    EVENTS,
    FORK_PULL_REQUESTS,
    PULL_REQUESTS,
    TOPICS,
    Actor,
    Event,
    Ref,
)
from auditor.languages.yaml import Scalar
from auditor.model.documents import Job, Workflow
from auditor.model.permission import Level
from auditor.model.repository import Repository
from auditor.model.settings import Settings, Visibility
from auditor.model.trigger import Trigger

# What we can't place is judged as the worst: an event that is newer than this table.
_UNKNOWN = Event(Actor.OUTSIDER, Actor.OUTSIDER, ())

# A filter's `?` and `+` only repeat what stands before them; these brackets hold nothing that a shell minds.
_PLAIN_SET = re.compile(r"\[(?:0-9|a-z|A-Z|a-f|A-F|[\w.])+\]")

_HELPERS = (Actor.TRIAGER, Actor.WRITER, Actor.MAINTAINER)
"""Those inside who may have to lend a hand, the least trusted first."""

MAX_FOLLOWED = 3
"""Runs may follow each other this deep (GitHub docs, `workflow_run`, 2026-11)."""


class Entries:
    """Answers how a workflow can be started."""

    def __init__(self, repository: Repository, settings: Settings) -> None:
        self._repository = repository
        self._settings = settings
        self._of: dict[tuple[Workflow, int], tuple[Entry, ...]] = {}

    def of(self, workflow: Workflow, *, followed: int = MAX_FOLLOWED) -> tuple[Entry, ...]:
        """The ways into a workflow. Those that a gate surely closes are among them.

        `followed` is how many runs before its own are looked at.
        """
        key = (workflow, followed)
        if key not in self._of:
            triggers = (trigger for trigger in workflow.triggers if trigger.event != "workflow_call")
            found = (entry for trigger in triggers for entry in self._entries(workflow, trigger, followed))
            self._of[key] = tuple(found)
        return self._of[key]

    def _entries(self, workflow: Workflow, trigger: Trigger, followed: int) -> Iterator[Entry]:
        gates = tuple(event_gates(trigger, workflow.path, self._settings))
        after = trigger.event == "workflow_run"
        found = self._after_run(workflow, trigger, followed) if after else self._direct(workflow, trigger)
        for entry in found:
            yield replace(entry, gates=(*gates, *entry.gates))

    def _direct(self, workflow: Workflow, trigger: Trigger) -> Iterator[Entry]:
        name = trigger.event
        event = EVENTS.get(name, _UNKNOWN)
        outside = event.author is Actor.OUTSIDER
        entry = Entry(
            workflow=workflow,
            trigger=trigger,
            event=name,
            starter=event.starter,
            author=event.author,
            ref=event.ref,
            cap=self._fork_cap() if name in FORK_PULL_REQUESTS else FULL,
            fork=name in PULL_REQUESTS,
            gates=tuple(outsider_gates(trigger, self._settings)) if outside else (),
            types=trigger.types or DEFAULT_TYPES.get(name, tuple(event.types)),
            ref_type="tag" if name == "release" else None,
        )
        for way in _variants(entry):
            yield from _by_helper(way, event)
        if entry.fork:
            # Where no condition tests who acts, the outsider gets as far alone.
            if name not in TOPICS and self._tests_who_acts(workflow):
                yield from _by_writer(entry, event)
            # A branch of this repository, which needs write access to push.
            own = replace(entry, starter=Actor.WRITER, author=Actor.WRITER)
            yield from _with_merge(replace(own, fork=False, cap=FULL, gates=()))

    def _tests_who_acts(self, workflow: Workflow) -> bool:
        """Whether a condition of the workflow, or of what it may call, names whoever caused the event."""
        return self._callees_test_who_acts or any(map(_names_an_actor, _conditions(workflow.jobs)))

    @cached_property
    def _callees_test_who_acts(self) -> bool:
        repository = self._repository
        called = [each for each in repository.workflows if each.trigger("workflow_call")]
        conditions = [each for workflow in called for each in _conditions(workflow.jobs)]
        conditions += [step.condition for action in repository.actions for step in action.steps]
        return any(map(_names_an_actor, conditions))

    def _fork_cap(self) -> Cap:
        """What a pull request from a fork gets; owners of private repositories may give it more."""
        settings = self._settings
        if settings.visibility not in (Visibility.PRIVATE, Visibility.INTERNAL):
            return FORK
        token = Level.WRITE if settings.fork_write else Level.READ
        return Cap(token, secrets=bool(settings.fork_secrets), id_token=bool(settings.fork_write))

    def _after_run(self, workflow: Workflow, trigger: Trigger, followed: int) -> Iterator[Entry]:
        """`workflow_run`: whoever can start the run before it starts this one, at full power."""
        named = bool(trigger.branches) and names_its_refs(trigger)
        own = Entry(
            workflow=workflow,
            trigger=trigger,
            event="workflow_run",
            starter=Actor.WRITER,
            author=Actor.WRITER,
            ref=Ref.DEFAULT,
            cap=FULL,
            types=trigger.types or tuple(EVENTS["workflow_run"].types),
            named_refs=named,
        )
        before: list[Workflow] = []
        for name in dict.fromkeys(trigger.workflows):
            found = self._by_name.get(name, [])
            if not found:
                yield self._of_outsider(own, None, (name,), outsider_gates(trigger, self._settings))
            before += found
        if not trigger.workflows:
            yield self._of_outsider(own, None, (), outsider_gates(trigger, self._settings))
        if followed:
            yield from self._following_runs(own, before, followed - 1)
        forks = self._changed_events
        if before and forks:
            gates = changed_upstream_gates(trigger, self._settings)
            yield self._of_outsider(own, forks, trigger.workflows, gates)
        triggers = [trigger for upstream in before for trigger in upstream.triggers]
        fixed = bool(triggers) and all(each.event == "schedule" or names_its_refs(each) for each in triggers)
        yield replace(own, named_refs=named or fixed)

    @cached_property
    def _changed_events(self) -> frozenset[str]:
        """The events by which a fork's pull request may start a workflow that it adds under any name.

        GitHub knows the workflow before by its name alone, and takes a fork's copy of it under these events
        (github.com/ossf/scorecard/issues/3861, read 2026-11). It may be a new file, so that only a policy for
        all files refuses it.
        """
        everywhere = [
            policy
            for policy in self._settings.event_policies or ()
            if not policy.paths and not policy.except_paths
        ]
        return frozenset(
            event for event in FORK_PULL_REQUESTS if all(event in policy.events for policy in everywhere)
        )

    def _following_runs(self, own: Entry, before: Iterable[Workflow], followed: int) -> Iterator[Entry]:
        """The ways that an outsider's text or code takes through the runs of those workflows.

        Runs that the same people start past the same gates, of forks or not, are one entry.
        """
        groups: defaultdict[tuple[Actor, bool, tuple[tuple[str, int], ...]], list[tuple[Workflow, Entry]]] = (
            defaultdict(list)
        )
        for upstream in before:
            for entry in _strongest(self.of(upstream, followed=followed)):
                kinds = tuple(sorted((gate.kind, gate.lowers) for gate in entry.gates))
                groups[entry.starter, entry.fork, kinds].append((upstream, entry))
        for (starter, fork, _), group in groups.items():
            events = frozenset(entry.event for _, entry in group)
            follows = tuple(dict.fromkeys(_name(upstream) for upstream, _ in group))
            way = self._of_outsider(own, events, follows, group[0][1].gates)
            yield replace(way, starter=starter, fork=fork)

    def _of_outsider(
        self, own: Entry, events: frozenset[str] | None, follows: tuple[str, ...], gates: Iterable[Gate]
    ) -> Entry:
        return replace(
            own,
            starter=Actor.OUTSIDER,
            author=Actor.OUTSIDER,
            fork=True,
            gates=tuple(gates),
            upstream=events,
            follows=follows,
        )

    @cached_property
    def _by_name(self) -> dict[str, list[Workflow]]:
        named: dict[str, list[Workflow]] = {}
        for workflow in (*self._repository.workflows, *self._repository.idle):
            named.setdefault(_name(workflow), []).append(workflow)
        return named


def _conditions(jobs: Iterable[Job]) -> Iterator[Scalar | None]:
    for job in jobs:
        yield job.condition
        yield from (step.condition for step in job.steps)


def _names_an_actor(condition: Scalar | None) -> bool:
    text = condition.value.lower() if condition is not None else ""
    return "actor" in text or "sender" in text


def _name(workflow: Workflow) -> str:
    """How `workflow_run` names it."""
    return workflow.name.value if workflow.name else workflow.path


def _strongest(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The open ways with something of an outsider's, of each event those that the fewest need to help."""
    found = (entry for entry in entries if entry.author is Actor.OUTSIDER and not entry.is_closed)
    # A review of our own pull request leaves its code and title ours.
    ways = [entry for entry in found if entry.fork or not entry.is_pull_request]
    strongest: dict[str, Actor] = {}
    for entry in ways:
        if entry.event not in strongest or entry.starter is Actor.OUTSIDER:
            strongest[entry.event] = entry.starter
    return (entry for entry in ways if entry.starter is strongest[entry.event])


def _variants(entry: Entry) -> Iterator[Entry]:
    """An entry, split by what the event is about."""
    match entry.event:
        case "push" | "create":
            for kind in _ref_kinds(entry.trigger):
                named = names_its_refs(_of_kind(entry.trigger, kind))
                yield replace(entry, ref_type=kind, named_refs=named)
        case "issue_comment":
            for on_pull_request in (True, False):
                yield replace(entry, on_pull_request=on_pull_request)
        case "pull_request_review" | "pull_request_review_comment":
            yield entry
            # Anyone may review a pull request from a branch of ours; such a run waits for nobody's approval.
            gates = tuple(gate for gate in entry.gates if gate.kind is not GateKind.FORK_APPROVAL)
            yield replace(entry, fork=False, cap=FULL, gates=gates)
        case _:
            yield entry


def _by_helper(entry: Entry, event: Event) -> Iterator[Entry]:
    """An entry, split by who causes its activity types; where an outsider wrote it, by who helps them."""
    by: defaultdict[Actor, list[str]] = defaultdict(list)
    for type in entry.types:
        by[event.types.get(type, entry.starter)].append(type)
    alone = tuple(by.pop(entry.starter, ()))
    if alone or not entry.types:
        yield replace(entry, types=alone)
    for helper, types in sorted(by.items(), key=lambda item: list(Actor).index(item[0])):
        gates = (Gate(GateKind.HAND, _by(helper, types), entry.location, 1),)
        helped = entry.author is Actor.OUTSIDER and helper in _HELPERS
        author = entry.author if helped else helper
        added = gates if helped else ()
        yield replace(entry, starter=helper, author=author, types=tuple(types), gates=(*entry.gates, *added))
    if entry.starter is Actor.OUTSIDER:
        yield from _with_a_writer(entry, alone)


def _with_a_writer(entry: Entry, types: tuple[str, ...]) -> Iterator[Entry]:
    """What someone with write access may do with an outsider's pull request, issue or discussion."""
    at = entry.location
    if entry.event in TOPICS:
        if entry.is_pull_request and not entry.fork:
            return
        topic = "pull request" if entry.on_pull_request else TOPICS[entry.event].replace("_", " ")
        act = "review" if entry.is_pull_request else "comment on"
        note = f"someone with write access must {act} an outsider's {topic}"
        gate = Gate(GateKind.HAND, note, at, lowers=1)
        yield replace(entry, starter=Actor.WRITER, comments=True, types=types, gates=(*entry.gates, gate))
    elif "closed" in types and entry.is_pull_request:
        gate = Gate(GateKind.MERGE, "someone with write access must merge it", at, lowers=1)
        yield _after_merge(replace(entry, starter=Actor.WRITER, gates=(*entry.gates, gate)))


def _by_writer(entry: Entry, event: Event) -> Iterator[Entry]:
    """What someone with write access may do in an outsider's stead: reopen or update their pull request."""
    by_author = (type for type in entry.types if event.types.get(type) is Actor.OUTSIDER)
    acts = tuple(type for type in by_author if type not in BY_THE_AUTHOR)
    if acts:
        gate = Gate(GateKind.HAND, _by(Actor.WRITER, acts), entry.location, lowers=1)
        yield replace(entry, starter=Actor.WRITER, types=acts, gates=(*entry.gates, gate))


def _with_merge(entry: Entry) -> Iterator[Entry]:
    """A pull request's entry; what follows its merge apart."""
    yield entry
    if "closed" in entry.types:
        yield _after_merge(entry)


def _after_merge(entry: Entry) -> Entry:
    """The run after a merge, on the branch that was merged into (that of another event stays as it is)."""
    ref = Ref.BASE if entry.ref is Ref.MERGE else entry.ref
    return replace(entry, types=("closed",), ref=ref, merged=True)


def _by(who: Actor, types: Iterable[str]) -> str:
    return f"{who.value} must do it: {', '.join(types)}"


def names_its_refs(trigger: Trigger) -> bool:
    """Whether the filters list every ref by name, or by patterns that only plain characters match."""
    if trigger.branches_ignore or trigger.tags_ignore:
        return False
    patterns = [pattern for pattern in (*trigger.branches, *trigger.tags) if not pattern.startswith("!")]
    return bool(patterns) and not any(set("*[") & set(_PLAIN_SET.sub("", pattern)) for pattern in patterns)


def _of_kind(trigger: Trigger, kind: str) -> Trigger:
    """The trigger with the filters of one kind of ref only."""
    if kind == "branch":
        return replace(trigger, tags=(), tags_ignore=())
    return replace(trigger, branches=(), branches_ignore=())


def _ref_kinds(trigger: Trigger) -> tuple[str, ...]:
    """The kinds of ref whose push starts it. Where one kind is filtered, the other must be, too."""
    branches = bool(trigger.branches or trigger.branches_ignore)
    tags = bool(trigger.tags or trigger.tags_ignore)
    if branches == tags:
        return ("branch", "tag")
    return ("branch",) if branches else ("tag",)
