"""Which language a step's script is written in, as its `shell:` says.

Source: GitHub's workflow syntax, `jobs.<job_id>.steps[*].shell`, read in 2026.
"""

from __future__ import annotations

import re
from enum import Enum, unique


@unique
class Dialect(Enum):
    """A family of shells that one reader understands."""

    BASH = "bash"
    POWERSHELL = "powershell"
    PYTHON = "python"
    CMD = "cmd"
    JAVASCRIPT = "javascript"
    OTHER = "other"


_PROGRAMS = {
    **dict.fromkeys(("ash", "bash", "dash", "ksh", "sh", "zsh"), Dialect.BASH),
    **dict.fromkeys(("powershell", "pwsh"), Dialect.POWERSHELL),
    **dict.fromkeys(("py", "pypy", "python"), Dialect.PYTHON),
    "cmd": Dialect.CMD,
    **dict.fromkeys(("bun", "node", "nodejs"), Dialect.JAVASCRIPT),
}
_VERSION = re.compile(r"(?<=[a-z])[\d.]+$")


def dialect(shell: str | None, default_os: str | None = None) -> Dialect:
    """The dialect of `shell`: a keyword, or a command template such as `/usr/bin/bash -e {0}`.

    Without a shell the runner decides: PowerShell on Windows, else bash. `default_os` is that runner's
    system in any spelling of `RUNNER_OS`; unknown counts as not Windows. In a template the first word
    that names a known interpreter decides, so `env`, `sudo` and containers' wrappers are seen through.
    """
    if shell is None or not shell.strip():
        on_windows = (default_os or "").strip().lower().startswith("windows")
        return Dialect.POWERSHELL if on_windows else Dialect.BASH
    programs = (_PROGRAMS.get(_program(word)) for word in shell.split())
    return next((found for found in programs if found), Dialect.OTHER)


def _program(word: str) -> str:
    """The bare name of a program: without its folder, its version and Windows' extension."""
    name = re.split(r"[/\\]", word.strip("\"'"))[-1].lower().removesuffix(".exe")
    return _VERSION.sub("", name)
