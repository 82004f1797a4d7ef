"""The vectors are those that codeql-action's own algorithm gives."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.report.scan.line_hash import WINDOW, line_hashes

REPEATED = [f"a7f2ff13bc495cf2:{n}" for n in range(1, 7)]
LAST = ["a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1", "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1"]
EMPTY = "c129715d7a2bc9a3:1"


@pytest.mark.parametrize(
    ("text", "hashes"),
    [
        ("", [EMPTY]),
        (
            " a\nb\n  \t\tc\n d",
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"],
        ),
        ("Lorem ipsum dolor sit amet.\n" * 10, [*REPEATED, *LAST, EMPTY]),
    ],
)
def test_vectors(text: str, hashes: list[str]) -> None:
    assert list(line_hashes(text)) == hashes


@pytest.mark.parametrize("line_break", ["\r\n", "\r"])
def test_line_breaks_are_one(line_break: str) -> None:
    text = " a\nb\n  \t\tc\n d\n"
    assert line_hashes(text.replace("\n", line_break)) == line_hashes(text)


def test_a_byte_order_mark_counts_for_the_first_line() -> None:
    plain, marked = line_hashes("a\n" + "b" * 200), line_hashes("\ufeffa\n" + "b" * 200)
    assert plain[0] != marked[0]
    assert plain[1] == marked[1]


def rolled(text: str) -> list[str]:
    """The same unit by unit, as the algorithm is described."""
    units: list[int] = []
    starts = [0]
    after_return = False
    for unit in memoryview(text.encode("utf-16-le", "surrogatepass")).cast("H").tolist():
        skipped = unit in (9, 32) or (unit == 10 and after_return)
        after_return = unit == 13
        if not skipped:
            units.append(10 if unit == 13 else unit)
            if units[-1] == 10:
                starts.append(len(units))
    units += [65535] + [0] * WINDOW
    hashes: list[str] = []
    for start in starts:
        value = 0
        for unit in units[start : start + WINDOW]:
            value = (37 * value + unit) % 2**64
        hashes.append(f"{value:x}:{1 + sum(known.split(':')[0] == f'{value:x}' for known in hashes)}")
    return hashes


@given(st.text(st.sampled_from("ab \t\r\n\ufeff\U0001f600\ud800é"), max_size=300))
@example("\r \n")
@example("a\r\r\n\n")
def test_agrees_with_the_description(text: str) -> None:
    assert list(line_hashes(text)) == rolled(text)


@pytest.mark.parametrize("line", ["\n", "    - run: make\n", "x"])
def test_a_megabyte_takes_no_longer_than_it_must(line: str) -> None:
    started = time.process_time()
    line_hashes(line * (1_000_000 // len(line)))
    assert time.process_time() - started < 5
