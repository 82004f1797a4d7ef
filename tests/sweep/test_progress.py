"""How far a sweep is, is told at a rhythm that suits who reads it, and nothing hostile is obeyed."""

import io
from collections.abc import Callable

import pytest
from rich.console import Console

from auditor.cli.progress import Bars
from auditor.sweep.progress import Lines, Progress, Silence, counted, duration

HOSTILE = "acme/\x1b[2Jx\u202e [red]y[/red]\n::error::z"


class Clock:
    """A clock that is set by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def _lines() -> tuple[Lines, list[str], Clock]:
    clock, written = Clock(), list[str]()
    return Lines(written.append, clock=clock), written, clock


def test_lines_at_the_start_of_stages_every_ten_seconds_and_at_the_end() -> None:
    lines, written, clock = _lines()
    lines.stage("listed")
    for _ in range(100):
        lines.advance(10)
    clock.now += 9.9
    lines.advance(50)
    assert written == ["ci-audit: listed"]
    clock.now += 0.2
    lines.advance(50)
    assert written[1:] == ["ci-audit: listed 1,100"]
    lines.stage("listed", 1_100)  # the same stage: nothing new for a reader
    lines.stage("scanned", 1_100)
    assert written[2:] == ["ci-audit: listed 1,100 of 1,100, scanned 0 of 1,100"]
    lines.advance(7)
    lines.advance(3, "scanned")
    lines.close()
    lines.close()
    assert written[3:] == ["ci-audit: listed 1,100 of 1,100, scanned 10 of 1,100"]


def test_many_advances_write_few_lines() -> None:
    lines, written, clock = _lines()
    lines.stage("scanned", 10_000)
    for _ in range(10_000):
        clock.now += 1 / 64
        lines.advance()
    assert len(written) == 1 + 10_000 // 640
    lines.close()
    assert written[-1] == "ci-audit: scanned 10,000 of 10,000"


def test_waits_and_hostile_names_in_lines() -> None:
    lines, written, _ = _lines()
    lines.waiting(754.6, f"the rate limit of {HOSTILE}")
    lines.say(HOSTILE)
    assert written == [
        r"ci-audit: waiting 12 min 35 s: the rate limit of acme/\x1b[2Jx\u202e [red]y[/red]\n::error::z",
        r"ci-audit: acme/\x1b[2Jx\u202e [red]y[/red]\n::error::z",
    ]


def test_nothing_to_tell_is_nothing_written() -> None:
    lines, written, _ = _lines()
    lines.close()
    assert written == []


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0 s"),
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (3_599, "59 min 59 s"),
        (7_260, "2 h 1 min"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_counts() -> None:
    assert (counted(1_234, None), counted(0, 10_000)) == ("1,234", "0 of 10,000")


@pytest.mark.parametrize(
    "make",
    [Silence, lambda: _lines()[0], lambda: Bars(Console(file=io.StringIO()))],
    ids=["-", "lines", "bars"],
)
def test_whatever_is_told_in_whatever_order_nothing_fails(make: Callable[[], Progress]) -> None:
    progress = make()
    progress.advance(3)
    progress.advance(1, "never begun")
    progress.stage("scanned", 0)
    progress.advance(5)
    progress.waiting(-1, "")
    progress.say("")
