"""Regular expressions as languages, beside the naive matcher and Python's own."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.languages.re2 import parse
from auditor.trust.automata.regular import Regular, globs, is_found
from auditor.trust.automata.search import TooMuchError

ATOMS = st.sampled_from(["a", "b", "/", ".", "[ab]", "[^a]", r"\w", r"\.", "[a-c/]", "^", "$", "é", r"\s"])
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds("{}{}".format, inner, inner),
        st.builds("{}|{}".format, inner, inner),
        st.builds("(?:{}|{})".format, inner, inner),
        st.builds("({}){}".format, inner, st.sampled_from(["*", "+", "?", "{1,2}", "{0}", "{2,}", "*?"])),
        st.builds("(?i:{})".format, inner),
    ),
    max_leaves=8,
)
TEXTS = st.text("abAB/.é\n", max_size=6)


@given(EXPRESSIONS, TEXTS, st.booleans())
def test_three_readings_agree(expression: str, text: str, anchored: bool) -> None:
    tree = parse(expression)
    python = re.compile(expression.replace("$", r"\Z"), re.ASCII)
    expected = (python.fullmatch if anchored else python.search)(text) is not None
    assert (text in Regular(tree, anchored=anchored)) == expected
    assert is_found(tree, text, anchored=anchored) == expected


@pytest.mark.parametrize(
    ("expression", "anchored", "expected"),
    [
        ("^acme/.*$", False, ("acme/*",)),
        ("acme/", False, ("*acme/*",)),
        ("^(acme|octo)/[a-z]$", False, ("acme/?", "octo/?")),
        ("repo:acme/x", True, ("repo:acme/x",)),
    ],
)
def test_globs_tell_whom_an_expression_names(
    expression: str, anchored: bool, expected: tuple[str, ...]
) -> None:
    assert globs(parse(expression), anchored=anchored) == expected


@pytest.mark.parametrize("expression", ["(a*)*(b|a)*c$", "(a|aa)+$", "((a?){30}){30}b", "(x+x+)+y"])
def test_nothing_explodes(expression: str) -> None:
    before = time.process_time()
    tree = parse(expression)
    for text in ("a" * 200, "x" * 200):
        assert text not in Regular(tree, anchored=True) or expression == "(a|aa)+$"
        is_found(tree, text, anchored=True)
    assert time.process_time() - before < 2


def test_counts_within_counts_are_cut_off() -> None:
    with pytest.raises(TooMuchError):
        Regular(parse("((a{100}){100}){100}"))
