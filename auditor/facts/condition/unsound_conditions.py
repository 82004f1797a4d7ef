"""Conditions that don't mean what they say, and whom the difference lets in.

Each mistake gives what was meant: the condition with the mistake mended. On a path where that doesn't hold,
or isn't known to hold while the condition as it stands does, the mistake opens the path.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from auditor.facts.condition.power_behind import Place, PowerBehind, PowersBehind
from auditor.facts.entry.entry import Entry
from auditor.facts.flow.graph.arrival import ContextField
from auditor.facts.flow.sources import author
from auditor.facts.job.expressions import Expressions
from auditor.facts.reach.path import Path
from auditor.finding import Hop, HopKind, Location, Severity, Trace
from auditor.knowledge.platform.contexts import BOOLEANS, NEVER_SET, STARTERS
from auditor.knowledge.platform.events import Actor
from auditor.languages import expression
from auditor.languages.expression import (
    UNKNOWN,
    And,
    Call,
    Comparison,
    Condition,
    Context,
    ExpressionError,
    Literal,
    Node,
    Not,
    Or,
    Value,
    truth,
)
from auditor.languages.expression.lexer import parse_number
from auditor.model.documents import Job, Step
from auditor.model.trigger import InputType

MAX_PATHS = 40
"""Paths on which what a condition means is compared with what was meant, the strongest first."""

_SEPARATORS = re.compile(r"[\s,;|]+")
_ISLAND_BRACES = re.compile(r"\$\{\{|\}\}")
_INPUTS = {
    ("inputs",): ("workflow_dispatch", "workflow_call"),
    ("github", "event", "inputs"): ("workflow_dispatch",),
}
_STATUSES = {"failure": True, "cancelled": False}
_ANYTHING = "steps"
"""A context of which nothing is known while a run is only thought of."""


class Flaw(Enum):
    """What is wrong. The value reads after "this `if`"."""

    TEXT = "is always true: there is text round its `${{ }}`"
    PART = "looks for a part of a text where an item of a list is meant"
    FALSY = "always takes what follows the `||`: what stands before it is never true"
    NEVER_SET = "compares a field that GitHub never sets"
    OTHER_TYPE = "compares a text with what is never that text"


@dataclass(frozen=True, slots=True)
class _FlawedPart:
    """A part of a condition with a flaw, and what was meant in its place.

    `really` is what a node of it evaluates to, where nothing but the flaw says so.
    """

    flaw: Flaw
    node: Node
    meant: Node
    really: tuple[Node, Node] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class UnsoundCondition:
    """A flaw of a condition. `path` is the strongest that it opens; None where it opens none that is known.

    `behind` is what stands behind the condition there.
    """

    place: Place
    flaw: Flaw
    at: Location
    path: Path | None
    behind: PowerBehind | None

    @property
    def severity(self) -> Severity:
        """High where an outsider gets to something worth taking, low where nobody does."""
        if self.path is None or self.behind is None:
            return Severity.LOW
        entry = self.path.entry
        if entry.author is Actor.OUTSIDER:
            return self.path.severity(Severity.HIGH)
        own_branch = entry.is_pull_request and not entry.fork
        return Severity.LOW if own_branch else self.path.severity(Severity.MEDIUM)

    @property
    def weakness(self) -> tuple[object, ...]:
        """Sorts the worst first: by severity, then by whether something is behind it, path and event."""
        assert self.path is not None
        return -self.severity, self.behind is None, self.path.weakness, self.path.entry.event

    def trace(self) -> Trace:
        """From the entry past the condition to the power; only the condition where no path is opened."""
        said = Hop(HopKind.STEP, f"this `if` {self.flaw.value}", self.at)
        if self.path is None:
            return Trace((said,))
        return self.path.trace(said, *((self.behind.hop,) if self.behind else ()))


class UnsoundConditions:
    """Finds the flaws of conditions."""

    def __init__(self, expressions: Expressions, powers: PowersBehind) -> None:
        self._expressions = expressions
        self._powers = powers

    def at(self, place: Place) -> UnsoundCondition | None:
        """The first flaw of a condition, unless it changes nothing."""
        condition = self._expressions.condition(place.condition)
        if condition is None or condition.node is None:
            return None
        if condition.always_true_text:
            flaw, at = Flaw.TEXT, place.location
            readings = _Readings(condition, (), _meant_by_text(place.condition.value, condition))
        else:
            parts = tuple(_parts(condition.node, place))
            if not parts:
                return None
            flaw, node = parts[0].flaw, parts[0].node
            at = place.condition.location_of(node.start, node.end)
            readings = _Readings(condition, parts)
        opened = (
            UnsoundCondition(place, flaw, at, path, behind) for path, behind in self._opened(place, readings)
        )
        # The order of triggers decides nothing: of paths that are as bad, the event's name does.
        worst = min(opened, key=lambda each: each.weakness, default=None)
        if worst is None and _is_harmless(flaw, *readings.of(None)):
            return None
        return worst or UnsoundCondition(place, flaw, at, None, None)

    def _opened(self, place: Place, readings: _Readings) -> Iterator[tuple[Path, PowerBehind | None]]:
        """The paths that the mistake opens, each with what it opens it to."""
        for path in self._powers.paths(place)[:MAX_PATHS]:
            contexts = self._powers.contexts(place, path)
            is_, should = map(contexts.holds, readings.of(path.entry))
            if should is True or not (is_ is True or (is_ is None and should is False)):
                continue
            yield path, self._powers.behind(place, path)


@dataclass(frozen=True, slots=True)
class _Readings:
    """What a condition says and what was meant. `meant` is given where it isn't a matter of parts."""

    condition: Condition
    parts: tuple[_FlawedPart, ...]
    meant: Condition | None = None

    def of(self, entry: Entry | None) -> tuple[Condition, Condition]:
        """Both, in a run that `entry` starts: a needle that its starter chooses is part of a text, no item.

        In what was meant, the run isn't cancelled, and a step that waits for a failure has its way.
        """
        says, meant = {}, {}
        for part in self.parts:
            meant[part.node] = part.meant
            if part.really is not None:
                says[part.really[0]] = part.really[1]
            if entry is not None and part.flaw is Flaw.PART and _is_chosen(part.node, entry):
                says[part.node] = Literal(part.node.start, part.node.end, True)
                meant[part.node] = Literal(part.node.start, part.node.end, False)
        wanted = self.meant or _rebuilt(self.condition, meant)
        return _rebuilt(self.condition, says), _rebuilt(wanted, _statuses(wanted)) if entry else wanted


def _rebuilt(condition: Condition, instead: dict[Node, Node]) -> Condition:
    if condition.node is None:
        return condition
    return replace(condition, node=expression.rebuilt(condition.node, instead))


def _statuses(condition: Condition) -> dict[Node, Node]:
    parts = expression.walk(condition.node) if condition.node else ()
    return {
        part: Literal(part.start, part.end, _STATUSES[part.name])
        for part in parts
        if isinstance(part, Call) and part.name in _STATUSES
    }


def _is_harmless(flaw: Flaw, condition: Condition, meant: Condition) -> bool:
    """Whether a flaw that opens no path changes nothing: what was meant is always true, too, or the same."""
    if flaw is Flaw.PART:
        return True
    known = truth(expression.evaluate(meant.node, _in_no_run)) if meant.node else True
    if flaw is Flaw.TEXT:
        return known is True or meant.node is None
    own = truth(expression.evaluate(condition.node, _in_no_run)) if condition.node else True
    return own is not None and own is known


def _in_no_run(path: tuple[str, ...]) -> Value:
    """What is known of a context in no run in particular."""
    return True if path == ("always()",) else UNKNOWN


def _meant_by_text(text: str, condition: Condition) -> Condition:
    """The condition without its braces, if that is an expression; else all of its islands."""
    bare = _ISLAND_BRACES.sub(" ", text)
    try:
        return expression.parse_condition(bare)
    except ExpressionError:
        node = condition.node
        islands = node.args[1:] if isinstance(node, Call) else ()
        whole = And(0, len(text), islands) if len(islands) > 1 else next(iter(islands), None)
        return Condition(whole, condition.implicit_success)


def _parts(node: Node, place: Place) -> Iterator[_FlawedPart]:
    for part in expression.walk(node):
        match part:
            case Call(name="contains", args=(Literal(value=str(text)), needle)):
                meant = _as_list(part, text, needle)
                if meant is not None:
                    yield _FlawedPart(Flaw.PART, part, meant)
            case Or():
                meant = _as_choice(part)
                if meant is not None:
                    yield _FlawedPart(Flaw.FALSY, part, meant)
            case Comparison():
                yield from _in_comparison(part, place)


def _as_list(part: Call, text: str, needle: Node) -> Node | None:
    """The needle is one of the items that the text lists; None for a needle that is a text itself."""
    if isinstance(needle, Literal) or not text:
        return None
    items = tuple(item for item in _items(text) if item)
    found = tuple(
        Comparison(part.start, part.end, "==", needle, Literal(part.start, part.end, item)) for item in items
    )
    return Or(part.start, part.end, found) if len(found) > 1 else next(iter(found), None)


def _items(text: str) -> list[str]:
    if text.lstrip().startswith("["):
        try:
            return [str(item) for item in json.loads(text)]
        except (ValueError, RecursionError):
            pass
    return _SEPARATORS.split(text.strip())


def _as_choice(part: Or) -> Node | None:
    """`a && falsy || b` with b only where a doesn't hold; None where no operand has that shape."""
    for number, operand in enumerate(part.operands[:-1]):
        if not isinstance(operand, And) or not _is_falsy(operand.operands[-1]):
            continue
        tests, rest = operand.operands[:-1], part.operands[number + 1 :]
        test = And(operand.start, operand.end, tests) if len(tests) > 1 else tests[0]
        other = Or(part.start, part.end, rest) if len(rest) > 1 else rest[0]
        chosen = And(part.start, part.end, (Not(test.start, test.end, test), other))
        return Or(part.start, part.end, (*part.operands[:number], chosen)) if number else chosen
    return None


def _is_falsy(node: Node) -> bool:
    return isinstance(node, Literal) and truth(node.value) is False


def _in_comparison(part: Comparison, place: Place) -> Iterator[_FlawedPart]:
    for field, other in ((part.left, part.right), (part.right, part.left)):
        for reference in expression.references(field)[:1]:
            if (reference.start, reference.end) != (field.start, field.end):
                continue
            if reference.path in NEVER_SET:
                anything = Context(part.start, part.end, _ANYTHING)
                nothing = Literal(field.start, field.end, None)
                yield _FlawedPart(Flaw.NEVER_SET, part, anything, (field, nothing))
            elif part.op in ("==", "!=") and isinstance(other, Literal):
                meant = _literal_meant(reference.path, other, place)
                if meant is not None:
                    never = Literal(part.start, part.end, part.op == "!=")
                    yield _FlawedPart(Flaw.OTHER_TYPE, other, meant, (part, never))


def _literal_meant(path: tuple[str, ...], other: Literal, place: Place) -> Node | None:
    """What a literal must be for the field to be it, where the one that stands there can't be equal."""
    kind = _kind(path, place)
    if isinstance(other.value, str) and kind in (InputType.BOOLEAN, InputType.NUMBER):
        if not math.isnan(parse_number(other.value)):
            return None
        known = {"true": True, "false": False}.get(other.value.lower())
        if kind is InputType.BOOLEAN and known is not None:
            return replace(other, value=known)
        return Context(other.start, other.end, _ANYTHING)
    if kind is InputType.CHOICE and other.value is True:
        return replace(other, value="true")
    return None


def _kind(path: tuple[str, ...], place: Place) -> InputType | None:
    """The type of a field that surely has one. What a dispatch says of a boolean is one of two texts."""
    if path in BOOLEANS:
        return InputType.BOOLEAN
    job = place.at if isinstance(place.at, Job) else place.at.job
    if job is None:
        return None
    triggers = job.workflow.triggers
    if path[:-1] not in _INPUTS:
        return None
    events = _INPUTS[path[:-1]]
    inputs = (trigger.input(path[-1]) for trigger in triggers if trigger.event in events)
    declared = [each for each in inputs if each is not None]
    kinds = {each.type for each in declared}
    if len(kinds) != 1:
        return None
    kind = kinds.pop()
    if path[0] == "inputs":
        return kind
    return InputType.CHOICE if kind is InputType.BOOLEAN else None


def _is_chosen(part: Node, entry: Entry) -> bool:
    """Whether somebody who starts a run by that entry chooses a needle's text."""
    paths = {reference.path for reference in expression.references(part)}
    if entry.starter is Actor.OUTSIDER and paths & STARTERS:
        return True
    return any(author(ContextField(path), entry) is not None for path in paths)


def place_in_words(place: Place) -> str:
    """What the condition belongs to, for a message."""
    if isinstance(place.at, Step):
        return f"of the step `{place.step}`" if place.step else "of a step"
    return f"of the job `{place.at.id}`"
