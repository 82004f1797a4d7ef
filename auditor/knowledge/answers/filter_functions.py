"""What the functions and formats of `jq` leave of a text.

Source: the manual of jq 1.7, "Builtin operators and functions" and "Format strings", read 2026-11.
"""

from __future__ import annotations

from auditor.knowledge.change import Change

COUNTING = frozenset(
    [
        "all",
        "any",
        "ascii",
        "bsearch",
        "contains",
        "endswith",
        "floor",
        "fromdate",
        "has",
        "in",
        "index",
        "indices",
        "infinite",
        "inside",
        "isvalid",
        "keys",
        "keys_unsorted",
        "length",
        "not",
        "now",
        "range",
        "rindex",
        "round",
        "startswith",
        "strptime",
        "test",
        "todate",
        "tonumber",
        "type",
        "utf8bytelength",
    ]
)
"""Functions that leave a number, a yes or no, or names that GitHub chose."""

PARTS = frozenset(
    [
        "capture",
        "explode",
        "gsub",
        "implode",
        "ltrimstr",
        "match",
        "rtrimstr",
        "scan",
        "split",
        "splits",
        "sub",
        "trim",
        "ltrim",
        "rtrim",
    ]
)
"""Functions that leave a part of their input's text."""

KEEPING = frozenset(
    [
        "add",
        "arrays",
        "ascii_downcase",
        "ascii_upcase",
        "booleans",
        "empty",
        "first",
        "flatten",
        "from_entries",
        "fromjson",
        "group_by",
        "join",
        "last",
        "max",
        "max_by",
        "min",
        "nulls",
        "numbers",
        "objects",
        "reverse",
        "scalars",
        "select",
        "sort",
        "sort_by",
        "strings",
        "to_entries",
        "tostring",
        "transpose",
        "unique",
        "unique_by",
        "values",
        "with_entries",
    ]
)
"""Functions that give their input, or some of its items; what they test decides only which."""

APPLYING = frozenset({"first", "last", "map", "map_values", "limit"})
"""Functions that give what their last argument makes of the input."""

ENCODERS = {
    "@base32": Change.ENCODED, "@base64": Change.ENCODED, "@base64d": Change.WHOLE, "@csv": Change.ENCODED,
    "@html": Change.ENCODED, "@json": Change.ENCODED, "@sh": Change.ENCODED, "@text": Change.WHOLE,
    "@tsv": Change.ENCODED, "@uri": Change.ENCODED, "tojson": Change.ENCODED,
}  # fmt: skip
"""Formats: what they make of a text. `@sh` quotes it for a shell."""
