"""`toJSON` and `fromJSON`, as GitHub reads and writes JSON.

Source: `ToJson.cs`, `FromJson.cs` and `JTokenExtensions.cs` of actions/runner.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NoReturn

from auditor.languages.expression.value import UNKNOWN, Array, ObjectValue, Symbol, Unknown, Value, text_of

MAX_JSON_DEPTH = 64
"""How deep the JSON reader at GitHub goes."""

_ESCAPES = str.maketrans({"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"})


class _UnwritableError(Exception):
    """A part isn't known, or lies too deep."""


def from_json(text: str) -> Value:
    """The value of a JSON text. For what isn't JSON it is unknown: GitHub would fail the run."""
    try:
        return _wrapped(json.loads(text, parse_int=float, parse_constant=_refuse), 0)
    except (ValueError, RecursionError):
        return UNKNOWN


def to_json(value: Value) -> Value:
    """`value` as JSON, indented by two blanks. It is at least known not to be empty."""
    try:
        return "".join(_written(value, 1))
    except _UnwritableError:
        return Unknown.TRUTHY


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _wrapped(value: object, depth: int) -> Value:
    if depth > MAX_JSON_DEPTH:
        raise ValueError("too deep")
    if isinstance(value, list):
        return Array(tuple(_wrapped(item, depth + 1) for item in value))
    if isinstance(value, dict):
        return ObjectValue({key: _wrapped(item, depth + 1) for key, item in value.items()})
    assert value is None or isinstance(value, (bool, float, str))
    return value


def _written(value: Value, level: int) -> Iterator[str]:
    if isinstance(value, (Unknown, Symbol)) or level > MAX_JSON_DEPTH:
        raise _UnwritableError
    if isinstance(value, Array):
        yield from _enclosed("[]", [("", item) for item in value.items], level)
    elif isinstance(value, ObjectValue):
        yield from _enclosed("{}", [(f"{_quoted(key)}: ", item) for key, item in value.items()], level)
    elif isinstance(value, str):
        yield _quoted(value)
    else:
        yield "null" if value is None else text_of(value)


def _enclosed(brackets: str, entries: list[tuple[str, Value]], level: int) -> Iterator[str]:
    if not entries:
        yield brackets
        return
    for position, (key, item) in enumerate(entries):
        yield f"{',' if position else brackets[0]}\n{'  ' * level}{key}"
        yield from _written(item, level + 1)
    yield f"\n{'  ' * (level - 1)}{brackets[1]}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).translate(_ESCAPES)
