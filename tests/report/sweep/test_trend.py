"""The trend as a drawing."""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import pytest

from auditor.finding import Severity
from auditor.report.sweep.document import TrendPoint
from auditor.report.sweep.trend import MAX_POINTS, ceiling, drawing

DAY = datetime(2026, 11, 24, tzinfo=UTC)


def drawn(*points: TrendPoint) -> ET.Element:
    return ET.fromstring("".join(drawing(points)))


def point(day: int, *, high: int = 0, low: int = 0, seen: int = 10, listed: int = 10) -> TrendPoint:
    return TrendPoint(DAY + timedelta(days=day), {Severity.HIGH: high, Severity.LOW: low}, seen, listed)


def rects(svg: ET.Element, kind: str) -> list[dict[str, float]]:
    of_kind = svg.findall(f".//rect[@class='{kind}']")
    return [{name: float(rect.get(name, "")) for name in ("x", "y", "width", "height")} for rect in of_kind]


def test_columns_are_as_high_as_their_numbers_and_stand_on_each_other() -> None:
    svg = drawn(point(0, high=10, low=10), point(1, high=20))
    first, second = rects(svg, "high")
    (low,) = rects(svg, "low")
    assert second["height"] == pytest.approx(2 * first["height"])
    assert first["y"] + first["height"] == pytest.approx(low["y"], abs=0.2)
    assert second["x"] > first["x"] + first["width"]


def test_the_strip_says_how_much_was_seen() -> None:
    svg = drawn(point(0, high=1, seen=5), point(1, high=1))
    half, whole = rects(svg, "seen")
    assert whole["width"] == pytest.approx(2 * half["width"], abs=0.2)


def test_only_the_latest_are_drawn() -> None:
    svg = drawn(*(point(day, high=day) for day in range(MAX_POINTS + 5)))
    assert len(svg.findall("g")) == MAX_POINTS
    titles = [title.text or "" for title in svg.iter("title")]
    assert titles[-1].startswith("2027-01-27: 0 critical, 64 high")


def test_nothing_at_all_can_be_drawn() -> None:
    assert rects(drawn(point(0, seen=0, listed=0)), "seen")[0]["width"] == 0


@pytest.mark.parametrize(
    ("value", "top"), [(0, 2), (2, 2), (3, 4), (10, 10), (11, 20), (1208, 2000), (99999, 100000)]
)
def test_the_scale_ends_at_a_round_number(value: int, top: int) -> None:
    assert ceiling(value) == top
