"""Blocks with their values: what a resource says, with `dynamic` blocks written out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from auditor.cloud.partial_values import blamed, hole, text
from auditor.cloud.terraform.evaluation import Scope, elements, settled
from auditor.cloud.terraform.limits import MAX_INSTANCES
from auditor.cloud.values import Choice, Datum, Field, Fields, List, Null, Value, texts_of
from auditor.finding import Location
from auditor.languages.hcl import Block, Body, Expression


class Section:
    """A block, and where its names are looked up. Values are worked out on first use, once.

    `only_if` names what decides whether it is there at all, where that isn't known.
    """

    def __init__(self, block: Block, body: Body, scope: Scope, only_if: str | None = None) -> None:
        self.block = block
        self.body = body
        self.scope = scope
        self.only_if = only_if
        self._known: dict[str, Datum] = {}
        self._open: set[str] = set()

    @property
    def location(self) -> Location:
        """The whole block."""
        return self.block.location

    def get(self, name: str) -> Datum | None:
        """The value of an attribute; None where it isn't set, or set to null."""
        expression = self.body.get(name)
        if expression is None:
            return None
        if name in self._open:
            self.scope.module.limits.problem(f"`{name}` depends on itself", expression.location)
            return hole(name, expression.location)
        if name not in self._known:
            self._open.add(name)
            try:
                self._known[name] = settled(expression, self.scope)
            finally:
                self._open.remove(name)
        found = self._known[name]
        return None if isinstance(found, Null) else found

    def text(self, name: str) -> Value | None:
        """The value of an attribute, where it is one text, with holes or without."""
        found = self.get(name)
        return found if isinstance(found, Value) else None

    def texts(self, name: str) -> tuple[Value, ...]:
        """The texts in an attribute, be it one or a list; none where it is no such thing.

        Raises `TooManyError`.
        """
        found = self.get(name)
        return (texts_of(found) or ()) if found is not None else ()

    def place_of(self, name: str) -> Location:
        """Where `name = value` stands; the whole block where it doesn't."""
        attribute = self.body.attribute(name)
        return attribute.location if attribute else self.location

    def sections(self, kind: str) -> Iterator[Section]:
        """The blocks of a kind inside it, those that `dynamic` makes among them."""
        for block in self.body.blocks:
            if block.kind == kind:
                yield Section(block, block.body, self.scope)
            elif block.kind == "dynamic" and block.labels == (kind,):
                yield from self._dynamic(block)

    def _dynamic(self, block: Block) -> Iterator[Section]:
        content = next(block.body.of_kind("content"), None)
        for_each = block.body.get("for_each")
        if content is None or for_each is None:
            return
        iterator = block.body.get("iterator")
        name = iterator.written if iterator else block.labels[0]
        for made in instances(for_each, None, self.scope):
            each = made.each or Null(block.location)
            yield Section(content, content.body, self.scope.with_names(**{name: each}), made.only_if)


@dataclass(frozen=True, slots=True)
class Made:
    """One instance that `for_each` or `count` makes. `key` stands between brackets in its address."""

    key: str | None = None
    each: Datum | None = None
    count: Datum | None = None
    only_if: str | None = None

    @property
    def names(self) -> dict[str, Datum]:
        """What `each` and `count` are for it."""
        given = {"each": self.each, "count": self.count}
        return {name: datum for name, datum in given.items() if datum is not None}


def instances(for_each: Expression | None, count: Expression | None, scope: Scope) -> list[Made]:
    """The instances that two meta arguments make; one where there is neither, and where they aren't known."""
    if for_each is not None:
        found = list(islice(_of_each(settled(for_each, scope)), MAX_INSTANCES + 1))
        expression = for_each
    elif count is not None:
        found = list(_counted(settled(count, scope)))
        expression = count
    else:
        return [Made()]
    if len(found) > MAX_INSTANCES:
        scope.module.limits.problem(f"only {MAX_INSTANCES} instances are worked out", expression.location)
    return found[:MAX_INSTANCES]


def _of_each(collection: Datum) -> Iterator[Made]:
    at = collection.location
    if isinstance(collection, Choice):
        yield from _of_choice(collection)
        return
    unknown = isinstance(collection, Value)
    for key, value in elements(collection):
        name = value if isinstance(collection, List) and isinstance(value, Value) else key
        each = Fields((_field("key", name, at), _field("value", value, at)), at)
        shown = name.text if isinstance(name, Value) else None
        only_if = blamed([collection], "for_each") if unknown else None
        yield Made(None if shown is None else f'"{shown}"', each, only_if=only_if)


def _of_choice(collection: Choice) -> Iterator[Made]:
    """What every arm makes is certain; so is what the first does, where that is so by default."""
    first, *others = [list(islice(_of_each(arm), MAX_INSTANCES)) for arm in collection.arms]
    keys = [{made.key for made in arm} for arm in others]
    seen: set[str | None] = set()
    for made in [*first, *(each for arm in others for each in arm)]:
        if made.key is None or made.key not in seen:
            certain = bool(collection.decided_by) or all(made.key in known for known in keys)
            only_if = made.only_if or collection.depends_on or "for_each"
            yield made if certain else Made(made.key, made.each, only_if=only_if)
        seen.add(made.key)


def _field(name: str, datum: Datum, at: Location) -> Field:
    return Field(text(name, at), datum, at)


def _counted(count: Datum) -> Iterator[Made]:
    """Instances by number; one without a number where not even a default is known to make any."""
    at = count.location
    arms = count.arms if isinstance(count, Choice) else (count,)
    known = [arm.text for arm in arms if isinstance(arm, Value)]
    numbers = [int(number[:6]) for number in known if number is not None and number.isdecimal()]
    if len(numbers) < len(arms):
        index = hole("count.index", at, is_plain=True)
        yield Made(None, None, Fields((_field("index", index, at),), at), blamed([count], "count"))
        return
    for number in range(min(max(numbers), MAX_INSTANCES + 1)):
        yield Made(str(number), None, Fields((_field("index", text(str(number), at), at),), at))
