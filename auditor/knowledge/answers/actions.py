"""Which texts are in the outputs of actions of others.

Source: each action's `action.yml` and documentation on its default branch, read 2026-11. An action that isn't
here is unknown; an output that isn't listed of one that is here carries nothing that somebody chooses.
"""

from __future__ import annotations

import re

from auditor.knowledge.answers.content import (
    BODY,
    BRANCH,
    COMMENT,
    COMMIT_MESSAGE,
    CREDENTIAL,
    FILE_NAMES,
    HARMLESS,
    HEAD_BRANCH,
    HEAD_COMMIT,
    HEAD_REPOSITORY,
    OWN_COMMIT_MESSAGE,
    TAG,
    TITLE,
    Content,
)

_CHANGED: dict[str, Content] = dict.fromkeys(
    ("added", "added_files", "added_modified", "added_modified_renamed", "all",
     "all_changed_and_modified_files", "all_changed_files", "all_modified_files",
     "all_old_new_renamed_files", "changed", "changed-files", "changed_files", "copied_files",
     "deleted", "deleted_files", "diff", "files", "files_added", "files_deleted", "files_modified",
     "files_updated", "modified", "modified_files", "other_changed_files", "other_deleted_files",
     "other_modified_files", "removed", "renamed", "renamed_files", "type_changed_files",
     "unmerged_files"),
    FILE_NAMES,
)  # fmt: skip
_BY_COMMENT = {
    "base_ref": BRANCH,
    "head_ref": HEAD_BRANCH,
    "head_sha": HEAD_COMMIT,
    "ref": HEAD_BRANCH,
    "sha": HEAD_COMMIT,
    "comment_body": COMMENT,
}
_ISSUE_FORM = {"*": BODY}
_PULL_REQUEST = {
    "body": BODY,
    "pr_body": BODY,
    "pr_title": TITLE,
    "title": TITLE,
    "head_ref": HEAD_BRANCH,
    "head_sha": HEAD_COMMIT,
    "labels": HARMLESS,
}
_FIND_COMMENT = {"comment-body": COMMENT}
_RESPONSE = {"data": BODY, "headers": HARMLESS, "status": HARMLESS}

OUTPUTS: dict[str, dict[str, Content]] = {
    "8bitjony/gh-get-current-pr": _PULL_REQUEST | {"pr_head_ref": HEAD_BRANCH, "pr": BODY},
    "actions-ecosystem/action-get-latest-tag": {"tag": TAG},
    "actions-ecosystem/action-get-merged-pull-request": _PULL_REQUEST,
    "actions/checkout": {"commit": HARMLESS, "ref": BRANCH},
    "actions/create-github-app-token": {"token": CREDENTIAL},
    "actions/upload-artifact": {},
    "alessbell/pull-request-comment-branch": _BY_COMMENT,
    "ana06/get-changed-files": _CHANGED,
    "aws-actions/amazon-ecr-login": {"*": CREDENTIAL, "registry": HARMLESS},
    "aws-actions/configure-aws-credentials": {
        "aws-access-key-id": CREDENTIAL,
        "aws-account-id": HARMLESS,
        "aws-secret-access-key": CREDENTIAL,
        "aws-session-token": CREDENTIAL,
    },
    "dawidd6/action-get-tag": {"tag": TAG},
    "docker/metadata-action": {},
    "dorny/paths-filter": {"*_files": FILE_NAMES},
    "dorny/test-reporter": {},
    "eficode/resolve-pr-refs": {
        "base_ref": BRANCH,
        "base_sha": HARMLESS,
        "head_ref": HEAD_BRANCH,
        "head_sha": HEAD_COMMIT,
    },
    "futuratrepadeira/changed-files": _CHANGED,
    "github/branch-deploy": {
        "comment_body": COMMENT,
        "default_branch_tree_sha": HARMLESS,
        "fork_checkout": HEAD_REPOSITORY,
        "fork_full_name": HEAD_REPOSITORY,
        "fork_label": HEAD_BRANCH,
        "fork_ref": HEAD_BRANCH,
        "params": COMMENT,
        "parsed_params": COMMENT,
        "ref": HEAD_BRANCH,
        "sha": HEAD_COMMIT,
    },
    "github/command": {
        "comment_body": COMMENT,
        "fork_ref": HEAD_BRANCH,
        "params": COMMENT,
        "parsed_params": COMMENT,
        "ref": HEAD_BRANCH,
        "sha": HEAD_COMMIT,
    },
    "github/issue-parser": _ISSUE_FORM,
    "google-github-actions/auth": {
        "access_token": CREDENTIAL,
        "auth_token": CREDENTIAL,
        "credentials_file_path": HARMLESS,
        "id_token": CREDENTIAL,
        "project_id": HARMLESS,
    },
    "gotson/pull-request-comment-branch": _BY_COMMENT,
    "hashicorp/vault-action": {"*": CREDENTIAL},
    "issue-ops/parser": {"json": BODY},
    "jitterbit/get-changed-files": _CHANGED,
    "jwalton/gh-find-current-pr": {"body": BODY, "number": HARMLESS, "pr": HARMLESS, "title": TITLE},
    "khan/pull-request-comment-trigger": {"comment_body": COMMENT, "triggered": HARMLESS},
    "lots0logs/gh-action-get-changed-files": _CHANGED,
    "masesgroup/retrieve-changed-files": _CHANGED,
    "mikepenz/release-changelog-builder-action": {"changelog": TITLE},
    "metcalfc/changelog-generator": {"changelog": OWN_COMMIT_MESSAGE},
    "nrwl/nx-set-shas": {"base": HARMLESS, "head": HARMLESS},
    "octokit/graphql-action": _RESPONSE,
    "octokit/request-action": _RESPONSE,
    "peter-evans/find-comment": _FIND_COMMENT,
    "peter-murray/issue-body-parser-action": {"payload": BODY},
    "peter-murray/issue-forms-body-parser": {"payload": BODY},
    "potiuk/get-workflow-origin": {
        "pullrequestlabels": HARMLESS,
        "sourceheadbranch": HEAD_BRANCH,
        "sourceheadrepo": HEAD_REPOSITORY,
        "sourceheadsha": HEAD_COMMIT,
    },
    "redhat-plumbers-in-action/gather-pull-request-metadata": {"metadata": TITLE},
    "shanegenschaw/pull-request-comment-trigger": {"comment_body": COMMENT},
    "softprops/action-gh-release": {},
    "stefanbuck/github-issue-parser": {"jsonstring": BODY, "issueparser_*": BODY},
    "step-security/changed-files": _CHANGED,
    "tibdex/github-app-token": {"token": CREDENTIAL},
    "tj-actions/branch-names": {
        "base_ref_branch": BRANCH,
        "current_branch": HEAD_BRANCH,
        "default_branch": BRANCH,
        "head_ref_branch": HEAD_BRANCH,
        "ref_branch": BRANCH,
        "tag": TAG,
    },
    "tj-actions/changed-files": _CHANGED,
    "tj-actions/verify-changed-files": _CHANGED,
    "trilom/file-changes-action": _CHANGED,
    "tzkhan/pr-update-action": {},
    "xt0rted/pull-request-comment-branch": _BY_COMMENT,
    "zentered/issue-forms-body-parser": {"data": BODY},
    "zepatrik/commit-message": {"message": COMMIT_MESSAGE},
}
"""By `owner/name` in lower case: outputs in lower case; `*` stands for any text, alone for all the others."""


def output(slug: str, name: str) -> Content | None:
    """The text in an output of an action, both in lower case; None where the action isn't known."""
    outputs = OUTPUTS.get(slug)
    if outputs is None:
        return None
    if name in outputs:
        return outputs[name]
    for pattern, content in outputs.items():
        if "*" in pattern and re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), name):
            return content
    return HARMLESS
