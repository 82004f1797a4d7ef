"""YAML text to a tree of scalars, sequences and mappings that know where they stand.

Built on the events of libyaml's parser, which is iterative: depth costs no stack. Everything that a
hostile file can blow up (depth, aliases) is bounded here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from auditor.finding import Location, Problem, Stage
from auditor.source import BREAKS, Runs, Source, Span, end_of_block, written_runs

MAX_DEPTH = 100
"""Levels of nesting; a workflow that GitHub accepts needs about ten."""

MAX_WEIGHT = 200_000
"""Nodes after every alias is written out; the biggest real workflow that we saw has about 20,000."""

MAX_REPEATED = 1_000_000
"""Characters that aliases repeat, for a script that is used again is read again."""


class Node:
    """A value and where it is written: offsets into `source`, end-exclusive."""

    __slots__ = ("end", "length", "source", "start", "tag", "weight")

    def __init__(self, source: Source, start: int, end: int, tag: str | None = None) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.tag = tag
        self.weight = 1
        self.length = 0

    @property
    def span(self) -> Span:
        """Its place as lines and columns."""
        return self.source.span(self.start, self.end)

    @property
    def location(self) -> Location:
        """Its place in its file."""
        return Location(self.source.path, self.span)


class Scalar(Node):
    """A text, number, boolean or null. `value` is its text: YAML's types are the reader's business."""

    __slots__ = ("_runs", "style", "value")

    def __init__(
        self, source: Source, start: int, end: int, value: str, style: str = "", tag: str | None = None
    ) -> None:
        super().__init__(source, start, end, tag)
        self.value = value
        self.style = style
        self.length = len(value)
        self._runs: Runs | None = None

    def __repr__(self) -> str:
        return f"Scalar({self.value!r})"

    @property
    def is_null(self) -> bool:
        """Whether YAML reads it as null."""
        return not self.style and self.value in ("", "~", "null", "Null", "NULL")

    @property
    def is_plain(self) -> bool:
        """Neither quoted nor a block, so YAML may read it as a number, boolean or null."""
        return not self.style

    def at(self, start: int, end: int) -> Span:
        """The span of `value[start:end]` in the file.

        It is the whole scalar where an end isn't written as it is, but as an escape or as the line break
        that became a blank; for the use of an alias it always is.
        """
        if self._runs is None:
            written = (self.source.text, self.start, self.end)
            self._runs = written_runs(self.value, self.style, *written)
        offsets = self._runs.offsets(start, end)
        if offsets is None:
            return self.span
        first, last = offsets
        if first == last:
            first = last = min(first, self.end)
        # A line break is one character of the value, and two of a file with CR LF.
        return self.source.span(first, last + self.source.text.startswith("\r\n", last - 1))

    def location_of(self, start: int, end: int) -> Location:
        """`at`, as a location."""
        return Location(self.source.path, self.at(start, end))


class Sequence(Node):
    """A list of values."""

    __slots__ = ("items",)

    def __init__(self, source: Source, start: int, end: int, items: tuple[Node, ...]) -> None:
        super().__init__(source, start, end)
        self.items = items

    def __iter__(self) -> Iterator[Node]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """One key of a mapping and its value."""

    key: Scalar
    value: Node


class Mapping(Node):
    """Keys and values in the order of the file. Of keys that stand twice the last counts, as in JSON."""

    __slots__ = ("_index", "entries")

    def __init__(self, source: Source, start: int, end: int, entries: tuple[Pair, ...]) -> None:
        super().__init__(source, start, end)
        self.entries = entries
        self._index = {entry.key.value: entry for entry in entries}

    def __iter__(self) -> Iterator[Pair]:
        return iter(self._index.values())

    def __len__(self) -> int:
        return len(self._index)

    def __contains__(self, key: str) -> bool:
        return key in self._index

    def entry(self, key: str) -> Pair | None:
        """The entry of `key`, for where the key itself stands."""
        return self._index.get(key)

    def get(self, key: str) -> Node | None:
        """The value of `key`."""
        entry = self._index.get(key)
        return entry.value if entry else None


@dataclass(frozen=True, slots=True)
class Tree:
    """What a text parses to. `root` is None where it is empty or isn't YAML; the problems say which.

    `merges` are the merge keys, `<<`, which are entries like others here.
    """

    source: Source
    root: Node | None
    problems: tuple[Problem, ...] = ()
    merges: tuple[Scalar, ...] = ()


def parse(source: Source) -> Tree:
    """The tree of a YAML or JSON text. Never raises: what is wrong becomes a problem with its place."""
    builder = _Builder(source)
    try:
        try:
            builder.run(_fast_events(source.text))
        except MarkedYAMLError as error:
            if error.problem != _COLON_IN_FLOW or len(source.text) > _MAX_SLOW:
                raise
            builder = _Builder(source)
            builder.run(_slow_events(source.text))
    except _RefusedError as refusal:
        builder.problem(str(refusal), refusal.at, refusal.at)
        return Tree(source, None, tuple(builder.problems))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        offset = min(mark.index, len(source.text)) if mark else 0
        builder.problem(f"not YAML: {error.problem or error.context or error}", offset, offset)
        return Tree(source, None, tuple(builder.problems))
    except (YAMLError, ValueError) as error:
        # The error's own position counts bytes.
        refused = _UNPRINTABLE.search(source.text)
        offset = refused.start() if refused else 0
        reason = getattr(error, "reason", None) or str(error).splitlines()[0]
        builder.problem(f"not YAML: {reason}", offset, offset)
        return Tree(source, None, tuple(builder.problems))
    return Tree(source, builder.root, tuple(builder.problems), tuple(builder.merges))


_COLON_IN_FLOW = "found unexpected ':'"
"""libyaml speaks YAML 1.1 here and refuses `[gpu:a100]`, which GitHub's parser takes."""

_PROPERTIES = re.compile(rf"(?:[&!][^ \t{BREAKS}]*+(?:[ \t{BREAKS}]++(?:\#[^{BREAKS}]*+)?)*)+")
"""An anchor and a tag, which libyaml counts as part of the scalar behind them."""

_UNPRINTABLE = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufeff\uff00-\ufffd\U00010000-\U0010ffff]")
_MAX_TWICE = 50
"""Keys that are reported where they stand twice."""

_MAX_SLOW = 100_000
"""Characters that the pure Python parser is given; they take it about a second."""


def _fast_events(text: str) -> Iterator[Any]:
    parser: Any = CParser(text)
    return iter(parser.get_event, None)


def _slow_events(text: str) -> Iterator[Any]:
    from ruamel.yaml import YAML

    events: Iterator[Any] = YAML(typ="safe", pure=True).parse(text)
    return events


class _RefusedError(Exception):
    """The text is YAML, but not of a kind that we follow."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


class _Open:
    """A collection whose end hasn't been read yet."""

    __slots__ = ("anchor", "end", "is_mapping", "key", "keys", "length", "nodes", "start", "weight")

    def __init__(self, *, is_mapping: bool, start: int, anchor: str | None) -> None:
        self.is_mapping = is_mapping
        self.start = start
        self.end = start
        self.anchor = anchor
        self.key: Scalar | None = None
        self.keys: list[Scalar] = []
        self.nodes: list[Node] = []
        self.weight = 1
        self.length = 0


class _Builder:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self.merges: list[Scalar] = []
        self._stack: list[_Open] = []
        self._anchors: dict[str, Node] = {}
        self._documents = 0
        self._repeated = 0
        self._twice = 0

    def problem(self, message: str, start: int, end: int) -> None:
        location = Location(self.source.path, self.source.span(start, end))
        self.problems.append(Problem(Stage.PARSE, message, location))

    def run(self, events: Iterator[Any]) -> None:
        for event in events:
            name = type(event).__name__
            if name == "ScalarEvent":
                self._scalar(event)
            elif name in ("MappingStartEvent", "SequenceStartEvent"):
                self._open(event, is_mapping=name == "MappingStartEvent")
            elif name in ("MappingEndEvent", "SequenceEndEvent"):
                self._close(event)
            elif name == "AliasEvent":
                self._alias(event)
            elif name == "DocumentStartEvent":
                self._documents += 1
                if self._documents > 1:
                    raise _RefusedError("a second document; only one is read", event.start_mark.index)

    def _scalar(self, event: Any) -> None:
        start, end = self._start(event, event.end_mark.index), event.end_mark.index
        style = event.style or ""
        if not style and start == end:
            start = end = self._place_of_nothing(start)
        elif style in ("|", ">"):
            end = end_of_block(self.source.text, start, end)
        node = Scalar(self.source, start, end, event.value, style, event.tag)
        if event.anchor:
            self._anchors[event.anchor] = node
        self._add(node)

    def _start(self, event: Any, end: int) -> int:
        """Where a scalar itself starts, behind its anchor and tag. Collections start with theirs."""
        start: int = event.start_mark.index
        properties = _PROPERTIES.match(self.source.text, start, end) if event.anchor or event.tag else None
        return properties.end() if properties else start

    def _place_of_nothing(self, offset: int) -> int:
        """An empty value is reported on the next line; it belongs behind its key."""
        if self._stack and self._stack[-1].key is not None:
            return self._stack[-1].key.end
        return offset

    def _open(self, event: Any, *, is_mapping: bool) -> None:
        if len(self._stack) >= MAX_DEPTH:
            raise _RefusedError(f"nested more than {MAX_DEPTH} levels deep", event.start_mark.index)
        if event.anchor:
            self._anchors.pop(event.anchor, None)
        self._stack.append(_Open(is_mapping=is_mapping, start=event.start_mark.index, anchor=event.anchor))

    def _close(self, event: Any) -> None:
        done = self._stack.pop()
        node: Node
        # A block collection's end mark is the start of the next token, lines further down.
        in_flow = event.end_mark.index > event.start_mark.index
        end = event.end_mark.index if in_flow else max(done.end, done.start)
        if done.is_mapping:
            entries = tuple(Pair(key, value) for key, value in zip(done.keys, done.nodes, strict=True))
            node = Mapping(self.source, done.start, end, entries)
            self._tell_duplicates(done.keys)
            self.merges += (key for key in done.keys if key.value == "<<" and key.is_plain)
        else:
            node = Sequence(self.source, done.start, end, tuple(done.nodes))
        node.weight, node.length = done.weight, done.length
        if done.anchor:
            self._anchors[done.anchor] = node
        self._add(node)

    def _tell_duplicates(self, keys: list[Scalar]) -> None:
        if len({key.value for key in keys}) == len(keys):
            return
        first: dict[str, Scalar] = {}
        for key in keys:
            if key.value in first and self._twice <= _MAX_TWICE:
                self._twice += 1
                line = first[key.value].span.start.line
                more = f"the key `{_short(key.value)}` stands twice, first on line {line}"
                end = "further keys that stand twice are not listed"
                self.problem(more if self._twice <= _MAX_TWICE else end, key.start, key.end)
            first.setdefault(key.value, key)

    def _alias(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        node = self._anchors.get(event.anchor)
        if node is None:
            inside = any(level.anchor == event.anchor for level in self._stack)
            raise _RefusedError(
                f"the alias `*{_short(event.anchor)}` stands inside its own anchor"
                if inside
                else f"the alias `*{_short(event.anchor)}` has no anchor",
                start,
            )
        self._repeated += node.length
        if self._repeated > MAX_REPEATED:
            raise _RefusedError(f"aliases repeat more than {MAX_REPEATED:,} characters", start)
        self._add(_used_at(node, start, end))

    def _add(self, node: Node) -> None:
        if not self._stack:
            self.root = node
            return
        top = self._stack[-1]
        top.weight += node.weight
        top.length += node.length
        if top.weight > MAX_WEIGHT:
            raise _RefusedError(f"more than {MAX_WEIGHT:,} values, aliases written out", node.start)
        top.end = max(top.end, node.end)
        if top.is_mapping and top.key is None:
            if not isinstance(node, Scalar):
                raise _RefusedError("a key that is a list or a mapping", node.start)
            top.key = node
            return
        if top.key is not None:
            top.keys.append(top.key)
            top.key = None
        top.nodes.append(node)


def _used_at(node: Node, start: int, end: int) -> Node:
    """The same content, placed where the alias stands. What is inside keeps its own place."""
    copy: Node
    if isinstance(node, Scalar):
        copy = Scalar(node.source, start, end, node.value, node.style, node.tag)
    elif isinstance(node, Mapping):
        copy = Mapping(node.source, start, end, node.entries)
    elif isinstance(node, Sequence):
        copy = Sequence(node.source, start, end, node.items)
    else:
        raise AssertionError(node)
    copy.weight, copy.length = node.weight, node.length
    return copy


def _short(name: str) -> str:
    return name if len(name) <= 40 else name[:39] + "…"
