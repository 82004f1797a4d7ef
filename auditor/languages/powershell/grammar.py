"""Text to a syntax tree, through tree-sitter's PowerShell grammar, within bounds of time.

The text is masked to ASCII first, so that every offset in the tree is an offset into the text.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from auditor.languages.time_limit import CutOff, TimeLimit
from auditor.languages.timed_parsing import parsed_within

if TYPE_CHECKING:
    from tree_sitter import Language, Tree

MAX_LENGTH = 500_000
"""Characters of a script that are read; GitHub takes a file of half a megabyte."""


def syntax_tree(masked: str, time_limit: TimeLimit) -> Tree:
    """The tree of a masked text. Raises `CutOff`."""
    from tree_sitter import Parser

    if len(masked) > MAX_LENGTH:
        raise CutOff(f"the script has more than {MAX_LENGTH:,} characters")
    return parsed_within(time_limit, Parser(_language()), masked.encode("ascii"))


@cache
def _language() -> Language:
    import tree_sitter_powershell
    from tree_sitter import Language

    return Language(tree_sitter_powershell.language())
