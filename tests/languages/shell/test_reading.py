"""What scripts of bash and sh do with values: small ones with their events, and texts of any kind."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.languages import shell
from auditor.languages.reading import Reading
from shown_events import shown


def read(script: str) -> Reading:
    return shell.read(shell.parse(script))


@pytest.mark.parametrize(
    ("script", "events"),
    [
        (
            "x=1",
            ["x = 1"],
        ),
        (
            'x="$a-$b"',
            ["x = $a-$b"],
        ),
        (
            "export X=${A:0:4}",
            ["X = $A~part"],
        ),
        (
            "x=${#A}",
            ["x = $A~counted"],
        ),
        (
            "x=${A//[^a-z]/}",
            ["x = $A~counted"],
        ),
        (
            "x=$(gh pr view 1 --json title)",
            ["x = <gh>"],
        ),
        (
            "x=$(<pr.txt)",
            ["x = [pr.txt]"],
        ),
        (
            "x=$(cat pr.txt)",
            ["x = [pr.txt]"],
        ),
        (
            "x=$((A + 1))",
            ["x = $(($A~counted + 1))"],
        ),
        (
            "x+=more",
            ["x += more"],
        ),
        (
            "read -r a b < pr.txt",
            ["a = [pr.txt]", "b = [pr.txt]"],
        ),
        (
            'read -r a <<< "$B"',
            ["a = $B"],
        ),
        (
            'for f in $A b; do echo "$f"; done',
            ["f = $A", "f = b", "print $f"],
        ),
        (
            'printf -v x "%s" "$A"',
            ["x = %s$A"],
        ),
        (
            'echo "x=$A" >> "$GITHUB_OUTPUT"',
            ["GITHUB_OUTPUT:x <- $A (line)"],
        ),
        (
            'echo "x=$A" | tee -a $GITHUB_ENV',
            ["GITHUB_ENV:x <- $A (line)", "print <tee>"],
        ),
        (
            '{ echo "x<<E"; echo "$A"; echo E; } >> "$GITHUB_OUTPUT"',
            ["GITHUB_OUTPUT:x <- $A (fixed)"],
        ),
        (
            'echo "x<<$(uuidgen)" >> $GITHUB_ENV\necho "$A" >> $GITHUB_ENV',
            ["GITHUB_ENV:x <- $A (random)"],
        ),
        (
            'cat <<E >> "$GITHUB_ENV"\na=1\nb=$A\nE',
            ["GITHUB_ENV:a <- 1 (line)", "GITHUB_ENV:b <- $A (line)"],
        ),
        (
            'echo "::set-output name=x::$A"',
            ["print ::set-output name=x::$A", "GITHUB_OUTPUT:x <- $A (line)"],
        ),
        (
            'echo "$A" >> "$GITHUB_PATH"',
            ["GITHUB_PATH:None <- $A (line)"],
        ),
        (
            'echo "# $A" >> $GITHUB_STEP_SUMMARY',
            ["GITHUB_STEP_SUMMARY:None <- # $A (line)"],
        ),
        (
            'f=$GITHUB_ENV\necho "x=$A" >> $f',
            ["f = $GITHUB_ENV", "GITHUB_ENV:x <- $A (line)"],
        ),
        (
            'jq -r .x "$GITHUB_EVENT_PATH" > out.txt',
            ["file out.txt <- <jq> (line)"],
        ),
        (
            'echo "$A" > notes/a.txt',
            ["file notes/a.txt <- $A (line)"],
        ),
        (
            'echo "$A"',
            ["print $A"],
        ),
        (
            'printf "%s\\n" "$A"',
            ["print $A"],
        ),
        (
            "set -x",
            ["trace"],
        ),
        (
            'eval "$A"',
            ["eval $A"],
        ),
        (
            'echo "x=${{ a.b }}" >> $GITHUB_OUTPUT',
            ["GITHUB_OUTPUT:x <- ${{}} (line)"],
        ),
        (
            '[[ "$A" =~ ^[a-z]+$ ]] || exit 1\nuse',
            ["A is ^[a-z]+$ in [use]", "ends", "print <use>"],
        ),
        (
            "[[ $A == v* ]] || exit 1\nuse",
            ["A has v* in [use]", "ends", "print <use>"],
        ),
        (
            "if [[ ! $A =~ ^a$ ]]; then exit 1; fi\nuse",
            ["A is ^a$ in [use]", "ends", "print <use>"],
        ),
        (
            'if [ "$A" = x ]; then a; else b; fi',
            ["A is x in [a]", "print <a>", "print <b>"],
        ),
        (
            '[ "$A" != x ] && exit 1\nuse',
            ["A is x in [use]", "ends", "print <use>"],
        ),
        (
            'case "$A" in x|y) a ;; *) exit 1 ;; esac\nuse',
            ["A is x|y in [a|use]", "print <a>", "ends", "print <use>"],
        ),
        (
            'echo "$A" | grep -Eqx "[a-z]+" || exit 1\nuse',
            ["print <grep>", "A is [a-z]+ in [use]", "ends", "print <use>"],
        ),
        (
            "[[ $A =~ ^a|b$ ]] || exit 1\nuse",
            ["A has ^a|b$ in [use]", "ends", "print <use>"],
        ),
        (
            "[[ $A =~ ^a$ ]]\nuse",
            ["A is ^a$ in [use]", "print <use>"],
        ),
        (
            "set +e\n[[ $A =~ ^a$ ]]\nuse",
            ["print <use>"],
        ),
        (
            "if [[ $A =~ ^a$ && $B == c ]]; then d; fi",
            ["A is ^a$ in [d]", "B is c in [d]", "print <d>"],
        ),
        (
            "exit 0",
            ["ends"],
        ),
    ],
)
def test_events(script: str, events: list[str]) -> None:
    assert shown(read(script)) == events


_PARTS = st.sampled_from(
    [
        "\n",
        " ",
        "!",
        '"',
        "#",
        "$",
        "%",
        "&",
        "(",
        ")",
        "*",
        "+",
        "-",
        ".",
        "/",
        "0",
        "1",
        "4",
        ":",
        ";",
        "<",
        "=",
        ">",
        "A",
        "B",
        "E",
        "Eqx",
        "GITHUB_ENV",
        "GITHUB_EVENT_PATH",
        "GITHUB_OUTPUT",
        "GITHUB_PATH",
        "GITHUB_STEP_SUMMARY",
        "X",
        "[",
        "\\",
        "]",
        "^",
        "a",
        "b",
        "c",
        "case",
        "cat",
        "d",
        "do",
        "done",
        "e",
        "echo",
        "else",
        "esac",
        "eval",
        "exit",
        "export",
        "f",
        "fi",
        "for",
        "gh",
        "grep",
        "if",
        "in",
        "jq",
        "json",
        "more",
        "n",
        "name",
        "notes",
        "out",
        "output",
        "pr",
        "printf",
        "r",
        "read",
        "s",
        "set",
        "tee",
        "then",
        "title",
        "txt",
        "use",
        "uuidgen",
        "v",
        "view",
        "x",
        "y",
        "z",
        "{",
        "|",
        "}",
        "~",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(_PARTS, max_size=40).map("".join) | st.text(max_size=80))
def test_any_text_is_read(script: str) -> None:
    reading = read(script)
    starts = [event.start for event in reading.events]
    assert starts == sorted(starts)
    assert all(0 <= event.start <= event.end <= len(script) for event in reading.events)
