"""Operations on languages beside the package `greenery`, which builds whole automata over all of Unicode."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.trust.language import AnyCase, Both, Field, Language, Not, Pattern, Patterns, Wild, word
from auditor.trust.minted import Chars
from auditor.trust.search import OTHER, READABLE, Budget, Grammar, shortest

greenery = pytest.importorskip("greenery")


@dataclass(frozen=True)
class Twin:
    """One language, as ours and as theirs."""

    ours: Language
    theirs: greenery.Fsm
    text: str

    def __repr__(self) -> str:
        return self.text

    def __and__(self, other: Twin) -> Twin:
        return Twin(
            Both((self.ours, other.ours)), self.theirs & other.theirs, f"({self.text} & {other.text})"
        )

    def __invert__(self) -> Twin:
        return Twin(Not(self.ours), self.theirs.everythingbut(), f"~{self.text}")


@cache
def automaton(expression: str) -> greenery.Fsm:
    return greenery.parse(expression).to_fsm()


def expression_of(globs: list[str]) -> str:
    parts = {"*": ".*", "?": "."}
    return "|".join("".join(parts.get(char, char) for char in glob) for glob in globs) if globs else "[]"


def pattern_of(glob: str) -> Pattern:
    wild: dict[str, str | Wild] = {"*": Wild.RUN, "?": Wild.ONE}
    return tuple(wild.get(char, char) for char in glob)


def union(globs: list[str]) -> Twin:
    ours = Patterns(map(pattern_of, globs))
    return Twin(ours, automaton(expression_of(globs)), repr(globs))


def any_case(globs: list[str]) -> Twin:
    expression = expression_of(globs).replace("a", "[aA]").replace("b", "[bB]")
    return Twin(AnyCase(Patterns(map(pattern_of, globs))), automaton(expression), f"any case of {globs}")


def field(index: int, globs: list[str]) -> Twin:
    inner = automaton(expression_of(globs)) & automaton("[^:]*")
    before = automaton("([^:]*:)" * index)
    theirs = before.concatenate(inner, automaton("(:.*)?"))
    return Twin(Field(index, Patterns(map(pattern_of, globs))), theirs, f"field {index} of {globs}")


GLOBS = st.lists(st.text("ab:*?", max_size=5), max_size=3)
SIMPLE = GLOBS.map(union) | GLOBS.map(any_case) | st.builds(field, st.integers(0, 2), GLOBS)
LANGUAGES = st.recursive(
    SIMPLE,
    lambda inner: inner.map(lambda one: ~one) | st.builds(lambda one, other: one & other, inner, inner),
    max_leaves=4,
)
TEXTS = st.text("abAB:é", max_size=6)

EVERYTHING = (Grammar([(Chars(frozenset(READABLE) | {OTHER}, least=0),)]), automaton(".*"))
SUBJECTS = (
    Grammar([(word("a:"), Chars(frozenset("abxy"))), (word("ab"),), (word("b:"), Chars(frozenset("b:")))]),
    automaton("a:[abxy]+|ab|b:[b:]+"),
)
TEMPLATES = (
    Grammar([(word("a:"), Chars(frozenset("abxy"))), (word("bb"),)], joiner=":"),
    automaton("(a:[abxy]+|bb)(:(a:[abxy]+|bb))*"),
)


@given(LANGUAGES, TEXTS)
@settings(max_examples=150)
def test_membership(language: Twin, text: str) -> None:
    assert (text in language.ours) == language.theirs.accepts(text)


@given(LANGUAGES, st.sampled_from([EVERYTHING, SUBJECTS, TEMPLATES]))
@settings(max_examples=150)
def test_the_text_that_is_found_is_a_shortest_of_both(
    language: Twin, minted: tuple[Grammar, greenery.Fsm]
) -> None:
    grammar, theirs = minted
    both = language.theirs & theirs
    found = shortest(grammar, language.ours, Budget(100_000))
    assert (found is None) == both.empty()
    if found is not None:
        assert both.accepts(found)
        assert found in language.ours
        assert len(found) == len(next(both.strings([OTHER])))


@given(LANGUAGES, LANGUAGES)
@settings(max_examples=80)
def test_inclusion(one: Twin, other: Twin) -> None:
    outside = shortest(EVERYTHING[0], (one & ~other).ours, Budget(100_000))
    assert (outside is None) == one.theirs.issubset(other.theirs)


@given(LANGUAGES)
@settings(max_examples=80)
def test_nothing_is_in_a_language_and_in_its_complement(language: Twin) -> None:
    assert shortest(EVERYTHING[0], (language & ~language).ours, Budget(100_000)) is None
