"""Text to a syntax tree, through tree-sitter's bash grammar, within bounds of time.

tree-sitter speaks bytes and bash's grammar is ASCII. So what stands for the text has one ASCII byte a
code point: every offset in the tree is an offset into the text, with nothing to convert.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from auditor.languages.time_limit import CutOff, TimeLimit

if TYPE_CHECKING:
    from tree_sitter import Language, Parser, Tree
    from tree_sitter import Point as TreePoint

MOST = {"|": 3000, "`": 600}
"""How many of a mark a script may hold. At an error the grammar takes the square of those that are open,
and for that long nothing can stop it: half a second for this many, minutes for a hundred kilobytes."""

_CHUNK = 1 << 16

_ISLAND = re.compile(r"\$\{\{(?:[^'}]++|'[^']*+'|\}(?!\}))*\}\}")
_FOREIGN = re.compile(r"[^\x01-\x7f]+")


@dataclass(frozen=True, slots=True)
class Masked:
    """A script as the grammar gets to see it, and where its islands are."""

    text: str
    islands: tuple[tuple[int, int], ...]


def mask(text: str) -> Masked:
    """`text` with islands as underscores and all that isn't ASCII as dots.

    An underscore joins a name, as the island's text will. A dot ends one, as any other alphabet does in bash.
    """
    islands = tuple(_islands(text))
    masked = text
    if islands:
        pieces: list[str] = []
        at = 0
        for start, end in islands:
            pieces += (text[at:start], "_" * (end - start))
            at = end
        masked = "".join((*pieces, text[at:]))
    if not masked.isascii() or "\0" in masked:
        masked = _FOREIGN.sub(lambda run: "." * len(run[0]), masked)
    return Masked(masked, islands)


def _islands(text: str) -> list[tuple[int, int]]:
    """Each `${{ ... }}`; quoted braces don't end one. GitHub refuses a text with one that never ends."""
    found: list[tuple[int, int]] = []
    start = text.find("${{")
    while start >= 0 and (match := _ISLAND.match(text, start)):
        found.append(match.span())
        start = text.find("${{", match.end())
    return found


def syntax_tree(masked: str, time_limit: TimeLimit, base: int = 0) -> Tree:
    """The tree of a masked text, whose offsets count from `base`.

    Raises `CutOff`. Some hostile texts take the grammar quadratic time, both between and within its
    steps: the clock is asked at each step and at each chunk that it reads.
    """

    for mark, most in MOST.items():
        if masked.count(mark) > most:
            raise CutOff(f"the script has more than {most} of the character {mark}")
    data = masked.encode("ascii")

    def read(offset: int, _: TreePoint) -> bytes:
        return b"" if time_limit.has_run_out else data[offset - base : offset - base + _CHUNK]

    parser = _parser(base, base + len(data))
    try:
        tree = parser.parse(read, progress_callback=lambda _offset, _has_error: time_limit.has_run_out)
    except ValueError:
        time_limit.check()
        raise
    time_limit.check()
    return tree


def _parser(start: int, end: int) -> Parser:
    """A parser of one stretch. It costs a microsecond, so none is shared between threads."""
    from tree_sitter import Parser, Range

    stretch = Range((0, start), (0, end), start, end)
    return Parser(_language(), included_ranges=[stretch] if start else None)


@cache
def _language() -> Language:
    import tree_sitter_bash
    from tree_sitter import Language

    return Language(tree_sitter_bash.language())
