"""What actions leave in their outputs."""

import re

import pytest

from auditor.knowledge.actions.credentials import MINTING_ACTIONS
from auditor.knowledge.actions.head_lookups import HEAD_OUTPUTS
from auditor.knowledge.answers.action_answer import output_of, variable_of
from auditor.knowledge.answers.action_rows import ACTION_ANSWERS
from auditor.knowledge.answers.content import Kind, Of
from auditor.knowledge.change import Change


@pytest.mark.parametrize("action", ACTION_ANSWERS)
def test_rows_are_well_formed(action):
    assert re.fullmatch(r"[a-z0-9_.-]+/[a-z0-9_.-]+", action)
    for row in ACTION_ANSWERS[action]:
        assert row.source.where
        assert re.fullmatch(r"\d{4}-\d{2}(?:-\d{2})?", row.source.date)
        assert all(name == name.lower() for name in row.outputs)
        assert all(name == name.upper() for name in row.variables)
        assert all(condition.name == condition.name.lower() for condition in row.when)
    assert not ACTION_ANSWERS[action][-1].when or len(ACTION_ANSWERS[action]) == 1


def test_there_are_enough():
    assert len(ACTION_ANSWERS) >= 60


def kinds(contents):
    return None if contents is None else sorted({each.kind.name for each in contents})


@pytest.mark.parametrize(
    ("action", "output", "expected"),
    [
        ("tj-actions/changed-files", "all_changed_files", ["FILE_NAMES"]),
        ("tj-actions/changed-files", "docs_all_changed_files", ["FILE_NAMES"]),
        ("tj-actions/changed-files", "all_changed_files_count", ["NUMBER"]),
        ("tj-actions/changed-files", "docs_any_changed", ["BOOLEAN"]),
        ("dorny/paths-filter", "src_files", ["FILE_NAMES"]),
        ("dorny/paths-filter", "src_count", ["NUMBER"]),
        ("dorny/paths-filter", "src", ["STATE"]),
        ("XT0rted/pull-request-comment-branch", "HEAD_REF", ["BRANCH"]),
        ("xt0rted/pull-request-comment-branch", "head_sha", ["SHA"]),
        ("peter-evans/find-comment", "comment-body", ["BODY"]),
        ("peter-evans/find-comment", "comment-id", ["NUMBER"]),
        ("8BitJonny/gh-get-current-pr", "pr_title", ["TITLE"]),
        ("stefanbuck/github-issue-parser", "issueparser_name", ["BODY"]),
        ("google-github-actions/auth", "access_token", ["CREDENTIAL"]),
        ("google-github-actions/auth", "project_id", ["SAFE"]),
        (
            "aws-actions/amazon-ecr-login",
            "docker_password_123_dkr_ecr_us_east_1_amazonaws_com",
            ["CREDENTIAL"],
        ),
        ("aws-actions/configure-aws-credentials", "aws-secret-access-key", None),
        ("actions/create-github-app-token", "token", ["CREDENTIAL"]),
        ("nrwl/nx-set-shas", "base", ["SHA"]),
        ("docker/metadata-action", "tags", ["SAFE"]),
        ("tj-actions/changed-files", "unheard_of", None),
        ("some/action", "title", None),
    ],
)
def test_outputs(action, output, expected):
    assert kinds(output_of(action, output, {})) == expected


def test_inputs_and_versions_decide():
    def change(major, **inputs):
        return {
            each.change for each in output_of("tj-actions/changed-files", "all_changed_files", inputs, major)
        }

    assert change(44) == change(None) == {Change.ENCODED}
    assert change(40) == change(44, safe_output="false") == {Change.WHOLE}
    assert change(44, safe_output=None) == {Change.WHOLE, Change.ENCODED}
    aws = "aws-actions/configure-aws-credentials"
    assert kinds(output_of(aws, "aws-session-token", {"output-credentials": "true"})) == ["CREDENTIAL"]


def test_an_answer_of_the_interface():
    data = output_of("octokit/request-action", "data", {"route": "GET /repos/{owner}/{repo}/issues/{n}"})
    assert Kind.TITLE in {each.kind for each in data}
    assert output_of("octokit/request-action", "data", {"route": None}) is None
    assert kinds(output_of("octokit/graphql-action", "data", {"query": "{ issue { title } }"})) == ["TITLE"]


def test_variables():
    assert kinds(variable_of("rlespinasse/github-slug-action", "GITHUB_REF_SLUG", {})) == ["SAFE"]
    assert kinds(variable_of("FranzDiebold/github-env-vars-action", "CI_PR_TITLE", {})) == ["TITLE"]
    assert kinds(variable_of("hashicorp/vault-action", "PASSWORD", {})) == ["CREDENTIAL"]
    assert variable_of("hashicorp/vault-action", "PASSWORD", {"exportenv": "false"}) is None


@pytest.mark.parametrize(("action", "outputs"), HEAD_OUTPUTS.items())
def test_outputs_that_name_a_head_are_the_same_here(action, outputs):
    for output in outputs:
        (content,) = output_of(action, output, {})
        assert content.kind in (Kind.BRANCH, Kind.SHA, Kind.REPOSITORY)
        assert content.of in (Of.PULL_REQUEST, Of.RUN, Of.FORK)


@pytest.mark.parametrize("action", sorted(MINTING_ACTIONS))
def test_actions_that_mint_a_token_do_so_here(action):
    assert kinds(output_of(action, "token", {})) == ["CREDENTIAL"]
