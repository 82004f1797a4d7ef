"""What the methods and functions of JavaScript make of a value, and what the fields of `context` are."""

from __future__ import annotations

import re

WHOLE = frozenset(
    [
        "trim",
        "trimStart",
        "trimEnd",
        "toLowerCase",
        "toUpperCase",
        "toString",
        "normalize",
        "concat",
        "join",
        "flat",
        "sort",
        "reverse",
        "filter",
        "find",
        "findLast",
        "replaceAll",
        "padStart",
        "padEnd",
        "repeat",
        "values",
        "entries",
        "valueOf",
        "then",
        "catch",
        "finally",
    ]
)
PART = frozenset(
    [
        "split",
        "slice",
        "substring",
        "substr",
        "match",
        "matchAll",
        "at",
        "pop",
        "shift",
        "charAt",
        "exec",
        "replace",
    ]
)
COUNTED = frozenset(
    [
        "includes",
        "startsWith",
        "endsWith",
        "indexOf",
        "lastIndexOf",
        "test",
        "search",
        "localeCompare",
        "some",
        "every",
        "push",
        "has",
        "charCodeAt",
        "codePointAt",
        "getTime",
        "toFixed",
        "findIndex",
    ]
)
ITERATES = frozenset(["map", "flatMap", "forEach", "filter", "find", "reduce", "some", "every", "findLast"])
KNOWN = WHOLE | PART | COUNTED | ITERATES
SAME = frozenset(
    [
        "String",
        "JSON.parse",
        "JSON.stringify",
        "Object.values",
        "Object.entries",
        "Object.assign",
        "Object.fromEntries",
        "Array.from",
        "Array.of",
        "Promise.all",
        "Promise.resolve",
        "Buffer.from",
        "structuredClone",
        "decodeURIComponent",
        "unescape",
        "yaml.load",
        "YAML.parse",
        "core.toPlatformPath",
        "path.join",
        "path.resolve",
        "path.basename",
        "path.normalize",
    ]
)
ENCODES = frozenset(["encodeURIComponent", "encodeURI", "escape", "btoa"])
COUNTS = frozenset(
    ["Number", "parseInt", "parseFloat", "Boolean", "BigInt", "Date", "Math.max", "Math.min", "Math.floor"]
)
READS = re.compile(r"(?:^|\.)readFile(?:Sync)?$")
ONLY_LISTED = re.compile(r"/\[\^.*\][+*]?/[a-z]*g[a-z]*$", re.DOTALL)
COMPARES = frozenset({"==", "===", "!=", "!==", "<", ">", "<=", ">=", "in", "instanceof", "-", "*", "/", "%"})

OF_CONTEXT = {
    "payload": ("github", "event"),
    "eventName": ("github", "event_name"),
    "runId": ("github", "run_id"),
    "runNumber": ("github", "run_number"),
    "repo": ("github", "repository"),
    "issue": ("github", "event", "number"),
}
"""The fields of `context` (actions/toolkit, `context.ts`, read 2026-11) as expressions name them; others have
the same name."""
