"""Where workflows hand their id-token to a cloud, and what names the party that takes it.

Source: the README and `action.yml` of each action; AWS CLI reference, `assume-role-with-web-identity`
(2026-11).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exchange:
    """An action that exchanges the token. The first of `inputs` that is given names the party.

    Where one of `without` is given it logs in by other means.
    """

    consumer: str
    inputs: tuple[str, ...]
    without: tuple[str, ...] = ()


AWS = "aws"

EXCHANGES = {
    "aws-actions/configure-aws-credentials": Exchange(
        AWS,
        ("role-to-assume",),
        ("aws-access-key-id", "web-identity-token-file", "role-chaining"),
    ),
}
"""By the action's `owner/name`."""

COMMANDS: dict[tuple[str, ...], tuple[str, str]] = {
    ("aws", "sts", "assume-role-with-web-identity"): (AWS, "--role-arn")
}
"""By a command's first words: the consumer, and the option that names the party."""
