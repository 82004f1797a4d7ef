"""A text of a policy document: what is written out, and the holes that only a deployment fills.

Lists and objects of such texts are a `Datum`: JSON, CloudFormation's functions and Terraform's expressions
all evaluate to one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from auditor.finding import Location
from auditor.source import Runs, Source


@dataclass(frozen=True, slots=True)
class Hole:
    """A value that isn't in the file. `default` is what stands there unless the deployment says else.

    `is_plain` where it can hold no wildcard: an account's number, a name that the cloud has given, a
    parameter whose `AllowedPattern` is one set of characters without `*` and `?`.
    """

    name: str
    default: str | None = None
    is_plain: bool = False


@dataclass(frozen=True, slots=True)
class Encoded(Hole):
    """The JSON of something that is known, as `jsonencode` makes it: not spelled out, but no mystery."""

    datum: Datum | None = None


Part = str | Hole


@dataclass(frozen=True, slots=True)
class Written:
    """Where the characters of a text stand in a file. Each hole counts as one character."""

    source: Source
    runs: Runs


@dataclass(frozen=True, slots=True)
class Value:
    """One text of a policy, in the order it is put together.

    `only_if` names what a deployment must change for it to stand here at all.
    """

    parts: tuple[Part, ...]
    location: Location
    only_if: str | None = None
    written: Written | None = field(default=None, compare=False, repr=False)

    @property
    def text(self) -> str | None:
        """The text, where all of it is written out."""
        return None if self.holes else self.shown

    @property
    def shown(self) -> str:
        """The text with each hole as `${name}`, for a reader."""
        return "".join(part if isinstance(part, str) else f"${{{part.name}}}" for part in self.parts)

    @property
    def holes(self) -> tuple[Hole, ...]:
        """What isn't written out."""
        return tuple(part for part in self.parts if isinstance(part, Hole))

    @property
    def hole(self) -> Hole | None:
        """The hole that it is, where it is nothing else: it may then be a list or an object as well."""
        return self.parts[0] if len(self.parts) == 1 and isinstance(self.parts[0], Hole) else None

    @property
    def by_default(self) -> str | None:
        """The text with every hole at its default; None where one has none."""
        texts = [part if isinstance(part, str) else part.default for part in self.parts]
        return None if None in texts else "".join(text for text in texts if text is not None)


@dataclass(frozen=True, slots=True)
class Null:
    """No value: as if the attribute weren't there."""

    location: Location


@dataclass(frozen=True, slots=True)
class List:
    """Values in order. An unknown one may stand for none or several."""

    items: tuple[Datum, ...]
    location: Location


@dataclass(frozen=True, slots=True)
class Field:
    """One key of an object and its value. `location` runs from the key to the end of the value."""

    key: Value
    value: Datum
    location: Location


@dataclass(frozen=True, slots=True)
class Fields:
    """An object. Of keys that stand twice the last counts."""

    entries: tuple[Field, ...]
    location: Location

    def get(self, key: str) -> Datum | None:
        """The value of `key`."""
        found = self.field(key)
        return found.value if found else None

    def field(self, key: str) -> Field | None:
        """The entry of `key`, for where it stands."""
        return next((entry for entry in reversed(self.entries) if entry.key.text == key), None)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several. Where `decided_by` is named, it is the first unless a deployment changes that.

    `depends_on` names what decides where nothing does by default.
    """

    arms: tuple[Datum, ...]
    location: Location
    decided_by: str | None = None
    depends_on: str | None = None


Datum = Value | Null | List | Fields | Choice
"""What stands in a policy document, or in an attribute of infrastructure code."""


MAX_TEXTS = 10_000
"""Texts in one list; a policy of AWS has room for a few hundred."""


class TooManyError(Exception):
    """More texts than any real policy holds."""


def texts_of(datum: Datum, *, sure: bool = True) -> tuple[Value, ...] | None:
    """A text, or the texts of a list, whichever may be deployed; None where something else stands there.

    Of what isn't decided all count as there, unless `sure` is false: then none is sure to be.
    Raises `TooManyError`.
    """
    made: list[Value] = []
    todo: list[tuple[Datum, str | None]] = [(datum, None)]
    for _ in range(MAX_TEXTS):
        if not todo:
            return tuple(made)
        part, only_if = todo.pop()
        if isinstance(part, Value):
            made.append(replace(part, only_if=only_if) if only_if else part)
        elif isinstance(part, List):
            todo.extend((item, only_if) for item in reversed(part.items))
        elif isinstance(part, Choice):
            first, *others = part.arms
            unclear = only_if if sure else only_if or part.depends_on or "a conditional"
            todo.extend((arm, part.decided_by or unclear) for arm in reversed(others))
            todo.append((first, only_if if part.decided_by else unclear))
        elif not (isinstance(part, Null) and part is not datum):
            return None
    raise TooManyError


def merged(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Neighbouring texts as one."""
    made: list[Part] = []
    for part in parts:
        last = made[-1] if made else None
        if isinstance(part, str) and isinstance(last, str):
            made[-1] = last + part
        elif part != "":
            made.append(part)
    return tuple(made)


def glob_matches(pattern: str, text: str) -> bool:
    """Whether `text` is what `pattern` means: `*` any characters, `?` exactly one. Never backtracks twice."""
    at = taken = 0
    star, restart = -1, 0
    while at < len(text):
        if taken < len(pattern) and pattern[taken] == "*":
            star, restart = taken, at
            taken += 1
        elif taken < len(pattern) and pattern[taken] in ("?", text[at]):
            taken += 1
            at += 1
        elif star >= 0:
            restart += 1
            taken, at = star + 1, restart
        else:
            return False
    return all(character == "*" for character in pattern[taken:])
