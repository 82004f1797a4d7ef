"""A run of a tree-sitter grammar within a time limit.

Some hostile texts take a grammar quadratic time, both between and within its steps: the time limit is
checked at each step and at each chunk that it reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Parser, Point, Tree

    from auditor.languages.time_limit import TimeLimit

_CHUNK = 1 << 16


def parsed_within(time_limit: TimeLimit, parser: Parser, data: bytes, base: int = 0) -> Tree:
    """The tree of `data`, whose offsets count from `base`. Raises `CutOff`."""

    def read(offset: int, _: Point) -> bytes:
        return b"" if time_limit.has_run_out else data[offset - base : offset - base + _CHUNK]

    try:
        tree = parser.parse(read, progress_callback=lambda _offset, _has_error: time_limit.has_run_out)
    except ValueError:
        time_limit.check()
        raise
    time_limit.check()
    return tree
