"""Languages of claim values, as deterministic automata that are built while they are walked.

A state is `NOWHERE` (no word can follow), `ANYWHERE` (every word may), or a language's own. A character
that a state doesn't name leads where every other such character leads, so an alphabet of the named
ones and one other is exact.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from enum import Enum
from typing import Any

State = Any
"""Hashable; what else it is each language knows for itself."""


class Wild(Enum):
    """What stands for characters in a pattern."""

    ONE = "?"
    RUN = "*"


Pattern = tuple[str | Wild, ...]
"""Single characters and wildcards."""


class End(Enum):
    """States from which nothing that follows can change the answer."""

    NOWHERE = "no"
    ANYWHERE = "yes"


NOWHERE, ANYWHERE = End.NOWHERE, End.ANYWHERE


class Automaton(ABC):
    """A set of texts, read character by character."""

    start: State = ANYWHERE

    def step(self, state: State, char: str) -> State:
        """Where `char` leads."""
        return state if isinstance(state, End) else self._step(state, char)

    def accepts(self, state: State) -> bool:
        """Whether the text that led to `state` is in the set."""
        return state is ANYWHERE or (state is not NOWHERE and self._accepts(state))

    def __contains__(self, text: str) -> bool:
        state = self.start
        for char in text:
            state = self.step(state, char)
        return self.accepts(state)

    @abstractmethod
    def _step(self, state: State, char: str) -> State: ...

    @abstractmethod
    def _accepts(self, state: State) -> bool: ...


class Language(Automaton):
    """A set of texts that says which characters matter, so that all others can be tried as one."""

    def characters(self, state: State) -> frozenset[str]:
        """The characters that may lead elsewhere than all others do."""
        return frozenset() if isinstance(state, End) else self._characters(state)

    def weight(self, state: State) -> int:
        """What a step from `state` costs, roughly."""
        return 0 if isinstance(state, End) else 1

    @abstractmethod
    def _characters(self, state: State) -> frozenset[str]: ...


class PatternSet(Language):
    """Every text that one of some patterns matches.

    The patterns share a trie; a state is a set of its nodes.
    """

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._edges: list[dict[str, int]] = [{}]
        self._one: list[int | None] = [None]
        self._run: list[int | None] = [None]
        self._loops: list[bool] = [False]
        self._final: list[bool] = [False]
        for pattern in patterns:
            self._add(pattern)
        self._memo: dict[tuple[State, str], State] = {}
        self._names: dict[State, frozenset[str]] = {}
        self.start = self._state_of({0})

    def _add(self, pattern: Pattern) -> None:
        node = 0
        for token in pattern:
            node = self._child(node, token)
        self._final[node] = True

    def _child(self, node: int, token: str | Wild) -> int:
        if token is Wild.RUN:
            if self._loops[node]:
                return node
            child = self._run[node] = self._run[node] or self._new(loops=True)
        elif token is Wild.ONE:
            child = self._one[node] = self._one[node] or self._new()
        else:
            child = self._edges[node].get(token) or self._new()
            self._edges[node][token] = child
        return child

    def _new(self, *, loops: bool = False) -> int:
        self._edges.append({})
        self._one.append(None)
        self._run.append(None)
        self._loops.append(loops)
        self._final.append(False)
        return len(self._edges) - 1

    def _state_of(self, nodes: set[int]) -> State:
        """The state of `nodes` and of the runs that may start, of no character, behind them."""
        nodes |= {run for node in nodes if (run := self._run[node]) is not None}
        if any(self._final[node] and self._loops[node] for node in nodes):
            return ANYWHERE
        return frozenset(nodes) if nodes else NOWHERE

    def _step(self, state: State, char: str) -> State:
        key = (state, char if char in self._characters(state) else "")
        if key not in self._memo:
            reached = {node for node in state if self._loops[node]}
            reached |= {one for node in state if (one := self._one[node]) is not None}
            reached |= {child for node in state if (child := self._edges[node].get(char)) is not None}
            self._memo[key] = self._state_of(reached)
        return self._memo[key]

    def _accepts(self, state: State) -> bool:
        return any(self._final[node] for node in state)

    def _characters(self, state: State) -> frozenset[str]:
        if state not in self._names:
            self._names[state] = frozenset().union(*(self._edges[node] for node in state))
        return self._names[state]

    def weight(self, state: State) -> int:
        """The nodes that a step looks at."""
        return 1 if isinstance(state, End) else len(state)


def word(text: str) -> PatternSet:
    """The language of one text."""
    return PatternSet([tuple(text)])


class Complement(Language):
    """Every text that is not in `inner`."""

    def __init__(self, inner: Language) -> None:
        self._inner = inner
        self.start = _complement_of(inner.start)

    def _step(self, state: State, char: str) -> State:
        return _complement_of(self._inner.step(state, char))

    def _accepts(self, state: State) -> bool:
        return not self._inner.accepts(state)

    def _characters(self, state: State) -> frozenset[str]:
        return self._inner.characters(state)

    def weight(self, state: State) -> int:
        """As `inner`'s."""
        return self._inner.weight(state)


def _complement_of(state: State) -> State:
    return {NOWHERE: ANYWHERE, ANYWHERE: NOWHERE}[state] if isinstance(state, End) else state


class Both(Language):
    """Every text that is in all of `parts`; without a part, every text."""

    def __init__(self, parts: Iterable[Language]) -> None:
        self._parts: tuple[Language, ...] = tuple(
            leaf for part in parts for leaf in (part._parts if isinstance(part, Both) else (part,))
        )
        self.start = self._state_of([part.start for part in self._parts])

    def _state_of(self, states: list[State]) -> State:
        if any(state is NOWHERE for state in states):
            return NOWHERE
        return tuple(states) if any(state is not ANYWHERE for state in states) else ANYWHERE

    def _step(self, state: State, char: str) -> State:
        return self._state_of([part.step(one, char) for part, one in zip(self._parts, state, strict=True)])

    def _accepts(self, state: State) -> bool:
        return all(part.accepts(one) for part, one in zip(self._parts, state, strict=True))

    def _characters(self, state: State) -> frozenset[str]:
        pairs = zip(self._parts, state, strict=True)
        return frozenset().union(*(part.characters(one) for part, one in pairs))

    def weight(self, state: State) -> int:
        """The sum of the parts'."""
        if isinstance(state, End):
            return 1
        return sum(part.weight(one) for part, one in zip(self._parts, state, strict=True))


class AnyCase(Language):
    """Every text that is in `inner` once its ASCII letters are small; `inner` must be written so."""

    def __init__(self, inner: Language) -> None:
        self._inner = inner
        self.start = inner.start

    def _step(self, state: State, char: str) -> State:
        return self._inner.step(state, small(char))

    def _accepts(self, state: State) -> bool:
        return self._inner.accepts(state)

    def _characters(self, state: State) -> frozenset[str]:
        named = self._inner.characters(state)
        return named | {char.upper() for char in named if char.isascii()}

    def weight(self, state: State) -> int:
        """As `inner`'s."""
        return self._inner.weight(state)


class FieldOf(Language):
    """Every text whose field `index`, counted from 0 between delimiters, is in `inner`."""

    def __init__(self, index: int, inner: Language, delimiter: str = ":") -> None:
        self._index = index
        self._inner = inner
        self._delimiter = delimiter
        self.start = (0, inner.start)

    def _step(self, state: State, char: str) -> State:
        at, inner = state
        if char != self._delimiter:
            inner = self._inner.step(inner, char) if at == self._index else inner
            return NOWHERE if inner is NOWHERE else (at, inner)
        if at < self._index:
            return (at + 1, inner)
        return ANYWHERE if self._inner.accepts(inner) else NOWHERE

    def _accepts(self, state: State) -> bool:
        at, inner = state
        return bool(at == self._index and self._inner.accepts(inner))

    def _characters(self, state: State) -> frozenset[str]:
        at, inner = state
        return frozenset(self._delimiter) | (
            self._inner.characters(inner) if at == self._index else frozenset()
        )

    def weight(self, state: State) -> int:
        """As `inner`'s."""
        return 1 if isinstance(state, End) else max(1, self._inner.weight(state[1]))


class WithoutIds(Language):
    """Every `owner@id/name@id` that is in `inner` once its ids are taken out, and every such without ids."""

    def __init__(self, inner: Language) -> None:
        self._inner = inner
        self.start = (False, inner.start)

    def _step(self, state: State, char: str) -> State:
        in_id, inner = state
        if char == "@" or (in_id and char != "/"):
            return (True, inner)
        after = self._inner.step(inner, char)
        return NOWHERE if after is NOWHERE else (False, after)

    def _accepts(self, state: State) -> bool:
        return self._inner.accepts(state[1])

    def _characters(self, state: State) -> frozenset[str]:
        return frozenset("@/") if state[0] else frozenset("@/") | self._inner.characters(state[1])

    def weight(self, state: State) -> int:
        """As `inner`'s."""
        return 1 if isinstance(state, End) else max(1, self._inner.weight(state[1]))


class Affixed(Language):
    """Every text that is in `inner` with `before` in front of it and `behind` after it."""

    def __init__(self, before: str, inner: Language, behind: str) -> None:
        self._inner = inner
        self._behind = behind
        self.start = self._read(inner.start, before)

    def _read(self, state: State, text: str) -> State:
        for char in text:
            state = self._inner.step(state, char)
        return state

    def _step(self, state: State, char: str) -> State:
        return self._inner.step(state, char)

    def _accepts(self, state: State) -> bool:
        return self._inner.accepts(self._read(state, self._behind))

    def _characters(self, state: State) -> frozenset[str]:
        return self._inner.characters(state)

    def weight(self, state: State) -> int:
        """As `inner`'s."""
        return self._inner.weight(state)


def either(languages: Iterable[Language]) -> Language:
    """Every text that is in one of `languages`."""
    return Complement(Both(Complement(language) for language in languages))


EVERYTHING = PatternSet([(Wild.RUN,)])
NOTHING = PatternSet([])


def small(text: str) -> str:
    """`text` with small ASCII letters; others keep their case, as AWS documents no folding for them."""
    return "".join(char.lower() if char.isascii() else char for char in text)
