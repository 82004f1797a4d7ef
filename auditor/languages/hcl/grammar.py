"""Text to a syntax tree, through tree-sitter's HCL grammar, within bounds of time.

The grammar is loaded where the first file of Terraform is read, not before: most repositories have none.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from auditor.languages.time_limit import TimeLimit
from auditor.languages.timed_parsing import parsed_within

if TYPE_CHECKING:
    from tree_sitter import Language, Tree

_FOREIGN = re.compile(r"[^\x01-\x7f]")


def syntax_tree(text: str, time_limit: TimeLimit) -> Tree:
    """The tree of `text`, whose byte offsets are offsets into it. Raises `CutOff`.

    All that isn't ASCII is a letter to HCL or stands in texts and comments; here it is an underscore,
    so that a byte is a code point.
    """
    from tree_sitter import Parser

    data = _FOREIGN.sub("_", text).encode("ascii")
    return parsed_within(time_limit, Parser(_language()), data)


@cache
def _language() -> Language:
    import tree_sitter_hcl
    from tree_sitter import Language

    return Language(tree_sitter_hcl.language())
