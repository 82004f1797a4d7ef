"""Which steps leave a credential for the steps after them, on disk, in the environment or in an agent.

Source: `actions/checkout`: CHANGELOG of v6.0.0 and `src/git-auth-helper.ts` (read 2026-11); the other
actions' README and `action.yml`, as known in 2026-11.
"""

from __future__ import annotations

KEEPING_ACTIONS = frozenset(
    {
        "1password/load-secrets-action",
        "actions-hub/gcloud",
        "aws-actions/amazon-ecr-login",
        "aws-actions/configure-aws-credentials",
        "azure/aks-set-context",
        "azure/docker-login",
        "azure/k8s-set-context",
        "azure/login",
        "cachix/cachix-action",
        "crazy-max/ghaction-import-gpg",
        "digitalocean/action-doctl",
        "docker/login-action",
        "doppler/secrets-fetch-action",
        "google-github-actions/auth",
        "google-github-actions/setup-gcloud",
        "hashicorp/setup-terraform",
        "hashicorp/vault-action",
        "infisical/secrets-action",
        "jfrog/setup-jfrog-cli",
        "oracle-actions/configure-kubectl-oke",
        "redhat-actions/oc-login",
        "redhat-actions/podman-login",
        "shimataro/ssh-key-action",
        "superfly/flyctl-actions/setup-flyctl",
        "tailscale/github-action",
        "webfactory/ssh-agent",
    }
)
"""By `owner/name`, in lower case, those whose inputs outlive their step."""

MINTING_ACTIONS = frozenset(
    {
        "actions/create-github-app-token",
        "peter-murray/workflow-application-token-action",
        "tibdex/github-app-token",
    }
)
"""Those whose output is a token that they mint with a secret."""

CHECKOUT_TOKENS = ("token", "ssh-key")
"""Inputs of `actions/checkout` that it leaves on disk unless `persist-credentials` is false."""

KEPT_OUTSIDE_SINCE = 6
"""The first major version of `actions/checkout` that keeps the token in a file under `RUNNER_TEMP`, which
`.git/config` only includes; before, it stands in `.git/config` itself."""

AGENT_ACTIONS = frozenset(
    {
        "anthropics/claude-code-action",
        "anthropics/claude-code-base-action",
        "google-github-actions/run-gemini-cli",
        "openai/codex-action",
    }
)
"""Those that let a model run commands or read files in the workspace."""
