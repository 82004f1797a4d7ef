"""CEL: what is read, what is refused and where, and what is nested too deep."""

import time

import pytest

from auditor.languages import cel


def shown(node: cel.Node) -> object:
    """The tree without places."""
    match node:
        case cel.Literal(value=value):
            return repr(value)
        case cel.Name(name=name):
            return name
        case cel.Field(of=of, name=name):
            return f"{shown(of)}.{name}"
        case cel.Not(of=of):
            return ("!", shown(of))
        case cel.And(parts=parts):
            return ("&&", *map(shown, parts))
        case cel.Or(parts=parts):
            return ("||", *map(shown, parts))
        case cel.Operation(operator=operator, left=left, right=right):
            return (operator, shown(left), shown(right))
        case cel.Conditional(test=test, then=then, otherwise=otherwise):
            return ("?", shown(test), shown(then), shown(otherwise))
        case cel.Call(on=on, name=name, arguments=arguments):
            return (f"{shown(on)}.{name}()" if on else f"{name}()", *map(shown, arguments))
        case cel.Items(items=items):
            return [*map(shown, items)]
        case cel.Hole():
            return "hole"
        case _:
            return "other"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a && b || !c", ("||", ("&&", "a", "b"), ("!", "c"))),
        ("assertion.sub == 'x'", ("==", "assertion.sub", "'x'")),
        ("assertion['sub'] in [\"x\", 'y',]", ("in", "assertion.sub", ["'x'", "'y'"])),
        ("a.matches(r'^\\d')", ("a.matches()", r"'^\\d'")),
        ("'\\x41\\n\\u00e9\\101'", r"'A\néA'"),
        ("'''it's'''", '"it\'s"'),
        ("has(a.b)", ("has()", "a.b")),
        ("a ? b : c ? d : e", ("?", "a", "b", ("?", "c", "d", "e"))),
        ("'a' + b + 'c' == d", ("==", ("+", ("+", "'a'", "b"), "'c'"), "d")),
        ("!!a", "a"),
        ("-1 < 0x10", ("<", "-1.0", "16")),
        ("1.5e3", "1500.0"),
        ("{'a': 1}['a']", "other.a"),
        ("a[0]", "other"),
        ("b'x'", "other"),
        ("a // the rest is a comment", "a"),
        (".a", "a"),
        ("\ue000 && true", ("&&", "hole", "True")),
        ("a in \ue000", ("in", "a", "hole")),
    ],
)
def test_trees(text: str, expected: object) -> None:
    assert shown(cel.parse(text)) == expected


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("a = b", 2),
        ("a == 'b", 5),
        ("(a", 2),
        ("a b", 2),
        ("a &&", 4),
        ("", 0),
        ("'\\q'", 1),
        ("'\\U0011ffff'", 1),
        ("a.(b)", 2),
        ("a == “b”", 5),
        ("[a b]", 3),
    ],
)
def test_what_is_no_cel_has_its_place(text: str, offset: int) -> None:
    with pytest.raises(cel.CelError) as refused:
        cel.parse(text)
    assert refused.value.offset == offset


@pytest.mark.parametrize(
    "text", ["(" * 4000, "[" * 4000, "a?b:" * 900 + "c", "a" + ".b" * 2000, "a" + "+b" * 2000]
)
def test_depth_is_bounded(text: str) -> None:
    before = time.process_time()
    with pytest.raises(cel.TooDeepError):
        cel.parse(text)
    assert time.process_time() - before < 1
