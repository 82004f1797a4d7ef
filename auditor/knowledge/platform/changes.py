"""Changes of GitHub that change a verdict: since when, and where.

A change applies on github.com and ghe.com from its day on; on GitHub Enterprise Server from the release that
includes it, if there is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `server` is the release of GitHub Enterprise Server that has it; None: none known has."""

    name: str
    since: date
    server: tuple[int, int] | None
    source: str


TARGET_REFUSED = Change(
    "pull-request-target-refused",
    date(2026, 11, 2),
    None,
    'changelog "Workflow execution protections in GitHub Actions generally available", 2026-09-17',
)
"""Public repositories refuse `pull_request_target` unless an Actions policy allows it."""

TARGET_ON_DEFAULT_BRANCH = Change(
    "pull-request-target-on-default-branch",
    date(2025, 12, 8),
    (3, 20),
    'changelog "Actions pull_request_target and environment branch protections changes", 2025-11-07',
)
"""`pull_request_target` takes workflow file, ref and checkout from the default branch, whatever the base."""

ENVIRONMENT_SEES_MERGE_REF = Change(
    "environment-sees-merge-ref",
    date(2025, 12, 8),
    None,
    'changelog "Actions pull_request_target and environment branch protections changes", 2025-11-07',
)
"""An environment's branch rules are compared with `refs/pull/N/merge` in runs for pull requests, and with
the default branch under `pull_request_target`."""

CACHE_READ_ONLY = Change(
    "cache-read-only",
    date(2026, 6, 26),
    None,
    'changelog "Read-only Actions cache for untrusted triggers", 2026-06-26',
)
"""Runs that people without access can start on the default branch may restore its caches, and save none."""

CHECKOUT_REFUSES_FORKS = Change(
    "checkout-refuses-forks",
    date(2026, 7, 16),
    None,
    'changelog "Safer pull_request_target defaults for GitHub Actions checkout", 2026-06-18; backports 07-16',
)
"""`actions/checkout` refuses a fork's code under `pull_request_target` and `workflow_run`; which releases
do, `auditor.knowledge.actions.checkout` says. On a server a tag is the server's own."""

IMMUTABLE_SUBJECTS_SINCE = date(2026, 7, 15)
"""Since when a new repository's subjects carry ids (GitHub changelog, 2026-04-23)."""
