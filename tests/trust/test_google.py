"""Google's conditions over tokens: boxes and naive evaluator, beside each other and what is documented."""

import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.cloud.google import AttributeCondition, read_condition
from auditor.cloud.values import Hole, Value
from auditor.finding import Location
from auditor.trust.automata.boxes import admits
from auditor.trust.automata.search import StepBudget, TooMuchError
from auditor.trust.consumers.google.boxes import Compiler
from auditor.trust.consumers.google.evaluate import holds
from auditor.trust.questions.names import names_of

HERE = Location("provider.json")
OPAQUE = "\ue000"


def condition(text: str) -> AttributeCondition:
    found, error = read_condition(Value((text,), HERE))
    assert error is None
    return found


MAPPING = {
    name: condition(source)
    for name, source in {
        "google.subject": "assertion.sub",
        "attribute.repository": "assertion.repository",
        "attribute.both": "assertion.repository + ':' + assertion.ref",
        "attribute.main": "assertion.ref == 'refs/heads/main' ? 'yes' : 'no'",
        "attribute.environment": "assertion.environment",
        "attribute.framed": "'<' + assertion.sub + '>'",
        "attribute.part": "assertion.sub.extract('repo:{owner}/')",
    }.items()
}
TOKEN = {
    "sub": "repo:acme/api:ref:refs/heads/main",
    "repository": "acme/api",
    "repository_id": "42",
    "ref": "refs/heads/main",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("assertion.repository == 'acme/api'", True),
        ("'acme/api' == assertion.repository", True),
        ("assertion.repository != 'acme/api'", False),
        ("assertion.repository == 'Acme/api'", False),
        ("assertion.repository_id == 42", False),
        ("assertion.repository_id != 42", True),
        ("assertion.ref_protected == true", False),
        ("assertion.environment == 'prod'", False),
        ("assertion.environment != 'prod'", False),
        ("!(assertion.environment == 'prod')", False),
        ("assertion.environment == 'prod' || assertion.repository == 'acme/api'", True),
        ("!(assertion.environment == 'prod' && assertion.repository == 'x')", True),
        ("has(assertion.environment)", False),
        ("!has(assertion.environment) && has(assertion.ref)", True),
        ("assertion.repository in ['acme/web', 'acme/api']", True),
        ("!(assertion.repository in ['acme/web'])", True),
        ("assertion.repository in []", False),
        ("assertion.repository.startsWith('acme/')", True),
        ("assertion.repository.endsWith('/api')", True),
        ("assertion.repository.contains('me/a')", True),
        ("assertion.repository.matches('acme')", True),
        ("assertion.repository.matches('^acme$')", False),
        ("assertion.repository.matches('^acme/[a-z]+$')", True),
        ("assertion['repository'] == \"acme/api\"", True),
        ("google.subject == 'repo:acme/api:ref:refs/heads/main'", True),
        ("attribute.repository == 'acme/api'", True),
        ("attribute.both == 'acme/api:refs/heads/main'", True),
        ("attribute.both == 'acme/api:refs/heads/dev'", False),
        ("attribute.main == 'yes'", True),
        ("attribute.main == 'no'", False),
        ("attribute.framed.startsWith('<repo:acme/')", True),
        ("attribute.framed.endsWith('/main>')", True),
        ("attribute.framed == '<repo:acme/api:ref:refs/heads/main>'", True),
        ("attribute.framed == '<repo:acme/api:ref:refs/heads/main'", False),
        ("has(attribute.repository)", True),
        ("attribute.missing == 'x'", False),
        ("attribute.missing != 'x'", False),
        ("has(attribute.missing)", False),
        ("['acme/api', 'acme/web'].exists(r, r == assertion.repository)", True),
        ("['acme/api', 'acme/web'].all(r, r == assertion.repository)", False),
        ("assertion.ref == 'refs/heads/main' ? assertion.repository == 'acme/api' : false", True),
        ("true", True),
        ("'true'", False),
        ("assertion.sub", False),
    ],
)
def test_a_token(text: str, expected: bool) -> None:
    source = condition(text)
    outcomes = holds(source, MAPPING, TOKEN)
    assert (outcomes == {True}) is expected
    for generous in (True, False):
        found = Compiler(MAPPING, StepBudget(1000), generous=generous).condition(source)
        if text not in ("assertion.sub", "'true'"):
            assert admits(found, TOKEN) is expected


@pytest.mark.parametrize(
    "text",
    [
        "assertion.sub.extract('repo:{owner}/') == 'acme'",
        "attribute.part == 'acme'",
        "assertion.repository.split('/')[0] == 'acme'",
        "assertion.repository.lowerAscii() + '!' == 'acme/api!'",
        "'!' + attribute.part == '!acme'",
        "assertion.repository > ['acme/web', 'acme/api']",
        "['acme/api'].exists(name)",
        "size(assertion.repository) > 3",
        "assertion.repository.lowerAscii() == 'acme/api'",
        "assertion.repository.matches('(?m)^acme')",
        "assertion.repository.matches('(')",
        f"assertion.repository.matches('^{OPAQUE}/')",
        f"{OPAQUE}",
    ],
)
def test_what_is_not_followed_is_open_both_ways(text: str) -> None:
    source = condition(text)
    for each in (source, condition(f"!({text})")):
        assert holds(each, MAPPING, TOKEN) == {True, False}
        assert admits(Compiler(MAPPING, StepBudget(1000), generous=True).condition(each), TOKEN)
        assert not admits(Compiler(MAPPING, StepBudget(1000), generous=False).condition(each), TOKEN)


@pytest.mark.parametrize("text", ["assertion.ref == {}", "assertion.ref in {}", "assertion.ref in [{}, 'x']"])
def test_a_hole_without_quotes_names_somebody_too(text: str) -> None:
    source = condition(text.format(OPAQUE))
    assert holds(source, {}, TOKEN) == {False}
    for generous in (True, False):
        assert not admits(Compiler({}, StepBudget(1000), generous=generous).condition(source), TOKEN)


def test_a_hole_that_is_compared_names_somebody() -> None:
    source, _ = read_condition(Value(("assertion.repository == '", Hole("var.repository"), "'"), HERE))
    assert holds(source, {}, TOKEN) == {False}
    filled, _ = read_condition(Value(("assertion.repository == '", Hole("var.x", "acme/api"), "'"), HERE))
    assert holds(filled, {}, TOKEN) == {True}


@pytest.mark.parametrize(
    ("text", "owners", "repositories"),
    [
        ("assertion.repository == 'acme/api'", {"acme"}, {"acme/api"}),
        ("!(assertion.repository_owner != 'acme')", {"acme"}, set()),
        ("assertion.repository != 'acme/api'", set(), set()),
        ("!(assertion.repository == 'acme/api')", set(), set()),
        ("assertion.repository.startsWith('acme/')", {"acme"}, set()),
        ("assertion.sub.matches('^repo:acme/(api|web):')", {"acme"}, {"acme/api", "acme/web"}),
        ("attribute.both == 'acme/api:refs/heads/main'", {"acme"}, {"acme/api"}),
    ],
)
def test_whom_a_condition_names(text: str, owners: set[str], repositories: set[str]) -> None:
    compiler = Compiler(MAPPING, StepBudget(1000), generous=True)
    compiler.condition(condition(text))
    names = names_of(compiler.written)
    assert (names.owners, names.repositories) == (owners, repositories)


CLAIMS = ["sub", "ref", "environment", "repository"]
TEXTS = ["a", "ab", "a/b", "refs/a", "", "a:b", "refs/ab", "1"]
LITERALS = st.sampled_from([*TEXTS, OPAQUE]).map("'{}'".format)
VALUES = st.one_of(
    st.sampled_from(CLAIMS).map("assertion.{}".format),
    st.sampled_from([*MAPPING, "attribute.missing"]),
    st.builds("(assertion.{} + {})".format, st.sampled_from(CLAIMS), LITERALS),
    LITERALS,
    st.sampled_from(["1", "true", "null"]),
)
LEAVES = st.one_of(
    st.builds("{} {} {}".format, VALUES, st.sampled_from(["==", "!="]), VALUES),
    st.builds("{} in [{}, {}]".format, VALUES, LITERALS, LITERALS),
    st.builds("{}.{}({})".format, VALUES, st.sampled_from(["startsWith", "endsWith", "contains"]), LITERALS),
    st.builds(
        "{}.matches('{}')".format, VALUES, st.sampled_from(["^a", "b$", "^refs/.*$", "a|b", "(", OPAQUE])
    ),
    st.sampled_from(CLAIMS).map("has(assertion.{})".format),
    st.builds(f"{{}} in {OPAQUE}".format, VALUES),
    st.sampled_from(
        ["true", OPAQUE, "size(assertion.sub) > 1", "['a', 'a/b'].exists(v, assertion.sub == v)"]
    ),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds("({} && {})".format, inner, inner),
        st.builds("({} || {})".format, inner, inner),
        st.builds("!({})".format, inner),
        st.builds("({} ? {} : {})".format, inner, inner, inner),
    ),
    max_leaves=6,
)
TOKENS = st.fixed_dictionaries(
    {},
    optional={
        "sub": st.sampled_from(["a", "a:b", "<a>", ""]),
        "ref": st.sampled_from(["refs/a", "refs/ab"]),
        "environment": st.sampled_from(["a", ""]),
        "repository": st.sampled_from(["a/b", "a/bc"]),
    },
)


@given(CONDITIONS, TOKENS)
@settings(max_examples=200)
def test_boxes_bound_the_evaluator(text: str, token: dict[str, str]) -> None:
    source = condition(text)
    outcomes = holds(source, MAPPING, token)
    if True in outcomes:
        assert admits(Compiler(MAPPING, StepBudget(10**6), generous=True).condition(source), token)
    if admits(Compiler(MAPPING, StepBudget(10**6), generous=False).condition(source), token):
        assert outcomes == {True}


SURE = st.recursive(
    st.one_of(
        st.builds(
            "assertion.{} {} '{}'".format,
            st.sampled_from(CLAIMS),
            st.sampled_from(["==", "!="]),
            st.sampled_from(TEXTS),
        ),
        st.builds(
            "assertion.{}.{}('{}')".format,
            st.sampled_from(CLAIMS),
            st.sampled_from(["startsWith", "endsWith", "contains", "matches"]),
            st.sampled_from(TEXTS),
        ),
        st.sampled_from(CLAIMS).map("has(assertion.{})".format),
    ),
    lambda inner: st.one_of(
        st.builds("({} && {})".format, inner, inner),
        st.builds("({} || {})".format, inner, inner),
        st.builds("!({})".format, inner),
    ),
    max_leaves=8,
)


@given(SURE, TOKENS, st.booleans())
@settings(max_examples=150)
def test_boxes_equal_the_evaluator_where_all_is_followed(
    text: str, token: dict[str, str], generous: bool
) -> None:
    source = condition(text)
    found = Compiler({}, StepBudget(10**6), generous=generous).condition(source)
    assert admits(found, token) == (holds(source, {}, token) == {True})


def _hostile() -> Iterator[str]:
    yield "attribute.long == '" + "a" * 3500 + "'"
    yield "&&".join(["(assertion.a=='1'||assertion.b=='2')"] * 100)
    yield "||".join(f"assertion.r=='{number}'" for number in range(180))
    yield "assertion.s.matches('(a*)*(b|a)*" + "a?" * 50 + "$')"
    yield "assertion.s.matches('((a{100}){100}){100}')"
    yield "assertion.a in [" + ",".join(f"'{number}'" for number in range(500)) + "]"


@pytest.mark.parametrize("text", list(_hostile()))
def test_no_condition_takes_long(text: str) -> None:
    mapping = {"attribute.long": condition("assertion.a + assertion.b + assertion.c + assertion.d")}
    before = time.process_time()
    for generous in (True, False):
        with suppress(TooMuchError):
            Compiler(mapping, StepBudget(40_000), generous=generous).condition(condition(text))
    assert time.process_time() - before < 2
