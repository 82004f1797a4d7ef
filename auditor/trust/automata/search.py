"""The shortest text that a grammar can make and a language holds, with readable characters first."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from auditor.cloud.content_search import OPAQUE
from auditor.trust.automata.language import NOWHERE, Automaton, Language, State

READABLE = "xevilmanoprdtscbfghjkquwyz0123456789-./_ABCDEFGHIJKLMNOPQRSTUVWXYZ@%!#$&'()+,;<=>\"]{|}`^*?[\\~: "
OTHER = "é"
"""Stands for every letter outside ASCII; a text may hold each of them where it may hold this one."""

_ALPHABET = READABLE + OTHER + OPAQUE
_FIRST_OTHER, _PRIVATE = "\xa0", ("\ue000", "\uf8ff")


class TooMuchError(Exception):
    """The search has used up its budget, so nothing was decided."""


class StepBudget:
    """Steps that the questions about one policy may take together."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def spend(self, steps: int) -> None:
        """Take `steps` off. Raises `TooMuchError` where they aren't left."""
        self._left -= steps
        if self._left < 0:
            raise TooMuchError


class Grammar:
    """Texts that can be minted: shapes of languages in a row, or rows of such shapes with a joiner between.

    Its moves over the alphabet are remembered, so grammars are made once and kept.
    """

    def __init__(self, shapes: Iterable[tuple[Automaton, ...]], *, joiner: str | None = None) -> None:
        self._shapes = tuple(shapes)
        self._joiner = joiner
        self._moves: dict[State, tuple[tuple[str, State], ...]] = {}
        self.start = self._closure((number, 0, parts[0].start) for number, parts in enumerate(self._shapes))

    def _closure(self, places: Iterable[tuple[int, int, State]]) -> State:
        """`places` and those behind each part that may end there."""
        found: set[tuple[int, int, State]] = set()
        todo = [place for place in places if place[2] is not NOWHERE]
        while todo:
            place = todo.pop()
            if place in found:
                continue
            found.add(place)
            shape, part, state = place
            parts = self._shapes[shape]
            if part + 1 < len(parts) and parts[part].accepts(state):
                todo.append((shape, part + 1, parts[part + 1].start))
        return frozenset(found)

    def step(self, state: State, char: str) -> State:
        """Where `char` leads; an empty set where nothing can follow."""
        places = [(shape, part, self._shapes[shape][part].step(inner, char)) for shape, part, inner in state]
        following = self._closure(places)
        return following | self.start if char == self._joiner and self.accepts(state) else following

    def accepts(self, state: State) -> bool:
        """Whether a text may end in `state`."""
        return any(
            part + 1 == len(self._shapes[shape]) and self._shapes[shape][part].accepts(inner)
            for shape, part, inner in state
        )

    def _characters(self, state: State) -> frozenset[str] | None:
        """The characters that may lead elsewhere than others do; None where any may."""
        found = frozenset(self._joiner or "")
        for shape, part, inner in state:
            automaton = self._shapes[shape][part]
            if not isinstance(automaton, Language):
                return None
            found |= automaton.characters(inner)
        return found

    def moves(self, state: State) -> tuple[tuple[str, State], ...]:
        """The states that can follow, each with the characters that lead there, readable ones first."""
        if state not in self._moves:
            grouped: dict[State, list[str]] = {}
            named = self._characters(state)
            other: State = None
            for char in _ALPHABET:
                if named is None or char in named:
                    after = self.step(state, char)
                else:
                    after = other = self.step(state, char) if other is None else other
                grouped.setdefault(after, []).append(char)
            self._moves[state] = tuple(("".join(chars), after) for after, chars in grouped.items() if after)
        return self._moves[state]


def shortest(grammar: Grammar, language: Language, budget: StepBudget) -> str | None:
    """A shortest text of both, or None where there is none. Raises `TooMuchError`."""
    if language.start is NOWHERE:
        return None
    first = (grammar.start, language.start)
    came: dict[tuple[State, State], tuple[tuple[State, State], str] | None] = {first: None}
    queue = deque([first])
    while queue:
        here = queue.popleft()
        if grammar.accepts(here[0]) and language.accepts(here[1]):
            return _text_to(came, here)
        named = language.characters(here[1])
        cost = 1 + language.weight(here[1]) // 8
        for chars, after in grammar.moves(here[0]):
            for char in _candidates(chars, named):
                budget.spend(cost)
                there = (after, language.step(here[1], char))
                if there[1] is not NOWHERE and there not in came:
                    came[there] = (here, char)
                    queue.append(there)
    return None


def _candidates(chars: str, named: frozenset[str]) -> Iterator[str]:
    """One character for all that the language doesn't name, then those that it does."""
    other = next((char for char in chars if char not in named), None)
    if other is None and OTHER in chars:
        other = next(char for char in map(chr, range(ord(OTHER), 0x3000)) if char not in named)
    if other is not None:
        yield other
    yield from (char for char in chars if char in named)
    if OTHER in chars:
        yield from sorted(char for char in named if char != OTHER and _is_other(char))


def _is_other(char: str) -> bool:
    return char >= _FIRST_OTHER and not _PRIVATE[0] <= char <= _PRIVATE[1]


def _text_to(
    came: dict[tuple[State, State], tuple[tuple[State, State], str] | None], end: tuple[State, State]
) -> str:
    chars = []
    step = came[end]
    while step is not None:
        end, char = step
        chars.append(char)
        step = came[end]
    return "".join(reversed(chars))
