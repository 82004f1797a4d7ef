"""Bots whose names conditions compare with the actor.

Source: docs.github.com, "Dependabot on GitHub Actions"; user ids: GitHub REST, `GET /users/{login}`, known
for years; how a bot is made to act on somebody else's pull request: Synacktiv, "GitHub Actions exploitation:
Dependabot" (2024-06). Read 2026-11.
"""

from __future__ import annotations

import re

BOT_IDS = frozenset({"27856297", "29139614", "41898282", "49699333"})
"""dependabot-preview[bot], renovate[bot], github-actions[bot] and dependabot[bot]."""

BOT_NAME = re.compile(r"(?i).*\[bot\]|dependabot(-preview)?|renovate(-bot)?")
"""A whole name that a bot has, or that it is called by."""

BOT_PART = re.compile(r"(?i)\[?bot\]|\bdependabot\b|\brenovate\b")
"""What a part of a name, a branch or an author has in it where a bot is meant."""

AUTHORS_OWN_TYPES = frozenset({"opened", "created", "submitted", "started"})
"""Activity types whose actor is the author of what the event is about: there the test is sound."""

WHO_ACTS_EVENTS = frozenset({"discussion", "issues", "pull_request", "pull_request_target", "workflow_run"})
"""Events that a bot can be made to cause for what an outsider wrote. A comment's or review's own actor is
its author, and nobody else watches or forks for one."""
