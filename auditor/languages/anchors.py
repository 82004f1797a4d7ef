"""Whether a regular expression decides about a whole text."""

from __future__ import annotations


def is_anchored(pattern: str) -> bool:
    """Whether the pattern must match from the text's beginning to its end: no alternative goes without."""
    if not pattern.startswith(("^", "\\A")) or not pattern.endswith(("$", "\\z", "\\Z")):
        return False
    if pattern.endswith("\\$"):
        return False
    depth, in_class, escaped = 0, False, False
    for character in pattern:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        elif character in "()":
            depth += 1 if character == "(" else -1
        elif character == "|" and depth == 0:
            return False
    return True
