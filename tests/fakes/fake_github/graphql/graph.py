"""GitHub's GraphQL interface over a world. Queries are held to the slice of GitHub's schema, so a field that
GitHub doesn't have, or a null where it has none, is an error here, too. A node's attributes are its fields.
"""

from __future__ import annotations

import base64
import json
from bisect import bisect_right
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import graphql
from graphql import DocumentNode, GraphQLError, GraphQLSchema

from fake_github.exchange import Request
from fake_github.graphql import execution
from fake_github.graphql.git_objects import CommitNode, RefNode, object_of
from fake_github.state.world import EPOCH, Owner, Repository, World, timestamp

SLICE = Path(__file__).parents[3] / "github" / "schema.graphql"
"""The part of GitHub's schema that is known here; `fake_github.graphql.schema` writes it."""

LARGEST_PAGE = 100


@cache
def schema() -> GraphQLSchema:
    """The slice."""
    return graphql.build_schema(SLICE.read_text(encoding="utf-8"))


@lru_cache(maxsize=512)
def _parsed(text: str) -> tuple[DocumentNode | None, list[GraphQLError]]:
    """A query's document, and what is wrong with it."""
    try:
        document = graphql.parse(text)
    except GraphQLError as error:
        return None, [error]
    return document, graphql.validate(schema(), document)


def execute(world: World, request: Request, points: int) -> dict[str, Any]:
    """The answer to a query; `points` are those that are left for this hour."""
    content = request.json
    if not isinstance(content, dict) or not isinstance(content.get("query"), str):
        return {"errors": [{"message": "A query attribute must be specified and must be a string."}]}
    document, errors = _parsed(content["query"])
    if document is None or errors:
        return {"errors": [_shown(error) for error in errors]}
    root = QueryNode(world, request, points)
    data, errors = execution.execute(
        schema(), document, root, content.get("variables"), content.get("operationName")
    )
    return {"data": data} | ({"errors": [_shown(error) for error in errors]} if errors else {})


def _shown(error: GraphQLError) -> dict[str, Any]:
    """An error as GitHub writes it: its type stands beside its message."""
    shown: dict[str, Any] = {**(error.extensions or {}), "message": error.message}
    if error.path:
        shown["path"] = error.path
    if error.locations:
        shown["locations"] = [{"line": each.line, "column": each.column} for each in error.locations]
    return shown


def problem(type: str, message: str) -> GraphQLError:
    """An error of one of GitHub's types; a resolver may raise it, or give it as one item of a list."""
    return GraphQLError(message, extensions={"type": type})


class QueryNode:
    """The root."""

    TYPE = "Query"
    id = "Q"

    def __init__(self, world: World, request: Request, points: int) -> None:
        self._world, self._request, self._points = world, request, points

    @property
    def rateLimit(self) -> _RateLimit:
        return _RateLimit(self._world, self._points)

    def repositoryOwner(self, login: str) -> OwnerNode | None:
        owner = self._world.owner(login)
        return owner and OwnerNode(self._world, owner, self._request)

    def organization(self, login: str) -> OwnerNode:
        return self._owner(login, "Organization")

    def user(self, login: str) -> OwnerNode:
        return self._owner(login, "User")

    def _owner(self, login: str, type: str) -> OwnerNode:
        owner = self._world.owner(login)
        if owner is None or owner.type != type:
            article = "an" if type == "Organization" else "a"
            raise problem("NOT_FOUND", f"Could not resolve to {article} {type} with the login of '{login}'.")
        return OwnerNode(self._world, owner, self._request)

    def repository(self, owner: str, name: str, followRenames: bool = True) -> RepositoryNode:
        found = self._world.find(f"{owner}/{name}")
        if found is None or (not followRenames and found.full_name.lower() != f"{owner}/{name}".lower()):
            raise problem("NOT_FOUND", f"Could not resolve to a Repository with the name '{owner}/{name}'.")
        return _repository(self._world, found)

    def node(self, id: str) -> Any:
        found = self._by_id(id)
        if found is None:
            raise problem("NOT_FOUND", f"Could not resolve to a node with the global id of '{id}'")
        return found

    def nodes(self, ids: list[str]) -> list[Any]:
        message = "Could not resolve to a node with the global id of '{}'"
        return [self._by_id(id) or problem("NOT_FOUND", message.format(id)) for id in ids]

    def _by_id(self, id: str) -> Any:
        kind, _, number = id.partition("_")
        if kind == "R" and number.isdecimal() and int(number) in self._world.repositories:
            return _listed(self._world, self._world.repositories[int(number)])
        owners = {f"O_{owner.id}": owner for owner in self._world.owners.values()}
        return OwnerNode(self._world, owners[id], self._request) if id in owners else None

    def viewer(self) -> OwnerNode:
        return OwnerNode(self._world, Owner(1, "ci-audit[bot]", is_organization=False), self._request)


class _RateLimit:
    TYPE = "RateLimit"
    cost, nodeCount = 1, 1

    def __init__(self, world: World, points: int) -> None:
        self.limit = world.limits["graphql"]
        self.remaining, self.used = points, self.limit - points
        self.resetAt = timestamp(world.next_reset())


class OwnerNode:
    """An organisation or a user."""

    def __init__(self, world: World, owner: Owner, request: Request) -> None:
        self._world, self._owner, self._request = world, owner, request
        self.TYPE = owner.type
        self.id, self.databaseId, self.login = f"O_{owner.id}", owner.id, owner.login
        self.name, self.url = owner.login, f"https://github.com/{owner.login}"

    def repositories(self, first: int | None = None, after: str | None = None, **filters: Any) -> Any:
        if first is None or not 1 <= first <= LARGEST_PAGE:
            raise problem(
                "EXCESSIVE_PAGINATION", f"Requesting {first} records exceeds the `first` limit of 100."
            )
        return ConnectionNode(self._world, self._owner, self._request, first, after, filters)


class ConnectionNode:
    """A page of an owner's repositories. A cursor holds the last one's place in the order, as at GitHub, so
    nothing is passed over when a repository before it goes."""

    TYPE = "RepositoryConnection"

    def __init__(
        self, world: World, owner: Owner, request: Request, first: int, after: str | None, filters: Any
    ) -> None:
        self._world = world
        order = filters.get("orderBy") or {"field": "CREATED_AT", "direction": "ASC"}
        keys, found = _ordered(world, owner, order["field"], order["direction"] == "DESC")
        if any(filters.get(name) is not None for name in _FILTERS):
            chosen = [(key, each) for key, each in zip(keys, found, strict=True) if _passes(each, filters)]
            keys, found = [key for key, _ in chosen], [each for _, each in chosen]
        start = 0 if after is None else bisect_right(keys, _key(after))
        start = max(0, start - request.overlap)
        self._page, self.totalCount = found[start : start + first], len(found)
        last = keys[min(start + first, len(keys)) - 1] if self._page else None
        self.pageInfo = _PageInfo(start + first < len(found), None if last is None else _cursor(last))

    def nodes(self) -> list[Any]:
        return [_listed(self._world, repository) for repository in self._page]


class _PageInfo:
    TYPE = "PageInfo"

    def __init__(self, has_next: bool, end: str | None) -> None:
        self.hasNextPage, self.endCursor = has_next, end


_FILTERS = {
    "isArchived": lambda each: each.is_archived,
    "isFork": lambda each: each.is_fork,
    "visibility": lambda each: each.visibility.upper(),
    "privacy": lambda each: "PUBLIC" if each.visibility == "public" else "PRIVATE",
}


def _passes(repository: Repository, filters: Mapping[str, Any]) -> bool:
    return all(
        filters.get(name) is None or value(repository) == filters[name] for name, value in _FILTERS.items()
    )


def _ordered(world: World, owner: Owner, field: str, is_down: bool) -> tuple[list[Any], list[Repository]]:
    """An owner's repositories, and the key of each, which rises; made anew only after a change."""
    known = world.orders.get((owner.id, field, is_down))
    if known is not None and known[0] == world.version:
        return known[1], known[2]
    with world.lock:
        sign = -1 if is_down else 1
        place = _PLACES.get(field, lambda each: [each.id])
        listed = list(owner.repositories.values())
        pairs = [([sign * value for value in place(each)] + [each.id], each) for each in listed]
        pairs.sort(key=lambda pair: pair[0])
        keys, found = [key for key, _ in pairs], [each for _, each in pairs]
        world.orders[owner.id, field, is_down] = (world.version, keys, found)
        return keys, found


_PLACES: dict[str, Callable[[Repository], list[int]]] = {
    # Numbers, for these have negatives; the zero puts a name before those that it begins.
    "NAME": lambda each: [*map(ord, each.name.lower()), 0],
    "PUSHED_AT": lambda each: [each.pushed_at],
    "UPDATED_AT": lambda each: [each.pushed_at],
}


def _cursor(key: list[int]) -> str:
    return base64.b64encode(b"cursor:v2:" + json.dumps(key).encode()).decode()


def _key(cursor: str) -> list[int]:
    try:
        key = json.loads(base64.b64decode(cursor).removeprefix(b"cursor:v2:"))
    except ValueError:
        raise problem(
            "INVALID_CURSOR_ARGUMENTS", f"`{cursor}` does not appear to be a valid cursor."
        ) from None
    return list(key)


def _repository(world: World, repository: Repository) -> RepositoryNode:
    if repository.trouble is not None:
        raise problem(*repository.trouble)
    return RepositoryNode(world, repository)


def _listed(world: World, repository: Repository) -> RepositoryNode | GraphQLError:
    if repository.trouble is not None:
        return problem(*repository.trouble)
    return RepositoryNode(world, repository)


class RepositoryNode:
    """A repository."""

    TYPE = "Repository"
    diskUsage = 64
    isLocked = isMirror = False

    def __init__(self, world: World, repository: Repository) -> None:
        self._world, self._repository = world, repository
        self.id, self.databaseId = repository.node_id, repository.id
        self.name, self.nameWithOwner = repository.name, repository.full_name
        self.visibility = repository.visibility.upper()
        self.isPrivate = repository.visibility != "public"
        self.isArchived, self.isDisabled = repository.is_archived, repository.is_disabled
        self.isFork, self.isTemplate = repository.is_fork, repository.is_template
        self.createdAt = timestamp(EPOCH)
        self.url = f"https://github.com/{repository.full_name}"

    @property
    def owner(self) -> OwnerNode:
        return OwnerNode(self._world, self._repository.owner, Request("POST", "/graphql"))

    @property
    def isEmpty(self) -> bool:
        return self._world.commit_of(self._repository) is None

    @property
    def pushedAt(self) -> str | None:
        return None if self.isEmpty else timestamp(self._repository.pushed_at)

    @property
    def updatedAt(self) -> str:
        return timestamp(self._repository.pushed_at)

    def mergeQueue(self, branch: str | None = None) -> Any:
        has = self._repository.shown_settings.merge_queue
        return _Named("MergeQueue") if has and branch in (None, self._repository.default_branch) else None

    @property
    def defaultBranchRef(self) -> Any:
        commit = self._world.commit_of(self._repository)
        return commit and RefNode(self._world, self._repository, commit)

    def object(self, expression: str | None = None, oid: str | None = None) -> Any:
        world, repository = self._world, self._repository
        commit = world.commit_of(repository)
        if commit is None:
            return None
        if oid is None:
            rev, colon, path = (expression or "").partition(":")
            if rev not in ("HEAD", repository.default_branch, commit.oid):
                return object_of(world, repository, commit, rev) if not colon else None
            if not colon:
                return CommitNode(world, repository, commit)
            found = commit.at(path)
            return found and object_of(world, repository, commit, found.oid, path)
        return object_of(world, repository, commit, oid)


class _Named:
    id = "MQ_1"

    def __init__(self, type: str) -> None:
        self.TYPE = type
