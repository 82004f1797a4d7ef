"""The fake GitHub: its ids are git's, its answers are as GitHub's schema says, its faults come as set."""

import json
import os
import re
import subprocess
import sys
import time
import tracemalloc
from datetime import date
from pathlib import Path

import graphql
import pytest

import fake_github
from auditor.github.api.client import Failed, GitHub, Refused
from auditor.model.permission import Level
from auditor.settings.from_github.snapshot import read_snapshot
from fake_github import TOKEN, File, When, World, faults
from fake_github.exchange import Request
from fake_github.graphql import graph
from fake_github.graphql.schema import OWN

QUERIES = OWN.read_text(encoding="utf-8")


def git(folder, *arguments):
    return subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


def test_object_ids_are_gits(tmp_path, client):
    files = {
        "a.txt": b"",
        "a/z": b"1",
        "a-b/c": "é\n".encode(),
        "a.b/deep/er/file": b"x" * 3000,
        "run": File(b"#!/bin/sh\n", 0o100755),
        "link": File(b"a.txt", 0o120000),
    }
    world = World()
    repository = world.add("acme", "shop", files)
    git(tmp_path, "init", "-q", "-b", "main")
    for path, content in files.items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if path == "link":
            place.symlink_to("a.txt")
        else:
            place.write_bytes(content.content if isinstance(content, File) else content)
            place.chmod(0o755 if path == "run" else 0o644)
    git(tmp_path, "add", ".")
    assert world.commit_of(repository).tree.oid == git(tmp_path, "write-tree")
    listed = client(world).get("/repos/acme/shop/git/trees/HEAD?recursive=1").json()
    assert not listed["truncated"]
    lines = [f"{each['mode']} {each['type']} {each['sha']}\t{each['path']}" for each in listed["tree"]]
    root = git(tmp_path, "write-tree")
    assert lines == git(tmp_path, "-c", "core.quotepath=off", "ls-tree", "-r", "-t", root).splitlines()


def test_commits_are_what_git_clones(tmp_path, serve):
    world = World.of(12, empty=0, seed=3)
    repository = next(each for each in world if each.visibility == "private")
    url = serve(world).replace("//", f"//x:{TOKEN}@")
    address = f"{url}/{repository.full_name}.git"
    git(tmp_path, "clone", "-q", "--filter=blob:none", "--no-checkout", address, "x")
    commit = world.commit_of(repository)
    assert git(tmp_path / "x", "rev-parse", "HEAD") == commit.oid
    assert git(tmp_path / "x", "cat-file", "-p", "HEAD:pyproject.toml").startswith("[project]")
    git(tmp_path / "x", "fsck", "--strict")
    # A new commit is there to fetch.
    world.put(repository, "README.md", "new")
    git(tmp_path / "x", "fetch", "-q", "origin")
    assert git(tmp_path / "x", "show", "origin/main:README.md") == "new"


def test_pages_hold_each_repository_once(client):
    world = World.of(130)
    asks = client(world)
    for order in ("NAME", "PUSHED_AT", "CREATED_AT"):
        names, after = [], None
        while True:
            answer = asks.ask(
                QUERIES,
                "Listing",
                login="acme",
                first=50,
                after=after,
                order={"field": order, "direction": "DESC"},
            )
            assert "errors" not in answer
            page = answer["data"]["repositoryOwner"]["repositories"]
            names += [node["nameWithOwner"] for node in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        assert sorted(names) == sorted(each.full_name for each in world)
    assert world.log.kinds == {"graphql Listing": 9}


def test_what_github_does_not_have_is_refused(client):
    asks = client(World.of(1))
    answer = asks.ask("query { viewer { login nope } }")
    assert "data" not in answer
    assert answer["errors"][0]["message"] == "Cannot query field 'nope' on type 'User'."
    answer = asks.ask(QUERIES, "Organization", login="nobody", first=1)
    assert answer["data"] == {"organization": None}
    assert answer["errors"][0]["type"] == "NOT_FOUND"
    assert answer["errors"][0]["path"] == ["organization"]


@pytest.mark.parametrize("operation", re.findall(r"(?m)^query (\w+)", QUERIES))
def test_execution_is_as_the_reference_has_it(operation):
    world = World.of(60)
    repositories = list(world)
    world.remove(repositories[3])
    for number, status in ((5, 403), (6, 451), (7, 404)):
        repositories[number].blocked = status
    first = next(each for each in repositories if not each.is_empty)
    owner, _, name = first.full_name.partition("/")
    blob = world.commit_of(first).at("README.md").oid
    variables = {
        "login": "acme",
        "first": 50,
        "owner": owner,
        "name": name,
        "oid": blob,
        "head": world.commit_of(first).oid,
        "path": ".github/workflows",
        "ids": [first.node_id, repositories[5].node_id, repositories[3].node_id, "O_1000", "x"],
        "id": "gone",
        "files": operation != "User",
    }
    body = json.dumps({"query": QUERIES, "operationName": operation, "variables": variables}).encode()
    request = Request("POST", "/graphql", body=body)
    reference = graphql.execute(
        graph.schema(),
        graphql.parse(QUERIES),
        graph.QueryNode(world, request, 100),
        variable_values=variables,
        operation_name=operation,
        field_resolver=lambda source, info, **arguments: (
            value(**arguments) if callable(value := getattr(source, info.field_name)) else value
        ),
        type_resolver=lambda value, _info, _type: value.TYPE,
    )
    answer = graph.execute(world, request, 100)
    assert answer["data"] == reference.data
    errors = [(error["message"], error.get("path")) for error in answer.get("errors", ())]
    assert errors == [(error.message, error.path) for error in reference.errors or ()]
    assert answer["data"] is not None


def test_the_snapshot_is_read_from_it(serve):
    world = World.of(3, archived=0, empty=0)
    repository = next(iter(world))
    repository.settings.default_workflow_permissions = "write"
    github = GitHub(TOKEN, serve(world), sleep=lambda _: None)
    snapshot = read_snapshot(github, "acme", today=date(2026, 11, 25))
    settings = snapshot.repositories[repository.full_name]
    assert settings.default_token is Level.WRITE
    assert not settings.unreadable
    assert set(settings.environments) == {"pypi", "training"}
    assert [group.name for group in snapshot.owners["acme"].runner_groups] == ["Default", "gpu-trusted"]


def test_faults_come_when_they_are_told_to(serve):
    world = World.of(2)
    name = next(iter(world)).full_name
    slept = []
    github = GitHub(TOKEN, serve(world), sleep=slept.append)
    world.faults.add(When(path=f"/repos/{name}", nth=1, times=2), faults.broken(502))
    assert github.get(f"/repos/{name}")["full_name"] == name
    assert len(slept) == 2
    world.faults.add(When(path="/repos/*/actions/secrets"), faults.refused(403))
    with pytest.raises(Refused):
        github.get(f"/repos/{name}/actions/secrets")
    world.faults.add(When(path="/meta"), faults.invalid_json())
    with pytest.raises(Failed):
        github.get("/meta")
    world.faults.clear()
    assert github.get("/meta")


def test_answers_that_did_not_change_cost_nothing(client):
    world = World.of(1)
    asks = client(world)
    path = f"/repos/{next(iter(world)).full_name}/actions/permissions"
    first = asks.get(path)
    again = asks.get(path, if_none_match=first.headers["ETag"])
    assert (first.status, again.status, again.data) == (200, 304, b"")
    assert first.headers["X-RateLimit-Remaining"] == again.headers["X-RateLimit-Remaining"]
    next(iter(world)).settings.sha_pinning_required = True
    assert asks.get(path, if_none_match=first.headers["ETag"]).status == 200
    assert json.loads(asks.get(path).data)["sha_pinning_required"] is True


def test_a_world_is_the_same_for_the_same_seed():
    def heads(seed):
        world = World.of(20, seed=seed)
        return [
            (each.full_name, commit and commit.oid) for each in world for commit in [world.commit_of(each)]
        ]

    assert heads(1) == heads(1)
    assert heads(1) != heads(2)


def test_the_share_of_copies():
    def unlike(duplicates):
        world = World.of(400, duplicates=duplicates, empty=0)
        found = [
            file.content
            for each in world
            for path, file in each.files.items()
            if path.startswith(".github/workflows/")
        ]
        assert len(found) == 2000
        return len(set(found))

    assert unlike(0.0) == 2000
    assert 300 < unlike(1.0) < 500
    assert 1500 < unlike(0.3) < 1850


def test_a_change_is_a_new_commit_of_few():
    world = World.of(200)
    before = {each.id: world.commit_of(each) for each in world}
    changed = world.change(0.01, seed=5)
    assert len(changed) == 2
    for each in world:
        old, new = before[each.id], world.commit_of(each)
        assert (old is not None and old.oid != new.oid) == (each in changed)
        if each in changed:
            assert len(set(new.objects) - set(old.objects)) == 4, "a file, and the three trees above it"
    newest = max(world, key=lambda each: each.pushed_at)
    assert newest in changed


def test_the_log_knows_each_content_that_was_given(client):
    world = World.of(4, empty=0)
    asks = client(world)
    repository = next(iter(world))
    entries = asks.get(f"/repos/{repository.full_name}/git/trees/HEAD?recursive=1").json()["tree"]
    blobs = {entry["sha"] for entry in entries if entry["type"] == "blob"}
    owner, _, name = repository.full_name.partition("/")
    for oid in blobs:
        asks.ask(QUERIES, "Contents", owner=owner, name=name, oid=oid)
    assert world.log.blobs == dict.fromkeys(blobs, 1)
    assert world.log.kinds["graphql Contents"] == len(blobs)
    assert sum(world.log.trees.values()) == 1
    assert world.log.most_at_once == 1
    world.log.clear()
    assert world.log.requests == []


def test_a_large_world_is_quick_and_small():
    tracemalloc.start()
    try:
        started = time.process_time()
        world = World.of(10_000)
        made = time.process_time() - started
        small, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(world.repositories) == 10_000
    assert small < 40_000_000
    assert made < 10
    variables = {"login": "acme", "first": 50, "after": None}
    body = json.dumps({"query": QUERIES, "operationName": "Organization", "variables": variables}).encode()
    request = Request("POST", "/graphql", body=body)
    graph.execute(world, request, 1)
    started = time.process_time()
    for _ in range(10):
        graph.execute(world, request, 1)
    # Some 10,000 fields a page: 13 ms of the processor's time where nothing else runs.
    assert (time.process_time() - started) / 10 < 0.15


def test_it_serves_from_a_command(tmp_path):
    program = [sys.executable, "-m", "fake_github", "-n", "3", "--owner", "shop", "--change", "0.5"]
    environment = {**os.environ, "PYTHONPATH": str(Path(fake_github.__file__).parents[1])}
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True, env=environment) as running:
        asks = fake_github.Client(running.stdout.readline().strip())
        try:
            assert len(asks.get("/orgs/shop/repos").json()) == 3
        finally:
            asks.close()
            running.terminate()
        said = running.stdout.read()
    assert "1 GET /orgs/{org}/repos\n" in said
