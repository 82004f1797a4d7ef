"""What calls of GitHub's interface give: by REST route, by method of `github.rest`, by query of GraphQL."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from auditor.knowledge.answers.content import Contents
from auditor.knowledge.answers.lookup import ANY_PLACE, contents_of, taken, under
from auditor.knowledge.answers.routes import GRAPHQL, METHODS, ROUTES, Route

HOLE = "\0"
"""In a word it stands for a part that the script computes: `repos/\\0/pulls/\\0/files`."""

MAX_ROUTE = 1_000
MAX_QUERY = 20_000
"""The longest route and query that are read, in characters; what a longer one gives is unknown."""

_REPOSITORY = r"(?:repos/(?:[^/]+/[^/]+|\0)|repositories/[^/]+|\0)"


def _pattern(route: Route) -> str:
    """The route as a regular expression over a path without its first `/`."""
    parts = route.pattern.strip("/").split("/") if route.pattern != "/" else []
    written = ["[^/]+" if part == "*" else ".+" if part == "**" else re.escape(part) for part in parts]
    return "/".join([_REPOSITORY, *written] if route.pattern.startswith("/") else written)


_PATTERNS = tuple((re.compile(_pattern(route)), route) for route in ROUTES)
_ORIGIN = re.compile(r"https?://api\.github\.com/|\0/(?=repos/|search/|repositories/)|/")
_VERB = re.compile(r"(?:GET|POST|PUT|PATCH|DELETE|HEAD)\s+")
_NAME = re.compile(r"[A-Za-z]\w*")


@lru_cache(maxsize=512)
def by_route(route: str) -> Contents | None:
    """What a route answers, with or without the server's address and a query; None where it isn't known."""
    if len(route) > MAX_ROUTE:
        return None
    verb = _VERB.match(route)
    path = route[verb.end() :] if verb else route
    origin = _ORIGIN.match(path)
    path = (path[origin.end() :] if origin else path).split("?", 1)[0].rstrip("/")
    for pattern, known in _PATTERNS:
        if path != HOLE and pattern.fullmatch(path):
            contents = contents_of(known.of)
            return under(contents, known.under) if known.under else contents
    return None


@lru_cache(maxsize=256)
def by_query(query: str) -> Contents | None:
    """What a query of GraphQL answers: the known texts that it names, at any depth."""
    if len(query) > MAX_QUERY:
        return None
    found: Contents = ()
    for name in dict.fromkeys(_NAME.findall(query)):
        if name in GRAPHQL:
            object_name, field = GRAPHQL[name]
            for content in taken(contents_of(object_name), tuple(field.split("."))) or ():
                found += (replace(content, path=(ANY_PLACE, name)),)
    return found


def called(function: str, words: tuple[str | None, ...] = ()) -> Contents | None:
    """What a function of `actions/github-script` or Octokit gives back; None where it isn't known.

    `words` are its unnamed arguments: a text with `HOLE`, a function's dotted name, or None. A response is
    an object with `data`; `paginate` gives the list itself.
    """
    name = function.rsplit(".", 1)[-1]
    first = words[0] if words else None
    if name in ("graphql", "paginate", "request") or function.endswith("paginate.iterator"):
        if first is None:
            return None
        if name == "graphql":
            return by_query(first)
        found = by_route(first) if "/" in first else _of_method(first, listed=name == "paginate")
        return found if name == "paginate" or found is None else under(found, "data")
    found = _of_method(function)
    return under(found, "data") if found is not None else None


def _of_method(function: str, listed: bool = False) -> Contents | None:
    route = METHODS.get(".".join(function.split(".")[-2:]))
    if route is None:
        return None
    contents = contents_of(route.of)
    return under(contents, route.under) if route.under and not listed else contents
