"""From text to a syntax tree, with two explicit stacks: no text can make it recurse.

Source: `ExpressionParser.cs` and `LexicalAnalyzer.cs` of actions/runner. GitHub's editor service
(`@actions/expressions`) is a little different; `tests/languages/expression/test_oracle.py` names how.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple, cast

from auditor.languages.expression.functions import SIGNATURES
from auditor.languages.expression.lexer import BLANKS, Token, parse_number, tokens, unquoted
from auditor.languages.expression.syntax import (
    MAX_DEPTH,
    MAX_LENGTH,
    And,
    Call,
    Comparison,
    Context,
    ExpressionError,
    Index,
    Literal,
    Node,
    Not,
    Operator,
    Or,
    Property,
    Star,
)

_BINDING = {"||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "!": 5}
"""How tightly each operator binds; an open bracket binds with 0."""

_CONSTANTS: dict[str, bool | float | None] = {
    "null": None,
    "true": True,
    "false": False,
    "NaN": math.nan,
    "Infinity": math.inf,
}


class _Operand(NamedTuple):
    """A finished node, with the parentheses round it in its span, and the depth of its tree."""

    node: Node
    start: int
    end: int
    depth: int


class _Pending(NamedTuple):
    """An operator or an open bracket that waits; `below` counts the operands that came before it."""

    symbol: str
    binding: int
    start: int
    below: int
    name: str = ""


def parse(text: str, offset: int = 0) -> Node:
    """The tree of one expression: an island's body, or a bare `if:`.

    `offset` is where `text` starts in the text round it; all places are shifted by it.
    Raises `ExpressionError` for what GitHub refuses: syntax, unknown functions, wrong numbers of
    arguments, more than `MAX_LENGTH` code units or `MAX_DEPTH` levels.
    """
    end = len(text.rstrip(BLANKS))
    start = len(text) - len(text.lstrip(BLANKS))
    if start >= end:
        raise ExpressionError("an expression is missing", offset)
    if _code_units(text[start:end]) > MAX_LENGTH:
        raise ExpressionError(f"the expression is longer than {MAX_LENGTH} characters", offset + start)
    return _Parser(offset).parse(text, start, end)


def _code_units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


class _Parser:
    """Shunting-yard: `expect` is what reads the next token, one of the methods named after what may come."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self.operands: list[_Operand] = []
        self.pending: list[_Pending] = []
        self.expect: Callable[[Token], None] = self.operand
        self.previous = ""
        self.indexable = False

    def parse(self, text: str, start: int, end: int) -> Node:
        for token in tokens(text, start, end):
            self.expect(token)
            self.previous = token.kind
        if self.expect != self.operator:
            raise ExpressionError("the expression ends too early", self.offset + end)
        self.reduce(1)
        if self.pending:
            raise ExpressionError("a bracket is not closed", self.pending[-1].start)
        return self.operands.pop().node

    def operand(self, token: Token) -> None:
        """At the start, and after an operator, a comma or an open bracket."""
        kind = token.kind
        if kind == "name":
            self.name(token)
        elif kind == "string":
            self.literal(token, unquoted(token.text))
        elif kind == "number":
            self.number(token)
        elif kind == "call":
            self.open(token, token.text)
        elif kind in ("(", "!"):
            self.open(token)
        elif kind == ")" and self.previous == "call":
            self.close_call(token)
        elif kind == "*" and self.previous == "[":
            self.expect = self.star_end
        else:
            raise self.unexpected(token)

    def operator(self, token: Token) -> None:
        """After an operand."""
        kind = token.kind
        if kind in _BINDING and kind != "!":
            self.binary(token)
        elif kind == "." and self.indexable:
            self.expect = self.property
        elif kind == "[" and self.indexable:
            self.open(token)
        elif kind == ")":
            self.close_parenthesis(token)
        elif kind == "]":
            self.close_index(token)
        elif kind == ",":
            self.separate(token)
        else:
            raise self.unexpected(token)

    def property(self, token: Token) -> None:
        """After a dot."""
        target = self.operands.pop()
        if token.kind == "name":
            self.push(
                Property(*self.span(target.start, token), target.node, token.text.lower()), target.depth + 1
            )
        elif token.kind == "*":
            self.push(Star(*self.span(target.start, token), target.node), target.depth + 1)
        else:
            raise self.unexpected(token)

    def star_end(self, token: Token) -> None:
        """After `[*`."""
        if token.kind != "]":
            raise self.unexpected(token)
        self.pending.pop()
        target = self.operands.pop()
        self.push(Star(*self.span(target.start, token), target.node), target.depth + 1)

    def name(self, token: Token) -> None:
        if token.text in _CONSTANTS:
            self.literal(token, _CONSTANTS[token.text])
        else:
            self.push(Context(*self.span(token.start + self.offset, token), token.text.lower()), 1)

    def number(self, token: Token) -> None:
        value = parse_number(token.text)
        if math.isnan(value):
            raise ExpressionError(f"{token.text!r} is not a number", token.start + self.offset)
        self.literal(token, value)

    def literal(self, token: Token, value: bool | float | str | None) -> None:
        self.push(Literal(*self.span(token.start + self.offset, token), value), 1)
        self.indexable = False

    def binary(self, token: Token) -> None:
        # A chain of && or || stays pending as a whole, so that it becomes one node.
        binding = _BINDING[token.kind]
        self.reduce(binding + 1 if binding <= 2 else binding)
        self.open(token)

    def open(self, token: Token, name: str = "") -> None:
        binding = _BINDING.get(token.kind, 0)
        self.pending.append(
            _Pending(token.kind, binding, token.start + self.offset, len(self.operands), name.lower())
        )
        self.expect = self.operand

    def separate(self, token: Token) -> None:
        self.reduce(1)
        if not self.pending or self.pending[-1].symbol != "call":
            raise self.unexpected(token)
        self.expect = self.operand

    def close_parenthesis(self, token: Token) -> None:
        self.reduce(1)
        symbol = self.pending[-1].symbol if self.pending else ""
        if symbol == "call":
            self.close_call(token)
        elif symbol == "(":
            start = self.pending.pop().start
            inner = self.operands.pop()
            self.operands.append(_Operand(inner.node, start, token.end + self.offset, inner.depth))
            self.indexable = True
        else:
            raise self.unexpected(token)

    def close_call(self, token: Token) -> None:
        opened = self.pending.pop()
        args = self.operands[opened.below :]
        del self.operands[opened.below :]
        signature = SIGNATURES.get(opened.name)
        if signature is None:
            raise ExpressionError(f"there is no function {opened.name!r}", opened.start)
        complaint = signature.complaint(len(args))
        if complaint:
            raise ExpressionError(f"{signature.name} takes {complaint}", opened.start)
        node = Call(*self.span(opened.start, token), signature.name, tuple(arg.node for arg in args))
        self.push(node, 1 + max((arg.depth for arg in args), default=0))

    def close_index(self, token: Token) -> None:
        self.reduce(1)
        if not self.pending or self.pending[-1].symbol != "[":
            raise self.unexpected(token)
        self.pending.pop()
        index, target = self.operands.pop(), self.operands.pop()
        node = Index(*self.span(target.start, token), target.node, index.node)
        self.push(node, 1 + max(target.depth, index.depth))

    def reduce(self, binding: int) -> None:
        """Build the nodes of all pending operators that bind at least as tightly as `binding`."""
        while self.pending and self.pending[-1].binding >= binding:
            symbol = self.pending[-1].symbol
            if symbol in ("&&", "||"):
                self.chain(symbol)
            elif symbol == "!":
                operand, start = self.operands.pop(), self.pending.pop().start
                self.push(Not(start, operand.end, operand.node), operand.depth + 1)
            else:
                self.pending.pop()
                right, left = self.operands.pop(), self.operands.pop()
                node = Comparison(left.start, right.end, cast("Operator", symbol), left.node, right.node)
                self.push(node, 1 + max(left.depth, right.depth))

    def chain(self, symbol: str) -> None:
        """Build one node of all the operands that `symbol` joins, those of a nested chain included."""
        first = len(self.operands) - 1
        while self.pending and self.pending[-1].symbol == symbol:
            self.pending.pop()
            first -= 1
        parts = self.operands[first:]
        del self.operands[first:]
        kind = And if symbol == "&&" else Or
        nodes: list[Node] = []
        for part in parts:
            nodes.extend(part.node.operands if isinstance(part.node, kind) else (part.node,))
        depth = max(part.depth if isinstance(part.node, kind) else part.depth + 1 for part in parts)
        self.push(kind(parts[0].start, parts[-1].end, tuple(nodes)), depth)

    def push(self, node: Node, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise ExpressionError(f"the expression is nested deeper than {MAX_DEPTH} levels", node.start)
        self.operands.append(_Operand(node, node.start, node.end, depth))
        self.expect = self.operator
        self.indexable = True

    def span(self, start: int, last: Token) -> tuple[int, int]:
        """From `start`, which is shifted already, to the end of `last`."""
        return start, last.end + self.offset

    def unexpected(self, token: Token) -> ExpressionError:
        return ExpressionError(f"unexpected {token.text!r}", token.start + self.offset)
