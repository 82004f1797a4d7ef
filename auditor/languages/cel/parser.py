"""The tree of a CEL expression, by the grammar of google/cel-spec."""

from __future__ import annotations

from auditor.languages.cel.lexer import Token, tokens
from auditor.languages.cel.syntax import (
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_PARENTHESES,
    And,
    Call,
    CelError,
    Conditional,
    Field,
    Hole,
    Items,
    Literal,
    Name,
    Node,
    Not,
    Operation,
    Or,
    Other,
    TooDeepError,
    depth,
)

_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_BINARY = (("==", "!=", "<", "<=", ">", ">=", "in"), ("+", "-"), ("*", "/", "%"))
"""Operators that bind alike, the loosest first."""


def parse(text: str) -> Node:
    """The tree of `text`. Raises `CelError` for what is no CEL, `TooDeepError` for what isn't followed."""
    if len(text) > MAX_LENGTH:
        raise TooDeepError("it is too long")
    tree = _Parser(text).whole()
    if depth(tree) > MAX_DEPTH:
        raise TooDeepError("it is nested too deep")
    return tree


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = list(tokens(text))
        self._at = 0
        self._depth = 0

    def whole(self) -> Node:
        node = self._expression()
        self._expect("end")
        return node

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _accept(self, kind: str) -> bool:
        if self._next.kind != kind:
            return False
        self._take()
        return True

    def _expect(self, kind: str) -> Token:
        token = self._take()
        if token.kind != kind:
            raise CelError(_surprise(token, kind), token.start)
        return token

    def _expression(self) -> Node:
        self._depth += 1
        if self._depth > MAX_PARENTHESES:
            raise TooDeepError("it is nested too deep")
        node = self._either()
        if self._accept("?"):
            then = self._either()
            self._expect(":")
            otherwise = self._expression()
            node = Conditional(node.start, otherwise.end, node, then, otherwise)
        self._depth -= 1
        return node

    def _either(self) -> Node:
        parts = [self._all()]
        while self._accept("||"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Or(parts[0].start, parts[-1].end, tuple(parts))

    def _all(self) -> Node:
        parts = [self._binary(0)]
        while self._accept("&&"):
            parts.append(self._binary(0))
        return parts[0] if len(parts) == 1 else And(parts[0].start, parts[-1].end, tuple(parts))

    def _binary(self, level: int) -> Node:
        if level == len(_BINARY):
            return self._unary()
        node = self._binary(level + 1)
        while self._is_operator(self._next, _BINARY[level]):
            operator = self._take().text
            right = self._binary(level + 1)
            node = Operation(node.start, right.end, operator, node, right)
        return node

    def _is_operator(self, token: Token, wanted: tuple[str, ...]) -> bool:
        return token.kind in wanted or (token.kind == "name" and token.text == "in" and "in" in wanted)

    def _unary(self) -> Node:
        marks = []
        while self._next.kind in ("!", "-"):
            marks.append(self._take())
        node = self._member()
        if not marks:
            return node
        start, kinds = marks[0].start, {mark.kind for mark in marks}
        if kinds == {"!"}:
            return Not(start, node.end, node) if len(marks) % 2 else node
        if kinds == {"-"} and isinstance(node, Literal) and type(node.value) in (int, float):
            return Literal(start, node.end, -float(node.value or 0))
        return Other(start, node.end, (node,))

    def _member(self) -> Node:
        node = self._primary()
        while True:
            if self._accept("."):
                node = self._selected(node)
            elif self._accept("["):
                index = self._expression()
                end = self._expect("]").end
                if isinstance(index, Literal) and isinstance(index.value, str):
                    node = Field(node.start, end, node, index.value)
                else:
                    node = Other(node.start, end, (node, index))
            else:
                return node

    def _selected(self, node: Node) -> Node:
        if self._accept("?"):
            name = self._expect("name")
            return Other(node.start, name.end, (node,))
        name = self._expect("name")
        if self._accept("("):
            arguments, end = self._listed(")")
            return Call(node.start, end, node, name.text, arguments)
        return Field(node.start, name.end, node, name.text)

    def _primary(self) -> Node:
        token = self._take()
        if token.kind == "." and self._next.kind == "name":
            token = self._take()
        if token.kind == "name":
            return self._named(token)
        if token.kind == "string":
            return Literal(token.start, token.end, token.text)
        if token.kind == "number":
            return Literal(token.start, token.end, _number(token))
        if token.kind == "hole":
            return Hole(token.start, token.end)
        if token.kind == "bytes":
            return Other(token.start, token.end)
        if token.kind == "(":
            node = self._expression()
            self._expect(")")
            return node
        if token.kind == "[":
            items, end = self._listed("]")
            return Items(token.start, end, items)
        if token.kind == "{":
            return self._map(token)
        raise CelError(_surprise(token), token.start)

    def _named(self, token: Token) -> Node:
        if token.text in _CONSTANTS:
            return Literal(token.start, token.end, _CONSTANTS[token.text])
        if token.text == "in":
            raise CelError(_surprise(token), token.start)
        if self._accept("("):
            arguments, end = self._listed(")")
            return Call(token.start, end, None, token.text, arguments)
        return Name(token.start, token.end, token.text)

    def _listed(self, close: str) -> tuple[tuple[Node, ...], int]:
        """Expressions with commas between them, and where `close` ends. A list may end in a comma."""
        found: list[Node] = []
        while self._next.kind != close:
            found.append(self._expression())
            if not self._accept(","):
                break
        return tuple(found), self._expect(close).end

    def _map(self, opened: Token) -> Node:
        found: list[Node] = []
        while self._next.kind != "}":
            found.append(self._expression())
            self._expect(":")
            found.append(self._expression())
            if not self._accept(","):
                break
        return Other(opened.start, self._expect("}").end, tuple(found))


def _number(token: Token) -> int | float:
    text = token.text.rstrip("uU")
    if text.startswith("0x"):
        return int(text, 16)
    return int(text) if text.isdecimal() else float(text)


def _surprise(token: Token, wanted: str | None = None) -> str:
    found = "the end" if token.kind == "end" else f"`{token.text[:20]}`"
    return f"unexpected {found}" + (f", where `{wanted}` belongs" if wanted and wanted != "end" else "")
