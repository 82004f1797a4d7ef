"""Which fields of the contexts hold text that somebody outside the repository's trust can choose.

Source: GitHub docs, "Secure use reference" (the list of untrusted fields) and "Webhook events and
payloads", read 2026-11. Left out because their characters are constrained: numbers, commit ids, logins,
`owner/name`, dates, URLs that GitHub builds.
"""

from __future__ import annotations

from auditor.knowledge.platform.events import Actor

Path = tuple[str, ...]


def _paths(*texts: str) -> tuple[Path, ...]:
    return tuple(tuple(text.split(".")) for text in texts)


AUTHORED: tuple[Path, ...] = _paths(
    "github.event.answer.body",
    "github.event.changes.body.from",
    "github.event.changes.title.from",
    "github.event.comment.body",
    "github.event.comment.diff_hunk",
    "github.event.comment.path",
    "github.event.discussion.body",
    "github.event.discussion.title",
    "github.event.forkee.default_branch",
    "github.event.forkee.description",
    "github.event.forkee.homepage",
    "github.event.issue.body",
    "github.event.issue.title",
    "github.event.merge_group.head_commit.author.email",
    "github.event.merge_group.head_commit.author.name",
    "github.event.merge_group.head_commit.message",
    "github.event.pages.*.page_name",
    "github.event.pages.*.summary",
    "github.event.pages.*.title",
    "github.event.pull_request.body",
    "github.event.pull_request.head.label",
    "github.event.pull_request.head.ref",
    "github.event.pull_request.head.repo.default_branch",
    "github.event.pull_request.head.repo.description",
    "github.event.pull_request.head.repo.homepage",
    "github.event.pull_request.title",
    "github.event.review.body",
    "github.event.workflow_run.display_title",
    "github.event.workflow_run.head_branch",
    "github.event.workflow_run.head_commit.author.email",
    "github.event.workflow_run.head_commit.author.name",
    "github.event.workflow_run.head_commit.committer.email",
    "github.event.workflow_run.head_commit.committer.name",
    "github.event.workflow_run.head_commit.message",
    "github.event.workflow_run.head_repository.description",
    "github.head_ref",
)
"""Fields that the author of the event's content writes: the outsider who opens the issue."""

WRITTEN: tuple[Path, ...] = _paths(
    "github.event.commits.*.author.email",
    "github.event.commits.*.author.name",
    "github.event.commits.*.committer.email",
    "github.event.commits.*.committer.name",
    "github.event.commits.*.message",
    "github.event.deployment.description",
    "github.event.deployment.environment",
    "github.event.deployment.payload",
    "github.event.deployment.ref",
    "github.event.description",
    "github.event.deployment.task",
    "github.event.head_commit.author.email",
    "github.event.head_commit.author.name",
    "github.event.head_commit.committer.email",
    "github.event.head_commit.committer.name",
    "github.event.head_commit.message",
    "github.event.issue.labels.*.description",
    "github.event.issue.labels.*.name",
    "github.event.issue.milestone.title",
    "github.event.label.description",
    "github.event.label.name",
    "github.event.milestone.description",
    "github.event.milestone.title",
    "github.event.pull_request.labels.*.description",
    "github.event.pull_request.labels.*.name",
    "github.event.pull_request.milestone.title",
    "github.event.pusher.email",
    "github.event.pusher.name",
    "github.event.ref",
    "github.event.release.body",
    "github.event.release.name",
    "github.event.release.tag_name",
    "github.event.release.target_commitish",
    "github.event.workflow_run.pull_requests.*.head.ref",
    "github.ref",
    "github.ref_name",
)
"""Fields that need write access (labels: triage) to choose."""

TRIAGED = frozenset(
    {
        "active_lock_reason", "assignee", "assignees", "auto_merge", "labels", "locked", "merged_by",
        "milestone", "requested_reviewers", "requested_teams", "state_reason",
    }
)  # fmt: skip
"""Fields of an issue or a pull request that take somebody who triages, or more.

Source: GitHub docs, "Repository roles for an organization", 2026-11.
"""

EXTERNAL: tuple[Path, ...] = _paths(
    "github.event.check_run.output.summary",
    "github.event.check_run.output.text",
    "github.event.check_run.output.title",
    "github.event.check_suite.head_branch",
    "github.event.check_suite.head_commit.author.email",
    "github.event.check_suite.head_commit.author.name",
    "github.event.check_suite.head_commit.message",
    "github.event.client_payload",
    "github.event.commit.commit.author.email",
    "github.event.commit.commit.author.name",
    "github.event.commit.commit.message",
    "github.event.context",
    "github.event.deployment_status.description",
    "github.event.deployment_status.environment_url",
    "github.event.deployment_status.log_url",
    "github.event.deployment_status.target_url",
    "github.event.target_url",
)
"""Fields that the system behind the event's token sends."""

WRITTEN_REFS = frozenset(_paths("github.event.ref", "github.ref", "github.ref_name"))

SAME_TEXT: tuple[frozenset[Path], ...] = (
    WRITTEN_REFS,
    frozenset(
        _paths(
            "github.event.pull_request.head.label", "github.event.pull_request.head.ref", "github.head_ref"
        )
    ),
)
"""Fields of which one is part of the other, or the same."""

RUNNER_VARIABLES: dict[str, Path] = {
    "github_head_ref": ("github", "head_ref"),
    "github_ref": ("github", "ref"),
    "github_ref_name": ("github", "ref_name"),
}
"""Variables that the runner sets to a field, in lower case (GitHub docs, "Variables reference")."""

FREE_REF_EVENTS = frozenset({"create", "delete", "push", "registry_package", "release", "workflow_dispatch"})
"""Events for which `github.ref` is a name that the starter chose; else it is `refs/pull/N/merge`, the
default branch, or a name that GitHub builds."""

AUTHOR_OF: dict[Path, Actor | None] = {
    **dict.fromkeys(AUTHORED, None),
    **dict.fromkeys(WRITTEN, Actor.WRITER),
    **dict.fromkeys(EXTERNAL, Actor.EXTERNAL),
}
"""Each field's author; None is the author of the event's content."""

STARTERS = frozenset(
    _paths(
        "github.actor",
        "github.event.sender.login",
        "github.event.workflow_run.actor.login",
        "github.event.workflow_run.triggering_actor.login",
        "github.triggering_actor",
    )
)
"""Fields that name who caused the last event, whoever's pull request or issue it is about."""

ACTOR_IDS = frozenset(_paths("github.actor_id"))
"""Fields that give the number of who started the run. A number isn't given out again, as a name is."""

NEVER_SET = frozenset(_paths("github.job_workflow_sha"))
"""Fields that documentation named and no run ever had (the runner's source; the identity of a reusable
workflow came in 2026-09, as `job.workflow_sha`)."""

BOOLEANS = frozenset(
    _paths(
        "github.event.forced",
        "github.event.issue.locked",
        "github.event.pull_request.base.repo.fork",
        "github.event.pull_request.draft",
        "github.event.pull_request.head.repo.fork",
        "github.event.pull_request.locked",
        "github.event.pull_request.merged",
        "github.event.release.draft",
        "github.event.release.prerelease",
        "github.event.repository.fork",
        "github.event.repository.private",
    )
)
"""Fields of the payload that are true or false, and no text."""

LINES = frozenset(
    {
        "body", "client_payload", "commits", "description", "diff_hunk", "head_commit", "inputs",
        "message", "payload", "summary", "text",
    }
)  # fmt: skip
"""Names in paths of fields whose text may have several lines. Titles and names have one in GitHub's forms."""
