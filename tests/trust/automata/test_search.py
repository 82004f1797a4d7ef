"""The shortest text of a grammar and a language."""

import itertools

import pytest

from auditor.trust.automata.language import EVERYTHING, NOTHING, Both, Complement, PatternSet, Wild, word
from auditor.trust.automata.search import OTHER, Grammar, StepBudget, TooMuchError, shortest
from auditor.trust.minting.subject_grammar import CharacterRun

LETTERS = CharacterRun(frozenset("abcx") | {OTHER})
NAMES = Grammar([(word("a:"), LETTERS)])


def budget() -> StepBudget:
    return StepBudget(10_000)


def test_shortest_with_readable_characters_first() -> None:
    assert shortest(NAMES, EVERYTHING, budget()) == "a:x"


def test_a_grammar_takes_what_its_shapes_take_one_behind_another() -> None:
    any_text = PatternSet([(Wild.RUN,)])
    bs = PatternSet([("b",), ("b", "b"), ()])
    grammar = Grammar([(word("ba"),), (any_text, any_text, word("c")), (bs, bs)])
    for text in map("".join, itertools.chain(*(itertools.product("abc", repeat=size) for size in range(6)))):
        state = grammar.start
        for char in text:
            state = grammar.step(state, char)
        wanted = text == "ba" or text.endswith("c") or (not text.strip("b") and len(text) <= 4)
        assert grammar.accepts(state) == wanted, text


def test_named_characters_are_tried() -> None:
    assert shortest(NAMES, PatternSet([(Wild.RUN, "b", Wild.ONE, "c")]), budget()) == "a:bxc"


def test_a_letter_outside_the_alphabet_is_found() -> None:
    assert shortest(NAMES, word("a:ü"), budget()) == "a:ü"
    assert shortest(NAMES, word("a:\ue000"), budget()) is None


def test_another_letter_stands_in_where_all_known_are_excluded() -> None:
    refused = Complement(
        PatternSet([(Wild.RUN, char, Wild.RUN) for char in f"bcx{OTHER}"] + [("a", ":", "a")])
    )
    found = shortest(Grammar([(word("a:"), CharacterRun(frozenset({OTHER})))]), refused, budget())
    assert found is not None
    assert found[2] not in f"abcx{OTHER}"


def test_none_where_nothing_is_in_both() -> None:
    assert shortest(NAMES, NOTHING, budget()) is None
    assert shortest(NAMES, PatternSet([("b", Wild.RUN)]), budget()) is None


def test_shapes_are_joined() -> None:
    pairs = Grammar([(word("k:"), LETTERS), (word("alone"),)], joiner=":")
    assert shortest(pairs, PatternSet([(*"alone:", Wild.RUN, *"alone")]), budget()) == "alone:alone"
    assert shortest(pairs, PatternSet([(Wild.RUN, *":k:b")]), budget()) == "k:x:k:b"


def test_the_budget_ends_a_search() -> None:
    with pytest.raises(TooMuchError):
        shortest(NAMES, Both((PatternSet([(Wild.RUN, "b", *[Wild.ONE] * 30, "d")]),)), budget())
