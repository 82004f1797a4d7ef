"""The index and the contents against the fake GitHub, with the real client in between."""

from collections import Counter
from collections.abc import Callable

import pytest

from auditor.files.git_tree import SUBMODULE
from auditor.github.api.client import GitHub
from auditor.github.contents.blobs import Wanted, at_paths, fetch
from auditor.github.contents.index import CONTENTS, SINGLE_SIGN_ON, Page, list_repositories, list_unseen
from auditor.github.contents.listed import Listed
from fake_github import TOKEN, File, When, World, faults

NODES = ("repositoryOwner", "repositories", "nodes")
TREES = When(path="*/git/trees/*")
WITH_FILES = When(operation="Index", test=lambda request: request.variables["files"])


@pytest.fixture
def github(serve) -> Callable[[World], GitHub]:
    return lambda world: GitHub(TOKEN, serve(world), sleep=lambda _: None)


def listing(github: GitHub, **options: object) -> tuple[dict[str, Listed], list[Page]]:
    pages = list(list_repositories(github, "acme", **options))
    names = [each.name for listed, _ in pages for each in listed]
    assert len(names) == len(set(names))
    return {each.name: each for listed, _ in pages for each in listed}, [page for _, page in pages]


def shown(world: World, name: str) -> dict[str, tuple[str, int]]:
    """The files of a repository that matter here, by path: oid and mode."""
    files = {}
    pending = [("", world.commit_of(world[name]).tree)]
    while pending:
        below, tree = pending.pop()
        for entry in tree.entries:
            path = below + entry.name.decode("utf-8", "surrogateescape")
            if entry.type == "tree":
                pending.append((path + "/", entry.object))
            elif path.startswith((".github/", ".codex/")) or path.endswith((".yml", ".tf", ".toml")):
                files[path] = (entry.oid, entry.mode)
    return {path: each for path, each in files.items() if "/" not in path or path[0] == "."}


def files_of(listed: Listed) -> dict[str, tuple[str, int]]:
    return {entry.path: (entry.oid, entry.mode) for entry in listed.entries}


def test_an_organisation_is_listed_as_it_is(github):
    world = World.of(120, disabled=0.03, empty=0.05)
    found, pages = listing(github(world))
    assert set(found) == {each.full_name for each in world}
    assert [(page.is_last, page.promised) for page in pages] == [(False, 120), (False, 120), (True, 120)]
    for repository in world:
        each = found[repository.full_name]
        about = (each.id, each.visibility.value, each.is_archived, each.is_fork, each.is_disabled)
        assert about == (
            repository.id,
            repository.visibility,
            repository.is_archived,
            repository.is_fork,
            repository.is_disabled,
        )
        assert (each.fault, each.hidden, each.lost) == ("", "", ())
        commit = world.commit_of(repository)
        if not each.is_disabled:
            assert each.head == (commit and commit.oid)
            assert files_of(each) == ({} if commit is None else shown(world, each.name))
    assert dict(world.log.kinds) == {"graphql Index": 3}


def test_contents_of_an_organisation_come_once_each(github):
    world = World.of(60)
    asks = github(world)
    found, _ = listing(asks)
    wanted = [Wanted(each.name, e.oid, e.size) for each in found.values() for e in each.entries]
    came = list(fetch(asks, wanted))
    assert Counter(each.oid for each in came) == Counter({each.oid for each in wanted})
    contents = {oid: blob for each in world for oid, blob in _objects(world, each)}
    assert all(each.data == contents[each.oid].content for each in came)
    assert world.log.kinds["graphql Contents"] == -(-len(came) // 30)


def _objects(world, repository):
    commit = world.commit_of(repository)
    return [] if commit is None else commit.objects.items()


def test_pages_and_batches_follow_what_github_manages(github):
    world = World.of(60, empty=0)
    world.faults.add(When(path="/graphql"), faults.broken_pages(7))
    asks = github(world)
    found, pages = listing(asks)
    assert set(found) == {each.full_name for each in world}
    assert max(page.size for page in pages) <= 10
    wanted = [Wanted(each.name, e.oid, e.size) for each in found.values() for e in each.entries]
    came = list(fetch(asks, wanted))
    assert Counter(each.oid for each in came) == Counter({each.oid for each in wanted})
    assert all(each.data is not None for each in came)
    assert not any(kind.startswith("GET") for kind in world.log.kinds)


@pytest.mark.parametrize(
    "fault",
    [
        faults.something_went_wrong(),
        faults.resource_limits((*NODES, 1, "github")),
        faults.resource_limits(NODES),
        faults.broken(504),
    ],
)
def test_a_page_that_is_never_whole_is_listed_by_rest(github, fault):
    world = World.of(4, empty=0)
    world.faults.add(WITH_FILES, fault)
    found, _ = listing(github(world))
    assert {name: files_of(each) for name, each in found.items()} == {
        each.full_name: shown(world, each.full_name) for each in world
    }
    assert all(not each.fault and not each.lost for each in found.values())


@pytest.mark.parametrize(("fault", "hidden"), [(faults.forbidden, CONTENTS), (faults.saml, SINGLE_SIGN_ON)])
def test_what_is_not_shown_is_named(github, fault, hidden):
    world = World.of(4, empty=0)
    world.faults.add(When(operation="Index"), fault((*NODES, 1, "defaultBranchRef")))
    found, _ = listing(github(world))
    assert Counter(each.hidden for each in found.values()) == {"": 3, hidden: 1}


def test_a_blocked_repository_is_counted_and_found_by_rest(github):
    world = World.of(4, empty=0, disabled=0)
    blocked = list(world)[2]
    blocked.blocked = 451
    asks = github(world)
    found, (page,) = listing(asks)
    assert (len(found), page.promised, page.unnamed) == (3, 4, ("GitHub answers with FORBIDDEN",))
    (each,) = list_unseen(asks, "acme", [each.id for each in found.values()])
    assert (each.name, each.head) == (blocked.full_name, None)
    assert "(451)" in each.fault


def test_repositories_that_come_go_and_are_renamed_meanwhile(github):
    world = World.of(120, empty=0)
    first, gone, renamed = (list(world)[number] for number in (0, 70, 80))
    world.faults.add(
        When(operation="Index", nth=2, times=1),
        faults.happens(lambda world: (world.remove(first), world.remove(gone), world.rename(renamed, "new"))),
    )
    world.faults.add(When(operation="Index", nth=3), faults.repeated(5))
    found, pages = listing(github(world))
    assert set(found) == {first.full_name, *(each.full_name for each in world)}
    assert "acme/new" in found
    assert [page.promised for page in pages] == [120, 118, 118]


def test_a_listing_goes_on_after_an_end(github):
    world = World.of(70, empty=0)
    asks = github(world)
    (listed, page), *_ = list_repositories(asks, "acme", size=30)
    rest, _ = listing(asks, after=page.after, size=page.size, seen=[each.id for each in listed])
    assert {each.name for each in listed} | set(rest) == {each.full_name for each in world}
    assert len(listed) + len(rest) == 70


ODD = {
    ".github/workflows/ci.yml": "on: push",
    ".github/workflows/caf\udce9.yml": "on: push",
    ".github/workflows/link.yml": File(b"ci.yml", 0o120000),
    ".github/actions/a/b/c/d/action.yml": "runs: {}",
    ".github/actions/a/node_modules/x/y/z.js": "",
    ".github/sub": File(b"c" * 40, SUBMODULE),
    ".codex/config.toml": "",
    "action.yml": "runs: {}",
    "src/action.yml": "",
}


def test_deep_folders_and_odd_names(github):
    world = World()
    world.add("acme", "odd", ODD)
    found, _ = listing(github(world))
    each = found["acme/odd"]
    assert files_of(each) == {
        path: e for path, e in shown(world, "acme/odd").items() if path != ".github/sub"
    }
    assert (each.lost, each.fault) == ((), "")
    assert world.log.kinds == {"graphql Index": 1, "GET /repos/{owner}/{repo}/git/trees/{sha}": 2}


def test_a_listing_that_leaves_out_a_file_is_found(github):
    world = World()
    shop = world.add("acme", "shop", {".github/workflows/a.yml": "", ".github/workflows/b.yml": ""})
    folder = world.commit_of(shop).at(".github/workflows")
    world.hidden_entries[folder.oid] = {b"b.yml"}
    found, _ = listing(github(world))
    (each,) = found.values()
    assert list(files_of(each)) == [".github/workflows/a.yml"]
    assert [folder for folder, _ in each.lost] == [".github/workflows"]


def test_a_submodule_in_place_of_the_workflows_is_told(github):
    world = World()
    world.add("acme", "shop", {".github/workflows": File(b"c" * 40, SUBMODULE), "README.md": ""})
    found, _ = listing(github(world))
    assert found["acme/shop"].lost == (
        (".github/workflows", "a submodule stands there, which is not followed"),
    )


def test_a_branch_that_moves_meanwhile_is_never_listed_with_files_of_another_commit(github):
    """This GitHub forgets the commit before, so that nothing of it can be fetched any more."""
    world = World()
    shop = world.add("acme", "shop", {".github/workflows/a.yml": "1"})
    before = world.commit_of(shop)
    world.faults.add(TREES, faults.happens(lambda world: world.put(shop, ".github/workflows/b.yml", "2")))
    world.faults.add(WITH_FILES, faults.something_went_wrong())
    (each,) = listing(github(world))[0].values()
    assert (each.head, each.entries) == (before.oid, ())
    assert "(404)" in each.fault


def test_contents_that_graphql_cuts_off_or_cannot_tell(github):
    contents = {
        ".github/workflows/long.yml": b"# " + b"x" * 600_000,
        ".github/workflows/binary.yml": b"on: push\0",
        ".github/workflows/latin.yml": b"# caf\xe9",
        ".github/workflows/huge.yml": b"x" * 1_000_001,
        ".github/workflows/forged.yml": b"on: push",
    }
    world = World()
    shop = world.add("acme", "shop", contents)
    commit = world.commit_of(shop)
    oids = {path: commit.at(path).oid for path in contents}
    world.forged[oids[".github/workflows/forged.yml"]] = b"on: pull_request_target"
    wanted = [Wanted("acme/shop", oid) for oid in oids.values()]
    came = {each.oid: each for each in fetch(github(world), wanted)}
    for path, content in contents.items():
        is_lost = path.endswith(("huge.yml", "forged.yml"))
        assert came[oids[path]].data == (None if is_lost else content)
    assert "too large" in came[oids[".github/workflows/huge.yml"]].reason
    assert "not the one that the commit names" in came[oids[".github/workflows/forged.yml"]].reason


def test_contents_come_from_another_repository_when_one_is_gone_or_blocked(github):
    world = World()
    same = {".github/workflows/ci.yml": "on: push"}
    a, b, c = (world.add("acme", name, same) for name in "abc")
    oid = world.commit_of(a).at(".github/workflows/ci.yml").oid
    asks = github(world)
    world.remove(a)
    b.blocked = 403
    (came,) = fetch(asks, [Wanted(f"acme/{name}", oid) for name in "abc"])
    assert came.data == b"on: push"
    c.blocked = 404
    (came,) = fetch(asks, [Wanted(f"acme/{name}", oid) for name in "abc"])
    assert (came.data, "(404)" in came.reason) == (None, True)


def test_paths_of_a_commit(github):
    path = "tools/\"}) { id } #'/ж/action.yml"
    world = World()
    shop = world.add("acme", "shop", {path: "runs: {}", "link": File(b"tools", 0o120000), "a/b": b"\xff"})
    head = world.commit_of(shop).oid
    found = {
        each.path: each
        for each in at_paths(github(world), "acme/shop", head, [path, "link", "a/b", "a", "none", "a/b/c"])
    }
    assert (found[path].data, found[path].entry.mode) == (b"runs: {}", 0o100644)
    assert found["link"].entry.is_link
    assert found["a/b"].data == b"\xff"
    assert (found["a"].data, found["a"].reason) == (None, "it is no file")
    assert [found[each].entry for each in ("none", "a/b/c")] == [None, None]
    assert [found[each].reason for each in ("none", "a/b/c")] == ["", ""]
