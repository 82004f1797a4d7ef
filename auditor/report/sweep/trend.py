"""The trend as a drawing: how many findings were open after each sweep, by severity, one column a sweep.

Under the columns lies a strip that says how much of what was listed was seen: fewer findings in fewer
repositories are no progress.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.finding import Severity
from auditor.report.sweep.document import TrendPoint

MAX_POINTS = 60
"""Sweeps that are drawn, the latest."""

_WIDTH, _HEIGHT, _TOP, _LEFT, _STRIP = 640, 150, 8, 44, 5
_LEVELS = sorted(Severity, reverse=True)


def drawing(trend: Sequence[TrendPoint]) -> Iterator[str]:
    """An SVG element. Its numbers are told in words by the table beside it, so readers may skip it."""
    points = trend[-MAX_POINTS:]
    most = ceiling(max(sum(point.findings.values()) for point in points))
    bottom = _TOP + _HEIGHT
    yield f'<svg class="trend" viewBox="0 0 {_WIDTH} {bottom + 34}" role="img"'
    yield f' aria-label="Open findings after each of the last {len(points)} sweeps">'
    for value in (0, most // 2, most) if most > 1 else (0, most):
        y = _y(value, most)
        yield f'<line class="rule" x1="{_LEFT}" x2="{_WIDTH}" y1="{y}" y2="{y}"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{value:,}</text>'
    pitch = min(48.0, (_WIDTH - _LEFT) / len(points))
    for number, point in enumerate(points):
        yield from _column(point, _LEFT + number * pitch, pitch * 0.72, most)
    last = _LEFT + (len(points) - 1) * pitch + pitch * 0.72
    yield f'<text x="{_LEFT}" y="{bottom + 28}">{points[0].finished:%d %b %Y}</text>'
    if len(points) > 4:
        end = f"{points[-1].finished:%d %b %Y}"
        yield f'<text x="{last:.1f}" y="{bottom + 28}" text-anchor="end">{end}</text>'
    yield "</svg>"


def ceiling(value: int) -> int:
    """The next round number at or above `value` that halves: 2, 4, 10, 20, 40, 100."""
    step = 1
    while True:
        for each in (2, 4, 6, 10):
            if value <= each * step:
                return each * step
        step *= 10


def _column(point: TrendPoint, x: float, width: float, most: int) -> Iterator[str]:
    told = ", ".join(f"{point.findings.get(level, 0):,} {level}" for level in _LEVELS)
    yield f"<g><title>{point.finished:%Y-%m-%d}: {told}; {point.seen:,} of {point.listed:,} seen</title>"
    below = 0
    for level in reversed(_LEVELS):
        count = point.findings.get(level, 0)
        if count:
            y, height = _y(below + count, most), count / most * _HEIGHT
            yield f'<rect class="{level}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.2f}"/>'
        below += count
    y = _TOP + _HEIGHT + 5
    yield f'<rect class="unseen" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{_STRIP}"/>'
    seen = width * (point.seen / point.listed if point.listed else 0)
    yield f'<rect class="seen" x="{x:.1f}" y="{y}" width="{seen:.1f}" height="{_STRIP}"/></g>'


def _y(value: float, most: int) -> float:
    return round(_TOP + _HEIGHT * (1 - value / most), 1)
