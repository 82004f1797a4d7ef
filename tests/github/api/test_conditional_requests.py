"""Answers that are kept: what hasn't changed costs nothing, and nobody reads what another was shown."""

import json

import pytest

from auditor.github.api.client import Failed, GitHub, Refused
from auditor.github.api.conditional_requests import MAX_CACHED, ResponseCache


class Store(dict):
    """Keeps answers in memory."""

    def put(self, url, etag, body) -> None:
        self[url] = (etag, body)


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def github(fake, token, store) -> GitHub:
    return GitHub(token, fake.url, answers=store)


def tagged(body, tag='W/"1"', **headers):
    """Answers as GitHub does: 304 to who has this tag."""

    def answer(request):
        sent = {"ETag": tag, **headers}
        return (304, sent, b"") if request.headers.get("If-None-Match") == tag else (200, sent, body)

    return answer


def test_what_has_not_changed_is_free(fake, github, store):
    fake.answers["/x"] = tagged({"a": 1})
    assert [github.get("/x", page=1) for _ in range(3)] == [{"a": 1}] * 3
    assert [request.headers.get("If-None-Match") for request in fake.asked] == [None, 'W/"1"', 'W/"1"']
    assert (github.rate_limiter.free, github.rate_limiter.requests) == (2, {"core": 3})
    fake.answers["/x"] = tagged({"a": 2}, '"2"')
    assert [github.get("/x", page=1) for _ in range(2)] == [{"a": 2}] * 2
    assert github.rate_limiter.free == 3
    # Another query is another answer.
    fake.answers["/x"] = {"a": 3}
    assert github.get("/x", page=2) == {"a": 3}


def test_nobody_reads_what_another_was_shown(fake, token, store, github):
    fake.answers["/x"] = tagged({"secret": 1})
    github.get("/x")
    GitHub("ghp_" + "Other0Token" * 4, fake.url, answers=store).get("/x")
    assert [request.headers.get("If-None-Match") for request in fake.asked] == [None, None]
    GitHub(token, fake.url, answers=store).get("/x")
    assert fake.asked[-1].headers["If-None-Match"] == 'W/"1"'
    assert token not in repr(store)
    assert token[4:12] not in repr(store)


def test_pages_lead_on_from_what_was_kept(fake, github):
    fake.answers["/list"] = tagged([1, 2], Link=f'<{fake.url}/more?page=2>; rel="next"')
    fake.answers["/more"] = tagged([3])
    assert [list(github.pages("/list")) for _ in range(2)] == [[1, 2, 3]] * 2
    assert github.rate_limiter.free == 2


def test_a_304_without_its_link_leads_on_too(fake, github, turns):
    linked = {"ETag": '"1"', "Link": f'<{fake.url}/more?page=2>; rel="next"'}
    fake.answers["/list"] = turns((200, linked, [1, 2]), (304, {}, b""))
    fake.answers["/more"] = [3]
    assert [list(github.pages("/list")) for _ in range(2)] == [[1, 2, 3]] * 2


def test_a_full_page_says_nothing_of_one_after_it(fake, github):
    """Its body stays as it was when one more comes, and so may its tag."""
    few = [*range(30)]
    fake.answers["/list"] = tagged({"all": few})
    assert list(github.pages("/list", "all")) == few
    unlinked = tagged({"all": few})

    def answer(request):
        status, headers, body = unlinked(request)
        link = {} if status == 304 else {"Link": f'<{fake.url}/more>; rel="next"'}
        return status, {**headers, **link}, body

    fake.answers["/list"] = answer
    fake.answers["/more"] = {"all": [30]}
    assert list(github.pages("/list", "all")) == [*few, 30]


def test_lists_of_few_and_of_none_are_free(fake, github):
    for items in ([], [1], [*range(29)]):
        fake.answers["/list"] = tagged(items, f'"{len(items)}"')
        assert [list(github.pages("/list")) for _ in range(2)] == [items] * 2
    assert (github.rate_limiter.free, len(fake.asked)) == (3, 6)


@pytest.mark.parametrize(
    ("etag", "body"),
    [
        ('"1"', b""),
        ('"1"', b"\n"),
        ('"1"', b'\n{"a": '),
        ('"1"', b"\n" + b"[" * 100_000),
        ('"1"', b"no line's end"),
        ('"1"\r\nX-Other: 1', b"\n{}"),
        ("no tag", b"\n{}"),
        ('"' + "1" * 1_000 + '"', b"\n{}"),
    ],
)
def test_what_was_kept_and_is_broken_is_asked_anew(fake, github, store, etag, body):
    fake.answers["/x"] = tagged({"a": 1}, '"1"')
    github.get("/x")
    (url,) = store
    store.put(url, etag, body)
    assert github.get("/x") == {"a": 1}
    assert "If-None-Match" not in fake.asked[-1].headers
    assert store[url] == ('"1"', b'\n{"a": 1}')


def test_what_is_not_kept(fake, github, store, token):
    fake.answers["/plain"] = {}
    fake.answers["/large"] = tagged("a" * MAX_CACHED)
    fake.answers["/odd"] = tagged({}, 'a"b')
    fake.answers["/graphql"] = tagged({"data": {}})
    fake.answers["/post"] = tagged({})
    fake.answers["/refused"] = (404, {"ETag": '"1"'}, {})
    fake.answers["/echo"] = tagged({"token": token})
    fake.answers["/broken"] = (200, {"ETag": '"1"'}, b'{"a')
    for path in ("/plain", "/large", "/odd", "/echo"):
        github.get(path)
    github.graphql("query")
    github.post("/post", {})
    with pytest.raises(Refused):
        github.get("/refused")
    with pytest.raises(Failed):
        GitHub(token, fake.url, answers=store, sleep=lambda _: None).get("/broken")
    assert store == {}


def test_a_304_to_who_has_nothing_is_a_failure(fake, github):
    fake.answers["/x"] = (304, {}, b"")
    with pytest.raises(Failed, match="304"):
        github.get("/x")


def test_a_kept_answer_stands_under_the_address_that_gave_it(fake, github, store):
    fake.answers["/old"] = (301, {"Location": "/new"}, {})
    fake.answers["/new"] = tagged({"a": 1})
    assert [github.get("/old") for _ in range(2)] == [{"a": 1}] * 2
    assert [json.loads(body) for _, body in store.values()] == [{"a": 1}]
    assert github.rate_limiter.free == 1


def test_without_a_store_nothing_is_kept():
    kept = ResponseCache(None)
    kept.keep("reader", "url", '"1"', "", b"{}")
    assert kept.find("reader", "url") is None
