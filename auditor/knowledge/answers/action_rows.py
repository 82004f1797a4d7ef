"""What known actions leave in their outputs and variables: whose text, or which credential.

Sources stand at the rows: with a commit where the `action.yml` was read at it, else the action's README and
`action.yml` as known in 2026-11. An action or output that isn't here is unknown.
"""

from __future__ import annotations

from auditor.knowledge.answers.answer_row import (
    AnswerRow,
    InputIs,
    each_of,
    file_names,
    pull_request,
    read_at,
    secrets,
)
from auditor.knowledge.answers.content import Content, Contents, Kind, Of
from auditor.knowledge.change import Change
from auditor.knowledge.provenance import Provenance

_KNOWN = Provenance("README and action.yml of the action", "2026-11")


_PULL_OBJECT: Contents = (
    Content(Kind.TITLE, Of.PULL_REQUEST),
    Content(Kind.BODY, Of.PULL_REQUEST),
    Content(Kind.BRANCH, Of.PULL_REQUEST),
    Content(Kind.LABEL, Of.REPOSITORY),
    Content(Kind.DESCRIPTION, Of.FORK),
)

_TJ_NAMES = """added_files copied_files deleted_files modified_files renamed_files all_old_new_renamed_files
    type_changed_files unmerged_files unknown_files all_changed_and_modified_files all_changed_files
    all_modified_files other_changed_files other_modified_files other_deleted_files modified_keys changed_keys
    *_added_files *_copied_files *_deleted_files *_modified_files *_renamed_files *_type_changed_files
    *_all_changed_files *_all_modified_files *_all_changed_and_modified_files *_other_changed_files
    *_other_modified_files *_other_deleted_files"""
_TJ_HARMLESS = {
    **each_of("*_count", Kind.NUMBER),
    **each_of("any_changed only_changed any_modified only_modified any_deleted only_deleted", Kind.BOOLEAN),
    **each_of("*_any_changed *_only_changed *_any_modified *_only_modified *_any_deleted", Kind.BOOLEAN),
}
_TJ = (
    AnswerRow(
        _KNOWN,
        {**_TJ_HARMLESS, **file_names(_TJ_NAMES, Change.ENCODED, "its own escaping for a shell")},
        when=(InputIs("safe_output", ("true",), "true"), InputIs("write_output_files", ("false",), "false")),
        since=41,
    ),
    AnswerRow(_KNOWN, {**_TJ_HARMLESS, **file_names(_TJ_NAMES)}),
)
"""Versions before 41 escape nothing (CVE-2023-51664); quotes they leave as they are, even since."""

_JITTERBIT = "all added modified removed renamed added_modified deleted"
_BY_COMMENT = AnswerRow(
    read_at("1168aa2b", later=True),
    {
        **each_of("base_ref", Kind.BRANCH, Of.BASE),
        **each_of("base_sha", Kind.SHA, Of.BASE),
        **pull_request(branch="head_ref ref", sha="head_sha sha"),
        **each_of("head_owner", Kind.LOGIN),
        **each_of("head_repo", Kind.REPOSITORY, Of.FORK),
    },
)
_FORM: dict[str, Contents] = each_of("*", Kind.BODY, Of.ISSUE, Change.PART, "an answer in the form")
_TOKEN = secrets("token")
_MATCHED = "a match of its pattern"

ACTION_ANSWERS: dict[str, tuple[AnswerRow, ...]] = {
    # Names of changed files.
    "tj-actions/changed-files": _TJ,
    "step-security/changed-files": (
        AnswerRow(_KNOWN, _TJ[0].outputs, when=_TJ[0].when),
        AnswerRow(_KNOWN, _TJ[1].outputs),
    ),
    "tj-actions/verify-changed-files": (
        AnswerRow(
            _KNOWN,
            {
                **each_of("changed_files", Kind.FILE_NAMES, Of.COMMIT_OF_CHECKOUT),
                **each_of("files_changed", Kind.BOOLEAN),
            },
        ),
    ),
    "tj-actions/glob": (
        AnswerRow(
            _KNOWN,
            {
                **each_of("paths", Kind.FILE_NAMES, Of.COMMIT_OF_CHECKOUT),
                **each_of("has-custom-patterns", Kind.BOOLEAN),
            },
        ),
    ),
    "dorny/paths-filter": (
        AnswerRow(
            _KNOWN,
            {
                **file_names("*_files", Change.ENCODED, "quoting for a shell"),
                **each_of("*_count", Kind.NUMBER),
                **each_of("*", Kind.STATE),
            },
            when=(InputIs("list-files", ("shell", "escape"), "none"),),
        ),
        AnswerRow(
            _KNOWN, {**file_names("*_files"), **each_of("*_count", Kind.NUMBER), **each_of("*", Kind.STATE)}
        ),
    ),
    "jitterbit/get-changed-files": (AnswerRow(read_at("3fd6e313", later=True), file_names(_JITTERBIT)),),
    "ana06/get-changed-files": (AnswerRow(_KNOWN, file_names(_JITTERBIT)),),
    "masesgroup/retrieve-changed-files": (AnswerRow(read_at("02568412"), file_names(_JITTERBIT)),),
    "lots0logs/gh-action-get-changed-files": (
        AnswerRow(read_at("06a976f1", later=True), file_names(_JITTERBIT)),
    ),
    "trilom/file-changes-action": (
        AnswerRow(
            read_at("0718c38d", later=True),
            file_names(
                "files files_added files_modified files_removed files_renamed files_created files_updated"
                " files_deleted"
            ),
        ),
    ),
    "futuratrepadeira/changed-files": (
        AnswerRow(_KNOWN, file_names("files_created files_updated files_deleted")),
    ),
    "knu/changed-files": (
        AnswerRow(
            _KNOWN,
            {
                **file_names("changed_files changed_files_json"),
                **each_of("matched_files", Kind.FILE_NAMES, Of.CHANGE),
            },
        ),
    ),
    "technote-space/get-diff-action": (
        AnswerRow(
            _KNOWN,
            {
                **file_names("diff filtered_diff matched_files"),
                **each_of("count insertions deletions lines", Kind.NUMBER),
            },
            {**file_names("GIT_DIFF GIT_DIFF_FILTERED MATCHED_FILES")},
        ),
    ),
    "actions/labeler": (AnswerRow(_KNOWN, each_of("new-labels all-labels", Kind.LABEL, Of.REPOSITORY)),),
    # The pull request, its head and its comments.
    "xt0rted/pull-request-comment-branch": (_BY_COMMENT,),
    "alessbell/pull-request-comment-branch": (AnswerRow(_KNOWN, _BY_COMMENT.outputs),),
    "gotson/pull-request-comment-branch": (AnswerRow(_KNOWN, _BY_COMMENT.outputs),),
    "eficode/resolve-pr-refs": (
        AnswerRow(
            _KNOWN,
            {
                **pull_request(branch="head_ref", sha="head_sha"),
                **each_of("base_ref", Kind.BRANCH, Of.BASE),
                **each_of("base_sha", Kind.SHA),
            },
        ),
    ),
    "potiuk/get-workflow-origin": (
        AnswerRow(
            _KNOWN,
            {
                **each_of("sourceheadrepo", Kind.REPOSITORY, Of.FORK),
                **each_of("sourceheadbranch", Kind.BRANCH, Of.RUN),
                **each_of("sourceheadsha mergecommitsha", Kind.SHA, Of.PULL_REQUEST),
                **each_of("targetcommitsha", Kind.SHA),
                **each_of("sourceevent", Kind.STATE),
                **each_of("targetbranch", Kind.BRANCH, Of.BASE),
                **each_of("pullrequestnumber", Kind.NUMBER),
                **each_of("pullrequestlabels", Kind.LABEL, Of.REPOSITORY),
            },
        ),
    ),
    "khan/pull-request-comment-trigger": (
        AnswerRow(
            read_at("014b821a", later=True),
            {**each_of("triggered", Kind.BOOLEAN), **each_of("comment_body", Kind.BODY, Of.COMMENT)},
        ),
    ),
    "shanegenschaw/pull-request-comment-trigger": (
        AnswerRow(
            _KNOWN, {**each_of("triggered", Kind.BOOLEAN), **each_of("comment_body", Kind.BODY, Of.COMMENT)}
        ),
    ),
    "peter-evans/find-comment": (
        AnswerRow(
            _KNOWN,
            {
                **each_of("comment-id", Kind.NUMBER),
                **each_of("comment-node-id", Kind.STATE),
                **each_of("comment-body", Kind.BODY, Of.COMMENT),
                **each_of("comment-author", Kind.LOGIN),
                **each_of("comment-created-at", Kind.DATE),
            },
        ),
    ),
    "peter-evans/slash-command-dispatch": (
        AnswerRow(_KNOWN, each_of("error-message", Kind.BODY, Of.COMMENT, Change.PART, "an error's text")),
    ),
    "xt0rted/slash-command-action": (
        AnswerRow(
            read_at("1d2bbc39"),
            {
                **each_of("command-name", Kind.STATE),
                **each_of(
                    "command-arguments", Kind.BODY, Of.COMMENT, Change.PART, "what follows the command"
                ),
            },
        ),
    ),
    "github/command": (
        AnswerRow(
            read_at("084cb711", later=True),
            {
                **each_of("triggered continue", Kind.BOOLEAN),
                **each_of("comment_body", Kind.BODY, Of.COMMENT),
                **each_of(
                    "params parsed_params", Kind.BODY, Of.COMMENT, Change.PART, "what follows the command"
                ),
                **each_of("actor actor_handle", Kind.LOGIN),
                **each_of("comment_id initial_reaction_id issue_number", Kind.NUMBER),
            },
        ),
    ),
    "github/branch-deploy": (
        AnswerRow(
            read_at("017cac3e", later=True),
            {
                **each_of("triggered continue noop fork", Kind.BOOLEAN),
                **each_of("comment_body", Kind.BODY, Of.COMMENT),
                **each_of(
                    "params parsed_params", Kind.BODY, Of.COMMENT, Change.PART, "what follows the command"
                ),
                **pull_request(
                    branch="ref fork_ref fork_label fork_checkout", sha="sha base_sha default_branch_tree_sha"
                ),
                **each_of("fork_full_name", Kind.REPOSITORY, Of.FORK),
                **each_of("base_ref", Kind.BRANCH, Of.BASE),
                **each_of("environment type", Kind.STATE),
                **each_of("environment_url", Kind.SAFE),
                **each_of("comment_id deployment_id initial_reaction_id issue_number", Kind.NUMBER),
                **each_of("actor actor_handle", Kind.LOGIN),
            },
        ),
    ),
    "8bitjonny/gh-get-current-pr": (
        AnswerRow(
            read_at("065f91f6", later=True),
            {
                **pull_request(title="pr_title", body="pr_body", number="number"),
                "pr": _PULL_OBJECT,
                **each_of("pr_labels", Kind.LABEL, Of.REPOSITORY),
                **each_of("pr_url", Kind.URL),
                **each_of("pr_created_at pr_merged_at pr_closed_at", Kind.DATE),
                **each_of("pr_found", Kind.BOOLEAN),
            },
        ),
    ),
    "jwalton/gh-find-current-pr": (
        AnswerRow(read_at("138dea20"), pull_request(title="title", body="body", number="pr number")),
    ),
    "actions-ecosystem/action-get-merged-pull-request": (
        AnswerRow(
            read_at("883a016b"),
            {
                **pull_request(title="title", body="body", number="number"),
                **each_of("labels", Kind.LABEL, Of.REPOSITORY),
                **each_of("assignees", Kind.LOGIN),
            },
        ),
    ),
    "actions-ecosystem/action-regex-match": (
        AnswerRow(_KNOWN, each_of("match group*", Kind.OTHER, Of.CHANGE, Change.PART, _MATCHED)),
    ),
    "actions-ecosystem/action-get-latest-tag": (AnswerRow(_KNOWN, each_of("tag", Kind.TAG, Of.REPOSITORY)),),
    "hmarr/auto-approve-action": (AnswerRow(_KNOWN),),
    "dependabot/fetch-metadata": (
        AnswerRow(
            _KNOWN,
            each_of(
                "dependency-names dependency-type update-type directory package-ecosystem target-branch"
                " previous-version new-version compatibility-score maintainer-changes dependency-group"
                " alert-state ghsa-id cvss updated-dependencies-json",
                Kind.SAFE,
            ),
        ),
    ),
    "peter-evans/create-pull-request": (
        AnswerRow(
            _KNOWN,
            {
                **each_of("pull-request-number", Kind.NUMBER),
                **each_of("pull-request-url", Kind.URL),
                **each_of("pull-request-operation pull-request-commits-verified", Kind.STATE),
                **each_of("pull-request-head-sha", Kind.SHA),
                **each_of("pull-request-branch", Kind.SAFE),
            },
        ),
    ),
    "amannn/action-semantic-pull-request": (
        AnswerRow(
            _KNOWN,
            {
                **each_of("type scope", Kind.TITLE, Of.PULL_REQUEST, Change.PART, "what its pattern takes"),
                **each_of(
                    "subject error_message", Kind.TITLE, Of.PULL_REQUEST, Change.PART, "a part of the title"
                ),
            },
        ),
    ),
    # Forms in issues.
    "stefanbuck/github-issue-parser": (AnswerRow(read_at("04462cbf", later=True), _FORM),),
    "peter-murray/issue-forms-body-parser": (AnswerRow(read_at("25002f55"), _FORM),),
    "zentered/issue-forms-body-parser": (AnswerRow(read_at("04635d86"), _FORM),),
    "issue-ops/parser": (AnswerRow(_KNOWN, _FORM),),
    "github/issue-parser": (AnswerRow(_KNOWN, _FORM),),
    "edumserrano/github-issue-forms-parser": (AnswerRow(_KNOWN, _FORM),),
    # Names of branches and tags, and what git knows.
    "tj-actions/branch-names": (
        AnswerRow(
            read_at("072c724d"),
            {
                **each_of("is_default is_tag", Kind.BOOLEAN),
                **each_of("default_branch", Kind.BRANCH, Of.REPOSITORY),
                **each_of("base_ref_branch", Kind.BRANCH, Of.BASE),
                **each_of("head_ref_branch current_branch ref_branch", Kind.BRANCH, Of.CHANGE),
                **each_of("tag", Kind.TAG, Of.REPOSITORY),
            },
        ),
    ),
    "rlespinasse/github-slug-action": (
        AnswerRow(
            read_at("00198f89", later=True),
            variables={
                **each_of("*_SLUG *_SLUG_CS *_SLUG_URL *_SLUG_URL_CS *_SHA_SHORT", Kind.SAFE),
                **each_of("GITHUB_REF_NAME GITHUB_HEAD_REF", Kind.BRANCH, Of.CHANGE),
                **each_of("GITHUB_BASE_REF", Kind.BRANCH, Of.BASE),
                **each_of("GITHUB_REPOSITORY_*_PART", Kind.REPOSITORY, Of.REPOSITORY),
            },
        ),
    ),
    "franzdiebold/github-env-vars-action": (
        AnswerRow(
            _KNOWN,
            variables={
                **each_of("*_SLUG", Kind.SAFE),
                **each_of("CI_PR_TITLE", Kind.TITLE, Of.PULL_REQUEST),
                **each_of("CI_PR_DESCRIPTION", Kind.BODY, Of.PULL_REQUEST),
                **each_of("CI_REF CI_REF_NAME CI_HEAD_REF CI_ACTION_REF_NAME", Kind.BRANCH, Of.CHANGE),
                **each_of("CI_BASE_REF", Kind.BRANCH, Of.BASE),
                **each_of("CI_SHA CI_SHA_SHORT CI_PR_SHA CI_PR_SHA_SHORT", Kind.SHA),
                **each_of("CI_PR_NUMBER", Kind.NUMBER),
                **each_of("CI_ACTOR CI_REPOSITORY_OWNER", Kind.LOGIN),
                **each_of("CI_REPOSITORY CI_REPOSITORY_NAME", Kind.REPOSITORY, Of.REPOSITORY),
                **each_of("CI_EVENT_NAME CI_WORKFLOW CI_ACTION", Kind.STATE),
            },
        ),
    ),
    "nrwl/nx-set-shas": (
        AnswerRow(
            _KNOWN,
            {**each_of("base head", Kind.SHA), **each_of("noprevioussuccessfulrun", Kind.BOOLEAN)},
            each_of("NX_BASE NX_HEAD", Kind.SHA),
        ),
    ),
    "dawidd6/action-get-tag": (AnswerRow(_KNOWN, each_of("tag", Kind.TAG, Of.REPOSITORY)),),
    "wip/action-get-latest-tag": (AnswerRow(_KNOWN, each_of("tag", Kind.TAG, Of.REPOSITORY)),),
    "oprypin/find-latest-tag": (AnswerRow(_KNOWN, each_of("tag", Kind.TAG, Of.FORK)),),
    "pozetroninc/github-action-get-latest-release": (
        AnswerRow(
            _KNOWN,
            {
                **each_of("release", Kind.TAG, Of.RELEASE),
                **each_of("id", Kind.NUMBER),
                **each_of("description", Kind.BODY, Of.RELEASE),
                **each_of("browser_download_url", Kind.NAME, Of.RELEASE),
            },
        ),
    ),
    "docker/metadata-action": (
        AnswerRow(
            _KNOWN,
            {
                **each_of("version tags tag-names bake-file-tags", Kind.SAFE),
                **each_of(
                    "labels json annotations bake-file bake-file-labels bake-file-annotations",
                    Kind.DESCRIPTION,
                    Of.REPOSITORY,
                ),
            },
            {
                **each_of("DOCKER_METADATA_OUTPUT_VERSION DOCKER_METADATA_OUTPUT_TAGS", Kind.SAFE),
                **each_of(
                    "DOCKER_METADATA_OUTPUT_LABELS DOCKER_METADATA_OUTPUT_JSON",
                    Kind.DESCRIPTION,
                    Of.REPOSITORY,
                ),
            },
        ),
    ),
    "mathieudutour/github-tag-action": (
        AnswerRow(
            _KNOWN,
            {
                **each_of(
                    "new_tag new_version previous_tag previous_version release_type", Kind.TAG, Of.REPOSITORY
                ),
                **each_of("changelog", Kind.COMMIT_MESSAGE, Of.COMMIT_OF_CHECKOUT),
            },
        ),
    ),
    "paulhatch/semantic-version": (
        AnswerRow(
            _KNOWN,
            {
                **each_of("version major minor patch increment version_type version_tag", Kind.SAFE),
                **each_of("changed is_tagged", Kind.BOOLEAN),
                **each_of("authors", Kind.AUTHOR_NAME, Of.COMMIT_OF_CHECKOUT),
                **each_of("current_commit previous_commit", Kind.SHA),
            },
        ),
    ),
    # Change logs.
    "metcalfc/changelog-generator": (
        AnswerRow(_KNOWN, each_of("changelog", Kind.COMMIT_SUBJECT, Of.COMMIT_OF_CHECKOUT)),
    ),
    "mikepenz/release-changelog-builder-action": (
        AnswerRow(
            read_at("0a1795f2"),
            {
                **each_of("changelog cache", Kind.TITLE, Of.PULL_REQUEST),
                **each_of("pull_requests categorized_prs uncategorized_prs open_prs", Kind.NUMBER),
                **each_of("owner repo", Kind.REPOSITORY, Of.REPOSITORY),
                **each_of("fromtag totag", Kind.TAG, Of.REPOSITORY),
                **each_of("failed", Kind.BOOLEAN),
            },
        ),
    ),
    "orhun/git-cliff-action": (
        AnswerRow(
            _KNOWN,
            {
                **each_of("content", Kind.COMMIT_MESSAGE, Of.COMMIT_OF_CHECKOUT),
                **each_of("changelog version", Kind.SAFE),
            },
        ),
    ),
    "tripss/conventional-changelog-action": (
        AnswerRow(
            _KNOWN,
            {
                **each_of("changelog clean_changelog", Kind.COMMIT_MESSAGE, Of.COMMIT_OF_CHECKOUT),
                **each_of("version tag", Kind.SAFE),
                **each_of("skipped", Kind.BOOLEAN),
            },
        ),
    ),
    "requarks/changelog-action": (
        AnswerRow(_KNOWN, each_of("changes", Kind.COMMIT_MESSAGE, Of.COMMIT_OF_CHECKOUT)),
    ),
    "release-drafter/release-drafter": (
        AnswerRow(
            _KNOWN,
            {
                **each_of("body", Kind.TITLE, Of.PULL_REQUEST),
                **each_of("name tag_name", Kind.TAG, Of.RELEASE),
                **each_of("id major_version minor_version patch_version resolved_version", Kind.SAFE),
                **each_of("html_url upload_url", Kind.URL),
            },
        ),
    ),
    # Answers of the interface, and programs whose output is the action's.
    "octokit/request-action": (
        AnswerRow(
            _KNOWN,
            {**each_of("status", Kind.NUMBER), **each_of("headers", Kind.SAFE)},
            asks=("data", "route"),
        ),
    ),
    "octokit/graphql-action": (AnswerRow(_KNOWN, asks=("data", "query")),),
    "mathiasvr/command-output": (
        AnswerRow(read_at("59e76569"), each_of("stdout stderr", Kind.LOG, Of.CHANGE)),
    ),
    "actions/download-artifact": (AnswerRow(_KNOWN, each_of("download-path", Kind.SAFE)),),
    "actions/upload-artifact": (
        AnswerRow(
            _KNOWN,
            {
                **each_of("artifact-id", Kind.NUMBER),
                **each_of("artifact-url", Kind.URL),
                **each_of("artifact-digest", Kind.SHA),
            },
        ),
    ),
    "actions/checkout": (
        AnswerRow(
            _KNOWN, {**each_of("ref", Kind.BRANCH, Of.COMMIT_OF_CHECKOUT), **each_of("commit", Kind.SHA)}
        ),
    ),
    "actions/cache": (AnswerRow(_KNOWN, each_of("cache-hit", Kind.BOOLEAN)),),
    "actions/setup-node": (
        AnswerRow(_KNOWN, {**each_of("cache-hit", Kind.BOOLEAN), **each_of("node-version", Kind.SAFE)}),
    ),
    "actions/setup-python": (
        AnswerRow(
            _KNOWN, {**each_of("cache-hit", Kind.BOOLEAN), **each_of("python-version python-path", Kind.SAFE)}
        ),
    ),
    "docker/build-push-action": (
        AnswerRow(
            _KNOWN,
            {
                **each_of("imageid digest", Kind.SHA),
                **each_of("metadata", Kind.OTHER, Of.CHANGE),
            },
        ),
    ),
    # Credentials.
    "google-github-actions/auth": (
        AnswerRow(
            _KNOWN,
            {
                **secrets("access_token id_token auth_token credentials_file_path"),
                **each_of("project_id", Kind.SAFE),
            },
            {
                **secrets(
                    "GOOGLE_APPLICATION_CREDENTIALS GOOGLE_GHA_CREDS_PATH"
                    " CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE"
                ),
                **each_of(
                    "GCLOUD_PROJECT GOOGLE_CLOUD_PROJECT CLOUDSDK_PROJECT CLOUDSDK_CORE_PROJECT", Kind.SAFE
                ),
            },
        ),
    ),
    "google-github-actions/get-secretmanager-secrets": (
        AnswerRow(
            _KNOWN, secrets("*"), secrets("*"), when=(InputIs("export_to_environment", ("true",), "false"),)
        ),
        AnswerRow(_KNOWN, secrets("*")),
    ),
    "aws-actions/configure-aws-credentials": (
        AnswerRow(
            _KNOWN,
            {
                **secrets("aws-access-key-id aws-secret-access-key aws-session-token"),
                **each_of("aws-account-id authenticated-arn", Kind.SAFE),
                **each_of("aws-expiration", Kind.DATE),
            },
            secrets("AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN"),
            when=(InputIs("output-credentials", ("true",), "false"),),
        ),
        AnswerRow(
            _KNOWN,
            each_of("aws-account-id authenticated-arn", Kind.SAFE),
            secrets("AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN"),
        ),
    ),
    "aws-actions/amazon-ecr-login": (
        AnswerRow(
            _KNOWN,
            {**secrets("docker_password_*"), **each_of("registry docker_username_*", Kind.SAFE)},
        ),
    ),
    "aws-actions/aws-secretsmanager-get-secrets": (AnswerRow(_KNOWN, variables=secrets("*")),),
    "actions/create-github-app-token": (
        AnswerRow(
            _KNOWN, {**_TOKEN, **each_of("installation-id", Kind.NUMBER), **each_of("app-slug", Kind.SAFE)}
        ),
    ),
    "tibdex/github-app-token": (
        AnswerRow(
            _KNOWN, {**_TOKEN, **each_of("installation_id", Kind.NUMBER), **each_of("app_slug", Kind.SAFE)}
        ),
    ),
    "peter-murray/workflow-application-token-action": (AnswerRow(_KNOWN, _TOKEN),),
    "octo-sts/action": (AnswerRow(_KNOWN, _TOKEN),),
    "getsentry/action-github-app-token": (AnswerRow(_KNOWN, _TOKEN),),
    "rust-lang/crates-io-auth-action": (AnswerRow(_KNOWN, _TOKEN),),
    "azure/login": (AnswerRow(_KNOWN),),
    "nuget/login": (AnswerRow(_KNOWN, secrets("nuget_api_key")),),
    "hashicorp/vault-action": (
        AnswerRow(_KNOWN, secrets("*"), secrets("*"), when=(InputIs("exportenv", ("true",), "true"),)),
        AnswerRow(_KNOWN, secrets("*")),
    ),
    "1password/load-secrets-action": (
        AnswerRow(_KNOWN, secrets("*"), secrets("*"), when=(InputIs("export-env", ("true",), "false"),)),
        AnswerRow(_KNOWN, secrets("*")),
    ),
    "doppler/secrets-fetch-action": (
        AnswerRow(_KNOWN, secrets("*"), secrets("*"), when=(InputIs("inject-env-vars", ("true",), "false"),)),
        AnswerRow(_KNOWN, secrets("*")),
    ),
    "infisical/secrets-action": (AnswerRow(_KNOWN, variables=secrets("*")),),
    "bitwarden/sm-action": (AnswerRow(_KNOWN, secrets("*"), secrets("*")),),
}
"""By `owner/name` in lower case: the first row that holds counts."""
