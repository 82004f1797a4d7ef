"""Which language a `shell:` names."""

import pytest

from auditor.languages.shell import Dialect, dialect


@pytest.mark.parametrize(
    ("shell", "expected"),
    [
        (None, Dialect.BASH),
        ("", Dialect.BASH),
        ("bash", Dialect.BASH),
        ("sh", Dialect.BASH),
        ("bash -e {0}", Dialect.BASH),
        ("bash --noprofile --norc -eo pipefail {0}", Dialect.BASH),
        ("/usr/bin/bash {0}", Dialect.BASH),
        ("/usr/bin/env bash {0}", Dialect.BASH),
        (r"C:\msys64\usr\bin\bash.exe -l {0}", Dialect.BASH),
        ("sudo -E bash {0}", Dialect.BASH),
        ("pwsh", Dialect.POWERSHELL),
        ("powershell -Command {0}", Dialect.POWERSHELL),
        ("python", Dialect.PYTHON),
        ("python3.12 -u {0}", Dialect.PYTHON),
        ("cmd", Dialect.CMD),
        ("CMD.EXE /D /C {0}", Dialect.CMD),
        ("perl {0}", Dialect.OTHER),
        ("${{ matrix.shell }}", Dialect.OTHER),
        ("bashful {0}", Dialect.OTHER),
    ],
)
def test_the_interpreter_decides(shell: str | None, expected: Dialect) -> None:
    assert dialect(shell) is expected


def test_windows_has_another_default_which_a_shell_overrides() -> None:
    assert dialect(None, "Windows") is Dialect.POWERSHELL
    assert dialect(None, "windows-2025") is Dialect.POWERSHELL
    assert dialect(None, "Linux") is Dialect.BASH
    assert dialect("bash", "Windows") is Dialect.BASH
