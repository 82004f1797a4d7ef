"""What a written value evaluates to: itself, an input's default, or the alternatives of an expression."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.facts.job.environment import environment
from auditor.facts.job.expressions import Expressions
from auditor.facts.limits import Limits
from auditor.finding import Location
from auditor.languages import expression
from auditor.languages.yaml import Node, Scalar
from auditor.model.documents import Step
from auditor.model.trigger import Input

MAX_DEPTH = 20
"""Alternatives within each other, and variables that are set to others, that a value is followed through."""


@dataclass(frozen=True, slots=True)
class InputValue:
    """A value that is written down. `usual` is what it is unless somebody chooses otherwise.

    `possible` are all values that can be read; `usual` is None where it depends on what isn't known.
    """

    location: Location
    usual: str | None
    possible: frozenset[str]


class Choices:
    """Resolves the inputs of steps."""

    def __init__(self, expressions: Expressions, limits: Limits) -> None:
        self._limits = limits
        self._expressions = expressions
        self._in_progress: set[Node] = set()
        self._known: dict[tuple[Scalar, Step], tuple[str | None, ...]] = {}

    def of(self, scalar: Scalar | None, step: Step) -> InputValue | None:
        """The choice that a value under `with:` is; None where it is absent or empty."""
        if scalar is None or not scalar.value.strip():
            return None
        values = self._values(scalar, step, 0)
        possible = frozenset(value.strip() for value in values if value is not None)
        usual = values[0].strip() if len(values) == 1 and values[0] is not None else None
        return InputValue(scalar.location, usual, possible)

    def _values(self, scalar: Scalar, step: Step, depth: int) -> tuple[str | None, ...]:
        """Each value once."""
        key = (scalar, step)
        if key not in self._known:
            self._in_progress.add(scalar)
            self._known[key] = tuple(dict.fromkeys(self._values_of(scalar, step, depth)))
            self._in_progress.discard(scalar)
        return self._known[key]

    def _values_of(self, scalar: Scalar, step: Step, depth: int) -> Iterator[str | None]:
        parts = self._expressions.of(scalar)
        if not parts:
            yield None if "${{" in scalar.value else scalar.value
        elif len(parts) == 1 and parts[0].text == scalar.value.strip():
            yield from self._possible(parts[0].node, step, depth)
        else:
            yield None

    def _possible(self, node: expression.Node, step: Step, depth: int) -> Iterator[str | None]:
        """Each value that an expression may have; None for one that isn't known."""
        if depth > MAX_DEPTH:
            self._limits.cut(f"a value isn't followed further than {MAX_DEPTH} alternatives", step.location)
            yield None
            return
        match node:
            case expression.Literal(value=str(value)):
                yield value
            case expression.Call():
                known = expression.constant(node)
                yield known if isinstance(known, str) else None
            case expression.Or(operands=operands):
                for part in operands:
                    yield from (value for value in self._possible(part, step, depth + 1) if value != "")
            case expression.And(operands=operands):
                yield from self._possible(operands[-1], step, depth + 1)
            case expression.Property() | expression.Index():
                yield from self._values_of_name(node, step, depth)
            case _:
                yield None

    def _values_of_name(self, node: expression.Node, step: Step, depth: int) -> Iterator[str | None]:
        references = expression.references(node)
        match references[0].path if len(references) == 1 else ():
            case ("inputs", name):
                yield from (given.default.value if given.default else None for given in _inputs(step, name))
            case ("env", name):
                # A variable that is made of one with its own name speaks of the outer one.
                named = (e.value for e in environment(step) if e.key.value.lower() == name)
                found = next((value for value in named if value not in self._in_progress), None)
                yield from self._values(found, step, depth + 1) if isinstance(found, Scalar) else (None,)
            case _:
                yield None


def _inputs(step: Step, name: str) -> Iterator[Input]:
    """The declarations of an input that the file of `step` has."""
    declared: Iterable[Input] = step.action.inputs if step.action else ()
    if step.job is not None:
        declared = (each for trigger in step.job.workflow.triggers for each in trigger.inputs)
    return (each for each in declared if each.name.lower() == name)
