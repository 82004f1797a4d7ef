"""The events that start workflows: who can start them, who writes their payload, and at what power.

Source: GitHub docs, "Events that trigger workflows" (activity types, `GITHUB_REF`) and "Secure use
reference"; payloads: "Webhook events and payloads"; who may cause an activity type: "Repository roles for
an organization". All read 2026-11. Whether `stacked` and the issue fields need the triage role is inferred.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Actor(Enum):
    """Who does something. The value reads after "by"."""

    OUTSIDER = "anyone with a GitHub account"
    EXTERNAL = "an external system that holds a token"
    TRIAGER = "someone who triages"
    WRITER = "someone with write access"
    MAINTAINER = "someone who administers the repository"
    PLATFORM = "GitHub itself"


class DefaultCode(Enum):
    """Whose code `actions/checkout` fetches by default, and whose workflow file runs."""

    PULL_REQUEST = "the pull request's merge commit"
    TRUSTED = "a commit that is already in this repository"


class Ref(Enum):
    """What `github.ref` is in the run: of that commit are the workflow file and the default checkout."""

    DEFAULT = "the default branch"
    MERGE = "the pull request's merge commit"
    QUEUE = "the merge queue's commit"
    NAMED = "the branch or tag that the event is about"
    BASE = "the branch that a pull request was merged into"

    @property
    def code(self) -> DefaultCode:
        """Whose code that is."""
        return DefaultCode.PULL_REQUEST if self in (Ref.MERGE, Ref.QUEUE) else DefaultCode.TRUSTED


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `starter` can start it alone, or whoever `types` names for the activity type.

    `author` writes the free text of its payload; `payload` names the keys of `github.event` that only
    some events have.
    """

    starter: Actor
    author: Actor
    payload: tuple[str, ...]
    ref: Ref = Ref.DEFAULT
    types: Mapping[str, Actor] = field(default_factory=dict)


def _by(**types: str) -> Mapping[str, Actor]:
    """Each activity type with who can cause it, from a text of types for each of them."""
    return {type: Actor[who.upper()] for who, names in types.items() for type in names.split()}


_PULL_REQUEST = (
    "pull_request",
    "number",
    "before",
    "after",
    "changes",
    "label",
    "assignee",
    "milestone",
    "requested_reviewer",
)

_PULL_REQUEST_TYPES = _by(
    # An outsider's push ends an auto-merge and leaves the queue; opening requests reviews from code owners.
    outsider="opened synchronize reopened edited closed converted_to_draft ready_for_review"
    " review_requested dequeued auto_merge_disabled",
    triager="assigned unassigned labeled unlabeled milestoned demilestoned review_request_removed stacked",
    writer="locked unlocked enqueued auto_merge_enabled",
)

EVENTS: dict[str, Event] = {
    "branch_protection_rule": Event(
        Actor.MAINTAINER,
        Actor.MAINTAINER,
        ("rule", "changes"),
        types=_by(maintainer="created edited deleted"),
    ),
    "check_run": Event(
        Actor.EXTERNAL,
        Actor.EXTERNAL,
        ("check_run", "requested_action"),
        types=_by(external="created completed", writer="rerequested requested_action"),
    ),
    "check_suite": Event(Actor.EXTERNAL, Actor.EXTERNAL, ("check_suite",), types=_by(external="completed")),
    "create": Event(
        Actor.WRITER, Actor.WRITER, ("ref", "ref_type", "master_branch", "description"), Ref.NAMED
    ),
    "delete": Event(Actor.WRITER, Actor.WRITER, ("ref", "ref_type")),
    "deployment": Event(Actor.WRITER, Actor.WRITER, ("deployment", "workflow", "workflow_run"), Ref.NAMED),
    "deployment_status": Event(
        Actor.EXTERNAL,
        Actor.EXTERNAL,
        ("deployment", "deployment_status", "workflow", "workflow_run"),
        Ref.NAMED,
    ),
    "discussion": Event(
        Actor.OUTSIDER,
        Actor.OUTSIDER,
        ("discussion", "answer", "changes", "label"),
        types=_by(
            outsider="created edited answered unanswered",
            triager="deleted labeled unlabeled category_changed",
            writer="transferred pinned unpinned locked unlocked",
        ),
    ),
    "discussion_comment": Event(
        Actor.OUTSIDER,
        Actor.OUTSIDER,
        ("comment", "discussion", "changes"),
        types=_by(outsider="created edited deleted"),
    ),
    "fork": Event(Actor.OUTSIDER, Actor.OUTSIDER, ("forkee",)),
    "gollum": Event(Actor.OUTSIDER, Actor.OUTSIDER, ("pages",)),
    "image_version": Event(Actor.PLATFORM, Actor.PLATFORM, ("image_version",)),
    "issue_comment": Event(
        Actor.OUTSIDER,
        Actor.OUTSIDER,
        ("comment", "issue", "changes"),
        types=_by(outsider="created edited deleted"),
    ),
    "issues": Event(
        Actor.OUTSIDER,
        Actor.OUTSIDER,
        ("issue", "changes", "label", "assignee", "milestone", "type"),
        types=_by(
            outsider="opened edited closed reopened",
            triager="assigned unassigned labeled unlabeled milestoned demilestoned typed untyped"
            " field_added field_removed",
            writer="transferred pinned unpinned locked unlocked",
            maintainer="deleted",
        ),
    ),
    "label": Event(
        Actor.WRITER, Actor.WRITER, ("label", "changes"), types=_by(writer="created edited deleted")
    ),
    "merge_group": Event(
        Actor.WRITER,
        Actor.OUTSIDER,
        ("merge_group", "reason"),
        Ref.QUEUE,
        types=_by(writer="checks_requested"),
    ),
    "milestone": Event(
        Actor.WRITER,
        Actor.WRITER,
        ("milestone", "changes"),
        types=_by(writer="created closed opened edited deleted"),
    ),
    "page_build": Event(Actor.WRITER, Actor.WRITER, ("build", "id")),
    "public": Event(Actor.MAINTAINER, Actor.MAINTAINER, ()),
    "pull_request": Event(
        Actor.OUTSIDER, Actor.OUTSIDER, _PULL_REQUEST, Ref.MERGE, types=_PULL_REQUEST_TYPES
    ),
    "pull_request_review": Event(
        Actor.OUTSIDER,
        Actor.OUTSIDER,
        ("pull_request", "review", "changes"),
        Ref.MERGE,
        types=_by(outsider="submitted edited", writer="dismissed"),
    ),
    "pull_request_review_comment": Event(
        Actor.OUTSIDER,
        Actor.OUTSIDER,
        ("pull_request", "comment", "changes"),
        Ref.MERGE,
        types=_by(outsider="created edited deleted"),
    ),
    "pull_request_target": Event(Actor.OUTSIDER, Actor.OUTSIDER, _PULL_REQUEST, types=_PULL_REQUEST_TYPES),
    "push": Event(
        Actor.WRITER,
        Actor.WRITER,
        (
            "ref",
            "before",
            "after",
            "base_ref",
            "commits",
            "head_commit",
            "compare",
            "pusher",
            "created",
            "forced",
        ),
        Ref.NAMED,
    ),
    "registry_package": Event(
        Actor.WRITER,
        Actor.WRITER,
        ("registry_package", "package"),
        Ref.NAMED,
        types=_by(writer="published updated"),
    ),
    "release": Event(
        Actor.WRITER,
        Actor.WRITER,
        ("release", "changes"),
        Ref.NAMED,
        types=_by(writer="published unpublished created edited deleted prereleased released"),
    ),
    "repository_dispatch": Event(Actor.EXTERNAL, Actor.EXTERNAL, ("client_payload", "branch")),
    "schedule": Event(Actor.PLATFORM, Actor.PLATFORM, ("schedule", "workflow")),
    "status": Event(Actor.EXTERNAL, Actor.EXTERNAL, ("state", "context", "commit", "branches", "target_url")),
    "watch": Event(Actor.OUTSIDER, Actor.OUTSIDER, (), types=_by(outsider="started")),
    "workflow_dispatch": Event(Actor.WRITER, Actor.WRITER, ("inputs", "ref", "workflow"), Ref.NAMED),
    "workflow_run": Event(
        Actor.OUTSIDER,
        Actor.OUTSIDER,
        ("workflow_run", "workflow"),
        types=_by(outsider="completed requested in_progress"),
    ),
}
"""By name. `workflow_call` is none: its callers' entries are its own."""

FORK_PULL_REQUESTS = frozenset({"pull_request", "pull_request_review", "pull_request_review_comment"})
"""Events whose run for a fork has a read-only token, no secrets and no id-token, and may wait for approval
("Approving workflow runs from forks")."""

PULL_REQUESTS = FORK_PULL_REQUESTS | {"pull_request_target"}
"""Events whose subject is a pull request."""

PAYLOAD_KEYS = frozenset(key for event in EVENTS.values() for key in event.payload)

SUBJECTS = {
    "discussion": "discussion",
    "discussion_comment": "comment",
    "issue_comment": "comment",
    "issues": "issue",
    "pull_request": "pull_request",
    "pull_request_review": "review",
    "pull_request_review_comment": "comment",
    "pull_request_target": "pull_request",
}
"""Whose author the event's author is: a comment's, not those of the issue that it stands under."""

TOPICS = {
    "discussion_comment": "discussion",
    "issue_comment": "issue",
    "pull_request_review": "pull_request",
    "pull_request_review_comment": "pull_request",
}
"""What a comment or review stands under, which somebody else may have written."""

BY_THE_AUTHOR = frozenset({"opened"})
"""Activity types of a pull request that nobody but its author causes."""

WITH_A_FORK = frozenset({"opened", "synchronize", "reopened"})
"""Activity types of a pull request of which the fork must still be there."""

UNMERGED = WITH_A_FORK | {"closed", "converted_to_draft", "enqueued", "ready_for_review"}
"""Activity types that a merged pull request doesn't have, but for the merge itself, which is a `closed`."""

ONLY_OF_TYPES: dict[str, frozenset[str]] = {
    "after": frozenset({"synchronize"}),
    "assignee": frozenset({"assigned", "unassigned"}),
    "before": frozenset({"synchronize"}),
    "changes": frozenset({"edited", "transferred"}),
    "label": frozenset({"labeled", "unlabeled", "created", "edited", "deleted"}),
    "requested_reviewer": frozenset({"review_requested", "review_request_removed"}),
}
"""Keys of the payload that only some activity types have."""

TAG_EVENTS = frozenset(
    {"create", "deployment", "deployment_status", "push", "registry_package", "release", "workflow_dispatch"}
)
"""Events whose `github.ref` may be a tag."""

DEFAULT_TYPES: dict[str, tuple[str, ...]] = {
    "pull_request": ("opened", "synchronize", "reopened"),
    "pull_request_target": ("opened", "synchronize", "reopened"),
}
"""What runs where no `types` are written; every other event takes all of its types."""
