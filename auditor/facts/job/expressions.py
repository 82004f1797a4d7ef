"""The expressions in a repository's texts, each parsed once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from auditor.finding import Location, Problem, Stage
from auditor.languages import expression
from auditor.languages.expression import Condition, ExpressionError, Reference
from auditor.languages.yaml import Mapping, Node, Pair, Scalar, Sequence
from auditor.model.documents import Action, Workflow

_EVALUATED = {
    "workflow": ("run-name", "env", "concurrency", "defaults", "jobs"),
    "action": ("outputs", "runs"),
}
"""The keys of a file below which GitHub evaluates expressions."""

_MAX_PROBLEMS = 1000
"""Problems of one file that are placed; a report lists fewer, and counts the rest."""


@dataclass(frozen=True, eq=False)
class ExpressionInText:
    """One `${{ }}` of a text: its tree, and its offsets in the scalar's value, braces included."""

    scalar: Scalar
    node: expression.Node
    start: int
    end: int

    @cached_property
    def location(self) -> Location:
        """Where it stands in the file."""
        return self.scalar.location_of(self.start, self.end)

    @property
    def text(self) -> str:
        """The expression as written, braces included."""
        return self.scalar.value[self.start : self.end]

    def references(self) -> tuple[Reference, ...]:
        """The context fields that it reads at all."""
        return self._references

    def values(self) -> tuple[Reference, ...]:
        """The context fields whose text can become part of its value."""
        return self._values

    @cached_property
    def _references(self) -> tuple[Reference, ...]:
        return expression.references(self.node)

    @cached_property
    def _values(self) -> tuple[Reference, ...]:
        return expression.values(self.node)


class Expressions:
    """Parses each scalar once. What doesn't parse is a problem, and counts as holding nothing."""

    def __init__(self) -> None:
        self._of: dict[Scalar, tuple[ExpressionInText, ...]] = {}
        self._conditions: dict[Scalar, Condition | None] = {}
        self._parsed: dict[str, Condition | ExpressionError] = {}
        self._failed: Counter[str] = Counter()
        self.problems: list[Problem] = []

    def of(self, scalar: Scalar | None) -> tuple[ExpressionInText, ...]:
        """The expressions between `${{` and `}}` in a text."""
        if scalar is None or "${{" not in scalar.value:
            return ()
        known = self._of.get(scalar)
        if known is None:
            known = self._of[scalar] = tuple(self._parse(scalar))
        return known

    def condition(self, scalar: Scalar | None) -> Condition | None:
        """The condition that an `if:` holds: the same for all that say the same."""
        if scalar is None:
            return None
        if scalar not in self._conditions:
            text = scalar.value
            if text not in self._parsed:
                self._parsed[text] = _parsed(text)
            parsed = self._parsed[text]
            if isinstance(parsed, ExpressionError):
                self._add_problem(scalar, parsed)
            self._conditions[scalar] = None if isinstance(parsed, ExpressionError) else parsed
        return self._conditions[scalar]

    def read_all(self, file: Workflow | Action) -> None:
        """Parse everything that GitHub evaluates in a file, so that no problem stays unseen."""
        keys = _EVALUATED["workflow" if isinstance(file, Workflow) else "action"]
        for key, scalar in _scalars(entry for entry in file.root if entry.key.value in keys):
            if key == "if":
                self.condition(scalar)
            elif "${{" in scalar.value:
                self.of(scalar)

    def _parse(self, scalar: Scalar) -> Iterator[ExpressionInText]:
        try:
            islands = expression.islands(scalar.value)
        except ExpressionError as error:
            self._add_problem(scalar, error)
            return
        for island in islands:
            try:
                node = expression.parse(island.body, island.body_start)
            except ExpressionError as error:
                self._add_problem(scalar, error)
                continue
            yield ExpressionInText(scalar, node, island.start, island.end)

    def _add_problem(self, scalar: Scalar, error: ExpressionError) -> None:
        path = scalar.source.path
        self._failed[path] += 1
        if self._failed[path] > _MAX_PROBLEMS:
            return
        at = scalar.location_of(error.offset, error.offset)
        self.problems.append(Problem(Stage.EXPRESSION, f"not an expression: {error.message}", at))


def _parsed(text: str) -> Condition | ExpressionError:
    try:
        return expression.parse_condition(text)
    except ExpressionError as error:
        return error


def _scalars(entries: Iterator[Pair]) -> Iterator[tuple[str, Scalar]]:
    """Each scalar once with the key that it stands under; aliases share their content."""
    seen: set[tuple[Node, ...] | tuple[Pair, ...]] = set()
    waiting: list[tuple[str, Node]] = [(entry.key.value, entry.value) for entry in entries]
    while waiting:
        key, node = waiting.pop()
        if isinstance(node, Scalar):
            yield key, node
        elif isinstance(node, Mapping) and node.entries not in seen:
            seen.add(node.entries)
            waiting.extend((entry.key.value, entry.value) for entry in node)
        elif isinstance(node, Sequence) and node.items not in seen:
            seen.add(node.items)
            waiting.extend((key, item) for item in node)
