"""The scopes of a job's token.

Source: GitHub docs, "Workflow syntax", `permissions`, as known in 2026-11.
"""

COMMON = frozenset(
    {
        "actions", "checks", "contents", "deployments", "issues", "packages", "pull-requests",
        "security-events", "statuses",
    }
)  # fmt: skip
"""A map that may write all of these amounts to `write-all`: the rest came later or is seldom used."""

RELEASE = frozenset({"attestations", "contents", "id-token", "packages", "pages"})
"""What a job publishes with."""
