"""A repository's and an organisation's settings of Actions itself.

Source: GitHub docs, "REST API endpoints for GitHub Actions": permissions, policies, self-hosted runner
groups, OIDC, secrets, variables, workflow runs (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from auditor.github.api.client import Failed, GitHub
from auditor.github.api.response import field, items, names, optional, texts
from auditor.knowledge.platform.changes import TARGET_REFUSED
from auditor.model.permission import Level
from auditor.model.settings import (
    EventPolicy,
    ForkApproval,
    RunnerGroup,
    Settings,
    SubjectTemplate,
    TokenLevel,
)
from auditor.settings.from_github.part import RepositoryContext

OWN_RUNNERS = "the repository's own runners"

_LEVELS: dict[str, TokenLevel] = {"read": Level.READ, "write": Level.WRITE}
_EVERYBODY = frozenset({"*", "*/*", "*@*", "*/*@*"})


def allowed(context: RepositoryContext) -> Settings:
    """Which actions may be used."""
    return actions_policy(context.github, context.path)


def actions_policy(github: GitHub, path: str) -> Settings:
    """The same of what lies at `path`: a repository or an organisation."""
    answer = github.get(f"{path}/actions/permissions")
    kind = optional(answer, "allowed_actions", str)
    anything = kind == "all"
    if kind == "selected":
        selected = github.get(f"{path}/actions/permissions/selected-actions")
        anything = not _EVERYBODY.isdisjoint(texts(selected, "patterns_allowed"))
    pinning = optional(answer, "sha_pinning_required", bool)
    return Settings(any_action=anything if kind else None, sha_pinning=pinning)


def token(context: RepositoryContext) -> Settings:
    """The default token."""
    return default_token(context.github, context.path)


def default_token(github: GitHub, path: str) -> Settings:
    """The same of what lies at `path`: a repository or an organisation."""
    answer = github.get(f"{path}/actions/permissions/workflow")
    level = _LEVELS.get(field(answer, "default_workflow_permissions", str))
    if level is None:
        raise Failed("GitHub's answer has an unknown level of the default token")
    approves = field(answer, "can_approve_pull_request_reviews", bool)
    return Settings(default_token=level, may_approve=approves)


def fork_approval(context: RepositoryContext) -> Settings:
    """Whose pull requests wait, where everybody can fork."""
    answer = context.github.get(f"{context.path}/actions/permissions/fork-pr-contributor-approval")
    policy = field(answer, "approval_policy", str)
    try:
        return Settings(fork_approval=ForkApproval(policy))
    except ValueError:
        raise Failed("GitHub's answer has an unknown approval policy") from None


def private_forks(context: RepositoryContext) -> Settings:
    """What pull requests from forks of a repository that isn't public get."""
    answer = context.github.get(f"{context.path}/actions/permissions/fork-pr-workflows-private-repos")
    runs = field(answer, "run_workflows_from_fork_pull_requests", bool)
    return Settings(
        fork_secrets=runs and field(answer, "send_secrets_and_variables", bool),
        fork_write=runs and field(answer, "send_write_tokens_to_workflows", bool),
    )


def event_policies(context: RepositoryContext) -> Settings:
    """The active policies on events, those of the owner and the enterprise among them."""
    listed = context.github.pages(f"{context.path}/actions/policies", "policies", has_parents="true")
    found: list[EventPolicy] = []
    for policy in listed:
        if field(policy, "enforcement", str) == "active":
            found += _event_policies(policy, context)
    return Settings(event_policies=tuple(found))


def _event_policies(policy: Any, context: RepositoryContext) -> Iterator[EventPolicy]:
    if optional(policy, "rules", list) is None:
        policy = context.github.get(f"{context.path}/actions/policies/{field(policy, 'id', int)}")
    paths = optional(optional(policy, "conditions", dict), "workflow_path", dict)
    included = texts(paths, "include")
    for rule in items(policy, "rules"):
        if field(rule, "type", str) == "restrict_action_events":
            yield EventPolicy(
                name=field(policy, "name", str),
                events=frozenset(texts(optional(rule, "parameters", dict), "allowed_events")),
                paths=() if "~ALL" in included else included,
                except_paths=texts(paths, "exclude"),
            )


def target_runs(context: RepositoryContext) -> Settings:
    """Whether a run of `pull_request_target` succeeded since GitHub refuses them by default."""
    answer = context.github.get(
        f"{context.path}/actions/runs",
        event="pull_request_target",
        status="success",
        created=f">{TARGET_REFUSED.since.isoformat()}",
        per_page=1,
    )
    return Settings(target_is_live=field(answer, "total_count", int) > 0)


def subject(context: RepositoryContext) -> Settings:
    """How the `sub` of an id-token is made. A template of the owner's counts where it is opted into."""
    answer = context.github.get(f"{context.path}/actions/oidc/customization/sub")
    keys: tuple[str, ...] = ()
    if not field(answer, "use_default", bool):
        keys = texts(answer, "include_claim_keys")
        if not keys and context.owner_is_organization:
            shared = context.github.get(f"/orgs/{quote(context.owner)}/actions/oidc/customization/sub")
            keys = texts(shared, "include_claim_keys")
    immutable = optional(answer, "use_immutable_subject", bool)
    return Settings(subject=SubjectTemplate(keys, immutable, optional(answer, "sub_claim_prefix", str)))


def variables(context: RepositoryContext) -> Settings:
    """The names and values of variables, the repository's before its organisation's."""
    found: dict[str, str] = {}
    for kind in ("organization-variables", "variables"):
        if kind == "variables" or _shares(context):
            # A page holds 30 variables at most.
            for each in context.github.pages(f"{context.path}/actions/{kind}", "variables", per_page=30):
                found[field(each, "name", str).upper()] = field(each, "value", str)
    return Settings(variables=MappingProxyType(found))


def secrets(context: RepositoryContext) -> Settings:
    """The names of secrets."""
    found = list(names(context.github.pages(f"{context.path}/actions/secrets", "secrets")))
    if _shares(context):
        found += names(context.github.pages(f"{context.path}/actions/organization-secrets", "secrets"))
    return Settings(secrets=tuple(dict.fromkeys(found)))


def _shares(context: RepositoryContext) -> bool:
    return context.owner_is_organization and context.has_shared_secrets


def own_runners(context: RepositoryContext) -> Settings:
    """The runners that are registered at the repository, which serve whatever it runs."""
    runners = list(context.github.pages(f"{context.path}/actions/runners", "runners"))
    if not runners:
        return Settings(runner_groups=())
    group = _group({"name": OWN_RUNNERS}, runners, public=True, repositories=(context.name,))
    return Settings(runner_groups=(group,))


def runner_groups(github: GitHub, owner: str, repository: str | None = None) -> tuple[RunnerGroup, ...]:
    """An organisation's groups; only those that serve `repository`, if one is named."""
    path = f"/orgs/{quote(owner)}/actions/runner-groups"
    visible = {} if repository is None else {"visible_to_repository": repository}
    return tuple(
        _read_group(f"{path}/{field(each, 'id', int)}", each, github)
        for each in github.pages(path, "runner_groups", **visible)
    )


def _read_group(path: str, group: Any, github: GitHub) -> RunnerGroup:
    runners = list(github.pages(f"{path}/runners", "runners"))
    larger: tuple[str, ...] = ()
    if optional(group, "hosted_runners_url", str):
        larger = names(github.pages(f"{path}/hosted-runners", "runners"))
    visibility = field(group, "visibility", str)
    repositories = None
    if visibility == "selected":
        listed = github.pages(f"{path}/repositories", "repositories")
        repositories = tuple(field(each, "full_name", str) for each in listed)
    public = field(group, "allows_public_repositories", bool) and visibility != "private"
    return _group(group, runners, public=public, larger=larger, repositories=repositories)


def _group(
    group: Any,
    runners: Iterable[Any],
    *,
    public: bool,
    larger: tuple[str, ...] = (),
    repositories: tuple[str, ...] | None = None,
) -> RunnerGroup:
    runners = list(runners)
    labels = {name for runner in runners for name in names(items(runner, "labels"))}
    ephemeral = [optional(runner, "ephemeral", bool) for runner in runners]
    restricted = optional(group, "restricted_to_workflows", bool)
    return RunnerGroup(
        name=field(group, "name", str),
        public_repositories=public,
        labels=frozenset(labels | set(larger)),
        hosted=bool(larger) and not runners,
        ephemeral=None if not runners or None in ephemeral else all(ephemeral),
        repositories=repositories,
        workflows=texts(group, "selected_workflows") if restricted else (),
    )
