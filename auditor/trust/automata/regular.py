"""Regular expressions of RE2 as languages, and a naive matcher to hold them against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.languages.re2 import Alternation, Chars, Concatenation, Edge, Node, Repeat
from auditor.trust.automata.language import ANYWHERE, NOWHERE, End, Language, State
from auditor.trust.automata.search import TooMuchError

MAX_NODES = 3000
"""Nodes of an automaton; counted repetitions within one another can need any number."""

MAX_GLOBS = 50
_START, _END = "\ue010", "\ue011"


class Regular(Language):
    """Every text in which the expression is found, or with `anchored` every text that it is.

    A state is a set of the automaton's nodes, and whether nothing was read yet. Raises `TooMuchError` where
    it would get too large.
    """

    def __init__(self, tree: Node, *, anchored: bool = False) -> None:
        self._edges: list[list[tuple[Chars, int]]] = []
        self._free: list[list[int]] = []
        self._at_edge: list[list[tuple[bool, int]]] = []
        first, self._last = self._new(), self._new()
        self._connect(tree, first, self._last)
        self._everywhere = not anchored
        if self._everywhere:
            anything = (Chars(frozenset(), negated=True), first)
            self._edges[first].insert(0, anything)
        self._memo: dict[tuple[State, str], State] = {}
        self._names: dict[State, frozenset[str]] = {}
        self.start = self._state_of(self._closure([first], at_start=True), at_start=True)

    def _new(self) -> int:
        if len(self._edges) >= MAX_NODES:
            raise TooMuchError
        self._edges.append([])
        self._free.append([])
        self._at_edge.append([])
        return len(self._edges) - 1

    def _connect(self, node: Node, start: int, end: int) -> None:
        if isinstance(node, Chars):
            self._edges[start].append((node, end))
        elif isinstance(node, Edge):
            self._at_edge[start].append((node.is_end, end))
        elif isinstance(node, Concatenation):
            for part in node.parts:
                after = self._new()
                self._connect(part, start, after)
                start = after
            self._free[start].append(end)
        elif isinstance(node, Alternation):
            for part in node.parts:
                inside, after = self._new(), self._new()
                self._free[start].append(inside)
                self._connect(part, inside, after)
                self._free[after].append(end)
        else:
            self._repeat(node, start, end)

    def _repeat(self, node: Repeat, start: int, end: int) -> None:
        at = start
        for _ in range(node.least):
            after = self._new()
            self._connect(node.part, at, after)
            at = after
        if node.most is None:
            loop, back = self._new(), self._new()
            self._free[at].append(loop)
            self._connect(node.part, loop, back)
            self._free[back].append(loop)
            self._free[loop].append(end)
            return
        for _ in range(node.most - node.least):
            self._free[at].append(end)
            after = self._new()
            self._connect(node.part, at, after)
            at = after
        self._free[at].append(end)

    def _closure(self, nodes: Iterable[int], *, at_start: bool = False, at_end: bool = False) -> set[int]:
        found: set[int] = set()
        todo = list(nodes)
        while todo:
            node = todo.pop()
            if node in found:
                continue
            found.add(node)
            todo += self._free[node]
            todo += (after for is_end, after in self._at_edge[node] if (at_end if is_end else at_start))
        return found

    def _state_of(self, nodes: set[int], *, at_start: bool = False) -> State:
        if self._everywhere and self._last in nodes:
            return ANYWHERE
        return (at_start, frozenset(nodes)) if nodes else NOWHERE

    def _step(self, state: State, char: str) -> State:
        key = (state, char if char in self._characters(state) else "")
        if key not in self._memo:
            reached = (after for node in state[1] for chars, after in self._edges[node] if char in chars)
            self._memo[key] = self._state_of(self._closure(reached))
        return self._memo[key]

    def _accepts(self, state: State) -> bool:
        return self._last in self._closure(state[1], at_start=state[0], at_end=True)

    def _characters(self, state: State) -> frozenset[str]:
        if state not in self._names:
            edges = (chars.chars for node in state[1] for chars, _ in self._edges[node])
            self._names[state] = frozenset().union(*edges)
        return self._names[state]

    def weight(self, state: State) -> int:
        """The nodes that a step looks at."""
        return 1 if isinstance(state, End) else len(state[1])


def globs(tree: Node, *, anchored: bool = False) -> tuple[str, ...]:
    """Roughly what an expression finds, as globs: for whom it names, not for what it accepts."""
    found = []
    for text in _texts_of(tree):
        whole = text if anchored else f"*{text}*".replace(f"*{_START}", "").replace(f"{_END}*", "")
        found.append(whole.replace(_START, "").replace(_END, ""))
    return tuple(found)


def _texts_of(node: Node) -> tuple[str, ...]:
    if isinstance(node, Chars):
        alone = len(node.chars) == 1 and not node.negated
        return (next(iter(node.chars)),) if alone else ("?",)
    if isinstance(node, Edge):
        return (_END if node.is_end else _START,)
    if isinstance(node, Repeat):
        return ("*",)
    parts = [_texts_of(part) for part in node.parts]
    if isinstance(node, Alternation):
        return tuple(text for part in parts for text in part)[:MAX_GLOBS]
    made = [""]
    for part in parts:
        made = [before + text for before in made for text in part][:MAX_GLOBS]
    return tuple(made)


def is_found(tree: Node, text: str, *, anchored: bool = False) -> bool:
    """Whether `text` holds a match of the expression, or with `anchored` is one: by places, not by states."""
    matcher = _SpanMatcher(text)
    if anchored:
        return len(text) in matcher.ends(tree, 0)
    return any(matcher.ends(tree, start) for start in range(len(text) + 1))


class _SpanMatcher:
    """Where each part of an expression ends that starts at a place of one text; each worked out once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[tuple[Node, int], frozenset[int]] = {}

    def ends(self, node: Node, start: int) -> frozenset[int]:
        key = (node, start)
        if key not in self._known:
            self._known[key] = frozenset(self._ends(node, start))
        return self._known[key]

    def _ends(self, node: Node, start: int) -> Iterator[int]:
        if isinstance(node, Chars):
            if start < len(self._text) and self._text[start] in node:
                yield start + 1
        elif isinstance(node, Edge):
            if start == (len(self._text) if node.is_end else 0):
                yield start
        elif isinstance(node, Alternation):
            for part in node.parts:
                yield from self.ends(part, start)
        elif isinstance(node, Concatenation):
            places = {start}
            for part in node.parts:
                places = self._behind(part, places)
            yield from places
        else:
            yield from self._repeats(node, start)

    def _behind(self, node: Node, places: set[int]) -> set[int]:
        return {end for place in places for end in self.ends(node, place)}

    def _repeats(self, node: Repeat, start: int) -> Iterator[int]:
        places = {start}
        for _ in range(node.least):
            places = self._behind(node.part, places)
        found = set(places)
        for _ in range(len(self._text) + 1 if node.most is None else node.most - node.least):
            places = self._behind(node.part, places) - found
            if not places:
                break
            found |= places
        yield from found
