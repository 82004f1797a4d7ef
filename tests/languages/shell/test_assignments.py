"""Assignments: names, values, and who sees them."""

import pytest

from auditor.languages.shell import parse


def assigned(text: str) -> list[tuple[str, str | None, bool]]:
    return [(a.name, a.value.text if a.value else None, a.exported) for a in parse(text).assignments]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=1", [("A", "1", False)]),
        ("A=", [("A", "", False)]),
        ("A=1 B=$X", [("A", "1", False), ("B", "$X", False)]),
        ("export A=$X B", [("A", "$X", True), ("B", None, True)]),
        ('export "A=$X"', [("A", "$X", True)]),
        ("declare -x A=1", [("A", "1", True)]),
        ("declare -A A=1", [("A", "1", False)]),
        ("f() { local A='x y'; }", [("A", "'x y'", False)]),
        ("readonly A=1", [("A", "1", False)]),
        ("for A in $X b; do c; done", [("A", "$X", False), ("A", "b", False)]),
        ("A=(1 $X)", [("A", "(1 $X)", False)]),
        ("A=1 c", []),
        ("if true; then A=1; fi; (B=2)", [("A", "1", False), ("B", "2", False)]),
    ],
)
def test_what_the_shell_itself_assigns(text: str, expected: list[tuple[str, str | None, bool]]) -> None:
    assert assigned(text) == expected


@pytest.mark.parametrize(("text", "appends"), [("A+=$X", True), ("A[1]=$X", True), ("A=$X", False)])
def test_what_stays_in_a_variable(text: str, appends: bool) -> None:
    (assignment,) = parse(text).assignments
    assert (assignment.name, assignment.appends) == ("A", appends)


def test_a_declaration_is_a_command_too() -> None:
    (command,) = parse("export A=$X").commands
    assert command.program == "export"
    assert [arg.text for arg in command.args] == ["A=$X"]


def test_a_substitution_feeds_the_value_and_is_read_once() -> None:
    for text in ("A=$(b | c)", "export A=$(b | c)"):
        script = parse(text)
        (assignment,) = script.assignments
        assert assignment.value is not None
        feeding = script.commands_in(assignment.value)
        assert [command.program for command in feeding] == ["b", "c"]
        assert all(command.in_substitution for command in feeding)
        assert len([c for c in script.commands if c.program == "b"]) == 1


def test_places_are_exact() -> None:
    text = "é; export A=$X"
    (assignment,) = parse(text).assignments
    assert text[assignment.start : assignment.end] == "A=$X"
