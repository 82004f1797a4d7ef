"""The syntax tree to blocks, attributes and expressions. Depth, time and the number of errors are bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from auditor.finding import Location, Problem, Stage
from auditor.languages.hcl import templates
from auditor.languages.hcl.grammar import syntax_tree
from auditor.languages.hcl.syntax import (
    ELEMENT,
    Attribute,
    AttributeAccess,
    Block,
    Body,
    Call,
    Conditional,
    Expression,
    For,
    Index,
    Items,
    Literal,
    Object,
    ObjectItem,
    Operation,
    Reference,
    Splat,
    Template,
    Text,
    Unreadable,
)
from auditor.languages.time_limit import CutOff, TimeLimit
from auditor.source import Source

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_DEPTH = 60
"""Levels of blocks and expressions within each other; the modules that we saw have about fifteen."""

MAX_ERRORS = 5
"""Errors of one file that are reported: what follows the first ones is often a consequence."""

_BEFORE, _BEHIND = "x = <<EOT\n", "\nEOT\n"
"""tree-sitter has no grammar of templates alone, so such a text gets to be the body of a heredoc."""

_LATER = ("resource", "data")
_SKIPPED = frozenset({"comment", ",", "(", ")", "tuple_start", "tuple_end", "object_start", "object_end"})
_Unescape = Callable[[str, int, int], tuple[str, list[templates.Run]]]


@dataclass(frozen=True, slots=True)
class HclFile:
    """One file. What couldn't be read of it is missing in `body`, and among the problems.

    What is wrong inside a resource is found, and added there, when the resource is first used.
    """

    source: Source
    body: Body
    problems: list[Problem]


def parse(source: Source) -> HclFile:
    """The blocks and attributes of a file. Never raises: what is wrong becomes a problem with its place."""
    reader = _HclReader(source)
    return HclFile(source, reader.read(), reader.problems)


def parse_template(source: Source) -> tuple[Expression, tuple[Problem, ...]]:
    """A whole text as a template: it stands for itself but for `${ }` and `%{ }`."""
    reader = _HclReader(source, _BEFORE, _BEHIND)
    value = reader.read().get("x")
    if reader.problems or not isinstance(value, Template):
        value = Unreadable(source, 0, len(source.text))
    return value, tuple(reader.problems)


class _TooDeepError(Exception):
    def __init__(self, at: int) -> None:
        super().__init__(f"nested deeper than {MAX_DEPTH} levels")
        self.at = at


class _HclReader:
    """Reads a text; `before` and `behind` stand round it for the grammar's sake alone."""

    def __init__(self, source: Source, before: str = "", behind: str = "") -> None:
        self.source = source
        self.problems: list[Problem] = []
        self._written = f"{before}{source.text}{behind}"
        self._shift = len(before)
        self._time_limit = TimeLimit("the file")
        self._depth = 0

    def read(self) -> Body:
        """All that could be read."""
        return self._guarded(self._file)

    def _file(self) -> Body:
        root = syntax_tree(self._written, self._time_limit).root_node
        if root.has_error:
            self._errors(root)
        return self._body(next((child for child in root.children if child.type == "body"), None))

    def _guarded(self, read: Callable[[], Body]) -> Body:
        self._time_limit, self._depth = TimeLimit("the file"), 0
        try:
            return read()
        except _TooDeepError as error:
            self._problem(str(error), error.at)
        except CutOff as error:
            self._problem(str(error), 0)
        return Body()

    def _problem(self, message: str, at: int) -> None:
        at = min(max(0, at - self._shift), len(self.source.text))
        place = Location(self.source.path, self.source.span(at, at))
        self.problems.append(Problem(Stage.PARSE, message, place))

    def _errors(self, root: Node) -> None:
        stack = [root]
        while stack and len(self.problems) < MAX_ERRORS:
            node = stack.pop()
            self._time_limit.tick()
            if node.is_missing:
                self._problem(f"not HCL: `{node.type}` is missing", node.start_byte)
            elif node.is_error:
                opener = self._unclosed(node)
                what = f"`{self._text(opener)}` is never closed" if opener else "a syntax error"
                self._problem(f"not HCL: {what}", (opener or node).start_byte)
            elif node.has_error:
                stack.extend(reversed(node.children))

    def _unclosed(self, error: Node) -> Node | None:
        """The innermost bracket or quote that an error leaves open."""
        openers: list[Node] = []
        for child in error.children:
            self._time_limit.tick()
            if child.type == "(" or child.type.endswith("_start"):
                openers.append(child)
            elif (child.type == ")" or child.type.endswith("_end")) and openers:
                openers.pop()
        return openers[-1] if openers else None

    def _body(self, node: Node | None) -> Body:
        attributes: list[Attribute] = []
        blocks: list[Block] = []
        for child in node.children if node else ():
            if child.type == "attribute" and (attribute := self._attribute(child)):
                attributes.append(attribute)
            elif child.type == "block" and (block := self._block(child)):
                blocks.append(block)
        return Body(tuple(attributes), tuple(blocks))

    def _attribute(self, node: Node) -> Attribute | None:
        children = node.children
        if len(children) < 3 or children[0].type != "identifier":
            return None
        value = self._expression(children[-1])
        return Attribute(*self._place(node), self._text(children[0]), value)

    def _block(self, node: Node) -> Block | None:
        kind, labels, body = "", [], Body()
        self._enter(node)
        for child in node.children:
            if child.type == "identifier" and not kind:
                kind = self._text(child)
            elif child.type == "identifier":
                labels.append(self._text(child))
            elif child.type == "string_lit":
                labels.append(self._text(child)[1:-1])
            elif child.type == "body":
                body = self._now_or_later(kind, child)
        self._depth -= 1
        return Block(*self._place(node), kind, tuple(labels), body) if kind else None

    def _now_or_later(self, kind: str, node: Node) -> Body:
        """Most resources of a module don't matter here, so their bodies are read on first use."""
        if kind in _LATER and self._depth == 1:
            return Body(later=lambda: self._guarded(lambda: self._body(node)))
        return self._body(node)

    def _enter(self, node: Node) -> None:
        self._time_limit.tick()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _TooDeepError(node.start_byte)

    def _place(self, node: Node) -> tuple[Source, int, int]:
        return self._span(node.start_byte, node.end_byte)

    def _span(self, start: int, end: int) -> tuple[Source, int, int]:
        return self.source, start - self._shift, end - self._shift

    def _text(self, node: Node) -> str:
        return self._written[node.start_byte : node.end_byte]

    def _expression(self, node: Node) -> Expression:
        if node.type not in ("expression", "operation"):
            reader = _READERS.get(node.type)
            return reader(self, node) if reader else Unreadable(*self._place(node))
        self._enter(node)
        try:
            return self._term([child for child in node.children if child.type not in _SKIPPED], node)
        finally:
            self._depth -= 1

    def _term(self, nodes: Sequence[Node], whole: Node) -> Expression:
        """A value and the accesses behind it: `a`, `.b`, `[0]`, `[*]` are neighbours in the tree."""
        if not nodes:
            return Unreadable(*self._place(whole))
        value = self._expression(nodes[0])
        for node in nodes[1:]:
            value = self._accessed(value, node)
        return value

    def _accessed(self, value: Expression, node: Node) -> Expression:
        self._time_limit.tick()
        place = self.source, value.start, node.end_byte - self._shift
        if node.type == "get_attr":
            return AttributeAccess(*place, value, self._text(node.children[-1]))
        if node.type == "index":
            return Index(*place, value, self._key(node.children[0]))
        if node.type == "splat":
            each: Expression = Reference(*self._span(node.start_byte, node.start_byte), ELEMENT)
            for child in node.children[0].children[1:]:
                each = self._accessed(each, child)
            return Splat(*place, value, each)
        return Unreadable(*place)

    def _key(self, node: Node) -> Expression:
        if node.type == "new_index" and len(node.children) == 3:
            return self._expression(node.children[1])
        place = self._place(node)
        return (
            Literal(*place, self._text(node).lstrip("."))
            if node.type == "legacy_index"
            else Unreadable(*place)
        )

    def _literal(self, node: Node) -> Expression:
        inner = node.children[0] if node.children else node
        if inner.type == "string_lit":
            return self._quoted(inner)
        return Literal(*self._place(node), None if inner.type == "null_lit" else self._text(node))

    def _reference(self, node: Node) -> Expression:
        return Reference(*self._place(node), self._text(node))

    def _inner(self, node: Node) -> Expression:
        """Of a node that stands round one other."""
        return self._expression(node.children[0]) if node.children else Unreadable(*self._place(node))

    def _call(self, node: Node) -> Expression:
        arguments: list[Expression] = []
        expands = False
        for child in node.children:
            for argument in child.children if child.type == "function_arguments" else ():
                expands = expands or argument.type == "ellipsis"
                if argument.type == "expression":
                    arguments.append(self._expression(argument))
        return Call(*self._place(node), self._text(node.children[0]), tuple(arguments), expands)

    def _conditional(self, node: Node) -> Expression:
        """`a ? b : c ? d : e` reads from the right; the grammar brackets it from the left."""
        rows: list[list[Node]] = []
        whole: Node | None = node
        while whole is not None:
            parts = [child for child in whole.children if child.type == "expression"]
            if len(parts) != 3:
                return Unreadable(*self._place(node))
            rows.append(parts)
            inner = parts[0].children
            whole = inner[0] if len(inner) == 1 and inner[0].type == "conditional" else None
        terms = [
            self._expression(each) for row in rows[::-1] for each in (row if row is rows[-1] else row[1:])
        ]
        made = terms[-1]
        for condition, then in zip(terms[-3::-2], terms[-2::-2], strict=False):
            made = Conditional(self.source, condition.start, made.end, condition, then, made)
        return made

    def _unary(self, node: Node) -> Expression:
        operator, *operand = node.children
        return Operation(*self._place(node), operator.type, (self._term(operand, node),))

    def _binary(self, node: Node) -> Expression:
        children = [child for child in node.children if child.type not in _SKIPPED]
        at = next((n for n, child in enumerate(children) if not child.is_named), None)
        if at is None:
            return Unreadable(*self._place(node))
        operands = (self._term(children[:at], node), self._term(children[at + 1 :], node))
        return Operation(*self._place(node), children[at].type, operands)

    def _tuple(self, node: Node) -> Expression:
        items = tuple(self._expression(child) for child in node.children if child.type == "expression")
        return Items(*self._place(node), items)

    def _object(self, node: Node) -> Expression:
        elements = [child for child in node.children if child.type == "object_elem"]
        entries = [entry for element in elements if (entry := self._entry(element))]
        return Object(*self._place(node), tuple(entries))

    def _entry(self, node: Node) -> ObjectItem | None:
        found = [child for child in node.children if child.type == "expression"]
        if len(found) != 2:
            return None
        key = self._expression(found[0])
        if isinstance(key, Reference) and not self._text(found[0]).startswith("("):
            key = Literal(key.source, key.start, key.end, key.name)
        return ObjectItem(*self._place(node), key, self._expression(found[1]))

    def _for(self, node: Node) -> Expression:
        intro = next((child for child in node.children if child.type == "for_intro"), None)
        values = [self._expression(child) for child in node.children if child.type == "expression"]
        collections = [child for child in intro.children if child.type == "expression"] if intro else []
        if intro is None or len(collections) != 1 or not 1 <= len(values) <= 2:
            return Unreadable(*self._place(node))
        names = tuple(self._text(child) for child in intro.children if child.type == "identifier")
        tests = [each for child in node.children if child.type == "for_cond" for each in child.children]
        return For(
            *self._place(node),
            names=names,
            collection=self._expression(collections[0]),
            key=values[0] if len(values) == 2 else None,
            value=values[-1],
            condition=next((self._expression(each) for each in tests if each.type == "expression"), None),
            groups=any(child.type == "ellipsis" for child in node.children),
        )

    def _quoted(self, node: Node) -> Expression:
        start = node.start_byte + 1
        end = max(start, node.end_byte - 1)
        return Template(*self._place(node), tuple(self._parts(node, start, end, templates.unquoted)))

    def _heredoc(self, node: Node) -> Expression:
        start, end, indent = templates.heredoc_body(self._written, node.start_byte, node.end_byte)
        literal = partial(templates.unescaped, indent=indent)
        return Template(*self._place(node), tuple(self._parts(node, start, end, literal)))

    def _parts(self, node: Node, start: int, end: int, literal: _Unescape) -> Iterator[Text | Expression]:
        """The texts between interpolations are taken from the source: the tree drops white space at ends."""
        strips = False
        for child in node.children:
            if child.type not in ("template_interpolation", "template_directive"):
                continue
            opening, closing = templates.strips(self._text(child))
            yield from self._stretch(start, child.start_byte, literal, strips, opening)
            inner = next((each for each in child.children if each.type == "expression"), None)
            known = inner is not None and child.type == "template_interpolation"
            yield self._expression(inner) if known and inner else Unreadable(*self._place(child))
            start, strips = child.end_byte, closing
        yield from self._stretch(start, end, literal, strips, False)

    def _stretch(
        self, start: int, end: int, literal: _Unescape, strips_left: bool, strips_right: bool
    ) -> Iterator[Text]:
        text = self._written
        if strips_left:
            start = end - len(text[start:end].lstrip())
        if strips_right:
            end = start + len(text[start:end].rstrip())
        if start < end:
            value, runs = literal(text, start, end)
            yield Text(value, tuple((at, place - self._shift, length) for at, place, length in runs))


_READERS: dict[str, Callable[[_HclReader, Node], Expression]] = {
    "literal_value": _HclReader._literal,
    "string_lit": _HclReader._quoted,
    "variable_expr": _HclReader._reference,
    "template_expr": _HclReader._inner,
    "collection_value": _HclReader._inner,
    "for_expr": _HclReader._inner,
    "quoted_template": _HclReader._quoted,
    "heredoc_template": _HclReader._heredoc,
    "function_call": _HclReader._call,
    "conditional": _HclReader._conditional,
    "unary_operation": _HclReader._unary,
    "binary_operation": _HclReader._binary,
    "tuple": _HclReader._tuple,
    "object": _HclReader._object,
    "for_tuple_expr": _HclReader._for,
    "for_object_expr": _HclReader._for,
}
