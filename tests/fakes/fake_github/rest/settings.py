"""The part of GitHub's REST interface that shows settings. Importing it adds its routes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fake_github.exchange import Response, refusal
from fake_github.rest.routes import Call, route
from fake_github.state.settings import Environment, RunnerGroup

_REPO = "/repos/{owner}/{repo}"
_ORG = "/orgs/{org}"
_NOT_FOUND = "Not Found"


def _both(path: str) -> Callable[[Callable[[Call], Response]], Callable[[Call], Response]]:
    """The same of a repository and of an organisation."""

    def register(handler: Callable[[Call], Response]) -> Callable[[Call], Response]:
        return route(_ORG + path)(route(_REPO + path)(handler))

    return register


@_both("/actions/permissions")
def _permissions(call: Call) -> Response:
    settings = call.settings
    enabled = {"enabled": True} if "repo" in call.at else {"enabled_repositories": "all"}
    content = {**enabled, "allowed_actions": settings.allowed_actions}
    return Response.of({**content, "sha_pinning_required": settings.sha_pinning_required})


@_both("/actions/permissions/selected-actions")
def _selected(call: Call) -> Response:
    if call.settings.allowed_actions != "selected":
        return refusal(409, "The actions policy doesn't select actions")
    patterns = call.settings.patterns_allowed
    content = {"github_owned_allowed": True, "verified_allowed": False, "patterns_allowed": patterns}
    return Response.of(content)


@_both("/actions/permissions/workflow")
def _workflow(call: Call) -> Response:
    names = ("default_workflow_permissions", "can_approve_pull_request_reviews")
    return Response.of({name: getattr(call.settings, name) for name in names})


@_both("/actions/permissions/fork-pr-contributor-approval")
def _approval(call: Call) -> Response:
    return Response.of({"approval_policy": call.settings.approval_policy})


@_both("/actions/permissions/fork-pr-workflows-private-repos")
def _private_forks(call: Call) -> Response:
    return Response.of(call.settings.private_forks)


@_both("/actions/policies")
def _policies(call: Call) -> Response:
    return call.paged(call.settings.policies, "policies")


@_both("/actions/policies/{id}")
def _policy(call: Call) -> Response:
    return _one(call, call.settings.policies)


def _one(call: Call, items: list[dict[str, Any]]) -> Response:
    found = [item for item in items if str(item["id"]) == call.at["id"]]
    return Response.of(found[0]) if found else refusal(404, _NOT_FOUND)


@route(_REPO + "/actions/runs")
def _runs(call: Call) -> Response:
    is_target = call.request.query.get("event") == "pull_request_target"
    return call.paged(
        [{"id": number} for number in range(call.settings.target_runs * is_target)], "workflow_runs"
    )


@_both("/actions/oidc/customization/sub")
def _subject(call: Call) -> Response:
    return Response.of(call.settings.subject)


@_both("/actions/secrets")
def _secrets(call: Call) -> Response:
    return call.paged([{"name": name} for name in call.settings.secrets], "secrets")


@_both("/actions/variables")
def _variables(call: Call) -> Response:
    return call.paged(_pairs(call.settings.variables), "variables", largest=30)


@route(_REPO + "/actions/organization-secrets")
def _shared_secrets(call: Call) -> Response:
    return call.paged([{"name": name} for name in call.repository.owner.settings.secrets], "secrets")


@route(_REPO + "/actions/organization-variables")
def _shared_variables(call: Call) -> Response:
    return call.paged(_pairs(call.repository.owner.settings.variables), "variables", largest=30)


def _pairs(variables: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in variables.items()]


@_both("/actions/runners")
def _runners(call: Call) -> Response:
    return call.paged(call.settings.runners, "runners")


@route(_ORG + "/actions/runner-groups")
def _groups(call: Call) -> Response:
    groups = call.settings.runner_groups
    name = call.request.query.get("visible_to_repository")
    if name is not None:
        full = name if "/" in name else f"{call.at['org']}/{name}"
        found = call.world.find(full)
        groups = [group for group in groups if found and _serves(group, found.id, found.visibility)]
    return call.paged([_group(call, group) for group in groups], "runner_groups")


def _serves(group: RunnerGroup, id: int, visibility: str) -> bool:
    if visibility == "public" and not group.allows_public_repositories:
        return False
    return group.visibility != "selected" or id in group.repositories


def _group(call: Call, group: RunnerGroup) -> dict[str, Any]:
    url = f"{call.base}/orgs/{call.at['org']}/actions/runner-groups/{group.id}"
    shown: dict[str, Any] = {
        "id": group.id,
        "name": group.name,
        "visibility": group.visibility,
        "default": group.id == 1,
        "allows_public_repositories": group.allows_public_repositories,
        "restricted_to_workflows": bool(group.workflows),
        "selected_workflows": group.workflows,
        "runners_url": f"{url}/runners",
    }
    return {**shown, "hosted_runners_url": f"{url}/hosted-runners"} if group.larger else shown


def _group_of(call: Call) -> RunnerGroup | None:
    groups = call.settings.runner_groups
    return next((group for group in groups if str(group.id) == call.at["id"]), None)


@route(_ORG + "/actions/runner-groups/{id}/runners")
def _group_runners(call: Call) -> Response:
    group = _group_of(call)
    return call.paged(group.runners, "runners") if group else refusal(404, _NOT_FOUND)


@route(_ORG + "/actions/runner-groups/{id}/hosted-runners")
def _group_larger(call: Call) -> Response:
    group = _group_of(call)
    if group is None:
        return refusal(404, _NOT_FOUND)
    return call.paged([{"id": 1, "name": name} for name in group.larger], "runners")


@route(_ORG + "/actions/runner-groups/{id}/repositories")
def _group_repositories(call: Call) -> Response:
    group = _group_of(call)
    if group is None:
        return refusal(404, _NOT_FOUND)
    known = [call.world.repositories[id] for id in group.repositories if id in call.world.repositories]
    return call.paged([{"id": each.id, "full_name": each.full_name} for each in known], "repositories")


@route(_REPO + "/rules/branches/{branch}")
def _rules(call: Call) -> Response:
    is_default = call.at["branch"] == call.repository.default_branch
    return call.paged(call.settings.rules if is_default else [])


@route(_REPO + "/branches/{branch}")
def _branch(call: Call) -> Response:
    if call.at["branch"] != call.repository.default_branch or call.commit is None:
        return refusal(404, "Branch not found")
    protection = call.settings.protection
    checks = (protection or {}).get("required_status_checks") or {"contexts": []}
    content = {
        "name": call.at["branch"],
        "commit": {"sha": call.commit.oid},
        "protected": bool(protection or call.settings.rules),
        "protection": {"enabled": protection is not None, "required_status_checks": checks},
    }
    return Response.of(content)


@route(_REPO + "/branches/{branch}/protection")
def _protection(call: Call) -> Response:
    protection = call.settings.protection
    if protection is None or call.at["branch"] != call.repository.default_branch:
        return refusal(404, "Branch not protected")
    return Response.of(protection)


@route(_REPO + "/rulesets")
def _rulesets(call: Call) -> Response:
    hidden = ("rules", "conditions", "bypass_actors")
    shown = [{k: v for k, v in each.items() if k not in hidden} for each in call.settings.rulesets]
    return call.paged(shown)


@route(_REPO + "/rulesets/{id}")
def _ruleset(call: Call) -> Response:
    return _one(call, call.settings.rulesets)


@route(_REPO + "/environments")
def _environments(call: Call) -> Response:
    shown = [
        {"name": name, "protection_rules": each.rules, "deployment_branch_policy": each.policy}
        for name, each in call.settings.environments.items()
    ]
    return call.paged(shown, "environments")


def _in_environment(path: str) -> Callable[[Callable[[Call, Environment], Response]], None]:
    def register(handler: Callable[[Call, Environment], Response]) -> None:
        def found(call: Call) -> Response:
            environment = call.settings.environments.get(call.at["name"])
            return handler(call, environment) if environment else refusal(404, _NOT_FOUND)

        route(f"{_REPO}/environments/{{name}}/{path}")(found)

    return register


@_in_environment("deployment-branch-policies")
def _branch_policies(call: Call, environment: Environment) -> Response:
    return call.paged([{"name": name} for name in environment.branches], "branch_policies")


@_in_environment("deployment_protection_rules")
def _custom_rules(_call: Call, environment: Environment) -> Response:
    rules = environment.custom_rules
    return Response.of({"total_count": len(rules), "custom_deployment_protection_rules": rules})


@_in_environment("secrets")
def _environment_secrets(call: Call, environment: Environment) -> Response:
    return call.paged([{"name": name} for name in environment.secrets], "secrets")


@_in_environment("variables")
def _environment_variables(call: Call, environment: Environment) -> Response:
    return call.paged(_pairs(environment.variables), "variables", largest=30)
