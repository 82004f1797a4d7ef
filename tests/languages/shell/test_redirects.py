"""Where output goes, through groups and pipelines, and what here-documents hold."""

import pytest

from auditor.languages.shell import Redirect, parse


def outputs(text: str) -> dict[str | None, str | None]:
    """The target of each command's standard output."""
    return {
        command.program: command.stdout.target.text if command.stdout and command.stdout.target else None
        for command in parse(text).commands
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a > f", {"a": "f"}),
        ("a 1>> f", {"a": "f"}),
        ("a &> f", {"a": "f"}),
        ("a >| f", {"a": "f"}),
        ("a 2> f", {"a": None}),
        ("a > f 2>&1", {"a": "f"}),
        ("a > f >&1", {"a": "f"}),
        ("a > f > g", {"a": "g"}),
        ("a >&2", {"a": "2"}),
        ("> f a", {"a": "f"}),
        ("a | b > f", {"a": None, "b": "f"}),
        ("a && b > f", {"a": None, "b": "f"}),
        ("! a > f", {"a": "f"}),
        ("{ a; b | c; d > g; } > f", {"a": "f", "b": None, "c": "f", "d": "g"}),
        ("(a; b) > f", {"a": "f", "b": "f"}),
        ("if a; then b; fi > f", {"a": "f", "b": "f"}),
        ("for i in $(a); do b; done > f", {"a": None, "b": "f"}),
        ("while a; do b; done >> f", {"a": "f", "b": "f"}),
        ("case x in x) a;; esac > f", {"a": "f"}),
        ("{ a; } | b > f", {"a": None, "b": "f"}),
        ("{ a $(b); } > f", {"a": "f", "b": None}),
        ("f() { a; } > g", {"a": "g"}),
        ("{ f() { a; }; } > g", {"a": None}),
        ("cat <<E > f || a\nx\nE\n", {"cat": "f", "a": None}),
        ("a | cat <<E > f\nx\nE\n", {"a": None, "cat": "f"}),
    ],
)
def test_the_effective_output(text: str, expected: dict[str | None, str | None]) -> None:
    assert outputs(text) == expected


def test_words_after_a_file_are_arguments() -> None:
    (command,) = parse('echo >> "$F" a "b c"').commands
    assert [arg.literal for arg in command.args] == ["a", "b c"]
    assert [redirect.operator for redirect in command.redirects] == [">>"]


def test_redirects_keep_their_descriptor_and_place() -> None:
    script = parse("a 2>&1 <in")
    (command,) = script.commands
    assert [(r.operator, r.fd, script.text[r.start : r.end]) for r in command.redirects] == [
        (">&", 2, "2>&1"),
        ("<", None, "<in"),
    ]
    assert command.stdin is command.redirects[1]


def test_a_redirect_alone_is_a_command_without_a_name() -> None:
    (command,) = parse("> f").commands
    assert command.name is None
    assert command.stdout is not None


def heredoc(text: str) -> Redirect:
    redirect = parse(text).commands[0].stdin
    assert redirect is not None
    return redirect


BODIES = [
    "a $X\n",
    "  $X b\n",
    "\n\n  ${X}\n",
    "\\$Y $X\n",
    "a\n  ${X:-y}\n",
    "\"$X\" 'it's\n",
    "é $X\n",
    "$X\\\\\n",
    "$X",
]


@pytest.mark.parametrize("body", BODIES)
def test_a_body_is_exact_and_so_are_its_variables(body: str) -> None:
    text = f"cat <<EOF >> f\n{body}\nEOF\nafter"
    script = parse(text)
    redirect = heredoc(text)
    assert redirect.body is not None
    assert redirect.body.text == f"{body}\n"
    assert redirect.expands
    (variable,) = redirect.body.variables
    assert variable.name == "X"
    assert variable.quoted
    assert text[variable.start :].startswith(("$X", "${X"))
    assert [command.program for command in script.commands] == ["cat", "after"]


def test_commands_in_a_body_feed_it() -> None:
    script = parse('cat <<EOF\n  "q" $(a "$X")\n`b`\nEOF\nc')
    assert [command.program for command in script.commands] == ["cat", "a", "b", "c"]
    body = heredoc(script.text).body
    assert body is not None
    assert [command.program for command in script.commands_in(body)] == ["a", "b"]
    assert script.commands[1].args[0].variable is not None


@pytest.mark.parametrize("delimiter", ["'EOF'", '"EOF"', "\\EOF"])
def test_a_quoted_delimiter_expands_nothing(delimiter: str) -> None:
    redirect = heredoc(f"cat <<{delimiter}\n$X `a`\nEOF\n")
    assert not redirect.expands
    assert redirect.body is not None
    assert redirect.body.variables == ()
    assert redirect.body.literal == "$X `a`\n"
    assert redirect.body.substitutions == ()


def test_islands_count_even_where_nothing_expands() -> None:
    body = heredoc("cat <<'E'\n${{ a.b }}\nE\n").body
    assert body is not None
    assert body.islands == ((10, 20),)
    assert body.literal is None


def test_a_dashed_heredoc_ends_after_tabs() -> None:
    script = parse("cat <<-E\n\t$X\n\tE\na")
    assert [command.program for command in script.commands] == ["cat", "a"]


def test_a_heredoc_in_a_substitution() -> None:
    script = parse('x="$(cat <<E\n  $A\nE\n)"\na')
    assert [command.program for command in script.commands] == ["cat", "a"]
    body = heredoc(script.text).body
    assert body is not None
    assert [variable.name for variable in body.variables] == ["A"]


def test_what_only_looks_like_a_heredoc_is_read_as_code() -> None:
    script = parse('echo "cat <<EOF\n$X\nEOF\n" > f # <<E\na\nE\nb')
    assert [v.name for v in script.commands[0].args[0].variables] == ["X"]
    assert [command.program for command in script.commands] == ["echo", "a", "E", "b"]


def test_a_herestring_has_a_body() -> None:
    (command,) = parse('read x <<< "$A b"').commands
    assert command.stdin is not None
    assert command.stdin.operator == "<<<"
    assert command.stdin.body is not None
    assert command.stdin.body.value == "$A b"


def test_input_of_a_loop_is_not_that_of_a_pipe() -> None:
    script = parse("while a; do b | c; done < f")
    assert [bool(command.stdin) for command in script.commands] == [True, True, False]
