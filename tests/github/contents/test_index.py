"""The index: every repository once, with its files or with why they aren't known, whatever GitHub does."""

import base64
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import GitHubError, UsageError
from auditor.files.git_tree import FOLDER, TreeEntry
from auditor.github.api.client import Failed, Refused, TooSlow
from auditor.github.api.graphql import GraphQLAnswer, GraphQLError
from auditor.github.contents.index import CONTENTS, MOST, SINGLE_SIGN_ON, Page, list_repositories, list_unseen
from auditor.github.contents.listed import Listed
from auditor.github.contents.oid import oid_of
from auditor.github.contents.trees import ListedFile, tree_oid
from auditor.model.settings import Visibility

FILE = 0o100644
HEAD = "c" * 40
SAML = "Resource protected by organization SAML enforcement. You must grant your token access."


def blob(text: str) -> str:
    return oid_of("blob", text.encode(), length=40)


def tree(files: Mapping[str, Any]) -> dict[str, Any]:
    """A tree of files' texts and of folders, as GraphQL tells it."""
    entries = []
    for name, value in sorted(files.items()):
        inner = tree(value) if isinstance(value, Mapping) else None
        entries.append(
            {
                "mode": FILE if inner is None else FOLDER,
                "nameRaw": base64.b64encode(name.encode()).decode(),
                "oid": blob(value) if inner is None else inner["oid"],
                "size": len(value) if inner is None else 0,
                "object": inner,
            }
        )
    named = tuple(ListedFile(e["mode"], base64.b64decode(e["nameRaw"]), e["oid"]) for e in entries)
    return {"oid": tree_oid(named), "entries": entries}


def node(id: int = 1, files: Mapping[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    files = {".github": {"workflows": {"ci.yml": f"# {id}"}}} if files is None else files
    root = tree(files)
    inner = {entry["nameRaw"]: entry.pop("object") for entry in root["entries"]}
    return {
        "databaseId": id,
        "nameWithOwner": f"acme/r{id}",
        "visibility": "PRIVATE",
        "isArchived": False,
        "isDisabled": False,
        "isFork": False,
        "isEmpty": False,
        "defaultBranchRef": {"name": "main", "target": {"oid": HEAD, "tree": root}},
        "github": inner.get(base64.b64encode(b".github").decode()),
        "codex": inner.get(base64.b64encode(b".codex").decode()),
        **changes,
    }


class World:
    """An owner with these nodes. `slow` says of a page, by its nodes and whether it is with files, that it
    takes too long; `errors` are given of a node, by its place in the list of all."""

    def __init__(self, *nodes: Any) -> None:
        self.nodes = list(nodes)
        self.slow: Callable[[list[Any], bool], bool] = lambda _nodes, _files: False
        self.errors: dict[int, tuple[str, tuple[Any, ...], str]] = {}
        self.sizes: list[tuple[int, bool]] = []
        self.patient = 0
        self.asked: list[str] = []

    def graphql_whole(self, query: str, **variables: Any) -> GraphQLAnswer:
        assert variables["owner"] == "acme"
        first, files = variables["first"], variables["files"]
        start = int(variables["after"] or 0)
        nodes = self.nodes[start : start + first]
        self.sizes.append((first, files))
        if self.slow(nodes, files):
            raise TooSlow("GitHub gave up on a query")
        found = [(number, self.errors.get(start + number)) for number in range(len(nodes))]
        path = ("repositoryOwner", "repositories", "nodes")
        errors = [GraphQLError(e[0], (*path, number, *e[1]), e[2]) for number, e in found if e]
        end = start + len(nodes)
        connection = {
            "totalCount": len(self.nodes),
            "pageInfo": {"hasNextPage": end < len(self.nodes), "endCursor": str(end)},
            "nodes": [each if files else _bare(each) for each in nodes],
        }
        return GraphQLAnswer({"repositoryOwner": {"repositories": connection}}, tuple(errors))

    def graphql(self, query: str, **variables: Any) -> Any:
        self.patient += 1
        self.slow = lambda _nodes, _files: False
        return self.graphql_whole(query, **variables).data

    def get(self, path: str, **query: Any) -> Any:
        """A listing by REST of what some node tells."""
        self.asked.append(path)
        pending = [tree for each in self.nodes if each for tree in _trees_of(each)]
        while pending:
            each = pending.pop()
            entries = each.get("entries", [])
            pending.extend(entry["object"] for entry in entries if entry.get("object"))
            if path.endswith(each["oid"]) and entries:
                return {"tree": [_item(entry) for entry in entries]}
        raise Refused(f"GitHub doesn't show {path} (404)", status=404)


def _trees_of(node: dict[str, Any]) -> list[Any]:
    root = ((node["defaultBranchRef"] or {}).get("target") or {}).get("tree")
    return [each for each in (root, node["github"], node["codex"]) if each]


def _item(entry: dict[str, Any]) -> dict[str, Any]:
    name = base64.b64decode(entry["nameRaw"]).decode()
    return {"path": name, "mode": f"{entry['mode']:06o}", "sha": entry["oid"], "size": entry["size"]}


def _bare(node: Any) -> Any:
    if node is None or not (node["defaultBranchRef"] or {}).get("target"):
        return node
    target = node["defaultBranchRef"]["target"]
    branch = {**node["defaultBranchRef"], "target": {**target, "tree": {"oid": target["tree"]["oid"]}}}
    kept = {key: value for key, value in node.items() if key not in ("github", "codex")}
    return {**kept, "defaultBranchRef": branch}


def pages(world: Any, **options: Any) -> tuple[list[Listed], list[Page]]:
    seen_pages = list(list_repositories(world, "acme", **options))
    return [each for listed, _ in seen_pages for each in listed], [page for _, page in seen_pages]


def only(*nodes: Any) -> Listed:
    ((each,), _) = pages(World(*nodes))
    return each


def test_a_repository_is_listed_with_the_files_of_its_default_branch():
    files = {".github": {"workflows": {"ci.yml": "on: push"}}, "action.yml": "runs:", "README.md": ""}
    world = World(node(7, files, visibility="INTERNAL", isFork=True, isArchived=True))
    assert pages(world) == (
        [
            Listed(
                id=7,
                name="acme/r7",
                visibility=Visibility.INTERNAL,
                is_archived=True,
                is_fork=True,
                default_branch="main",
                head=HEAD,
                entries=(
                    TreeEntry("action.yml", blob("runs:"), FILE, 5),
                    TreeEntry(".github/workflows/ci.yml", blob("on: push"), FILE, 8),
                ),
            )
        ],
        [Page(after="1", size=MOST, is_last=True, promised=1)],
    )
    assert world.asked == []


def test_an_owner_without_repositories_has_one_page():
    assert pages(World()) == ([], [Page(after="0", size=MOST, is_last=True, promised=0)])


def test_a_listing_goes_on_where_it_was_broken_off():
    world = World(*(node(number) for number in range(1, 121)))
    listed, seen_pages = pages(world)
    assert [each.id for each in listed] == list(range(1, 121))
    assert [(page.after, page.is_last) for page in seen_pages] == [
        ("50", False),
        ("100", False),
        ("120", True),
    ]
    rest, _ = pages(world, after=seen_pages[0].after, size=seen_pages[0].size)
    assert rest == listed[50:]


def test_a_repository_in_two_pages_is_listed_once():
    again = [node(1), *(node(number) for number in range(2, 51)), node(1, nameWithOwner="acme/renamed")]
    listed, _ = pages(World(*again))
    assert [each.id for each in listed] == list(range(1, 51))
    assert pages(World(*again), after="50", seen=[1])[0] == []


def test_fewer_are_asked_for_where_it_takes_too_long_and_more_again_after():
    world = World(*(node(number) for number in range(100)))
    world.slow = lambda nodes, _files: len(nodes) > 20
    listed, seen_pages = pages(world)
    assert [each.id for each in listed] == list(range(100))
    assert [size for size, _ in world.sizes] == [50, 25, 12, 15, 18, 22, 11, 13, 16, 20]
    assert seen_pages[0].size == 15


@pytest.mark.parametrize(("size", "asked"), [(-1, 1), (0, 1), (7, 7), (1000, MOST)])
def test_no_more_are_asked_for_than_github_lists_well(size, asked):
    world = World(node(1))
    pages(world, size=size)
    assert world.sizes == [(asked, True)]


def test_an_answer_that_is_not_whole_is_asked_for_in_parts():
    world = World(*(node(number) for number in range(4)))
    world.errors = {2: ("INTERNAL", ("github",), "x")}
    listed, _ = pages(world, size=4)
    assert [each.id for each in listed] == list(range(4))
    assert all(len(each.entries) == 1 and not each.fault and not each.lost for each in listed)
    assert world.sizes == [(4, True), (2, True), (3, True), (1, True), (1, False), (2, True)]


def test_a_repository_that_is_too_much_by_itself_is_listed_by_rest():
    world = World(node(1), node(2), node(3))
    world.slow = lambda nodes, files: files and any(each["databaseId"] == 2 for each in nodes)
    listed, _ = pages(world, size=2)
    assert [each.id for each in listed] == [1, 2, 3]
    assert listed[1] == only(node(2))
    assert [path.rpartition("/")[0] for path in world.asked] == ["/repos/acme/r2/git/trees"] * 3


def test_a_repository_that_is_too_much_for_rest_too_is_listed_with_its_fault():
    world = World(node(1))
    world.slow = lambda _nodes, files: files

    def failed(path: str, **_query: Any) -> Any:
        raise Failed("GitHub doesn't answer in time")

    world.get = failed
    ((each,), _) = pages(world)
    assert (each.id, each.head, each.fault) == (1, HEAD, "GitHub doesn't answer in time")
    assert (each.entries, each.lost) == ((), ())


@pytest.mark.parametrize("error", [Refused("no data", status=422), Failed("it doesn't end")])
def test_a_page_that_does_not_come_is_asked_for_in_parts(error):
    world = World(*(node(number) for number in range(4)))

    def fail(nodes: list[Any], files: bool) -> bool:
        if len(nodes) > 1:
            raise error
        return False

    world.slow = fail
    assert [each.id for each in pages(world, size=4)[0]] == list(range(4))
    assert world.asked == []


def test_github_is_given_time_before_a_listing_ends():
    world = World(node(1))
    world.slow = lambda _nodes, _files: True
    assert [each.id for each in pages(world)[0]] == [1]
    assert world.patient == 1
    world.slow = lambda _nodes, _files: True

    def down(_query: str, **_variables: Any) -> Any:
        raise Failed("GitHub doesn't answer")

    world.graphql = down
    with pytest.raises(Failed, match="doesn't answer"):
        pages(world)


@pytest.mark.parametrize(
    ("error", "hidden"),
    [
        (("FORBIDDEN", ("github",), "Resource not accessible by personal access token"), CONTENTS),
        (("INSUFFICIENT_SCOPES", ("defaultBranchRef",), "Your token"), CONTENTS),
        (("FORBIDDEN", ("defaultBranchRef",), SAML), SINGLE_SIGN_ON),
    ],
)
def test_files_that_are_not_shown_are_named_with_what_they_need(error, hidden):
    world = World(node(1), node(2, defaultBranchRef=None, github=None, codex=None), node(3))
    world.errors = {1: error}
    listed, seen_pages = pages(world)
    assert [each.hidden for each in listed] == ["", hidden, ""]
    assert (listed[1].head, listed[1].fault, world.asked) == (None, "", [])
    assert seen_pages[0].unnamed == ()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (None, "GitHub counts it, and shows nothing of it"),
        (("NOT_FOUND", (), "Could not resolve"), "GitHub answers with NOT_FOUND"),
        (("FORBIDDEN", (), SAML), SINGLE_SIGN_ON),
        (("FORBIDDEN", (), "no"), "GitHub answers with FORBIDDEN"),
    ],
)
def test_a_repository_that_is_not_even_named_is_counted(error, reason):
    world = World(node(1), None, node(3))
    world.errors = {} if error is None else {1: error}
    listed, (page,) = pages(world)
    assert [each.id for each in listed] == [1, 3]
    assert (page.unnamed, page.promised) == ((reason,), 3)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"nameWithOwner": "acme/../x"}, "a repository's name"),
        ({"nameWithOwner": "acme/.."}, "a repository's name"),
        ({"nameWithOwner": "acme/a?b"}, "a repository's name"),
        ({"nameWithOwner": "acme/a\n"}, "a repository's name"),
        ({"nameWithOwner": None}, "no `nameWithOwner`"),
        ({"databaseId": None}, "no `databaseId`"),
        ({"databaseId": "1"}, "something else under `databaseId`"),
        ({"visibility": "SECRET"}, "an unknown visibility of acme/r1"),
        ({"isArchived": 1}, "something else under `isArchived`"),
    ],
)
def test_a_repository_that_is_not_well_named_is_counted(changes, reason):
    world = World(node(1, **changes), node(2))
    listed, (page,) = pages(world)
    assert [each.id for each in listed] == [2]
    assert reason in page.unnamed[0]
    assert world.asked == []


def test_an_empty_repository_has_no_head():
    each = only(node(1, isEmpty=True, defaultBranchRef=None, github=None))
    assert (each.head, each.default_branch, each.fault, each.entries) == (None, None, "", ())


def test_a_branch_that_an_error_hides_makes_no_repository_empty():
    world = World(node(1, isEmpty=True, defaultBranchRef=None, github=None))
    world.errors = {0: ("NOT_FOUND", ("defaultBranchRef",), "x")}
    ((each,), _) = pages(world)
    assert each.fault == "GitHub answers with NOT_FOUND"


@pytest.mark.parametrize(
    ("branch", "fault"),
    [
        (None, "its default branch isn't there"),
        ({"name": "main", "target": None}, "GitHub's answer has no `target`"),
        ({"name": "main", "target": {"oid": HEAD}}, "GitHub's answer has no `tree`"),
        ({"name": "main", "target": {"oid": HEAD, "tree": {"oid": "../x"}}}, "an object without a name"),
        ({"name": "main", "target": {"oid": "x", "tree": {"oid": HEAD}}}, "an object without a name"),
        ({"name": None, "target": {"oid": HEAD, "tree": {"oid": HEAD}}}, "no `name`"),
        ({"name": "main", "target": {"oid": HEAD, "tree": {"oid": HEAD}}}, "(404)"),
    ],
)
def test_a_repository_whose_commit_is_not_told_has_a_fault(branch, fault):
    each = only(node(1, defaultBranchRef=branch))
    assert fault in each.fault
    assert each.entries == ()


def test_nothing_more_is_asked_of_a_disabled_repository():
    world = World(node(1, isDisabled=True, github=None))
    world.errors = {0: ("FORBIDDEN", ("github",), "Repository access blocked")}
    ((each,), _) = pages(world)
    assert (each.is_disabled, each.hidden, each.fault, world.asked) == (True, "", "", [])


def test_folders_that_are_not_told_truly_are_fetched_and_lost_where_they_are_gone():
    spoilt = node(1)
    del spoilt["github"]["entries"][0]
    ((each,), _) = pages(World(spoilt))
    assert (each.entries, each.fault) == ((), "")
    ((folder, reason),) = each.lost
    assert (folder, reason[-6:]) == (".github", " (404)")


def test_an_owner_that_is_not_known_is_a_mistake_of_the_command_line():
    world = World()
    world.graphql_whole = lambda _query, **_variables: GraphQLAnswer({"repositoryOwner": None})
    with pytest.raises(UsageError, match="doesn't know `acme`"):
        pages(world)


@pytest.mark.parametrize(
    ("type", "message", "kind", "said"),
    [
        ("FORBIDDEN", SAML, GitHubError, "doesn't show acme to this token"),
        ("INTERNAL", "x", Failed, "doesn't list acme's"),
    ],
)
def test_an_owner_that_is_not_shown_ends_it(type, message, kind, said):
    error = GraphQLError(type, ("repositoryOwner",), message)
    world = World()
    world.graphql_whole = lambda _query, **_variables: GraphQLAnswer({"repositoryOwner": None}, (error,))
    with pytest.raises(kind, match=said) as raised:
        pages(world)
    assert (SINGLE_SIGN_ON in str(raised.value)) == (message == SAML)


@pytest.mark.parametrize(
    "change",
    [
        {"pageInfo": {"hasNextPage": True, "endCursor": None}},
        {"pageInfo": {"hasNextPage": True, "endCursor": "same"}},
        {"pageInfo": {"endCursor": "same"}},
        {"pageInfo": None},
        {"nodes": None},
    ],
)
def test_a_list_that_does_not_go_on_ends_with_a_failure(change):
    connection = {"totalCount": 1, "pageInfo": {"hasNextPage": False, "endCursor": "1"}, "nodes": []}
    world = World()
    answer = GraphQLAnswer({"repositoryOwner": {"repositories": {**connection, **change}}})
    world.graphql_whole = lambda _query, **_variables: answer
    with pytest.raises(Failed):
        pages(world)


class Rest:
    """An owner by REST. What a path isn't answered with is a refusal: 404, or the status that is there."""

    def __init__(self, kind: str, *repositories: dict[str, Any]) -> None:
        self.kind = kind
        self.repositories = repositories
        self.answers: dict[str, Any] = {"/users/acme": {"type": kind}}

    def pages(self, path: str) -> Any:
        assert path == ("/orgs/acme/repos" if self.kind == "Organization" else "/users/acme/repos")
        yield from self.repositories

    def get(self, path: str, **_query: Any) -> Any:
        answer = self.answers.get(path, 404)
        if isinstance(answer, int):
            raise Refused(f"GitHub doesn't show {path} ({answer})", status=answer)
        return answer


def about(id: int, **changes: Any) -> dict[str, Any]:
    known = {"visibility": "public", "archived": False, "disabled": False, "fork": False}
    return {"id": id, "full_name": f"acme/r{id}", "default_branch": "main", **known, **changes}


@pytest.mark.parametrize("kind", ["Organization", "User"])
def test_what_was_not_seen_is_listed_by_rest(kind):
    files = {"action.yml": "runs:", ".github": {"workflows": {"ci.yml": "on: push"}}}
    rest = Rest(kind, about(1), about(2, visibility="internal", fork=True), about(2))
    pending = [tree(files)]
    rest.answers["/repos/acme/r2/commits/HEAD"] = {
        "sha": HEAD,
        "commit": {"tree": {"sha": pending[0]["oid"]}},
    }
    while pending:
        each = pending.pop()
        pending.extend(entry["object"] for entry in each["entries"] if entry["object"])
        listing = {"tree": [_item(entry) for entry in each["entries"]]}
        rest.answers[f"/repos/acme/r2/git/trees/{each['oid']}"] = listing
    assert list(list_unseen(rest, "acme", [1])) == [only(node(2, files, visibility="INTERNAL", isFork=True))]


@pytest.mark.parametrize(
    ("answer", "hidden", "fault"),
    [
        (403, CONTENTS, ""),
        (404, "", "GitHub doesn't show /repos/acme/r1/commits/HEAD (404)"),
        (409, "", ""),
        (451, "", "GitHub doesn't show /repos/acme/r1/commits/HEAD (451)"),
        ({"sha": HEAD, "commit": {}}, "", "GitHub's answer has no `tree`"),
        (
            {"sha": "../x", "commit": {"tree": {"sha": HEAD}}},
            "",
            "GitHub's answer has an object without a name",
        ),
    ],
)
def test_what_rest_does_not_show_either_is_listed_with_the_reason(answer, hidden, fault):
    rest = Rest("Organization", about(1))
    rest.answers["/repos/acme/r1/commits/HEAD"] = answer
    (each,) = list_unseen(rest, "acme", [])
    assert (each.id, each.hidden, each.fault, each.head) == (1, hidden, fault, None)


def test_rest_is_asked_nothing_more_of_a_disabled_repository():
    (each,) = list_unseen(Rest("User", about(1, disabled=True, archived=True)), "acme", [])
    assert (each.is_disabled, each.is_archived, each.fault, each.hidden) == (True, True, "", "")


def test_a_list_of_rest_that_is_none_ends_with_a_failure():
    with pytest.raises(Failed):
        list(list_unseen(Rest("User", {"id": 1}), "acme", []))


@given(count=st.integers(0, 60), size=st.integers(1, 50), data=st.data())
def test_faults_lose_and_repeat_nothing(count, size, data):
    nodes = [node(number) for number in range(count)]
    world = World(*nodes)
    world.slow = lambda _nodes, files: files and data.draw(st.integers(0, 2)) == 0
    listed, seen_pages = [], []
    after, seen = None, list[int]()
    while not (seen_pages and seen_pages[-1].is_last):
        # Each page may be the last that this process sees.
        for some, page in list_repositories(world, "acme", after=after, size=size, seen=seen):
            listed.extend(some)
            seen_pages.append(page)
            after, size, seen = page.after, page.size, [*seen, *(each.id for each in some)]
            if data.draw(st.booleans()):
                break
    assert Counter(each.id for each in listed) == Counter(range(count))
    assert all(len(each.entries) == 1 and not each.lost and not each.fault for each in listed)
    assert {page.promised for page in seen_pages} == {count}
