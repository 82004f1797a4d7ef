import pytest

from auditor.finding import Problem
from auditor.model.permission import MAX_SCOPES, Level, Permissions, read_permissions
from auditor.model.reader import Reader
from auditor.source import Source
from auditor.tree import Mapping, parse


def read(text: str) -> tuple[Permissions | None, list[Problem]]:
    root = parse(Source("w.yml", text)).root
    assert isinstance(root, Mapping)
    reader = Reader("w.yml")
    return read_permissions(root, reader), reader.problems


def declared(text: str) -> Permissions:
    found, problems = read(text)
    assert problems == []
    assert found is not None
    return found


def test_no_permissions_are_not_empty_ones() -> None:
    assert read("on: push") == (None, [])
    assert declared("permissions:").grants == ()
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


def test_scopes_are_limited_and_that_is_said() -> None:
    scopes = ", ".join(f"s{number}: write" for number in range(MAX_SCOPES + 5))
    found, problems = read(f"permissions: {{{scopes}}}")
    assert found is not None
    assert len(found.grants) == MAX_SCOPES
    assert [problem.message for problem in problems] == [
        "more than 100 permissions; the others are not audited"
    ]
