"""What an expression may still be where some of its alternatives are ruled out on a path."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.job.expressions import ExpressionInText
from auditor.facts.reach.entry_contexts import EntryContexts
from auditor.languages import expression
from auditor.languages.expression import truth

_MAX_DEPTH = 8
"""Alternatives within alternatives that are kept apart; people write two or three."""


def narrowed(part: ExpressionInText, contexts: EntryContexts) -> ExpressionInText:
    """`part` without the operands of `&&`, `||` and `case` that can't be its value; itself if all can."""
    found = tuple(_alternatives(part.node, contexts))
    if found == (part.node,):
        return part
    node: expression.Node = expression.Literal(part.node.start, part.node.start, None)
    if found:
        node = found[0] if len(found) == 1 else expression.Or(part.node.start, part.node.end, found)
    return ExpressionInText(part.scalar, node, part.start, part.end)


def texts(part: ExpressionInText) -> Iterator[str]:
    """What is written in the file of an expression that `narrowed` has reduced, or of any other."""
    nodes = part.node.operands if isinstance(part.node, expression.Or) else (part.node,)
    yield from (part.scalar.value[node.start : node.end] for node in nodes)


def _alternatives(
    node: expression.Node, contexts: EntryContexts, depth: int = 0
) -> Iterator[expression.Node]:
    """The nodes below one of which the value is, where it has a text at all."""
    if depth > _MAX_DEPTH:
        yield node
        return
    match node:
        case expression.And(operands=(*tests, last)):
            if all(truth(contexts.value(test)) is not False for test in tests):
                yield from _alternatives(last, contexts, depth + 1)
        case expression.Or(operands=operands):
            for operand in operands:
                holds = truth(contexts.value(operand))
                if holds is not False:
                    yield from _alternatives(operand, contexts, depth + 1)
                if holds:
                    return
        case expression.Call(args=args) if node.name.lower() == "case" and len(args) % 2:
            for test, value in zip(args[:-1:2], args[1::2], strict=True):
                holds = truth(contexts.value(test))
                if holds is not False:
                    yield from _alternatives(value, contexts, depth + 1)
                if holds:
                    return
            yield from _alternatives(args[-1], contexts, depth + 1)
        case _:
            yield node
