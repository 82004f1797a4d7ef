"""What an expression mentions: contexts, which of them can flow into its value, and texts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.languages.expression.constant import constant
from auditor.languages.expression.syntax import (
    And,
    Call,
    Context,
    Index,
    Literal,
    Node,
    Or,
    Property,
    Star,
    children,
    walk,
)
from auditor.languages.expression.value import Value, text_of

STAR = "*"

_UPPER = re.compile("[A-Z]+")


@dataclass(frozen=True, slots=True)
class Reference:
    """A chain of names from a context, lower-cased, with its place.

    `"*"` stands for a star, and for an index that is computed.
    """

    path: tuple[str, ...]
    start: int
    end: int


def references(node: Node) -> tuple[Reference, ...]:
    """All references in `node`, in the text's order, each as long as it gets; those inside an index, too."""
    return tuple(_references(node))


def values(node: Node) -> tuple[Reference, ...]:
    """The references whose text can become (part of) the value of `node`.

    In `a && b` that is only `b`: where `a` is the value it is falsy and carries no text. Comparisons,
    tests and hashes carry none either, nor do the predicates of `case`, nor an index.
    """
    return tuple(_values(node))


def texts(node: Node) -> Iterator[str]:
    """The texts that `node` names, those of lists in `fromJSON('[...]')` included."""
    for part in walk(node):
        if isinstance(part, Literal) and isinstance(part.value, str):
            yield part.value
            if part.value.lstrip().startswith("["):
                yield from _listed(part.value)


def index_name(value: Value) -> str | None:
    """The name that an index stands for in a path, if it is a string or a number."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)) or value == STAR:
        return None
    # Letters outside ASCII stay, for lower and upper case aren't each other's inverse there.
    return _UPPER.sub(lambda match: match[0].lower(), text_of(value))


def _listed(text: str) -> Iterator[str]:
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        return
    yield from (item for item in items if isinstance(item, str))


def _references(node: Node) -> Iterator[Reference]:
    rest = [node]
    while rest:
        node = rest.pop()
        links, root = _chain(node)
        if isinstance(root, Context):
            yield Reference((root.name, *map(_name, links)), node.start, node.end)
            below: tuple[Node, ...] = ()
        else:
            below = (root,) if links else children(node)
        rest.extend(link.index for link in reversed(links) if isinstance(link, Index))
        rest.extend(reversed(below))


def _values(node: Node) -> Iterator[Reference]:
    rest = [node]
    while rest:
        node = rest.pop()
        links, root = _chain(node)
        if isinstance(root, Context):
            yield Reference((root.name, *map(_name, links)), node.start, node.end)
        else:
            rest.extend(reversed(_flowing(root)))


def _flowing(node: Node) -> tuple[Node, ...]:
    """The children of `node` that its value is made of."""
    match node:
        case And():
            return node.operands[-1:]
        case Or():
            return node.operands
        case Call(name="format" | "join" | "toJSON" | "fromJSON"):
            return node.args
        case Call(name="case"):
            return (*node.args[1::2], node.args[-1])
    return ()


def _chain(node: Node) -> tuple[list[Property | Index | Star], Node]:
    """The links of a chain from its root on, and the root."""
    links: list[Property | Index | Star] = []
    while isinstance(node, (Property, Index, Star)):
        links.append(node)
        node = node.target
    return links[::-1], node


def _name(link: Property | Index | Star) -> str:
    match link:
        case Property():
            return link.name
        case Index():
            return index_name(constant(link.index)) or STAR
    return STAR
