import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.source import Point, Runs, Source, Span

LINES = st.text(st.sampled_from("ab é😀\t\r\n\x85\u2028\x0c"), max_size=40)


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    source = Source.decode("w.yml", b"\xef\xbb\xbfon: push")
    assert (source.text, source.bom) == ("on: push", True)
    assert source.point(0) == Point(1, 1)
    assert not Source.decode("w.yml", b"on: push").bom


def test_what_is_not_utf_8_says_where() -> None:
    with pytest.raises(UnicodeDecodeError) as error:
        Source.decode("w.yml", b"on: p\xff")
    assert error.value.start == 5


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r"])
def test_lines_end_as_editors_end_them(break_: str) -> None:
    source = Source("w.yml", break_.join(["a", "", "b\u2028c\x85d\x0ce", ""]))
    assert [source.line(number) for number in range(6)] == ["", "a", "", "b\u2028c\x85d\x0ce", "", ""]
    assert len(source.line_starts) == 4


def test_columns_are_code_points() -> None:
    source = Source("w.yml", "x\n😀é\tb")
    assert source.span(5, 6) == Span(Point(2, 4), Point(2, 5))


def test_a_span_never_ends_before_it_starts() -> None:
    source = Source("w.yml", "abc")
    assert source.span(2, 1) == Span(Point(1, 3), Point(1, 3))
    assert source.point(3) == Point(1, 4)


@given(LINES)
def test_points_lie_where_their_lines_say(text: str) -> None:
    source = Source("w.yml", text)
    for offset, char in enumerate(text):
        point = source.point(offset)
        assert 1 <= point.line <= len(source.line_starts)
        if char not in "\r\n":
            assert source.line(point.line)[point.column - 1] == char
    points = [source.point(offset) for offset in range(len(text) + 1)]
    assert points == sorted(set(points))


def test_runs_answer_only_for_what_stands_as_it_is() -> None:
    runs = Runs([(0, 10, 3), (5, 20, 2)])
    assert runs.offsets(0, 3) == (10, 13)
    assert runs.offsets(1, 7) == (11, 22)
    assert runs.offsets(3, 5) is None
    assert runs.offsets(0, 4) is None
    assert runs.offsets(3, 3) == (13, 13)
    assert runs.offsets(4, 4) is None
    assert Runs([]).offsets(0, 0) is None


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(1, 3)), max_size=8), st.data())
def test_runs_agree_with_a_table(steps: list[tuple[int, int, int]], data: st.DataObject) -> None:
    table, runs, here, there = {}, [], 0, 100
    for gap, shift, length in steps:
        here, there = here + gap, there + shift
        runs.append((here, there, length))
        table.update({here + number: there + number for number in range(length)})
        here, there = here + length, there + length
    start = data.draw(st.integers(0, here + 1))
    end = data.draw(st.integers(start + 1, here + 2))
    known = start in table and end - 1 in table
    assert Runs(runs).offsets(start, end) == ((table[start], table[end - 1] + 1) if known else None)
