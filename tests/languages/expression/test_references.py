"""Which contexts are mentioned, and which flow."""

from __future__ import annotations

import pytest

from auditor.languages.expression import parse, references, texts, values


def paths(text: str) -> list[str]:
    return [" ".join(reference.path) for reference in references(parse(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", []),
        ("github", ["github"]),
        ("GitHub.Event.Commits.*.Message", ["github event commits * message"]),
        ("github['Event']['head_ref']", ["github event head_ref"]),
        ("a[0].b", ["a 0 b"]),
        ("a[1.5]", ["a 1.5"]),
        ("a['*']", ["a *"]),
        ("github[format('{0}', 'event')].ref", ["github event ref"]),
        ("a[join(fromJSON('[\"b\", \"c\"]'), '_')]", ["a b_c"]),
        ("a[format('{0}', b)]", ["a *", "b"]),
        ("a[true]", ["a *"]),
        ("a[b.c].d", ["a * d", "b c"]),
        ("a[b[c]][d]", ["a * *", "b *", "c", "d"]),
        ("fromJSON(a.b).c", ["a b"]),
        ("fromJSON(a.b)[c].d", ["a b", "c"]),
        ("a == b && !c || format('{0}', d)", ["a", "b", "c", "d"]),
        ("(a).b", ["a b"]),
    ],
)
def test_references(text: str, expected: list[str]) -> None:
    assert paths(text) == expected


def test_places() -> None:
    text = "  format('{0}', a [ b.c ] . d)"
    assert [text[found.start : found.end] for found in references(parse(text))] == ["a [ b.c ] . d", "b.c"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'x'", []),
        ("a.b", ["a b"]),
        ("a[b]", ["a *"]),
        ("a && 'x'", []),
        ("a && b", ["b"]),
        ("a && b && c", ["c"]),
        ("a && b || c", ["b", "c"]),
        ("a == b", []),
        ("!a", []),
        ("contains(a, b) || startsWith(c, d) || endsWith(e, f) || hashFiles(g) || success()", []),
        ("format(a, b, c == d)", ["a", "b"]),
        ("join(a.*.b, c)", ["a * b", "c"]),
        ("toJSON(a)", ["a"]),
        ("fromJSON(a).b[c]", ["a"]),
        ("case(a, b, c, d, e)", ["b", "d", "e"]),
        ("(a || b).c", ["a", "b"]),
    ],
)
def test_values(text: str, expected: list[str]) -> None:
    assert [" ".join(reference.path) for reference in values(parse(text))] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a == 'b' || contains(c, 'd')", ["b", "d"]),
        ("a == 1 && b[2] != true", []),
        ("a['b'].c", ["b"]),
        ('contains(fromJSON(\'["a", 1, "b"]\'), c)', ['["a", 1, "b"]', "a", "b"]),
        ("contains(fromJSON(' [\"a\"'), c)", [' ["a"']),
    ],
)
def test_texts(text: str, expected: list[str]) -> None:
    assert list(texts(parse(text))) == expected
