"""Takes what is needed from an answer, and nothing on trust: another type than was promised is a failure."""

from __future__ import annotations

from typing import Any, TypeVar

from auditor.github.api.client import Failed

T = TypeVar("T")


def field(answer: Any, key: str, kind: type[T]) -> T:
    """The value of that type under `key`. Raises `Failed` where there is none."""
    value = optional(answer, key, kind)
    if value is None:
        raise Failed(f"GitHub's answer has no `{key}`")
    return value


def optional(answer: Any, key: str, kind: type[T]) -> T | None:
    """The value under `key`, if it is there. Raises `Failed` where it is of another type."""
    value = answer.get(key) if isinstance(answer, dict) else None
    if value is None:
        return None
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise Failed(f"GitHub's answer has something else under `{key}`")
    return value


def items(answer: Any, key: str) -> list[Any]:
    """The list under `key`; nothing where it isn't there."""
    return optional(answer, key, list) or []


def texts(answer: Any, key: str) -> tuple[str, ...]:
    """The texts of the list under `key`; nothing where it isn't there."""
    return tuple(item for item in items(answer, key) if isinstance(item, str))


def names(listed: Any) -> tuple[str, ...]:
    """The `name` of each item."""
    return tuple(field(item, "name", str) for item in listed)
