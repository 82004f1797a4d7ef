"""Records that go into the state of sweeps and come out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from auditor.report.sweep.document import Outcome

WHOLE = "1/1"
"""The shard of a sweep that isn't one of several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One sweep, by its number: a later one has a higher number, whatever the clock said.

    `is_resumed`: an earlier process began it. `abandoned` is the number of an unfinished sweep of another
    plan that this one was begun in place of.
    """

    number: int
    owners: tuple[str, ...]
    plan: str
    shard: str
    started: datetime
    is_resumed: bool = False
    abandoned: int | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the listing of an owner's repositories is. `after` is GitHub's word for the place.

    `size` is how many the next page requests; `promised` is how many GitHub says there are.
    """

    after: str | None
    size: int
    is_done: bool = False
    promised: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of the repository `id`. One that was seen has the `key` of its unit of work, and the
    `result` where that is new. `not_verified` are settings that couldn't be read, with what each needs."""

    id: int
    outcome: Outcome
    reason: str = ""
    key: str | None = None
    result: bytes | None = None
    not_verified: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """GitHub's answer at a URL, and the ETag by which a request learns whether it has changed."""

    etag: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepSummary:
    """What a finished sweep says of itself as a whole."""

    finished: datetime
    problems: tuple[str, ...] = ()
    requests: Mapping[str, int] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
