"""The objects of GitHub's interfaces: which of their JSON fields hold free text.

Sources: GitHub REST API reference (response schemas of version 2026-03-10), GitHub GraphQL reference, and
the fields that `gh … --json` lists in the manual of gh 2.80, as known in 2026-11.
"""

from __future__ import annotations

from auditor.knowledge.answers.content import JsonObject, Kind, Of
from auditor.knowledge.provenance import Provenance

_GH = Provenance("manual of GitHub CLI, JSON fields of each command", "2026-11")


_PERSON = {Kind.AUTHOR_NAME: "name", Kind.AUTHOR_EMAIL: "email", Kind.DATE: "date"}
_REPOSITORY = {
    Kind.REPOSITORY: "full_name name nameWithOwner",
    Kind.DESCRIPTION: "description homepage homepageUrl",
    Kind.BRANCH: "default_branch",
    Kind.BOOLEAN: "fork private",
    Kind.SAFE: "topics language visibility",
}
_PULL = {
    Kind.TITLE: "title",
    Kind.BODY: "body",
    Kind.BRANCH: "head.ref head.label",
    Kind.SHA: "head.sha merge_commit_sha",
    Kind.NUMBER: "number id additions deletions changed_files commits comments",
    Kind.STATE: "state author_association mergeable_state",
    Kind.BOOLEAN: "draft merged mergeable locked maintainer_can_modify",
    Kind.URL: "html_url url diff_url patch_url",
    Kind.DATE: "created_at updated_at merged_at closed_at",
}

OBJECTS: dict[str, JsonObject] = {
    "user": JsonObject(
        Of.USER,
        {
            Kind.LOGIN: "login",
            Kind.NUMBER: "id",
            Kind.STATE: "type",
            Kind.AUTHOR_NAME: "name",
            Kind.AUTHOR_EMAIL: "email",
            Kind.DESCRIPTION: "bio blog company location",
        },
    ),
    "login": JsonObject(Of.USER, {Kind.LOGIN: "login", Kind.NUMBER: "id", Kind.STATE: "type user_view_type"}),
    "label": JsonObject(
        Of.REPOSITORY, {Kind.LABEL: "name description", Kind.NUMBER: "id", Kind.SAFE: "color"}
    ),
    "milestone": JsonObject(Of.REPOSITORY, {Kind.MILESTONE: "title description", Kind.NUMBER: "number id"}),
    "repository": JsonObject(Of.REPOSITORY, _REPOSITORY, {"owner": "login"}),
    "fork": JsonObject(Of.FORK, _REPOSITORY, {"owner": "login"}),
    "issue": JsonObject(
        Of.ISSUE,
        {
            Kind.TITLE: "title",
            Kind.BODY: "body",
            Kind.NUMBER: "number id comments",
            Kind.STATE: "state state_reason author_association",
            Kind.BOOLEAN: "locked",
            Kind.URL: "html_url url",
            Kind.DATE: "created_at updated_at closed_at",
            Kind.LABEL: "type.name",
        },
        {"user": "login", "labels": "label", "milestone": "milestone", "assignees": "login"},
    ),
    "pull": JsonObject(
        Of.PULL_REQUEST,
        _PULL,
        {
            "user": "login",
            "labels": "label",
            "milestone": "milestone",
            "head.repo": "fork",
            "head.user": "login",
            "base.repo": "repository",
            "base.user": "login",
            "base": "base",
            "merged_by": "login",
        },
    ),
    "base": JsonObject(Of.BASE, {Kind.BRANCH: "ref label", Kind.SHA: "sha"}),
    "comment": JsonObject(
        Of.COMMENT,
        {
            Kind.BODY: "body body_text body_html",
            Kind.DIFF: "diff_hunk",
            Kind.FILE_NAMES: "path",
            Kind.NUMBER: "id line position",
            Kind.SHA: "commit_id original_commit_id",
            Kind.STATE: "author_association",
            Kind.URL: "html_url url issue_url",
            Kind.DATE: "created_at updated_at",
        },
        {"user": "login"},
    ),
    "review": JsonObject(
        Of.REVIEW,
        {
            Kind.BODY: "body",
            Kind.NUMBER: "id",
            Kind.SHA: "commit_id",
            Kind.STATE: "state author_association",
            Kind.DATE: "submitted_at",
            Kind.URL: "html_url",
        },
        {"user": "login"},
    ),
    "pull_commit": JsonObject(
        Of.PULL_REQUEST,
        {
            Kind.COMMIT_MESSAGE: "commit.message",
            Kind.SHA: "sha parents.sha commit.tree.sha",
            Kind.URL: "html_url",
        },
        {
            "commit.author": "pull_person",
            "commit.committer": "pull_person",
            "author": "login",
            "committer": "login",
        },
    ),
    "pull_person": JsonObject(Of.PULL_REQUEST, _PERSON),
    "commit": JsonObject(
        Of.COMMIT,
        {
            Kind.COMMIT_MESSAGE: "commit.message",
            Kind.SHA: "sha parents.sha commit.tree.sha",
            Kind.URL: "html_url",
        },
        {
            "commit.author": "person",
            "commit.committer": "person",
            "author": "login",
            "committer": "login",
            "files": "commit_file",
        },
    ),
    "git_commit": JsonObject(
        Of.COMMIT,
        {Kind.COMMIT_MESSAGE: "message", Kind.SHA: "sha tree.sha parents.sha"},
        {"author": "person", "committer": "person"},
    ),
    "person": JsonObject(Of.COMMIT, _PERSON),
    "pull_file": JsonObject(
        Of.PULL_REQUEST,
        {
            Kind.FILE_NAMES: "filename previous_filename contents_url raw_url blob_url",
            Kind.DIFF: "patch",
            Kind.SHA: "sha",
            Kind.STATE: "status",
            Kind.NUMBER: "additions deletions changes",
        },
    ),
    "commit_file": JsonObject(
        Of.COMMIT,
        {
            Kind.FILE_NAMES: "filename previous_filename contents_url raw_url blob_url",
            Kind.DIFF: "patch",
            Kind.SHA: "sha",
            Kind.STATE: "status",
            Kind.NUMBER: "additions deletions changes",
        },
    ),
    "comparison": JsonObject(
        Of.COMMIT,
        {Kind.STATE: "status", Kind.NUMBER: "ahead_by behind_by total_commits"},
        {"commits": "commit", "files": "commit_file", "base_commit": "commit", "merge_base_commit": "commit"},
    ),
    "content": JsonObject(
        Of.COMMIT,
        {
            Kind.FILE_CONTENT: "content target",
            Kind.FILE_NAMES: "name path url html_url download_url git_url",
            Kind.SHA: "sha",
            Kind.STATE: "type encoding",
            Kind.NUMBER: "size",
        },
    ),
    "tree": JsonObject(
        Of.COMMIT, {Kind.FILE_NAMES: "tree.path", Kind.SHA: "sha tree.sha", Kind.STATE: "tree.type tree.mode"}
    ),
    "branch": JsonObject(
        Of.REPOSITORY, {Kind.BRANCH: "name", Kind.SHA: "commit.sha", Kind.BOOLEAN: "protected"}
    ),
    "ref": JsonObject(Of.REPOSITORY, {Kind.BRANCH: "ref", Kind.SHA: "object.sha", Kind.STATE: "object.type"}),
    "tag": JsonObject(Of.REPOSITORY, {Kind.TAG: "name", Kind.SHA: "commit.sha", Kind.URL: "zipball_url"}),
    "release": JsonObject(
        Of.RELEASE,
        {
            Kind.TAG: "tag_name target_commitish html_url",
            Kind.NAME: "name assets.name assets.label assets.browser_download_url",
            Kind.BODY: "body",
            Kind.NUMBER: "id assets.id assets.size",
            Kind.BOOLEAN: "draft prerelease immutable",
            Kind.URL: "url upload_url assets.url",
            Kind.DATE: "created_at published_at",
        },
        {"author": "login"},
    ),
    "run": JsonObject(
        Of.RUN,
        {
            Kind.TITLE: "display_title",
            Kind.BRANCH: "head_branch pull_requests.head.ref pull_requests.base.ref",
            Kind.COMMIT_MESSAGE: "head_commit.message",
            Kind.AUTHOR_NAME: "head_commit.author.name head_commit.committer.name",
            Kind.AUTHOR_EMAIL: "head_commit.author.email head_commit.committer.email",
            Kind.SHA: "head_sha head_commit.id pull_requests.head.sha",
            Kind.NUMBER: "id run_number run_attempt workflow_id pull_requests.number check_suite_id",
            Kind.STATE: "status conclusion event name path",
            Kind.URL: "html_url url logs_url jobs_url",
            Kind.DATE: "created_at updated_at run_started_at",
        },
        {
            "actor": "login",
            "triggering_actor": "login",
            "repository": "repository",
            "head_repository": "fork",
        },
    ),
    "job": JsonObject(
        Of.JOB,
        {
            Kind.NAME: "name steps.name runner_name labels",
            Kind.BRANCH: "head_branch",
            Kind.SHA: "head_sha",
            Kind.NUMBER: "id run_id",
            Kind.STATE: "status conclusion steps.status steps.conclusion workflow_name",
            Kind.URL: "html_url",
        },
    ),
    "artifact": JsonObject(
        Of.ARTIFACT,
        {
            Kind.NAME: "name",
            Kind.BRANCH: "workflow_run.head_branch",
            Kind.SHA: "workflow_run.head_sha digest",
            Kind.NUMBER: "id size_in_bytes workflow_run.id",
            Kind.BOOLEAN: "expired",
            Kind.URL: "archive_download_url",
        },
    ),
    "deployment": JsonObject(
        Of.DEPLOYMENT,
        {
            Kind.BRANCH: "ref",
            Kind.DESCRIPTION: "description payload task environment environment_url target_url log_url",
            Kind.SHA: "sha",
            Kind.NUMBER: "id",
            Kind.STATE: "state",
        },
    ),
    "permission": JsonObject(Of.USER, {Kind.STATE: "permission role_name"}, {"user": "login"}),
    "discussion": JsonObject(
        Of.DISCUSSION, {Kind.TITLE: "title", Kind.BODY: "body", Kind.NUMBER: "number id"}, {"user": "login"}
    ),
    "gh_person": JsonObject(
        Of.USER,
        {Kind.LOGIN: "login", Kind.AUTHOR_NAME: "name", Kind.STATE: "id", Kind.BOOLEAN: "is_bot"},
        source=_GH,
    ),
    "gh_comment": JsonObject(
        Of.COMMENT,
        {Kind.BODY: "body", Kind.STATE: "id authorAssociation", Kind.URL: "url", Kind.DATE: "createdAt"},
        {"author": "gh_person"},
        _GH,
    ),
    "gh_review": JsonObject(
        Of.REVIEW,
        {Kind.BODY: "body", Kind.STATE: "id state authorAssociation", Kind.SHA: "commit.oid"},
        {"author": "gh_person"},
        _GH,
    ),
    "gh_issue": JsonObject(
        Of.ISSUE,
        {
            Kind.TITLE: "title",
            Kind.BODY: "body",
            Kind.NUMBER: "number",
            Kind.STATE: "state stateReason id",
            Kind.BOOLEAN: "closed isPinned",
            Kind.URL: "url",
            Kind.DATE: "createdAt updatedAt closedAt",
        },
        {
            "author": "gh_person",
            "assignees": "gh_person",
            "comments": "gh_comment",
            "labels": "label",
            "milestone": "milestone",
        },
        _GH,
    ),
    "gh_pr": JsonObject(
        Of.PULL_REQUEST,
        {
            Kind.TITLE: "title autoMergeRequest.commitHeadline",
            Kind.BODY: "body autoMergeRequest.commitBody",
            Kind.BRANCH: "headRefName",
            Kind.REPOSITORY: "headRepository.name headRepository.nameWithOwner headRepository.id",
            Kind.LOGIN: "headRepositoryOwner.login",
            Kind.AUTHOR_NAME: "headRepositoryOwner.name commits.authors.name",
            Kind.AUTHOR_EMAIL: "commits.authors.email",
            Kind.COMMIT_SUBJECT: "commits.messageHeadline",
            Kind.COMMIT_MESSAGE: "commits.messageBody",
            Kind.FILE_NAMES: "files.path",
            Kind.SHA: "headRefOid mergeCommit.oid potentialMergeCommit.oid commits.oid",
            Kind.NUMBER: "number additions deletions changedFiles files.additions files.deletions"
            " closingIssuesReferences.number fullDatabaseId",
            Kind.STATE: "state mergeable mergeStateStatus reviewDecision id statusCheckRollup.state"
            " statusCheckRollup.conclusion statusCheckRollup.status",
            Kind.NAME: "statusCheckRollup.name statusCheckRollup.context statusCheckRollup.targetUrl"
            " statusCheckRollup.detailsUrl statusCheckRollup.workflowName projectItems.title",
            Kind.BOOLEAN: "closed isDraft isCrossRepository maintainerCanModify",
            Kind.URL: "url",
            Kind.DATE: "createdAt updatedAt closedAt mergedAt",
        },
        {
            "": "gh_base",
            "author": "gh_person",
            "assignees": "gh_person",
            "mergedBy": "gh_person",
            "comments": "gh_comment",
            "reviews": "gh_review",
            "latestReviews": "gh_review",
            "reviewRequests": "gh_person",
            "commits.authors": "gh_login",
            "labels": "label",
            "milestone": "milestone",
        },
        _GH,
    ),
    "gh_base": JsonObject(Of.BASE, {Kind.BRANCH: "baseRefName", Kind.SHA: "baseRefOid"}, source=_GH),
    "gh_login": JsonObject(Of.USER, {Kind.LOGIN: "login", Kind.STATE: "id"}, source=_GH),
    "gh_release": JsonObject(
        Of.RELEASE,
        {
            Kind.TAG: "tagName targetCommitish url",
            Kind.NAME: "name assets.name assets.label assets.url",
            Kind.BODY: "body",
            Kind.BOOLEAN: "isDraft isPrerelease isLatest isImmutable",
            Kind.DATE: "createdAt publishedAt",
            Kind.STATE: "id databaseId",
            Kind.URL: "apiUrl tarballUrl uploadUrl zipballUrl",
        },
        {"author": "gh_login"},
        _GH,
    ),
    "gh_run": JsonObject(
        Of.RUN,
        {
            Kind.TITLE: "displayTitle",
            Kind.BRANCH: "headBranch",
            Kind.SHA: "headSha",
            Kind.NUMBER: "databaseId number attempt workflowDatabaseId jobs.databaseId",
            Kind.NAME: "jobs.name jobs.steps.name",
            Kind.STATE: "status conclusion event name workflowName jobs.status jobs.conclusion",
            Kind.URL: "url jobs.url",
            Kind.DATE: "createdAt startedAt updatedAt",
        },
        source=_GH,
    ),
    "gh_repo": JsonObject(
        Of.REPOSITORY,
        {
            Kind.REPOSITORY: "name nameWithOwner parent.name",
            Kind.LOGIN: "owner.login parent.owner.login",
            Kind.BRANCH: "defaultBranchRef.name",
            Kind.DESCRIPTION: "description homepageUrl repositoryTopics.name",
            Kind.TAG: "latestRelease.tagName",
            Kind.NAME: "latestRelease.name",
            Kind.BOOLEAN: "isPrivate isFork isArchived isTemplate isEmpty",
            Kind.STATE: "visibility viewerPermission id primaryLanguage.name",
            Kind.NUMBER: "stargazerCount forkCount diskUsage",
            Kind.URL: "url sshUrl",
        },
        {"labels": "label"},
        _GH,
    ),
    "gh_check": JsonObject(
        Of.PULL_REQUEST,
        {
            Kind.NAME: "name workflow description link",
            Kind.STATE: "state bucket event",
            Kind.DATE: "startedAt completedAt",
        },
        source=_GH,
    ),
}
"""By a name of our own; those that begin with `gh_` are in the spelling of GraphQL."""

_NUMBERS = ("id", "node_id", "number", "databaseId", "fullDatabaseId", "total_count", "totalCount", "size")
_COMMITS = ("sha", "oid", "head_sha", "merge_commit_sha", "headRefOid", "baseRefOid", "commit_id")
_STATES = ("state", "status", "conclusion", "author_association", "authorAssociation", "event", "type")

HARMLESS_NAMES: dict[str, Kind] = {
    **dict.fromkeys(_NUMBERS, Kind.NUMBER),
    **dict.fromkeys(_COMMITS, Kind.SHA),
    **dict.fromkeys(("login", "full_name", "nameWithOwner"), Kind.LOGIN),
    **dict.fromkeys(_STATES, Kind.STATE),
    **dict.fromkeys(("draft", "isDraft", "merged", "locked", "closed", "fork", "private"), Kind.BOOLEAN),
}
"""Names of fields that hold no free text in any object of GitHub's."""

HARMLESS_ENDINGS = {"_at": Kind.DATE, "_count": Kind.NUMBER, "_id": Kind.NUMBER, "Count": Kind.NUMBER}
"""How such names end; those with `_url` aren't among them, since some hold a file's name or a tag."""
