"""GitHub's REST interface over a world, as far as the project asks it.

Shapes: GitHub's OpenAPI description of 2026-11; only fields that matter here are there.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode

from fake_github.exchange import Request, Response, refusal
from fake_github.state.objects import Blob, Commit, Entry, Tree, walk
from fake_github.state.settings import Settings
from fake_github.state.world import Owner, Repository, World, timestamp

_LARGEST_BLOB = 100_000_000
_NOT_FOUND = "Not Found"


@dataclass
class Call:
    """One call: `at` is what stands in the route's braces, without escapes; `base` this GitHub's address."""

    world: World
    request: Request
    base: str
    at: Mapping[str, str]

    @property
    def repository(self) -> Repository:
        found = self.world.find(f"{self.at['owner']}/{self.at['repo']}")
        assert found is not None
        return found

    @property
    def organization(self) -> Owner:
        found = self.world.owner(self.at["org"])
        assert found is not None
        return found

    @property
    def settings(self) -> Settings:
        """The repository's, or the organisation's."""
        return self.repository.shown_settings if "repo" in self.at else self.organization.settings

    @property
    def commit(self) -> Commit | None:
        return self.world.commit_of(self.repository)

    def number(self, name: str, usual: int) -> int:
        """A number of the query."""
        given = self.request.query.get(name, "")
        return int(given) if given.isdecimal() else usual

    def paged(
        self,
        items: list[Any],
        key: str | None = None,
        *,
        largest: int = 100,
        shown: Callable[[Any], Any] = lambda item: item,
    ) -> Response:
        """A page of a list, with the address of the next one."""
        size = max(1, min(largest, self.number("per_page", 30)))
        page = max(1, self.number("page", 1))
        start = max(0, (page - 1) * size - self.request.overlap)
        part = [shown(item) for item in items[start : page * size]]
        content = part if key is None else {"total_count": len(items), key: part}
        headers = {}
        if page * size < len(items):
            query = urlencode({**self.request.query, "page": page + 1})
            headers["Link"] = f'<{self.base}{self.request.path}?{query}>; rel="next"'
        return Response.of(content, 200, headers)


Handler = Callable[[Call], Response]

_ROUTES: list[tuple[str, str, re.Pattern[str], Handler]] = []


def route(template: str, method: str = "GET") -> Callable[[Handler], Handler]:
    """Registers what answers there; a `{path}` may hold slashes."""
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template.replace("{path}", "(?P<path>.+)")))

    def register(handler: Handler) -> Handler:
        _ROUTES.append((method, template, pattern, handler))
        return handler

    return register


def answer(world: World, request: Request, base: str) -> Response:
    """The answer to a request that may be made."""
    for method, template, pattern, handler in _ROUTES:
        match = pattern.fullmatch(request.path) if method == request.method else None
        if match:
            at = {name: unquote(value) for name, value in match.groupdict().items()}
            response = _unknown(world, request, at, base) or handler(Call(world, request, base, at))
            response.kind = f"{method} {template}"
            return response
    return refusal(404, _NOT_FOUND)


def _unknown(world: World, request: Request, at: Mapping[str, str], base: str) -> Response | None:
    """What is said of a repository or an organisation that isn't there, isn't shown or has moved."""
    if "repo" in at:
        name = f"{at['owner']}/{at['repo']}"
        found = world.find(name)
        if found is None:
            return refusal(404, _NOT_FOUND)
        if found.blocked:
            return refusal(found.blocked, (found.trouble or ("", _NOT_FOUND))[1])
        if found.full_name.lower() != name.lower():
            rest = request.path.split("/", 4)[4:]
            query = f"?{urlencode(request.query)}" if request.query else ""
            location = "/".join([f"{base}/repositories/{found.id}", *rest]) + query
            return refusal(301, "Moved Permanently", {"Location": location})
    owner = world.owner(at["org"]) if "org" in at else None
    if "org" in at and (owner is None or not owner.is_organization):
        return refusal(404, _NOT_FOUND)
    return None


def by_id(world: World, request: Request) -> None:
    """Turns `/repositories/ID/...` into the path by name."""
    match = re.fullmatch(r"/repositories/(\d+)(/.*)?", request.path)
    found = world.repositories.get(int(match[1])) if match else None
    if match and found:
        request.path = f"/repos/{found.full_name}{match[2] or ''}"


@route("/meta")
def _meta(call: Call) -> Response:
    version = call.world.installed_version
    return Response.of(
        {"installed_version": version} if version else {"verifiable_password_authentication": False}
    )


@route("/rate_limit")
def _rate_limit(call: Call) -> Response:
    reset = call.world.next_reset()
    resources = {}
    for name, limit in call.world.limits.items():
        used = call.world.used[name, reset]
        resources[name] = {"limit": limit, "used": used, "remaining": max(0, limit - used), "reset": reset}
    return Response.of({"resources": resources, "rate": resources["core"]})


@route("/users/{login}")
def _user(call: Call) -> Response:
    owner = call.world.owner(call.at["login"])
    return Response.of(_owner(owner)) if owner else refusal(404, _NOT_FOUND)


@route("/orgs/{org}")
def _organization(call: Call) -> Response:
    return Response.of(_owner(call.organization))


def _owner(owner: Owner) -> dict[str, Any]:
    return {"login": owner.login, "id": owner.id, "type": owner.type}


@route("/orgs/{org}/repos")
def _repositories(call: Call) -> Response:
    return _listed(call, call.organization)


@route("/users/{login}/repos")
def _users_repositories(call: Call) -> Response:
    owner = call.world.owner(call.at["login"])
    return _listed(call, owner) if owner else refusal(404, _NOT_FOUND)


@route("/installation/repositories")
def _installed(call: Call) -> Response:
    found = [each for each in call.world if each.blocked != 404]
    return call.paged(found, "repositories", shown=lambda each: _about(each, call.base))


def _listed(call: Call, owner: Owner) -> Response:
    found = [each for each in list(owner.repositories.values()) if each.blocked != 404]
    return call.paged(found, shown=lambda each: _about(each, call.base))


@route("/repos/{owner}/{repo}")
def _repository(call: Call) -> Response:
    return Response.of(_about(call.repository, call.base))


def _about(repository: Repository, base: str) -> dict[str, Any]:
    return {
        "id": repository.id,
        "node_id": repository.node_id,
        "name": repository.name,
        "full_name": repository.full_name,
        "owner": _owner(repository.owner),
        "private": repository.visibility != "public",
        "visibility": repository.visibility,
        "archived": repository.is_archived,
        "disabled": repository.is_disabled,
        "fork": repository.is_fork,
        "is_template": repository.is_template,
        "default_branch": repository.default_branch,
        "pushed_at": timestamp(repository.pushed_at),
        "url": f"{base}/repos/{repository.full_name}",
        "clone_url": f"{base}/{repository.full_name}.git",
    }


@route("/repos/{owner}/{repo}/git/trees/{sha}")
def _tree(call: Call) -> Response:
    commit = call.commit
    if commit is None:
        return refusal(409, "Git Repository is empty.")
    found = _object(call, commit)
    tree = commit.tree if found is commit else found
    if not isinstance(tree, Tree):
        return refusal(404, _NOT_FOUND)
    call.world.log.gave_tree(tree.oid)
    if "recursive" in call.request.query:
        entries = list(_walked(call.world, tree))
    else:
        entries = [(entry.name, entry) for entry in call.world.entries_of(tree)]
    limit = call.world.tree_limit
    content = {
        "sha": tree.oid,
        "url": f"{call.base}{call.request.path}",
        "tree": [_entry(path, entry) for path, entry in entries[:limit]],
        "truncated": len(entries) > limit,
    }
    return Response.of(content)


def _walked(world: World, tree: Tree) -> list[tuple[bytes, Entry]]:
    if not world.hidden_entries:
        return list(walk(tree))
    found = []
    for entry in world.entries_of(tree):
        found.append((entry.name, entry))
        if isinstance(entry.object, Tree):
            found += [(entry.name + b"/" + path, each) for path, each in _walked(world, entry.object)]
    return found


def _entry(path: bytes, entry: Entry) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "path": path.decode("utf-8", "replace"),
        "mode": f"{entry.mode:06o}",
        "type": entry.type,
        "sha": entry.oid,
    }
    if isinstance(entry.object, Blob):
        shown["size"] = len(entry.object.content)
    return shown


def _object(call: Call, commit: Commit) -> Commit | Blob | Tree | None:
    """What is meant by an id, a branch or `HEAD`, with a path behind a colon."""
    name, _, path = call.at["sha"].partition(":")
    if name in ("HEAD", call.repository.default_branch, commit.oid):
        return commit.at(path) if path else commit
    return commit.objects.get(name)


@route("/repos/{owner}/{repo}/git/blobs/{sha}")
def _blob(call: Call) -> Response:
    commit = call.commit
    found = commit.objects.get(call.at["sha"]) if commit else None
    if not isinstance(found, Blob):
        return refusal(404, _NOT_FOUND)
    content = call.world.content_of(found)
    if len(content) > _LARGEST_BLOB:
        return refusal(403, "This API returns blobs up to 100 MB in size.")
    call.world.log.gave_blob(found.oid)
    if call.request.headers.get("accept", "").startswith("application/vnd.github.raw"):
        return Response(200, content, {"Content-Type": "application/vnd.github.raw"})
    return Response.of(
        {
            "sha": found.oid,
            "size": len(content),
            "content": base64.encodebytes(content).decode(),
            "encoding": "base64",
        }
    )


@route("/repos/{owner}/{repo}/git/commits/{sha}")
def _commit(call: Call) -> Response:
    commit = call.commit
    if commit is None or call.at["sha"] != commit.oid:
        return refusal(404, _NOT_FOUND)
    return Response.of({"sha": commit.oid, "tree": {"sha": commit.tree.oid}, "parents": []})


@route("/repos/{owner}/{repo}/commits/{sha}")
def _commit_of(call: Call) -> Response:
    commit = call.commit
    if commit is None or call.at["sha"] not in (commit.oid, "HEAD", call.repository.default_branch):
        return refusal(404, _NOT_FOUND)
    if call.request.headers.get("accept", "").startswith("application/vnd.github.sha"):
        return Response(200, commit.oid.encode(), {"Content-Type": "application/vnd.github.sha"})
    return Response.of({"sha": commit.oid, "commit": {"tree": {"sha": commit.tree.oid}}, "parents": []})


@route("/repos/{owner}/{repo}/contents/{path}")
def _contents(call: Call) -> Response:
    commit = call.commit
    found = commit.at(call.at["path"]) if commit else None
    if not isinstance(found, Blob):
        return refusal(404, _NOT_FOUND)
    call.world.log.gave_blob(found.oid)
    content = call.world.content_of(found)
    is_small = len(content) <= 1_000_000
    return Response.of(
        {
            "type": "file",
            "path": call.at["path"],
            "sha": found.oid,
            "size": len(content),
            "encoding": "base64" if is_small else "none",
            "content": base64.encodebytes(content).decode() if is_small else "",
        }
    )


@route("/repos/{owner}/{repo}/code-scanning/sarifs", "POST")
def _upload(call: Call) -> Response:
    url = f"{call.base}{call.request.path}"
    return call.world.uploads.take(call.repository, call.request.json, url)


@route("/repos/{owner}/{repo}/code-scanning/sarifs/{id}")
def _uploaded(call: Call) -> Response:
    return call.world.uploads.status(call.repository, call.at["id"])


@route("/app")
def _app(call: Call) -> Response:
    app = call.world.app
    content = {"id": app.id, "slug": "ci-audit", "client_id": app.client_id, "permissions": app.permissions}
    return Response.of(content)


@route("/app/installations")
def _installations(call: Call) -> Response:
    return call.world.app.listed()


@route("/app/installations/{id}/access_tokens", "POST")
def _token(call: Call) -> Response:
    id = call.at["id"]
    return call.world.app.new_token(int(id)) if id.isdecimal() else refusal(404, _NOT_FOUND)


@route("/orgs/{login}/installation")
def _installed_at_organization(call: Call) -> Response:
    return call.world.app.installation(call.at["login"])


@route("/users/{login}/installation")
def _installed_at_user(call: Call) -> Response:
    return call.world.app.installation(call.at["login"])


@route("/repos/{owner}/{repo}/installation")
def _installed_at_repository(call: Call) -> Response:
    return call.world.app.installation(call.at["owner"])
