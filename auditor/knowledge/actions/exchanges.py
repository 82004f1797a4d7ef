"""Where workflows hand their id-token to a cloud, and what names the party that takes it.

Source: the README and `action.yml` of each action; AWS CLI reference, `assume-role-with-web-identity`
(2026-11).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exchange:
    """An action that exchanges the token. The first of `inputs` that is given names the party.

    Where one of `without` is given it logs in by other means, and so it does unless `only` an input with
    that value is. With `registry` no input names the party, but the workflow's own file.
    """

    consumer: str
    inputs: tuple[str, ...]
    without: tuple[str, ...] = ()
    only: tuple[str, str] | None = None
    registry: str | None = None


AWS, GOOGLE, AZURE, VAULT = "aws", "google", "azure", "vault"
CLOUDS = frozenset({AWS, GOOGLE, AZURE, VAULT})
"""Consumers that give a session with a cloud's power."""

PUBLISHER = "publisher"
"""Package registries with trusted publishing."""

EXCHANGES = {
    "aws-actions/configure-aws-credentials": Exchange(
        AWS,
        ("role-to-assume",),
        ("aws-access-key-id", "web-identity-token-file", "role-chaining"),
    ),
    "azure/login": Exchange(AZURE, ("client-id",), ("creds",)),
    "google-github-actions/auth": Exchange(GOOGLE, ("workload_identity_provider",), ("credentials_json",)),
    "hashicorp/vault-action": Exchange(VAULT, ("role",), only=("method", "jwt")),
    "pypa/gh-action-pypi-publish": Exchange(
        PUBLISHER, (), ("password", "repository-url", "repository_url"), registry="pypi"
    ),
}
"""By the action's `owner/name`."""

PUBLISHING_COMMANDS: dict[tuple[str, ...], str] = {
    ("npm", "publish"): "npm",
    ("pnpm", "publish"): "npm",
}
"""By a command's first words: the registry that it publishes to."""

REGISTRY_TOKENS = frozenset({"NODE_AUTH_TOKEN", "NPM_TOKEN", "NPM_CONFIG__AUTH"})
"""Variables with which a command publishes by a stored token."""

COMMANDS: dict[tuple[str, ...], tuple[str, str]] = {
    ("aws", "sts", "assume-role-with-web-identity"): (AWS, "--role-arn")
}
"""By a command's first words: the consumer, and the option that names the party."""
