"""Terraform's functions on lists and objects."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from auditor.cloud.partial_values import (
    MAX_PARTS,
    boolean,
    chosen,
    has_no_wildcard,
    hole,
    is_known,
    nothing,
    text,
)
from auditor.cloud.terraform.arguments import Arguments, Function, items_of, limited, texts
from auditor.cloud.values import Datum, Field, Fields, List, Null, Value
from auditor.finding import Location


def _concat(arguments: Arguments, at: Location) -> Datum | None:
    lists = [items_of(argument) for argument in arguments]
    return None if None in lists else limited((item for items in lists for item in items or ()), at)


def _flatten(arguments: Arguments, at: Location) -> Datum | None:
    made: list[Datum] = []
    todo = list(arguments)
    for _ in range(4 * MAX_PARTS):
        if not todo:
            return limited(made, at)
        item = todo.pop(0)
        if isinstance(item, List):
            todo[:0] = item.items
        else:
            made.append(item)
    return None


def _distinct(arguments: Arguments, at: Location) -> Datum | None:
    """Of values that aren't wholly known each is kept: two holes of a name may be two values."""
    items = items_of(arguments[0])
    seen: set[str] = set()
    made: list[Datum] = []
    for item in items or ():
        known = item.text if isinstance(item, Value) else None
        if known is None or known not in seen:
            made.append(item)
        seen.update([known] if known is not None else [])
    return None if items is None else List(tuple(made), at)


def _compact(arguments: Arguments, at: Location) -> Datum | None:
    items = items_of(arguments[0])
    left = (i for i in items or () if not (nothing(i) or (isinstance(i, Value) and i.text == "")))
    return None if items is None else List(tuple(left), at)


def _as_list(arguments: Arguments, at: Location) -> Datum | None:
    items = items_of(arguments[0])
    return None if items is None else List(items, at)


def _reverse(arguments: Arguments, at: Location) -> Datum | None:
    items = items_of(arguments[0])
    return None if items is None else List(items[::-1], at)


def _sort(arguments: Arguments, at: Location) -> Datum | None:
    values = texts(*(items_of(arguments[0]) or ()))
    if not values:
        return None
    values.sort(key=lambda value: value.shown)
    return List(tuple(values), at)


def _setproduct(arguments: Arguments, at: Location) -> Datum | None:
    lists = [items_of(argument) or () for argument in arguments]
    size = 1
    for items in lists:
        size *= len(items)
    return limited((List(row, at) for row in product(*lists)), at) if 0 < size <= MAX_PARTS else None


def _merge(arguments: Arguments, at: Location) -> Datum | None:
    """A later key takes an earlier one's place."""
    objects = [argument for argument in arguments if not isinstance(argument, Null)]
    made: dict[str, Field] = {}
    for argument in objects:
        if not isinstance(argument, Fields):
            return None
        made.update((entry.key.shown, entry) for entry in argument.entries)
    return Fields(tuple(made.values()), at) if len(made) <= MAX_PARTS else None


def _keys(arguments: Arguments, at: Location) -> Datum | None:
    (given,) = arguments
    return List(tuple(entry.key for entry in given.entries), at) if isinstance(given, Fields) else None


def _values(arguments: Arguments, at: Location) -> Datum | None:
    (given,) = arguments
    return List(tuple(entry.value for entry in given.entries), at) if isinstance(given, Fields) else None


def _lookup(arguments: Arguments, at: Location) -> Datum | None:
    given, key, *otherwise = arguments
    if isinstance(given, Value) and given.hole and otherwise:
        return _first_of([given, otherwise[0]], at)
    if not isinstance(given, Fields) or not isinstance(key, Value):
        return None
    if key.text is not None:
        found = given.get(key.text)
        return found if found is not None else next(iter(otherwise), None)
    return chosen([entry.value for entry in given.entries] + otherwise, at) if given.entries else None


def _zipmap(arguments: Arguments, at: Location) -> Datum | None:
    keys, values = arguments
    if not (isinstance(keys, List) and isinstance(values, List)):
        return None
    pairs = zip(keys.items, values.items, strict=False)
    return Fields(tuple(Field(key, value, at) for key, value in pairs if isinstance(key, Value)), at)


def _element(arguments: Arguments, _at: Location) -> Datum | None:
    items, number = arguments
    known = number.text if isinstance(number, Value) else None
    if not isinstance(items, List) or not items.items or known is None or not known.isdecimal():
        return None
    return items.items[int(known[:9]) % len(items.items)]


def _slice(arguments: Arguments, at: Location) -> Datum | None:
    items, *ends = arguments
    numbers = [end.text or "" for end in ends if isinstance(end, Value)]
    if not isinstance(items, List) or len(numbers) != 2 or not all(map(str.isdecimal, numbers)):
        return None
    return List(items.items[int(numbers[0][:9]) : int(numbers[1][:9])], at)


def _one(arguments: Arguments, at: Location) -> Datum | None:
    items = items_of(arguments[0])
    if items is None or len(items) > 1:
        return None
    return items[0] if items else Null(at)


def _length(arguments: Arguments, at: Location) -> Datum | None:
    (given,) = arguments
    if isinstance(given, List) and all(is_known(item) for item in given.items):
        return text(str(len(given.items)), at)
    if isinstance(given, Fields):
        return text(str(len(given.entries)), at)
    known = given.text if isinstance(given, Value) else None
    return None if known is None else text(str(len(known)), at)


def _contains(arguments: Arguments, at: Location) -> Datum | None:
    items, wanted = arguments
    values = texts(wanted, *(items_of(items) or ()))
    if values is None or any(value.text is None for value in values):
        return None
    return boolean(values[0].text in [value.text for value in values[1:]], at)


def _first_known(arguments: Arguments) -> Iterator[Datum]:
    """What `coalesce` or `try` may evaluate to: the first that is surely there, and all before it."""
    for argument in arguments:
        if nothing(argument) or (isinstance(argument, Value) and argument.text == ""):
            continue
        yield argument
        if is_known(argument):
            return


def _coalesce(arguments: Arguments, at: Location) -> Datum | None:
    return _first_of(list(_first_known(arguments)), at)


def _coalesce_list(arguments: Arguments, at: Location) -> Datum | None:
    found = _first_known([each for each in arguments if not (isinstance(each, List) and not each.items)])
    known = list(found)
    return chosen(known, at) if known else None


def _try(arguments: Arguments, at: Location) -> Datum | None:
    """An argument that fails is a hole here, so the next one may be the result."""
    found: list[Datum] = []
    for argument in arguments:
        found.append(argument)
        if is_known(argument):
            break
    return _first_of(found, at)


def _first_of(found: Arguments, at: Location) -> Datum | None:
    """One of several, of which only the last may be known: a text there is the default of the others."""
    *unknown, last = found or [Null(at)]
    holes = [one.hole for one in unknown if isinstance(one, Value) and one.hole]
    written = last.text if isinstance(last, Value) else None
    if holes and len(holes) == len(unknown) and written is not None:
        return hole(holes[0].name, at, default=written, is_plain=has_no_wildcard(written))
    return chosen(found, at) if found else None


def _same(arguments: Arguments, _at: Location) -> Datum | None:
    return arguments[0]


COLLECTION_FUNCTIONS: dict[str, Function] = {
    "coalesce": _coalesce,
    "coalescelist": _coalesce_list,
    "compact": _compact,
    "concat": _concat,
    "contains": _contains,
    "distinct": _distinct,
    "element": _element,
    "flatten": _flatten,
    "keys": _keys,
    "length": _length,
    "lookup": _lookup,
    "merge": _merge,
    "nonsensitive": _same,
    "one": _one,
    "reverse": _reverse,
    "sensitive": _same,
    "setproduct": _setproduct,
    "setunion": _concat,
    "slice": _slice,
    "sort": _sort,
    "tobool": _same,
    "tolist": _as_list,
    "tomap": _same,
    "tonumber": _same,
    "toset": _distinct,
    "tostring": _same,
    "try": _try,
    "values": _values,
    "zipmap": _zipmap,
}
