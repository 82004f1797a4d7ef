"""What an expression makes of the fields in it: fixed text around them, one field of a JSON text."""

from __future__ import annotations

import re

from auditor.languages import expression

EVERY = "*"
"""In place of a name: all of them, or one that is computed."""

_PLACE = re.compile(r"\{(\d+)\}")


def field_of_json(node: expression.Node) -> str | None:
    """The last name of `fromJSON(...).a.b` in an expression, if one is taken apart there."""
    for found in expression.walk(node):
        name, target = "", found
        while isinstance(target, (expression.Property, expression.Index, expression.Star)):
            if not name:
                name = target.name if isinstance(target, expression.Property) else EVERY
            target = target.target
        if target is not found and isinstance(target, expression.Call) and target.name.lower() == "fromjson":
            return name
    return None


def fixed_texts(node: expression.Node) -> dict[tuple[str, ...], tuple[str, str]]:
    """By field, the fixed text that `format` puts before and after it."""
    if not (isinstance(node, expression.Call) and node.name.lower() == "format" and node.args):
        return {}
    pattern, *given = node.args
    if not (isinstance(pattern, expression.Literal) and isinstance(pattern.value, str)):
        return {}
    found: dict[tuple[str, ...], tuple[str, str]] = {}
    places = list(_PLACE.finditer(pattern.value))
    ends = [0, *(place.end() for place in places)]
    starts = [*(place.start() for place in places), len(pattern.value)]
    for index, place in enumerate(places):
        number = int(place[1][:3])
        around = (pattern.value[ends[index] : place.start()], pattern.value[place.end() : starts[index + 1]])
        for reference in expression.values(given[number]) if number < len(given) else ():
            found.setdefault(reference.path, around)
    return found
