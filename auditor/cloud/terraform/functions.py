"""Terraform's functions that policies are put together with, on data that may have holes.

Source: Terraform language documentation, "Built-in Functions" (2026-11).
"""

from __future__ import annotations

from auditor.cloud.json_text import decoded
from auditor.cloud.partial_values import blamed, hole
from auditor.cloud.terraform.arguments import Arguments, Function
from auditor.cloud.terraform.collection_functions import COLLECTION_FUNCTIONS
from auditor.cloud.terraform.text_functions import TEXT_FUNCTIONS
from auditor.cloud.values import Datum, Encoded, Value
from auditor.finding import Location

_PLAIN = frozenset(
    {
        "abs",
        "base64encode",
        "base64sha256",
        "ceil",
        "filebase64sha256",
        "filemd5",
        "filesha256",
        "floor",
        "length",
        "max",
        "md5",
        "min",
        "parseint",
        "sha1",
        "sha256",
        "sha512",
        "sum",
        "timestamp",
        "uuid",
        "uuidv5",
    }
)
"""Functions whose result holds no wildcard, whatever they are given."""


def called(name: str, arguments: list[Datum], at: Location) -> Datum:
    """What a function makes of its arguments; a hole where that isn't known."""
    function = _FUNCTIONS.get(name)
    try:
        made = function(arguments, at) if function and arguments else None
    except (IndexError, ValueError):
        # The wrong number of arguments, which Terraform refuses.
        made = None
    if made is not None:
        return made
    return hole(blamed(arguments, f"{name}()"), at, is_plain=name in _PLAIN)


def _jsonencode(arguments: Arguments, at: Location) -> Datum | None:
    return Value((Encoded("jsonencode", datum=arguments[0]),), at)


def _jsondecode(arguments: Arguments, _at: Location) -> Datum | None:
    (given,) = arguments
    return decoded(given).datum if isinstance(given, Value) else None


_FUNCTIONS: dict[str, Function] = {
    **TEXT_FUNCTIONS,
    **COLLECTION_FUNCTIONS,
    "jsondecode": _jsondecode,
    "jsonencode": _jsonencode,
}
