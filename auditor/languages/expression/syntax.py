"""The syntax tree of an expression. Every node knows its place; names are lower-cased as they are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal as OneOf

MAX_DEPTH = 50
"""How deep GitHub lets an expression's tree be. Parentheses don't count."""

MAX_LENGTH = 21_000
"""How many UTF-16 code units GitHub lets an expression have, without the blanks round it."""

Operator = OneOf["==", "!=", "<", "<=", ">", ">="]


class ExpressionError(ValueError):
    """An expression that GitHub refuses. `offset` is the place, in code points of the text that was given."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A part of an expression, from offset `start` up to, but not including, `end` of the text round it."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Literal(Node):
    """`null`, `true`, `1`, `'text'`. All numbers are floats, as at GitHub."""

    value: bool | float | str | None


@dataclass(frozen=True, slots=True, eq=False)
class Context(Node):
    """A bare name at a chain's root, such as `github`. There may be no such context."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Property(Node):
    """`target.name`."""

    target: Node
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Index(Node):
    """`target[index]`."""

    target: Node
    index: Node


@dataclass(frozen=True, slots=True, eq=False)
class Star(Node):
    """`target.*` or `target[*]`: all members."""

    target: Node


@dataclass(frozen=True, slots=True, eq=False)
class Call(Node):
    """`name(args)`, the name as GitHub's documentation spells it."""

    name: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Not(Node):
    """`!operand`."""

    operand: Node


@dataclass(frozen=True, slots=True, eq=False)
class Comparison(Node):
    """`left op right`."""

    op: Operator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, eq=False)
class And(Node):
    """`a && b && c`. An operand is never itself an `And`: GitHub flattens those, and so do we."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Or(Node):
    """`a || b || c`. An operand is never itself an `Or`."""

    operands: tuple[Node, ...]


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below `node`, in the text's order."""
    match node:
        case Property() | Star():
            return (node.target,)
        case Index():
            return (node.target, node.index)
        case Call():
            return node.args
        case Not():
            return (node.operand,)
        case Comparison():
            return (node.left, node.right)
        case And() | Or():
            return node.operands
    return ()


def walk(node: Node) -> Iterator[Node]:
    """`node` and all nodes below it, each before its children, in the text's order."""
    rest = [node]
    while rest:
        node = rest.pop()
        yield node
        rest.extend(reversed(children(node)))


def rebuilt(node: Node, instead: Mapping[Node, Node]) -> Node:
    """`node` with others in place of some nodes of its tree."""
    if node in instead:
        return instead[node]
    match node:
        case Property() | Star():
            return replace(node, target=rebuilt(node.target, instead))
        case Index():
            return replace(node, target=rebuilt(node.target, instead), index=rebuilt(node.index, instead))
        case Call():
            return replace(node, args=tuple(rebuilt(arg, instead) for arg in node.args))
        case Not():
            return replace(node, operand=rebuilt(node.operand, instead))
        case Comparison():
            return replace(node, left=rebuilt(node.left, instead), right=rebuilt(node.right, instead))
        case And() | Or():
            return replace(node, operands=tuple(rebuilt(each, instead) for each in node.operands))
    return node
