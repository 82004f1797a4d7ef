"""A value that carries a secret: which one, whether GitHub still masks it, and the way that it took."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from auditor.finding import Hop, HopKind, Location
from auditor.knowledge.programs.text_filters import CHANGES, PARTLY_MASKED
from auditor.languages.yaml import Scalar

TOKEN = "GITHUB_TOKEN"  # noqa: S105 - a name
"""The job's own token, under whichever name it is read."""

JOB_TOKEN = "github.token"  # noqa: S105 - a name
"""The same token, read from the `github` context."""

EVERY = "*"
"""Stands for the name in `secrets[computed]`."""

ALL = "**"
"""Stands for the name in `toJSON(secrets)`."""

_UNNAMED = {EVERY: "a secret by a computed name", ALL: "all secrets together"}
_MAX_MARKS = 12
_THEN = ", then "
_PARTLY = frozenset(CHANGES[program] for program in PARTLY_MASKED)
_MAX_NAMES = 20


@dataclass(frozen=True, slots=True)
class Mark:
    """A station on the way, between two offsets of a scalar's value. Its location is worked out on demand.

    `hands_on` holds for outputs: a later output that only passes the value on is reported in its place.
    """

    note: str
    scalar: Scalar
    start: int
    end: int
    hands_on: bool = False

    @property
    def location(self) -> Location:
        """Where it is written."""
        return self.scalar.location_of(self.start, self.end)

    @property
    def hop(self) -> Hop:
        """The station as a part of a trace."""
        return Hop(HopKind.STEP, self.note, self.location)

    @property
    def key(self) -> tuple[Scalar, int, int]:
        """The same for marks at the same place."""
        return self.scalar, self.start, self.end


@dataclass(frozen=True, slots=True)
class SecretValue:
    """A text with a secret in it.

    `names` are the secrets, as GitHub spells them: in capitals. `masked` says that GitHub knows the text:
    it is starred out in logs, and a job output that holds it is dropped. Where it isn't, `change` says
    what was done to the secret.
    """

    names: tuple[str, ...]
    marks: tuple[Mark, ...]
    masked: bool = True
    change: str = ""

    @property
    def is_token(self) -> bool:
        """Whether it is nothing but the job's own short-lived token."""
        return set(self.names) <= {TOKEN, JOB_TOKEN}

    @property
    def is_partly_masked(self) -> bool:
        """Whether GitHub masks some of the texts that such a change gives."""
        return self.change in _PARTLY

    @property
    def is_field(self) -> bool:
        """Whether it is one field of a structured secret, which need not be secret itself."""
        return self.change.startswith("a field of it")

    @property
    def said(self) -> str:
        """The secrets in words."""
        named = [name for name in self.names if name not in _UNNAMED]
        said = [f"`{name}`" if name == JOB_TOKEN else f"`secrets.{name}`" for name in named]
        return " and ".join((*said, *(_UNNAMED[name] for name in self.names if name in _UNNAMED)))

    def passing(self, mark: Mark) -> SecretValue:
        """The value, one station further."""
        return self if len(self.marks) >= _MAX_MARKS else replace(self, marks=(*self.marks, mark))

    def changed(self, change: str) -> SecretValue:
        """The value, made into something that GitHub doesn't know. Of many changes two are named."""
        if self.change and not self.masked:
            change = self.change if _THEN in self.change else self.change + _THEN + change
        return replace(self, masked=False, change=change)


def merged(values: Iterable[SecretValue | None]) -> SecretValue | None:
    """A text that holds all of `values`; the way is that of one which isn't masked, if there is one."""
    found = [value for value in values if value is not None]
    if len(found) < 2:
        return found[0] if found else None
    worst = next((value for value in found if not value.masked), found[0])
    names = sorted({name for value in found for name in value.names})
    return replace(worst, names=tuple(names[:_MAX_NAMES]))


class SecretVariables:
    """The variables that hold secrets, in front of those further out. None hides an outer one."""

    __slots__ = ("_any_case", "_exact", "_outer")

    def __init__(self, outer: SecretVariables | None = None) -> None:
        self._outer = outer
        self._exact: dict[str, SecretValue | None] = {}
        self._any_case: dict[str, SecretValue | None] = {}

    def put(self, name: str, value: SecretValue | None) -> None:
        """Let a variable hold a value from here on."""
        self._exact[name] = self._any_case[name.lower()] = value

    def variable(self, name: str) -> SecretValue | None:
        """What a script on Linux sees: names differ by case."""
        if name in self._exact or self._outer is None:
            return self._exact.get(name)
        return self._outer.variable(name)

    def field(self, name: str) -> SecretValue | None:
        """What an expression sees."""
        if name in self._any_case or self._outer is None:
            return self._any_case.get(name)
        return self._outer.field(name)


class Exports(SecretVariables):
    """The environment in a composite action, which remembers what is written for later steps."""

    __slots__ = ("written",)

    def __init__(self) -> None:
        super().__init__()
        self.written: dict[str, SecretValue] = {}

    def put(self, name: str, value: SecretValue | None) -> None:
        """As in any environment; secrets are kept in `written`."""
        super().put(name, value)
        if value is not None:
            self.written[name] = value
