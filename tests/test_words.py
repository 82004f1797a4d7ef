"""Texts for users call a person "they": an outsider may be anybody."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PLACES = [".github", "CONTRIBUTING.md", "README.md", "auditor", "docs", "fixtures", "rules"]
HE = re.compile(r"(?<![^\W_])(?:he|him|his|himself)(?![^\W_])", re.IGNORECASE)
"""An underscore ends a word, too: names of functions are texts for readers of the code."""


def texts(place: str) -> list[Path]:
    """The files of a place, without what Python compiled from them."""
    path = ROOT / place
    found = [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.is_file())
    return [each for each in found if each.suffix != ".pyc"]


def named_he(text: str) -> list[int]:
    """The lines, from 1 on, in which a person is "he"."""
    return [number for number, line in enumerate(text.splitlines(), 1) if HE.search(line)]


@pytest.mark.parametrize("place", PLACES)
def test_a_person_is_they(place: str) -> None:
    found = texts(place)
    assert found
    lines = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in found
        for number in named_he(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert lines == []


def test_the_words_are_found_whole_and_in_any_case() -> None:
    assert named_he("They start it.\nHe starts it.\n  with HIS text\nhimself\nsent to him, once\n") == [
        2,
        3,
        4,
        5,
    ]
    assert named_he("the history of this chimera\nwhether there is a heap\n") == []
    assert named_he("def _is_his_own():\n") == [1]
