"""One token against Google's conditions, the naive way: the second opinion on whatever the boxes say.

An expression gives every outcome that it may have: more than one where something in it isn't followed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from itertools import product

from auditor.cloud.content_search import OPAQUE
from auditor.cloud.google import AttributeCondition
from auditor.languages import cel, re2
from auditor.trust.automata.regular import is_found


class NonBoolean(Enum):
    """What is no value: a failure, or what isn't followed."""

    ERROR = "error"
    ANYTHING = "anything"


Outcome = str | int | float | bool | None | NonBoolean
Outcomes = frozenset[Outcome]

_ERROR: Outcomes = frozenset([NonBoolean.ERROR])
_UNKNOWN: Outcomes = frozenset([NonBoolean.ANYTHING])
_OPEN: Outcomes = frozenset([True, False])


def holds(
    condition: AttributeCondition, mapping: Mapping[str, AttributeCondition], claims: Mapping[str, str]
) -> Outcomes:
    """Whether a condition holds for a token: true, false or an error, or several of them."""
    return _OPEN if condition.tree is None else _GoogleToken(mapping, claims).truth(condition.tree)


def is_attribute(
    name: str, wanted: str, mapping: Mapping[str, AttributeCondition], claims: Mapping[str, str]
) -> Outcomes:
    """Whether an attribute of Google's is `wanted` for a token."""
    return _each(_equal, _GoogleToken(mapping, claims).attribute(name), frozenset([wanted]))


class _GoogleToken:
    def __init__(self, mapping: Mapping[str, AttributeCondition], claims: Mapping[str, str]) -> None:
        self._mapping = mapping
        self._claims = claims
        self._variables: dict[str, Outcomes] = {}
        self._sees_attributes = True

    def truth(self, node: cel.Node) -> Outcomes:
        """An expression as a condition."""
        outcomes = _UNKNOWN if isinstance(node, cel.Hole) else self.value(node)
        if NonBoolean.ANYTHING in outcomes:
            return _OPEN
        return frozenset(outcome if isinstance(outcome, bool) else NonBoolean.ERROR for outcome in outcomes)

    def value(self, node: cel.Node) -> Outcomes:
        """An expression."""
        match node:
            case cel.Literal():
                return frozenset([node.value])
            case cel.Hole():
                return frozenset([OPAQUE])
            case cel.Name():
                return self._variables.get(node.name, _UNKNOWN)
            case cel.Field():
                return self._field(node)
            case cel.Not():
                return frozenset(
                    not outcome if isinstance(outcome, bool) else NonBoolean.ERROR
                    for outcome in self.truth(node.of)
                )
            case cel.And():
                return self._joined(node.parts, decisive=False)
            case cel.Or():
                return self._joined(node.parts, decisive=True)
            case cel.Conditional():
                return self._conditional(node)
            case cel.Operation():
                return self._operation(node)
            case cel.Call():
                return self._call(node)
            case _:
                return _UNKNOWN

    def attribute(self, name: str) -> Outcomes:
        """A mapped attribute; an error where it isn't mapped."""
        source = self._mapping.get(name)
        if source is None:
            return _ERROR
        if source.tree is None or not self._sees_attributes:
            return _UNKNOWN
        inner = _GoogleToken(self._mapping, self._claims)
        inner._sees_attributes = False
        return inner.value(source.tree)

    def _field(self, node: cel.Field) -> Outcomes:
        if not isinstance(node.of, cel.Name):
            return _UNKNOWN
        if node.of.name == "assertion":
            return frozenset([self._claims.get(node.name, NonBoolean.ERROR)])
        if node.of.name in ("attribute", "google"):
            return self.attribute(f"{node.of.name}.{node.name}")
        return _UNKNOWN

    def _joined(self, parts: Iterable[cel.Node], *, decisive: bool) -> Outcomes:
        found: Outcomes = frozenset([not decisive])
        for part in parts:
            found = _with_outcome(found, self.truth(part), decisive=decisive)
        return found

    def _conditional(self, node: cel.Conditional) -> Outcomes:
        found: set[Outcome] = set()
        for outcome in self.truth(node.test):
            branch = node.then if outcome is True else node.otherwise
            found |= self.value(branch) if isinstance(outcome, bool) else _ERROR
        return frozenset(found)

    def _operation(self, node: cel.Operation) -> Outcomes:
        if node.operator == "in" and isinstance(node.right, cel.Hole):
            return _each(_equal, self.value(node.left), self.value(node.right))
        if node.operator == "in" and isinstance(node.right, cel.Items):
            left = self.value(node.left)
            found: Outcomes = frozenset([False])
            for item in node.right.items:
                same = _each(_equal, left, self.value(item))
                same = _OPEN if NonBoolean.ANYTHING in same else same
                found = _with_outcome(found, same, decisive=True)
            return found
        functions = {"==": _equal, "!=": _unequal, "+": _sum}
        if node.operator not in functions:
            return _UNKNOWN
        return _each(functions[node.operator], self.value(node.left), self.value(node.right))

    def _call(self, node: cel.Call) -> Outcomes:
        if node.on is None:
            if node.name == "string" and len(node.arguments) == 1:
                return self.value(node.arguments[0])
            return self._has(node) if node.name == "has" and len(node.arguments) == 1 else _UNKNOWN
        if node.name in ("exists", "all") and isinstance(node.on, cel.Items) and len(node.arguments) == 2:
            return self._of_each(node, node.on)
        if node.name in _METHODS and len(node.arguments) == 1:
            return _each(_METHODS[node.name], self.value(node.on), self.value(node.arguments[0]))
        return _UNKNOWN

    def _has(self, node: cel.Call) -> Outcomes:
        field = node.arguments[0]
        if not isinstance(field, cel.Field) or not isinstance(field.of, cel.Name):
            return _OPEN
        if field.of.name == "assertion":
            return frozenset([field.name in self._claims])
        if f"{field.of.name}.{field.name}" not in self._mapping:
            return frozenset([False])
        return _OPEN if self.value(field) & {NonBoolean.ERROR, NonBoolean.ANYTHING} else frozenset([True])

    def _of_each(self, node: cel.Call, items: cel.Items) -> Outcomes:
        variable, test = node.arguments
        if not isinstance(variable, cel.Name):
            return _UNKNOWN
        decisive = node.name == "exists"
        before = dict(self._variables)
        found: Outcomes = frozenset([not decisive])
        for item in items.items:
            self._variables = {**before, variable.name: self.value(item)}
            found = _with_outcome(found, self.truth(test), decisive=decisive)
            self._variables = before
        return found


def _with_outcome(found: Outcomes, more: Outcomes, *, decisive: bool) -> Outcomes:
    """`&&` or `||` of both: one decisive part settles it, whatever fails beside it."""
    return frozenset(
        decisive if decisive in pair else NonBoolean.ERROR if NonBoolean.ERROR in pair else not decisive
        for pair in product(found, more)
    )


def _each(function: Callable[[Outcome, Outcome], Outcome], left: Outcomes, right: Outcomes) -> Outcomes:
    """A function over every pair of outcomes."""
    found: set[Outcome] = set()
    for one, other in product(left, right):
        if NonBoolean.ERROR in (one, other):
            found.add(NonBoolean.ERROR)
        elif NonBoolean.ANYTHING in (one, other):
            found.add(NonBoolean.ANYTHING)
        else:
            found.add(function(one, other))
    return frozenset(found)


def _equal(one: Outcome, other: Outcome) -> Outcome:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, str) != isinstance(other, str):
        return False
    return one == other


def _unequal(one: Outcome, other: Outcome) -> Outcome:
    return not _equal(one, other)


def _sum(one: Outcome, other: Outcome) -> Outcome:
    return one + other if isinstance(one, str) and isinstance(other, str) else NonBoolean.ERROR


def _of_texts(function: Callable[[str, str], Outcome]) -> Callable[[Outcome, Outcome], Outcome]:
    def checked(one: Outcome, other: Outcome) -> Outcome:
        return function(one, other) if isinstance(one, str) and isinstance(other, str) else NonBoolean.ERROR

    return checked


def _matches(text: str, expression: str) -> Outcome:
    try:
        found = is_found(re2.parse(expression), text)
    except (re2.RegexError, re2.RegexTooHardError):
        return NonBoolean.ANYTHING
    return NonBoolean.ANYTHING if OPAQUE in expression and not found else found


_METHODS = {
    "startsWith": _of_texts(str.startswith),
    "endsWith": _of_texts(str.endswith),
    "contains": _of_texts(str.__contains__),
    "matches": _of_texts(_matches),
}
