"""Evaluation with partial knowledge. What some completion of the unknown could change is unknown.

An evaluation never fails. Where GitHub would fail the run (no JSON, a wrong format string, a
predicate of `case` that is no boolean) the value is unknown. That a run may fail for an operand
which isn't known makes nothing else unknown: a run that fails has no value.
Source: `Sdk/Operators/` of actions/runner.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from auditor.languages.expression.compare import compare
from auditor.languages.expression.condition import Condition
from auditor.languages.expression.functions import STATUS_FUNCTIONS, call
from auditor.languages.expression.references import STAR, index_name, references
from auditor.languages.expression.syntax import (
    And,
    Call,
    Comparison,
    Context,
    Index,
    Literal,
    Node,
    Not,
    Or,
    Property,
    Star,
    walk,
)
from auditor.languages.expression.value import UNKNOWN, Symbol, Unknown, Value, member, one_of, star, truth

Lookup: TypeAlias = Callable[[tuple[str, ...]], Value]
"""Answers what a chain of names stands for: `("github", "event_name")`, lower-cased.

It is called with whole chains. A chain with a `*` is looked up as a whole first, with `"*"` in its place;
if that is unknown, what stands before the star is looked up. A status function is a path of one name with
parentheses, `("success()",)`. The same array or object must be answered as the same instance.
"""


def evaluate(node: Node, lookup: Lookup) -> Value:
    """The value of `node`, as far as what `lookup` answers decides it."""
    return _Evaluation(lookup).value(node)


def holds(condition: Condition, lookup: Lookup) -> bool | None:
    """Whether an `if:` lets its job or step run, with the `success()` that GitHub adds; None: unknown."""
    own = True if condition.node is None else truth(evaluate(condition.node, lookup))
    if own is False or not condition.implicit_success:
        return own
    succeeded = truth(lookup(("success()",)))
    return own if succeeded is True else succeeded


def undecided(
    node: Node, lookup: Lookup, is_free: Callable[[tuple[str, ...]], bool]
) -> tuple[tuple[str, ...], ...]:
    """What must become known before `node` may count as true, where all that is free may be anything.

    Nothing where what is free suffices, each value taken for itself. A function that only a run can answer
    is a path of one name, `("failure()",)`. `node` isn't known to be false.
    """
    return tuple(dict.fromkeys(_Question(lookup, is_free).missing(node, wanted=True)))


def lookup_in(contexts: Mapping[str, Value]) -> Lookup:
    """A lookup in whole values by the contexts' names in lower case. Other contexts are unknown."""

    def lookup(path: tuple[str, ...]) -> Value:
        if STAR in path:
            return UNKNOWN
        value = contexts.get(path[0], UNKNOWN)
        for name in path[1:]:
            value = member(value, name)
        return value

    return lookup


class _Evaluation:
    """One evaluation. It remembers every node's value, so that nested indexes aren't evaluated twice."""

    def __init__(self, lookup: Lookup) -> None:
        self.lookup = lookup
        self.answers: dict[tuple[str, ...], Value] = {}
        self.done: dict[Node, Value] = {}

    def value(self, node: Node) -> Value:
        if node not in self.done:
            self.done[node] = self.evaluated(node)
        return self.done[node]

    def evaluated(self, node: Node) -> Value:
        match node:
            case Literal():
                return node.value
            case Context() | Property() | Index() | Star():
                return self.chain(node)
            case Comparison():
                answer = compare(node.op, self.value(node.left), self.value(node.right))
                return UNKNOWN if answer is None else answer
            case Not():
                known = truth(self.value(node.operand))
                return UNKNOWN if known is None else not known
            case And():
                return self.first(node.operands, stop=False)
            case Or():
                return self.first(node.operands, stop=True)
            case Call():
                return self.call(node)
        raise TypeError(node)

    def first(self, operands: tuple[Node, ...], *, stop: bool) -> Value:
        """The first operand whose truth is `stop`, or else the last one."""
        possible: list[Value] = []
        for operand in operands[:-1]:
            value = self.value(operand)
            known = truth(value)
            if known is stop:
                return one_of([*possible, value])
            if known is None:
                possible.append(Unknown.TRUTHY if stop else Unknown.FALSY)
        return one_of([*possible, self.value(operands[-1])])

    def call(self, node: Call) -> Value:
        if node.name.lower() in STATUS_FUNCTIONS:
            return UNKNOWN if node.args else self.known_value((f"{node.name}()",))
        return call(node.name, [self.value(arg) for arg in node.args])

    def chain(self, node: Context | Property | Index | Star) -> Value:
        path = self.path(node)
        if path:
            answer = self.known_value(path)
            if STAR not in path or not isinstance(answer, Unknown):
                return answer
        match node:
            case Property():
                return member(self.value(node.target), node.name)
            case Index():
                return member(self.value(node.target), self.value(node.index))
            case Star():
                return star(self.value(node.target))
        return UNKNOWN

    def path(self, node: Node) -> tuple[str, ...] | None:
        """The names from a context to `node`, or None where a name isn't known or no context is the root."""
        if isinstance(node, Context):
            return (node.name,)
        if not isinstance(node, (Property, Index, Star)):
            return None
        target = self.path(node.target)
        name = self.name(node)
        return None if target is None or name is None else (*target, name)

    def name(self, node: Property | Index | Star) -> str | None:
        match node:
            case Property():
                return node.name
            case Index():
                return index_name(self.value(node.index))
        return STAR

    def known_value(self, path: tuple[str, ...]) -> Value:
        if path not in self.answers:
            self.answers[path] = self.lookup(path)
        return self.answers[path]


class _Question:
    def __init__(self, lookup: Lookup, is_free: Callable[[tuple[str, ...]], bool]) -> None:
        self.evaluation = _Evaluation(lookup)
        self.is_free = is_free

    def missing(self, node: Node, *, wanted: bool) -> list[tuple[str, ...]]:
        """What must be known before `node` counts as `wanted`, which it may for all that is known."""
        if truth(self.evaluation.value(node)) is wanted:
            return []
        match node:
            case Not():
                return self.missing(node.operand, wanted=not wanted)
            case And() | Or():
                known = ((each, truth(self.evaluation.value(each))) for each in node.operands)
                open_ones = [each for each, value in known if value is None]
                found = [self.missing(each, wanted=wanted) for each in open_ones]
                # One operand is enough to make an `or` true, or an `and` false.
                if isinstance(node, Or) is wanted and not all(found):
                    return []
                return [path for paths in found for path in paths]
        return [path for path in self.open_paths(node) if not self.is_free(path)]

    def open_paths(self, node: Node) -> list[tuple[str, ...]]:
        """The unknown fields of a node that isn't made of conditions, and the functions among them."""
        fields = [
            each.path for each in references(node) if self.is_open(self.evaluation.known_value(each.path))
        ]
        calls = [each for each in walk(node) if isinstance(each, Call) and each.name.lower() in _OF_A_RUN]
        return fields + [(f"{call.name}()",) for call in calls if self.is_open(self.evaluation.value(call))]

    def is_open(self, value: Value) -> bool:
        return isinstance(value, (Unknown, Symbol))


_OF_A_RUN = STATUS_FUNCTIONS | {"hashfiles"}
