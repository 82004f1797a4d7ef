"""A way into a workflow: who can start it, who wrote its payload, and what GitHub lets it do then."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.facts.entry.gate import Gate
from auditor.finding import Hop, HopKind, Location
from auditor.knowledge.platform.events import PULL_REQUESTS, Actor, DefaultCode, Ref
from auditor.model.documents import Workflow
from auditor.model.permission import Level
from auditor.model.trigger import Trigger


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that GitHub lets a run have, whatever its workflow declares.

    `token` is the highest level of any scope; the others say whether a run gets secrets, an id-token.
    """

    token: Level
    secrets: bool
    id_token: bool


FULL = Cap(Level.WRITE, secrets=True, id_token=True)
FORK = Cap(Level.READ, secrets=False, id_token=False)
"""GitHub docs, "GITHUB_TOKEN reference", maximum access for pull requests from public forks (2026-11)."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One way in.

    `starter` can start it alone; `author` wrote the free text of its payload, but for a comment that
    `starter` writes under it where `comments`. `fork` says that the pull request comes from a fork.
    """

    workflow: Workflow
    trigger: Trigger
    event: str
    starter: Actor
    author: Actor
    ref: Ref
    cap: Cap
    fork: bool = False
    gates: tuple[Gate, ...] = ()
    types: tuple[str, ...] = ()
    """The activity types that this starter causes; nothing where the event has none, or any text."""
    comments: bool = False
    """Somebody inside comments on, or reviews, what an outsider wrote."""
    merged: bool = False
    """The pull request has just been merged."""
    on_pull_request: bool | None = None
    """Whether the issue of an `issue_comment` is a pull request."""
    upstream: frozenset[str] | None = None
    """For `workflow_run`: the events of the run before it that this starter can cause; None: any."""
    follows: tuple[str, ...] = ()
    """For `workflow_run`: the names of the workflows whose runs those are."""
    ref_type: str | None = None
    """`branch` or `tag`, where the event's ref is of that kind for sure."""
    named_refs: bool = False
    """The workflow lists every ref that can start it, so that no name can be made up."""

    @property
    def location(self) -> Location:
        """Where the trigger stands."""
        return self.trigger.location

    @property
    def code(self) -> DefaultCode:
        """Whose code a plain checkout fetches, and whose workflow file runs."""
        return self.ref.code

    @property
    def privileged(self) -> bool:
        """Whether secrets or a token that may write can be had."""
        return self.cap.token is Level.WRITE or self.cap.secrets

    @property
    def is_closed(self) -> bool:
        """Whether a gate lets nobody pass."""
        return any(gate.closes for gate in self.gates)

    @property
    def hop(self) -> Hop:
        """The entry in words."""
        return Hop(HopKind.ENTRY, f"{self.starter.value} can start it: {self.what}", self.location)

    @property
    def what(self) -> str:
        """The event, and what it is about."""
        event = f"`{self.event}`"
        if self.event == "issue_comment":
            whose = "an outsider's " if self.comments else "a " if self.on_pull_request else "an "
            return f"{event} on {whose}{'pull request' if self.on_pull_request else 'issue'}"
        if self.fork:
            return f"{event} from a fork"
        return f"{event} of a {self.ref_type}" if self.event == "push" and self.ref_type else event

    @property
    def is_pull_request(self) -> bool:
        """Whether a pull request is the event's subject, and its branches may be compared."""
        return self.event in PULL_REQUESTS
