"""Our parser and evaluator beside GitHub's own, the npm package `@actions/expressions`.

Skipped unless CI_AUDIT_NODE_ORACLE names a folder where `npm ci` was run with
tests/languages/expression/oracle/package.json and package-lock.json.
"""

from __future__ import annotations

import json
import math
import os
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from auditor.languages.expression import (
    Array,
    ExpressionError,
    ObjectValue,
    Unknown,
    Value,
    evaluate,
    lookup_in,
    parse,
    references,
)
from auditor.languages.expression.jsontext import from_json

ORACLE = os.environ.get("CI_AUDIT_NODE_ORACLE")
NODE = shutil.which("node")
SCRIPT = Path(__file__).parent / "oracle" / "oracle.mjs"

pytestmark = [
    pytest.mark.skipif(not ORACLE, reason="CI_AUDIT_NODE_ORACLE does not name a folder with node_modules"),
    pytest.mark.skipif(not NODE, reason="there is no node"),
]

CONTEXT: dict[str, Any] = {
    "github": {
        "event_name": "pull_request",
        "Ref": "refs/heads/Main",
        "empty": "",
        "nothing": None,
        "yes": True,
        "no": False,
        "two": 2,
        "half": 0.5,
        "numeric": " 0x1F ",
        "event": {
            "labels": [
                {"name": "bug", "id": 7},
                {"name": "Safe", "id": 8},
                {"id": 9},
                3,
                ["a", {"name": "z"}],
            ],
            "commits": [],
            "deep": {"a": {"name": "one"}, "b": {"name": "two"}, "c": [1, 2]},
        },
    },
    "inputs": {
        "json": '{"a": [1, "x", null, true], "A-b": {"c": 1.5}}',
        "bad": "{",
        "index": 1,
        "key": "NAME",
    },
}

TRICKY = (SCRIPT.parent / "tricky.txt").read_text(encoding="utf-8").splitlines()

# What the npm package (the editor's service) does otherwise than the runner, which we follow.
# Each line: the expression, what we say, what the package says; "invalid" is a syntax error.
DIFFERENCES: list[tuple[str, object, object, str]] = [
    ("'a''b''c'", "a'b'c", "a'b''c", "the package unescapes only the first quote"),
    ("contains('a', 'a',)", "invalid", True, "the package takes a trailing comma"),
    ("(" * 60 + "1" + ")" * 60, 1.0, "invalid", "parentheses are no level of the runner's tree"),
    ("0xFFFFFFFF", -1.0, 4294967295.0, "hexadecimal numbers are signed 32-bit integers in .NET"),
    ("0x100000000", "invalid", 4294967296.0, "and longer ones aren't numbers"),
    ("0o37777777777", -1.0, 4294967295.0, "octal numbers, too"),
    ("0X1F", "invalid", 31.0, "an upper-case prefix is JavaScript's"),
    ("0b11", "invalid", 3.0, "binary numbers are JavaScript's"),
    ("'infinity' > 1", True, False, ".NET reads Infinity in any letter case"),
    ("1\v== 1", True, "invalid", "the runner takes all Unicode blanks"),
    ("format('{0}', 1e21)", "1E+21", "1e+21", "numbers are written as .NET's G15"),
    ("format('{0}', 0.00001)", "1E-05", "0.00001", "so are small ones"),
    ("format('{0}', -0)", "-0", "0", "and negative zero"),
    ("toJSON(NaN)", "NaN", "null", "the runner writes any number as it is"),
    ("format('{0x}', 1)", "failed", "1", "the package skips whatever follows the number"),
    ("'ß' == 'SS'", False, True, "ordinal upper case never changes the length"),
    ("'\u017f' == 's'", False, True, "and never leads from outside ASCII into it"),
    ('fromJSON(\'{"a":1,"A":2}\').a', 2.0, 1.0, "a later key replaces one of other case"),
]


def theirs(expressions: list[str]) -> list[object]:
    """What the package says: a value, or "invalid" or "failed"."""
    lines = "".join(json.dumps({"expression": text, "context": CONTEXT}) + "\n" for text in expressions)
    assert NODE
    assert ORACLE
    done = subprocess.run(
        [NODE, str(SCRIPT), ORACLE], input=lines, capture_output=True, text=True, encoding="utf-8", check=True
    )
    return [_read(json.loads(line)) for line in done.stdout.splitlines()]


def ours(text: str) -> object:
    """The same of ours."""
    try:
        node = parse(text)
    except ExpressionError:
        return "invalid"
    if not all(reference.path[0] in CONTEXT for reference in references(node)):
        return "invalid"  # which contexts there are is the caller's to know
    return _plain(evaluate(node, lookup_in({name: from_json(json.dumps(CONTEXT[name])) for name in CONTEXT})))


def _read(answer: dict[str, Any]) -> object:
    return _number_names(answer["value"]) if "value" in answer else next(iter(answer))


def _number_names(value: object) -> object:
    """The package's answer with floats for all numbers, and a name for NaN, which isn't equal to itself."""
    if isinstance(value, dict) and "number" in value:
        return value["number"]
    if isinstance(value, dict) and "array" in value:
        return [_number_names(item) for item in value["array"]]
    if isinstance(value, dict):
        return {key: _number_names(item) for key, item in value["object"]}
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _plain(value: Value) -> object:
    match value:
        case Unknown():
            return "failed"
        case Array():
            return [_plain(item) for item in value.items]
        case ObjectValue():
            return {key: _plain(item) for key, item in value.items()}
        case float() if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def same(left: object, right: object) -> bool:
    return type(left) is type(right) and left == right


def disagreements(expressions: list[str]) -> list[tuple[str, object, object]]:
    pairs = zip(expressions, map(ours, expressions), theirs(expressions), strict=True)
    return [(text, mine, other) for text, mine, other in pairs if not same(mine, other)]


class Writer:
    """Writes random expressions; with `noise`, often broken ones."""

    STRINGS = (
        "''",
        "'a'",
        "'BUG'",
        "'pull_request'",
        "'it''s'",
        "'0x1F'",
        "' 2 '",
        "'[1,2]'",
        "'{0}-{1}'",
        "'name'",
    )
    NUMBERS = ("0", "1", "-1", "2", "0.5", "1e2", "0x1f", "0o7", "NaN", "Infinity")
    NAMES = (
        "event_name",
        "Ref",
        "empty",
        "nothing",
        "two",
        "numeric",
        "event",
        "labels",
        "name",
        "deep",
        "c",
        "yes",
    )
    CALLS = ("contains", "startsWith", "endsWith", "format", "join", "toJSON", "fromJSON", "case")
    NOISE = (
        "(",
        ")",
        "[",
        "]",
        ",",
        ".",
        "*",
        "!",
        "==",
        "&&",
        "||",
        "'",
        "1",
        "x",
        " ",
        "-",
        "=",
        "a.b",
        "null",
    )

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def expression(self, depth: int) -> str:
        pick = self.random.choice
        kind = self.random.random()
        if depth <= 0 or kind < 0.15:
            return self.atom()
        if kind < 0.35:
            return self.chain(depth)
        if kind < 0.5:
            return f"{self.expression(depth - 1)} {pick(('==', '!=', '<', '<=', '>', '>='))} {self.atom()}"
        if kind < 0.65:
            return f"{self.expression(depth - 1)} {pick(('&&', '||'))} {self.expression(depth - 1)}"
        if kind < 0.72:
            return f"!{self.expression(depth - 1)}"
        if kind < 0.8:
            return f"({self.expression(depth - 1)})"
        args = ", ".join(self.expression(depth - 1) for _ in range(pick((1, 1, 2, 2, 2, 3))))
        return f"{pick(self.CALLS)}({args})"

    def atom(self) -> str:
        return self.literal() if self.random.random() < 0.75 else self.chain(0)

    def literal(self) -> str:
        return self.random.choice(self.random.choice((self.STRINGS, self.NUMBERS, ("null", "true", "false"))))

    def chain(self, depth: int) -> str:
        text = self.random.choice(
            ("github", "github.event", "github.event.labels", "inputs", "fromJSON(inputs.json)")
        )
        for _ in range(self.random.randrange(4)):
            index = self.literal() if depth <= 0 else self.expression(depth - 1)
            text += self.random.choice(
                (".*", "[*]", f"[{index}]", *(f".{self.random.choice(self.NAMES)}",) * 4)
            )
            depth -= 1
        return text

    def noisy(self, depth: int) -> str:
        text = self.expression(depth)
        for _ in range(self.random.randrange(1, 3)):
            place = self.random.randrange(len(text) + 1)
            text = text[:place] + self.random.choice(self.NOISE) + text[place + self.random.randrange(3) :]
        return text


def test_the_tricky_ones() -> None:
    assert disagreements(TRICKY) == []


@pytest.mark.parametrize("noisy", [False, True], ids=["sound", "broken"])
def test_random_expressions(noisy: bool) -> None:
    writer = Writer(seed=20260101)
    write = writer.noisy if noisy else writer.expression
    expressions = [write(writer.random.randrange(1, 5)) for _ in range(2500)]
    found = disagreements([text for text in expressions if not known_to_differ(text)])
    # The package evaluates all arguments, the runner only those it needs: so we know more than a failure.
    assert [each for each in found if each[2] != "failed"] == []


def known_to_differ(text: str) -> bool:
    """Whether random text may have hit a trailing comma, or a number that JSON doesn't have."""
    return ",)" in text.replace(" ", "") or ("toJSON" in text and ("NaN" in text or "Infinity" in text))


def test_the_known_differences_are_still_there() -> None:
    answers = theirs([text for text, *_ in DIFFERENCES])
    for (text, mine, other, reason), answer in zip(DIFFERENCES, answers, strict=True):
        assert (text, ours(text), answer) == (text, mine, other), reason
