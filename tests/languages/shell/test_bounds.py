"""Hostile text: no crash, no lost offsets, no unbounded time."""

import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auditor.languages.shell import Command, Script, Word, parse, reader, runner_file, workflow_command
from auditor.languages.time_limit import TimeLimit

PIECES = [
    *(
        "$(",
        ")",
        "`",
        '"',
        "'",
        "${",
        "}",
        "${{",
        "}}",
        "<<E",
        "\nE\n",
        "<<'E'",
        "$((",
        "))",
        "(",
        "{ ",
        "; }",
    ),
    *(
        "if ",
        "then ",
        "fi\n",
        "for i in ",
        "do ",
        "done\n",
        "case ",
        "esac\n",
        "[[ ",
        " ]]",
        "export ",
        "A=",
        "$X",
    ),
    *(
        " ",
        "\n",
        ";",
        "|",
        "&&",
        ">",
        ">> ",
        "<<< ",
        "2>&1",
        "\\",
        "#",
        "é",
        "😀",
        "\0",
        "\ud800",
        "::a::",
        "echo ",
    ),
]
SCRIPTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=80)


def words(command: Command) -> Iterator[Word]:
    yield from filter(None, (command.name, *command.args))
    for redirect in command.redirects:
        yield from filter(None, (redirect.target, redirect.body))
    yield from (assignment.value for assignment in command.assignments if assignment.value)


def check(script: Script) -> None:
    """Everything lies in the text, and says what stands there."""
    end = len(script.text)
    for word in (word for command in script.commands for word in words(command)):
        assert 0 <= word.start <= word.end <= end
        assert script.text[word.start : word.end] == word.text
        places = [(v.start, v.end) for v in word.variables], word.islands, word.substitutions
        assert all(word.start <= first < last <= word.end for spans in places for first, last in spans)
    for command in script.commands:
        assert 0 <= command.start <= command.end <= end
        assert command.pipes_into is None or command.pipes_into < len(script.commands)
    for assignment in script.assignments:
        assert 0 <= assignment.start <= assignment.end <= end
    starts = [command.start for command in script.commands]
    assert starts == sorted(starts)


@settings(max_examples=300, deadline=None)
@given(SCRIPTS)
@example("$((\\")
def test_arbitrary_text_never_crashes(text: str) -> None:
    script = parse(text)
    assert script.text == text
    check(script)
    for command in script.commands:
        runner_file(command, script)
        workflow_command(command, script)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="aé日😀", max_size=8), st.text(alphabet="aé }'", max_size=8))
def test_what_stands_before_moves_nothing(before: str, inside: str) -> None:
    island = "${{ " + inside.replace("}", "").replace("'", "") + " }}"
    text = f"x '{before}' {island} $Y"
    (command,) = parse(text).commands
    assert [arg.text for arg in command.args] == [f"'{before}'", island, "$Y"]
    check(parse(text))


HOSTILE = {
    "open substitutions": "$( " * 3000,
    "closed substitutions": "$( " * 3000 + "x" + " )" * 3000,
    "many closed substitutions": "$(" * 150_000 + ")" * 150_000,
    "open quote": '"' + "a " * 500_000,
    "odd quotes": "'" * 1_000_001,
    "backticks": "`" * 1_000_001,
    "dollars": "$" * 1_000_000,
    "pipes": "a | " * 40_000,
    "as many pipes as there may be": "a | " * 3000,
    "as many backticks as there may be": "` < unset " * 600,
    "less-than signs": "<" * 1_000_000,
    "redirects": ">a " * 300_000,
    "open arrays": "a=(" * 200_000,
    "open conditions": "if [[ " * 100_000,
    "zero bytes": "\0" * 1_000_000,
    "open heredocs": "cat <<A\n" * 100_000,
    "open islands": "${{ a" * 200_000,
    "a long list": "for i in " + "a " * 400_000 + "; do x; done",
    "a megabyte of commands": 'echo "a=$X" >> "$F"\n' * 50_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_bounded_time(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "TimeLimit", partial(TimeLimit, seconds=0.2))
    start = time.thread_time()
    script = parse(HOSTILE[name])
    # What stops here in time takes seconds to minutes otherwise; the rest is for slow machines.
    assert time.thread_time() - start < 1.5
    assert script.text is HOSTILE[name]


def test_nesting_is_cut_off_and_says_so() -> None:
    script = parse("$( " * 500 + "x" + " )" * 500)
    assert script.has_errors
    assert "nested" in script.cut_off
    assert len(script.commands) > 10


@pytest.mark.parametrize("text", ["a | " * 3001, "` < unset " * 601])
def test_what_nothing_could_stop_is_refused(text: str) -> None:
    script = parse(text)
    assert script.commands == ()
    assert script.has_errors
    assert "more than" in script.cut_off


def test_running_out_of_time_says_so() -> None:
    script = parse("<" * 300_000)
    assert script.has_errors
    assert "too long" in script.cut_off


@pytest.mark.parametrize("text", ['a; echo "b', "a; if b; then", "a; $(", "a\n)"])
def test_errors_keep_what_was_read(text: str) -> None:
    script = parse(text)
    assert script.has_errors
    assert not script.cut_off
    assert script.commands[0].program == "a"


def test_a_scan_without_scripts_does_not_load_the_grammar() -> None:
    code = "import sys, auditor.languages.shell; sys.exit('tree_sitter' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
