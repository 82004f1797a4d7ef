"""What goes wrong, and when. A fault stands around the answer: it may replace, change or delay it.

`world.faults.add(When(path="/repos/acme/*"), refused(403))`; `When` says which requests, the functions
below what happens. Texts and statuses are GitHub's; source: GitHub docs, "Rate limits for the REST API",
"Rate limits and query limits for the GraphQL API" (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from threading import Lock
from typing import TYPE_CHECKING, Any

from fake_github.exchange import Proceed, Request, Response, refusal

if TYPE_CHECKING:
    from fake_github.state.world import World

Fault = Callable[["World", Request, Proceed], Response]


@dataclass(frozen=True)
class When:
    """Which requests: all that are given must hold.

    `path` is a pattern of the path as it came (`*` takes slashes, too; `/graphql` is GraphQL's), `operation`
    a GraphQL operation's name, or its first field where it has none, `text` a part of its query; `test`
    decides of the rest. Of the requests that match so, `nth` is the first one meant, from 1, `every` then
    every k-th, `times` how many at most:
    `When(nth=3)` is the third and all after it, `When(nth=3, times=1)` the third alone.
    """

    path: str | None = None
    method: str | None = None
    operation: str | None = None
    text: str | None = None
    test: Callable[[Request], bool] | None = None
    nth: int = 1
    every: int = 1
    times: int | None = None

    def matches(self, request: Request) -> bool:
        """Whether it is about such a request, whatever came before."""
        return (
            (self.path is None or fnmatchcase(request.path, self.path))
            and (self.method is None or request.method == self.method)
            and (self.operation is None or (request.is_graphql and request.operation == self.operation))
            and (self.text is None or (request.is_graphql and self.text in request.text))
            and (self.test is None or self.test(request))
        )

    def takes(self, count: int) -> bool:
        """Whether it means the `count`-th of the requests that match, from 1."""
        place, rest = divmod(count - self.nth, self.every)
        return place >= 0 and rest == 0 and (self.times is None or place < self.times)


class Faults:
    """The script. Each fault whose time has come stands around the next; the one added first is outermost."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: list[list[Any]] = []

    def add(self, when: When | str | int, what: Fault) -> None:
        """`when` may be a path's pattern, or a number: only that request, counted from now on, is meant."""
        if isinstance(when, str):
            when = When(path=when)
        elif isinstance(when, int):
            when = When(nth=when, times=1)
        with self._lock:
            self._faults.append([when, what, 0])

    def clear(self) -> None:
        """From now on all goes well."""
        with self._lock:
            self._faults.clear()

    def around(self, world: World, request: Request, proceed: Proceed) -> Response:
        """The answer to a request, with the faults that it meets."""
        meets: list[Fault] = []
        with self._lock:
            for fault in self._faults:
                if fault[0].matches(request):
                    fault[2] += 1
                    if fault[0].takes(fault[2]):
                        meets.append(fault[1])
        for what in reversed(meets):
            proceed = _bound(what, world, request, proceed)
        return proceed()


def _bound(what: Fault, world: World, request: Request, proceed: Proceed) -> Proceed:
    return lambda: what(world, request, proceed)


def primary_limit(reset_in: float = 60, *, status: int = 403) -> Fault:
    """The hour's requests are used up; new ones in so many seconds."""

    def fault(world: World, request: Request, proceed: Proceed) -> Response:
        headers = {
            "X-RateLimit-Limit": "5000",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Used": "5000",
            "X-RateLimit-Reset": str(int(world.now() + reset_in)),
            "X-RateLimit-Resource": "graphql" if request.is_graphql else "core",
        }
        message = "API rate limit exceeded for installation ID 1."
        if request.is_graphql:
            error = {"type": "RATE_LIMITED", "code": "graphql_rate_limit", "message": message}
            return Response.of({"errors": [error]}, 200, headers)
        return refusal(status, message, headers)

    return fault


def secondary_limit(retry_after: int | None = 60, *, status: int = 403) -> Fault:
    """Too much at once; GitHub doesn't always say for how long."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    return answers(refusal(status, message, headers))


def refused(status: int, message: str = "") -> Fault:
    """403, 404, 451 and the like, or 301 to nowhere, as `message` says."""
    usual = {
        403: "Resource not accessible by integration",
        404: "Not Found",
        409: "Git Repository is empty.",
        410: "This feature is disabled",
        451: "Repository access blocked",
    }
    return answers(refusal(status, message or usual.get(status, "")))


def broken(status: int = 502) -> Fault:
    """GitHub fails: 500, 502, 503 or 504, with a page for people."""
    return answers(html_page(status))


def broken_pages(larger_than: int, status: int = 502) -> Fault:
    """Pages of more than so many repositories, or batches of more blobs, take too long."""

    def fault(_world: World, request: Request, proceed: Proceed) -> Response:
        sizes = [value for value in request.variables.values() if type(value) is int]
        asked = max([*sizes, request.text.count("object(oid:")])
        return html_page(status) if asked > larger_than else proceed()

    return fault


def graphql_error(
    type: str | None, message: str, *, path: Sequence[str | int] = (), data: bool = True, status: int = 200
) -> Fault:
    """An error beside the data, where null stands at `path`; without `data`, all of it is null."""

    def fault(_world: World, _request: Request, proceed: Proceed) -> Response:
        response = proceed()
        answer = response.json if data else {}
        error = {
            "message": message,
            **({"type": type} if type else {}),
            **({"path": [*path]} if path else {}),
        }
        if not data or not _cleared(answer, path):
            answer["data"] = None
        answer["errors"] = [*answer.get("errors", []), error]
        return replace(Response.of(answer, status), kind=response.kind)

    return fault


def _cleared(answer: Any, path: Sequence[str | int]) -> bool:
    """Puts null at a path of the data, if it is there."""
    if not path:
        return False
    at = answer.get("data")
    try:
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = None
    except (KeyError, IndexError, TypeError):
        return False
    return True


def something_went_wrong() -> Fault:
    """GitHub's own words for a query that took too long."""
    message = (
        "Something went wrong while executing your query. This may be the result of a timeout, or it "
        "could be a GitHub bug. Please include `C0DE:1` when reporting this issue."
    )
    return graphql_error(None, message, data=False)


def resource_limits(path: Sequence[str | int]) -> Fault:
    """A query that asks for too much: what is at `path` is left out, the rest is there."""
    return graphql_error("RESOURCE_LIMITS_EXCEEDED", "Resource limits for this query exceeded.", path=path)


def forbidden(path: Sequence[str | int]) -> Fault:
    """What is at `path` isn't shown to this token."""
    return graphql_error("FORBIDDEN", "Resource not accessible by integration", path=path)


def saml(path: Sequence[str | int]) -> Fault:
    """The organisation wants a token that went through its single sign-on."""
    message = (
        "Resource protected by organization SAML enforcement. You must grant your OAuth token access to "
        "this organization."
    )
    return graphql_error("FORBIDDEN", message, path=path)


def truncated_tree(entries: int) -> Fault:
    """A recursive tree is cut after so many entries, and says so."""

    def fault(_world: World, _request: Request, proceed: Proceed) -> Response:
        response = proceed()
        if response.status != 200:
            return response
        answer = response.json
        answer["truncated"] = len(answer["tree"]) > entries
        answer["tree"] = answer["tree"][:entries]
        return replace(Response.of(answer), kind=response.kind)

    return fault


def moved(location: str, status: int = 301) -> Fault:
    """It lives elsewhere."""
    return answers(refusal(status, "Moved Permanently", {"Location": location}))


def slow(seconds: float) -> Fault:
    """Each tenth of the body takes so long."""
    return changed(lambda response: replace(response, pause=seconds))


def broken_off(after: int = 20) -> Fault:
    """The connection ends after so many bytes of the body, which was to be longer."""
    return changed(lambda response: replace(response, cut=after))


def reset() -> Fault:
    """The connection is reset before anything came."""
    return answers(Response(is_reset=True, kind="reset"))


def bad_token() -> Fault:
    """401 for a token that was good before."""
    return answers(refusal(401, "Bad credentials"))


def expired_tokens() -> Fault:
    """All of the App's tokens expire, so that this request gets 401 already."""

    def fault(world: World, _request: Request, proceed: Proceed) -> Response:
        world.app.expire_tokens()
        return proceed()

    return fault


def clock_jumps(seconds: float) -> Fault:
    """From now on, GitHub's clock is so much ahead of where it was."""

    def fault(world: World, _request: Request, proceed: Proceed) -> Response:
        world.clock_ahead += seconds
        return proceed()

    return fault


def invalid_json(body: bytes = b'{"data": {"organization": ') -> Fault:
    """A success that isn't JSON."""
    return answers(Response(200, body, {"Content-Type": "application/json; charset=utf-8"}))


def html_page(status: int) -> Response:
    """What a proxy or a balancer says."""
    body = b"<!DOCTYPE html><html><body><h1>Whoa there!</h1><script>alert(1)</script></body></html>"
    return Response(status, body, {"Content-Type": "text/html"})


def page_for_people(status: int = 200) -> Fault:
    """HTML where JSON was to be."""
    return answers(html_page(status))


def repeated(repositories: int = 1) -> Fault:
    """A page shows the last repositories of the page before once more."""

    def fault(_world: World, request: Request, proceed: Proceed) -> Response:
        request.overlap = repositories
        return proceed()

    return fault


def happens(what: Callable[[World], object]) -> Fault:
    """Something changes in the world just before the answer, as `lambda world: world.remove(...)`."""

    def fault(world: World, _request: Request, proceed: Proceed) -> Response:
        what(world)
        return proceed()

    return fault


def answers(response: Response) -> Fault:
    """This answer, whatever was asked."""
    return lambda _world, _request, _proceed: replace(response, headers=dict(response.headers))


def changed(change: Callable[[Response], Response]) -> Fault:
    """The answer, changed."""
    return lambda _world, _request, proceed: change(proceed())
