"""Each fact is documented by the question that it answers."""

import inspect
from functools import cached_property

import pytest

from auditor.facts import Facts

QUESTION_WORDS = {"How", "What", "Where", "Which", "Who", "Whose"}
FACTS = {
    name: fact
    for name, fact in vars(Facts).items()
    if isinstance(fact, cached_property) and not name.startswith("_")
}


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_is_documented_by_its_question(name: str) -> None:
    first, *_ = inspect.cleandoc(FACTS[name].__doc__ or "").splitlines() or [""]
    assert first.partition(" ")[0] in QUESTION_WORDS
    assert first.endswith(".")


def test_no_two_facts_answer_one_question() -> None:
    assert len({fact.__doc__ for fact in FACTS.values()}) == len(FACTS) > 20
