"""Which words of a command are run as code, and in which language."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass

from auditor.knowledge.programs.commands import WRAPPERS
from auditor.knowledge.programs.evaluators import (
    CONTAINERS,
    EVALUATORS,
    MAKE,
    SHELL,
    SUBCOMMANDS,
    Evaluator,
)

Words = tuple[str | None, ...]

INPUT = -1
"""In place of a word's index: the standard input."""

MAX_WRAPPED = 8
"""How many programs that start one another are looked through; what lies deeper isn't read."""

MAX_WORDS = 2_000
"""How many words of one command are read."""

_LONGEST = 4
_GROUP = re.compile(r"-[A-Za-z]+")
_SPLITS = ("-S", "--split-string")
_MAKES = frozenset({"make", "gmake", "mingw32-make"})
_VARIABLE = re.compile(r"[A-Za-z_][\w.-]*[:?+]?=")


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Code in a command: the index of the word, or `INPUT`, and its language.

    `part` is how many characters of the word stand before the code: `--eval=CODE`, `VAR=CODE`.
    """

    index: int
    language: str
    part: int = 0


def evaluated(program: str, words: Words) -> tuple[Evaluated, ...]:
    """What of `program WORDS` is run as code. A word is None where the script computes it.

    Of a word that is only partly computed, give what is written of it with a mark for the rest.
    """
    words = words[:MAX_WORDS]
    at, found = 0, list[Evaluated]()
    for _ in range(MAX_WRAPPED):
        own = words[at:]
        found += (Evaluated(each.index if each.index == INPUT else at + each.index, each.language, each.part)
                  for each in _of_one(program, own))  # fmt: skip
        inner = _started(program, own)
        if inner is None or at + inner >= len(words):
            return tuple(found)
        following = words[at + inner]
        if following is None:
            return tuple(found)
        program = following.rsplit("/", 1)[-1]
        at += inner + 1
    return tuple(found)


def _of_one(program: str, words: Words) -> list[Evaluated]:
    if program in _MAKES:
        variables = [(at, _VARIABLE.match(word or "")) for at, word in enumerate(words)]
        return [Evaluated(at, MAKE, match.end()) for at, match in variables if match]
    if program == "env":
        return [Evaluated(at + 1, SHELL) for at, word in enumerate(words[:-1]) if word in _SPLITS]
    row, start = EVALUATORS.get(program.removesuffix(".exe")) or EVALUATORS.get(program.lower()), 0
    for length in range(_LONGEST, 0, -1):
        own = SUBCOMMANDS.get((program, *(word or "" for word in words[: length - 1])))
        if own is not None:
            row, start = own, length - 1
            break
    return _by_row(row, words, start) if row is not None else []


def _by_row(row: Evaluator, words: Words, start: int) -> list[Evaluated]:
    found: list[Evaluated] = []
    plain: list[int] = []
    at = start
    only_plain = False
    while at < len(words):
        word = words[at]
        if word is None or only_plain or not word.startswith(("-", "/")) or word == "-":
            if word != "-":
                plain.append(at)
                # What follows a host or an image is the command's own.
                only_plain = only_plain or row.rest is not None
        elif word == "--":
            only_plain = True
        else:
            code = _flagged(row, word, at)
            if code is not None:
                found.append(code)
                at += code.index - at
            elif word in row.valued:
                at += 1
        at += 1
    if row.rest is not None:
        found += [Evaluated(index, row.language) for index in plain[row.rest :]]
    elif row.first and not found and plain:
        found.append(Evaluated(plain[0], row.language))
    read = plain[row.rest :] if row.rest is not None else plain
    if row.reads and not found and (not read or {"-s", "-"} & set(words[start:])):
        found.append(Evaluated(INPUT, row.language))
    return [each for each in found if each.index < len(words)]


def _flagged(row: Evaluator, word: str, at: int) -> Evaluated | None:
    """The code that an option gives: the next word, or what follows its `=`."""
    name, sign, _ = word.partition("=")
    flags: Container[str] = row.flags
    if word in flags or word.lower() in flags:
        return Evaluated(at + 1, row.language)
    if sign and name in flags:
        return Evaluated(at, row.language, len(name) + 1)
    short = [flag for flag in row.flags if len(flag) == 2]
    if _GROUP.fullmatch(word) and any(word.endswith(flag[1]) for flag in short) and len(word) <= 6:
        return Evaluated(at + 1, row.language)
    return None


def _started(program: str, words: Words) -> int | None:
    """Where the command stands that the program starts; None where it starts none."""
    if program in ("find", "fd"):
        executes = ("-exec", "-execdir", "-ok", "-okdir", "-x", "--exec", "-X", "--exec-batch")
        return next((at + 1 for at, word in enumerate(words) if word in executes), None)
    for length in range(_LONGEST, 0, -1):
        key = (program, *(word or "" for word in words[: length - 1]))
        container = CONTAINERS.get(key)
        if container is not None:
            return _behind(words, length - 1, *container)
        wrapper = WRAPPERS.get(key)
        if wrapper is not None:
            return _behind(words, length - 1, wrapper.skip, wrapper.valued)
    return None


def _behind(words: Words, at: int, skip: int, valued: Container[str]) -> int:
    """The index after the options and `skip` arguments, and after assignments as `env` takes them."""
    while at < len(words):
        word = words[at]
        if word is not None and word.startswith("-") and word != "-":
            at += 2 if word in valued else 1
        elif skip:
            skip -= 1
            at += 1
        elif word is not None and _VARIABLE.match(word):
            at += 1
        else:
            break
    return at
