"""How scripts take text out of a file, and how they make sure that it is what they expect.

Source: the programs' manuals; Node's `fs`; `@actions/core`, as known in 2026-11.
"""

from __future__ import annotations

import re

READING = frozenset(["awk", "cat", "cut", "grep", "head", "jq", "sed", "sort", "tail", "tr", "uniq", "yq"])
"""Programs that print what a file holds."""

CHECKED = re.compile(
    r"=~|\^\[0-9|\^\[\[:digit:|\^\\d|tonumber|\btr\s+-\S*[cC]|[Nn]umber(?:\.parseInt)?\(|parseInt\(|isNaN|"
    r"isInteger|printf\s+['\"]?\S*%d"
)
"""What a script does that lets only a number, or a listed shape, through."""

READS_FILE = re.compile(r"readFile(?:Sync)?\(\s*[`'\"]?([^`'\")]*)")
"""In JavaScript: a file is read."""
