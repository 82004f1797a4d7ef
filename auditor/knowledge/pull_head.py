"""Actions whose outputs name the head of a pull request, and what asks GitHub for it in a script.

Source: the actions' `action.yml` on their default branches; `gh pr view --help`; GitHub's REST reference,
"Get a pull request" (read 2026-11).
"""

from __future__ import annotations

import re

HEAD_OUTPUTS: dict[str, frozenset[str]] = {
    "alessbell/pull-request-comment-branch": frozenset({"head_ref", "head_sha"}),
    "xt0rted/pull-request-comment-branch": frozenset({"head_ref", "head_sha", "ref", "sha"}),
}
"""An action's `owner/name`, in lower case, to the outputs that hold a head's branch or commit."""

SCRIPT_ACTION = "actions/github-script"

PULLS = re.compile(r"\bpulls\b")
"""In a path of the REST API, or in a call of its JavaScript client: the pull requests."""

HEAD_FIELD = re.compile(r"\bhead(?:RefName|RefOid)?\b|\bmerge_commit_sha\b|\bpotentialMergeCommit\b")
"""The fields of a pull request that name its head, of `gh pr view --json` and of the REST API."""
