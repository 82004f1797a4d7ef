"""Values, known and unknown."""

from __future__ import annotations

import pytest

from auditor.languages.expression import (
    UNKNOWN,
    Array,
    ObjectValue,
    Symbol,
    Unknown,
    Value,
    evaluate,
    lookup_in,
    parse,
    truth,
    undecided,
)

ACTOR = Symbol("actor", never=frozenset({"dependabot[bot]"}), distinct=frozenset({"owner"}))
EVENT = Symbol("event", among=frozenset({"opened", "Synchronize"}))
CONTEXTS: dict[str, Value] = {
    "u": UNKNOWN,
    "actor": ACTOR,
    "owner": Symbol("owner"),
    "other": Symbol("other"),
    "event": EVENT,
    "one": Symbol("one", among=frozenset({"push", "pull"}), never=frozenset({"PULL"})),
    "digits": Symbol("digits", among=frozenset({"1", "2"})),
    "hex": Symbol("hex", among=frozenset({"0x1"})),
    "a": ObjectValue(
        {
            "b": "x",
            "N": 2,
            "list": Array(("x", UNKNOWN)),
            "known": Array(("opened", "SYNCHRONIZE", "closed")),
            "rows": Array((ObjectValue({"name": "r1"}), ObjectValue({"name": UNKNOWN}), "text")),
            "actors": Array((ACTOR,)),
        }
    ),
    "success()": False,
    "always()": True,
}


def value(text: str) -> Value:
    return evaluate(parse(text), lookup_in(CONTEXTS))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 == '1'", True),
        ("null == 0", True),
        ("'' == false", True),
        ("'a' == 'A'", True),
        ("'a' < 'B'", True),
        ("'\uffff' > '\U00010000'", True),
        ("'éa' == 'ÉA'", True),
        ("'ß' == 'ss'", False),
        ("'ßé' == 'ßÉ'", True),
        ("'\u0131' == 'i'", False),
        ("'\u017f' == 's'", False),
        ("'\u0131é' == '\u0131É'", True),
        ("'0x7fffffff' == 2147483647", True),
        ("'0x80000000' == -2147483648", True),
        ("'0xffffffff' == -1", True),
        ("NaN == NaN", False),
        ("a == a", True),
        ("a.known == fromJSON('[]')", False),
        ("a.known >= a.known", True),
        ("'a' && 'b' || 'c'", "b"),
        ("'' && 'b' || 'c'", "c"),
        ("0 || ''", ""),
        ("A.B", "x"),
        ("a['n']", 2),
        ("a.missing.more", None),
        ("a.known[1]", "SYNCHRONIZE"),
        ("join(a.*, '|') == 1", False),
        ("contains('Hello', 'ELL')", True),
        ("format('{{{0}}} {1}', 1.5, true)", "{1.5} true"),
        ("join(fromJSON('[1, null, \"x\", [], {}]'), '-')", "1--x-Array-Object"),
        (
            'toJSON(fromJSON(\'{"a":[1,{}],"é":"\\u2028"}\'))',
            '{\n  "a": [\n    1,\n    {}\n  ],\n  "é": "\\u2028"\n}',
        ),
        ('fromJSON(\'{"a":1,"A":2}\').a', 2.0),
        ("case(false, 1, true, 2, 3)", 2.0),
        ("format('{00}{001}', 'a', 'b')", "ab"),
        ("""join(fromJSON('[{"u":{"n":"x"}},{"u":{"n":"y"}},{"u":1}]').*.u.n)""", "x,y"),
        ("""join(fromJSON('[[{"n":"x"}],[{"n":"y"},2]]').*.*.n)""", "x,y"),
        ("always()", True),
        ("success() || 'x'", "x"),
    ],
)
def test_known_values(text: str, expected: Value) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("u", None),
        ("nowhere.known", None),
        ("u == 1", None),
        ("u && false", False),
        ("false && u", False),
        ("u || true", True),
        ("true || u", True),
        ("u && true", None),
        ("u || 'text'", True),
        ("(u || 'text') && (u && '')", False),
        ("!(u && false)", True),
        ("!u", None),
        ("(u && false) == null", None),
        ("u.*", True),
        ("u == u", None),
        ("a.list == a.list", True),
        ("contains(a.list, 'x')", True),
        ("contains(a.list, 'y')", None),
        ("contains(a.rows.*.name, 'R1')", True),
        ("contains(a.rows.*.name, 'r2')", None),
        ("contains(u, a)", None),
        ("contains(a, u)", False),
        ("contains(fromJSON('[]'), u)", False),
        ("startsWith(a, u)", False),
        ("format('x{0}', u)", True),
        ("format('{0}', u)", None),
        ("format('{1}{0}', u, 'x')", True),
        ("join(a.list)", True),
        ("toJSON(u)", True),
        ("toJSON(a)", True),
        ("case(u, 1, 'x')", True),
        ("case(u, 0, '')", False),
        ("case(u, 1, 0)", None),
        ("case(u, 'same', 'same') == 'same'", True),
        ("case('no boolean', 1, 1)", None),
        ("hashFiles('x')", None),
        ("failure()", None),
        ("success('job')", None),
        ("fromJSON('{') || true", True),
        ("fromJSON('{')", None),
        ("fromJSON(u).x", None),
        ("format('{')", None),
        ("format('{0:x}', 1)", None),
        ("format('{256}', 1)", None),
        ("a[u]", None),
        ("a.b[u]", False),
    ],
)
def test_three_values(text: str, expected: bool | None) -> None:
    assert truth(value(text)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("actor", True),
        ("actor == actor", True),
        ("actor != actor", False),
        ("actor < actor", False),
        ("actor >= actor", True),
        ("contains(actor, actor)", True),
        ("actor == owner", False),
        ("owner == actor", False),
        ("actor == other", None),
        ("actor == 'Dependabot[bot]'", False),
        ("actor != 'dependabot[bot]'", True),
        ("actor == 'x'", None),
        ("actor == ''", False),
        ("actor == null", None),
        ("actor == a", False),
        ("actor == u", None),
        ("event == 'OPENED'", None),
        ("event == 'closed'", False),
        ("event == null", False),
        ("event > 'p'", None),
        ("event > 'a'", True),
        ("one == 'Push'", True),
        ("one == event", False),
        ("one != 'pull'", True),
        ("digits > 0", True),
        ("digits == 1", None),
        ("hex == 1", None),
        ("startsWith(event, 'o')", None),
        ("startsWith(one, 'PU')", True),
        ("endsWith(event, 'ed')", None),
        ("contains(event, 'x')", False),
        ("contains(actor, 'x')", None),
        ("contains(a.known, event)", True),
        ("contains(fromJSON('[\"opened\"]'), event)", None),
        ("contains(fromJSON('[\"x\", 1]'), event)", False),
        ('contains(fromJSON(\'["dependabot[bot]", ""]\'), actor)', False),
        ("contains(fromJSON('[\"x\"]'), actor)", None),
        ("contains(a.actors, actor)", True),
        ("contains(a.actors, owner)", False),
        ("format('{0}', actor) == 'dependabot[bot]'", False),
        ("join(actor) == owner", False),
        ("actor && false", False),
        ("!actor", False),
        ("actor.x", False),
        ("a[actor]", None),
        ("case(actor, 1, 1)", None),
        ("fromJSON(actor)", None),
    ],
)
def test_symbols(text: str, expected: bool | None) -> None:
    assert truth(value(text)) is expected


def test_what_is_asked_of_a_lookup() -> None:
    asked: list[tuple[str, ...]] = []

    def lookup(path: tuple[str, ...]) -> Value:
        asked.append(path)
        return {("k",): "Key", ("n",): 1.0}.get(path, UNKNOWN)

    evaluate(parse("A.B['C'][0] == a.b.c[0] || x[K].y[n] || success() || q.*.z || w[u].v"), lookup)
    assert asked == [
        ("a", "b", "c", "0"),
        ("k",),
        ("n",),
        ("x", "key", "y", "1"),
        ("success()",),
        ("q", "*", "z"),
        ("q", "*"),
        ("q",),
        ("u",),
        ("w",),
    ]


def test_a_lookup_may_answer_for_a_star() -> None:
    names = Array(("x",), filtered=True)
    answers: dict[tuple[str, ...], Value] = {("a", "*", "name"): names}
    assert evaluate(parse("contains(a.*.name, 'X')"), lambda path: answers.get(path, UNKNOWN)) is True


def test_growth_is_bounded() -> None:
    text = "'" + "x" * 100 + "'"
    for _ in range(8):
        text = f"format('{'{0}' * 20}', {text})"
    assert evaluate(parse(text), lookup_in({})) is UNKNOWN


def test_nested_indexes_are_evaluated_once() -> None:
    text = "a[" * 48 + "a" + "]" * 48
    assert evaluate(parse(text), lambda _: UNKNOWN) is UNKNOWN
    text = "a.*[" * 24 + "a" + "]" * 24
    assert evaluate(parse(text), lambda _: UNKNOWN) in (UNKNOWN, Unknown.TRUTHY)


def test_deep_json_is_unknown() -> None:
    assert evaluate(parse(f"fromJSON('{'[' * 9000}{']' * 9000}')"), lookup_in({})) is UNKNOWN
    deep = "[" * 64 + "]" * 64
    assert isinstance(evaluate(parse(f"fromJSON('{deep}')"), lookup_in({})), Array)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_json_below_the_depth_that_github_reads_is_unknown(opening: str, closing: str) -> None:
    levels = 64 // len(closing)
    for times, known in ((levels, True), (levels + 2, False)):
        text = f"{opening * times}1{closing * times}"
        assert (evaluate(parse(f"fromJSON('{text}')"), lookup_in({})) is not UNKNOWN) is known


def test_a_field_has_up_to_three_digits() -> None:
    fields = ", ".join(f"'f{number}'" for number in range(101))
    assert evaluate(parse(f"format('{{9}} {{99}} {{100}}', {fields})"), lookup_in({})) == "f9 f99 f100"
    assert evaluate(parse(f"format('{{0100}}', {fields})"), lookup_in({})) == "f100"
    assert evaluate(parse(f"format('{{101}}', {fields})"), lookup_in({})) is UNKNOWN


@pytest.mark.parametrize(("possible", "expected"), [(64, True), (65, None)])
def test_a_symbol_of_many_texts_is_tried_as_each_up_to_a_bound(possible: int, expected: bool | None) -> None:
    many = Symbol("many", among=frozenset(f"v{number}" for number in range(possible)))
    for text in ("many > 'a'", "startsWith(many, 'V')"):
        assert truth(evaluate(parse(text), lookup_in({"many": many}))) is expected


def test_huge_numbers_are_infinite() -> None:
    assert evaluate(parse("format('{0} {1}', n, 1e21)"), lookup_in({"n": 10**400})) == "Infinity 1E+21"
    assert evaluate(parse("format('{0}', n)"), lookup_in({"n": -(10**400)})) == "-Infinity"


@pytest.mark.parametrize(
    ("condition", "missing"),
    [
        ("free.a", []),
        ("vars.x", ["vars.x"]),
        ("free.a && vars.x", ["vars.x"]),
        ("free.a || vars.x", []),
        ("!(free.a || vars.x)", ["vars.x"]),
        ("!(free.a && vars.x)", []),
        ("vars.x == 'a' && vars.y", ["vars.x", "vars.y"]),
        ("vars.x || vars.y", ["vars.x", "vars.y"]),
        ("(vars.x && 'false' == 'x') || free.a", []),
        ("contains(free.a, vars.x)", ["vars.x"]),
        ("failure() && free.a", ["failure()"]),
        ("always() && free.a", []),
        ("hashFiles('a') == ''", ["hashFiles()"]),
        ("symbol.a == 'x'", ["symbol.a"]),
        ("free.a[vars.x] && true", ["vars.x"]),
    ],
)
def test_what_a_condition_waits_for(condition: str, missing: list[str]) -> None:
    def lookup(path: tuple[str, ...]) -> Value:
        return {"always()": True, "symbol": Symbol("s")}.get(path[0], UNKNOWN)

    node = parse(condition)
    assert truth(evaluate(node, lookup)) is None
    found = undecided(node, lookup, lambda path: path[0] == "free")
    assert [".".join(path) for path in found] == missing
