"""What a regular expression says about a text: whether it decides about all of it, what it takes out."""

from __future__ import annotations

import re

_GROUP = re.compile(r"\((?!\?[:=!<])((?:[^()\\]|\\.){0,500})\)")
_PLAIN = re.compile(r"(?:\w|[|\-+*?{},/:@=_]|\\[wd.\-/]|\[(?:\w|[\-./:@=_]|\\[wd.\-/]){1,100}\]){0,500}")
_NAMED_CLASS = re.compile(r"\[:(?:alnum|alpha|digit|lower|upper|xdigit):\]")
_NARROW = re.compile(
    r"(?:[\w\-+*?{},/:@=~#%! ]|[()|]|\\[wd.\-/+ ]|\[(?:[\w\-./:@=+~#%, ]|\\[wd.\-/_+ ]){1,200}\]){0,1000}"
)
_ALL_GROUPS = re.compile(r"(?<!\\)\((?!\?[:=!<])")


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


def takes_plain_text(pattern: str) -> bool:
    """Whether the groups of a pattern, or all of it where it has none, match letters, digits and signs that
    mean nothing to a shell: `(minor|major)`, `v[0-9.]+`.
    """
    groups = [match[1] for match in _GROUP.finditer(pattern)]
    if len(groups) != len(_ALL_GROUPS.findall(pattern)):
        return False
    return all(_PLAIN.fullmatch(group) for group in groups or [pattern.strip("^$")])


def is_narrow(pattern: str) -> bool:
    """Whether a text that matches holds no character that means something to a shell: the pattern has no part
    that takes any character, and none of those written out or listed is one.
    """
    text = pattern.removeprefix("^").removesuffix("$")
    text = _NAMED_CLASS.sub("a", text)
    return _NARROW.fullmatch(text) is not None
