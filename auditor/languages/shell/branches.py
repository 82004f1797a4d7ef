"""Where a script's way forks, and what is known on each way: conditions, alternatives, and where both meet.

Every `start` and `end` is an offset into the script's text, as in `script.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from auditor.languages.time_limit import TimeLimit

if TYPE_CHECKING:
    from tree_sitter import Node

Span: TypeAlias = tuple[int, int]

MAX_ATOMS = 200
"""Commands of one condition that are kept."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A command or test of a condition, and whether it succeeded."""

    start: int
    end: int
    succeeds: bool


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """A place where the way forks.

    `then` and `otherwise` are the two ways, if there is something on them; `if_then` and `if_otherwise` is
    what is known there. Behind `end`, up to `until`, whichever way didn't leave the script goes on.
    """

    if_then: tuple[Outcome, ...]
    if_otherwise: tuple[Outcome, ...]
    then: Span | None
    otherwise: Span | None
    end: int
    until: int


@dataclass(frozen=True, slots=True, eq=False)
class CaseItem:
    """One alternative of a `case`: the places of its patterns, and what runs there."""

    patterns: tuple[Span, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A `case WORD in ... esac`; `subject` is the place of the word."""

    subject: Span
    items: tuple[CaseItem, ...]
    end: int
    until: int


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """`[[ left operator right ]]`, each side by its place."""

    left: Span
    operator: str
    right: Span
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Branches:
    """All forks of a script. `regions` are the parts that don't always run, the outer before the inner.

    `bare` are tests that stand alone: with `set -e` the script ends where one fails.
    """

    branches: tuple[Branch, ...] = ()
    cases: tuple[Case, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    regions: tuple[Span, ...] = ()
    bare: tuple[tuple[Outcome, int], ...] = ()


NO_BRANCHES = Branches()

_STATEMENTS = frozenset({"program", "do_group", "compound_statement", "else_clause", "function_definition"})
"""What holds commands that stand alone."""

_REGIONS = frozenset(
    {
        "command_substitution",
        "do_group",
        "elif_clause",
        "else_clause",
        "function_definition",
        "process_substitution",
        "subshell",
    }
)


def branches_of(root: Node, time_limit: TimeLimit) -> Branches:
    """The forks below a node. Walks with a stack of its own: depth costs no recursion."""
    return _Walk(time_limit).of(root)


class _Walk:
    def __init__(self, time_limit: TimeLimit) -> None:
        self._time_limit = time_limit
        self._branches: list[Branch] = []
        self._cases: list[Case] = []
        self._comparisons: list[Comparison] = []
        self._regions: list[Span] = []
        self._bare: list[tuple[Outcome, int]] = []

    def of(self, root: Node) -> Branches:
        waiting: list[tuple[Node, int, bool]] = [(root, root.end_byte, True)]
        while waiting:
            self._time_limit.tick()
            node, until, is_statement = waiting.pop()
            waiting += reversed(list(self._below(node, until, is_statement)))
        return Branches(
            tuple(self._branches),
            tuple(self._cases),
            tuple(self._comparisons),
            tuple(sorted(self._regions, key=lambda span: (span[0], -span[1]))),
            tuple(self._bare),
        )

    def _below(self, node: Node, until: int, is_statement: bool) -> Iterator[tuple[Node, int, bool]]:
        kind = node.type
        if node.next_sibling is not None and node.next_sibling.type == "&":
            # What runs beside the script decides nothing about it.
            for child in node.named_children:
                yield child, node.end_byte, False
            return
        if kind in _REGIONS:
            until = node.end_byte
            self._regions.append(node.byte_range)
        match kind:
            case "if_statement" | "elif_clause":
                yield from self._fork(node, until)
            case "list":
                yield from self._chain(node, until, is_statement)
            case "case_statement":
                yield from self._case(node, until)
            case "test_command":
                self._compare(node)
                if is_statement:
                    self._bare.append((Outcome(*node.byte_range, succeeds=True), until))
            case _:
                for child in node.named_children:
                    yield child, until, kind in _STATEMENTS

    def _fork(self, node: Node, until: int) -> Iterator[tuple[Node, int, bool]]:
        """`if A; then B; elif …; else C; fi`: B is where A holds, all after it where A doesn't."""
        conditions = [each for each in node.children_by_field_name("condition") if each.is_named]
        clauses = [child for child in node.named_children if child.type in ("elif_clause", "else_clause")]
        seen = False
        body: list[Node] = []
        for child in node.children:
            if child.type == "then":
                seen = True
            elif child.type == "fi" or child in clauses:
                break
            elif seen and child.is_named:
                body.append(child)
            elif not seen and child.is_named and child not in conditions:
                conditions.append(child)
        if not conditions:
            return
        then = (body[0].start_byte, body[-1].end_byte) if body else None
        otherwise = (clauses[0].start_byte, clauses[-1].end_byte) if clauses else None
        if node.type == "elif_clause":
            # The clauses after an `elif` are its brothers in the tree.
            following = _following(node)
            otherwise = (following[0].start_byte, following[-1].end_byte) if following else None
        holds = _outcomes(conditions[-1], succeeds=True)
        fails = _outcomes(conditions[-1], succeeds=False)
        end = node.parent.end_byte if node.type == "elif_clause" and node.parent else node.end_byte
        after = until if node.type != "elif_clause" else end
        self._branches.append(Branch(holds, fails, then, otherwise, end, after))
        if then is not None:
            self._regions.append(then)
        for child in conditions:
            yield child, until, False
        for child in body:
            yield child, then[1] if then else until, True
        for child in clauses:
            yield child, until, False

    def _chain(self, node: Node, until: int, is_statement: bool) -> Iterator[tuple[Node, int, bool]]:
        """`A && B` and `A || B`."""
        named = node.named_children
        operator = next((child.type for child in node.children if child.type in ("&&", "||")), "")
        if len(named) == 2 and operator:
            first, second = named
            span = second.byte_range
            then, otherwise = (span, None) if operator == "&&" else (None, span)
            holds, fails = _outcomes(first, succeeds=True), _outcomes(first, succeeds=False)
            self._branches.append(Branch(holds, fails, then, otherwise, node.end_byte, until))
            self._regions.append(span)
            yield first, until, False
            yield second, span[1], False
            return
        for child in named:
            yield child, until, is_statement and not operator

    def _case(self, node: Node, until: int) -> Iterator[tuple[Node, int, bool]]:
        subject = node.child_by_field_name("value")
        items = []
        for child in node.named_children:
            if child.type != "case_item":
                continue
            values = child.children_by_field_name("value")
            body = [each for each in child.named_children if each not in values]
            span = (body[0].start_byte, body[-1].end_byte) if body else (child.end_byte, child.end_byte)
            places = tuple(value.byte_range for value in values)
            items.append(CaseItem(places, span))
            self._regions.append(span)
            for each in body:
                yield each, span[1], True
        if subject is not None:
            self._cases.append(Case(subject.byte_range, tuple(items), node.end_byte, until))
            yield subject, until, False

    def _compare(self, node: Node) -> None:
        waiting = list(node.named_children)
        while waiting:
            self._time_limit.tick()
            child = waiting.pop()
            if child.type != "binary_expression":
                if child.type in ("parenthesized_expression", "unary_expression"):
                    waiting += child.named_children
                continue
            left, operator, right = (
                child.child_by_field_name(name) for name in ("left", "operator", "right")
            )
            if left is not None and operator is not None and right is not None:
                if operator.type in ("&&", "||"):
                    waiting += (left, right)
                else:
                    place = _positive(left).byte_range, operator.type, right.byte_range
                    self._comparisons.append(Comparison(*place, *child.byte_range))


def _following(node: Node) -> list[Node]:
    found = []
    sibling = node.next_named_sibling
    while sibling is not None:
        if sibling.type in ("elif_clause", "else_clause"):
            found.append(sibling)
        sibling = sibling.next_named_sibling
    return found


def _outcomes(condition: Node, *, succeeds: bool) -> tuple[Outcome, ...]:
    """What is known of the parts of a condition where it holds, or where it doesn't."""
    found: list[Outcome] = []
    waiting = [(condition, succeeds)]
    while waiting and len(found) < MAX_ATOMS:
        node, succeeds = waiting.pop()
        named = node.named_children
        if node.type == "negated_command" and named:
            waiting.append((named[-1], not succeeds))
        elif node.type == "list" and len(named) == 2:
            operator = next((child.type for child in node.children if child.type in ("&&", "||")), "")
            # Both sides of `&&` are known where it holds, both of `||` where it doesn't.
            if (operator == "&&") is succeeds:
                waiting += [(each, succeeds) for each in reversed(named)]
            elif not operator:
                waiting.append((named[-1], succeeds))
        elif node.type == "compound_statement" and named:
            waiting.append((named[-1], succeeds))
        elif node.type == "test_command":
            found += _in_test(node, succeeds=succeeds)
        else:
            found.append(Outcome(*node.byte_range, succeeds))
    return tuple(found)


def _in_test(node: Node, *, succeeds: bool) -> Iterator[Outcome]:
    """The comparisons inside `[[ … ]]` that are decided by its outcome."""
    waiting = [(child, succeeds) for child in node.named_children]
    while waiting:
        child, holds = waiting.pop()
        operator = child.child_by_field_name("operator")
        named = child.named_children
        if child.type == "parenthesized_expression":
            waiting += [(each, holds) for each in named]
        elif child.type == "unary_expression" and any(each.type == "!" for each in child.children):
            waiting += [(each, not holds) for each in named]
        elif child.type == "binary_expression" and operator is not None and operator.type in ("&&", "||"):
            if (operator.type == "&&") is holds:
                left, right = child.child_by_field_name("left"), child.child_by_field_name("right")
                waiting += [(each, holds) for each in (left, right) if each is not None]
        else:
            left = child.child_by_field_name("left")
            negated = left is not None and _positive(left) is not left
            yield Outcome(*child.byte_range, holds is not negated)


def _positive(node: Node) -> Node:
    """The `$x` of `! $x == y`, where the grammar takes the `!` for a part of the left side."""
    is_negated = node.type == "unary_expression" and any(each.type == "!" for each in node.children)
    return node.named_children[-1] if is_negated and node.named_children else node
