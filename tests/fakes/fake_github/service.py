"""From a request to a response: faults, tokens, limits, ETags, and then GraphQL, REST or git."""

from __future__ import annotations

import hashlib
import re
import time
from email.utils import formatdate

from fake_github import smart_http
from fake_github.exchange import Request, Response, refusal
from fake_github.graphql import graph
from fake_github.rest import routes, settings
from fake_github.state.log import LoggedRequest
from fake_github.state.world import World

__all__ = ["answer", "settings"]

_AS_APP = re.compile(r"/app(/.*)?|/(orgs|users)/[^/]+/installation|/repos/[^/]+/[^/]+/installation")


def answer(world: World, request: Request, base: str) -> Response:
    """The response to a request at this GitHub, which is at the address `base`."""
    started = time.perf_counter()
    path = request.path
    world.log.begin()
    response = Response(500)
    try:
        routes.by_id(world, request)
        response = world.faults.around(world, request, lambda: _well(world, request, base))
        response.headers.setdefault("Date", formatdate(world.now(), usegmt=True))
        return response
    finally:
        kind = response.kind or f"{request.method} ?"
        world.log.end(LoggedRequest(kind, path, response.status, time.perf_counter() - started))


def _well(world: World, request: Request, base: str) -> Response:
    """The response where nothing goes wrong."""
    if request.is_git:
        return smart_http.answer(world, request)
    denied = _denied(world, request)
    if denied:
        return denied
    return _graphql(world, request) if request.is_graphql else _rest(world, request, base)


def _denied(world: World, request: Request) -> Response | None:
    """Why the token isn't taken."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() not in ("bearer", "token") or not token:
        return refusal(401, "Requires authentication")
    is_app = token.count(".") == 2 and token.startswith("ey")
    if _AS_APP.fullmatch(request.path):
        return world.app.refuses(token) if is_app else refusal(401, "A JSON web token could not be decoded")
    if is_app or token in world.revoked or (token.startswith("ghs_") and not world.app.takes(token)):
        return refusal(401, "Bad credentials")
    return None


def _graphql(world: World, request: Request) -> Response:
    left = world.spend("graphql", 1)
    kind = f"graphql {request.operation}"
    if left < 0:
        error = {"type": "RATE_LIMITED", "message": "API rate limit already exceeded for installation ID 1."}
        response = Response.of({"errors": [error]})
    else:
        response = Response.of(graph.execute(world, request, left))
    response.kind = kind
    return _limited(world, response, "graphql", max(0, left))


def _rest(world: World, request: Request, base: str) -> Response:
    response = routes.answer(world, request, base)
    if response.status == 200 and request.method == "GET":
        tag = f'W/"{hashlib.sha256(response.body).hexdigest()}"'
        response.headers["ETag"] = tag
        if request.headers.get("if-none-match") == tag:
            # It costs nothing of the hour's limit.
            unchanged = Response(304, b"", {"ETag": tag}, response.kind)
            return _limited(world, unchanged, "core", max(0, world.spend("core", 0)))
    left = world.spend("core", 0 if request.path == "/rate_limit" else 1)
    if left < 0:
        message = "API rate limit exceeded for installation ID 1."
        return _limited(world, refusal(403, message), "core", 0)
    return _limited(world, response, "core", left)


def _limited(world: World, response: Response, resource: str, left: int) -> Response:
    """The response with the headers that tell of the hour's limit."""
    limit = world.limits[resource]
    response.headers |= {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Used": str(limit - left),
        "X-RateLimit-Reset": str(world.next_reset()),
        "X-RateLimit-Resource": resource,
    }
    return response
