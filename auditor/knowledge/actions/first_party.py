"""Owners of actions whom a workflow trusts anyway, and refs that move with every push.

Source: the owners are those whom GitHub's setting "Allow actions created by GitHub" names ("Managing
GitHub Actions settings for a repository", read 2026-11); who runs a workflow trusts GitHub already.
"""

from __future__ import annotations

import re

GITHUB_OWNERS = frozenset({"actions", "github"})

BRANCHES = frozenset({"main", "master", "develop", "dev", "trunk", "stable", "nightly", "latest", "head"})
"""Refs that are branches by convention, or tags that are moved as often."""

SHORT_COMMIT = re.compile(r"(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{7,39}")
"""What looks like a shortened commit. GitHub has taken only whole ones since 2021-02. Digits
alone are rather a date."""
