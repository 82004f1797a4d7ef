"""The scopes of a job's token.

Source: GitHub docs, "Workflow syntax", `permissions`, as known in 2026-11.
"""

SCOPES = frozenset(
    {
        "actions", "artifact-metadata", "attestations", "checks", "code-quality", "contents",
        "copilot-requests", "deployments", "discussions", "drives", "id-token", "issues", "metadata",
        "models", "packages", "pages", "pull-requests", "repository-projects", "security-events",
        "statuses", "vulnerability-alerts",
    }
)  # fmt: skip
"""All keys of a `permissions` map."""

ONLY_READ = frozenset({"metadata"})
"""Every token may read it and none may write it, whatever is declared."""

COMMON = frozenset(
    {
        "actions", "checks", "contents", "deployments", "issues", "packages", "pull-requests",
        "security-events", "statuses",
    }
)  # fmt: skip
"""A map that may write all of these amounts to `write-all`: the rest came later or is seldom used."""

READ_AT_MOST = ONLY_READ | {"models", "vulnerability-alerts"}
"""What no token may write, whatever is declared."""

DEFAULT_READ = frozenset({"contents", "metadata", "packages"})
"""What the restricted default of a repository or organisation lets a token read."""

NEVER_DEFAULT = frozenset(
    {"copilot-requests", "drives", "id-token", "metadata", "models", "vulnerability-alerts"}
)
"""What the permissive default doesn't let it write (GitHub docs, "GITHUB_TOKEN reference", 2026-11; of the
scopes that came in 2026 it isn't said, so none is assumed)."""

RELEASE = frozenset({"attestations", "contents", "id-token", "packages", "pages"})
"""What a job publishes with."""
