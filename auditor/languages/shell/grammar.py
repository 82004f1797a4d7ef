"""Text to a syntax tree, through tree-sitter's bash grammar, within bounds of time.

tree-sitter speaks bytes and bash's grammar is ASCII. So what stands for the text has one ASCII byte a
code point: every offset in the tree is an offset into the text, with nothing to convert.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from auditor.languages.expression.lexer import closed_islands
from auditor.languages.time_limit import CutOff, TimeLimit
from auditor.languages.timed_parsing import parsed_within

if TYPE_CHECKING:
    from tree_sitter import Language, Parser, Tree

MOST = {"|": 3000, "`": 600}
"""How many of a mark a script may hold. At an error the grammar takes the square of those that are open,
and for that long nothing can stop it: half a second for this many, minutes for a hundred kilobytes."""

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
    # GitHub refuses a text with an island that isn't closed.
    islands = tuple((each.start, each.end) for each in closed_islands(text))
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


def syntax_tree(masked: str, time_limit: TimeLimit, base: int = 0) -> Tree:
    """The tree of a masked text, whose offsets count from `base`.

    Raises `CutOff`.
    """
    for mark, most in MOST.items():
        if masked.count(mark) > most:
            raise CutOff(f"the script has more than {most} of the character {mark}")
    data = masked.encode("ascii")
    return parsed_within(time_limit, _parser(base, base + len(data)), data, base)


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
