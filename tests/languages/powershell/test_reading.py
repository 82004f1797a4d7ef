"""What scripts of PowerShell do with values: small ones with their events, and texts of any kind."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.languages import powershell
from auditor.languages.reading import Reading
from shown_events import shown


def read(script: str) -> Reading:
    return powershell.read(script)


@pytest.mark.parametrize(
    ("script", "events"),
    [
        (
            "$x = $env:A",
            ["x = $env:A"],
        ),
        (
            '$x = "a $y $($env:B)"',
            ["x = a $y $env:B"],
        ),
        (
            "$x = 'a $y'",
            ["x = a $y"],
        ),
        (
            "$x += $y",
            ["x += $y"],
        ),
        (
            "$x = $y.Trim()",
            ["x = $y"],
        ),
        (
            "$x = $y.Substring(0, 4)",
            ["x = $y~part"],
        ),
        (
            "$x = $y.Length",
            ["x = "],
        ),
        (
            '$x = $y -replace "a", "b"',
            ["x = $y~part"],
        ),
        (
            '$x = $y -replace "[^a-z]", ""',
            ["x = "],
        ),
        (
            '$x = $y -eq "a"',
            ["x = "],
        ),
        (
            '$x = "{0} b" -f $y',
            ["x = {0} b$y"],
        ),
        (
            "$x = gh pr view 1",
            ["x = <gh>"],
        ),
        (
            "$x = Get-Content a.txt",
            ["x = [a.txt]"],
        ),
        (
            "$x = Get-Content $env:GITHUB_EVENT_PATH | ConvertFrom-Json\n$y = $x.issue.title",
            ["x = [$env:GITHUB_EVENT_PATH]", "y = [$env:GITHUB_EVENT_PATH.issue.title]"],
        ),
        (
            '"x=$y" >> $env:GITHUB_OUTPUT',
            ["GITHUB_OUTPUT:x <- $y (line)"],
        ),
        (
            '"x=$y" | Out-File -FilePath $env:GITHUB_ENV -Append',
            ["GITHUB_ENV:x <- $y (line)"],
        ),
        (
            '"x=$y" | Out-File -Append $env:GITHUB_ENV',
            ["GITHUB_ENV:x <- $y (line)"],
        ),
        (
            "Add-Content -Path $env:GITHUB_PATH -Value $y",
            ["GITHUB_PATH:None <- $y\\n (line)"],
        ),
        (
            'Add-Content $env:GITHUB_OUTPUT "x=$y"',
            ["GITHUB_OUTPUT:x <- $y (line)"],
        ),
        (
            'echo "x=$y" >> $Env:GITHUB_OUTPUT',
            ["GITHUB_OUTPUT:x <- $y (line)"],
        ),
        (
            '@"\nx<<E\n$y\nE\n"@ | Out-File $env:GITHUB_ENV',
            ["GITHUB_ENV:x <- $y (fixed)"],
        ),
        (
            '[IO.File]::AppendAllText($env:GITHUB_OUTPUT, "x=$y")',
            ["GITHUB_OUTPUT:x <- $y (line)"],
        ),
        (
            "Set-Content out.txt $y",
            ["file out.txt <- $y (line)"],
        ),
        (
            "Write-Host $y",
            ["print $y"],
        ),
        (
            'Write-Output "::set-output name=x::$y"',
            ["GITHUB_OUTPUT:x <- ::set-output name=x::$y (line)", "print ::set-output name=x::$y"],
        ),
        (
            'iex "make $y"',
            ["eval make $y"],
        ),
        (
            'if ($y -notmatch "^v[0-9]+$") { exit 1 }\nuse $y',
            ["y is ^v[0-9]+$ in [use $y]", "ends"],
        ),
        (
            'if ($y -match "^v") { use $y }',
            ["y has ^v in [{ use $y }]"],
        ),
        (
            'if ($y -ne "a") { throw "no" }\nuse $y',
            ["y is a in [use $y]", "ends"],
        ),
        (
            "$env:X = $y",
            ["X = $y"],
        ),
        (
            '"x=${{ a.b }}" >> $env:GITHUB_OUTPUT',
            ["GITHUB_OUTPUT:x <- ${{}} (line)"],
        ),
        (
            "foreach ($f in $y) { Write-Host $f }",
            ["f = $y", "print $f"],
        ),
    ],
)
def test_events(script: str, events: list[str]) -> None:
    assert shown(read(script)) == events


_PARTS = st.sampled_from(
    [
        "\n",
        " ",
        '"',
        "$",
        "'",
        "(",
        ")",
        "+",
        ",",
        "-",
        ".",
        "0",
        "1",
        "4",
        "9",
        ":",
        "<",
        "=",
        ">",
        "@",
        "A",
        "Add",
        "Append",
        "AppendAllText",
        "B",
        "Content",
        "ConvertFrom",
        "E",
        "Env",
        "File",
        "FilePath",
        "GITHUB_ENV",
        "GITHUB_EVENT_PATH",
        "GITHUB_OUTPUT",
        "GITHUB_PATH",
        "Get",
        "Host",
        "IO",
        "Json",
        "Length",
        "Out",
        "Output",
        "Path",
        "Set",
        "Substring",
        "Trim",
        "Value",
        "Write",
        "X",
        "[",
        "]",
        "^",
        "a",
        "b",
        "echo",
        "env",
        "eq",
        "exit",
        "f",
        "foreach",
        "gh",
        "iex",
        "if",
        "in",
        "issue",
        "make",
        "match",
        "name",
        "ne",
        "no",
        "notmatch",
        "out",
        "output",
        "pr",
        "replace",
        "set",
        "throw",
        "title",
        "txt",
        "use",
        "v",
        "view",
        "x",
        "y",
        "z",
        "{",
        "|",
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
