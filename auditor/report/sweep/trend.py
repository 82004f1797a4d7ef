"""The trend as a drawing: how many findings were open after each sweep, by severity, one column a sweep.

Under the columns lies a strip that says how much of what was listed was seen: fewer findings in fewer
repositories are no progress.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from auditor.finding import Severity
from auditor.report.page import fragment
from auditor.report.sweep.document import TrendPoint

MAX_POINTS = 60
"""Sweeps that are drawn, the latest."""

_WIDTH, _HEIGHT, _TOP, _LEFT, _STRIP = 640, 150, 8, 44, 5
_LEVELS = sorted(Severity, reverse=True)


def drawing(trend: Sequence[TrendPoint]) -> Markup:
    """An SVG element. Its numbers stand in the table beside it, so readers may skip it."""
    points = trend[-MAX_POINTS:]
    most = ceiling(max(sum(point.findings.values()) for point in points))
    pitch = min(48.0, (_WIDTH - _LEFT) / len(points))
    last = _LEFT + (len(points) - 1) * pitch + pitch * 0.72
    return fragment(
        "sweep/trend.html",
        width=_WIDTH,
        left=_LEFT,
        bottom=_TOP + _HEIGHT,
        scale=[(_y(value, most), value) for value in ((0, most // 2, most) if most > 1 else (0, most))],
        columns=[
            (_counts(point), list(_column(point, _LEFT + number * pitch, pitch * 0.72, most)))
            for number, point in enumerate(points)
        ],
        begin=f"{points[0].finished:%d %b %Y}",
        end=f"{points[-1].finished:%d %b %Y}" if len(points) > 4 else "",
        last=f"{last:.1f}",
    )


def ceiling(value: int) -> int:
    """The next round number at or above `value` that halves: 2, 4, 10, 20, 40, 100."""
    step = 1
    while True:
        for each in (2, 4, 6, 10):
            if value <= each * step:
                return each * step
        step *= 10


def _counts(point: TrendPoint) -> str:
    counts = ", ".join(f"{point.findings.get(level, 0):,} {level}" for level in _LEVELS)
    return f"{point.finished:%Y-%m-%d}: {counts}; {point.seen:,} of {point.listed:,} seen"


def _column(point: TrendPoint, x: float, width: float, most: int) -> Iterator[tuple[object, ...]]:
    """The class of each rectangle, where it stands, and how wide and high it is."""
    below, at, wide = 0, f"{x:.1f}", f"{width:.1f}"
    for level in reversed(_LEVELS):
        count = point.findings.get(level, 0)
        if count:
            yield level, at, f"{_y(below + count, most):.1f}", wide, f"{count / most * _HEIGHT:.2f}"
        below += count
    y = _TOP + _HEIGHT + 5
    yield "unseen", at, y, wide, _STRIP
    seen = width * (point.seen / point.listed if point.listed else 0)
    yield "seen", at, y, f"{seen:.1f}", _STRIP


def _y(value: float, most: int) -> float:
    return round(_TOP + _HEIGHT * (1 - value / most), 1)
