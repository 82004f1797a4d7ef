"""The value of an expression that names no context: always the same."""

from __future__ import annotations

from auditor.languages.expression.functions import call
from auditor.languages.expression.syntax import Call, Literal, Node
from auditor.languages.expression.value import UNKNOWN, Value


def constant(node: Node) -> Value:
    """What literals, and functions of literals alone, evaluate to; else `UNKNOWN`."""
    match node:
        case Literal():
            return node.value
        case Call(args=args) if args:
            given = [constant(arg) for arg in args]
            return UNKNOWN if any(value is UNKNOWN for value in given) else call(node.name, given)
    return UNKNOWN
