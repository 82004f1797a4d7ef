"""Keeps requests within GitHub's rate limits, for all threads of a run.

Limits and how to wait for them: GitHub docs, "Rate limits for the REST API", "Rate limits and query limits
for the GraphQL API" and "Best practices for using the REST API" (read 2026-11).
"""

from __future__ import annotations

import math
import re
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from threading import Condition

from auditor.errors import GitHubError, UsageError

CORE, GRAPHQL, APP = "core", "graphql", "app"
"""Names of limits: two are GitHub's own, the third is ours for requests that the app itself makes."""

MAX_PAUSE = 3_700.0
"""Seconds of one wait at most: a rate limit starts anew after an hour at most."""

MAX_WAIT = 2 * MAX_PAUSE
"""Seconds of all waits for one answer: when a new hour begins, other requests may use it up first."""

WORTH_SAYING = 30.0
"""Seconds: longer waits are reported."""

_WINDOW = 60.0
_SECONDARY = 60.0
_MAX_STRIKES = 6
_MAX_BUCKETS = 30
_JITTER = 5
"""Seconds by which two answers may differ that speak of the same window."""

_REFUSED = "the rate limit is used up"
_RESERVED = "what is left of the rate limit is kept for others"
_PER_MINUTE = "its limit for one minute"


@dataclass(frozen=True, slots=True)
class RateLimits:
    """How much of GitHub's limits one run may use.

    `reserve` is the part of each limit that is left to others. `at_once` is how many REST requests may be
    under way. `share` is the part for one of several runs that share a token (a quarter: 0.25).
    """

    reserve: float = 0.1
    share: float = 1.0
    at_once: int = 8

    def __post_init__(self) -> None:
        if not (0 <= self.reserve < 1 and 0 < self.share <= 1 and 1 <= self.at_once <= 100):
            raise UsageError(
                "that is no part of GitHub's limits",
                help="The reserve is below 1, the share above 0 and at most 1, and 1 to 100 go at once.",
            )


@dataclass(slots=True)
class Slot:
    """A request that may be made now. `counted_as` is the name of the limit that GitHub counts it against."""

    resource: str
    points: int
    began: float
    waited: float
    counted_as: str


@dataclass(slots=True)
class _Bucket:
    """The window of one limit. `reset` is its end by GitHub's clock, `ends` by our steady one; `mine` is what
    this run may spend in it."""

    remaining: int
    reset: int
    ends: float
    floor: int
    mine: int
    spent: int = 0

    @property
    def left(self) -> int:
        return min(self.remaining - self.floor, self.mine - self.spent)


@dataclass(slots=True)
class _Queue:
    """Requests of one kind: how many may run at once, and how many points they may cost in any minute."""

    at_once: int
    per_minute: int
    busy: int = 0
    points: int = 0
    recent: deque[tuple[float, int]] = field(default_factory=deque)

    def opens(self, points: int, now: float) -> float:
        """When so many points more may be spent."""
        while self.recent and self.recent[0][0] <= now - _WINDOW:
            self.points -= self.recent.popleft()[1]
        excess = self.points + points - self.per_minute
        for at, spent in self.recent:
            if excess <= 0:
                break
            excess -= spent
            now = at + _WINDOW
        return now

    def take(self, points: int, now: float) -> None:
        """Counts a request that begins."""
        self.busy += 1
        self.points += points
        self.recent.append((now, points))


class RateLimiter:
    """Lets requests through as GitHub's limits allow. `say` gets a line for each long wait.

    `sleep` takes seconds; what it raises ends the wait. `clock` is our time of day, which counts only
    until an answer holds GitHub's; `ticks` is steady.
    """

    def __init__(
        self,
        limits: RateLimits,
        *,
        say: Callable[[str], None] = lambda _: None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits = limits
        self._say, self._sleep, self._clock, self._ticks = say, sleep, clock, ticks
        self._changed = Condition()
        self._ahead: float | None = None
        self._buckets: dict[str, _Bucket] = {}
        self._under_way = Counter[str]()
        self._queues = {
            CORE: _Queue(max(1, int(limits.at_once * limits.share)), max(5, int(900 * limits.share))),
            GRAPHQL: _Queue(1, max(5, int(2_000 * limits.share))),
            APP: _Queue(1, 900),
        }
        self._paused = self._struck = self._said = self._waited_until = -math.inf
        self._strikes = 0
        self._requests = Counter[str]()
        self._free = 0
        self._waited = 0.0

    @property
    def requests(self) -> Mapping[str, int]:
        """How many were made, by the limit that GitHub counts them by."""
        with self._changed:
            return dict(self._requests)

    @property
    def free(self) -> int:
        """How many of them cost nothing, since nothing had changed."""
        with self._changed:
            return self._free

    @property
    def waited(self) -> float:
        """Seconds in which at least one thread waited."""
        with self._changed:
            return self._waited

    def now(self) -> float:
        """The time of day in seconds, by GitHub's clock as soon as it is known."""
        with self._changed:
            return self._now()

    @contextmanager
    def request(self, resource: str, points: int, max_wait: float = MAX_WAIT) -> Iterator[Slot]:
        """Waits until a request may be made, and holds its place. Raises `GitHubError` instead of waiting
        longer than `max_wait` seconds."""
        slot = self._enter(resource, points, max_wait)
        try:
            yield slot
        finally:
            with self._changed:
                self._queue(resource).busy -= 1
                self._under_way[resource] -= 1
                self._changed.notify_all()

    def record_answer(self, slot: Slot, headers: Mapping[str, str], *, is_free: bool = False) -> None:
        """Records what is left of the limit, as the headers of an answer say."""
        with self._changed:
            self._record(slot, headers, 0 if is_free else 1)
            self._free += is_free
            if slot.began > self._struck:
                self._strikes = 0

    def record_refusal(self, slot: Slot, headers: Mapping[str, str], *, is_primary: bool = False) -> float:
        """Records a refusal because of a limit. Returns for how many seconds all requests have to wait."""
        with self._changed:
            self._record(slot, headers, 1)
            now, after, reset = self._ticks(), number(headers, "Retry-After"), number(headers, _RESET)
            if after is not None:
                pause = max(1.0, float(after))
            elif reset is not None and (is_primary or number(headers, _REMAINING) == 0):
                pause = max(1.0, reset - self._now() + 1)
                self._buckets[slot.counted_as] = _Bucket(0, reset, now + min(pause, MAX_PAUSE), 0, 0)
                return pause
            else:
                pause = self._strike(slot, now)
            if pause <= MAX_PAUSE:
                self._paused = max(self._paused, now + pause)
            return pause

    def pause_for(self, seconds: float, why: str) -> None:
        """Waits, counts the time, and reports a long wait."""
        now = self._ticks()
        self._wait(now + seconds, now, why)

    def _enter(self, resource: str, points: int, max_wait: float) -> Slot:
        waited, awake = 0.0, -math.inf
        queue = self._queue(resource)
        while True:
            with self._changed:
                while queue.busy >= queue.at_once or self._may_run_out(resource):
                    self._changed.wait()
                now = self._ticks()
                until, why = self._opens(resource, points, now)
                # A wait that was slept through is over, whatever the clock says.
                if until <= max(now, awake):
                    queue.take(points, now)
                    self._under_way[resource] += 1
                    return Slot(resource, points, now, waited, resource)
            waited += until - now
            if waited > max_wait:
                raise GitHubError(f"GitHub's answers take too long: {why}", help="Try again later.")
            self._wait(until, now, why)
            awake = until

    def _queue(self, resource: str) -> _Queue:
        return self._queues.get(resource, self._queues[CORE])

    def _may_run_out(self, resource: str) -> bool:
        """Whether the requests under way may use up what is left; some of them may turn out free."""
        bucket = self._buckets.get(resource)
        if bucket is None or bucket.ends <= self._ticks():
            return False
        return 0 < bucket.left <= self._under_way[resource]

    def _opens(self, resource: str, points: int, now: float) -> tuple[float, str]:
        """When a request may be made, and what holds it back until then."""
        opens = [(self._paused, _REFUSED), (self._queue(resource).opens(points, now), _PER_MINUTE)]
        bucket = self._buckets.get(resource)
        if bucket is not None and bucket.ends <= now:
            # A new window: its first answer says what is in it.
            del self._buckets[resource]
        elif bucket is not None and bucket.left <= 0:
            opens.append((bucket.ends, _RESERVED if bucket.remaining else _REFUSED))
        return max(opens)

    def _wait(self, until: float, now: float, why: str) -> None:
        with self._changed:
            is_said = until - now <= WORTH_SAYING or until <= self._said + 1
            if not is_said:
                self._said = until
            self._waited += max(0.0, until - max(now, self._waited_until))
            self._waited_until = max(self._waited_until, until)
        if not is_said:
            self._say(f"waiting {until - now:.0f} s for GitHub: {why}")
        self._sleep(until - now)

    def _record(self, slot: Slot, headers: Mapping[str, str], spent: int) -> None:
        self._set_clock(headers)
        name = headers.get("X-RateLimit-Resource", "")
        if slot.resource != APP and re.fullmatch(r"[a-z_]{1,40}", name):
            is_tracked = name in self._buckets or len(self._buckets) < _MAX_BUCKETS
            slot.counted_as = name if is_tracked else slot.resource
        self._requests[slot.counted_as] += 1
        limit, remaining, reset = (number(headers, name) for name in (_LIMIT, _REMAINING, _RESET))
        if limit is None or remaining is None or reset is None:
            return
        bucket = self._buckets.get(slot.counted_as)
        if bucket is None or reset > bucket.reset + _JITTER:
            ends = self._ticks() + min(max(1.0, reset - self._now() + 1), MAX_PAUSE)
            floor = math.ceil(limit * self._limits.reserve)
            mine = math.ceil(max(0, remaining - floor) * self._limits.share)
            self._buckets[slot.counted_as] = _Bucket(remaining, reset, ends, floor, mine)
        elif reset >= bucket.reset - _JITTER:
            # Answers may overtake each other; within a window there is never more again.
            bucket.remaining = min(bucket.remaining, remaining)
            bucket.spent += spent

    def _strike(self, slot: Slot, now: float) -> float:
        """The wait after a refusal. It doubles with each wave of refusals; those under way share a wave."""
        if slot.began > self._struck:
            self._strikes = min(self._strikes + 1, _MAX_STRIKES)
            self._struck = now
            return _SECONDARY * 2.0 ** (self._strikes - 1)
        return max(0.0, self._paused - now)

    def _now(self) -> float:
        return self._clock() if self._ahead is None else self._ticks() + self._ahead

    def _set_clock(self, headers: Mapping[str, str]) -> None:
        try:
            date = parsedate_to_datetime(headers["Date"]).timestamp()
        except (KeyError, ValueError, OverflowError, OSError):
            return
        self._ahead = date - self._ticks()


_LIMIT, _REMAINING, _RESET = "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"


def number(headers: Mapping[str, str], name: str) -> int | None:
    """The number that a header holds; None where it holds none."""
    text = headers.get(name, "")
    return int(text[:12]) if text.isascii() and text.isdecimal() else None
