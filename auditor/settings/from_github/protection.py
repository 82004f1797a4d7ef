"""What protects branches, tags and environments, from rulesets and from the older branch protection.

Source: GitHub docs, "REST API endpoints for rules", "... for protected branches" and "... for deployment
environments" (read 2026-11). Who may bypass a rule isn't shown to readers.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from auditor.github.api.client import Refused
from auditor.github.api.response import field, items, names, optional, texts
from auditor.model.settings import EnvironmentRules, Settings
from auditor.settings.from_github.part import RepositoryContext

_QUEUE = """query($owner: String!, $name: String!, $branch: String!) {
  repository(owner: $owner, name: $name) { mergeQueue(branch: $branch) { id } }
}"""

_NAMED_RULES = frozenset({"required_reviewers", "wait_timer", "branch_policy"})
"""Types of an environment's rules that are GitHub's own; others are apps'."""

_NEEDED = {"branch": frozenset({"pull_request"}), "tag": frozenset({"creation", "update"})}
"""The rules that, together, keep people who may only write from putting a commit of their choice there."""


def checks(context: RepositoryContext) -> Settings:
    """The default branch's required checks and merge queue."""
    branch = quote(context.default_branch, safe="")
    rules = list(context.github.pages(f"{context.path}/rules/branches/{branch}"))
    found = _contexts(rules)
    queue = any(field(rule, "type", str) == "merge_queue" for rule in rules)
    older = _older(context)
    if older is not None:
        required = optional(older, "required_status_checks", dict) or {}
        found += texts(required, "contexts")
        queue = queue or _has_queue(context)
    return Settings(required_checks=tuple(dict.fromkeys(found)), merge_queue=queue)


def _contexts(rules: list[Any]) -> tuple[str, ...]:
    return tuple(
        field(check, "context", str)
        for rule in rules
        if field(rule, "type", str) == "required_status_checks"
        for check in items(optional(rule, "parameters", dict), "required_status_checks")
    )


def _older(context: RepositoryContext) -> Any:
    """The default branch's protection as far as readers see it; None where it has none."""
    answer = context.github.get(f"{context.path}/branches/{quote(context.default_branch, safe='')}")
    protection = optional(answer, "protection", dict)
    return protection if optional(protection, "enabled", bool) else None


def _has_queue(context: RepositoryContext) -> bool:
    owner, _, name = context.name.partition("/")
    data = context.github.graphql(_QUEUE, owner=owner, name=name, branch=context.default_branch)
    return optional(field(data, "repository", dict), "mergeQueue", dict) is not None


def reviewed(context: RepositoryContext) -> Settings:
    """The branches and tags that rulesets protect, and the default branch's older protection."""
    patterns = _patterns(context)
    branches = list(patterns["branch"])
    if context.default_branch not in branches and _older(context) is not None:
        protection = context.github.get(
            f"{context.path}/branches/{quote(context.default_branch, safe='')}/protection"
        )
        if optional(protection, "required_pull_request_reviews", dict) is not None:
            branches.append(context.default_branch)
    return Settings(protected_branches=tuple(branches), protected_tags=patterns["tag"])


def _patterns(context: RepositoryContext) -> dict[str, tuple[str, ...]]:
    """The patterns of refs for which all the rules of `_NEEDED` stand, by the kind of ref."""
    found: dict[str, dict[str, set[str]]] = {"branch": {}, "tag": {}}
    excluded: dict[str, list[str]] = {"branch": [], "tag": []}
    listed = context.github.pages(f"{context.path}/rulesets", includes_parents="true")
    for each in listed:
        target = optional(each, "target", str)
        if target not in found or field(each, "enforcement", str) != "active":
            continue
        ruleset = context.github.get(
            f"{context.path}/rulesets/{field(each, 'id', int)}", includes_parents="true"
        )
        refs = optional(optional(ruleset, "conditions", dict), "ref_name", dict)
        rules = {field(rule, "type", str) for rule in items(ruleset, "rules")}
        for pattern in texts(refs, "include"):
            found[target].setdefault(_plain(pattern, context), set()).update(rules)
        if rules & _NEEDED[target]:
            excluded[target] += (f"!{_plain(pattern, context)}" for pattern in texts(refs, "exclude"))
    return {
        kind: (*(each for each, rules in patterns.items() if _NEEDED[kind] <= rules), *excluded[kind])
        for kind, patterns in found.items()
    }


def _plain(pattern: str, context: RepositoryContext) -> str:
    """A ruleset's pattern as a workflow's filters write it."""
    if pattern == "~ALL":
        return "**"
    if pattern == "~DEFAULT_BRANCH":
        return context.default_branch
    return pattern.removeprefix("refs/heads/").removeprefix("refs/tags/")


def environments(context: RepositoryContext) -> Settings:
    """Each environment's rules."""
    listed = context.github.pages(f"{context.path}/environments", "environments")
    found = {field(each, "name", str).lower(): _rules(each, context) for each in listed}
    return Settings(environments=MappingProxyType(found))


def _rules(environment: Any, context: RepositoryContext) -> EnvironmentRules:
    path = f"{context.path}/environments/{quote(field(environment, 'name', str), safe='')}"
    rules = items(environment, "protection_rules")
    reviewers = sum(len(items(rule, "reviewers")) for rule in rules)
    custom = sum(field(rule, "type", str) not in _NAMED_RULES for rule in rules)
    policy = optional(environment, "deployment_branch_policy", dict)
    branches = None
    if policy is not None and optional(policy, "custom_branch_policies", bool):
        branches = names(context.github.pages(f"{path}/deployment-branch-policies", "branch_policies"))
    return EnvironmentRules(
        reviewers=reviewers,
        wait_minutes=max((optional(rule, "wait_timer", int) or 0 for rule in rules), default=0),
        custom_rules=custom or (0 if reviewers else sum(_custom(path, context))),
        branches=branches,
        protected_branches=bool(policy and optional(policy, "protected_branches", bool)),
        secrets=_names(path, "secrets", context) or (),
        variables=_names(path, "variables", context),
    )


def _custom(path: str, context: RepositoryContext) -> Iterator[bool]:
    """The rules of apps, which matter where no person must agree."""
    answer = context.github.get(f"{path}/deployment_protection_rules")
    for rule in items(answer, "custom_deployment_protection_rules"):
        yield bool(optional(rule, "enabled", bool))


def _names(path: str, kind: str, context: RepositoryContext) -> tuple[str, ...] | None:
    """An environment's secrets or variables; None where they aren't shown, for its rules count more."""
    try:
        return tuple(map(str.upper, names(context.github.pages(f"{path}/{kind}", kind, per_page=30))))
    except Refused:
        return None
