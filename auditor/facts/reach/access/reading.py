"""Whether a shell script lets on only whom a list names: by what it compares, and what it looks up.

It reads the script's events, so that `[ … ] || exit`, `if`, `case` and their mixtures are all one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from auditor.knowledge.actions.access_checks import STRONG
from auditor.languages import shell
from auditor.languages.reading import Answer, Argument, Assign, Island, Literal, Name, Reading, Test, Write

MAX_TEXT = 20_000
"""Characters of a script that are read; one that checks an access is short."""

_TESTS = re.compile(r"\bcase\b|\[|\btest\b")
_LOOKUP = re.compile(r"(?:^|/)collaborators/$")
_ANSWER = re.compile(r"/permission\b")
_FIELDS = re.compile(r"\.?(?:permission|role_name)")


@dataclass(frozen=True, slots=True)
class ListedTexts:
    """The texts of a variable with which a script goes on; with any other it fails."""

    name: str
    texts: frozenset[str]


@dataclass(frozen=True, slots=True)
class LevelOutput:
    """An output that holds `yes` only for somebody with access. `who` is the user as the script writes it."""

    name: str
    yes: str
    who: str


def listed_texts(text: str) -> Iterator[ListedTexts]:
    """The variables of which the script surely fails unless they have one of the texts."""
    reading = _reading(text)
    for test in _tests(reading):
        if test.literal and any(end >= len(reading.text.rstrip()) for _, end in test.holds):
            yield ListedTexts(test.name, frozenset(test.pattern.split("|")))


def level_is_required(text: str) -> str | None:
    """Whose level of access the script requires, as it is written there, to go on at all."""
    reading = _reading(text)
    for listed in listed_texts(text):
        if listed.texts <= STRONG and (who := _looked_up(listed.name, reading)):
            return who
    return None


def level_output(text: str) -> LevelOutput | None:
    """The output that says whether somebody has access: `yes` stands only where the level was compared."""
    reading = _reading(text)
    writes = [event for event in reading.events if isinstance(event, Write) and event.file == "GITHUB_OUTPUT"]
    for test in _tests(reading):
        who = _looked_up(test.name, reading) if set(test.pattern.split("|")) <= STRONG else None
        for write in writes if who else ():
            value = _literal(write)
            inside = any(start <= write.start < end for start, end in test.holds)
            others = [each for each in writes if each.key == write.key and each is not write]
            if write.key and value and inside and all(_literal(each) not in (None, value) for each in others):
                return LevelOutput(write.key, value, who or "")
    return None


@lru_cache(maxsize=256)
def _reading(text: str) -> Reading:
    script = shell.parse(text[:MAX_TEXT] if _TESTS.search(text) else "")
    return shell.read(script)


def _tests(reading: Reading) -> list[Test]:
    return [event for event in reading.events if isinstance(event, Test) and event.whole and not event.line]


def _looked_up(name: str, reading: Reading) -> str | None:
    """The user whose permission a variable is given, and nothing else."""
    given = [event for event in reading.events if isinstance(event, Assign) and event.name == name]
    found = {_user(event) for event in given}
    return found.pop() if len(found) == 1 else None


def _user(assign: Assign) -> str | None:
    answers = [piece for piece in assign.pieces if isinstance(piece, Answer)]
    if len(answers) != 1 or len(answers) != len(assign.pieces):
        return None
    for argument in answers[0].run.arguments:
        user = _in_route(argument)
        if user is not None and _picks_level(answers[0].run.arguments):
            return user
    return None


def _picks_level(arguments: tuple[Argument, ...]) -> bool:
    return any(_FIELDS.fullmatch((argument.literal or "").strip()) for argument in arguments)


def _in_route(argument: Argument) -> str | None:
    """`$WHO` of `repos/…/collaborators/$WHO/permission`."""
    pieces = argument.pieces
    for before, piece, after in zip(pieces, pieces[1:], pieces[2:], strict=False):
        if not (isinstance(before, Literal) and _LOOKUP.search(before.text)):
            continue
        if isinstance(after, Literal) and _ANSWER.match(after.text):
            if isinstance(piece, Name):
                return f"${piece.name}"
            if isinstance(piece, Island):
                return None
    return None


def _literal(write: Write) -> str | None:
    if not all(isinstance(piece, Literal) for piece in write.pieces):
        return None
    return "".join(piece.text for piece in write.pieces if isinstance(piece, Literal)).strip()
