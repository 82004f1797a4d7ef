"""Git's smart HTTP for a world's repositories, by `git http-backend` over a bare repository made on demand.

Source: git-http-backend(1), gitprotocol-http(5).
"""

from __future__ import annotations

import base64
import os
import re
import subprocess
import zlib
from pathlib import Path
from urllib.parse import unquote, urlencode

from fake_github.exchange import Request, Response
from fake_github.state.objects import Blob, Commit
from fake_github.state.world import Repository, World

_CONFIG = """\
[core]
\trepositoryformatversion = 0
\tbare = true
[http]
\tuploadpack = true
\treceivepack = false
[uploadpack]
\tallowFilter = true
\tallowAnySHA1InWant = true
"""


def answer(world: World, request: Request) -> Response:
    """The answer to git. Public repositories need no token; GitHub's name of the user is any."""
    match = re.fullmatch(r"/([^/]+)/([^/]+)\.git/(info/refs|git-upload-pack)", request.path)
    service = request.query.get("service", "git-upload-pack")
    found = world.find(f"{unquote(match[1])}/{unquote(match[2])}") if match else None
    if match is None or found is None or service != "git-upload-pack" or found.blocked == 404:
        return Response(404, b"Repository not found.", {}, "git")
    kind = f"git {match[3]}"
    if found.visibility != "public" and not _is_known(world, request):
        return Response(401, b"", {"WWW-Authenticate": 'Basic realm="GitHub"'}, kind)
    if found.blocked:
        return Response(found.blocked, b"", {}, kind)
    response = _backend(_bare(world, found), match[3], request)
    response.kind = kind
    return response


def _is_known(world: World, request: Request) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    try:
        token = base64.b64decode(given).decode().partition(":")[2] if scheme.lower() == "basic" else given
    except ValueError:
        return False
    if token.startswith("ghs_"):
        return world.app.takes(token)
    return bool(token) and token not in world.revoked


def _bare(world: World, repository: Repository) -> Path:
    """A bare repository with the head of the default branch, made anew after each change."""
    commit = world.commit_of(repository)
    with world.lock:
        path = world.folder / f"{repository.id}.git"
        if not path.exists():
            for folder in ("objects", "refs/heads"):
                (path / folder).mkdir(parents=True)
            (path / "config").write_text(_CONFIG)
            (path / "HEAD").write_text(f"ref: refs/heads/{repository.default_branch}\n")
        head = path / "refs" / "heads" / repository.default_branch
        if commit and not (head.exists() and head.read_text().strip() == commit.oid):
            _write(path, commit, world)
            head.parent.mkdir(parents=True, exist_ok=True)
            head.write_text(f"{commit.oid}\n")
    return path


def _write(path: Path, commit: Commit, world: World) -> None:
    bodies = {commit.oid: (b"commit", commit.body)}
    for oid, found in commit.objects.items():
        bodies[oid] = (b"blob", found.content) if isinstance(found, Blob) else (b"tree", found.body)
    for oid, (kind, body) in bodies.items():
        file = path / "objects" / oid[:2] / oid[2:]
        if not file.exists():
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(zlib.compress(b"%s %d\0%s" % (kind, len(body), body), 1))


def _backend(path: Path, rest: str, request: Request) -> Response:
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_PROJECT_ROOT": str(path),
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
        "HOME": str(path),
        "PATH_INFO": f"/{rest}",
        "REQUEST_METHOD": request.method,
        "QUERY_STRING": urlencode(request.query),
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(request.body)),
        "HTTP_CONTENT_ENCODING": request.headers.get("content-encoding", ""),
        "GIT_PROTOCOL": request.headers.get("git-protocol", ""),
    }
    done = subprocess.run(
        ["git", "http-backend"], input=request.body, env=environment, capture_output=True, check=False
    )
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
    status = int(headers.pop("Status", "200").split()[0])
    return Response(status if done.stdout else 500, body, headers)
