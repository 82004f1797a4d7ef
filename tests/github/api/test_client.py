"""The client: limits, faults, redirects, pages, and a token that goes nowhere else."""

import json
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import pytest

from auditor.errors import GitHubError, UsageError
from auditor.github.api.client import Failed, GitHub, Refused
from auditor.github.api.rate_limit import MAX_WAIT


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.ticks = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        self.ticks += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def github(fake, clock, said, token) -> GitHub:
    return GitHub(
        token,
        fake.url,
        say=said.append,
        sleep=clock.sleep,
        clock=lambda: clock.now,
        ticks=lambda: clock.ticks,
    )


def test_a_request_carries_what_github_asks_for(fake, github, token):
    fake.answers["/x"] = {"a": 1}
    assert github.get("/x", per_page=1) == {"a": 1}
    (request,) = fake.asked
    assert request.query == {"per_page": "1"}
    assert request.headers["Authorization"] == f"Bearer {token}"
    assert request.headers["Accept"] == "application/vnd.github+json"
    assert request.headers["User-Agent"].startswith("ci-audit/")
    assert token not in request.path


@pytest.mark.parametrize("status", [403, 404, 409, 410, 422, 451])
def test_refusals_are_not_tried_again(fake, github, clock, status):
    fake.answers["/x"] = (status, {}, {"message": "Resource not accessible by integration"})
    with pytest.raises(Refused, match=str(status)) as error:
        github.get("/x")
    assert error.value.status == status
    assert (len(fake.asked), clock.slept) == (1, [])


def test_a_token_that_is_not_taken_stops_everything(fake, github):
    fake.answers["/x"] = (401, {}, {"message": "Bad credentials"})
    with pytest.raises(GitHubError, match="doesn't take the token") as error:
        github.get("/x")
    assert not isinstance(error.value, Refused | Failed)


@pytest.mark.parametrize(
    ("status", "headers", "body", "waits"),
    [
        (429, {"Retry-After": "7"}, {}, [7]),
        (403, {"Retry-After": "7"}, {}, [7]),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1000100"}, {}, [101]),
        (429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "never"}, {}, [60]),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "5"}, {}, [1]),
        (403, {}, {"message": "You have exceeded a secondary rate limit"}, [60]),
        (429, {}, {}, [60]),
        (502, {}, b"<html>", [2]),
    ],
)
def test_limits_and_faults_are_waited_for(fake, github, clock, turns, status, headers, body, waits):
    # Without a date GitHub's clock is taken for ours.
    fake.answers["/x"] = turns((status, {"Date": "?", **headers}, body), {"ok": True})
    assert github.get("/x") == {"ok": True}
    assert clock.slept == waits


def test_a_clock_that_goes_wrong_does_no_harm(fake, github, clock, turns):
    limit = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795608060"}
    limit["Date"] = "Wed, 25 Nov 2026 12:00:00 GMT"
    fake.answers["/x"] = turns((403, limit, {}), {"ok": True})
    github.get("/x")
    assert clock.slept == [61]


def test_waits_are_bounded_and_said(fake, github, clock, said):
    fake.answers["/x"] = (429, {"Retry-After": "900"}, {})
    with pytest.raises(GitHubError, match="the rate limit is used up") as error:
        github.get("/x")
    assert not isinstance(error.value, Failed)
    assert sum(clock.slept) <= MAX_WAIT
    assert said == ["waiting 900 s for GitHub: the rate limit is used up"] * 4
    clock.sleep(900)
    clock.slept.clear()
    fake.answers["/x"] = (429, {"Retry-After": "99999999999999999999"}, {})
    with pytest.raises(GitHubError):
        github.get("/x")
    assert clock.slept == []


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((500, {}, {}), "status 500"),
        ((503, {}, {}), "status 503"),
        (b'{"a": [1, 2', "an answer that breaks off"),
        (b"[" * 100_000, "an answer that breaks off"),
        (b"", "an answer that breaks off"),
        ((418, {}, {}), "418"),
    ],
)
def test_what_stays_broken_is_a_failure_of_its_own(fake, github, answer, message):
    fake.answers["/x"] = answer
    with pytest.raises(Failed, match=message):
        github.get("/x")


def test_nobody_there_is_said(clock, token):
    github = GitHub(token, "http://127.0.0.1:1", sleep=clock.sleep)
    with pytest.raises(GitHubError, match="no connection"):
        github.get("/x")
    assert clock.slept == [2, 4, 8, 16]


def test_a_body_shorter_than_it_says_is_not_whole(fake, github):
    fake.answers["/x"] = (200, {"Content-Length": "1000"}, b'{"a": 1}')
    with pytest.raises(GitHubError):
        github.get("/x")


def test_pages_are_followed(fake, github):
    fake.answers["/list"] = (
        200,
        {"Link": f'<{fake.url}/more?page=2>; rel="next"'},
        {"total_count": 3, "all": [1, 2]},
    )
    fake.answers["/more"] = (200, {"Link": f'<{fake.url}/list>; rel="prev"'}, {"total_count": 3, "all": [3]})
    assert list(github.pages("/list", "all")) == [1, 2, 3]
    assert [request.query for request in fake.asked] == [{"per_page": "100"}, {"page": "2"}]


def test_the_next_page_is_found_among_other_links(fake, github):
    links = '</list>; rel="prev", </more?of=a,b>; rel="next", </last>; rel="last"'
    fake.answers["/list"] = (200, {"Link": links}, [1])
    fake.answers["/more"] = [2]
    assert list(github.pages("/list")) == [1, 2]
    assert fake.asked[1].query == {"of": "a,b"}


def test_pages_without_end_have_one(fake, github, monkeypatch):
    monkeypatch.setattr("auditor.github.api.client.MAX_PAGES", 3)
    fake.answers["/list"] = (200, {"Link": '</list>; rel="next"'}, [1])
    with pytest.raises(Failed, match="more than 3 pages"):
        list(github.pages("/list"))


@pytest.mark.parametrize("body", [{}, {"all": 1}, "all", None])
def test_a_page_without_a_list_is_a_failure(fake, github, body):
    fake.answers["/list"] = body
    with pytest.raises(Failed):
        list(github.pages("/list", "all"))


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_on_the_same_host_are_followed(fake, github, token, status):
    fake.answers["/old"] = (status, {"Location": "/new"}, {})
    fake.answers["/new"] = {"name": "new"}
    assert github.get("/old") == {"name": "new"}
    assert fake.asked[1].headers["Authorization"] == f"Bearer {token}"


def test_redirects_in_a_circle_end(fake, github):
    fake.answers["/x"] = (302, {"Location": "/x"}, {})
    with pytest.raises(GitHubError):
        github.get("/x")
    assert len(fake.asked) == 6


@pytest.mark.parametrize(
    "location",
    [
        "{other}/x",
        "//localhost/x",
        "https://127.0.0.1/x",
        "http://127.0.0.1:99999999/",
        "",
        "{fake}@evil.example/",
    ],
)
def test_no_other_host_is_followed_to(fake, other, github, location):
    location = location.format(other=other.url, fake=fake.url)
    fake.answers["/x"] = (302, {"Location": location}, {})
    with pytest.raises(GitHubError, match="another host"):
        github.get("/x")
    fake.answers["/list"] = (200, {"Link": f'<{other.url}/list>; rel="next"'}, [1])
    with pytest.raises(GitHubError, match="another host"):
        list(github.pages("/list"))


@pytest.mark.parametrize(
    "url",
    [
        "http://github.example/api/v3",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "https://user:secret@github.example",
        "https://github.example/?a=b",
        "https://github.example/\nx",
        "https:///x",
        "https://[::1",
        "github.example",
        "",
    ],
)
def test_addresses_that_can_not_be_trusted_with_a_token(token, url):
    with pytest.raises(UsageError) as error:
        GitHub(token, url)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("token", ["", "short", "two words" * 9, "line\nbreak" * 9, "é" * 40])
def test_what_is_no_token_is_not_shown(token):
    with pytest.raises(UsageError) as error:
        GitHub(token)
    assert not token or token not in str(error.value)


def test_a_proxy_gets_nothing_unencrypted(fake, other, monkeypatch, token):
    monkeypatch.setenv("http_proxy", other.url)
    monkeypatch.setenv("HTTP_PROXY", other.url)
    fake.answers["/x"] = {}
    assert GitHub(token, fake.url).get("/x") == {}


def test_the_query_language(fake, github):
    fake.answers["/graphql"] = {"data": {"a": 1}}
    assert github.graphql("query", name="x") == {"a": 1}
    assert fake.asked[0].method == "POST"
    fake.answers["/graphql"] = {"data": None, "errors": [{"type": "FORBIDDEN"}]}
    with pytest.raises(Refused):
        github.graphql("query")


def test_the_query_language_of_a_server_is_beside_its_rest(fake, token):
    fake.answers["/api/graphql"] = {"data": {}}
    assert GitHub(token, f"{fake.url}/api/v3/").graphql("query") == {}


def test_no_traceback_shows_the_token(fake, github, token):
    fake.answers["/x"] = (500, {}, {"message": token})
    try:
        github.get("/x")
    except GitHubError:
        shown = traceback.format_exc() + repr(github)
    assert token not in shown


@pytest.mark.parametrize("status", [200, 201, 202])
def test_what_is_uploaded(fake, github, status):
    fake.answers["/sarifs"] = (status, {}, {"id": "1"})
    assert github.post("/sarifs", {"ref": "refs/heads/main"}) == {"id": "1"}
    (request,) = fake.asked
    assert (request.method, json.loads(request.body)) == ("POST", {"ref": "refs/heads/main"})


def test_how_a_refusal_begins_is_kept_and_not_shown(fake, github):
    fake.answers["/x"] = (403, {}, {"message": "Repository was Archived" + "!" * 2_000})
    with pytest.raises(Refused) as caught:
        github.get("/x")
    assert "repository was archived" in caught.value.said
    assert len(caught.value.said) == 1_000
    assert "archived" not in str(caught.value)


@pytest.mark.parametrize("status", [307, 308])
def test_an_upload_goes_where_it_is_sent_on_the_same_host(fake, other, github, status):
    fake.answers["/old"] = (status, {"Location": "/new"}, {})
    fake.answers["/new"] = (202, {}, {})
    assert github.post("/old", {"a": 1}) == {}
    assert [(request.method, json.loads(request.body)) for request in fake.asked] == [("POST", {"a": 1})] * 2
    fake.answers["/old"] = (status, {"Location": f"{other.url}/new"}, {})
    with pytest.raises(GitHubError, match="another host"):
        github.post("/old", {"a": 1})


def test_an_upload_waits_for_the_limit_that_counts_it(fake, github, clock, turns):
    used_up = {"X-RateLimit-Limit": "1000", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1000100"}
    used_up |= {"X-RateLimit-Resource": "code_scanning_upload", "Date": "?"}
    fake.answers["/sarifs"] = turns((403, used_up, {}), (202, {}, {"id": "1"}))
    fake.answers["/x"] = {}
    assert github.post("/sarifs", {}) == {"id": "1"}
    assert clock.slept == [101]
    assert github.get("/x") == {}
    assert github.rate_limiter.requests == {"code_scanning_upload": 2, "core": 1}


def test_what_costs_five_times_as_much_is_paced(fake, github, clock):
    fake.answers["/sarifs"] = {}
    for _ in range(181):
        github.post("/sarifs", {})
    assert clock.slept == [60]


def test_what_is_left_of_the_limit_is_kept_for_others(fake, github, clock, said):
    left = {"X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "10", "X-RateLimit-Reset": "1000500"}
    fake.answers["/x"] = (200, {"Date": "?", **left}, {})
    github.get("/x")
    fake.answers["/x"] = {"a": 1}
    assert github.get("/x") == {"a": 1}
    assert clock.slept == [501]
    assert said == ["waiting 501 s for GitHub: what is left of the rate limit is kept for others"]
    assert github.rate_limiter.waited == 501


def test_one_who_is_refused_pauses_all_and_nobody_is_lost(fake, clock, said, token):
    """GitHub refuses for a minute after each fiftieth request; no wave hits more than were under way."""
    lock = Lock()
    state = {"open": 0.0, "asked": 0}
    waves: dict[float, int] = {}

    def answer(request):
        time.sleep(0.003)
        with lock:
            state["asked"] += 1
            if clock.ticks < state["open"]:
                waves[state["open"]] += 1
                return 403, {}, {"message": "You have exceeded a secondary rate limit"}
            if state["asked"] % 50 == 0:
                state["open"] = clock.ticks + 60
                waves[state["open"]] = 0
        return {"number": request.query["number"]}

    fake.answers["/x"] = answer
    github = GitHub(token, fake.url, say=said.append, sleep=clock.sleep, ticks=lambda: clock.ticks)
    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(lambda number: github.get("/x", number=number), range(400)))
    assert answers == [{"number": str(number)} for number in range(400)]
    assert len(waves) >= 8
    assert max(waves.values()) <= 8
    assert 1 < fake.most_at_once <= 8
    assert fake.connections <= 8 + 1
    assert github.rate_limiter.requests == {"core": 400 + sum(waves.values())}


def test_what_stops_a_wait_stops_the_request(fake, token):
    def stop(_seconds):
        raise KeyboardInterrupt

    github = GitHub(token, fake.url, sleep=stop)
    fake.answers["/x"] = (429, {}, {})
    for _ in range(20):
        with pytest.raises(KeyboardInterrupt):
            github.get("/x")
    # Only the first was asked: the others found that it has to be waited.
    assert len(fake.asked) == 1


def test_nothing_that_is_logged_shows_the_token(fake, github, token, caplog):
    caplog.set_level(1)
    fake.answers["/x"] = {}
    github.get("/x")
    assert "urllib3" in {record.name.partition(".")[0] for record in caplog.records}
    assert token not in caplog.text
