"""HCL text to blocks and expressions, each in its place."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auditor.languages.hcl import (
    AttributeAccess,
    Body,
    Call,
    Conditional,
    Expression,
    For,
    Index,
    Items,
    Literal,
    Object,
    Operation,
    Reference,
    Splat,
    Template,
    Text,
    Unreadable,
    parse,
    parse_template,
)
from auditor.source import Source


def body(text: str) -> Body:
    file = parse(Source("main.tf", text))
    assert not file.problems
    return file.body


def value(text: str) -> Expression:
    found = body(f"x = {text}\n").get("x")
    assert found is not None
    return found


def shown(expression: Expression) -> str:
    """An expression, fully bracketed."""
    match expression:
        case Literal(text=text):
            return str(text)
        case Template(parts=parts):
            inner = (part.text if isinstance(part, Text) else f"<{shown(part)}>" for part in parts)
            return f'"{"".join(inner)}"'
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            return f"({shown(condition)} ? {shown(then)} : {shown(otherwise)})"
        case Operation(operator=operator, operands=operands):
            return f"({operator} {' '.join(map(shown, operands))})"
        case Items(items=items):
            return f"[{', '.join(map(shown, items))}]"
        case Object(entries=entries):
            return f"{{{', '.join(f'{shown(entry.key)}={shown(entry.value)}' for entry in entries)}}}"
        case For() as loop:
            key = f"{shown(loop.key)} => " if loop.key else ""
            test = f" if {shown(loop.condition)}" if loop.condition else ""
            made = f"{key}{shown(loop.value)}{'...' if loop.groups else ''}{test}"
            return f"for {','.join(loop.names)} in {shown(loop.collection)}: {made}"
    return shown_traversal(expression)


def shown_traversal(expression: Expression) -> str:
    match expression:
        case Reference(name=name):
            return name
        case AttributeAccess(of=of, name=name):
            return f"{shown(of)}.{name}"
        case Index(of=of, key=key):
            return f"{shown(of)}[{shown(key)}]"
        case Splat(of=of, each=each):
            return f"{shown(of)}{{{shown(each)}}}"
        case Call(name=name, arguments=arguments, expands=expands):
            return f"{name}({', '.join(map(shown, arguments))}{'...' if expands else ''})"
    assert isinstance(expression, Unreadable)
    return "?"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.5", "1.5"),
        ("true", "true"),
        ("null", "None"),
        ('"plain"', '"plain"'),
        ('""', '""'),
        ('"${var.a}"', '"<var.a>"'),
        ('"a-${var.b[0].c}-${d}"', '"a-<var.b[0].c>-<d>"'),
        ('" ${a} "', '" <a> "'),
        ('"x ${~ a ~} y"', '"x<a>y"'),
        (r'"\\\n\tA\U0001F600$${a}%%{b}"', '"\\\n\tA\U0001f600${a}%{b}"'),
        (r'"\uD800"', '"\ufffd"'),
        ('"%{ if a }b%{ endif }c"', '"<?>c"'),
        ("a.b[*].c", "a.b{*.c}"),
        ("a.*.b", "a{*.b}"),
        ('a["k"].b.0', 'a["k"].b[0]'),
        ("(a).b", "a.b"),
        ("a == b.c && !d.e || f > -1", "(|| (&& (== a b.c) (! d.e)) (> f (- 1)))"),
        ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"),
        ("[a, [b], # c\n c,]", "[a, [b], c]"),
        ('{ a = 1, "b" : 2\n (c) = 3 }', '{a=1, "b"=2, c=3}'),
        ("merge(a, b...)", "merge(a, b...)"),
        ("provider::x::f(1)", "provider::x::f(1)"),
        ("f()", "f()"),
        ("[for k, v in a : v if v != null]", "for k,v in a: v if (!= v None)"),
        ("{for v in a : v.k => v...}", "for v in a: v.k => v..."),
    ],
)
def test_expressions(text: str, expected: str) -> None:
    assert shown(value(text)) == expected


def test_heredocs() -> None:
    assert shown(value("<<EOT\n  a\n  ${b}\\n$${c}\nEOT\n")) == '"  a\n  <b>\\n${c}\n"'
    assert shown(value("<<-EOT\n    a\n\n      ${b}\n   EOT\n")) == '"a\n\n  <b>\n"'
    assert shown(value("<<EOT\nEOT\n")) == '""'


def test_blocks() -> None:
    found = body('resource "a" "b" {\n  x {\n    y = 1\n  }\n}\nlocals { z = 2 }\nlone name {}\n')
    assert [(block.kind, block.labels) for block in found.blocks] == [
        ("resource", ("a", "b")),
        ("locals", ()),
        ("lone", ("name",)),
    ]
    inner = next(found.blocks[0].body.of_kind("x"))
    assert inner.body.get("y") is not None
    assert inner.location.span.start.line == 2


def test_places_count_characters_not_bytes() -> None:
    found = value('"é" # ü\ny = "ö${w}"')
    assert isinstance(found, Template)
    attribute = body('a = "é"\nb = ["ö", c.d]\n').attribute("b")
    assert attribute is not None
    assert attribute.written == 'b = ["ö", c.d]'
    assert isinstance(attribute.value, Items)
    assert attribute.value.items[1].written == "c.d"
    assert attribute.value.items[1].location.span.start.column == 11


@given(st.text(st.characters(codec="utf-8"), max_size=40), st.booleans())
@settings(max_examples=300, deadline=None)
def test_the_characters_of_a_text_are_where_its_runs_say(content: str, indented: bool) -> None:
    text = f"x = <<{'-' * indented}EOT\n{content}\nEOT\n"
    source = Source("main.tf", text)
    found = parse(source).body.get("x")
    for part in found.parts if isinstance(found, Template) else ():
        for start, place, length in part.runs if isinstance(part, Text) else ():
            assert part.text[start : start + length] == source.text[place : place + length]


def test_a_template_file() -> None:
    source = Source("trust.tpl", 'é {"sub": "${sub}", "x": "$${y}"}')
    found, problems = parse_template(source)
    assert not problems
    assert isinstance(found, Template)
    assert shown(found) == '"é {"sub": "<sub>", "x": "${y}"}\n"'
    assert [part.written for part in found.parts if not isinstance(part, Text)] == ["sub"]


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ('a = "x"\nb = [1\nc = 2\n', "not HCL", (3, 1)),
        ("a {\n  x = f({ y = [\n}\n", "not HCL: `[` is never closed", (2, 15)),
        ("resource {", "not HCL: `}` is missing", (1, 11)),
        ("x = " + "[" * 300 + "]" * 300, "nested deeper than 60 levels", (1, 65)),
        ("a {\n" * 200 + "}\n" * 200, "nested deeper than 60 levels", (61, 1)),
    ],
)
def test_what_is_wrong_is_a_problem_with_its_place(text: str, message: str, place: tuple[int, int]) -> None:
    (first, *_) = parse(Source("main.tf", text)).problems
    start = first.location.span.start
    assert message in first.message
    assert (start.line, start.column) == place


def test_what_stands_beside_an_error_is_still_read() -> None:
    file = parse(Source("main.tf", "b {\n  y = 2\n}\n\na {\n  x = [1\n}\n"))
    assert file.problems
    assert any(block.kind == "b" for block in file.body.blocks)


HOSTILE = {
    "brackets": "x = " + "[" * 300_000,
    "interpolations": 'x = "' + "${" * 300_000,
    "blocks": "a {" * 300_000,
    "heredocs": "x = <<A\n" * 100_000,
    "quotes": '"' * 1_000_000,
    "operators": "x = " + "a + " * 250_000 + "a",
    "accesses": "x = a" + ".b" * 400_000,
    "a megabyte of attributes": 'aa = "${b}"\n' * 80_000,
    "zero bytes": "\0" * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_bounded_time(name: str) -> None:
    start = time.thread_time()
    parse(Source("main.tf", HOSTILE[name]))
    assert time.thread_time() - start < 2.0


@given(st.text(st.sampled_from('ab=\n "{}[]()$%<-EOT.,:?*#/\\~é1'), max_size=60))
@example('x = "${')
@settings(max_examples=500, deadline=None)
def test_no_text_is_too_much(text: str) -> None:
    source = Source("main.tf", text)
    file = parse(source)
    for attribute in file.body.attributes:
        assert attribute.written.startswith(attribute.name)
    parse_template(source)
