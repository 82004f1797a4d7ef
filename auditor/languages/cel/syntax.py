"""The syntax tree of a CEL expression. Every node knows its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MAX_LENGTH = 4096
"""Characters of a condition that Google takes."""

MAX_DEPTH, MAX_PARENTHESES = 80, 40
"""How deep a tree, and the parentheses of its text, may be nested to be followed."""


class CelError(ValueError):
    """What is no CEL expression. `offset` is the place in the text."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class TooDeepError(ValueError):
    """An expression that is longer, or nested deeper, than is followed."""


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression, from offset `start` up to, but not including, `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A text, number, truth value or null."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Items(Node):
    """A list."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable: `assertion`, `attribute`, `google`."""

    name: str


@dataclass(frozen=True, slots=True)
class Field(Node):
    """`of.name`, or `of['name']`."""

    of: Node
    name: str


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`on.name(arguments)`, or `name(arguments)` where `on` is None."""

    on: Node | None
    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    """`!of`."""

    of: Node


@dataclass(frozen=True, slots=True)
class And(Node):
    """All of `parts`."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    """One of `parts`."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Operation(Node):
    """A comparison, `in`, or arithmetic."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """`test ? then : otherwise`."""

    test: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Hole(Node):
    """What isn't written out where an expression belongs."""


@dataclass(frozen=True, slots=True)
class Other(Node):
    """What CEL has and isn't followed: a map, an index that is no text."""

    parts: tuple[Node, ...] = ()


def children(node: Node) -> tuple[Node, ...]:
    """The nodes right below."""
    match node:
        case Items():
            return node.items
        case Field() | Not():
            return (node.of,)
        case Call():
            return ((node.on,) if node.on else ()) + node.arguments
        case And() | Or() | Other():
            return node.parts
        case Operation():
            return (node.left, node.right)
        case Conditional():
            return (node.test, node.then, node.otherwise)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, in the order of the text."""
    todo = [node]
    while todo:
        here = todo.pop()
        yield here
        todo.extend(reversed(children(here)))


def depth(node: Node) -> int:
    """The levels of a tree."""
    level, found = [node], 0
    while level:
        found += 1
        level = [child for parent in level for child in children(parent)]
    return found
