import pytest

from auditor.finding import Problem
from auditor.knowledge.platform.scopes import COMMON, ONLY_READ, RELEASE, SCOPES
from auditor.languages.yaml import Mapping, parse
from auditor.model.permission import MAX_SCOPES, Level, Permissions, read_permissions
from auditor.model.reader import MappingReader
from auditor.source import Source


def read(text: str) -> tuple[Permissions | None, list[Problem]]:
    root = parse(Source("w.yml", text)).root
    assert isinstance(root, Mapping)
    reader = MappingReader("w.yml")
    return read_permissions(root, reader), reader.problems


def declared(text: str) -> Permissions:
    found, problems = read(text)
    assert problems == []
    assert found is not None
    return found


def test_no_permissions_are_not_empty_ones() -> None:
    assert read("on: push") == (None, [])
    assert declared("permissions: {}").level("contents") is Level.NONE


@pytest.mark.parametrize(("text", "level"), [("read-all", Level.READ), ("write-all", Level.WRITE)])
def test_blankets(text: str, level: Level) -> None:
    found = declared(f"permissions: {text}")
    assert (found.blanket, found.level("anything"), found.written()) == (level, level, ())
    assert found.location.span.start.column == len("permissions: ") + 1


def test_grants_and_their_places() -> None:
    found = declared("permissions:\n  contents: write\n  issues: read\n  packages: none\n")
    assert [found.level(scope) for scope in ("contents", "issues", "packages", "actions")] == [
        Level.WRITE,
        Level.READ,
        Level.NONE,
        Level.NONE,
    ]
    (grant,) = found.written()
    span = grant.location.span
    assert (span.start.line, span.start.column, span.end.column) == (2, 3, 18)
    assert found.location.span.start.line == 1
    assert Level.READ < Level.WRITE


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("all", "`permissions` must be read-all, write-all or a mapping, not `all`"),
        ("''", "`permissions` must be read-all, write-all or a mapping, not ``"),
        ("[contents]", "`permissions` must be a mapping, not a list"),
        ("{contents: admin}", "`contents` must be read, write or none, not `admin`"),
        ("{contents: }", "`contents` must be read, write or none, not ``"),
        ("{contents: [write]}", "`contents` must be a text, not a list"),
        ("'${{ x }}'", "`permissions` must be read-all, write-all or a mapping, not `${{ x }}`"),
    ],
)
def test_wrong_types(text: str, message: str) -> None:
    _, problems = read(f"permissions: {text}")
    assert [problem.message for problem in problems] == [message]


@pytest.mark.parametrize("value", ["", " ~", " null"])
def test_no_value_is_an_empty_map_and_a_problem(value: str) -> None:
    found, problems = read(f"permissions:{value}")
    assert found is not None
    assert (found.blanket, found.grants) == (None, ())
    (problem,) = problems
    assert problem.message == "`permissions` has no value; write `{}` for none"
    assert problem.location == found.location


def test_an_unknown_scope_is_a_problem_and_grants_nothing() -> None:
    found, problems = read("permissions:\n  foo: write\n  issues: write\n  Contents: write\n")
    assert found is not None
    assert [grant.scope for grant in found.grants] == ["issues"]
    assert [(problem.message, problem.location.span.start.line) for problem in problems] == [
        ("`foo` is no permission scope", 2),
        ("`Contents` is no permission scope", 4),
    ]


@pytest.mark.parametrize("scope", sorted(SCOPES - ONLY_READ))
def test_every_scope_is_known(scope: str) -> None:
    assert declared(f"permissions: {{{scope}: write}}").level(scope) is Level.WRITE


def test_metadata_is_never_written() -> None:
    found = declared("permissions: {metadata: write}")
    assert (found.level("metadata"), found.written()) == (Level.READ, ())


def test_the_sets_of_scopes_agree() -> None:
    assert COMMON | RELEASE | ONLY_READ < SCOPES


def test_scopes_are_limited_and_that_is_said() -> None:
    unknown = ", ".join(f"s{number}: write" for number in range(MAX_SCOPES))
    found, problems = read(f"permissions: {{{unknown}, contents: write}}")
    assert found is not None
    assert found.grants == ()
    assert problems[0].message == "more than 100 permissions; the others are not audited"
    assert problems[1].message == "`s0` is no permission scope"
