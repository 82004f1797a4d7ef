"""The patterns of the source match alike on every Python, and a hostile text can't hold them up.

Before 3.11.5 CPython matches a possessive quantifier wrongly where it stands round more than one character
(gh-106052). Round one character (`[ab]*+`) it is right, and so is an atomic group, `(?>...)`.
"""

import ast
import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from re import _parser  # type: ignore[attr-defined]
from time import process_time
from typing import Any

import pytest

from auditor.languages.expression import ExpressionError, islands
from auditor.languages.expression.lexer import tokens
from auditor.languages.shell.grammar import mask
from auditor.languages.yaml import parse
from auditor.source import Source, written_runs

ROOT = Path(__file__).parent.parent
POSSESSIVE = re.compile(r"[*+?}]\+")
ONE_CHARACTER = {"LITERAL", "NOT_LITERAL", "ANY", "IN"}
GAP = "(?:xy)"
"""What stands for a part of a pattern that is put in when the program runs: it may be of any length."""


def _text(node: ast.AST) -> str | None:
    """The text that an expression gives, with a `GAP` for each part that isn't written there."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
        return node.value if isinstance(node.value, str) else node.value.decode("latin-1")
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or GAP for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [_text(node.left), _text(node.right)]
        return "".join(part or GAP for part in parts) if any(parts) else None
    return None


def _texts(node: ast.AST) -> Iterator[str]:
    """Each text of a module but those that stand alone: a pattern may be put together from any of them."""
    whole = _text(node)
    if whole:
        yield whole
    for child in ast.iter_child_nodes(node):
        alone = isinstance(node, ast.Expr) and isinstance(child, ast.Constant)
        if not alone and not (whole and _text(child)):
            yield from _texts(child)


def _parsed(text: str) -> list[Any]:
    """What the text means as a pattern, with and without the flag that takes blanks for nothing."""
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a text that is no pattern may look like an odd one
        for flags in (0, re.VERBOSE):
            try:
                found.append(_parser.parse(text, flags))
            except (re.error, OverflowError):
                continue
    return found


def _items(pattern: Any) -> Iterator[tuple[str, Any]]:
    """Each operation of a parsed pattern, those inside of others too."""
    if isinstance(pattern, _parser.SubPattern):
        for operation, operand in pattern:
            yield str(operation), operand
            yield from _items(operand)
    elif isinstance(pattern, list | tuple):
        for part in pattern:
            yield from _items(part)


def _is_misread(text: str) -> bool:
    """Whether a possessive quantifier stands round more than one character, or nobody can tell."""
    if not POSSESSIVE.search(text):
        return False
    patterns = _parsed(text)
    repeated = [
        operand[2]
        for pattern in patterns
        for operation, operand in _items(pattern)
        if operation == "POSSESSIVE_REPEAT"
    ]
    part_of_one = not patterns and ("(" in text or ")" in text)
    return part_of_one or any(len(part) != 1 or str(part[0][0]) not in ONE_CHARACTER for part in repeated)


@pytest.mark.parametrize("folder", ["auditor", "rules"])
def test_no_possessive_quantifier_stands_round_a_group(folder: str) -> None:
    found, possessive = [], 0
    for path in sorted((ROOT / folder).rglob("*.py")):
        for text in _texts(ast.parse(path.read_text(encoding="utf-8"))):
            possessive += POSSESSIVE.search(text) is not None
            if _is_misread(text):
                found.append(f"{path.relative_to(ROOT)}: {text}")
    assert found == []
    assert possessive > 5 or folder == "rules"


@pytest.mark.parametrize(
    "code",
    [
        r"""re.compile(r"\$\{\{((?:[^'}]|'[^']*+')*+)\}\}")""",
        'call("(ab)++")',
        'f"(?:a|bc)?+{x}"',
        'f"{part}*+"',
        '"(?:" + part + "){2,3}+"',
        'b"(?:a|bc)*+"',
        '"""(?: a | bc )  *+"""',
        '"(?>x(?:ab)*+)"',
        '"(?=(?:ab)*+)"',
        '"|".join(["(?:a", "bc)*+"])',
    ],
)
def test_what_is_refused(code: str) -> None:
    assert any(map(_is_misread, _texts(ast.parse(f"x = {code}"))))


@pytest.mark.parametrize(
    "text", ["a*+", "[ab]++", ".?+", r"\w{2,3}+", "(?:a)*+", "(?>(?:ab)*)", "(?:ab*+)*", "C++", "*?+[]"]
)
def test_what_is_right_on_every_python(text: str) -> None:
    assert not _is_misread(text)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("'a''b'", ["string"]),
        ("''", ["string"]),
        ("''''", ["string"]),
        ("'a' 'b'", ["string", "string"]),
        ("'a''b", ["other"]),
        ("'''", ["other"]),
        ("'a'''", ["string"]),
        ("'a''' == ''", ["string", "==", "string"]),
        ("'a, b", ["other", ",", "name"]),
    ],
)
def test_a_string_ends_at_the_first_quote_without_a_second(text: str, kinds: list[str]) -> None:
    assert [token.kind for token in tokens(text, 0, len(text))] == kinds


def _islands(text: str) -> None:
    with pytest.raises(ExpressionError):
        islands(text)


def _tokens(text: str) -> None:
    assert list(tokens(text, 0, len(text)))


def _mask(text: str) -> None:
    assert not mask(text).islands


def _yaml(text: str) -> None:
    assert parse(Source("w.yml", text)).root


def _runs(text: str) -> None:
    value = "x" * len(text)
    assert written_runs(value, '"', text, 0, len(text)).offsets(len(value) - 1, len(value)) is None


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (_islands, "${{ " + "a} " * 100_000),
        (_islands, "${{ " + "'a' " * 100_000),
        (_islands, "${{ " + "'' }" * 100_000 + "'"),
        (_tokens, "'a" + "''b" * 100_000),
        (_tokens, "'" + "''" * 100_000),
        (_tokens, "'a " + "''b " * 30_000),
        (_mask, "${{ " + "a} " * 100_000),
        (_mask, "${{ " + "'a' " * 100_000),
        (_yaml, "k: &a !!str" + "\n #c" * 100_000 + "\n x\n"),
        (_yaml, "k: &a" + " " * 100_000 + "x\n"),
        (_runs, '"' + "a " * 100_000 + '\\x"'),
        (_runs, '"' + " \n" * 100_000 + '"'),
        (_runs, '"' + "\r\n\t" * 100_000 + '"'),
    ],
    ids=lambda part: part[:8] if isinstance(part, str) else part.__name__,
)
def test_a_hostile_text_takes_time_in_step_with_its_length(read: Callable[[str], None], text: str) -> None:
    start = process_time()
    read(text)
    assert process_time() - start < 10
