import pytest

from auditor.facts.flow.javascript_writes import javascript_writes, written_file


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("core.setOutput('a', pr.head.sha)", [("GITHUB_OUTPUT", "a", "pr.head.sha)")]),
        ('core.exportVariable("A", true); x()', [("GITHUB_ENV", "A", "true)")]),
        ("return pr.number", [("GITHUB_OUTPUT", "result", " pr.number")]),
        ("core.setOutput(name, 1)", []),
        ("returned(1)", []),
    ],
)
def test_what_code_hands_on(code: str, found: list[tuple[str, str, str]]) -> None:
    writes = list(javascript_writes(code))
    assert [(write.file, write.name, write.value) for write in writes] == found
    assert all(code[write.value_start :].startswith(write.value) for write in writes)


@pytest.mark.parametrize(
    ("code", "file"),
    [
        ("core.setOutput(name, 1)", "GITHUB_OUTPUT"),
        ("core.setOutput(name, 1); core.addPath(x)", "GITHUB_ENV"),
        ("return 1", "GITHUB_OUTPUT"),
        ("console.log(1)", None),
    ],
)
def test_the_file_that_code_writes(code: str, file: str | None) -> None:
    assert written_file(code) == file
