"""Trees, their places, and what GitHub refuses."""

from __future__ import annotations

import math

import pytest

from auditor.languages.expression import (
    Call,
    Comparison,
    Context,
    ExpressionError,
    Index,
    Literal,
    Node,
    Property,
    Star,
    children,
    parse,
    walk,
)


def shape(node: Node) -> str:
    """A tree in brief, without places."""
    match node:
        case Literal():
            return repr(node.value)
        case Context():
            return node.name
        case Property():
            return f"{shape(node.target)}.{node.name}"
        case Index():
            return f"{shape(node.target)}[{shape(node.index)}]"
        case Star():
            return f"{shape(node.target)}.*"
        case Comparison():
            return f"({shape(node.left)} {node.op} {shape(node.right)})"
    name = node.name if isinstance(node, Call) else type(node).__name__
    return f"{name}({', '.join(map(shape, children(node)))})"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("null", "None"),
        ("true", "True"),
        ("1", "1.0"),
        ("'it''s'", '"it\'s"'),
        ("True", "true"),
        ("GitHub.Event_Name", "github.event_name"),
        ("a . b [ 'C' ] . *", "a.b['C'].*"),
        ("a[*].null", "a.*.null"),
        ("(a).b", "a.b"),
        ("FROMJSON(a).b[0]", "fromJSON(a).b[0.0]"),
        ("success ( )", "success()"),
        ("!a.b == c", "(Not(a.b) == c)"),
        ("1 < 2 == 3 > 4", "((1.0 < 2.0) == (3.0 > 4.0))"),
        ("1 == 2 == 3", "((1.0 == 2.0) == 3.0)"),
        ("a && b && c || d", "Or(And(a, b, c), d)"),
        ("a || b && c || d", "Or(a, And(b, c), d)"),
        ("a && (b && c)", "And(a, b, c)"),
        ("(a || b) && c", "And(Or(a, b), c)"),
        ("a && !b == c && d", "And(a, (Not(b) == c), d)"),
        ("a[b && c || d].e", "a[Or(And(b, c), d)].e"),
        ("format('{0}', a && b, c || d)", "format('{0}', And(a, b), Or(c, d))"),
        ("contains(a,(b))", "contains(a, b)"),
        ("-1.5e1", "-15.0"),
        (".5", "0.5"),
        ("-Infinity", "-inf"),
    ],
)
def test_trees(text: str, expected: str) -> None:
    assert shape(parse(text)) == expected


def test_constants_are_numbers_only_in_their_own_case() -> None:
    node = parse("NaN")
    assert isinstance(node, Literal)
    assert isinstance(node.value, float)
    assert math.isnan(node.value)
    assert shape(parse("nan")) == "nan"


def test_places_are_those_of_the_outer_text() -> None:
    text = "x: ${{ (a.b == 'c') && !d[0] }}"
    node = parse(text[6:-2], 6)
    assert [text[part.start : part.end] for part in walk(node)] == [
        "(a.b == 'c') && !d[0]",
        "a.b == 'c'",
        "a.b",
        "a",
        "'c'",
        "!d[0]",
        "d[0]",
        "d",
        "0",
    ]


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("", 0),
        ("  ", 0),
        ("a b", 2),
        ("a ==", 4),
        ("== a", 0),
        ("a = b", 2),
        ("a & b", 2),
        ('"a"', 0),
        ("'a", 0),
        ("'a'.b", 3),
        ("'a'[0]", 3),
        ("a.", 2),
        ("a.1", 1),
        ("a.'b'", 2),
        ("a.b()", 2),
        ("(a", 0),
        ("a)", 1),
        ("(a]", 2),
        ("a[1", 1),
        ("a[]", 2),
        ("a[1)", 3),
        ("a[*", 3),
        ("a[*.b]", 3),
        ("a, b", 1),
        ("(a, b)", 2),
        ("1 + 2", 2),
        ("1.2.3", 0),
        ("*", 0),
        ("a *", 2),
        ("a-b c", 4),
        ("a/b", 0),
        ("a\x1cb", 0),
        ("contains(a, b", 0),
        ("contains(a,)", 11),
        ("contains(,)", 9),
        ("x && nope(1)", 5),
        ("true()", 0),
    ],
)
def test_errors_with_their_place(text: str, offset: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert caught.value.offset == offset
    with pytest.raises(ExpressionError) as caught:
        parse(text, 100)
    assert caught.value.offset == 100 + offset


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("contains", (2,), (1, 3)),
        ("startsWith", (2,), (1, 3)),
        ("endsWith", (2,), (1, 3)),
        ("format", (1, 255), (0, 256)),
        ("join", (1, 2), (0, 3)),
        ("toJSON", (1,), (0, 2)),
        ("fromJSON", (1,), (0, 2)),
        ("hashFiles", (1, 255), (0, 256)),
        ("case", (3, 5, 255), (1, 2, 4)),
        ("success", (0, 2), ()),
        ("failure", (0, 2), ()),
        ("always", (0,), (1,)),
        ("cancelled", (0,), (1,)),
    ],
)
def test_numbers_of_arguments(name: str, right: tuple[int, ...], wrong: tuple[int, ...]) -> None:
    for count in right:
        node = parse(f"{name.upper()}({','.join('a' * count)})")
        assert isinstance(node, Call)
        assert (node.name, len(node.args)) == (name, count)
    for count in wrong:
        with pytest.raises(ExpressionError, match=f"{name} takes"):
            parse(f"{name}({','.join('a' * count)})")


@pytest.mark.parametrize(
    ("deepest", "too_deep"),
    [
        ("a" + ".b" * 49, "a" + ".b" * 50),
        ("a" + "[0]" * 49, "a" + "[0]" * 50),
        ("!" * 49 + "a", "!" * 50 + "a"),
        ("1" + " == 1" * 49, "1" + " == 1" * 50),
        ("toJSON(" * 49 + "a" + ")" * 49, "toJSON(" * 50 + "a" + ")" * 50),
        ("a[" * 49 + "a" + "]" * 49, "a[" * 50 + "a" + "]" * 50),
    ],
)
def test_fifty_levels(deepest: str, too_deep: str) -> None:
    parse(deepest)
    with pytest.raises(ExpressionError, match="deeper than 50"):
        parse(too_deep)


def test_chains_and_parentheses_are_no_levels() -> None:
    assert len(children(parse("a" + " && a" * 3000))) == 3001
    assert len(children(parse("a" + " && (a" * 2900 + ")" * 2900))) == 2901
    assert shape(parse("(" * 9000 + "a" + ")" * 9000)) == "a"


def test_each_change_between_and_and_or_is_a_level() -> None:
    def nested(levels: int) -> str:
        text = "a"
        for level in range(levels - 1):
            text = f"({text}) {'||' if level % 2 else '&&'} a"
        return text

    assert isinstance(parse(nested(50)), Node)
    with pytest.raises(ExpressionError, match="deeper than 50 levels"):
        parse(nested(51))


def test_the_longest_expression() -> None:
    text = "'" + "x" * 20_998 + "'"
    assert repr(parse(f"  {text}  ")) == repr(Literal(2, 21_002, "x" * 20_998))
    with pytest.raises(ExpressionError, match="longer"):
        parse(text + "'")
    with pytest.raises(ExpressionError, match="longer"):
        parse("'" + "😀" * 10_500 + "'")
