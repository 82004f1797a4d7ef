"""What options of programs can do."""

import re

import pytest

from auditor.knowledge.programs.options import OPTIONS, Does, is_open, options_of


@pytest.mark.parametrize("words", OPTIONS, ids=" ".join)
def test_rows_are_well_formed(words):
    row = OPTIONS[words]
    assert row.source.where
    assert re.fullmatch(r"\d{4}-\d{2}(?:-\d{2})?", row.source.date)
    assert row.runs or row.writes or row.sends
    assert not set(row.runs) & set(row.writes)
    assert all(re.fullmatch(r"\S+", name) for name in (*row.runs, *row.writes, *row.sends))


@pytest.mark.parametrize(
    ("line", "does"),
    [
        ("git fetch origin X", Does.RUNS),
        ("git fetch origin -- X", None),
        ("git log X", Does.WRITES),
        ("git checkout X", Does.WRITES),
        ("git -c a=b X", Does.RUNS),
        ("tar xf X", Does.RUNS),
        ("curl X", Does.RUNS),
        ("find X -name y", Does.RUNS),
        ("find -- X", Does.RUNS),
        ("gh release download X", Does.WRITES),
        ("echo X", None),
    ],
)
def test_is_open(line, does):
    program, *words = line.split()
    assert is_open(program, tuple(None if word == "X" else word for word in words), words.index("X")) is does


def test_the_longest_name_counts():
    assert options_of("docker", ("run", None)) is OPTIONS["docker", "run"]
    assert options_of("docker", ("unheard",)) is OPTIONS[("docker",)]
