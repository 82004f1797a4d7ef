"""The budget: reserves, shares, pauses that hold for everybody, and clocks that jump."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from email.utils import format_datetime
from threading import Lock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import GitHubError, UsageError
from auditor.github.api.rate_limit import APP, CORE, GRAPHQL, MAX_PAUSE, MAX_WAIT, RateLimiter, RateLimits

EPOCH = 1_800_000_000


class World:
    """Time that passes only while somebody sleeps, and then for all at once."""

    def __init__(self) -> None:
        self.ticks = 0.0
        self.ahead = 0.0
        self.slept: list[float] = []
        self.said: list[str] = []
        self._lock = Lock()

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self.ticks = max(self.ticks, self.ticks + seconds)

    def limiter(self, **limits) -> RateLimiter:
        return RateLimiter(
            RateLimits(**limits),
            say=self.said.append,
            sleep=self.sleep,
            clock=lambda: EPOCH + self.ticks + self.ahead,
            ticks=lambda: self.ticks,
        )

    def headers(self, remaining, *, limit=5_000, reset=3_600, resource=CORE) -> dict[str, str]:
        """As GitHub sends them, whose clock is right."""
        return {
            "Date": format_datetime(datetime.fromtimestamp(EPOCH + self.ticks, UTC), usegmt=True),
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(remaining),
            "X-RateLimit-Reset": str(EPOCH + reset),
            "X-RateLimit-Resource": resource,
        }


@pytest.fixture
def world() -> World:
    return World()


def make_request(limiter, headers, resource=CORE, points=1, **more) -> float:
    """Asks once; the seconds that it waited."""
    with limiter.request(resource, points) as slot:
        limiter.record_answer(slot, headers, **more)
    return slot.waited


def test_what_is_left_at_the_reserve_is_for_others(world):
    limiter = world.limiter()
    assert make_request(limiter, world.headers(501)) == 0
    assert make_request(limiter, world.headers(500)) == 0
    assert make_request(limiter, world.headers(4_999, reset=7_200)) == 3_601
    assert world.said == ["waiting 3601 s for GitHub: what is left of the rate limit is kept for others"]
    assert make_request(limiter, world.headers(4_998, reset=7_200)) == 0


def test_a_limit_says_nothing_of_another(world):
    limiter = world.limiter()
    make_request(limiter, world.headers(0))
    assert make_request(limiter, world.headers(5_000, resource=GRAPHQL), GRAPHQL) == 0
    assert make_request(limiter, world.headers(0), APP) == 0
    assert dict(limiter.requests) == {CORE: 1, GRAPHQL: 1, APP: 1}
    assert make_request(limiter, {}) == 3_601


def test_the_app_itself_has_limits_of_its_own(world):
    limiter = world.limiter()
    make_request(limiter, world.headers(0), APP)
    assert make_request(limiter, {}) == 0


@pytest.mark.parametrize("ahead", [-1e9, -3_600, 3_600, 1e9])
def test_our_clock_may_jump(world, ahead):
    limiter = world.limiter()
    make_request(limiter, world.headers(5_000))
    world.ahead = ahead
    make_request(limiter, world.headers(500))
    assert limiter.now() == EPOCH
    assert make_request(limiter, {}) == 3_601


def test_without_a_date_no_clock_makes_us_wait_too_long(world):
    limiter = world.limiter()
    world.ahead = -1e9
    headers = world.headers(0)
    del headers["Date"]
    make_request(limiter, headers)
    assert make_request(limiter, {}) == MAX_PAUSE


def test_a_reset_in_ten_years_is_asked_for_again_in_an_hour(world):
    limiter = world.limiter()
    make_request(limiter, world.headers(0, reset=10**9))
    assert make_request(limiter, world.headers(4_999, reset=2 * 10**9)) == MAX_PAUSE


def test_a_wait_beyond_the_longest_is_an_error(world):
    limiter = world.limiter()
    make_request(limiter, world.headers(0))
    with pytest.raises(GitHubError, match="take too long"), limiter.request(CORE, 1, 3_600):
        pass
    assert world.slept == []


def test_answers_that_overtake_each_other(world):
    limiter = world.limiter()
    make_request(limiter, world.headers(600))
    with limiter.request(CORE, 1) as slow:
        make_request(limiter, world.headers(500))
        limiter.record_answer(slow, world.headers(503))
    assert make_request(limiter, {}) == 3_601
    # Of the window before: it tells nothing of this one.
    make_request(limiter, world.headers(4_999, reset=7_300))
    make_request(limiter, world.headers(3, reset=3_600))
    assert make_request(limiter, {}) == 0


def test_a_shard_takes_its_share(world):
    limiter = world.limiter(share=0.25)
    left = 500 + 41
    make_request(limiter, world.headers(left))
    used = 0
    while make_request(limiter, world.headers(left - used)) == 0:
        used += 1
    assert used == 11
    assert world.slept == [3_601]


def test_free_answers_take_nothing_of_a_share(world):
    limiter = world.limiter(share=0.001)
    for _ in range(4):
        assert make_request(limiter, world.headers(4_000), is_free=True) == 0
    assert (limiter.free, limiter.requests[CORE]) == (4, 4)
    with pytest.raises(UsageError):
        world.limiter(share=0)


@pytest.mark.parametrize("limits", [{"reserve": 1.0}, {"reserve": -0.1}, {"share": 1.5}, {"at_once": 0}])
def test_what_is_no_limit(limits):
    with pytest.raises(UsageError):
        RateLimits(**limits)


@pytest.mark.parametrize(
    ("resource", "points", "many"), [(CORE, 1, 900), (CORE, 5, 180), (GRAPHQL, 1, 2_000)]
)
def test_no_minute_has_more_than_its_points(world, resource, points, many):
    limiter = world.limiter()
    for _ in range(many):
        assert make_request(limiter, {}, resource, points) == 0
    world.ticks = 59.0
    assert make_request(limiter, {}, resource, points) == 1
    assert world.said == []


@given(st.lists(st.tuples(st.sampled_from([1, 5]), st.floats(0, 30)), max_size=300))
def test_no_minute_whatever_comes(asked):
    world = World()
    limiter = world.limiter(share=0.05)
    made = []
    for points, later in asked:
        world.ticks += later
        make_request(limiter, {}, CORE, points)
        made.append((world.ticks, points))
        assert sum(spent for at, spent in made if at > world.ticks - 60 + 1e-6) <= 45


def test_a_wait_for_the_minute_is_no_longer_than_it(world):
    limiter = world.limiter()
    for _ in range(2_000):
        assert make_request(limiter, {}) <= 60
    assert limiter.waited == sum(world.slept) == 120


def limit(limiter, headers, **more) -> float:
    with limiter.request(CORE, 1) as slot:
        return limiter.record_refusal(slot, headers, **more)


def test_waves_of_refusals_double_and_end(world):
    limiter = world.limiter()
    waits = [limit(limiter, {}) for _ in range(8)]
    assert waits == [60, 120, 240, 480, 960, 1_920, 1_920, 1_920]
    make_request(limiter, {})
    assert limit(limiter, {}) == 60


def test_refusals_that_were_under_way_are_one_wave(world):
    limiter = world.limiter(at_once=3)
    with limiter.request(CORE, 1) as one, limiter.request(CORE, 1) as two, limiter.request(CORE, 1) as three:
        assert limiter.record_refusal(one, {}) == 60
        world.ticks += 20
        assert limiter.record_refusal(two, {}) == 40
        limiter.record_answer(three, {})
    # An answer from before the refusal is no sign that all is well again.
    assert limit(limiter, {}) == 120
    assert world.slept == [40]
    assert make_request(limiter, {}, GRAPHQL) == 120


def test_the_longest_pause_holds(world):
    limiter = world.limiter()
    with limiter.request(CORE, 1) as one, limiter.request(CORE, 1) as two:
        assert limiter.record_refusal(one, {"Retry-After": "100"}) == 100
        assert limiter.record_refusal(two, {"Retry-After": "10"}) == 10
    assert make_request(limiter, {}) == 100


def test_a_pause_of_many_is_said_and_counted_once(world):
    limiter = RateLimiter(
        RateLimits(), say=world.said.append, sleep=world.slept.append, ticks=lambda: world.ticks
    )
    limit(limiter, {})
    assert [make_request(limiter, {}) for _ in range(3)] == [60, 60, 60]
    assert (len(world.said), limiter.waited, world.slept) == (1, 60, [60, 60, 60])
    world.ticks = 50
    limiter.pause_for(20, "another")
    assert limiter.waited == 70


@pytest.mark.parametrize(("share", "many"), [(1.0, 3), (0.7, 2), (0.1, 1)])
def test_so_many_go_at_once(world, share, many):
    limiter = world.limiter(at_once=3, share=share)
    with ThreadPoolExecutor() as pool, ExitStack() as held:
        for _ in range(many):
            held.enter_context(limiter.request(CORE, 1))
        more = pool.submit(make_request, limiter, {})
        with pytest.raises(TimeoutError):
            more.result(0.2)
        # Queries and the app have places of their own.
        assert make_request(limiter, {}, GRAPHQL) == make_request(limiter, {}, APP) == 0
        held.close()
        assert more.result(5) == 0


def test_a_long_retry_after_stops_only_who_can_not_wait(world):
    limiter = world.limiter()
    assert limit(limiter, {"Retry-After": "5000"}) == 5_000
    assert make_request(limiter, {}) == 0
    assert limit(limiter, {"Retry-After": "0"}) == 1


@pytest.mark.parametrize("text", ["", "-1", "1.5", "٣", "soon", "Wed, 25 Nov 2026 12:00:00 GMT"])
def test_what_is_no_number_of_seconds(world, text):
    assert limit(world.limiter(), {"Retry-After": text}) == 60


def test_the_primary_limit_waits_for_its_reset_whatever_remains(world):
    limiter = world.limiter()
    assert limit(limiter, world.headers(4, reset=100), is_primary=True) == 101
    assert make_request(limiter, {}, GRAPHQL) == 0
    assert make_request(limiter, {}) == 101


def test_names_of_limits_are_bounded(world):
    limiter = world.limiter()
    for index in range(1_000):
        name = "".join(chr(ord("a") + int(digit)) for digit in str(index))
        make_request(limiter, world.headers(4_000, resource=name))
    make_request(limiter, world.headers(4_000, resource="\x1b[31m" + "a" * 1_000))
    assert len(limiter.requests) <= 31


def test_what_is_left_may_be_spoken_for(world):
    """Two may still be asked: the third waits for what the two under way turn out to cost, not an hour."""
    limiter = world.limiter()
    make_request(limiter, world.headers(502))
    with ThreadPoolExecutor() as pool:
        with limiter.request(CORE, 1) as one, limiter.request(CORE, 1) as two:
            third = pool.submit(make_request, limiter, world.headers(502), is_free=True)
            with pytest.raises(TimeoutError):
                third.result(0.2)
            limiter.record_answer(one, world.headers(502), is_free=True)
            limiter.record_answer(two, world.headers(502), is_free=True)
        assert third.result() == 0
    assert world.slept == []


NAMES = ("Date", "Retry-After", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
VALUES = (
    st.text(max_size=20)
    | st.integers(-1, 10**15).map(str)
    | st.datetimes().map(lambda at: format_datetime(at))
    | st.sampled_from(["Mon, 01 Jan 0001 00:00:00 -0000", "Fri, 31 Dec 9999 23:59:59 +9999"])
)


@given(st.lists(st.tuples(st.dictionaries(st.sampled_from(NAMES), VALUES), st.booleans()), max_size=8))
def test_whatever_github_says_nobody_waits_too_long(answers):
    world = World()
    limiter = world.limiter()
    for headers, is_limit in answers:
        with limiter.request(CORE, 1) as slot:
            limiter.record_refusal(slot, headers) if is_limit else limiter.record_answer(slot, headers)
        assert slot.waited <= MAX_WAIT
    assert all(0 < seconds <= MAX_PAUSE for seconds in world.slept)
