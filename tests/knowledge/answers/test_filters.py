"""Filters of `jq`: which fields they take, and what becomes of them."""

from time import process_time

import pytest

from auditor.knowledge.answers.filters import jq_fields
from auditor.knowledge.change import Change


def paths(filter):
    fields = jq_fields(filter)
    return None if fields is None else [".".join(field.path) for field in fields]


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (".", [""]),
        (".title", ["title"]),
        (".[].title", ["title"]),
        (".[0].title?", ["title"]),
        ('.["head"].ref', ["head.ref"]),
        ('."head"."ref"', ["head.ref"]),
        (".files[].path", ["files.path"]),
        (".a // .b", ["a", "b"]),
        (".a, .b", ["a", "b"]),
        ('.[] | select(.name == "x") | .body', ["body"]),
        ("{t: .title, number} | .t", ["title", "number"]),
        ('[.[] | {a: .b, "c": .d}]', ["b", "d"]),
        ("if .x then .y elif .w then .v else .z end", ["y", "v", "z"]),
        ('.files | map(select(.filename | test("x"))) | .[0].filename', ["files.filename"]),
        ('"\\(.title) by \\(.user.login)"', ["title", "user.login"]),
        ('"\\(.a + "x\\(.b)")!"', ["a", "b"]),
        ('[.commits[].messageHeadline] | join("\\n")', ["commits.messageHeadline"]),
        (".[1:3] | .[].c", ["c"]),
        ('"fixed"', []),
        (".a as $x | $x", None),
        (".. | .body?", None),
        ("env.HOME", None),
        ("$ENV.HOME", None),
        ("reduce .[] as $x (0; . + 1)", None),
        (".a | unheard_of", None),
        (".a)", None),
        ('"open', None),
        ("", None),
    ],
)
def test_fields(filter, expected):
    assert paths(filter) == expected


@pytest.mark.parametrize(
    ("filter", "change"),
    [
        (".title", Change.WHOLE),
        (".title | @sh", Change.ENCODED),
        ('@sh "echo \\(.title)"', Change.ENCODED),
        (".title | @base64", Change.ENCODED),
        (".title | @base64 | @base64d", Change.ENCODED),
        (".title | tojson", Change.ENCODED),
        (".labels | length", Change.COUNTED),
        ('.title | test("x")', Change.COUNTED),
        ('.title == "x"', Change.COUNTED),
        ('.body | split("\\n") | .[0]', Change.PART),
        ('.title | gsub("[^a-z]"; "")', Change.PART),
        (".title | ascii_downcase", Change.WHOLE),
    ],
)
def test_changes(filter, change):
    assert [field.change for field in jq_fields(filter)] == [change]


@pytest.mark.parametrize(
    "text",
    ["(" * 4000, "[" * 4000, "{a:" * 1300, '"\\(' * 1300, "." + "a|" * 1900, ".a," * 1300 + ".", "-" * 4000],
)
def test_a_hostile_filter_is_read_in_step_with_its_length(text):
    start = process_time()
    jq_fields(text)
    assert jq_fields(text * 10) is None
    assert process_time() - start < 5
