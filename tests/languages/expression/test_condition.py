"""What an `if:` means."""

from __future__ import annotations

import pytest

from auditor.languages.expression import (
    UNKNOWN,
    Call,
    Context,
    ExpressionError,
    Literal,
    Value,
    evaluate,
    holds,
    lookup_in,
    parse,
    parse_condition,
    truth,
)


@pytest.mark.parametrize("text", ["a.b == 'c'", " a.b == 'c'\n"])
def test_a_bare_expression(text: str) -> None:
    found = parse_condition(text, 7)
    assert repr(found.node) == repr(parse(text, 7))
    assert found.implicit_success
    assert not found.always_true_text


def test_one_island_that_is_the_whole() -> None:
    found = parse_condition("${{ a }}")
    assert repr(found.node) == repr(Context(4, 5, "a"))
    assert not found.always_true_text


@pytest.mark.parametrize(
    "text",
    ["${{ false }}\n", " ${{ false }}", "${{ false }} && x", "x${{ false }}", "${{ false }} ${{ '' }}"],
)
def test_text_round_an_island_is_always_true(text: str) -> None:
    found = parse_condition(text)
    assert found.always_true_text
    assert found.node
    assert truth(evaluate(found.node, lambda _: UNKNOWN)) is True


def test_islands_stay_where_they_are() -> None:
    text = "{${{ a }}}-${{ b.c }}"
    node = parse_condition(text, 50).node
    assert isinstance(node, Call)
    template, *islands = node.args
    assert repr(template) == repr(Literal(50, 71, "{{{0}}}-{1}"))
    assert [text[part.start - 50 : part.end - 50] for part in islands] == ["a", "b.c"]
    assert evaluate(node, lookup_in({"a": "x"})) is not UNKNOWN


def test_islands_side_by_side_may_be_empty() -> None:
    found = parse_condition("${{ a }}${{ b }}")
    assert found.node
    assert not found.always_true_text
    assert truth(evaluate(found.node, lookup_in({"a": "", "b": None}))) is False
    assert truth(evaluate(found.node, lookup_in({"a": "", "b": False}))) is True


def test_a_lone_string_is_the_conditions_text() -> None:
    assert repr(parse_condition("${{ 'false' }}").node) == repr(Literal(5, 10, False))
    assert repr(parse_condition("'false'").node) == repr(Literal(0, 7, "false"))
    assert parse_condition("${{ '' }}").node is None


@pytest.mark.parametrize(
    ("text", "implicit"),
    [
        ("", True),
        ("  ", True),
        ("a", True),
        ("success()", False),
        ("ALWAYS() && a", False),
        ("!cancelled()", False),
        ("contains(toJSON(failure()), a)", False),
        ("a[success()]", False),
        ("'success()'", True),
        ("x ${{ always() }}", False),
        ("x ${{ a }}", True),
    ],
)
def test_success_is_implied_where_no_status_function_is_called(text: str, implicit: bool) -> None:
    assert parse_condition(text).implicit_success is implicit


@pytest.mark.parametrize(
    ("text", "offset"), [("${{ a", 0), ("${{ }}", 3), ("x ${{ a b }}", 8), ("a = b", 2), ("a }}", 2)]
)
def test_errors(text: str, offset: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_condition(text, 10)
    assert caught.value.offset == 10 + offset


@pytest.mark.parametrize(
    ("text", "success", "expected"),
    [
        ("", True, True),
        ("", UNKNOWN, None),
        ("true", False, False),
        ("true", UNKNOWN, None),
        ("false", UNKNOWN, False),
        ("u", True, None),
        ("u", False, False),
        ("always()", False, True),
        ("success() || true", False, True),
        ("!success()", False, True),
    ],
)
def test_holds(text: str, success: Value, expected: bool | None) -> None:
    known = lookup_in({"success()": success, "always()": True})
    assert holds(parse_condition(text), known) is expected
