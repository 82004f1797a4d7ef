"""The settings of repositories and owners, in the words of GitHub's REST interface, to be changed at will."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any


@dataclass(slots=True)
class Environment:
    """An environment. `rules` are its protection rules as the list of environments shows them."""

    rules: list[dict[str, Any]] = field(default_factory=list)
    policy: dict[str, bool] | None = None
    branches: list[str] = field(default_factory=list)
    custom_rules: list[dict[str, Any]] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Settings:
    """What a repository or an organisation has under `actions/`, and what protects its branches.

    `rules` are those that hold for the default branch, from rulesets of every level; `protection` is its
    older branch protection. An organisation uses the fields that it has at GitHub.
    """

    allowed_actions: str = "all"
    patterns_allowed: list[str] = field(default_factory=list)
    sha_pinning_required: bool = False
    default_workflow_permissions: str = "read"
    can_approve_pull_request_reviews: bool = False
    approval_policy: str = "first_time_contributors"
    private_forks: dict[str, bool] = field(
        default_factory=lambda: {
            "run_workflows_from_fork_pull_requests": False,
            "send_write_tokens_to_workflows": False,
            "send_secrets_and_variables": False,
            "require_approval_for_fork_pr_workflows": True,
        }
    )
    policies: list[dict[str, Any]] = field(default_factory=list)
    target_runs: int = 0
    rules: list[dict[str, Any]] = field(default_factory=list)
    protection: dict[str, Any] | None = None
    rulesets: list[dict[str, Any]] = field(default_factory=list)
    merge_queue: bool = False
    environments: dict[str, Environment] = field(default_factory=dict)
    subject: dict[str, Any] = field(default_factory=lambda: {"use_default": True})
    variables: dict[str, str] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)
    runners: list[dict[str, Any]] = field(default_factory=list)
    runner_groups: list[RunnerGroup] = field(default_factory=list)


@dataclass(slots=True)
class RunnerGroup:
    """An organisation's group of runners; `repositories` are ids and count where only selected ones may."""

    id: int
    name: str
    visibility: str = "all"
    allows_public_repositories: bool = False
    repositories: list[int] = field(default_factory=list)
    workflows: list[str] = field(default_factory=list)
    runners: list[dict[str, Any]] = field(default_factory=list)
    larger: list[str] = field(default_factory=list)


def runner(*labels: str, ephemeral: bool = False) -> dict[str, Any]:
    """A self-hosted runner."""
    return {
        "id": 1,
        "name": f"box-{'-'.join(labels)}",
        "os": "linux",
        "status": "online",
        "busy": False,
        "ephemeral": ephemeral,
        "labels": [{"name": label, "type": "custom"} for label in ("self-hosted", *labels)],
    }


def usual(seed: int, number: int) -> Settings:
    """The settings of the repository with that number: most are careful, a few aren't."""
    random = Random(~seed << 32 | number)
    settings = Settings(default_workflow_permissions="write" if random.random() < 0.1 else "read")
    settings.environments = {
        "pypi": Environment([{"id": 1, "type": "required_reviewers", "reviewers": [{"type": "Team"}]}]),
        "training": Environment(
            [{"id": 2, "type": "branch_policy"}],
            {"protected_branches": False, "custom_branch_policies": True},
            ["main"],
            secrets=["WANDB_API_KEY"],
        ),
    }
    if random.random() < 0.7:
        settings.rules = [
            {"type": "pull_request", "parameters": {"required_approving_review_count": 1}},
            {
                "type": "required_status_checks",
                "parameters": {"required_status_checks": [{"context": "unit"}]},
            },
        ]
        settings.rulesets = [
            {
                "id": 7,
                "name": "main",
                "target": "branch",
                "source_type": "Repository",
                "enforcement": "active",
                "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
                "rules": settings.rules,
            }
        ]
    settings.secrets = ["HF_TOKEN"]
    settings.variables = {"REGION": "eu-west-1"}
    return settings


def usual_owner() -> Settings:
    """The settings of an organisation with a group of GPU runners for its private repositories."""
    groups = [
        RunnerGroup(1, "Default"),
        RunnerGroup(2, "gpu-trusted", "private", runners=[runner("linux", "a100", ephemeral=True)]),
    ]
    return Settings(
        default_workflow_permissions="write",
        secrets=["WANDB_API_KEY"],
        variables={"CLUSTER": "west"},
        runner_groups=groups,
    )
