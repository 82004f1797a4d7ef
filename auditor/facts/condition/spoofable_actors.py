"""Conditions that an outsider gets past because they test for a bot's name in the wrong field.

Who caused the last event isn't who wrote what it is about: a bot can be made to push to, label or close an
outsider's pull request, and a branch or an author of a commit is called what its writer likes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from auditor.facts.condition.power_behind import Place, PowerBehind, PowersBehind
from auditor.facts.entry.entry import Entry
from auditor.facts.flow.graph.arrival import ContextField
from auditor.facts.flow.sources import author
from auditor.facts.job.expressions import Expressions
from auditor.facts.reach.path import Path
from auditor.finding import Hop, HopKind, Location, Severity, Trace
from auditor.knowledge.actions.bots import AUTHORS_OWN_TYPES, BOT_IDS, BOT_NAME, BOT_PART, WHO_ACTS_EVENTS
from auditor.knowledge.platform.contexts import AUTHORED, STARTERS
from auditor.knowledge.platform.events import Actor
from auditor.languages import expression
from auditor.languages.expression import UNKNOWN, Array, Call, Comparison, Condition, Literal, Node

MAX_OPENED = 20
"""Paths that are looked at for what stands behind one condition, the strongest first."""

_PARTS = frozenset({"startsWith", "endsWith", "contains"})
_STARTER_IDS = frozenset(
    {("github", "actor_id"), ("github", "event", "sender", "id"), ("github", "event", "sender", "type")}
)
_FREE = frozenset(AUTHORED)


@dataclass(frozen=True, slots=True)
class _Test:
    """A part of a condition that is true for a bot: of which field, and which name it tests for."""

    node: Node
    field: tuple[str, ...]
    name: str

    @property
    def acts(self) -> bool:
        """Whether the field says who caused the event; else an outsider writes it."""
        return self.field not in _FREE


@dataclass(frozen=True, slots=True, eq=False)
class SpoofableActor:
    """A test for a bot's name that opens `path` to an outsider, and what stands behind it."""

    place: Place
    field: str
    name: str
    acts: bool
    at: Location
    path: Path
    behind: PowerBehind

    def severity(self, worst: Severity) -> Severity:
        """`worst`, less what stands in the way. A fork's own run has a machine to lose, and no power."""
        return self.path.severity(worst if self.path.entry.privileged else worst.lowered())

    def trace(self) -> Trace:
        """From the entry past the test to the power."""
        how = f"a bot can be made to act last: `{self.field}` then is `{self.name}`"
        if not self.acts:
            how = f"`{self.field}` is what its writer calls it: `{self.name}`, too"
        return self.path.trace(Hop(HopKind.STEP, how, self.at), self.behind.hop)


class SpoofableActors:
    """Finds the conditions of which a bot's name is the key."""

    def __init__(self, expressions: Expressions, powers: PowersBehind) -> None:
        self._expressions = expressions
        self._powers = powers

    def at(self, place: Place) -> SpoofableActor | None:
        """The strongest way past the condition that only a bot's name opens, with something behind it."""
        condition = self._expressions.condition(place.condition)
        if condition is None or condition.node is None or condition.always_true_text:
            return None
        tests = tuple(_tests(condition.node))
        found = (
            (path, test)
            for path in (self._powers.paths(place) if tests else ())
            if path.entry.starter is Actor.OUTSIDER
            and (test := self._first_opening(condition, tests, place, path)) is not None
        )
        for _, (path, test) in zip(range(MAX_OPENED), found, strict=False):
            behind = self._powers.behind(place, path)
            if behind is not None:
                at = place.condition.location_of(test.node.start, test.node.end)
                field = ".".join(test.field)
                return SpoofableActor(place, field, test.name, test.acts, at, path, behind)
        return None

    def _first_opening(
        self, condition: Condition, tests: tuple[_Test, ...], place: Place, path: Path
    ) -> _Test | None:
        """The first test of which it depends whether the path is open to whoever can be taken for a bot."""
        contexts = self._powers.contexts(place, path)
        usable = [test for test in tests if _is_usable(test, path.entry)]
        if not usable:
            return None

        def holds(value: bool) -> bool | None:
            instead = {test.node: Literal(test.node.start, test.node.end, value) for test in usable}
            assert condition.node is not None
            return contexts.holds(replace(condition, node=expression.rebuilt(condition.node, instead)))

        as_themselves, as_bot = holds(False), holds(True)
        opens = as_bot is not False and (as_themselves is False or (as_themselves is None and as_bot is True))
        return usable[0] if opens else None


def _is_usable(test: _Test, entry: Entry) -> bool:
    """Whether an outsider who starts a run by that entry can make the test true."""
    if not test.acts:
        return author(ContextField(test.field), entry) is Actor.OUTSIDER
    if entry.event == "workflow_run":
        return entry.upstream is None or bool(entry.upstream & WHO_ACTS_EVENTS)
    own = bool(entry.types) and set(entry.types) <= AUTHORS_OWN_TYPES
    return entry.event in WHO_ACTS_EVENTS and not own


def _tests(node: Node) -> Iterator[_Test]:
    for part in expression.walk(node):
        match part:
            case Comparison(op="=="):
                found = _in_comparison(part)
            case Call(name="contains", args=(haystack, needle)) if not _field(haystack):
                found = _in_list(part, haystack, needle)
            case Call(name=name, args=(text, piece)) if name in _PARTS:
                found = _in_text(part, text, piece)
            case _:
                found = None
        if found is not None:
            yield found


def _in_comparison(part: Comparison) -> _Test | None:
    left, right = part.left, part.right
    if isinstance(left, Literal):
        left, right = right, left
    field = _field(left)
    if field is None or not isinstance(right, Literal):
        return None
    return _Test(part, field, _text(right)) if _is_bot(field, _text(right)) else None


def _in_list(part: Call, haystack: Node, needle: Node) -> _Test | None:
    """`contains` of a list, or of a text that stands for one."""
    field = _field(needle)
    if field is None:
        return None
    value = expression.evaluate(haystack, lambda _: UNKNOWN)
    if isinstance(value, Array):
        names = [item for item in value.items if isinstance(item, str)]
        name = next((name for name in names if _is_bot(field, name)), None)
    else:
        name = value if isinstance(value, str) and BOT_PART.search(value) else None
    return _Test(part, field, name) if name is not None else None


def _in_text(part: Call, text: Node, piece: Node) -> _Test | None:
    field = _field(text)
    if field is None or not isinstance(piece, Literal) or not BOT_PART.search(_text(piece)):
        return None
    return _Test(part, field, _text(piece))


def _field(node: Node) -> tuple[str, ...] | None:
    """The field that a node is, if it says who acted, or is an outsider's to write."""
    for reference in expression.references(node)[:1]:
        whole = (reference.start, reference.end) == (node.start, node.end)
        if whole and (reference.path in STARTERS | _STARTER_IDS or reference.path in _FREE):
            return reference.path
    return None


def _is_bot(field: tuple[str, ...], name: str) -> bool:
    match field[-1]:
        case "actor_id" | "id":
            return name in BOT_IDS
        case "type":
            return name.lower() == "bot"
    return BOT_NAME.fullmatch(name) is not None


def _text(literal: Literal) -> str:
    value = literal.value
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
