import re
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from auditor.languages import yaml
from auditor.languages.yaml import Mapping, Node, Scalar, Sequence, Tree, parse
from auditor.source import Point, Source, Span

PIECES = [
    "a", "é", "😀", "on", ": ", ":", "- ", "? ", "\n", "\n  ", "\n    ", "\r\n", "\r", "[", "]", "{", "}",
    ", ", "&x ", "*x", "|", ">", "|2-\n", ">+\n", "'", '"', "\\", "\\x4", "#", " #", "!t ", "<<: ", "%",
    "---\n", "...\n", "\t", "\x85", "\u2028", "\ufeff", "~", "${{ ", " }}", "\x00", "\x1b", "\ud800",
]  # fmt: skip
YAMLISH = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def read(text: str) -> Tree:
    return parse(Source("w.yml", text))


def value_of(text: str, key: str = "k") -> Scalar:
    found = read(text)
    assert found.problems == ()
    assert isinstance(found.root, Mapping)
    node = found.root.get(key)
    assert isinstance(node, Scalar)
    return node


def cut(source: Source, span: Span) -> str:
    start, end = (source.line_starts[p.line - 1] + p.column - 1 for p in (span.start, span.end))
    return source.text[start:end]


def nodes(node: Node | None) -> list[Node]:
    found: list[Node] = []
    waiting = [node] if node else []
    while waiting:
        node = waiting.pop()
        found.append(node)
        if isinstance(node, Mapping):
            waiting += [part for entry in node.entries for part in (entry.key, entry.value)]
        elif isinstance(node, Sequence):
            waiting += node.items
    return found


def message(text: str) -> str:
    (problem,) = read(text).problems
    return f"{problem.location.span.start.line}:{problem.location.span.start.column} {problem.message}"


# Shapes.


def test_a_tree_keeps_order_places_and_texts() -> None:
    root = read("on: push\nlist:\n- 1\n- {a: 'b'}\n").root
    assert isinstance(root, Mapping)
    assert [(entry.key.value, entry.key.location.span.start) for entry in root] == [
        ("on", Point(1, 1)),
        ("list", Point(2, 1)),
    ]
    items = root.get("list")
    assert isinstance(items, Sequence)
    assert [cut(item.source, item.span) for item in items] == ["1", "{a: 'b'}"]
    assert "on" in root
    assert root.get("no") is None
    assert root.entry("no") is None


@pytest.mark.parametrize("text", ["on: push", "'on': push", '"on": push', "{on: push}", '{"on":"push"}'])
def test_on_is_a_word(text: str) -> None:
    assert value_of(text, "on").value == "push"


@pytest.mark.parametrize("text", ["k:", "k: ~", "k: null", "k: NULL", "k: &a", "k: # nothing\n"])
def test_null(text: str) -> None:
    assert value_of(text).is_null
    assert value_of(text).location.span.start.line == 1


@pytest.mark.parametrize("text", ["k: ''", "k: 'null'", "k: '~'", "k: |\n", "k: no"])
def test_what_is_not_null(text: str) -> None:
    assert not value_of(text).is_null


@pytest.mark.parametrize("text", ["", "\n\n", "# only\n# comments\n", "---\n", "\ufeff"])
def test_nothing(text: str) -> None:
    root = read(text).root
    assert root is None or (isinstance(root, Scalar) and root.is_null)
    assert read(text).problems == ()


def test_json_is_yaml() -> None:
    assert value_of('{\n\t"k": "\\u00e9\\/"\n}').value == "é/"


def test_a_colon_in_a_flow_list_is_no_error() -> None:
    items = read("[gpu:a100, b]").root
    assert isinstance(items, Sequence)
    assert [cut(item.source, item.span) for item in items] == ["gpu:a100", "b"]


# What is refused, and where.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: [\nb: c\n", "3:1 not YAML: "),
        ("a: 'b\n\n", "3:1 not YAML: "),
        ("a:\n\tb: c\n", "2:1 not YAML: found character that cannot start any token"),
        ("a: b\nc\n", "3:1 not YAML: could not find expected ':'"),
        ("a: b\x00", "1:5 not YAML: "),
        ("😀: b\nc: \x07", "2:4 not YAML: "),
        ("a: b\n---\nc: d\n", "2:1 a second document; only one is read"),
        ("? [a]\n: b\n", "1:3 a key that is a list or a mapping"),
        ("a: *b\n", "1:4 the alias `*b` has no anchor"),
        ("a: &a [b, *a]\n", "1:11 the alias `*a` stands inside its own anchor"),
        ("a: &a {b: {c: *a}}\n", "1:15 the alias `*a` stands inside its own anchor"),
        ("a: " + "[" * 100 + "\n", "1:103 nested more than 100 levels deep"),
    ],
)
def test_what_is_refused(text: str, expected: str) -> None:
    assert message(text).startswith(expected)
    assert read(text).root is None


def test_a_hundred_levels_are_read() -> None:
    assert read("[" * 100 + "]" * 100).problems == ()


@pytest.mark.parametrize("depth", [500, 3000, 300_000])
def test_depth_costs_nothing(depth: int) -> None:
    assert "nested" in message("[" * depth + "]" * depth)
    assert "nested" in message("{a: " * depth)


def test_aliases_are_counted_with_what_they_repeat() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 8)}]\n" for n in range(1, 40))
    assert message(bomb) == "6:35 more than 200,000 values, aliases written out"


def test_text_that_aliases_repeat_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "MAX_REPEATED", 20)
    assert read("- &a [123456, 1234]\n- *a\n- *a\n").problems == ()
    assert message("- &a [123456, 1234]\n- *a\n- *a\n- *a\n") == "4:3 aliases repeat more than 20 characters"


def test_an_anchor_that_is_given_again_means_the_last() -> None:
    root = read("- &a x\n- &a y\n- *a\n").root
    assert isinstance(root, Sequence)
    assert [item.value for item in root if isinstance(item, Scalar)] == ["x", "y", "y"]


def test_an_alias_stands_where_it_is_used() -> None:
    root = read("- &a {b: c}\n- *a\n").root
    assert isinstance(root, Sequence)
    assert [item.span.start for item in root] == [Point(1, 3), Point(2, 3)]


def test_duplicate_keys_are_told_with_both_places() -> None:
    found = read("a: 1\nb: 2\na: 3\n")
    assert message("a: 1\nb: 2\na: 3\n") == "3:1 the key `a` stands twice, first on line 1"
    assert isinstance(found.root, Mapping)
    assert found.root.get("a").value == "3"
    assert len(found.root) == 2


def test_duplicate_keys_are_capped_and_that_is_said() -> None:
    problems = read("{" + "a, " * 200 + "}").problems
    assert len(problems) == 51
    assert problems[-1].message == "further keys that stand twice are not listed"


def test_merge_keys_are_noted() -> None:
    found = read("a: &a {b: c}\nd:\n  <<: *a\n  '<<': e\n")
    assert [key.location.span.start for key in found.merges] == [Point(3, 3)]


def test_a_long_name_does_not_fill_the_message() -> None:
    assert len(message("a: *" + "b" * 10_000)) < 100
    assert len(message("{" + "b" * 10_000 + ": 1, " + "b" * 10_000 + ": 1}")) < 100


@given(YAMLISH)
def test_any_text_is_read_and_every_place_lies_in_it(text: str) -> None:
    source = Source("w.yml", text)
    found = parse(source)
    spans = [problem.location.span for problem in found.problems]
    for node in nodes(found.root):
        assert 0 <= node.start <= node.end <= len(text)
        spans.append(node.span)
        if isinstance(node, Scalar):
            spans += [node.at(start, start + 1) for start in range(len(node.value))]
    for span in spans:
        assert span.start <= span.end
        for point in (span.start, span.end):
            assert 1 <= point.line <= len(source.line_starts)
            assert 1 <= point.column <= len(source.line(point.line)) + 2


# Where the characters of a value are written.


WORDS = st.text(st.sampled_from("ab:é😀'\"#\\- "), max_size=12)
BREAK = st.sampled_from(["\n", "\r\n", "\r"])


def assert_exact(scalar: Scalar) -> None:
    """Every part of the value is found just where it is written."""
    value, whole = scalar.value, scalar.span
    for start in range(len(value)):
        for end in (start + 1, min(len(value), start + 3), len(value)):
            found = cut(scalar.source, scalar.at(start, end))
            assert scalar.at(start, end) != whole or start == 0
            assert re.sub("\r\n|[\r\x85]", "\n", found).startswith(value[start : start + 1])
            if "\n" not in value[start:end]:
                assert found == value[start:end]


def assert_exact_or_whole(scalar: Scalar) -> None:
    """Every character is found as it is written, or the whole scalar is shown."""
    for start, char in enumerate(scalar.value):
        span = scalar.at(start, start + 1)
        assert span == scalar.span or cut(scalar.source, span) == char


@given(WORDS)
def test_at_is_exact_in_quoted_text(text: str) -> None:
    assume("\\" not in text)
    scalar = value_of("k: '" + text.replace("'", "''") + "'\n")
    assert scalar.value == text
    for start, char in enumerate(text):
        if char != "'":
            assert cut(scalar.source, scalar.at(start, start + 1)) == char
    if '"' not in text:
        assert_exact(value_of(f'k: "{text}" # x\n'))


@given(WORDS)
def test_at_is_exact_in_plain_text(text: str) -> None:
    plain = text.strip()
    assume(": " not in plain and " #" not in plain)
    scalar = value_of(f"k: &anchor !!str x{plain}y\n")
    assert scalar.value.startswith("x")
    assert_exact(scalar)


@given(st.lists(WORDS, min_size=1, max_size=6), BREAK, st.sampled_from(["", "-", "+"]), st.integers(2, 4))
def test_at_is_exact_in_literal_blocks(lines: list[str], break_: str, chomping: str, indent: int) -> None:
    lines = ["x", *lines, "z"]
    body = break_.join(" " * indent + line for line in lines)
    for header in (f"|{chomping}", f"|{indent}{chomping}", f"&a | # {indent}"):
        scalar = value_of(f"k: {header}{break_}{body}{break_}{break_}z: 1{break_}")
        assert scalar.value.rstrip("\n") == "\n".join(lines)
        text = scalar.value.rstrip("\n")
        for start in range(len(text)):
            end = min(len(text), start + 3)
            written = cut(scalar.source, scalar.at(start, end))
            assert re.sub(f"{break_}( {{{indent}}})?", "\n", written) == text[start:end]


@given(st.lists(WORDS, min_size=1, max_size=6), BREAK, st.sampled_from([">", ">-", ">2+", "", "'", '"']))
def test_at_is_exact_or_whole_in_folded_text(lines: list[str], break_: str, style: str) -> None:
    words = [re.sub(r"[^\wé😀 ]", "", line) for line in lines]
    body = break_.join("  " + line for line in ["x", *words, "z"])
    text = f"k: {style}{break_}{body}" if style.startswith(">") else f"k: {style}{body.strip()}{style}"
    scalar = value_of(text + break_)
    assert_exact_or_whole(scalar)
    for word in re.finditer(r"\S+", scalar.value):
        assert cut(scalar.source, scalar.at(*word.span())) == word[0]


ESCAPES = [
    "a", "é", " ", "  ", "\\n", "\\t", '\\"', "\\\\", "\\x41", "\\u00e9", "\\U0001F600", "\\/", "\\e", "\\_",
    "\\\n   ", "\n  ", "\n\n  ", "\\\r\n ", "'", "${{",
]  # fmt: skip
ESCAPED = st.sampled_from(ESCAPES)


@settings(max_examples=200)
@given(st.lists(ESCAPED, max_size=12))
def test_at_is_exact_or_whole_with_escapes(parts: list[str]) -> None:
    scalar = value_of('k: "x' + "".join(parts) + 'z"\n')
    assert_exact_or_whole(scalar)
    last = len(scalar.value) - 1
    assert scalar.at(last, last + 1).end.column == scalar.span.end.column - 1


@pytest.mark.parametrize("break_", ["\x85", "\u2028", "\u2029"])
def test_at_knows_the_line_breaks_of_yaml(break_: str) -> None:
    scalar = value_of(f"k: |\n  ab{break_}  cd\n  ef\n")
    for word in ("ab", "cd", "ef"):
        start = scalar.value.index(word)
        assert cut(scalar.source, scalar.at(start, start + 2)) == word


def test_at_of_an_alias_is_the_alias() -> None:
    alias = value_of("a: &bc bcd\nk: *bc\n")
    assert cut(alias.source, alias.at(0, 1)) == "*bc"


def test_an_anchor_and_a_tag_are_no_part_of_the_text() -> None:
    for text in ("k: &x !!str x\n", "k: !!str &x 'x'\n", 'k: &x # y\n  "x"\n'):
        scalar = value_of(text)
        assert cut(scalar.source, scalar.at(0, 1)) == "x"
        assert scalar.start > text.index("&x") + 1


def test_at_the_end_of_a_block_stays_inside() -> None:
    scalar = value_of("k: |\n  ab  \n\nz: 1\n")
    assert scalar.value == "ab  \n"
    assert scalar.at(5, 5) == Span(Point(2, 7), Point(2, 7))
    assert scalar.span.end == Point(2, 7)


@pytest.mark.parametrize("style", ["|\n", ">\n", "", '"'])
def test_many_places_in_a_large_text_take_no_quadratic_time(style: str) -> None:
    body = "  abc ${{ x }} def\n" * 10_000
    scalar = value_of(f"k: {style}{body.strip() if style in ('', chr(34)) else body}{style.strip('|>')}\n")
    started = time.process_time()
    for start in range(0, len(scalar.value) - 10, 18):
        scalar.at(start, start + 3)
    assert time.process_time() - started < 1
