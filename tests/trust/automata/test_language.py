"""Automata beside the naive matchers that they must agree with."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.trust.automata.language import (
    EVERYTHING,
    NOTHING,
    AnyCase,
    Both,
    Complement,
    FieldOf,
    Language,
    Pattern,
    PatternSet,
    Wild,
    WithoutIds,
    word,
)

GLOBS = st.text("ab:*?", max_size=8)
TEXTS = st.text("abcAé:", max_size=8)


def pattern(glob: str) -> Pattern:
    wild: dict[str, str | Wild] = {"*": Wild.RUN, "?": Wild.ONE}
    return tuple(wild.get(char, char) for char in glob)


def matches(glob: str, text: str) -> bool:
    """By regular expressions; the globs of the tests are short."""
    parts = {"*": ".*", "?": "."}
    return re.fullmatch("".join(parts.get(char, re.escape(char)) for char in glob), text) is not None


@given(st.lists(GLOBS, max_size=4), TEXTS)
@settings(deadline=None)
def test_patterns_are_a_union_of_globs(globs: list[str], text: str) -> None:
    assert (text in PatternSet(map(pattern, globs))) == any(matches(glob, text) for glob in globs)


@given(GLOBS, GLOBS, TEXTS)
@settings(deadline=None)
def test_not_and_both(one: str, other: str, text: str) -> None:
    language = Both((PatternSet([pattern(one)]), Complement(PatternSet([pattern(other)]))))
    assert (text in language) == (matches(one, text) and not matches(other, text))


@given(GLOBS, TEXTS)
@settings(deadline=None)
def test_any_case(glob: str, text: str) -> None:
    assert (text in AnyCase(PatternSet([pattern(glob)]))) == matches(glob, text.replace("A", "a"))


@given(st.integers(0, 3), GLOBS, TEXTS)
@settings(deadline=None)
def test_field(index: int, glob: str, text: str) -> None:
    fields = text.split(":")
    expected = index < len(fields) and matches(glob, fields[index])
    assert (text in FieldOf(index, PatternSet([pattern(glob)]))) == expected


@given(GLOBS, TEXTS, st.text("abc", min_size=1, max_size=1))
@settings(max_examples=50, deadline=None)
def test_a_character_that_is_not_named_leads_where_all_such_lead(glob: str, text: str, char: str) -> None:
    language: Language = Complement(PatternSet([pattern(glob)]))
    state = language.start
    for step in text:
        state = language.step(state, step)
    if char not in language.characters(state):
        assert language.step(state, char) == language.step(state, "z")


@pytest.mark.parametrize(
    ("text", "inside"),
    [("acme@1/api@2", True), ("acme/api", True), ("acme@1/web@2", False), ("acme@api", False)],
)
def test_without_ids(text: str, inside: bool) -> None:
    assert (text in WithoutIds(word("acme/api"))) == inside


def test_ends() -> None:
    assert "" in EVERYTHING
    assert "" not in NOTHING
    assert "x" in Both(())
    assert "" in word("")
