"""A small client of GitHub's REST and GraphQL interfaces, which several threads may share.

The token is sent to the given host and to no other, and stands in no message. `rate_limit.py` decides when a
request may be made.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from auditor import __version__
from auditor.errors import GitHubError
from auditor.github.api import graphql
from auditor.github.api.addresses import checked_api_url, next_page, redirected
from auditor.github.api.conditional_requests import Answers, CachedAnswer, ResponseCache
from auditor.github.api.credential import Credential, CredentialRejected, StaticToken
from auditor.github.api.graphql import GraphQLAnswer
from auditor.github.api.rate_limit import (
    APP,
    CORE,
    GRAPHQL,
    MAX_PAUSE,
    MAX_WAIT,
    RateLimiter,
    RateLimits,
    number,
)
from auditor.github.api.transport import Answer, Fault, Transport

API_URL = "https://api.github.com"

MAX_PAGES = 1_000
"""Pages of one list that are read: 100,000 entries."""

_LIMITS = RateLimits()
_PER_PAGE = 100
_ROUND = 10
_MAX_TRIES = 5
_MAX_REDIRECTS = 5
_GOOD = frozenset({200, 201, 202})
_MOVED = frozenset({301, 302, 307, 308})
_REFUSALS = frozenset({403, 404, 409, 410, 422, 451})
_FAULTS = frozenset({500, 502, 503, 504})
_GIVEN_UP = frozenset({502, 504})
_POINTS = {"GET": 1, "POST": 5}


class Refused(GitHubError):
    """GitHub doesn't show it to this token, or it isn't there. `status` is 403, 404, 409, 410, 422 or 451;
    the errors of a query have the one that says the like.

    `said` is how the answer begins, in lower case: it tells refusals apart, and isn't to be shown.
    """

    def __init__(self, message: str, *, status: int = 404, said: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.said = said


class Failed(GitHubError):
    """GitHub fails at this one thing, or its answer isn't what its reference says; others may go well."""


class TooSlow(Failed):
    """GitHub gave up on a query, which may succeed if it requests less."""


@dataclass(slots=True)
class _Request:
    """A request, and what became of it so far. `bearer` is empty where the credential gives it.

    `may_be_cached`: an answer from the cache will do. If a query isn't `is_patient`, it fails as soon as
    GitHub gives up on it.
    """

    method: str
    url: str
    body: bytes | None = None
    resource: str = CORE
    bearer: str = ""
    may_be_cached: bool = True
    is_patient: bool = True
    waited: float = 0.0
    redirects: int = 0
    tries: int = 0
    is_renewed: bool = False

    @property
    def path(self) -> str:
        return urlsplit(self.url).path[:200]

    @property
    def is_query(self) -> bool:
        return self.resource == GRAPHQL

    @property
    def points(self) -> int:
        return 1 if self.is_query else _POINTS[self.method]


@dataclass(frozen=True, slots=True)
class _Reply:
    """An answer's JSON. `is_cached`: it is from the cache, and hasn't changed."""

    content: Any
    link: str = ""
    is_cached: bool = False


class GitHub:
    """A client of GitHub's API. `say` gets a line for each long wait; `sleep`, `clock` and `ticks` are in
    seconds.

    What `sleep` raises ends the wait. `answers` stores answers that may be requested again.
    """

    def __init__(
        self,
        credential: str | Credential,
        api_url: str = API_URL,
        *,
        limits: RateLimits = _LIMITS,
        answers: Answers | None = None,
        say: Callable[[str], None] = lambda _: None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises `UsageError` for a token, an address or a proxy that can't be used."""
        self._credential = StaticToken(credential) if isinstance(credential, str) else credential
        self._url = checked_api_url(api_url)
        self._transport = Transport(self._url)
        self._cache = ResponseCache(answers)
        self.rate_limiter = RateLimiter(limits, say=say, sleep=sleep, clock=clock, ticks=ticks)

    @property
    def host(self) -> str:
        """The name of the API's host."""
        return urlsplit(self._url).hostname or ""

    @property
    def identity(self) -> str:
        """Whose credential it is, in words that hold no secret."""
        return self._credential.identity

    @property
    def is_uniform(self) -> bool:
        """Whether a permission that is missing in one repository is missing in all."""
        return self._credential.is_uniform

    def hidden(self, text: str) -> str:
        """A text without the token, which what GitHub answers may hold."""
        return self._credential.hidden(text)

    def token(self) -> str:
        """The token that is valid now, for a git that connects to the same host. It belongs in no text."""
        return self._credential.bearer(self)

    def get(self, path: str, **query: object) -> Any:
        """The answer to a GET of a path below the API's address. Raises `Refused` and `GitHubError`."""
        return self._request(_Request("GET", self._below(path, query))).content

    def pages(self, path: str, key: str | None = None, **query: object) -> Iterator[Any]:
        """Each item of a list that comes in pages; of the list under `key` where the page is an object."""
        url: str | None = self._below(path, {"per_page": _PER_PAGE, **query})
        for _ in range(MAX_PAGES):
            assert url is not None
            reply = self._request(_Request("GET", url))
            items = _items(reply, path, key)
            if reply.is_cached and items and len(items) % _ROUND == 0 and next_page(reply.link, url) is None:
                # A full page doesn't change when another one comes after it, and how many items fill one is
                # GitHub's to say: always a round number.
                reply = self._request(_Request("GET", url, may_be_cached=False))
                items = _items(reply, path, key)
            yield from items
            url = next_page(reply.link, url)
            if url is None:
                return
        raise Failed(f"GitHub's answer to {path} has more than {MAX_PAGES:,} pages")

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The answer to a POST, which may be sent again where no answer came. Raises as `get`."""
        return self._request(_Request("POST", self._below(path, {}), json.dumps(body).encode())).content

    def graphql(self, query: str, **variables: object) -> Any:
        """The data that a query gives, all of it. Raises `Refused` where GitHub answers with errors."""
        answer = self._query(query, variables, is_patient=True)
        if answer.errors:
            raise Refused("GitHub doesn't answer the query", status=answer.errors[0].status)
        return answer.data

    def graphql_whole(self, query: str, **variables: object) -> GraphQLAnswer:
        """What a query gives: its data beside its errors.

        Raises `TooSlow` as soon as GitHub gives up on it, and `Refused` where it gives no data at all.
        """
        return self._query(query, variables, is_patient=False)

    def now(self) -> float:
        """The time by GitHub's clock, in seconds since 1970; by ours, until the first answer."""
        return self.rate_limiter.now()

    def request_as(self, bearer: str, method: str, path: str) -> Any:
        """The answer to another token, with its limits. Raises `CredentialRejected`, `Refused` and more."""
        body = b"{}" if method == "POST" else None
        url = self._below(path, {})
        return self._request(_Request(method, url, body, APP, bearer, may_be_cached=False)).content

    def _query(self, query: str, variables: Mapping[str, object], *, is_patient: bool) -> GraphQLAnswer:
        url = re.sub(r"/v3$", "", self._url) + "/graphql"
        body = json.dumps({"query": query, "variables": variables}).encode()
        content = self._request(_Request("POST", url, body, GRAPHQL, is_patient=is_patient)).content
        errors = graphql.errors_of(content)
        data = content.get("data") if isinstance(content, dict) else None
        if not isinstance(data, dict):
            status = errors[0].status if errors else 422
            raise Refused("GitHub doesn't answer the query", status=status)
        return GraphQLAnswer(data, errors)

    def _below(self, path: str, query: Mapping[str, object]) -> str:
        return f"{self._url}{path}" + (f"?{urlencode(query)}" if query else "")

    def _request(self, request: _Request) -> _Reply:
        """The answer, after all waits, further tries and redirects."""
        while True:
            reply = self._try(request)
            if reply is not None:
                return reply

    def _try(self, request: _Request) -> _Reply | None:
        """The answer to one try; None where there has to be another."""
        max_wait = MAX_WAIT - request.waited
        with self.rate_limiter.request(request.resource, request.points, max_wait) as slot:
            request.waited += slot.waited
            bearer = request.bearer or self._credential.bearer(self)
            cached = self._cached(request)
            answer = self._transport.send(request.method, request.url, _headers(bearer, cached), request.body)
            content = _json(answer.body) if answer.status in _GOOD else None
            if _is_limited(request, answer, content):
                is_primary = request.is_query and content is not None and not graphql.is_secondary(content)
                pause = self.rate_limiter.record_refusal(slot, answer.headers, is_primary=is_primary)
            else:
                pause = None
                self.rate_limiter.record_answer(slot, answer.headers, is_free=answer.status == 304)
            # A request that GitHub counts against another limit has to wait for that one, too.
            request.resource = slot.counted_as if request.resource == CORE else request.resource
        if pause is not None:
            self._count(request, pause, GitHubError, "the rate limit is used up")
            return None
        return self._reply(request, answer, content, bearer, cached)

    def _reply(
        self, request: _Request, answer: Answer, content: Any, bearer: str, cached: CachedAnswer | None
    ) -> _Reply | None:
        """The reply in an answer that no limit refused; None where there has to be another try."""
        if answer.status in _MOVED and answer.fault is None and request.redirects < _MAX_REDIRECTS:
            request.redirects += 1
            request.url = redirected(request.url, answer.headers.get("Location", ""))
            return None
        if answer.status == 401 and not request.bearer and not request.is_renewed:
            request.is_renewed = True
            if self._credential.bearer(self, stale=bearer) != bearer:
                return None
        if answer.status == 304 and cached is not None:
            return _Reply(cached.content, answer.headers.get("Link") or cached.link, is_cached=True)
        fault = _fault(request, answer, content)
        if fault is None:
            return self._reply_with(request, answer, content, bearer)
        if request.is_query and not request.is_patient and _is_given_up(answer, content):
            raise TooSlow(f"GitHub gave up on a query: {fault}")
        pause = float(2 ** (request.tries + 1))
        is_nobody_there = answer.fault is Fault.NO_CONNECTION
        self._count(request, pause, GitHubError if is_nobody_there else Failed, fault)
        self.rate_limiter.pause_for(pause, fault)
        request.waited += pause
        return None

    def _count(self, request: _Request, pause: float, error: type[GitHubError], why: str) -> None:
        """Counts a failed try. Raises where it was the last, or the next is too far away."""
        request.tries += 1
        if request.tries >= _MAX_TRIES or pause > MAX_PAUSE or request.waited + pause > MAX_WAIT:
            raise error(f"GitHub doesn't answer {request.path}: {why}", help="Try again later.")

    def _cached(self, request: _Request) -> CachedAnswer | None:
        may_be_cached = request.method == "GET" and request.may_be_cached
        return self._cache.find(self._credential.reader, request.url) if may_be_cached else None

    def _reply_with(self, request: _Request, answer: Answer, content: Any, bearer: str) -> _Reply:
        if answer.status in _GOOD:
            link = answer.headers.get("Link", "")
            if request.method == "GET" and bearer.encode() not in answer.body:
                etag = answer.headers.get("ETag", "")
                self._cache.keep(self._credential.reader, request.url, etag, link, answer.body)
            return _Reply(content, link)
        if answer.status == 401:
            help = "Give a valid one in GH_TOKEN or GITHUB_TOKEN."
            raise CredentialRejected("GitHub doesn't take the token", help=help)
        if answer.status in _REFUSALS:
            said = answer.body[:1000].decode("utf-8", "replace").lower()
            raise Refused(
                f"GitHub doesn't show {request.path} ({answer.status})", status=answer.status, said=said
            )
        raise Failed(f"GitHub answers {request.path} with {answer.status}")


def _headers(bearer: str, cached: CachedAnswer | None) -> dict[str, str]:
    headers = {
        "Accept": "application/vnd.github+json",
        "Authorization": f"Bearer {bearer}",
        "User-Agent": f"ci-audit/{__version__}",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    return headers if cached is None else {**headers, "If-None-Match": cached.etag}


def _is_limited(request: _Request, answer: Answer, content: Any) -> bool:
    if answer.status == 429:
        return True
    if answer.status == 403:
        has_retry_after = number(answer.headers, "Retry-After") is not None
        is_used_up = number(answer.headers, "X-RateLimit-Remaining") == 0
        return has_retry_after or is_used_up or b"rate limit" in answer.body.lower()
    return request.is_query and content is not None and graphql.is_limited(content)


def _fault(request: _Request, answer: Answer, content: Any) -> str | None:
    """What is wrong with an answer if another try may help."""
    if answer.fault is Fault.ENDLESS:
        raise Failed(f"GitHub's answer to {request.path} doesn't end")
    if answer.fault is not None:
        return str(answer.fault.value)
    if answer.status in _FAULTS:
        return f"status {answer.status}"
    if answer.status in _GOOD and content is None:
        return Fault.BROKEN_OFF.value
    if request.is_query and content is not None and graphql.is_given_up(content):
        return "it takes too long"
    return None


def _is_given_up(answer: Answer, content: Any) -> bool:
    return (
        answer.fault is Fault.TIMED_OUT
        or answer.status in _GIVEN_UP
        or (content is not None and graphql.is_given_up(content))
    )


def _items(reply: _Reply, path: str, key: str | None) -> list[Any]:
    page = reply.content
    items = page.get(key) if key and isinstance(page, dict) else page
    if not isinstance(items, list):
        raise Failed(f"GitHub's answer to {path} holds no list")
    return items


def _json(body: bytes) -> Any:
    """What a body says; None where it isn't JSON, as one that breaks off isn't."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
