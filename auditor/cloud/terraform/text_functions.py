"""Terraform's functions on texts.

Regular expressions are not tried: they are the audited repository's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from auditor.cloud.partial_values import MAX_PARTS, by_part, hole, joined, lifted, text
from auditor.cloud.terraform.arguments import Arguments, Function, limited, texts
from auditor.cloud.values import Datum, Hole, List, Value
from auditor.finding import Location

_PLACEHOLDER = re.compile(r"%(?:\[(\d+)\])?([svdq%])")


def _by_part(change: Callable[[str], str]) -> Function:
    def call(arguments: Arguments, at: Location) -> Datum | None:
        values = texts(*arguments)
        return by_part(change, values[0], at) if values and len(values) == 1 else None

    return call


def _lifted(function: Callable[..., str | None], count: int) -> Function:
    def call(arguments: Arguments, at: Location) -> Datum | None:
        values = texts(*arguments)
        known = values is not None and len(values) == count
        return lifted(function, values, "a function", at) if values and known else None

    return call


def _replace(arguments: Arguments, at: Location) -> Datum | None:
    values = texts(*arguments)
    if values is None or len(values) != 3:
        return None
    whole, old, new = values[0], values[1].text, values[2].text
    if old is None or new is None or (len(old) > 1 and old[0] == old[-1] == "/") or not old:
        return None
    return by_part(lambda part: part.replace(old, new), whole, at)


def _trim_prefix(arguments: Arguments, at: Location) -> Datum | None:
    values = texts(*arguments)
    prefix = values[1].text if values and len(values) == 2 else None
    if values is None or prefix is None or not values[0].parts:
        return None
    first, *rest = values[0].parts
    if isinstance(first, Hole):
        default = None if first.default is None else first.default.removeprefix(prefix)
        first = Hole(first.name, default, first.is_plain)
    else:
        first = first.removeprefix(prefix)
    return joined([Value((first, *rest), at)], at)


def _trim_suffix(arguments: Arguments, at: Location) -> Datum | None:
    values = texts(*arguments)
    suffix = values[1].text if values and len(values) == 2 else None
    if values is None or suffix is None or not values[0].parts:
        return None
    *rest, last = values[0].parts
    if isinstance(last, Hole):
        default = None if last.default is None else last.default.removesuffix(suffix)
        last = Hole(last.name, default, last.is_plain)
    else:
        last = last.removesuffix(suffix)
    return joined([Value((*rest, last), at)], at)


def _format(arguments: Arguments, at: Location) -> Datum | None:
    values = texts(*arguments)
    if not values or values[0].text is None:
        return None
    template, given = values[0].text, values[1:]
    pieces: list[Value] = []
    start = following = 0
    for match in _PLACEHOLDER.finditer(template):
        pieces.append(text(template[start : match.start()], at))
        start = match.end()
        if match[2] == "%":
            pieces.append(text("%", at))
            continue
        number = int(match[1]) - 1 if match[1] else following
        following = number + 1
        if not 0 <= number < len(given):
            return None
        quoted = match[2] == "q"
        pieces += [text('"', at), given[number], text('"', at)] if quoted else [given[number]]
    rest = template[start:]
    return None if "%" in rest else joined([*pieces, text(rest, at)], at)


def _formatlist(arguments: Arguments, at: Location) -> Datum | None:
    lists = [argument.items for argument in arguments if isinstance(argument, List)]
    if not lists or len({len(items) for items in lists}) != 1:
        return None
    made = []
    for number in range(min(len(lists[0]), MAX_PARTS)):
        row = [each.items[number] if isinstance(each, List) else each for each in arguments]
        one = _format(row, at)
        if one is None:
            return None
        made.append(one)
    return limited(made, at)


def _join(arguments: Arguments, at: Location) -> Datum | None:
    separator, *lists = arguments
    items = [item for each in lists if isinstance(each, List) for item in each.items]
    values = texts(separator, *items)
    if not values or not all(isinstance(each, List) for each in lists):
        return None
    pieces: list[Value] = []
    for item in values[1:]:
        pieces += [values[0], item] if pieces else [item]
    return joined(pieces, at)


def _split(arguments: Arguments, at: Location) -> Datum | None:
    values = texts(*arguments)
    separator = values[0].text if values and len(values) == 2 else None
    if not values or not separator:
        return None
    whole = values[1]
    if whole.text is not None:
        return limited((text(piece, at) for piece in whole.text.split(separator)), at)
    default = whole.by_default
    if default is None:
        return None
    of = whole.holes[0]
    pieces = default.split(separator)
    return limited((hole(of.name, at, default=piece, is_plain=of.is_plain) for piece in pieces), at)


def _substr(whole: str, start: str, length: str) -> str | None:
    if not start.isdecimal() or not length.lstrip("-").isdecimal():
        return None
    first = int(start[:9])
    return whole[first:] if length.startswith("-") else whole[first : first + int(length[:9])]


def _truth_of(test: Callable[[str, str], bool]) -> Function:
    return _lifted(lambda one, other: "true" if test(one, other) else "false", 2)


TEXT_FUNCTIONS: dict[str, Function] = {
    "chomp": _lifted(str.rstrip, 1),
    "endswith": _truth_of(str.endswith),
    "format": _format,
    "formatlist": _formatlist,
    "join": _join,
    "lower": _by_part(str.lower),
    "replace": _replace,
    "split": _split,
    "startswith": _truth_of(str.startswith),
    "strcontains": _truth_of(str.__contains__),
    "substr": _lifted(_substr, 3),
    "trim": _lifted(str.strip, 2),
    "trimprefix": _trim_prefix,
    "trimspace": _lifted(str.strip, 1),
    "trimsuffix": _trim_suffix,
    "upper": _by_part(str.upper),
}
