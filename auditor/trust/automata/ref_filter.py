"""What the filters of a trigger let through: `branches`, `tags` and their `-ignore` forms, as languages.

Source: GitHub Docs, "Workflow syntax", filter pattern cheat sheet (2026-11): `*` stops at a slash, `**`
doesn't, `?` and `+` repeat what stands before them, `!` takes back what earlier patterns let in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor.trust.automata.language import NOWHERE, Language, State

_ITEM = re.compile(r"(\*\*|\*|\[[^\]]+\]|\\.|.)([?+]?)", re.DOTALL)
_RANGE = re.compile(r"(.)-(.)|(.)", re.DOTALL)
_MAX_RANGE = 256


@dataclass(frozen=True, slots=True)
class _Item:
    """One place of a pattern: characters, or all but those, and how often."""

    chars: frozenset[str]
    all_but: bool = False
    may_be_none: bool = False
    may_repeat: bool = False

    def takes(self, char: str) -> bool:
        return (char in self.chars) != self.all_but


class RefFilter(Language):
    """Every text that `patterns` let through after `prefix`, the last that matches having its say."""

    def __init__(self, prefix: str, patterns: Sequence[str]) -> None:
        start = tuple(_Item(frozenset(char)) for char in prefix)
        self._lets_in = tuple(not pattern.startswith("!") for pattern in patterns)
        self._rows = tuple((*start, *_items(pattern.removeprefix("!"))) for pattern in patterns)
        self.start = self._state_of([{0} for _ in self._rows])

    def _state_of(self, places: list[set[int]]) -> State:
        """The state at those places of each pattern, and at those that can be reached for nothing."""
        for row, found in zip(self._rows, places, strict=True):
            todo = list(found)
            while todo:
                at = todo.pop()
                if at < len(row) and row[at].may_be_none and at + 1 not in found:
                    found.add(at + 1)
                    todo.append(at + 1)
        alive = any(found and lets_in for found, lets_in in zip(places, self._lets_in, strict=True))
        return tuple(map(frozenset, places)) if alive else NOWHERE

    def _step(self, state: State, char: str) -> State:
        reached: list[set[int]] = []
        for row, found in zip(self._rows, state, strict=True):
            taking = [at for at in found if at < len(row) and row[at].takes(char)]
            reached.append({at + 1 for at in taking} | {at for at in taking if row[at].may_repeat})
        return self._state_of(reached)

    def _accepts(self, state: State) -> bool:
        is_in = False
        for row, found, lets_in in zip(self._rows, state, self._lets_in, strict=True):
            if len(row) in found:
                is_in = lets_in
        return is_in

    def _characters(self, state: State) -> frozenset[str]:
        rows = zip(self._rows, state, strict=True)
        return frozenset().union(*(row[at].chars for row, found in rows for at in found if at < len(row)))

    def weight(self, state: State) -> int:
        """The places that a step looks at."""
        return 1 if not isinstance(state, tuple) else sum(map(len, state))


def _items(pattern: str) -> Iterator[_Item]:
    for what, times in _ITEM.findall(pattern):
        may_be_none, may_repeat = times == "?", times == "+"
        if what == "**":
            yield _Item(frozenset(), True, True, True)
        elif what == "*":
            yield _Item(frozenset("/"), True, True, True)
        elif len(what) > 2:
            yield _Item(_in_brackets(what[1:-1]), False, may_be_none, may_repeat)
        else:
            yield _Item(frozenset(what[-1]), False, may_be_none, may_repeat)


def _in_brackets(text: str) -> frozenset[str]:
    """The characters of a bracket: single ones and ranges."""
    found: set[str] = set()
    for first, last, alone in _RANGE.findall(text):
        if alone:
            found.add(alone)
        else:
            found.update(map(chr, range(ord(first), min(ord(last), ord(first) + _MAX_RANGE) + 1)))
    return frozenset(found)
