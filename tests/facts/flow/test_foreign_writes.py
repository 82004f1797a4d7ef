import pytest

from auditor.facts.flow.foreign_writes import foreign_writes


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ('"A=$x" >> $env:GITHUB_ENV', [("GITHUB_ENV", "A")]),
        ('"A=$x" >> $env:github_output', [("GITHUB_OUTPUT", "A")]),
        ("echo ::set-output name=a::$x", [("GITHUB_OUTPUT", "a")]),
        ('"A=$x" >> $env:GITHUB_STEP_SUMMARY', [("GITHUB_STEP_SUMMARY", None)]),
        (
            '"A=$x" | Tee-Object $env:GITHUB_ENV $env:GITHUB_OUTPUT',
            [("GITHUB_ENV", "A"), ("GITHUB_OUTPUT", "A")],
        ),
        ('# "A=$x" >> $env:GITHUB_ENV', []),
        ("REM echo A=$x >> %GITHUB_ENV%", []),
        ('"A=$x" >> $env:MY_GITHUB_ENV', []),
    ],
)
def test_a_line_that_names_a_file(script: str, found: list[tuple[str, str | None]]) -> None:
    writes = list(foreign_writes(f"first\n{script}\nlast"))
    assert [(write.file, write.name(write.text.index("$x") + write.start)) for write in writes] == found
    assert all(f"first\n{script}\nlast"[write.start : write.end] == script for write in writes)
