"""Which tests a script of JavaScript makes of its variables, and where their outcome is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from auditor.languages.anchors import is_anchored
from auditor.languages.reading import Test
from auditor.languages.time_limit import TimeLimit

if TYPE_CHECKING:
    from tree_sitter import Node

Span: TypeAlias = tuple[int, int]

MAX_PARTS = 200
"""Parts of one condition that are read."""

_LEAVES = frozenset({"return_statement", "throw_statement", "continue_statement", "break_statement"})
_EQUAL = frozenset({"==", "==="})
_UNEQUAL = frozenset({"!=", "!=="})


def tests_of(root: Node, text: str, time_limit: TimeLimit) -> Iterator[Test]:
    """Each comparison of a variable with a pattern or texts, with the spans where it matches."""
    waiting = [(root, root.end_byte)]
    while waiting:
        time_limit.tick()
        node, until = waiting.pop()
        inner = node.end_byte if node.type == "statement_block" else until
        if node.type == "if_statement":
            yield from _of_if(node, text, until)
        elif node.type == "ternary_expression":
            condition = node.child_by_field_name("condition")
            ways = node.child_by_field_name("consequence"), node.child_by_field_name("alternative")
            for way, succeeds in zip(ways, (True, False), strict=True):
                if condition is not None and way is not None:
                    yield from _known(condition, text, [(way.byte_range, succeeds)])
        waiting += [(child, inner) for child in node.named_children]


def _of_if(node: Node, text: str, until: int) -> Iterator[Test]:
    condition = node.child_by_field_name("condition")
    then, otherwise = node.child_by_field_name("consequence"), node.child_by_field_name("alternative")
    if condition is None or then is None:
        return
    spans = [(then.byte_range, True)]
    if otherwise is not None:
        spans.append((otherwise.byte_range, False))
    if _ends(then):
        spans.append(((node.end_byte, until), False))
    if otherwise is not None and _ends(otherwise):
        spans.append(((node.end_byte, until), True))
    yield from _known(condition, text, spans)


def _ends(node: Node) -> bool:
    """Whether the way ends in a statement, whatever happens there."""
    if node.type == "else_clause" and node.named_children:
        return _ends(node.named_children[0])
    if node.type in _LEAVES:
        return True
    last = node.named_children[-1:] if node.type == "statement_block" else []
    if any(each.type in _LEAVES for each in last):
        return True
    return any(b"process.exit" in (each.text or b"") for each in last)


def _known(condition: Node, text: str, spans: list[tuple[Span, bool]]) -> Iterator[Test]:
    """The tests of a condition; of `a && b` both are known where it holds."""
    waiting = [(condition, True, True)]
    read = 0
    while waiting and read < MAX_PARTS:
        read += 1
        node, if_true, positive = waiting.pop()
        named = node.named_children
        operator = node.child_by_field_name("operator")
        kind = text[operator.start_byte : operator.end_byte] if operator else ""
        if node.type == "parenthesized_expression" and named:
            waiting.append((named[0], if_true, positive))
        elif node.type == "unary_expression" and kind == "!" and named:
            waiting.append((named[-1], if_true, not positive))
        elif node.type == "binary_expression" and kind in ("&&", "||"):
            # In `a && b` each side is known where it holds, in `a || b` where it doesn't.
            sides = [each for name in ("left", "right") if (each := node.child_by_field_name(name))]
            holds = (kind == "&&") is positive
            part = [(span, succeeds) for span, succeeds in spans if succeeds is holds or not if_true]
            for side in sides:
                yield from _known_side(side, text, part, positive)
        else:
            yield from _of_part(node, text, _where(spans, positive))


def _known_side(node: Node, text: str, spans: list[tuple[Span, bool]], positive: bool) -> Iterator[Test]:
    flipped = spans if positive else [(span, not succeeds) for span, succeeds in spans]
    if spans and node.type != "binary_expression":
        yield from _known(node, text, flipped)
    elif spans:
        yield from _of_part(node, text, _where(flipped, True))


def _where(spans: list[tuple[Span, bool]], positive: bool) -> dict[bool, tuple[Span, ...]]:
    return {
        truth: tuple(span for span, succeeds in spans if succeeds is (truth is positive))
        for truth in (True, False)
    }


def _of_part(node: Node, text: str, where: dict[bool, tuple[Span, ...]]) -> Iterator[Test]:
    place = node.start_byte, node.end_byte
    if node.type == "call_expression":
        found = _of_call(node, text)
        if found is not None and where[True]:
            name, pattern, whole, literal = found
            yield Test(name, pattern, *place, whole=whole, literal=literal, holds=where[True])
    elif node.type == "binary_expression":
        operator = node.child_by_field_name("operator")
        kind = text[operator.start_byte : operator.end_byte] if operator else ""
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None or kind not in _EQUAL | _UNEQUAL:
            return
        if left.type == "string":
            left, right = right, left
        spans = where[kind in _EQUAL]
        if left.type in ("identifier", "member_expression") and right.type == "string" and spans:
            pattern = text[right.start_byte + 1 : right.end_byte - 1]
            yield Test(_name(left, text), pattern, *place, whole=True, literal=True, holds=spans)


def _of_call(node: Node, text: str) -> tuple[str, str, bool, bool] | None:
    """`/…/.test(x)`, `x.match(/…/)`, `['a', 'b'].includes(x)`: the variable, and the pattern."""
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is None or arguments is None or not arguments.named_children:
        return None
    target, named = function.child_by_field_name("object"), function.child_by_field_name("property")
    if target is None or named is None:
        return None
    method = text[named.start_byte : named.end_byte]
    argument = arguments.named_children[0]
    if method == "test" and target.type == "regex" and argument.type == "identifier":
        return _name(argument, text), *_regex(target, text), False
    if method == "match" and argument.type == "regex" and target.type == "identifier":
        return _name(target, text), *_regex(argument, text), False
    if method == "includes" and target.type == "array" and argument.type == "identifier":
        items = target.named_children
        if all(item.type == "string" for item in items):
            texts = (text[item.start_byte + 1 : item.end_byte - 1] for item in items)
            return _name(argument, text), "|".join(texts), True, True
    return None


def _regex(node: Node, text: str) -> tuple[str, bool]:
    """The pattern, and whether it decides about the whole text: with the flag `m` `$` is any line's end."""
    pattern = node.child_by_field_name("pattern")
    flags = node.child_by_field_name("flags")
    written = text[pattern.start_byte : pattern.end_byte] if pattern else ""
    several = flags is not None and "m" in text[flags.start_byte : flags.end_byte]
    return written, is_anchored(written) and not several


def _name(node: Node, text: str) -> str:
    return text[node.start_byte : node.end_byte]
