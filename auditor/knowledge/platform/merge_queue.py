"""Conventions by which a workflow shows whether its check could be required in a merge queue.

Source: GitHub docs, "Managing a merge queue" and "Troubleshooting required status checks" (read
2026-11); the words are those of the names that such workflows have in public repositories.
"""

from __future__ import annotations

DEFAULT_BRANCHES = ("main", "master", "trunk", "develop")
"""Usual names of the branch that a queue guards; which one it is, no file says."""

CHECKED_TYPE = "synchronize"
"""Without this activity type a new push to the pull request gets no check, so none can be required."""

CHORES = frozenset(
    {
        "assign", "assignee", "automerge", "backport", "cancel", "cherrypick", "cla", "cleanup",
        "comment", "comments", "conflict", "conflicts", "dependabot", "greet", "greeting", "greetings",
        "label", "labeler", "labeling", "labeller", "labelling", "labels", "milestone", "notification",
        "notify", "preview", "previews", "renovate", "reviewer", "reviewers", "size", "slack", "stale",
        "sticky", "thank", "thanks", "title", "triage", "welcome",
    }
)  # fmt: skip
"""A name with such a word is about the pull request itself, and means nothing for a queue's commit."""

QUEUE_BRANCH = "gh-readonly-queue/main/pr-1-0123456"
"""Such a branch is pushed for each group; `push` is started by it where the filters admit it.

Source: GitHub docs, "Managing a merge queue", on other CI providers (read 2026-11). That it starts `push`
in Actions, too, is inferred.
"""
