"""Actions whose outputs name the head of a pull request, and API calls of scripts that look it up.

Source: the actions' `action.yml` on their default branches; `gh pr view --help`; GitHub's REST reference,
"Get a pull request" (read 2026-11).
"""

from __future__ import annotations

import re

_BY_COMMENT = frozenset({"head_ref", "head_sha", "ref", "sha"})

HEAD_OUTPUTS: dict[str, frozenset[str]] = {
    "alessbell/pull-request-comment-branch": _BY_COMMENT,
    "eficode/resolve-pr-refs": frozenset({"head_ref", "head_sha"}),
    "gotson/pull-request-comment-branch": _BY_COMMENT,
    "potiuk/get-workflow-origin": frozenset(
        {"mergecommitsha", "sourceheadbranch", "sourceheadrepo", "sourceheadsha"}
    ),
    "xt0rted/pull-request-comment-branch": _BY_COMMENT,
}
"""An action's `owner/name`, in lower case, to the outputs that name a head's branch, commit or repository."""

SCRIPT_ACTION = "actions/github-script"

PULLS = re.compile(r"\bpulls\b")
"""In a path of the REST API, or in a call of its JavaScript client: the pull requests."""

HEAD_FIELD = re.compile(
    r"\bhead(?:RefName|RefOid|Repository|RepositoryOwner)?\b|\bmerge_commit_sha\b|\bpotentialMergeCommit\b"
)
"""The fields of a pull request that name its head, of `gh pr view --json` and of the REST API."""

COMMIT_FIELD = re.compile(r"\bhead\.sha\b|\bheadRefOid\b|\bmerge_commit_sha\b|\bpotentialMergeCommit\b")
REPOSITORY_FIELD = re.compile(r"\bhead\.(?:repo|user)\b|\bheadRepository(?:Owner)?\b")
BRANCH_FIELD = re.compile(r"\bhead\.(?:ref|label)\b|\bheadRefName\b")
"""Those of them that name the head's commit, its repository, and the branch there."""

COMMIT_NAME = re.compile(r"(?i)sha|oid|commit")
REPOSITORY_NAME = re.compile(r"(?i)repo|owner|fork|url")
BRANCH_NAME = re.compile(r"(?i)ref|branch")
"""What an output is called that holds one of several of these fields."""
