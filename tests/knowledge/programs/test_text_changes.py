"""What programs leave of a text."""

import re

import pytest

from auditor.knowledge.change import Change
from auditor.knowledge.programs.text_changes import TEXT_CHANGES, characters, text_change
from auditor.knowledge.programs.text_filters import CHANGES, WHOLE


def test_rows_are_well_formed():
    for name, row in TEXT_CHANGES.items():
        assert re.fullmatch(r"[a-z0-9_]+", name)
        assert re.fullmatch(r"\d{4}-\d{2}(?:-\d{2})?", row.source.date)


def test_the_older_table_says_the_same():
    assert set(CHANGES) <= set(TEXT_CHANGES)
    assert all(TEXT_CHANGES[name].change is Change.WHOLE for name in WHOLE)


@pytest.mark.parametrize(
    ("words", "change", "plain", "lines"),
    [
        (["tr", "-cd", "a-z0-9"], Change.PART, True, False),
        (["tr", "-dc", "[:alnum:]_-"], Change.PART, True, False),
        (["tr", "-cd", "[:alnum:]\\n"], Change.PART, True, True),
        (["tr", "-c", "-d", "a-z"], Change.PART, True, False),
        (["tr", "--complement", "--delete", "a-z"], Change.PART, True, False),
        (["tr", "-c", "a-z", "-"], Change.PART, True, False),
        (["tr", "-cs", "a-zA-Z0-9", "_"], Change.PART, True, False),
        (["tr", "-cd", "a-z$("], Change.PART, False, False),
        (["tr", "-cd", "[:print:]"], Change.PART, False, True),
        (["tr", "-cd", None], Change.PART, False, True),
        (["tr", "-d", "a-z"], Change.PART, False, True),
        (["tr", "A-Z", "a-z"], Change.PART, False, True),
        (["sed", "s/[^a-zA-Z0-9]//g"], Change.PART, True, True),
        (["sed", "-E", "s/[^a-z0-9]+/-/g"], Change.PART, True, True),
        (["sed", "s/[^a-z]//"], Change.PART, False, True),
        (["sed", "s/[^a-z;]//g"], Change.PART, False, True),
        (["sed", "-e", "s/[^a-z]//g", "-e", "s/a/;/"], Change.PART, False, True),
        (["sed", "s/[^a-z]/&/g"], Change.PART, False, True),
        (["grep", "-c", "x"], Change.COUNTED, False, True),
        (["grep", "x"], Change.PART, False, True),
        (["base64"], Change.ENCODED, False, True),
        (["base64", "-d"], Change.WHOLE, False, True),
        (["openssl", "dgst", "-sha256"], Change.COUNTED, False, True),
        (["sha256sum"], Change.COUNTED, False, True),
        (["wc", "-l"], Change.COUNTED, False, True),
        (["sort", "-u"], Change.WHOLE, False, True),
    ],
)
def test_text_change(words, change, plain, lines):
    found = text_change(words[0], tuple(words[1:]))
    assert (found.change, found.plain, found.lines) == (change, plain, lines)


def test_unknown_programs():
    assert text_change("unheard", ()) is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("a-c", "abc"),
        ("\\n", "\n"),
        ("a-", "a-"),
        ("-a", "-a"),
        ("c-a", None),
        ("[:unheard:]", None),
        ("a" * 300, None),
    ],
)
def test_characters(written, expected):
    assert characters(written) == (None if expected is None else frozenset(expected))
