"""The events that start workflows: who can start them, who writes their payload, and at what power.

Source: GitHub docs, "Events that trigger workflows" and "Secure use reference" (read 2026-11); the
payloads are those of "Webhook events and payloads". Activity types that need the triage role or more
are from "Repository roles for an organization".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum


class Actor(Enum):
    """Who does something. The value reads after "by"."""

    OUTSIDER = "anyone with a GitHub account"
    EXTERNAL = "an external system that holds a token"
    WRITER = "someone with write access"
    PLATFORM = "GitHub itself"


class Code(Enum):
    """Whose code `actions/checkout` brings when it is told nothing, and whose workflow file runs."""

    PULL_REQUEST = "the pull request's merge commit"
    TRUSTED = "a commit that is already in this repository"


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `payload` names the keys of `github.event` that only some events have."""

    starter: Actor
    author: Actor
    payload: tuple[str, ...]
    code: Code = Code.TRUSTED


_PULL_REQUEST = ("pull_request", "number", "changes", "label", "assignee", "milestone", "requested_reviewer")

EVENTS: dict[str, Event] = {
    "branch_protection_rule": Event(Actor.WRITER, Actor.WRITER, ("rule", "changes")),
    "check_run": Event(Actor.EXTERNAL, Actor.EXTERNAL, ("check_run", "requested_action")),
    "check_suite": Event(Actor.EXTERNAL, Actor.EXTERNAL, ("check_suite",)),
    "create": Event(Actor.WRITER, Actor.WRITER, ("ref", "ref_type", "master_branch", "description")),
    "delete": Event(Actor.WRITER, Actor.WRITER, ("ref", "ref_type")),
    "deployment": Event(Actor.WRITER, Actor.WRITER, ("deployment", "workflow", "workflow_run")),
    "deployment_status": Event(
        Actor.EXTERNAL, Actor.EXTERNAL, ("deployment", "deployment_status", "workflow", "workflow_run")
    ),
    "discussion": Event(Actor.OUTSIDER, Actor.OUTSIDER, ("discussion", "answer", "changes", "label")),
    "discussion_comment": Event(Actor.OUTSIDER, Actor.OUTSIDER, ("comment", "discussion", "changes")),
    "fork": Event(Actor.OUTSIDER, Actor.OUTSIDER, ("forkee",)),
    "gollum": Event(Actor.OUTSIDER, Actor.OUTSIDER, ("pages",)),
    "image_version": Event(Actor.PLATFORM, Actor.PLATFORM, ("image_version",)),
    "issue_comment": Event(Actor.OUTSIDER, Actor.OUTSIDER, ("comment", "issue", "changes")),
    "issues": Event(
        Actor.OUTSIDER, Actor.OUTSIDER, ("issue", "changes", "label", "assignee", "milestone", "type")
    ),
    "label": Event(Actor.WRITER, Actor.WRITER, ("label", "changes")),
    "merge_group": Event(Actor.WRITER, Actor.OUTSIDER, ("merge_group", "reason"), Code.PULL_REQUEST),
    "milestone": Event(Actor.WRITER, Actor.WRITER, ("milestone", "changes")),
    "page_build": Event(Actor.WRITER, Actor.WRITER, ("build", "id")),
    "public": Event(Actor.WRITER, Actor.WRITER, ()),
    "pull_request": Event(Actor.OUTSIDER, Actor.OUTSIDER, _PULL_REQUEST, Code.PULL_REQUEST),
    "pull_request_review": Event(
        Actor.OUTSIDER, Actor.OUTSIDER, ("pull_request", "review", "changes"), Code.PULL_REQUEST
    ),
    "pull_request_review_comment": Event(
        Actor.OUTSIDER, Actor.OUTSIDER, ("pull_request", "comment", "changes"), Code.PULL_REQUEST
    ),
    "pull_request_target": Event(Actor.OUTSIDER, Actor.OUTSIDER, _PULL_REQUEST),
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
    ),
    "registry_package": Event(Actor.WRITER, Actor.WRITER, ("registry_package", "package")),
    "release": Event(Actor.WRITER, Actor.WRITER, ("release", "changes")),
    "repository_dispatch": Event(Actor.EXTERNAL, Actor.EXTERNAL, ("client_payload", "branch")),
    "schedule": Event(Actor.PLATFORM, Actor.PLATFORM, ("schedule", "workflow")),
    "status": Event(Actor.EXTERNAL, Actor.EXTERNAL, ("state", "context", "commit", "branches", "target_url")),
    "watch": Event(Actor.OUTSIDER, Actor.OUTSIDER, ()),
    "workflow_dispatch": Event(Actor.WRITER, Actor.WRITER, ("inputs", "ref", "workflow")),
    "workflow_run": Event(Actor.OUTSIDER, Actor.OUTSIDER, ("workflow_run", "workflow")),
}
"""By name. `workflow_call` is none: its callers' entries are its own."""

FORK_PULL_REQUESTS = frozenset({"pull_request", "pull_request_review", "pull_request_review_comment"})
"""Events whose run for a fork has a read-only token, no secrets and no id-token."""

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

ONLY_OF_TYPES: dict[str, frozenset[str]] = {
    "assignee": frozenset({"assigned", "unassigned"}),
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

TRIAGED_TYPES = frozenset(
    {
        "assigned", "auto_merge_disabled", "auto_merge_enabled", "category_changed", "demilestoned",
        "dequeued", "enqueued", "field_added", "field_removed", "labeled", "locked", "milestoned", "pinned",
        "review_request_removed", "review_requested", "stacked", "transferred", "typed", "unassigned",
        "unlabeled", "unlocked", "unpinned", "untyped",
    }
)  # fmt: skip
"""Activity types that need the triage role or more. Whether `stacked` and the issue fields do is
inferred."""

TARGET_BLOCKED_SINCE = date(2026, 11, 2)
"""Since when `pull_request_target` is refused by default on public repositories of github.com
(changelog "Workflow execution protections in GitHub Actions generally available", 2026-09-17)."""
