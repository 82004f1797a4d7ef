"""The ways into a workflow: who can start it, who wrote its payload, and what GitHub lets it do then."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from auditor.finding import Hop, HopKind, Location, Verdict
from auditor.knowledge.events import (
    DEFAULT_TYPES,
    EVENTS,
    FORK_PULL_REQUESTS,
    TARGET_BLOCKED_SINCE,
    TRIAGED_TYPES,
    Actor,
    Code,
    Event,
)
from auditor.model.repository import Repository
from auditor.model.settings import Settings, Visibility
from auditor.model.trigger import Trigger
from auditor.model.workflow import Workflow

# What we can't place is judged as the worst: an event that is newer than this table.
_UNKNOWN = Event(Actor.OUTSIDER, Actor.OUTSIDER, ())

# A filter's `?` and `+` only repeat what stands before them; these brackets hold nothing that a shell minds.
_PLAIN_SET = re.compile(r"\[(?:0-9|a-z|A-Z|a-f|A-F|[\w.])+\]")

_HANDS = {
    "gollum": "only people with write access may edit the wiki, unless a setting admits everybody",
    "merge_group": "someone with write access must put the pull request into the queue",
}
"""What somebody inside must do, by default, before an outsider's text gets in."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Something that stands in the way of a path. `lowers` counts severity levels.

    `verdict` is what it does to the path: exposed, it stands open and is only named; not evaluable, the
    setting `decided_by` decides; guarded, it closes the path. `name` is the same for all of its kind.
    """

    note: str
    location: Location
    lowers: int = 0
    verdict: Verdict = Verdict.EXPOSED
    name: str = ""
    decided_by: str | None = None

    @property
    def hop(self) -> Hop:
        """The gate as a station of a trace."""
        return Hop(HopKind.GATE, self.note, self.location, self.verdict)


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One way in.

    `starter` can start it alone; `author` wrote the free text of its payload. `fork` says that the pull
    request comes from a fork. `privileged`: secrets, a token that may write, and an id-token can be had.
    """

    workflow: Workflow
    trigger: Trigger
    event: str
    starter: Actor
    author: Actor
    code: Code
    fork: bool
    privileged: bool
    gates: tuple[Gate, ...] = ()
    types: tuple[str, ...] = ()
    """The activity types that this starter causes; nothing where all do."""
    upstream: frozenset[str] | None = None
    """For `workflow_run`: the events of the run before it that this starter can cause; None: any."""
    named_refs: bool = False
    """The workflow lists every ref that can start it, so that no name can be made up."""
    free_ref: str | None = None
    """`branch` or `tag`, where only a name of that kind can be made up."""

    @property
    def location(self) -> Location:
        """Where the trigger stands."""
        return self.trigger.location

    @property
    def hop(self) -> Hop:
        """The entry in words."""
        whose = " from a fork" if self.fork else ""
        triaged = self.starter is not self.author and self.types and TRIAGED_TYPES.issuperset(self.types)
        who = "someone who triages" if triaged else self.starter.value
        return Hop(HopKind.ENTRY, f"{who} can start it: `{self.event}`{whose}", self.location)

    @property
    def is_pull_request(self) -> bool:
        """Whether a pull request is the event's subject, and its branches may be compared."""
        return self.event in FORK_PULL_REQUESTS or self.event == "pull_request_target"


def entries_of(workflow: Workflow, repository: Repository, settings: Settings) -> tuple[Entry, ...]:
    """All ways into a workflow but those through callers (`workflow_call`)."""
    found = (
        _entries(workflow, trigger, repository, settings)
        for trigger in workflow.triggers
        if trigger.event != "workflow_call"
    )
    return tuple(entry for entries in found for entry in entries)


def _entries(
    workflow: Workflow, trigger: Trigger, repository: Repository, settings: Settings
) -> Iterator[Entry]:
    name = trigger.event
    event = EVENTS.get(name, _UNKNOWN)
    if name == "workflow_run":
        yield from _after_run(workflow, trigger, repository, settings)
        return
    pull_request = name in FORK_PULL_REQUESTS
    entry = Entry(
        workflow=workflow,
        trigger=trigger,
        event=name,
        starter=event.starter,
        author=event.author,
        code=event.code,
        fork=pull_request or name == "pull_request_target",
        privileged=not pull_request,
        gates=_outsider_gates(trigger, settings) if event.author is Actor.OUTSIDER else (),
        types=trigger.types or DEFAULT_TYPES.get(name, ()),
        named_refs=name == "push" and names_its_refs(trigger),
        free_ref=_free_ref(trigger) if name == "push" else None,
    )
    yield from _by_helper(entry) if event.starter is Actor.OUTSIDER else (entry,)
    if entry.fork:
        # A branch of this repository, which needs write access to push.
        own = replace(entry, starter=Actor.WRITER, author=Actor.WRITER)
        yield replace(own, fork=False, privileged=True, gates=())


def _by_helper(entry: Entry) -> Iterator[Entry]:
    """An outsider's entry, split by who must lend a hand: nobody, whoever triages, whoever merges."""
    helped = tuple(type for type in entry.types if type in TRIAGED_TYPES)
    alone = tuple(type for type in entry.types if type not in TRIAGED_TYPES)
    at = entry.location
    if alone or not entry.types:
        yield replace(entry, types=alone)
    if helped:
        gate = Gate(f"someone who triages must do it: {', '.join(helped)}", at, lowers=1)
        yield replace(entry, starter=Actor.WRITER, types=helped, gates=(*entry.gates, gate))
    if "closed" in alone and entry.is_pull_request:
        gate = Gate("someone with write access must merge it", at, lowers=1)
        merged = replace(entry, starter=Actor.WRITER, types=("closed",), code=Code.TRUSTED)
        yield replace(merged, gates=(*entry.gates, gate))


def _after_run(
    workflow: Workflow, trigger: Trigger, repository: Repository, settings: Settings
) -> Iterator[Entry]:
    """`workflow_run`: whoever can start the run before it starts this one, at full power."""
    before = [[w for w in repository.workflows if _is_called(w, name)] for name in trigger.workflows]
    triggers = [t for found in before for w in found for t in w.triggers]
    events = frozenset(t.event for t in triggers if EVENTS.get(t.event, _UNKNOWN).starter is Actor.OUTSIDER)
    all_known = bool(before) and all(before)
    named = bool(trigger.branches) and names_its_refs(trigger)
    fixed = all_known and all(t.event == "schedule" or names_its_refs(t) for t in triggers)
    own = Entry(
        workflow=workflow,
        trigger=trigger,
        event="workflow_run",
        starter=Actor.WRITER,
        author=Actor.WRITER,
        code=Code.TRUSTED,
        fork=False,
        privileged=True,
        types=trigger.types,
        named_refs=named or fixed,
    )
    if events or not all_known:
        yield replace(
            own,
            starter=Actor.OUTSIDER,
            author=Actor.OUTSIDER,
            fork=True,
            gates=_outsider_gates(trigger, settings),
            upstream=events if all_known else None,
            named_refs=named,
        )
    yield own


def names_its_refs(trigger: Trigger) -> bool:
    """Whether the filters list every ref by name, or by patterns that only plain characters match."""
    if trigger.branches_ignore or trigger.tags_ignore:
        return False
    patterns = [pattern for pattern in (*trigger.branches, *trigger.tags) if not pattern.startswith("!")]
    return bool(patterns) and not any(set("*[") & set(_PLAIN_SET.sub("", pattern)) for pattern in patterns)


def _free_ref(trigger: Trigger) -> str | None:
    """The kind of ref of which the filters admit made-up names, if they admit them of only one kind.

    A push of a kind that no filter speaks of starts nothing, once another kind is filtered.
    """
    of_branches = (*trigger.branches, *trigger.branches_ignore)
    of_tags = (*trigger.tags, *trigger.tags_ignore)
    if not of_branches and not of_tags:
        return None
    free = {
        "branch": bool(of_branches) and not names_its_refs(replace(trigger, tags=(), tags_ignore=())),
        "tag": bool(of_tags) and not names_its_refs(replace(trigger, branches=(), branches_ignore=())),
    }
    kinds = [kind for kind, is_free in free.items() if is_free]
    return kinds[0] if len(kinds) == 1 else None


def _is_called(workflow: Workflow, name: str) -> bool:
    return (workflow.name.value if workflow.name else workflow.path) == name


def _outsider_gates(trigger: Trigger, settings: Settings) -> tuple[Gate, ...]:
    gates = []
    at = trigger.location
    if settings.visibility in (Visibility.PRIVATE, Visibility.INTERNAL):
        note = f"the repository is {settings.visibility.value}: only people who can read it can start it"
        gates.append(Gate(note, at, lowers=1))
    elif trigger.event in FORK_PULL_REQUESTS:
        note = (
            "GitHub asks for approval of a contributor's first pull request only, unless a setting says more"
        )
        gates.append(Gate(note, at))
    if trigger.event == "pull_request_target":
        gates.extend(_target_gate(trigger, settings))
    if trigger.event in _HANDS:
        gates.append(Gate(_HANDS[trigger.event], at, lowers=1))
    return tuple(gates)


def _target_gate(trigger: Trigger, settings: Settings) -> tuple[Gate, ...]:
    """The default block of `pull_request_target` on public repositories."""
    private = settings.visibility in (Visibility.PRIVATE, Visibility.INTERNAL)
    server = settings.host is not None and settings.host.is_server
    early = settings.as_of is not None and settings.as_of < TARGET_BLOCKED_SINCE
    if private or server or early:
        return ()
    since = TARGET_BLOCKED_SINCE.isoformat()
    note = f"public repositories refuse pull_request_target since {since}, unless an Actions policy allows it"
    return (Gate(note, trigger.location, lowers=int(settings.visibility is Visibility.PUBLIC)),)
