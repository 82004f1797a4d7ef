"""A small client of GitHub's REST and GraphQL interfaces: one request at a time, with bounded waits.

The token is sent to the host that was asked for and to no other, and stands in no message. Limits and
how to wait for them: GitHub docs, "Rate limits for the REST API" and "Best practices for using the REST
API" (read 2026-11).
"""

from __future__ import annotations

import http.client
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from auditor import __version__
from auditor.errors import GitHubError, UsageError

API_URL = "https://api.github.com"

MAX_BYTES = 50_000_000
"""The largest answer that is read."""

MAX_PAGES = 1_000
"""Pages of one list that are read: 100,000 entries."""

MAX_WAIT = 3_700.0
"""Seconds that are waited for one answer, all in all: a rate limit starts anew after an hour at most."""

_TIMEOUT = 30.0
_MAX_TRIES = 5
_MAX_REDIRECTS = 5
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_LIMITED = frozenset({403, 429})
_FAULTS = frozenset({500, 502, 503, 504})


class Refused(GitHubError):
    """GitHub doesn't show it to this token, or it isn't there: 403, 404, 409, 410, 422 or 451."""


class Failed(GitHubError):
    """GitHub fails at this one thing, or its answer isn't what its reference says; others may go well."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """`content` is the JSON of a success, or the text of a refusal; None where it isn't whole."""

    status: int
    headers: Message
    content: Any


class GitHub:
    """Asks GitHub. `say` is told of each wait; `sleep` and `clock` are in seconds."""

    def __init__(
        self,
        token: str,
        api_url: str = API_URL,
        *,
        say: Callable[[str], None] = lambda _: None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Raises `UsageError` for a token or an address that can't be used."""
        if not re.fullmatch(r"[\w.~+/=-]{20,1000}", token, re.ASCII):
            raise UsageError("that is no token of GitHub's", help="Look at GH_TOKEN and GITHUB_TOKEN.")
        self._headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {token}",
            "User-Agent": f"ci-audit/{__version__}",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        self._url = _checked(api_url)
        self._say, self._sleep, self._clock = say, sleep, clock
        proxies = urllib.request.getproxies()
        # What goes to a proxy unencrypted could be read there.
        https = {scheme: url for scheme, url in proxies.items() if scheme == "https"}
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler(https), _NoRedirects())

    @property
    def host(self) -> str:
        """The name of the API's host."""
        return urlsplit(self._url).hostname or ""

    def get(self, path: str, **query: object) -> Any:
        """The answer to a GET of a path below the API's address. Raises `Refused` and `GitHubError`."""
        return self._ask(self._below(path, query))[0]

    def pages(self, path: str, key: str | None = None, **query: object) -> Iterator[Any]:
        """Each item of a list that comes in pages; of the list under `key` where the page is an object."""
        url: str | None = self._below(path, {"per_page": 100, **query})
        for _ in range(MAX_PAGES):
            assert url is not None
            page, headers = self._ask(url)
            items = page.get(key) if key and isinstance(page, dict) else page
            if not isinstance(items, list):
                raise Failed(f"GitHub's answer to {path} holds no list")
            yield from items
            url = _next(headers, url)
            if url is None:
                return
        raise Failed(f"GitHub's answer to {path} has more than {MAX_PAGES:,} pages")

    def graphql(self, query: str, **variables: object) -> Any:
        """The data that a query gives. Raises `Refused` where GitHub answers with errors."""
        url = re.sub(r"/v3$", "", self._url) + "/graphql"
        body = json.dumps({"query": query, "variables": variables}).encode()
        answer, _ = self._ask(url, body)
        data = answer.get("data") if isinstance(answer, dict) else None
        if data is None or answer.get("errors"):
            raise Refused("GitHub doesn't answer the query")
        return data

    def _below(self, path: str, query: Mapping[str, object]) -> str:
        return f"{self._url}{path}" + (f"?{urlencode(query)}" if query else "")

    def _ask(self, url: str, body: bytes | None = None) -> tuple[Any, Message]:
        """The answer as JSON, with its headers, once limits, faults and redirects have had their way."""
        path = urlsplit(url).path[:200]
        waited, redirects, tries = 0.0, 0, 0
        while True:
            answer = self._send(url, body)
            if answer is not None and answer.status in (301, 302, 307, 308) and redirects < _MAX_REDIRECTS:
                redirects += 1
                url = _redirected(url, answer.headers.get("Location", ""))
                continue
            tries += 1
            pause = self._pause(answer, tries)
            if pause is None:
                assert answer is not None
                return _content(answer, path), answer.headers
            if tries >= _MAX_TRIES or waited + pause > MAX_WAIT:
                error = GitHubError if answer is None or answer.status in _LIMITED else Failed
                raise error(f"GitHub doesn't answer {path}: {_fault(answer)}", help="Try again later.")
            if pause > _TIMEOUT:
                self._say(f"waiting {pause:.0f} s for GitHub: {_fault(answer)}")
            self._sleep(pause)
            waited += pause

    def _send(self, url: str, body: bytes | None) -> _Answer | None:
        """What came; None where nothing whole did."""
        request = urllib.request.Request(url, body, self._headers)  # noqa: S310 - the scheme is checked
        deadline = time.monotonic() + 10 * _TIMEOUT
        try:
            with self._opener.open(request, timeout=_TIMEOUT) as response:
                parts, size = [], 0
                while part := response.read1(1 << 16):
                    parts.append(part)
                    size += len(part)
                    if size > MAX_BYTES or time.monotonic() > deadline:
                        raise Failed(f"GitHub's answer to {urlsplit(url).path} doesn't end")
                is_whole = response.headers.get("Content-Length") in (None, str(size))
                content = _json(b"".join(parts)) if is_whole else None
                return _Answer(response.status, response.headers, content)
        except urllib.error.HTTPError as error:
            return _Answer(error.code, error.headers, _text(error))
        except (OSError, http.client.HTTPException):
            # Their texts may quote what was sent.
            return None

    def _pause(self, answer: _Answer | None, tries: int) -> float | None:
        """How long to wait before the next try; None where the answer is one."""
        if answer is None or answer.status in _FAULTS:
            return float(2**tries)
        if answer.status not in _LIMITED:
            return None if answer.content is not None else float(2**tries)
        after = answer.headers.get("Retry-After", "")
        if after.isdecimal():
            return float(after[:9])
        if answer.headers.get("X-RateLimit-Remaining") == "0":
            reset = answer.headers.get("X-RateLimit-Reset", "")
            return max(1.0, int(reset[:12]) - self._now(answer) + 1) if reset.isdecimal() else 60.0 * tries
        if answer.status == 429 or "rate limit" in answer.content:
            return float(60 * 2 ** (tries - 1))
        return None

    def _now(self, answer: _Answer) -> float:
        """GitHub's clock, which its limits go by; ours may be wrong."""
        try:
            return parsedate_to_datetime(answer.headers["Date"]).timestamp()
        except (TypeError, ValueError):
            return self._clock()


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        """No redirect is followed unseen: the headers would go along."""


def _checked(api_url: str) -> str:
    try:
        parts = urlsplit(api_url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if host is None or parts.username or parts.query or parts.fragment or re.search(r"[^!-~]", api_url):
        raise UsageError("that is no address of an API", help="Write it as https://HOST/api/v3.")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        raise UsageError(
            "the token would be sent unencrypted", help="The API's address starts with https://."
        )
    return api_url.rstrip("/")


def _redirected(url: str, location: str) -> str:
    """Where a redirect leads. Raises `GitHubError` for another host, which must not get the token."""
    try:
        target = urljoin(url, location)
        old, new = urlsplit(url), urlsplit(target)
        same = (old.scheme, old.hostname, old.port) == (new.scheme, new.hostname, new.port)
    except ValueError:
        same = False
    if not location or not same or new.username or re.search(r"[^!-~]", target):
        raise GitHubError(
            f"GitHub sends us from {urlsplit(url).path} to another host, which isn't followed",
            help="Check --api-url.",
        )
    return target


def _next(headers: Message, url: str) -> str | None:
    """The next page's address, which must be at the same host."""
    for link in headers.get("Link", "")[:10_000].split(","):
        address, _, attributes = link.partition(";")
        if 'rel="next"' in attributes:
            return _redirected(url, address.strip().removeprefix("<").removesuffix(">"))
    return None


def _json(body: bytes) -> Any:
    """What a body says; None where it isn't JSON, as one that breaks off isn't."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _text(error: urllib.error.HTTPError) -> str:
    """The beginning of what a refusal says, in lower case. It isn't shown to anybody."""
    try:
        return error.read(1 << 16).decode("utf-8", "replace").lower()
    except (OSError, http.client.HTTPException):
        return ""


def _content(answer: _Answer, path: str) -> Any:
    match answer.status:
        case 200:
            return answer.content
        case 401:
            help = "Give a valid one in GH_TOKEN or GITHUB_TOKEN."
            raise GitHubError("GitHub doesn't take the token", help=help)
        case 403 | 404 | 409 | 410 | 422 | 451 as status:
            raise Refused(f"GitHub doesn't show {path} ({status})")
    raise Failed(f"GitHub answers {path} with {answer.status}")


def _fault(answer: _Answer | None) -> str:
    if answer is None:
        return "no connection, or an answer that breaks off"
    if answer.status in _LIMITED:
        return "the rate limit is used up"
    return "an answer that breaks off" if answer.status == 200 else f"status {answer.status}"
