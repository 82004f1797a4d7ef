"""The functions of the expression language: what they take, and what they answer in three values.

Source: `ExpressionConstants.cs` and `Sdk/Functions/` of actions/runner, `workflow-v1.0.json`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from auditor.languages.expression.compare import compare, decide_text, spellings
from auditor.languages.expression.jsontext import from_json, to_json
from auditor.languages.expression.value import (
    UNKNOWN,
    Array,
    ObjectValue,
    Symbol,
    Unknown,
    Value,
    one_of,
    text_of,
    truth,
)

MAX_TEXT = 1 << 19
"""How long a string may grow before we call it unknown. GitHub fails a run for too much memory, too."""

MANY = 255

_FIELD = re.compile(r"\{\{|\}\}|\{([0-9]+)\}|[{}]")


@dataclass(frozen=True, slots=True)
class Signature:
    """A function's name as documented, and how many arguments it takes."""

    name: str
    least: int
    most: int

    def complaint(self, count: int) -> str:
        """What is wrong with `count` arguments, or nothing."""
        if count < self.least:
            return f"at least {self.least} arguments, not {count}"
        if count > self.most:
            return f"at most {self.most} arguments, not {count}"
        if self.name == "case" and count % 2 == 0:
            return f"an odd number of arguments, not {count}"
        return ""


SIGNATURES = {
    signature.name.lower(): signature
    for signature in (
        Signature("contains", 2, 2),
        Signature("startsWith", 2, 2),
        Signature("endsWith", 2, 2),
        Signature("format", 1, MANY),
        Signature("join", 1, 2),
        Signature("toJSON", 1, 1),
        Signature("fromJSON", 1, 1),
        Signature("hashFiles", 1, MANY),
        Signature("case", 3, MANY),
        # A job's condition may name jobs. GitHub sets no bound there.
        Signature("success", 0, MANY),
        Signature("failure", 0, MANY),
        Signature("always", 0, 0),
        Signature("cancelled", 0, 0),
    )
}

STATUS_FUNCTIONS = frozenset({"success", "failure", "always", "cancelled"})
"""The functions that test how the run went so far. A condition without any of them gets `success()`."""


def call(name: str, args: Sequence[Value]) -> Value:
    """What the function called `name` answers. Those that depend on the run are unknown here."""
    function = _FUNCTIONS.get(name)
    return function(args) if function else UNKNOWN


def _contains(args: Sequence[Value]) -> Value:
    search, item = args
    if isinstance(search, Array):
        return _answer(_has_item(search, item))
    return _text_test(lambda text, part: part in text, search, item)


def _starts_with(args: Sequence[Value]) -> Value:
    return _text_test(str.startswith, *args)


def _ends_with(args: Sequence[Value]) -> Value:
    return _text_test(str.endswith, *args)


def _text_test(test: Callable[[str, str], bool], text: Value, part: Value) -> Value:
    if isinstance(text, Unknown):
        return UNKNOWN
    if isinstance(text, (Array, ObjectValue)) or isinstance(part, (Array, ObjectValue)):
        return False
    if isinstance(part, Unknown):
        return UNKNOWN
    return _answer(decide_text(test, text, part))


def _has_item(array: Array, item: Value) -> bool | None:
    answers = [compare("==", item, element) for element in array.items]
    if True in answers:
        return True
    if None not in answers:
        return False
    every = spellings(item) if isinstance(item, Symbol) else ()
    if every and all(any(compare("==", text, element) for element in array.items) for text in every):
        return True
    return None


def _format(args: Sequence[Value]) -> Value:
    template, *fields = args
    if isinstance(template, (Unknown, Symbol)):
        return UNKNOWN
    pieces: list[Value] = []
    text, end = text_of(template), 0
    for match in _FIELD.finditer(text):
        pieces.append(text[end : match.start()])
        end = match.end()
        if match[0] in ("{{", "}}"):
            pieces.append(match[0][0])
        elif match[1] and len(match[1].lstrip("0")) <= 3 and int(match[1]) < len(fields):
            pieces.append(fields[int(match[1])])
        else:
            return UNKNOWN
    return _concatenated([*pieces, text[end:]])


def _join(args: Sequence[Value]) -> Value:
    items = args[0]
    if isinstance(items, ObjectValue):
        return ""
    if not isinstance(items, Array):
        return UNKNOWN if isinstance(items, Unknown) else _concatenated([items])
    separator = args[1] if len(args) > 1 else ","
    if isinstance(separator, (Array, ObjectValue)):
        separator = ","
    pieces = [piece for item in items.items for piece in (separator, item)]
    return _concatenated(pieces[1:])


def _concatenated(pieces: Iterable[Value]) -> Value:
    """The pieces' texts in one. Where a piece isn't known, perhaps at least that it isn't empty."""
    filled = [piece for piece in pieces if piece is not None and piece != ""]
    if len(filled) == 1 and isinstance(filled[0], Symbol):
        return filled[0]
    texts = [text_of(piece) for piece in filled if not isinstance(piece, (Unknown, Symbol))]
    size = sum(map(len, texts))
    if size > MAX_TEXT:
        return UNKNOWN
    if len(texts) == len(filled):
        return "".join(texts)
    certain = size or any(truth(piece) for piece in filled if isinstance(piece, (Unknown, Symbol)))
    return Unknown.TRUTHY if certain else UNKNOWN


def _from_json(args: Sequence[Value]) -> Value:
    (text,) = args
    return UNKNOWN if isinstance(text, (Unknown, Symbol)) else from_json(text_of(text))


def _to_json(args: Sequence[Value]) -> Value:
    written = to_json(args[0])
    return UNKNOWN if isinstance(written, str) and len(written) > MAX_TEXT else written


def _case(args: Sequence[Value]) -> Value:
    """The value after the first predicate that holds. GitHub fails for one that is no boolean."""
    possible: list[Value] = []
    for predicate, value in zip(args[:-1:2], args[1::2], strict=True):
        if not isinstance(predicate, (bool, Unknown)):
            return UNKNOWN
        holds = truth(predicate)
        if holds is not False:
            possible.append(value)
        if holds:
            return one_of(possible)
    return one_of([*possible, args[-1]])


def _answer(known: bool | None) -> Value:
    return UNKNOWN if known is None else known


_FUNCTIONS: dict[str, Callable[[Sequence[Value]], Value]] = {
    "contains": _contains,
    "startsWith": _starts_with,
    "endsWith": _ends_with,
    "format": _format,
    "join": _join,
    "toJSON": _to_json,
    "fromJSON": _from_json,
    "case": _case,
}
