"""What one command of a script is known to do with a token: wrappers taken off, looked up in the tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditor.knowledge.actions.token_use import When
from auditor.knowledge.programs.commands import (
    COMMANDS,
    HARMLESS,
    HARMLESS_SUBCOMMANDS,
    NOTHING,
    RUNS_TARGETS,
    SAFE_SETUP,
    SAFE_TARGET,
    TELLING,
    TELLING_CODE,
    VALUED,
    WRAPPERS,
    KnownCommand,
    Wrapper,
)
from auditor.languages.shell import Command

_VERSIONED = re.compile(r"(python|pypy|pip|gcc|g\+\+|clang|clang-format|clang-tidy)-?[\d.]+(\.exe)?")
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
_MAX_WRAPPERS = 8
_LONGEST = 4
_MAX_WORDS = 1000
_LONGEST_NAME = 200
_OWN_PROGRAMS = ("gradlew", "mvnw")


def bare_words(command: Command) -> tuple[str, ...]:
    """The program and its arguments as written, without what only wraps them (`sudo`, `uv run`).

    Nothing where no program can be named. Only the first words are read: they say what it is.
    """
    *_, last = ((), *stages(command))
    return last


def stages(command: Command) -> Iterator[tuple[str, ...]]:
    """A command's words, then those of what it wraps, down to the last that wraps nothing.

    The last are none where a wrapper is given no command, or too many wrap each other.
    """
    if command.name is None:
        return
    words = [command.name.literal or "", *(arg.value for arg in command.args[:_MAX_WORDS])]
    for _ in range(_MAX_WRAPPERS):
        if not words:
            break
        words[0] = _program(words[0])
        yield tuple(words)
        wrapped = _without_wrapper(words)
        if wrapped is None:
            return
        words = wrapped
    yield ()


def look_up(words: Sequence[str]) -> KnownCommand | None:
    """What a command does; None where that isn't known."""
    if not words or not words[0]:
        return None
    program, *args = words
    plain = (program, *positional(args))
    for length in range(min(_LONGEST, len(plain)), 0, -1):
        if plain[:length] in COMMANDS:
            return COMMANDS[plain[:length]]
    return NOTHING if _is_harmless(program, args, plain) else None


def holds(when: When, words: Sequence[str]) -> bool:
    """Whether a condition on arguments holds: `--flag`, or `~part` of any of them."""
    return all(_has(words, item) for item in when.given) and not any(
        _has(words, item) for item in when.without
    )


def _has(words: Sequence[str], item: str) -> bool:
    if item.startswith("~"):
        return any(item[1:] in word for word in words)
    return any(word == item or word.startswith(f"{item}=") for word in words)


def _program(name: str) -> str:
    """A program's name without folder and version. A script of the repository has no known name."""
    folder, _, base = name.rpartition("/")
    if folder and not folder.startswith("/") and base not in _OWN_PROGRAMS:
        return name
    base = base.removesuffix(".exe")
    versioned = _VERSIONED.fullmatch(base)
    if versioned:
        return versioned[1]
    return base.partition("@")[0] or base


def _without_wrapper(words: list[str]) -> list[str] | None:
    """The command that the first words run, or None where they run none."""
    for length in (3, 2, 1):
        wrapper = WRAPPERS.get(tuple(words[:length]))
        if wrapper is not None:
            return _inner(words[length:], wrapper)
    return None


def _inner(words: list[str], wrapper: Wrapper) -> list[str]:
    at, skip = 0, wrapper.skip
    while at < len(words):
        word = words[at]
        if word == "-m":
            return ["python", *words[at:]]
        if word.startswith("-"):
            at += 2 if word in wrapper.valued else 1
        elif _ASSIGNED.fullmatch(word) or skip:
            skip -= 0 if _ASSIGNED.fullmatch(word) else 1
            at += 1
        else:
            break
    return words[at:]


def positional(args: Sequence[str]) -> tuple[str, ...]:
    """The arguments that are no options, nor the values of the options that come before a subcommand."""
    found: list[str] = []
    is_value = False
    for arg in args:
        if is_value:
            is_value = False
        elif arg.startswith("-"):
            is_value = arg in VALUED
        elif not _ASSIGNED.fullmatch(arg):
            found.append(arg)
    return tuple(found)


def _is_harmless(program: str, args: Sequence[str], plain: tuple[str, ...]) -> bool:
    if program in HARMLESS or (args and args[0] in ("--version", "-V", "--help", "version")):
        return True
    if program == "python":
        return _is_harmless_python(args)
    subcommand = plain[1] if len(plain) > 1 else ""
    if subcommand in HARMLESS_SUBCOMMANDS.get(program, ()):
        return True
    return any(
        plain[: len(start)] == start and _are_safe(plain[len(start) :], args) for start in RUNS_TARGETS
    )


def _are_safe(targets: Sequence[str], args: Sequence[str]) -> bool:
    if any(len(arg) > _LONGEST_NAME or TELLING.search(arg) for arg in args):
        return False
    return all(SAFE_TARGET.fullmatch(target) for target in targets[:1])


def _is_harmless_python(args: Sequence[str]) -> bool:
    plain = positional(args)
    if "-c" in args[:3]:
        return not TELLING_CODE.search(" ".join(args))
    if plain[:1] == ("setup.py",):
        return all(word in SAFE_SETUP for word in plain[1:])
    return False
