"""Tolerant reading of a tree: a value of the wrong type is a problem with a place, never a crash."""

from __future__ import annotations

import re

from auditor.finding import Location, Problem, Stage
from auditor.languages.yaml import Mapping, Node, Pair, Scalar, Sequence, Tree
from auditor.source import FIRST

_BOOLEANS = {"true", "True", "TRUE", "false", "False", "FALSE"}
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_MAX_PROBLEMS = 50


class MappingReader:
    """Takes values out of mappings and remembers what was wrong with them.

    Each method gives None or nothing for what is absent, null or of the wrong type; the last also
    leaves a problem. Values that hold an expression pass wherever a scalar may stand.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def problem(self, message: str, at: Location) -> None:
        """Note what is wrong. A file that is wrong all over is cut off, and that is said."""
        if len(self.problems) < _MAX_PROBLEMS:
            self.problems.append(Problem(Stage.MODEL, message, at))
        elif len(self.problems) == _MAX_PROBLEMS:
            self.problems.append(Problem(Stage.MODEL, "further problems of this file are not listed", at))

    def root(self, tree: Tree, *, what: str) -> Mapping | None:
        """The mapping that a whole file must be."""
        for key in tree.merges:
            self.problem("GitHub refuses a file with the merge key `<<`; it is not followed", key.location)
        if isinstance(tree.root, Mapping):
            return tree.root
        if not tree.problems:
            empty = is_null(tree.root)
            found = "the file is empty" if empty else f"the file holds {_kind(tree.root)}"
            at = tree.root.location if tree.root and not empty else Location(self.path, FIRST)
            self.problem(f"not {what}: {found}", at)
        return None

    def scalar(self, mapping: Mapping, key: str) -> Scalar | None:
        """A text. Numbers and booleans are texts to GitHub where it wants one."""
        entry = mapping.entry(key)
        return self.as_scalar(entry.value, key) if entry else None

    def as_scalar(self, node: Node, name: str) -> Scalar | None:
        """`node`, where it is a scalar that isn't null."""
        if isinstance(node, Scalar):
            return None if node.is_null else node
        self._wrong(node, name, "a text")
        return None

    def boolean(self, mapping: Mapping, key: str) -> Scalar | None:
        """True or false, or an expression."""
        scalar = self.scalar(mapping, key)
        if scalar is not None and scalar.value not in _BOOLEANS and "${{" not in scalar.value:
            self._wrong(scalar, key, "true or false")
            return None
        return scalar

    def number(self, mapping: Mapping, key: str) -> Scalar | None:
        """A number, or an expression."""
        scalar = self.scalar(mapping, key)
        if scalar is not None and not _NUMBER.fullmatch(scalar.value) and "${{" not in scalar.value:
            self._wrong(scalar, key, "a number")
            return None
        return scalar

    def mapping(self, mapping: Mapping, key: str) -> Mapping | None:
        """A mapping."""
        entry = mapping.entry(key)
        return self.as_mapping(entry.value, key) if entry else None

    def as_mapping(self, node: Node, name: str) -> Mapping | None:
        """`node`, where it is a mapping."""
        if isinstance(node, Mapping):
            return node
        if not is_null(node):
            self._wrong(node, name, "a mapping")
        return None

    def mapping_or_expression(self, mapping: Mapping, key: str) -> Mapping | Scalar | None:
        """A mapping, or one expression that makes one (`env: ${{ fromJSON(...) }}`)."""
        node = mapping.get(key)
        if isinstance(node, Scalar) and "${{" in node.value:
            return node
        return self.as_mapping(node, key) if node is not None else None

    def sequence(self, mapping: Mapping, key: str) -> tuple[Node, ...]:
        """A list."""
        node = mapping.get(key)
        if isinstance(node, Sequence):
            return node.items
        if node is not None and not is_null(node):
            self._wrong(node, key, "a list")
        return ()

    def scalars(self, mapping: Mapping, key: str) -> tuple[Scalar, ...]:
        """One text or a list of texts."""
        node = mapping.get(key)
        return self.as_scalars(node, key) if node is not None else ()

    def as_scalars(self, node: Node, name: str) -> tuple[Scalar, ...]:
        """`node`, one text or a list of texts, as a list."""
        if isinstance(node, Sequence):
            found = (self.as_scalar(item, name) for item in node.items)
            return tuple(scalar for scalar in found if scalar is not None)
        scalar = self.as_scalar(node, name)
        return (scalar,) if scalar is not None else ()

    def scalar_entries(self, mapping: Mapping | None) -> tuple[Pair, ...]:
        """The entries of a mapping from names to texts, as `env` and `with` are."""
        if mapping is None:
            return ()
        entries = []
        for entry in mapping:
            if isinstance(entry.value, Scalar):
                entries.append(entry)
            else:
                self._wrong(entry.value, entry.key.value, "a text")
        return tuple(entries)

    def _wrong(self, node: Node, name: str, wanted: str) -> None:
        self.problem(f"`{short(name)}` must be {wanted}, not {_kind(node)}", node.location)


def _kind(node: Node | None) -> str:
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    if isinstance(node, Scalar):
        return f"`{short(node.value)}`"
    return "nothing"


def short(text: str) -> str:
    """`text`, cut to what a message has room for."""
    return text if len(text) <= 40 else text[:39] + "…"


def is_null(node: Node | None) -> bool:
    """Whether a key has no value, or isn't there."""
    return node is None or (isinstance(node, Scalar) and node.is_null)
