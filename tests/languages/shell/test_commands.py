"""Commands: which there are, in what order, and what is around them."""

import pytest

from auditor.languages.shell import Script, parse


def names(script: Script) -> list[str | None]:
    return [command.name.text if command.name else None for command in script.commands]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a; b\nc & d && e || f", "abcdef"),
        ("! a | b", "ab"),
        ("(a; b) | { c; }", "abc"),
        ("if a; then b; elif c; then d; else e; fi", "abcde"),
        ("for i in x; do a; done; while b; do c; done; until d; do e; done", "abcde"),
        ("case $x in 1) a;; $(b)) c;; esac", "abc"),
        ("f() { a; }\nfunction g { b; }", "ab"),
        ("a $(b $(c)) `d` <(e)", "abcde"),
        ('x=$(a) y="$(b)" c', "cab"),
        ("[[ $(a) == b ]] && c; [ -n `d` ]; (( $(e) ))", "acde"),
        ("a <<< $(b) > $(c)", "abc"),
        ("for i in $(a); do b; done", "ab"),
        ("for ((i=0; i<$(a); i++)); do b; done", "ab"),
        ("x=($(a) b)", "a"),
        ("export x=$(a)", ["export", "a"]),
        ("unset $(a)", ["unset", "a"]),
        ("a # b; c", "a"),
        ("", ""),
    ],
)
def test_every_command_in_the_order_of_the_text(text: str, expected: str | list[str]) -> None:
    script = parse(text)
    assert names(script) == list(expected)
    assert not script.has_errors


def test_arguments_and_prefix() -> None:
    script = parse("A=1 B=$X c d 'e f'")
    (command,) = script.commands
    assert [(a.name, a.value.text if a.value else None, a.exported) for a in command.assignments] == [
        ("A", "1", True),
        ("B", "$X", True),
    ]
    assert [arg.literal for arg in command.args] == ["d", "e f"]
    assert script.text[command.start : command.end] == script.text
    assert script.assignments == ()


@pytest.mark.parametrize(
    ("text", "program"), [("/usr/bin/curl x", "curl"), ("'git' x", "git"), ("$X y", None), ("> f", None)]
)
def test_the_program_is_the_bare_literal_name(text: str, program: str | None) -> None:
    assert parse(text).commands[0].program == program


def pipes(text: str) -> list[int | None]:
    return [command.pipes_into for command in parse(text).commands]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a | b | c", [1, 2, None]),
        ("a |& b", [1, None]),
        ("{ a; b; } | c", [2, 2, None]),
        ("a | { b; c; }", [1, None, None]),
        ("a | while b; do c; done | d", [1, 3, 3, None]),
        ("a | x=$(b) c", [1, None, None]),
        ("a > f | b", [None, None]),
        ("a 2>&1 | b", [1, None]),
        ("a && b | c", [None, 2, None]),
        ("a $(b | c) | d", [3, 2, None, None]),
        ("cat <<E | a | b && c\nx\nE\n", [1, 2, None, None]),
    ],
)
def test_a_pipe_leads_to_the_first_command_that_reads(text: str, expected: list[int | None]) -> None:
    assert pipes(text) == expected


def test_piped_into_is_that_command() -> None:
    script = parse("a | b")
    assert script.piped_into(script.commands[0]) is script.commands[1]
    assert script.piped_into(script.commands[1]) is None


def test_a_prefix_substitution_is_not_what_reads_from_a_pipe() -> None:
    script = parse("a | x=$(b) c")
    reader = script.piped_into(script.commands[0])
    assert reader is not None
    assert reader.program == "c"


def test_substitutions_and_functions_are_known() -> None:
    script = parse("a $(b); f() { c; g() { d; }; $(e); }; h")
    found = {c.program: (c.in_substitution, c.function) for c in script.commands if c.program}
    assert found == {
        "a": (False, None),
        "b": (True, None),
        "c": (False, "f"),
        "d": (False, "g"),
        "e": (True, "f"),
        "h": (False, None),
    }


def test_what_feeds_a_word_is_what_stands_in_it() -> None:
    script = parse("$(a) b $(c $(d)) e")
    outer = script.commands[0]
    assert outer.name is not None
    assert [c.program for c in script.commands_in(outer.name)] == ["a"]
    assert [c.program for c in script.commands_in(outer.args[1])] == ["c", "d"]
    assert script.commands_in(outer.args[0]) == ()
