"""Answers to GraphQL queries: data beside errors, limits as errors, and queries that GitHub gave up on.

What errors look like, by reports of 2023 to 2026: `RATE_LIMITED` of old and `RATE_LIMIT` now, also while
some points remain (github/docs#22607, yanyongyu/githubkit#271); `RESOURCE_LIMITS_EXCEEDED` beside data that
isn't whole (yoshi389111/github-profile-3d-contrib#163); a time-out as "Something went wrong while executing
your query" (pagescms/pagescms#423).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

_LIMITS = frozenset({"RATE_LIMIT", "RATE_LIMITED"})
_TOO_LARGE = frozenset({"RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED"})
_GAVE_UP = (
    "something went wrong while executing",
    "we couldn't respond to your request in time",
    "timeout on",
)
_MAX_TEXT = 500
_MAX_ERRORS = 10_000
_STATUSES = {"NOT_FOUND": 404, "FORBIDDEN": 403, "INSUFFICIENT_SCOPES": 403}


class GraphQLError(NamedTuple):
    """One error. `path` leads to the field of the data that it is about: names, and places in lists.
    `message` is GitHub's, cut at 500 characters, and may hold what others wrote."""

    type: str
    path: tuple[str | int, ...]
    message: str

    @property
    def status(self) -> int:
        """The HTTP status that says the like."""
        return _STATUSES.get(self.type, 422)


@dataclass(frozen=True, slots=True)
class GraphQLAnswer:
    """The data of an answer, and the errors beside it."""

    data: Mapping[str, Any]
    errors: tuple[GraphQLError, ...] = ()


def errors_of(content: Any) -> tuple[GraphQLError, ...]:
    """The errors of an answer, those that aren't as they should be included."""
    errors = content.get("errors") if isinstance(content, dict) else None
    if not isinstance(errors, list):
        return (GraphQLError("", (), ""),) if errors else ()
    return tuple(_error(each) for each in errors[:_MAX_ERRORS])


def _error(error: Any) -> GraphQLError:
    if not isinstance(error, dict):
        return GraphQLError("", (), "")
    type, path, message = error.get("type"), error.get("path"), error.get("message")
    steps = path[:_MAX_TEXT] if isinstance(path, list) else []
    return GraphQLError(
        type[:_MAX_TEXT] if isinstance(type, str) else "",
        tuple(step for step in steps if isinstance(step, str | int)),
        message[:_MAX_TEXT] if isinstance(message, str) else "",
    )


def is_limited(content: Any) -> bool:
    """Whether an answer is a refusal for the rate limit. Messages may quote what others wrote, so they count
    only where nothing else was said."""
    errors = errors_of(content)
    if any(error.type in _LIMITS for error in errors):
        return True
    return bool(errors) and not content.get("data") and any(_says_limit(error) for error in errors)


def _says_limit(error: GraphQLError) -> bool:
    return not error.path and error.type not in _STATUSES and "rate limit" in error.message.lower()


def is_secondary(content: Any) -> bool:
    """Whether the limit is the one for too much at once."""
    return any("secondary" in error.message.lower() for error in errors_of(content))


def is_given_up(content: Any) -> bool:
    """Whether GitHub gave up on the query, which may succeed if it requests less."""
    return any(
        error.type in _TOO_LARGE or error.message.lower().startswith(_GAVE_UP) for error in errors_of(content)
    )
