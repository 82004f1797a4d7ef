"""Texts are folded to the cells of a terminal, and then none of their lines acts."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from auditor.report.terminal import folded

HOSTILE = st.text(st.characters() | st.sampled_from(" :#[v\t\n\x1b\u202e日"), max_size=80) | st.lists(
    st.sampled_from(["::", "##[", "##vso[", "a", " ", "::stop-commands::x", "日本"]), max_size=40
).map("".join)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 8, ["one two", "three"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("", 3, [""]),
        ("abc::d", 3, ["ab", "c:", ":d"]),
        ("abcd ::e", 6, ["abcd", "\\::e"]),
        ("abcd ::ef gh", 4, ["abc", "d", "\\::e", "f", "gh"]),
        ("a\nb", 9, ["a\\nb"]),
    ],
)
def test_a_text_is_folded(text: str, width: int, lines: list[str]) -> None:
    assert [line.rstrip() for line in folded(text, width)] == lines


@given(HOSTILE, st.integers(2, 60))
@example("a" * 10 + "::stop-commands::x", 10)
@example("##" * 5 + "##[", 10)
def test_no_line_acts_or_runs_over(text: str, width: int) -> None:
    for line in folded(text, width):
        assert line.isprintable()
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
        assert "##vso[" not in line
        assert cell_len(line) <= width
