"""The ways into a workflow: who can start it, who wrote its payload, and what GitHub lets it do then."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.finding import Hop, HopKind, Location
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


@dataclass(frozen=True, slots=True)
class Gate:
    """Something that stands in the way and isn't known to close it. `lowers` counts severity levels."""

    note: str
    location: Location
    lowers: int = 0

    @property
    def hop(self) -> Hop:
        return Hop(HopKind.GATE, self.note, self.location)


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
    upstream: frozenset[str] | None = None
    """For `workflow_run`: the events of the run before it that this starter can cause; None: any."""

    @property
    def location(self) -> Location:
        return self.trigger.location

    @property
    def hop(self) -> Hop:
        """The entry in words."""
        whose = " from a fork" if self.fork else ""
        return Hop(HopKind.ENTRY, f"{self.starter.value} can start it: `{self.event}`{whose}", self.location)

    @property
    def is_pull_request(self) -> bool:
        """Whether a pull request is the event's subject, and its branches may be compared."""
        return self.event in FORK_PULL_REQUESTS or self.event == "pull_request_target"

    @property
    def types(self) -> tuple[str, ...]:
        """The activity types that start it; nothing where all do."""
        return self.trigger.types or DEFAULT_TYPES.get(self.event, ())


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
) -> tuple[Entry, ...]:
    name = trigger.event
    event = EVENTS.get(name, _UNKNOWN)
    if name == "workflow_run":
        return (_after_run(workflow, trigger, repository, settings),)
    unaided = event.starter is Actor.OUTSIDER and not _needs_triage(trigger)
    gates = _outsider_gates(trigger, settings) if event.starter is Actor.OUTSIDER else ()
    pull_request = name in FORK_PULL_REQUESTS
    entry = Entry(
        workflow=workflow,
        trigger=trigger,
        event=name,
        starter=event.starter if unaided or event.starter is not Actor.OUTSIDER else Actor.WRITER,
        author=event.author,
        code=event.code,
        fork=pull_request or name == "pull_request_target",
        privileged=not pull_request,
        gates=gates,
    )
    return (entry, _same_repository(entry)) if entry.fork else (entry,)


def _same_repository(entry: Entry) -> Entry:
    """The same event for a branch of this repository, which needs write access to push."""
    return Entry(
        workflow=entry.workflow,
        trigger=entry.trigger,
        event=entry.event,
        starter=Actor.WRITER,
        author=Actor.WRITER,
        code=entry.code,
        fork=False,
        privileged=True,
    )


def _after_run(workflow: Workflow, trigger: Trigger, repository: Repository, settings: Settings) -> Entry:
    """`workflow_run`: whoever can start the run before it starts this one, at full power."""
    before = [
        next((w for w in repository.workflows if _is_called(w, name)), None) for name in trigger.workflows
    ]
    events = frozenset(
        t.event
        for workflow_before in before
        for t in (workflow_before.triggers if workflow_before else ())
        if EVENTS.get(t.event, _UNKNOWN).starter is Actor.OUTSIDER
    )
    all_known = bool(before) and None not in before
    open_to_outsiders = not all_known or bool(events)
    actor = Actor.OUTSIDER if open_to_outsiders else Actor.WRITER
    return Entry(
        workflow=workflow,
        trigger=trigger,
        event="workflow_run",
        starter=actor,
        author=actor,
        code=Code.TRUSTED,
        fork=open_to_outsiders,
        privileged=True,
        gates=_outsider_gates(trigger, settings) if open_to_outsiders else (),
        upstream=events if all_known else None,
    )


def _is_called(workflow: Workflow, name: str) -> bool:
    return (workflow.name.value if workflow.name else workflow.path) == name


def _needs_triage(trigger: Trigger) -> bool:
    return bool(trigger.types) and all(type in TRIAGED_TYPES for type in trigger.types)


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
    if _needs_triage(trigger):
        note = f"someone who triages must do it: {', '.join(trigger.types)}"
        gates.append(Gate(note, at, lowers=1))
    return tuple(gates)


def _target_gate(trigger: Trigger, settings: Settings) -> tuple[Gate, ...]:
    """The default block of `pull_request_target` on public repositories (platform.md 1.1)."""
    private = settings.visibility in (Visibility.PRIVATE, Visibility.INTERNAL)
    server = settings.host is not None and settings.host.is_server
    early = settings.as_of is not None and settings.as_of < TARGET_BLOCKED_SINCE
    if private or server or early:
        return ()
    since = TARGET_BLOCKED_SINCE.isoformat()
    if settings.visibility is Visibility.PUBLIC:
        note = (
            f"public repositories refuse pull_request_target since {since} unless an Actions policy allows it"
        )
        return (Gate(note, trigger.location, lowers=1),)
    note = f"a public repository on github.com refuses pull_request_target since {since} unless a policy allows it"
    return (Gate(note, trigger.location),)
