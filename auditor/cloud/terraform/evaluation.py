"""Expressions to data. What isn't known is a hole that names what it depends on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from auditor.cloud.partial_values import (
    MAX_PARTS,
    MAX_TEXT,
    blamed,
    chosen,
    combined,
    hole,
    text,
    truth,
)
from auditor.cloud.terraform import operations
from auditor.cloud.terraform.functions import called
from auditor.cloud.terraform.limits import ReadingLimits
from auditor.cloud.values import (
    Choice,
    Datum,
    Field,
    Fields,
    Hole,
    List,
    Null,
    Part,
    Value,
    Written,
    merged,
)
from auditor.finding import Location
from auditor.languages.hcl import (
    AttributeAccess,
    Call,
    Conditional,
    Expression,
    For,
    Index,
    Items,
    Literal,
    Object,
    Operation,
    Reference,
    Splat,
    Template,
    Text,
)
from auditor.languages.hcl.syntax import ELEMENT
from auditor.languages.time_limit import CutOff
from auditor.source import Runs


class EnclosingModule(Protocol):
    """The module that an expression stands in: what its names and its files mean, and how much is read.

    `address` is its own one in the configuration; the root module's is empty.
    """

    address: str
    limits: ReadingLimits

    def named(self, root: str, steps: list[Step], expression: Expression) -> tuple[Datum, int]:
        """What the first names of a traversal mean, and how many steps behind the first are used up."""

    def file(self, call: Call, scope: Scope) -> Datum:
        """What `file` or `templatefile` reads."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where names are looked up: those of loops and instances first, then the module's."""

    module: EnclosingModule
    names: Mapping[str, Datum] = field(default_factory=dict)

    def with_names(self, **names: Datum) -> Scope:
        """The same with more names."""
        return replace(self, names={**self.names, **names})


Step = str | Expression
"""What is taken of a value: an attribute's name, or what stands between brackets."""


@dataclass(frozen=True, slots=True)
class Instance(Hole):
    """A resource or a module as a whole. `read` gives an attribute or output, and where that is used."""

    read: Callable[[str, Location], Datum] | None = field(default=None, compare=False, repr=False)


def settled(expression: Expression, scope: Scope) -> Datum:
    """`evaluate`, for those who stand outside: where it takes too long, that is a problem and a hole."""
    limits = scope.module.limits
    try:
        return evaluate(expression, scope)
    except CutOff as error:
        if limits.depth:
            raise
        limits.problem(str(error), expression.location)
        return hole("a value that takes too long to work out", expression.location)


def evaluate(expression: Expression, scope: Scope) -> Datum:
    """The value of an expression. Raises `CutOff` where it takes too long."""
    limits = scope.module.limits
    if not limits.enter():
        return hole("an expression that is nested too deep", expression.location)
    try:
        if isinstance(expression, AttributeAccess | Index | Splat | Reference):
            return _traversal(expression, scope)
        if isinstance(expression, Template):
            return _template(expression, scope)
        if isinstance(expression, Conditional):
            return _conditional(expression, scope)
        if isinstance(expression, Call):
            return _call(expression, scope)
        return _composed(expression, scope)
    finally:
        limits.leave()


def _composed(expression: Expression, scope: Scope) -> Datum:
    at = expression.location
    if isinstance(expression, Literal):
        return Null(at) if expression.text is None else text(expression.text, at)
    if isinstance(expression, Items):
        return List(tuple(evaluate(item, scope) for item in expression.items), at)
    if isinstance(expression, Object):
        return Fields(tuple(_fields(expression, scope)), at)
    if isinstance(expression, For):
        return _for(expression, scope)
    if isinstance(expression, Operation):
        operands = [evaluate(operand, scope) for operand in expression.operands]
        return operations.apply(expression.operator, operands, at)
    return hole(_shown(expression), at)


def _shown(expression: Expression) -> str:
    written = " ".join(expression.source.text[expression.start : expression.start + 60].split())
    short = expression.end - expression.start <= 60
    return " ".join(expression.written.split()) if short else f"{written}…"


def _fields(expression: Object, scope: Scope) -> Iterator[Field]:
    for entry in expression.entries:
        key = evaluate(entry.key, scope)
        if isinstance(key, Value):
            yield Field(key, evaluate(entry.value, scope), entry.location)


def _template(expression: Template, scope: Scope) -> Datum:
    pieces: list[Datum] = []
    for part in expression.parts:
        if isinstance(part, Text):
            pieces.append(Value((part.text,), expression.location))
        else:
            pieces.append(evaluate(part, scope))
    if len(pieces) == 1 and not isinstance(expression.parts[0], Text):
        return _moved_here(pieces[0], expression)
    return combined(pieces, expression.location, lambda row: _concatenated(expression, row))


def _moved_here(datum: Datum, expression: Template) -> Datum:
    """`"${x}"` is x, of whatever type; its text stands here for a reader, too."""
    return datum if not isinstance(datum, Null) else Null(expression.location)


def _concatenated(expression: Template, pieces: tuple[Datum, ...]) -> Value:
    parts: list[Part] = []
    runs: list[tuple[int, int, int]] = []
    length = 0
    for written, piece in zip(expression.parts, pieces, strict=True):
        if isinstance(written, Text):
            runs += ((length + at, place, size) for at, place, size in written.runs)
        value = (
            piece
            if isinstance(piece, Value)
            else hole(blamed([piece], "a list in a text"), expression.location)
        )
        parts += value.parts
        length += sum(len(part) if isinstance(part, str) else 1 for part in value.parts)
        if length > MAX_TEXT or len(parts) > MAX_PARTS:
            return hole("a text that is too long", expression.location)
    written_at = Written(expression.source, Runs(runs))
    return Value(merged(parts), expression.location, written=written_at)


def _conditional(expression: Conditional, scope: Scope) -> Datum:
    """The arm that is meant; by default only, the other one may be deployed as well; or either."""
    condition = evaluate(expression.condition, scope)
    known, by_default = truth(condition)
    arms = (expression.then, expression.otherwise)
    if known is not None and by_default is None:
        return evaluate(arms[0 if known else 1], scope)
    if known is False:
        arms = arms[::-1]
    made = [evaluate(arm, scope) for arm in arms]
    decided_by = by_default if known is not None else None
    return chosen(made, expression.location, decided_by, blamed([condition], "a conditional"))


def _call(expression: Call, scope: Scope) -> Datum:
    at = expression.location
    if expression.name in ("file", "templatefile"):
        return scope.module.file(expression, scope)
    arguments = [evaluate(argument, scope) for argument in expression.arguments]
    if expression.expands and isinstance(arguments[-1], List):
        arguments[-1:] = arguments[-1].items
    if expression.name == "can":
        return hole(blamed(arguments, "can"), at)
    if expression.name in ("coalesce", "try"):
        return called(expression.name, arguments, at)
    return combined(arguments, at, lambda row: called(expression.name, list(row), at))


def _for(expression: For, scope: Scope) -> Datum:
    at = expression.location
    collection = evaluate(expression.collection, scope)
    made: list[Datum] = []
    fields: dict[str, Field] = {}
    for key, value in elements(collection):
        names = (key, value)[-len(expression.names) :] if expression.names else ()
        inner = scope.with_names(**dict(zip(expression.names, names, strict=False)))
        if expression.condition and truth(evaluate(expression.condition, inner)) == (False, None):
            continue
        item = evaluate(expression.value, inner)
        if expression.key is None:
            made.append(item)
            continue
        name = evaluate(expression.key, inner)
        if not isinstance(name, Value):
            return hole(blamed([name, collection], "a for expression"), at)
        old = fields.get(name.shown) if expression.groups else None
        grouped = (
            List((*old.value.items, item), at) if old and isinstance(old.value, List) else List((item,), at)
        )
        fields[name.shown] = Field(name, grouped if expression.groups else item, at)
    if len(made) > MAX_PARTS or len(fields) > MAX_PARTS:
        return hole("a list that is too long", at)
    return List(tuple(made), at) if expression.key is None else Fields(tuple(fields.values()), at)


def elements(collection: Datum) -> Iterator[tuple[Datum, Datum]]:
    """The keys and values that a loop takes. An unknown collection has one element, as unknown as it."""
    if isinstance(collection, List):
        for number, item in enumerate(collection.items):
            yield text(str(number), collection.location), item
    elif isinstance(collection, Fields):
        for entry in collection.entries:
            yield entry.key, entry.value
    elif isinstance(collection, Choice):
        for arm in collection.arms:
            yield from elements(arm)
    elif isinstance(collection, Value):
        unknown = hole(blamed([collection], "a collection"), collection.location)
        yield unknown, unknown


def _traversal(expression: Expression, scope: Scope) -> Datum:
    """`a.b[c].d`: the first name says where to look, the rest is taken of what is there."""
    steps: list[Step] = []
    root = expression
    while isinstance(root, AttributeAccess | Index):
        steps.append(root.name if isinstance(root, AttributeAccess) else root.key)
        root = root.of
    steps.reverse()
    if isinstance(root, Splat):
        return step_into(_splat(root, scope), steps, expression, scope)
    if not isinstance(root, Reference):
        return step_into(evaluate(root, scope), steps, expression, scope)
    if root.name in scope.names:
        return step_into(scope.names[root.name], steps, expression, scope)
    found, used = scope.module.named(root.name, steps, expression)
    return step_into(found, steps[used:], expression, scope)


def _splat(expression: Splat, scope: Scope) -> Datum:
    whole = evaluate(expression.of, scope)
    if isinstance(whole, Null):
        return List((), expression.location)
    items = whole.items if isinstance(whole, List) else (whole,)
    return List(tuple(_each(expression, item, scope) for item in items), expression.location)


def _each(expression: Splat, element: Datum, scope: Scope) -> Datum:
    return evaluate(expression.each, scope.with_names(**{ELEMENT: element}))


def step_into(datum: Datum, steps: list[Step], whole: Expression, scope: Scope) -> Datum:
    """An attribute or an element of a value, step by step."""
    for step in steps:
        key = step if isinstance(step, str) else _key(evaluate(step, scope))
        datum = _step_into_one(datum, key, whole.location, is_index=not isinstance(step, str))
    return datum


def _key(datum: Datum) -> str | None:
    return datum.by_default if isinstance(datum, Value) else None


def _step_into_one(datum: Datum, key: str | None, at: Location, *, is_index: bool) -> Datum:
    if isinstance(datum, Choice):
        return chosen(
            (_step_into_one(arm, key, at, is_index=is_index) for arm in datum.arms),
            at,
            datum.decided_by,
            datum.depends_on,
        )
    if isinstance(datum, Fields):
        found = datum.get(key) if key is not None else None
        if found is not None:
            return found
        if key is None and datum.entries:
            return chosen((entry.value for entry in datum.entries), at)
        return hole(blamed([datum], key or "a key"), at)
    if isinstance(datum, List):
        if key is not None and key.isdecimal() and int(key[:9]) < len(datum.items):
            return datum.items[int(key[:9])]
        return (
            chosen(datum.items, at) if key is None and datum.items else hole(blamed([datum], "an index"), at)
        )
    if isinstance(datum, Value) and isinstance(datum.hole, Instance) and datum.hole.read:
        return datum if is_index or key is None else datum.hole.read(key, at)
    if isinstance(datum, Value) and datum.hole:
        return Value((_part_of(datum.hole, None if is_index else key),), at)
    return hole(blamed([datum], key or "an index"), at)


def _part_of(whole: Hole, key: str | None) -> Hole:
    return Hole(whole.name if key is None else f"{whole.name}.{key}", is_plain=whole.is_plain)
