"""Programs that run an argument, or what they read, as code.

Sources: the manuals of bash, OpenSSH, Docker, kubectl, GNU findutils and coreutils, and the interpreters'
`--help`, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Sequence

Words = Sequence[str | None]

_SHELLS = frozenset({"ash", "bash", "dash", "fish", "ksh", "sh", "zsh"})
_SHELL_OPTIONS = frozenset({"-c", "-ec", "-euc", "-exc", "-ic", "-lc", "-lic", "-xc"})
_TEXT_OPTIONS: dict[str, tuple[frozenset[str], str]] = {
    **dict.fromkeys(
        _SHELLS, (frozenset({"-c", "-ec", "-lc", "-xc", "-exc", "-euc", "-ic", "-lic"}), "a shell")
    ),
    **dict.fromkeys(("python", "python2", "python3", "pypy3"), (frozenset({"-c", "-Ic"}), "Python")),
    "bun": (frozenset({"-e", "--eval", "-p"}), "JavaScript"),
    "cmd": (frozenset({"/c", "/C", "/k"}), "cmd"),
    "julia": (frozenset({"-e", "-E", "--eval"}), "Julia"),
    "lua": (frozenset({"-e"}), "Lua"),
    "node": (frozenset({"-e", "--eval", "-p", "--print", "-pe"}), "JavaScript"),
    "perl": (frozenset({"-e", "-E", "-ne", "-pe", "-pie", "-lne", "-0pe"}), "Perl"),
    "php": (frozenset({"-r"}), "PHP"),
    "powershell": (frozenset({"-c", "-Command", "-command"}), "PowerShell"),
    "pwsh": (frozenset({"-c", "-Command", "-command"}), "PowerShell"),
    "r": (frozenset({"-e"}), "R"),
    "rscript": (frozenset({"-e"}), "R"),
    "ruby": (frozenset({"-e", "-ne", "-pe"}), "Ruby"),
    "su": (frozenset({"-c", "--command"}), "a shell"),
    "script": (frozenset({"-c", "--command"}), "a shell"),
}
"""By program: the options before a text that is code, and what language it is in."""

_FIRST_IS_CODE = {"awk": "awk", "gawk": "awk", "mawk": "awk", "watch": "a shell", "parallel": "a shell"}
_SSH_VALUED = frozenset(
    [
        "-B",
        "-b",
        "-c",
        "-D",
        "-E",
        "-e",
        "-F",
        "-I",
        "-i",
        "-J",
        "-L",
        "-l",
        "-m",
        "-O",
        "-o",
        "-p",
        "-Q",
        "-R",
        "-S",
        "-W",
        "-w",
    ]
)
_WRAPPING = frozenset(
    {"sudo", "env", "xargs", "docker", "podman", "kubectl", "oc", "nohup", "time", "timeout"}
)
_WRAPPING_MORE = frozenset(
    {"docker-compose", "find", "flatpak", "lxc", "nix-shell", "nsenter", "chroot", "wsl"}
)

MAX_WORDS = 500
"""Words of a command that are read."""


def evaluated(program: str, words: Words) -> tuple[tuple[int, str], ...]:
    """The arguments that the program runs as code, each with its language in words."""
    words = words[:MAX_WORDS]
    name = program.lower().removesuffix(".exe")
    found = list(_by_option(name, words, 0))
    if name in _FIRST_IS_CODE:
        first = next((index for index, word in enumerate(words) if not (word or "").startswith("-")), None)
        by_file = any(word in ("-f", "--file") for word in words)
        found += [(first, _FIRST_IS_CODE[name])] if first is not None and not by_file else []
    elif name == "ssh":
        found += [(index, "a shell") for index in _after_host(words)]
    elif name in _WRAPPING:
        for index, word in enumerate(words):
            inner = (word or "").rpartition("/")[2].lower()
            if inner in _TEXT_OPTIONS and word is not None:
                found += _by_option(inner, words[index + 1 :], index + 1)
    elif name == "gdb" or name == "lldb":
        found += [(i + 1, "gdb") for i, word in enumerate(words) if word in ("-ex", "-o")]
    return tuple(dict.fromkeys(found))


def _by_option(program: str, words: Words, offset: int) -> list[tuple[int, str]]:
    options, language = _TEXT_OPTIONS.get(program, (frozenset(), ""))
    return [
        (offset + index + 1, language)
        for index, word in enumerate(words)
        if word in options and index + 1 < len(words)
    ][:1]


def _after_host(words: Words) -> list[int]:
    """Where the command of `ssh [OPTION]... HOST COMMAND...` stands."""
    at = 0
    while at < len(words) and (words[at] or "").startswith("-"):
        at += 2 if words[at] in _SSH_VALUED else 1
    return list(range(at + 1, len(words)))


def input_is_code(program: str, words: Words) -> str | None:
    """The language that a program runs its standard input in; None where it is no code."""
    name = program.lower().removesuffix(".exe")
    plain = [word for word in words if not (word or "-").startswith("-")]
    if name in _SHELLS:
        reads = not plain or "-s" in words
        return "a shell" if reads and not _by_option(name, words, 0) else None
    if name in ("python", "python3", "node", "perl", "ruby", "php") and not plain:
        return None if _by_option(name, words, 0) else _TEXT_OPTIONS[name][1]
    if name == "xargs":
        inner = next((word for word in plain), "")
        return "a shell" if (inner or "") in _SHELLS and "-I" not in " ".join(filter(None, words)) else None
    if name in ("at", "batch", "crontab"):
        return "a shell"
    return "a shell" if name == "ssh" and len(_after_host(words)) == 0 and plain else None
