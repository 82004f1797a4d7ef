"""What RE2 reads, refuses, and what isn't followed of it."""

import pytest

from auditor.languages.re2 import MAX_DEPTH, MAX_LENGTH, Chars, RegexError, RegexTooHardError, parse


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("a(b", 1),
        ("a)b", 1),
        ("[a", 0),
        ("[b-a]", 1),
        ("*a", 0),
        ("a**", 3),
        ("a{3,2}", 1),
        ("a{1001}", 1),
        (r"\1", 0),
        (r"\y", 0),
        ("\\", 0),
        ("(?=a)", 0),
        ("(?<!a)b", 0),
        (r"\x{110000}", 0),
    ],
)
def test_what_re2_refuses_has_its_place(text: str, offset: int) -> None:
    with pytest.raises(RegexError) as refused:
        parse(text)
    assert refused.value.offset == offset


@pytest.mark.parametrize(
    "text",
    [
        r"a\b",
        r"\pL",
        "(?m)^a$",
        "[\\x{0}-\\x{ffff}]",
        "(" * (MAX_DEPTH + 1) + ")" * (MAX_DEPTH + 1),
        "a" * 5000,
    ],
)
def test_what_is_not_followed_is_no_mistake(text: str) -> None:
    assert len(text) > MAX_LENGTH or len(text) < 100
    with pytest.raises(RegexTooHardError):
        parse(text)


def test_classes_are_sets() -> None:
    assert parse(r"[\d_]") == Chars(frozenset("0123456789_"))
    assert parse("[^a-c]") == Chars(frozenset("abc"), negated=True)
    assert parse(r"[^\D]") == Chars(frozenset("0123456789"))
    assert parse("[]a]") == Chars(frozenset("]a"))
    assert parse("[a-]") == Chars(frozenset("a-"))
    assert parse("(?i)[[:alpha:]]") == parse("[a-zA-Z]")
