"""Programs for which an argument that turns into an option runs a program or writes a file.

Sources: the programs' manuals (GNU tar, sed, find, gawk, git, curl, wget, rsync, OpenSSH, zip), read 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

Words = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Option:
    """What an option can do: `example` is one. `runs`: it starts a program; else it reads or writes files.

    `ends` holds where `--` ends the options.
    """

    example: str
    runs: bool
    ends: bool = True


_OPTIONS: dict[str, Option] = {
    "awk": Option("-f FILE", runs=True),
    "curl": Option("-o FILE", runs=False),
    "dig": Option("-f FILE", runs=False, ends=False),
    "docker": Option("-v /:/host", runs=True),
    "env": Option("-S COMMAND", runs=True),
    "find": Option("-exec COMMAND", runs=True, ends=False),
    "gawk": Option("-f FILE", runs=True),
    "man": Option("-P COMMAND", runs=True),
    "rsync": Option("-e COMMAND", runs=True),
    "scp": Option("-o ProxyCommand=COMMAND", runs=True),
    "sed": Option("-e '1e COMMAND'", runs=True),
    "sort": Option("--compress-program=COMMAND", runs=True),
    "split": Option("--filter=COMMAND", runs=True),
    "ssh": Option("-o ProxyCommand=COMMAND", runs=True),
    "tar": Option("--checkpoint-action=exec=COMMAND", runs=True),
    "wget": Option("--use-askpass=COMMAND", runs=True),
    "xargs": Option("-a FILE", runs=True),
    "zip": Option("-TT COMMAND", runs=True),
}

_GIT: dict[str, Option] = {
    "am": Option("--directory=FOLDER", runs=False),
    "archive": Option("--exec=COMMAND", runs=True),
    "clone": Option("--upload-pack=COMMAND", runs=True),
    "diff": Option("--output=FILE", runs=False),
    "fetch": Option("--upload-pack=COMMAND", runs=True),
    "grep": Option("--open-files-in-pager=COMMAND", runs=True),
    "log": Option("--output=FILE", runs=False),
    "ls-remote": Option("--upload-pack=COMMAND", runs=True),
    "pull": Option("--upload-pack=COMMAND", runs=True),
    "push": Option("--receive-pack=COMMAND", runs=True),
    "rebase": Option("--exec=COMMAND", runs=True),
    "show": Option("--output=FILE", runs=False),
}

_VALUED = frozenset({"-C", "-c", "--git-dir", "--work-tree"})
_TAKES_VALUE = re.compile(r"-[A-Za-z]*[fo]|-[ACDHILPXbdimptu]|--(?:output|file|directory|data|header)")
"""Options whose value comes next, in most of these programs."""


def option_of(program: str, words: Words, index: int) -> Option | None:
    """What the argument at `index` can do if its text begins like an option; None where it can't."""
    option = _GIT.get(_git_command(words)) if program == "git" else _OPTIONS.get(program)
    if option is None or (program == "git" and index == 0):
        return None
    before = words[:index]
    if option.ends and "--" in before:
        return None
    # The value of an option before it is no option itself.
    last = before[-1] if before else None
    return None if last is not None and _TAKES_VALUE.fullmatch(last) else option


def _git_command(words: Words) -> str:
    at = 0
    while at < len(words) and (words[at] or "").startswith("-"):
        at += 2 if words[at] in _VALUED else 1
    return (words[at] or "") if at < len(words) else ""
