"""Which settings are read of which answers, and what becomes of those that aren't shown."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime

import pytest

from auditor.errors import UsageError
from auditor.github.api.client import GitHub
from auditor.github.api.credential import StaticToken
from auditor.model.permission import Level
from auditor.model.settings import (
    EnvironmentRules,
    EventPolicy,
    ForkApproval,
    Host,
    RunnerGroup,
    Settings,
    SubjectTemplate,
    Visibility,
)
from auditor.model.snapshot import known
from auditor.settings.from_github.part import RepositoryContext
from auditor.settings.from_github.snapshot import PARTS, host_of, read_snapshot
from auditor.settings.snapshot_file import dump_settings, read_settings

TODAY = date(2026, 11, 25)
SHOP = "/repos/acme/shop"


def about(name, *, visibility="public", kind="Organization", **more):
    owner = {"login": name.partition("/")[0], "type": kind}
    return {"full_name": name, "visibility": visibility, "default_branch": "main", "owner": owner, **more}


def runner(*labels, ephemeral=None):
    shown = {"name": "box", "labels": [{"name": label} for label in labels]}
    return shown if ephemeral is None else {**shown, "ephemeral": ephemeral}


def rule(kind, **parameters):
    return {"type": kind, "parameters": parameters} if parameters else {"type": kind}


ANSWERS = {
    "": about("acme/shop"),
    "/actions/permissions": {"enabled": True, "allowed_actions": "all", "sha_pinning_required": False},
    "/actions/permissions/workflow": {
        "default_workflow_permissions": "write",
        "can_approve_pull_request_reviews": True,
    },
    "/actions/permissions/fork-pr-contributor-approval": {"approval_policy": "first_time_contributors"},
    "/actions/policies": {
        "total_count": 3,
        "policies": [
            {
                "id": 1,
                "name": "few",
                "enforcement": "active",
                "conditions": {"workflow_path": {"include": ["~ALL"], "exclude": ["*/x.yml"]}},
                "rules": [
                    rule("restrict_actions_actors", allowed_actors=[]),
                    rule("restrict_action_events", allowed_events=["push"]),
                ],
            },
            {"id": 2, "name": "try", "enforcement": "evaluate", "rules": []},
            {"id": 3, "name": "more", "enforcement": "active"},
        ],
    },
    "/actions/policies/3": {
        "id": 3,
        "name": "more",
        "enforcement": "active",
        "conditions": {"workflow_path": {"include": ["*/ci.yml"], "exclude": []}},
        "rules": [rule("restrict_action_events", allowed_events=["issues"])],
    },
    "/actions/runs": {"total_count": 2, "workflow_runs": [{}]},
    "/rules/branches/main": [
        rule("required_status_checks", required_status_checks=[{"context": "test"}, {"context": "lint"}]),
        rule("merge_queue", merge_method="SQUASH"),
    ],
    "/branches/main": {"name": "main", "protected": True, "protection": {"enabled": False}},
    "/rulesets": [
        {"id": 7, "target": "branch", "enforcement": "active"},
        {"id": 8, "target": "tag", "enforcement": "active"},
        {"id": 9, "target": "tag", "enforcement": "active"},
        {"id": 10, "target": "tag", "enforcement": "disabled"},
        {"id": 11, "target": "push", "enforcement": "active"},
    ],
    "/rulesets/7": {
        "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH", "refs/heads/release/*"], "exclude": []}},
        "rules": [rule("pull_request", required_approving_review_count=1), rule("non_fast_forward")],
    },
    "/rulesets/8": {
        "conditions": {"ref_name": {"include": ["refs/tags/v*"], "exclude": ["refs/tags/v0*"]}},
        "rules": [rule("creation"), rule("deletion")],
    },
    "/rulesets/9": {
        "conditions": {"ref_name": {"include": ["refs/tags/v*", "refs/tags/only-moved"]}},
        "rules": [rule("update")],
    },
    "/environments": {
        "total_count": 3,
        "environments": [
            {
                "name": "Prod",
                "protection_rules": [
                    {"type": "wait_timer", "wait_timer": 30},
                    {"type": "required_reviewers", "reviewers": [{"type": "User"}, {"type": "Team"}]},
                    {"type": "branch_policy"},
                ],
                "deployment_branch_policy": {"protected_branches": True, "custom_branch_policies": False},
            },
            {
                "name": "a/b c",
                "protection_rules": [{"type": "branch_policy"}],
                "deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": True},
            },
            {"name": "open", "protection_rules": [], "deployment_branch_policy": None},
        ],
    },
    "/environments/Prod/secrets": {"total_count": 1, "secrets": [{"name": "KEY"}]},
    "/environments/Prod/variables": {"total_count": 1, "variables": [{"name": "runner", "value": "x"}]},
    "/environments/a%2Fb%20c/deployment-branch-policies": {
        "branch_policies": [{"name": "main"}, {"name": "v*"}]
    },
    "/environments/a%2Fb%20c/deployment_protection_rules": {
        "custom_deployment_protection_rules": [{"enabled": True}, {"enabled": False}]
    },
    "/environments/open/deployment_protection_rules": {"total_count": 0},
    "/actions/oidc/customization/sub": {
        "use_default": False,
        "include_claim_keys": ["repo", "context"],
        "use_immutable_subject": True,
        "sub_claim_prefix": "repo:acme@1/shop@2",
    },
    "/actions/organization-variables": {
        "variables": [{"name": "RUNNER", "value": "x"}, {"name": "O", "value": "1"}]
    },
    "/actions/variables": {"variables": [{"name": "runner", "value": "gpu"}]},
    "/actions/secrets": {"secrets": [{"name": "A"}, {"name": "B"}]},
    "/actions/organization-secrets": {"secrets": [{"name": "B"}, {"name": "C"}]},
    "/actions/runners": {
        "total_count": 2,
        "runners": [
            runner("self-hosted", "gpu", ephemeral=True),
            runner("self-hosted", "arm", ephemeral=True),
        ],
    },
}
GROUPS = "/orgs/acme/actions/runner-groups"
ORGANIZATION = {
    GROUPS: {
        "runner_groups": [
            {"id": 1, "name": "Default", "visibility": "all", "allows_public_repositories": False},
            {
                "id": 2,
                "name": "big",
                "visibility": "selected",
                "allows_public_repositories": True,
                "hosted_runners_url": "https://api.github.example/x",
                "restricted_to_workflows": True,
                "selected_workflows": ["acme/shop/.github/workflows/train.yml@refs/heads/main"],
            },
            {"id": 3, "name": "closed", "visibility": "private", "allows_public_repositories": True},
        ]
    },
    f"{GROUPS}/1/runners": {
        "runners": [runner("self-hosted", "a100"), runner("self-hosted", ephemeral=True)]
    },
    f"{GROUPS}/2/runners": {"runners": []},
    f"{GROUPS}/2/hosted-runners": {"runners": [{"name": "gpu-16"}]},
    f"{GROUPS}/2/repositories": {"repositories": [{"full_name": "acme/shop"}]},
    f"{GROUPS}/3/runners": {"runners": [runner("x", ephemeral=False)]},
}
TOLD_GROUPS = (
    RunnerGroup("Default", False, frozenset({"self-hosted", "a100"})),
    RunnerGroup(
        "big",
        True,
        frozenset({"gpu-16"}),
        hosted=True,
        repositories=("acme/shop",),
        workflows=("acme/shop/.github/workflows/train.yml@refs/heads/main",),
    ),
    RunnerGroup("closed", False, frozenset({"x"}), ephemeral=False),
)


@pytest.fixture
def shop(fake):
    fake.answers |= {SHOP + path: answer for path, answer in ANSWERS.items()} | ORGANIZATION
    fake.answers["/meta"] = {"installed_version": "3.19.4"}
    return fake


def snapshot_of(fake, token, name="acme/shop"):
    github = GitHub(token, fake.url, sleep=lambda _: None)
    return read_snapshot(github, name, today=TODAY)


def settings_of(fake, token, name="acme/shop"):
    actual = snapshot_of(fake, token).of(name)
    assert actual is not None
    return actual


def test_a_whole_repository(shop, token):
    own = RunnerGroup(
        "the repository's own runners",
        True,
        frozenset({"self-hosted", "gpu", "arm"}),
        ephemeral=True,
        repositories=("acme/shop",),
    )
    assert settings_of(shop, token) == Settings(
        repository="acme/shop",
        visibility=Visibility.PUBLIC,
        host=Host("ghes", (3, 19)),
        as_of=TODAY,
        default_branch="main",
        default_token=Level.WRITE,
        may_approve=True,
        fork_approval=ForkApproval.FIRST_TIME,
        event_policies=(
            EventPolicy("few", frozenset({"push"}), (), ("*/x.yml",)),
            EventPolicy("more", frozenset({"issues"}), ("*/ci.yml",)),
        ),
        target_is_live=True,
        sha_pinning=False,
        any_action=True,
        environments={
            "prod": EnvironmentRules(2, 30, protected_branches=True, secrets=("KEY",), variables=("RUNNER",)),
            "a/b c": EnvironmentRules(custom_rules=1, branches=("main", "v*")),
            "open": EnvironmentRules(),
        },
        runner_groups=(own, *TOLD_GROUPS),
        variables={"RUNNER": "gpu", "O": "1"},
        secrets=("A", "B", "C"),
        subject=SubjectTemplate(("repo", "context"), True, "repo:acme@1/shop@2"),
        required_checks=("test", "lint"),
        merge_queue=True,
        protected_branches=("main", "release/*"),
        protected_tags=("v*", "!v0*"),
    )
    runs = next(request for request in shop.asked if request.path == f"{SHOP}/actions/runs")
    assert runs.query["created"] == ">2026-11-02"
    assert all(request.method == "GET" for request in shop.asked)
    assert len(shop.paths) == len(set(shop.paths)), "nothing is asked for twice"


def test_what_is_read_is_read_again_from_the_file(shop, token):
    snapshot = snapshot_of(shop, token)
    assert read_settings("", dump_settings(snapshot)) == snapshot


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.settings[0])
def test_a_part_tells_the_settings_that_it_names(shop, token, part):
    shop.answers[f"{SHOP}/actions/permissions/fork-pr-workflows-private-repos"] = {
        "run_workflows_from_fork_pull_requests": True,
        "send_secrets_and_variables": True,
        "send_write_tokens_to_workflows": False,
    }
    github = GitHub(token, shop.url, sleep=lambda _: None)
    asked = RepositoryContext(github, "acme/shop", Visibility.PUBLIC, "main", owner_is_organization=True)
    assert set(known(part.read(asked))) == set(part.settings)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.settings[0])
@pytest.mark.parametrize("status", [403, 404])
def test_a_part_that_is_not_shown_is_written_down_and_the_rest_goes_on(shop, token, part, status):
    lost = {
        "any_action": "/actions/permissions",
        "default_token": "/actions/permissions/workflow",
        "fork_approval": "/actions/permissions/fork-pr-contributor-approval",
        "fork_secrets": "/actions/permissions/fork-pr-workflows-private-repos",
        "event_policies": "/actions/policies",
        "target_is_live": "/actions/runs",
        "required_checks": "/rules/branches/main",
        "protected_branches": "/rulesets",
        "environments": "/environments",
        "subject": "/actions/oidc/customization/sub",
        "variables": "/actions/variables",
        "secrets": "/actions/secrets",
        "runner_groups": "/actions/runners",
    }[part.settings[0]]
    if part.settings[0] == "fork_secrets":
        shop.answers[SHOP] = about("acme/shop", visibility="private")
    whole = settings_of(shop, token)
    shop.answers[SHOP + lost] = (status, {}, {"message": "Resource not accessible"})
    actual = settings_of(shop, token)
    assert actual.unreadable == dict.fromkeys(part.settings, part.needs)
    for setting in ("default_branch", "merge_queue", "secrets", "subject", "environments"):
        if setting not in part.settings:
            assert getattr(actual, setting) == getattr(whole, setting)


def test_groups_that_are_not_shown_leave_the_repositorys_own(shop, token):
    shop.answers[GROUPS] = (403, {}, {})
    actual = settings_of(shop, token)
    assert [group.name for group in actual.runner_groups] == ["the repository's own runners"]
    assert actual.unreadable == {"runner_groups": "Self-hosted runners: read, of the organisation"}


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/actions/permissions/workflow", {"default_workflow_permissions": "admin"}),
        ("/actions/permissions/workflow", []),
        ("/actions/permissions/workflow", b'{"default_workflow_permissions": "re'),
        ("/actions/permissions/workflow", (502, {}, b"")),
        ("/actions/permissions/workflow", {"default_workflow_permissions": "read"}),
    ],
)
def test_a_part_that_fails_needs_another_try(shop, token, path, answer):
    shop.answers[SHOP + path] = answer
    actual = settings_of(shop, token)
    assert actual.default_token is None
    assert actual.unreadable["default_token"].startswith("another try: GitHub")
    assert actual.any_action is True


STRANGE = (None, 1, "x", [], [1], [[]], {}, {"total_count": "x"})


@pytest.mark.parametrize("strange", STRANGE, ids=repr)
def test_any_json_is_a_failure_at_most(shop, token, strange):
    for path in list(ANSWERS)[1:]:
        shop.answers[SHOP + path] = strange
    assert settings_of(shop, token).repository == "acme/shop"


@pytest.mark.parametrize("strange", STRANGE, ids=repr)
def test_any_json_behind_a_list_is_a_failure_at_most(shop, token, strange):
    # What is asked because of another answer.
    for path in ("/actions/policies/3", "/rulesets/8", "/environments/open/deployment_protection_rules"):
        shop.answers[SHOP + path] = strange
    for path in ("/2/hosted-runners", "/1/runners", "/2/repositories"):
        shop.answers[GROUPS + path] = strange
    actual = settings_of(shop, token)
    assert actual.secrets == ("A", "B", "C")


@pytest.mark.parametrize(
    ("patterns", "anything"), [(["acme/*"], False), (["acme/*", "*"], True), (None, False)]
)
def test_selected_actions(shop, token, patterns, anything):
    shop.answers[f"{SHOP}/actions/permissions"] = {"enabled": True, "allowed_actions": "selected"}
    shop.answers[f"{SHOP}/actions/permissions/selected-actions"] = {"patterns_allowed": patterns}
    actual = settings_of(shop, token)
    assert (actual.any_action, actual.sha_pinning) == (anything, None)


@pytest.mark.parametrize(("runs", "sends"), [(True, (True, False)), (False, (False, False))])
def test_a_private_repository(shop, token, runs, sends):
    shop.answers[SHOP] = about("acme/shop", visibility="internal")
    shop.answers[f"{SHOP}/actions/permissions/fork-pr-workflows-private-repos"] = {
        "run_workflows_from_fork_pull_requests": runs,
        "send_secrets_and_variables": True,
        "send_write_tokens_to_workflows": False,
        "require_approval_for_fork_pr_workflows": True,
    }
    actual = settings_of(shop, token)
    assert actual.visibility is Visibility.INTERNAL
    assert (actual.fork_secrets, actual.fork_write) == sends
    assert (actual.fork_approval, actual.target_is_live) == (None, None)
    assert not actual.unreadable


def test_the_older_branch_protection(shop, token):
    shop.answers[f"{SHOP}/rules/branches/main"] = []
    shop.answers[f"{SHOP}/rulesets"] = []
    shop.answers[f"{SHOP}/branches/main"] = {
        "protection": {"enabled": True, "required_status_checks": {"contexts": ["old"], "checks": []}}
    }
    shop.answers[f"{SHOP}/branches/main/protection"] = {"required_pull_request_reviews": {"x": 1}}
    shop.answers["/graphql"] = {"data": {"repository": {"mergeQueue": {"id": "MQ"}}}}
    actual = settings_of(shop, token)
    assert (actual.required_checks, actual.merge_queue) == (("old",), True)
    assert (actual.protected_branches, actual.protected_tags) == (("main",), ())
    query = next(request for request in shop.asked if request.path == "/graphql")
    assert json.loads(query.body)["variables"] == {"owner": "acme", "name": "shop", "branch": "main"}
    shop.answers["/graphql"] = {"data": {"repository": {"mergeQueue": None}}}
    shop.answers[f"{SHOP}/branches/main/protection"] = (404, {}, {})
    actual = settings_of(shop, token)
    assert actual.merge_queue is False
    assert set(actual.unreadable) == {"protected_branches", "protected_tags"}


def test_a_branch_with_a_slash_is_one_part_of_the_path(shop, token):
    shop.answers[SHOP] = about("acme/shop") | {"default_branch": "dev/main"}
    settings_of(shop, token)
    assert f"{SHOP}/rules/branches/dev%2Fmain" in shop.paths


def test_a_template_of_the_owner_counts_where_the_repository_opts_in(shop, token):
    shop.answers[f"{SHOP}/actions/oidc/customization/sub"] = {"use_default": False}
    shop.answers["/orgs/acme/actions/oidc/customization/sub"] = {"include_claim_keys": ["context"]}
    assert settings_of(shop, token).subject == SubjectTemplate(("context",))
    shop.answers[f"{SHOP}/actions/oidc/customization/sub"] = {
        "use_default": True,
        "include_claim_keys": ["x"],
    }
    assert settings_of(shop, token).subject == SubjectTemplate()


def test_a_users_repository_has_no_organisation(shop, token):
    shop.answers[SHOP] = about("acme/shop", kind="User")
    actual = settings_of(shop, token)
    assert [group.name for group in actual.runner_groups] == ["the repository's own runners"]
    assert actual.secrets == ("A", "B")
    assert not any(path.startswith("/orgs") for path in shop.paths)


def test_a_repository_that_is_not_there(fake, token):
    with pytest.raises(UsageError, match="doesn't know `acme/none`"):
        snapshot_of(fake, token, "acme/none")


@pytest.mark.parametrize(
    "meta", [{"installed_version": "soon"}, {"verifiable_password_authentication": False}, [], (404, {}, {})]
)
def test_a_server_that_does_not_say_its_version(shop, token, meta):
    shop.answers["/meta"] = meta
    assert snapshot_of(shop, token).host is None


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://api.github.com", Host("github.com")),
        ("https://api.acme.ghe.com", Host("ghe.com")),
    ],
)
def test_the_host_is_known_by_the_address(token, url, host):
    assert host_of(GitHub(token, url)) == host


@pytest.fixture
def acme(shop):
    listed = [about("acme/shop"), about("acme/old", archived=True), about("acme/site", visibility="private")]
    shop.answers |= {
        "/users/acme": {"login": "acme", "type": "Organization"},
        "/orgs/acme/repos": (200, {"Link": '</orgs/acme/repos2>; rel="next"'}, listed[:2]),
        "/orgs/acme/repos2": listed[2:],
        "/orgs/acme/actions/permissions": {"enabled_repositories": "all", "allowed_actions": "all"},
        "/orgs/acme/actions/permissions/workflow": {
            "default_workflow_permissions": "read",
            "can_approve_pull_request_reviews": False,
        },
        "/orgs/acme/actions/secrets": {"total_count": 0},
        "/orgs/acme/actions/variables": {"total_count": 0},
    }
    return shop


def test_an_organisation(acme, token):
    snapshot = snapshot_of(acme, token, "acme")
    assert set(snapshot.repositories) == {"acme/shop", "acme/site"}
    shop, site = snapshot.of("acme/shop"), snapshot.of("acme/site")
    assert shop.default_token is Level.READ, "no repository can be laxer than its organisation"
    assert f"{SHOP}/actions/permissions/workflow" not in acme.paths
    assert f"{SHOP}/actions/organization-secrets" not in acme.paths
    assert shop.any_action is True
    assert shop.runner_groups[1:] == TOLD_GROUPS
    assert site.runner_groups == TOLD_GROUPS
    assert site.unreadable["environments"] == "Actions: read"
    assert acme.paths.count(GROUPS) == 1


def test_an_organisation_that_shows_nothing_of_itself(acme, token):
    for path in list(acme.answers):
        if path.startswith("/orgs/acme/actions"):
            acme.answers[path] = (403, {}, {})
    shop = snapshot_of(acme, token, "acme").of("acme/shop")
    assert shop.default_token is Level.WRITE
    assert shop.secrets == ("A", "B", "C")
    assert shop.unreadable == {"runner_groups": "Self-hosted runners: read, of the organisation"}


def test_a_user(acme, token):
    acme.answers["/users/acme"] = {"login": "acme", "type": "User"}
    acme.answers["/users/acme/repos"] = [about("acme/shop", kind="User")]
    snapshot = snapshot_of(acme, token, "acme")
    assert (set(snapshot.repositories), snapshot.owners) == ({"acme/shop"}, {})


def run(fake, *arguments, **environment):
    clean = {name: value for name, value in os.environ.items() if name not in ("GH_TOKEN", "GITHUB_TOKEN")}
    command = [sys.executable, "-m", "auditor", "settings", "--api-url", fake.url, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env={**clean, **environment}, check=False)


def local_day():
    return datetime.now().astimezone().date()


def test_the_command_writes_what_scan_reads(shop, token, tmp_path):
    file = tmp_path / "settings.json"
    before = local_day()
    done = run(shop, "acme/shop", "-o", file, GH_TOKEN=token)
    after = local_day()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    written = read_settings("", file.read_text()).of("acme/shop")
    assert written.as_of in (before, after)
    assert replace(written, as_of=TODAY) == settings_of(shop, token)


def test_the_token_is_in_no_output_and_no_file(shop, token, tmp_path):
    file = tmp_path / "settings.json"
    shop.answers[f"{SHOP}/actions/variables"] = {"variables": [{"name": "T", "value": token}]}
    shop.answers[f"{SHOP}/actions/secrets"] = (403, {}, {"message": token})
    shop.answers[f"{SHOP}/environments"] = {"environments": [{"name": token + "\x1b[31m"}]}
    shop.answers[f"{SHOP}/actions/policies"] = {"policies": token}
    done = run(shop, "acme/shop", "-o", file, GITHUB_TOKEN=token)
    assert "secrets isn't readable; it needs Secrets: read" in done.stderr
    assert done.returncode == 4, "one part has failed"
    assert all(request.headers["Authorization"] == f"Bearer {token}" for request in shop.asked)
    for text in (done.stdout, done.stderr, file.read_text()):
        assert token not in text
        assert "\x1b" not in text
    assert [path.name for path in tmp_path.iterdir()] == ["settings.json"]


def test_a_redirect_away_is_refused_without_the_token(shop, other, token):
    shop.answers[SHOP] = (301, {"Location": f"{other.url}/{token}"}, {})
    done = run(shop, "acme/shop", GH_TOKEN=token)
    assert done.returncode == 2
    assert "another host" in done.stderr
    assert token not in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["", "a/b/c", "../x", "a/..", ".", "a b", "acme/shop?x", "acme/"])
def test_what_names_no_repository(fake, token, name):
    done = run(fake, "--", name, GH_TOKEN=token)
    assert (done.returncode, fake.asked) == (2, [])


def test_without_a_token_nothing_is_asked(fake):
    done = run(fake, "acme/shop")
    assert done.returncode == 2
    assert "GH_TOKEN" in done.stderr
    assert fake.asked == []


def test_what_an_app_may_nowhere_read_is_asked_three_times(fake, token):
    """An installation may do the same in each of its repositories; a person's token need not."""

    class Uniform(StaticToken):
        is_uniform = True

    names = [f"r{number}" for number in range(8)]
    fake.answers["/users/acme"] = {"type": "User"}
    fake.answers["/users/acme/repos"] = [about(f"acme/{name}", kind="User") for name in names]
    path = "/actions/permissions/workflow"
    for name in names:
        fake.answers[f"/repos/acme/{name}{path}"] = (403, {}, {"message": "Resource not accessible"})
    for credential, asked in ((Uniform(token), 3), (StaticToken(token), 8)):
        fake.asked.clear()
        snapshot = read_snapshot(GitHub(credential, fake.url), "acme", today=TODAY)
        assert sum(each.endswith(path) for each in fake.paths) == asked
        for name in names:
            unreadable = snapshot.repositories[f"acme/{name}"].unreadable
            assert unreadable["default_token"] == "Administration: read"
