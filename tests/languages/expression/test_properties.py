"""What holds for all expressions."""

from __future__ import annotations

import contextlib
import math
import time
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.languages.expression import (
    UNKNOWN,
    And,
    Array,
    Call,
    Comparison,
    Context,
    ExpressionError,
    Index,
    Literal,
    Node,
    Not,
    ObjectValue,
    Or,
    Property,
    Star,
    Symbol,
    Unknown,
    Value,
    children,
    evaluate,
    islands,
    lookup_in,
    parse,
    parse_condition,
    references,
    truth,
    values,
    walk,
)
from auditor.languages.expression.syntax import Operator

OPERATORS: tuple[Operator, ...] = ("==", "!=", "<", "<=", ">", ">=")
NAME_LIST = ["a", "b", "c-d", "_e", "null1"]
NAMES = st.sampled_from(NAME_LIST)
WORDS = st.sampled_from(["", "x", "X", "xy", "1", "0x1", "it's", "[1]", '{"x": "y"}', "{0}", "{0}-{1}"])
TEXTS = WORDS | st.text(max_size=4)
LITERALS = st.none() | st.booleans() | TEXTS | st.floats(allow_nan=False, min_value=0).map(abs)


def _calls(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    def call(name: str, least: int, most: int) -> st.SearchStrategy[Node]:
        return st.lists(inner, min_size=least, max_size=most).map(lambda args: Call(0, 0, name, tuple(args)))

    pair = st.sampled_from(["contains", "startsWith", "endsWith"]).flatmap(lambda name: call(name, 2, 2))
    single = st.sampled_from(["toJSON", "fromJSON"]).flatmap(lambda name: call(name, 1, 1))
    several = st.sampled_from(["format", "join", "hashFiles"]).flatmap(lambda name: call(name, 1, 2))
    return pair | single | several | call("case", 3, 3) | call("success", 0, 0)


def _larger(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    chained = inner.filter(lambda node: not isinstance(node, Literal))
    return st.one_of(
        st.builds(lambda target, name: Property(0, 0, target, name), chained, NAMES),
        st.builds(lambda target, index: Index(0, 0, target, index), chained, inner),
        st.builds(lambda target: Star(0, 0, target), chained),
        st.builds(lambda operand: Not(0, 0, operand), inner),
        st.builds(lambda op, a, b: Comparison(0, 0, op, a, b), st.sampled_from(OPERATORS), inner, inner),
        _joined(And, inner),
        _joined(Or, inner),
        _calls(inner),
    )


def _joined(kind: type[And | Or], inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    operands = st.lists(inner.filter(lambda node: not isinstance(node, kind)), min_size=2, max_size=3)
    return operands.map(lambda nodes: kind(0, 0, tuple(nodes)))


NODES = st.recursive(
    st.builds(lambda value: Literal(0, 0, value), LITERALS)
    | st.builds(lambda name: Context(0, 0, name), NAMES),
    _larger,
    max_leaves=12,
)


@dataclass
class Renderer:
    """Writes a tree as text, and gives the same tree back with the places it wrote."""

    blank: str
    text: str = ""

    def put(self, text: str) -> None:
        self.text += text + self.blank

    def operand(self, node: Node) -> tuple[Node, int, int]:
        """Writes a node with parentheses round it, unless it is one word."""
        start = len(self.text)
        bare = isinstance(node, (Literal, Context, Property, Index, Star, Call))
        if not bare:
            self.put("(")
        written, inner_start, inner_end = self.node(node)
        if bare:
            return written, inner_start, inner_end
        self.text += ")"
        return written, start, len(self.text)

    def node(self, node: Node) -> tuple[Node, int, int]:
        written = self.write(node)
        return written, written.start, written.end

    def write(self, node: Node) -> Node:
        start = len(self.text)
        match node:
            case Literal():
                self.text += _literal(node.value)
                return Literal(start, len(self.text), node.value)
            case Context():
                self.text += node.name.upper()
                return Context(start, len(self.text), node.name)
            case Property() | Index() | Star():
                return self.link(node)
            case Call():
                return self.call(node)
            case Not():
                self.put("!")
                operand, _, end = self.operand(node.operand)
                return Not(start, end, operand)
            case Comparison():
                left, start, _ = self.operand(node.left)
                self.put(self.blank + node.op)
                right, _, end = self.operand(node.right)
                return Comparison(start, end, node.op, left, right)
        assert isinstance(node, (And, Or))
        parts = []
        for position, part in enumerate(node.operands):
            if position:
                self.put(self.blank + ("&&" if isinstance(node, And) else "||"))
            parts.append(self.operand(part))
        return type(node)(parts[0][1], parts[-1][2], tuple(part[0] for part in parts))

    def link(self, node: Property | Index | Star) -> Node:
        target, start, _ = self.operand(node.target)
        if isinstance(node, Property):
            self.put(self.blank + ".")
            self.text += node.name
            return Property(start, len(self.text), target, node.name)
        if isinstance(node, Star):
            self.text += ".*"
            return Star(start, len(self.text), target)
        self.put(self.blank + "[")
        index, _, _ = self.operand(node.index)
        self.text += "]"
        return Index(start, len(self.text), target, index)

    def call(self, node: Call) -> Node:
        start, args = len(self.text), []
        self.put(node.name + self.blank + "(")
        for position, arg in enumerate(node.args):
            if position:
                self.put(",")
            args.append(self.operand(arg)[0])
        self.text += self.blank + ")"
        return Call(start, len(self.text), node.name, tuple(args))


def _literal(value: bool | float | str | None) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return "Infinity" if math.isinf(value) else repr(value)


@given(NODES, st.sampled_from(["", " ", "\n\t"]))
def test_a_rendered_tree_parses_back_with_its_places(node: Node, blank: str) -> None:
    renderer = Renderer(blank)
    expected = renderer.write(node)
    try:
        parsed = parse(renderer.text)
    except ExpressionError as error:
        assert "deeper" in error.message  # noqa: PT017 - small trees of long chains may be too deep
        return
    assert repr(parsed) == repr(expected)


PLAIN = st.none() | st.booleans() | st.sampled_from([0, 1, math.nan]) | WORDS
LEAVES = st.builds(
    lambda value: Literal(0, 0, value), WORDS | st.sampled_from([None, True, 1.0])
) | st.builds(lambda name: Context(0, 0, name), NAMES)
PAIRS = st.builds(
    lambda name, a, b: Call(0, 0, name, (a, b)) if name.isalpha() else Comparison(0, 0, name, a, b),
    st.sampled_from(["contains", "startsWith", "endsWith", "==", "!="]),
    LEAVES,
    LEAVES,
)
SMALL_NODES = PAIRS | _larger(LEAVES) | _larger(PAIRS)
"""Few words, so that values are often equal, and little that hides a wrong answer."""

CONCRETE: st.SearchStrategy[Value] = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: Array(tuple(items)))
        | st.dictionaries(NAMES, inner, max_size=3).map(ObjectValue)
    ),
    max_leaves=5,
)


def _contradict(partial: Value, whole: Value) -> bool:
    """Whether what was concluded from less differs from what is so."""
    known = truth(partial)
    if isinstance(whole, Unknown):
        # A hash, or a run that fails and so has no value.
        return known is not None and truth(whole) not in (known, None)
    if known is not None and truth(whole) is not known:
        return True
    if isinstance(partial, (Unknown, Symbol)):
        return isinstance(partial, Symbol) and not isinstance(whole, str)
    if isinstance(partial, Array) and isinstance(whole, Array):
        pairs = zip(partial.items, whole.items, strict=False)
        return len(partial.items) != len(whole.items) or any(_contradict(a, b) for a, b in pairs)
    if isinstance(partial, ObjectValue) and isinstance(whole, ObjectValue):
        return any(_contradict(item, whole.get(key)) for key, item in partial.items())
    if isinstance(partial, str) and isinstance(whole, str):
        return partial != whole
    return type(partial) is not type(whole) or not (partial == whole or partial != partial)


@settings(max_examples=400)
@given(NODES | SMALL_NODES, st.fixed_dictionaries(dict.fromkeys(NAME_LIST, CONCRETE)), st.data())
def test_less_knowledge_never_contradicts_more(
    node: Node, whole: dict[str, Value], data: st.DataObject
) -> None:
    less = {name: _less_known(value, name, data) for name, value in whole.items()}
    known = evaluate(node, lookup_in(whole))
    concluded = evaluate(node, lookup_in(less))
    assert not _contradict(concluded, known), (concluded, known, less)


def _less_known(value: Value, name: str, data: st.DataObject) -> Value:
    """What someone might know who knows less than `value`, or no less."""
    forgotten: list[Value] = [UNKNOWN, Unknown.TRUTHY if truth(value) else Unknown.FALSY]
    if isinstance(value, str) and value:
        never = frozenset({"never", "1x"} - {value.lower()})
        forgotten += [Symbol(name, never=never), Symbol(name, among=frozenset({value, "other", "2"}))]
    choice = data.draw(st.integers(0, len(forgotten) + 1), label=name)
    if choice < len(forgotten):
        return forgotten[choice]
    if isinstance(value, Array):
        return Array(
            tuple(_less_known(item, f"{name}.{place}", data) for place, item in enumerate(value.items))
        )
    if isinstance(value, ObjectValue):
        return ObjectValue({key: _less_known(item, f"{name}.{key}", data) for key, item in value.items()})
    return value


@given(
    st.text(alphabet=st.sampled_from(list("ab.*[](),'!=&|<>01xe-+$ {}\n\"é")) | st.characters(), max_size=60)
)
def test_any_text_is_parsed_or_refused(text: str) -> None:
    with contextlib.suppress(ExpressionError):
        found = parse(text, 3)
        assert all(3 <= part.start < part.end <= 3 + len(text) for part in walk(found))
        assert set(values(found)) <= set(references(found))
        evaluate(found, lambda _: UNKNOWN)
    with contextlib.suppress(ExpressionError):
        for island in islands(text):
            assert text[island.body_start :].startswith(island.body)
    with contextlib.suppress(ExpressionError):
        parse_condition(text)


@given(NODES)
def test_children_lie_inside_their_parents_in_order(node: Node) -> None:
    renderer = Renderer(" ")
    for part in walk(renderer.write(node)):
        places = [place for child in children(part) for place in (child.start, child.end)]
        assert [part.start, *places, part.end] == sorted([part.start, *places, part.end])


@given(
    st.sampled_from(
        [
            "(",
            "[",
            "a[",
            "!",
            "a.",
            "'",
            "a&&",
            "a&&(",
            "contains(",
            "format(a,",
            "a==",
            "''",
            "${{",
            "}}",
            "1",
            " ",
        ]
    )
)
def test_hostile_repetition_is_quick(piece: str) -> None:
    started = time.process_time()
    for text in (piece * 21_000, (piece * 21_000)[:20_000], "a" + piece * 6_000):
        with contextlib.suppress(ExpressionError):
            parse_condition(text)
    assert time.process_time() - started < 2
