"""What scripts of cmd do with values: small ones with their events, and texts of any kind."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.languages import cmd
from auditor.languages.reading import Reading
from shown_events import shown


def read(script: str) -> Reading:
    return cmd.read(script)


@pytest.mark.parametrize(
    ("script", "events"),
    [
        (
            "echo x=%A%>>%GITHUB_OUTPUT%",
            ["GITHUB_OUTPUT:x <- $env:A (line)"],
        ),
        (
            'echo x=%A% >> "%GITHUB_ENV%"',
            ["GITHUB_ENV:x <- $env:A (line)"],
        ),
        (
            ">>%GITHUB_ENV% echo x=%A%",
            ["GITHUB_ENV:x <- $env:A (line)"],
        ),
        (
            "@echo x=!A!>>%GITHUB_OUTPUT%",
            ["GITHUB_OUTPUT:x <- $env:A (line)"],
        ),
        (
            "set X=%A%",
            ["X = $env:A"],
        ),
        (
            'set "X=a %A%"',
            ["X = a $env:A"],
        ),
        (
            "echo %A%",
            ["print $env:A"],
        ),
        (
            "echo %A%>out.txt",
            ["file out.txt <- $env:A (line)"],
        ),
        (
            "rem echo x=%A%>>%GITHUB_OUTPUT%",
            [],
        ),
        (
            ":: nothing",
            [],
        ),
        (
            "echo ${{ a.b }}>>%GITHUB_PATH%",
            ["GITHUB_PATH:None <- ${{}}\\n (line)"],
        ),
        (
            "echo x=${{ a.b }}>>%GITHUB_OUTPUT%",
            ["GITHUB_OUTPUT:x <- ${{}} (line)"],
        ),
        (
            "call make.bat %A%",
            [],
        ),
    ],
)
def test_events(script: str, events: list[str]) -> None:
    assert shown(read(script)) == events


_PARTS = st.sampled_from(
    [
        " ",
        "!",
        '"',
        "$",
        "%",
        ".",
        ":",
        "=",
        ">",
        "@",
        "A",
        "GITHUB_ENV",
        "GITHUB_OUTPUT",
        "GITHUB_PATH",
        "X",
        "a",
        "b",
        "bat",
        "call",
        "echo",
        "make",
        "nothing",
        "out",
        "rem",
        "set",
        "txt",
        "x",
        "{",
        "}",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(_PARTS, max_size=40).map("".join) | st.text(max_size=80))
def test_any_text_is_read(script: str) -> None:
    reading = read(script)
    starts = [event.start for event in reading.events]
    assert starts == sorted(starts)
    assert all(0 <= event.start <= event.end <= len(script) for event in reading.events)
