"""The options of a Codex command line: parsed as words, so that a prompt that speaks of one is none."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.facts.limits import Limits
from auditor.knowledge.agents.codex import BYPASSES, OPTIONS_WITH_VALUE, SUBCOMMANDS
from auditor.languages.yaml import Scalar

MAX_ARGUMENTS = 20_000
"""Characters of `codex-args` that are read; real ones have a few dozen."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One word. `text` is None where it is only known at run time; `start` and `end` are its offsets."""

    text: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Option:
    """One option with its value, if it takes one. A value that isn't known is None."""

    name: str
    value: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Options:
    """What a command line sets. Where an option stands twice, the last is kept."""

    bypass: Option | None = None
    sandbox: Option | None = None
    sandbox_mode: Option | None = None
    profile: Option | None = None

    @property
    def mode(self) -> Option | None:
        """What decides about the sandbox. A bypass beats all, `--sandbox` any `-c` (measured on 0.169)."""
        return self.bypass or self.sandbox or self.profile or self.sandbox_mode


def read_options(arguments: Iterable[Argument]) -> Options:
    """The options that decide about the sandbox, of `codex`, `codex exec` or `codex-args`."""
    found: dict[str, Option] = {}
    for option in _options(arguments):
        if option.name in BYPASSES:
            found["bypass"] = option
        elif option.name in ("-s", "--sandbox"):
            found["sandbox"] = option
        elif option.name in ("-c", "--config"):
            key, _, value = (option.value or "").partition("=")
            kept = {"sandbox_mode": "sandbox_mode", "default_permissions": "profile"}.get(key.strip())
            if kept:
                found[kept] = Option(option.name, value.strip().strip("\"'"), option.start, option.end)
    return Options(**found)


def subcommand(arguments: Iterable[Argument]) -> str | None:
    """`exec`, `e` or `review`, where that is what the command line of `codex` runs."""
    skip = False
    for argument in arguments:
        if skip:
            skip = False
        elif argument.text is None:
            return None
        elif argument.text.startswith("-"):
            skip = argument.text in OPTIONS_WITH_VALUE
        else:
            return argument.text if argument.text in SUBCOMMANDS else None
    return None


def arguments_of(scalar: Scalar | None, limits: Limits) -> tuple[Argument, ...]:
    """The words of `codex-args`, a JSON list or a shell's words. None where they can't be separated."""
    if scalar is None:
        return ()
    if len(scalar.value) > MAX_ARGUMENTS:
        limits.cut(f"`codex-args` of more than {MAX_ARGUMENTS:,} characters aren't read", scalar.location)
        return ()
    text = scalar.value
    try:
        words = json.loads(text) if text.lstrip().startswith("[") else shlex.split(text)
    except (ValueError, RecursionError):
        return ()
    return tuple(_arguments_in(words, text))


def _arguments_in(words: object, text: str) -> Iterator[Argument]:
    """Each word where its text is next found; words that were escaped stand for the whole."""
    at = 0
    for word in words if isinstance(words, list) else ():
        if not isinstance(word, str):
            continue
        found = text.find(word, at)
        start, end = (found, found + len(word)) if found >= 0 else (0, len(text))
        at = end if found >= 0 else at
        yield Argument(None if "${{" in word else word, start, end)


def _options(arguments: Iterable[Argument]) -> Iterator[Option]:
    """The options up to `--`. What follows an option that takes a value is its value."""
    waiting: Argument | None = None
    for argument in arguments:
        text = argument.text
        if waiting is not None and waiting.text is not None:
            yield Option(waiting.text, text, waiting.start, argument.end)
            waiting = None
        elif text == "--":
            return
        elif text in OPTIONS_WITH_VALUE:
            waiting = argument
        elif text is not None and text.startswith("--"):
            name, _, value = text.partition("=")
            yield Option(name, value, argument.start, argument.end)
        elif text is not None and text[:2] in OPTIONS_WITH_VALUE:
            yield Option(text[:2], text[2:].removeprefix("="), argument.start, argument.end)
