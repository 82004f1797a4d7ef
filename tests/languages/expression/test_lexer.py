"""Where islands are, and which numbers there are."""

from __future__ import annotations

import math

import pytest

from auditor.languages.expression import ExpressionError, islands
from auditor.languages.expression.lexer import closed_islands, parse_number


def test_islands_with_their_places() -> None:
    text = "é ${{ a }}-${{b}}"
    first, second = islands(text)
    assert (first.start, first.end, first.body_start, first.body) == (2, 10, 5, " a ")
    assert text[second.start : second.end] == "${{b}}"
    assert text[second.body_start :].startswith(second.body)


@pytest.mark.parametrize(
    ("text", "bodies"),
    [
        ("", []),
        ("$ {{ a }}", []),
        ("${{}}", [""]),
        ("${{ '}}' }}", [" '}}' "]),
        ("${{ 'it''s }}' }} }}", [" 'it''s }}' "]),
        ("${{ a }}}", [" a "]),
        ("${{ a } }}", [" a } "]),
        ("${{ ${{ a }}", [" ${{ a "]),
        ("${{ '${{' }}", [" '${{' "]),
        ("${{ a\n}}", [" a\n"]),
    ],
)
def test_an_island_ends_at_the_first_braces_outside_a_string(text: str, bodies: list[str]) -> None:
    assert [island.body for island in islands(text)] == bodies


def test_closed_islands_are_those_before_one_that_is_not_closed() -> None:
    assert [island.body for island in closed_islands("${{a}} ${{b}} ${{ 'c }}")] == ["a", "b"]


@pytest.mark.parametrize("text", ["x ${{ a", "x ${{ a }", "x ${{ 'a }}", "x ${{ 'a' }'}}"])
def test_an_open_island_is_an_error(text: str) -> None:
    with pytest.raises(ExpressionError, match="not closed") as caught:
        islands(text)
    assert caught.value.offset == 2
    assert isinstance(caught.value, ValueError)


def test_a_megabyte_of_openings_is_read_once() -> None:
    assert len(islands("${{ a }}" * 130_000)) == 130_000
    with pytest.raises(ExpressionError):
        islands("${{ '" * 200_000)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", 0.0),
        (" \t\n\xa0", 0.0),
        (" 12 ", 12.0),
        ("-1.5e2", -150.0),
        ("+.5", 0.5),
        ("1.", 1.0),
        ("0x1F", 31.0),
        ("0xffffffff", -1.0),
        ("0o17", 15.0),
        ("0x000000000000000000007", 7.0),
        ("-Infinity", -math.inf),
        ("1e999", math.inf),
    ],
)
def test_numbers(text: str, value: float) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize(
    "text",
    ["a", "1a", ".", "+", "1e", "1_0", "0X1", "0x", "0o8", "-0x1", "0x100000000", "NaN", "\x1c1", "\u0661"],
)
def test_what_is_no_number(text: str) -> None:
    assert math.isnan(parse_number(text))
