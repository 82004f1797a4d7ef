"""Actions that log in to a cloud with a key or with an id-token, whichever they are given.

Source: the README and `action.yml` of each action (2026-11).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyInputs:
    """The inputs that take a key which doesn't expire. One of `short_lived` says that it does."""

    inputs: tuple[str, ...]
    short_lived: tuple[str, ...] = ()


LONG_LIVED = {
    "aws-actions/configure-aws-credentials": KeyInputs(
        ("aws-secret-access-key", "aws-access-key-id"), ("aws-session-token",)
    ),
    "azure/login": KeyInputs(("creds",)),
    "google-github-actions/auth": KeyInputs(("credentials_json",)),
    "google-github-actions/setup-gcloud": KeyInputs(("service_account_key",)),
}
"""By the action's `owner/name`."""
