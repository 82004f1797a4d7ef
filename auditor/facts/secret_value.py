"""A value that carries a secret: which one, whether GitHub still masks it, and the way that it took."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from auditor.finding import Hop, HopKind, Location
from auditor.tree import Scalar

TOKEN = "GITHUB_TOKEN"  # noqa: S105 - a name
"""The job's own token, under whichever name it is read."""

EVERY = "*"
"""Stands for the name in `toJSON(secrets)` and `secrets[computed]`."""

_MAX_MARKS = 12
_MAX_NAMES = 20


@dataclass(frozen=True, slots=True)
class Mark:
    """A station on the way, between two offsets of a scalar's value. Its location is worked out on demand.

    `hands_on` holds for outputs: a later output that only passes the value on is told in its place.
    """

    note: str
    scalar: Scalar
    start: int
    end: int
    hands_on: bool = False

    @property
    def location(self) -> Location:
        return self.scalar.location_of(self.start, self.end)

    @property
    def hop(self) -> Hop:
        return Hop(HopKind.STEP, self.note, self.location)

    @property
    def key(self) -> tuple[int, int, int]:
        """The same for marks at the same place."""
        return id(self.scalar), self.start, self.end


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
        return self.names == (TOKEN,)

    @property
    def said(self) -> str:
        """The secrets in words."""
        names = (
            f"`secrets.{name}`" if name != EVERY else "a secret chosen at run time" for name in self.names
        )
        return " and ".join(names)

    def passing(self, mark: Mark) -> SecretValue:
        """The value, one station further."""
        return self if len(self.marks) >= _MAX_MARKS else replace(self, marks=(*self.marks, mark))

    def changed(self, change: str) -> SecretValue:
        """The value, made into something that GitHub doesn't know."""
        return replace(self, masked=False, change=change)


def merged(values: Iterable[SecretValue | None]) -> SecretValue | None:
    """A text that holds all of `values`; the way is that of one which isn't masked, if there is one."""
    found = [value for value in values if value is not None]
    if len(found) < 2:
        return found[0] if found else None
    worst = next((value for value in found if not value.masked), found[0])
    names = sorted({name for value in found for name in value.names})
    return replace(worst, names=tuple(names[:_MAX_NAMES]))
