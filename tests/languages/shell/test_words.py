"""Words: their values, their expansions and where these stand."""

import pytest

from auditor.languages.shell import ARITHMETIC, LENGTH, Word, parse


def word(text: str) -> Word:
    """The one argument of a command."""
    (command, *_) = parse(f"x {text}").commands
    (argument,) = command.args
    assert argument.text == text
    return argument


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("a", "a"),
        ("'a b'", "a b"),
        ('"a b"', "a b"),
        ("''", ""),
        ('""', ""),
        (r"a\ b", "a b"),
        (r'"a\"b\c"', r'a"b\c'),
        ("'$X'", "$X"),
        (r'"\$X"', "$X"),
        (r"\$X", "$X"),
        ("a'b'\"c\"d", "abcd"),
        (r"$'a\tb\x41\u00e9'", "a\tbAé"),
        ('$"a b"', "a b"),
        ("*.c", "*.c"),
        ("{a,b}", "{a,b}"),
        ("'日本'", "日本"),
        ('"a\n  b"', "a\n  b"),
        ("7", "7"),
    ],
)
def test_a_literal_is_what_the_shell_passes_on(text: str, literal: str) -> None:
    assert word(text).literal == literal
    assert word(text).value == literal


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$X", "$X"),
        ('"$X"', "$X"),
        ('a"b$X"c', "ab$Xc"),
        ('"$(a "b")"', '$(a "b")'),
        ("`a`", "`a`"),
        ("$((1 + 2))", "$((1 + 2))"),
        ("${{ a.b }}", "${{ a.b }}"),
        ("'${{ a.b }}'", "${{ a.b }}"),
        ("<(a)", "<(a)"),
        ("$?", "$?"),
    ],
)
def test_what_expands_has_no_literal_but_a_value(text: str, value: str) -> None:
    assert word(text).literal is None
    assert word(text).value == value


@pytest.mark.parametrize(
    ("text", "name", "operator"),
    [
        ("$X", "X", None),
        ("${X}", "X", None),
        ("${X[0]}", "X", None),
        ("$1", "1", None),
        ("$@", "@", None),
        ("${#}", "#", None),
        ("${X:-y}", "X", ":-"),
        ("${X#y}", "X", "#"),
        ("${X##*/}", "X", "##"),
        ("${X%y}", "X", "%"),
        ("${X//a/b}", "X", "//"),
        ("${X:1:2}", "X", ":"),
        ("${X^^}", "X", "^^"),
        ("${X@Q}", "X", "@"),
        ("${!X}", "X", "!"),
        ("${#X}", "X", LENGTH),
        ("${#X[@]}", "X", LENGTH),
        ("$((X))", "X", ARITHMETIC),
    ],
)
def test_a_variable_says_how_it_is_transformed(text: str, name: str, operator: str | None) -> None:
    (variable,) = word(text).variables
    assert (variable.name, variable.operator) == (name, operator)


@pytest.mark.parametrize(
    ("text", "quoted"),
    [("$X", False), ('"$X"', True), ('"${X#a}"', True), ("a$X'b'", False), ('a"b$X"c', True)],
)
def test_quotes_around_a_variable_are_known(text: str, quoted: bool) -> None:
    assert [variable.quoted for variable in word(text).variables] == [quoted]


def test_variables_stand_in_order_with_their_places() -> None:
    text = '"$A${B}-${C:-$D}"'
    variables = word(text).variables
    assert [variable.name for variable in variables] == ["A", "B", "C", "D"]
    script = f"x {text}"
    assert [script[v.start : v.end] for v in variables] == ["$A", "${B}", "${C:-$D}", "$D"]


def test_variables_of_a_substitution_belong_to_its_commands() -> None:
    script = parse('x "$A $(y $B)"')
    outer, inner = script.commands
    assert [v.name for v in outer.args[0].variables] == ["A"]
    assert [v.name for v in inner.args[0].variables] == ["B"]
    assert script.commands_in(outer.args[0]) == (inner,)


def test_a_word_that_is_nothing_but_a_variable() -> None:
    for text in ("$X", '"$X"', '"${X:-y}"', "${X}"):
        variable = word(text).variable
        assert variable is not None
        assert variable.name == "X"
    for text in ("a$X", '"$X "', "$X$Y", "$(X)"):
        assert word(text).variable is None


def test_islands_are_listed_and_join_their_word() -> None:
    text = "a-${{ github.event.number }}-b"
    found = word(text)
    assert [f"x {text}"[start:end] for start, end in found.islands] == ["${{ github.event.number }}"]
    assert word("${{ a }}").island == (2, 10)
    assert found.island is None


def test_an_island_ends_outside_its_own_quotes() -> None:
    text = "${{ format('}}', a) }}"
    assert word(f'"{text}"').islands == ((3, 3 + len(text)),)


def test_an_island_may_have_many_lines() -> None:
    script = parse("x ${{\n  a && 'b'\n}} y\nz")
    assert [[arg.text for arg in command.args] for command in script.commands] == [
        ["${{\n  a && 'b'\n}}", "y"],
        [],
    ]


def test_an_island_that_never_ends_is_left_alone() -> None:
    script = parse("x '${{ a' b")
    assert script.commands[0].args[0].islands == ()
    assert script.commands[0].args[0].literal == "${{ a"


def test_other_alphabets_move_no_offset_and_end_a_name() -> None:
    text = 'é "日本$Xü" > "ö😀$Y"'
    (command,) = parse(text).commands
    assert command.name is not None
    assert command.name.literal == "é"
    (variable,) = command.args[0].variables
    assert (variable.name, text[variable.start : variable.end]) == ("X", "$X")
    assert command.stdout is not None
    assert command.stdout.target is not None
    assert command.stdout.target.value == "ö😀$Y"
