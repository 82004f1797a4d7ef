"""What readers of configurations that are found by content share: walking a tree, and texts with holes."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.cloud.aws import is_github_provider
from auditor.cloud.values import Hole, Value
from auditor.finding import Location
from auditor.languages.yaml import Mapping, Node, Pair, Scalar, Sequence

OPAQUE = "\ue000"
"""Stands for a hole in a text that is read as an expression: a character that no claim holds."""

_FIRST_MARK, _MOST_MARKS = 0xE100, 1000


def mappings_below(root: Node | None) -> Iterator[Mapping]:
    """Every mapping, each once: an alias repeats what its anchor holds, so the text bounds the work."""
    seen: set[tuple[Node, ...] | tuple[Pair, ...]] = set()
    todo: list[Node] = [root] if root is not None else []
    while todo:
        node = todo.pop()
        if isinstance(node, Sequence) and node.items not in seen:
            seen.add(node.items)
            todo.extend(reversed(node.items))
        elif isinstance(node, Mapping) and node.entries not in seen:
            seen.add(node.entries)
            yield node
            todo.extend(entry.value for entry in reversed(tuple(node)))


def scalar_in(mapping: Mapping, *keys: str) -> Scalar | None:
    """The text behind the first of `keys` that has one."""
    nodes = (mapping.get(key) for key in keys)
    return next((node for node in nodes if isinstance(node, Scalar) and not node.is_null), None)


def text_in(mapping: Mapping, *keys: str) -> str | None:
    """`scalar_in`, as a text."""
    scalar = scalar_in(mapping, *keys)
    return scalar.value if scalar else None


def value_in(mapping: Mapping, *keys: str) -> Value | None:
    """`scalar_in`, as a value without holes."""
    scalar = scalar_in(mapping, *keys)
    return Value((scalar.value,), scalar.location) if scalar else None


def values_in(mapping: Mapping, key: str) -> tuple[Value, ...]:
    """The texts behind `key`: one, or a list."""
    node = mapping.get(key)
    nodes = node.items if isinstance(node, Sequence) else (node,)
    return tuple(
        Value((item.value,), item.location) for item in nodes if isinstance(item, Scalar) and not item.is_null
    )


def filled(value: Value) -> str:
    """The text with each hole as its default, or as `OPAQUE`."""
    return "".join(
        part if isinstance(part, str) else OPAQUE if part.default is None else part.default
        for part in value.parts
    )


def marked(value: Value) -> tuple[str, dict[str, Hole]]:
    """The text with each hole as a private character of its own."""
    holes: dict[str, Hole] = {}
    made = []
    for part in value.parts:
        if isinstance(part, Hole):
            mark = chr(_FIRST_MARK + min(len(holes), _MOST_MARKS))
            holes[mark] = part
            made.append(mark)
        else:
            made.append(part)
    return "".join(made), holes


def unmarked(text: str, holes: dict[str, Hole], at: Location) -> Value:
    """A part of a marked text with its holes again."""
    parts: list[str | Hole] = []
    start = 0
    for end, char in enumerate(text):
        if char in holes:
            parts += [text[start:end], holes[char]]
            start = end + 1
    parts.append(text[start:])
    return Value(tuple(part for part in parts if part != ""), at)


def may_be_github(issuer: Value, wanted: Value | None) -> bool:
    """Whether tokens of `issuer` may be GitHub's, by its name or else by the claims that are required."""
    if issuer.text is not None:
        return is_github_provider(issuer.text.removeprefix("https://").rstrip("/"))
    return any(is_github_provider(hole.default or "") for hole in issuer.holes) or (
        wanted is not None and ("repo:" in wanted.shown or "repository" in wanted.shown)
    )
