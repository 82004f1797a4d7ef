"""What arrives at a place: the leaf where the way back ends, and what became of the value on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from auditor.finding import Hop, HopKind, Location
from auditor.knowledge.answers.content import Content
from auditor.languages.reading import Change

MAX_FIXED = 200
"""Characters of fixed text that are kept on each side of a value."""


@dataclass(frozen=True, slots=True)
class ContextField:
    """A field of a context: of the event, an input that a person gives, a secret, the token.

    `whole`: everything below it is printed as JSON. `written` is its name in the file, where it is another.
    """

    path: tuple[str, ...]
    whole: bool = False
    written: str = ""

    @property
    def name(self) -> str:
        """Its dotted name."""
        return self.written or ".".join(self.path)


@dataclass(frozen=True, slots=True)
class FetchedText:
    """Text that a command, a call or an action fetches. `by` names it: "gh issue view"."""

    content: Content
    by: str
    by_action: bool = False

    @property
    def name(self) -> str:
        """What the text is, and what fetches it."""
        return f"{self.content.kind.value} of {self.content.of.value} ({self.by})"


@dataclass(frozen=True, slots=True)
class MintedCredential:
    """A credential that a command makes, or an action gives. `by` names it in words.

    `masked` holds where what makes it tells the runner to hide it in logs.
    """

    by: str
    masked: bool = False

    @property
    def name(self) -> str:
        """What makes it."""
        return self.by


@dataclass(frozen=True, slots=True)
class UndecidedText:
    """The way back ends where nothing is known, and why."""

    why: str

    @property
    def name(self) -> str:
        """Why it isn't known."""
        return self.why


Leaf: TypeAlias = ContextField | FetchedText | MintedCredential | UndecidedText


@dataclass(frozen=True, slots=True)
class Arrival:
    """A leaf whose value arrives. `hops` are the places that it passed, from the leaf on.

    `before` and `after` are the fixed texts that stand round the value where it arrives. `split` holds
    where a shell cuts it into words. `by` says what changed it: "a part of it, by `cut`". `masked` holds
    where the runner was told on the way to hide the value in logs; `judged` where a script on the way
    compares something, of which it isn't known what it lets through.
    """

    leaf: Leaf
    hops: tuple[Hop, ...] = ()
    change: Change = Change.WHOLE
    by: str = ""
    before: str = ""
    after: str = ""
    split: bool = False
    masked: bool = False
    judged: bool = False

    @property
    def name(self) -> str:
        """The leaf's name."""
        return self.leaf.name

    def passing(self, note: str, at: Location) -> Arrival:
        """The same, one place further."""
        return replace(self, hops=(*self.hops, Hop(HopKind.STEP, note, at)))

    def changed(self, change: Change, by: str) -> Arrival:
        """The same after a change; of several, the one that leaves least is named."""
        if change <= self.change:
            return self
        return replace(self, change=change, by=by)

    def cut_into_words(self) -> Arrival:
        """The same where a shell splits it."""
        return replace(self, split=True)

    def between(self, before: str, after: str) -> Arrival:
        """The same with fixed text on both sides."""
        if not before and not after:
            return self
        return replace(
            self, before=(before + self.before)[:MAX_FIXED], after=(self.after + after)[-MAX_FIXED:]
        )


def through(arrivals: Iterable[Arrival], note: str, at: Location) -> Iterator[Arrival]:
    """Each of them, one place further."""
    return (arrival.passing(note, at) for arrival in arrivals)
