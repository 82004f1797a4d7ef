"""The patterns of `.gitignore` files (gitignore(5)), matched in time that their author can't blow up.

A pattern is hostile text here, and a glob like `*a*a*a*a*b` turned into a plain regular expression takes
hours on one long name. So what stands between two stars is matched atomically: the leftmost match is
always as good as any later one. All patterns of a file become two expressions, for names and for paths.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from string import punctuation

_POSIX_CLASSES = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": re.escape(punctuation),
    "space": "\\s",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}
_CLASS_ITEM = re.compile(r"\[:(?P<posix>[a-z]*):\]|(?P<low>\\.|[^\\])(?:-(?P<high>\\.|[^\\\]]))?", re.DOTALL)
_STAR_WEIGHT = 5
_MAX_WEIGHT = 4_000


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line: the expression that it means, and what the expression is held against."""

    regex: str
    negated: bool
    folders_only: bool
    whole_path: bool
    weight: int = 1
    """What one try costs at worst, next to a pattern without a star."""

    @classmethod
    def parse(cls, line: str) -> Pattern | None:
        """The pattern that `line` holds, or None for a blank, a comment, or one that can't match."""
        text = _without_trailing_spaces(line.rstrip("\r\n"))
        if not text or text.startswith("#"):
            return None
        negated = text.startswith("!")
        text = text.removeprefix("!")
        folders_only = text.endswith("/")
        text = text.removesuffix("/")
        whole_path = "/" in text
        regex = _path(text.removeprefix("/")) if whole_path else _segment(text)
        if not regex:
            return None
        return cls(regex, negated, folders_only, whole_path, 1 + _STAR_WEIGHT * text.count("*"))


class IgnoreFile:
    """The patterns of one file, in its order; the last one that matches decides."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.patterns = tuple(map(Pattern.parse, lines))
        self.weight = sum(pattern.weight for pattern in self.patterns if pattern)

    @cached_property
    def _for_files(self) -> tuple[_NumberedMatcher, _NumberedMatcher]:
        return self._matchers(folders=False)

    @cached_property
    def _for_folders(self) -> tuple[_NumberedMatcher, _NumberedMatcher]:
        return self._matchers(folders=True)

    def _matchers(self, *, folders: bool) -> tuple[_NumberedMatcher, _NumberedMatcher]:
        usable = [
            (number, pattern)
            for number, pattern in enumerate(self.patterns)
            if pattern is not None and (folders or not pattern.folders_only)
        ]
        names = _NumberedMatcher(
            (number, pattern.regex) for number, pattern in usable if not pattern.whole_path
        )
        paths = _NumberedMatcher((number, pattern.regex) for number, pattern in usable if pattern.whole_path)
        return names, paths

    def last_match(self, path: str, *, folder: bool) -> int | None:
        """The number, from 0, of the last line that matches `path` itself, or None.

        `path` is relative to the folder of the patterns. A negated line counts as any other.
        """
        names, paths = self._for_folders if folder else self._for_files
        number = max(names.match(path[path.rfind("/") + 1 :]), paths.match(path))
        return number if number >= 0 else None

    def decide(self, path: str, *, folder: bool) -> bool | None:
        """Whether the patterns ignore `path` (True), take it back (False), or say nothing."""
        number = self.last_match(path, folder=folder)
        pattern = None if number is None else self.patterns[number]
        return None if pattern is None else not pattern.negated

    def covering(self, path: str) -> int | None:
        """The number of the line that ignores the file `path` or, before that, a folder above it."""
        end = path.find("/")
        while end >= 0:
            if self.decide(path[:end], folder=True):
                return self.last_match(path[:end], folder=True)
            end = path.find("/", end + 1)
        return self.last_match(path, folder=False) if self.decide(path, folder=False) else None


class _NumberedMatcher:
    """Numbered expressions in one: the highest number that matches wins."""

    def __init__(self, numbered: Iterable[tuple[int, str]]) -> None:
        ordered = sorted(numbered, reverse=True)
        self._numbers = [number for number, _ in ordered]
        # The empty group names the branch; at its end, so that the branch may start with a literal.
        branches = "|".join(rf"{regex}\Z()" for _, regex in ordered)
        self._regex = re.compile(branches, re.DOTALL) if ordered else None

    def match(self, text: str) -> int:
        found = self._regex.match(text) if self._regex else None
        return self._numbers[(found.lastindex or 0) - 1] if found else -1


@dataclass(frozen=True, slots=True)
class Ignores:
    """The ignore files that hold in a folder; a nearer one overrules one above it."""

    layers: tuple[tuple[int, IgnoreFile], ...] = ()
    weight: int = 0

    def within(self, folder: str, patterns: IgnoreFile) -> Ignores | None:
        """These and the `patterns` of `folder`, or None where they get too many to be matched in time."""
        weight = self.weight + patterns.weight
        if weight > _MAX_WEIGHT:
            return None
        return Ignores((*self.layers, (len(folder) + 1 if folder else 0, patterns)), weight)

    def ignores(self, path: str, *, folder: bool) -> bool:
        """Whether `path`, relative to the root, is ignored. Its parents are not looked at."""
        for start, patterns in reversed(self.layers):
            decided = patterns.decide(path[start:], folder=folder)
            if decided is not None:
                return decided
        return False


def _without_trailing_spaces(text: str) -> str:
    """The line without the spaces at its end, save one that a backslash keeps."""
    bare = text.rstrip(" ")
    return f"{bare} " if bare != text and bare.endswith("\\") else bare


def _path(glob: str) -> str:
    """The expression for a glob over a whole path, or nothing where it can't match."""
    groups: list[list[str]] = [[]]
    segments = glob.split("/")
    for segment in segments:
        if segment == "**":
            groups.append([])
        else:
            groups[-1].append(_segment(segment))
    if not all(all(group) for group in groups):
        return ""
    if len(groups) == 1:
        return "/".join(groups[0])
    first, *middle, last = ["/".join(group) for group in groups]
    between = "".join(f"(?>(?:[^/]+/)*?{group}/)" for group in middle if group)
    return (f"{first}/" if first else "") + between + (f"(?:[^/]+/)*{last}" if last else ".+")


def _segment(glob: str) -> str:
    """The expression for what stands between two slashes, or nothing where it can't match."""
    pieces = [""]
    position = 0
    while position < len(glob):
        if glob[position] == "*":
            position += 1
            if len(pieces) == 1 or pieces[-1]:
                pieces.append("")
            continue
        regex, position = _one_character(glob, position)
        if not regex:
            return ""
        pieces[-1] += regex
    first, *middle, last = pieces if len(pieces) > 1 else [*pieces, ""]
    stars = "".join(f"(?>[^/]*?{piece})" for piece in middle)
    return first + stars + (f"[^/]*{last}" if len(pieces) > 1 else "")


def _one_character(glob: str, position: int) -> tuple[str, int]:
    """The expression for the one character that `glob` requires here, and where the next one starts."""
    character = glob[position]
    if character == "?":
        return "[^/]", position + 1
    if character == "[":
        return _character_class(glob, position + 1)
    if character == "\\":
        position += 1
    return re.escape(glob[position : position + 1]), position + 1


def _character_class(glob: str, position: int) -> tuple[str, int]:
    """The expression for `[...]`, whose inside starts at `position`; nothing where it never closes."""
    negated = glob[position : position + 1] in ("!", "^")
    start = position = position + negated
    items: list[str] = []
    while position < len(glob) and (glob[position] != "]" or position == start):
        item = _CLASS_ITEM.match(glob, position)
        if item is None or item["posix"] not in (None, *_POSIX_CLASSES):
            return "", position
        items.append(_class_item(item))
        position = item.end()
    if position >= len(glob):
        return "", position
    inside = "".join(items)
    if negated:
        return f"[^/{inside}]", position + 1
    return f"(?!/)[{inside}]", position + 1


def _class_item(item: re.Match[str]) -> str:
    """One member of a class: a named set, a character, or a range (one that runs backwards is its start)."""
    if item["posix"] is not None:
        return _POSIX_CLASSES[item["posix"]]
    low, high = item["low"][-1], (item["high"] or item["low"])[-1]
    return re.escape(low) if low >= high else f"{re.escape(low)}-{re.escape(high)}"
