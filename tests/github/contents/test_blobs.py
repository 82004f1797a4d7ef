"""Contents: each once, only the true ones, from whoever still has them, with as many requests as it takes."""

import base64
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from graphql import graphql_sync
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import GitHubError
from auditor.files.git_tree import FOLDER, LINK, SUBMODULE, TreeEntry
from auditor.files.repository_files import LIMIT
from auditor.github.api.client import Failed, Refused, TooSlow
from auditor.github.api.graphql import GraphQLAnswer, GraphQLError
from auditor.github.contents.blobs import MAX_BLOBS, Fetched, FileAt, Wanted, at_paths, fetch
from auditor.github.contents.oid import oid_of
from fake_github.graphql.graph import schema

HEAD = "c" * 40
WRONG = "GitHub's content is not the one that the commit names"


def oid(data: bytes) -> str:
    return oid_of("blob", data, length=40)


class World:
    """Repositories with contents, and with entries at paths. `slow` says when a query is too much; `spoil`
    changes what is answered of a content."""

    def __init__(self, **repositories: list[bytes]) -> None:
        self.contents = {
            f"acme/{name}": {oid(data): data for data in each} for name, each in repositories.items()
        }
        self.paths: dict[str, tuple[int, bytes]] = {}
        self.slow: Callable[[int], bool] = lambda _: False
        self.spoil: Callable[[Any], Any] = lambda answer: answer
        self.errors: tuple[GraphQLError, ...] = ()
        self.batches: list[int] = []
        self.asked: list[str] = []
        self.refused: set[str] = set()
        self.answer: Any = None

    def graphql_whole(self, query: str, **variables: Any) -> GraphQLAnswer:
        numbers = [name for name in variables if name[0] in "bp"]
        self.batches.append(len(numbers))
        if self.slow(len(numbers)):
            raise TooSlow("GitHub gave up on a query")
        result = graphql_sync(schema(), query, self, variable_values=variables)
        assert result.errors is None
        return GraphQLAnswer(result.data, self.errors)

    def repository(self, _info: Any, owner: str, name: str, **_: Any) -> Any:
        contents = self.contents.get(f"{owner}/{name}")
        if contents is None:
            return None
        return SimpleNamespace(object=lambda _info, oid: self._object(contents, oid))

    def _object(self, contents: dict[str, bytes], oid: str) -> Any:
        if oid == HEAD:
            return {"__typename": "Commit", "file": lambda _info, path: self._entry(path)}
        return self._blob(contents[oid]) if oid in contents else None

    def _entry(self, path: str) -> Any:
        if path not in self.paths:
            return None
        mode, data = self.paths[path]
        about = {"mode": mode, "oid": oid(data), "size": len(data)}
        return {**about, "object": {"__typename": "Tree"} if mode == FOLDER else self._blob(data)}

    def _blob(self, data: bytes) -> Any:
        is_binary = b"\0" in data[:8000]
        text = None if is_binary else data[:512_000].decode("utf-8", "replace")
        return self.spoil({"__typename": "Blob", "text": text, "byteSize": len(data)})

    def get(self, path: str) -> Any:
        self.asked.append(path)
        repository, _, name = path.removeprefix("/repos/").partition("/git/blobs/")
        if path in self.refused or name not in self.contents.get(repository, {}):
            raise Refused(f"GitHub doesn't show {path} (404)", status=404)
        content = base64.encodebytes(self.contents[repository][name]).decode()
        return self.answer or {"content": content, "encoding": "base64"}


def wanted(repository: str, *contents: bytes, size: bool = True) -> list[Wanted]:
    return [Wanted(f"acme/{repository}", oid(data), len(data) if size else None) for data in contents]


def test_contents_of_several_repositories_come_with_one_request():
    world = World(shop=[b"on: push", b"\xef\xbb\xbfa\r\nb\n"], site=["ж\U0001f600".encode(), b""])
    asked = [
        *wanted("shop", *world.contents["acme/shop"].values()),
        *wanted("site", *world.contents["acme/site"].values()),
    ]
    assert list(fetch(world, asked)) == [
        Fetched(oid(data), data)
        for data in (b"on: push", b"\xef\xbb\xbfa\r\nb\n", "ж\U0001f600".encode(), b"")
    ]
    assert (world.batches, world.asked) == ([4], [])


def test_a_content_that_many_hold_is_asked_for_once():
    world = World(a=[b"same"], b=[b"same"])
    assert list(fetch(world, [*wanted("a", b"same"), *wanted("b", b"same"), *wanted("a", b"same")])) == [
        Fetched(oid(b"same"), b"same")
    ]
    assert world.batches == [1]


def test_where_one_repository_is_gone_the_next_that_holds_it_is_asked():
    world = World(b=[], c=[b"same"])
    asked = [each for name in "abc" for each in wanted(name, b"same")]
    assert list(fetch(world, asked)) == [Fetched(oid(b"same"), b"same")]
    assert world.asked == []


def test_of_many_that_hold_it_twenty_are_asked():
    world = World()
    (fetched,) = fetch(world, [each for number in range(25) for each in wanted(f"r{number}", b"x")])
    assert (len(world.batches), len(world.asked)) == (20, 20)
    assert "acme/r19/" in fetched.reason


def test_what_nobody_has_any_more_is_told_with_the_reason():
    (fetched,) = fetch(World(), [*wanted("a", b"x"), *wanted("b", b"x")])
    assert fetched.data is None
    assert fetched.reason == f"GitHub doesn't show /repos/acme/b/git/blobs/{oid(b'x')} (404)"


@pytest.mark.parametrize("data", [b"\xff\xfea\0", b"caf\xe9: x", b"\0", b"# " + b"x" * 511_998 + b"tail"])
def test_what_graphql_cannot_tell_is_fetched_by_rest(data):
    world = World(shop=[data])
    assert list(fetch(world, wanted("shop", data, size=False))) == [Fetched(oid(data), data)]
    assert len(world.asked) == 1


def test_a_large_content_is_fetched_by_rest_at_once_and_one_that_is_too_large_not_at_all():
    large, too_large = b"x" * 600_000, b"x" * (LIMIT + 1)
    world = World(shop=[large, too_large])
    reason = "too large: over 1,000,000 bytes, so it is not read"
    assert list(fetch(world, wanted("shop", large, too_large))) == [
        Fetched(oid(large), large),
        Fetched(oid(too_large), None, reason),
    ]
    assert (world.batches, len(world.asked)) == ([], 1)
    assert list(fetch(world, wanted("shop", too_large, size=False))) == [
        Fetched(oid(too_large), None, reason)
    ]
    assert len(world.asked) == 1


def test_a_size_that_is_not_so_small_as_told_is_found():
    data = b"\0" * (LIMIT + 1)
    world = World(shop=[data])
    world.spoil = lambda answer: {**answer, "byteSize": 1}
    (fetched,) = fetch(world, [Wanted("acme/shop", oid(data), 1)])
    assert (fetched.data, fetched.reason[:9]) == (None, "too large")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda answer: {**answer, "text": answer["text"][:-1]},
        lambda answer: {**answer, "text": answer["text"] + " "},
        lambda answer: {**answer, "text": None},
        lambda answer: None,
    ],
)
def test_a_spoilt_text_is_fetched_by_rest(spoil):
    world = World(shop=[b"on: push"])
    world.spoil = spoil
    assert list(fetch(world, wanted("shop", b"on: push"))) == [Fetched(oid(b"on: push"), b"on: push")]
    assert len(world.asked) == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"content": "b24=", "encoding": "base64"}, WRONG),
        ({"content": "b24", "encoding": "base64"}, WRONG),
        ({"content": 1}, "GitHub's answer has something else under `content`"),
        ({"size": 3}, "GitHub's answer has no `content`"),
    ],
)
def test_a_content_that_is_wrong_everywhere_is_told(answer, reason):
    world = World(shop=[b"on: push"])
    world.answer, world.spoil = answer, lambda _told: None
    assert list(fetch(world, wanted("shop", b"on: push"))) == [Fetched(oid(b"on: push"), None, reason)]


@pytest.mark.parametrize("name", ["../../user", "a" * 39, "A" * 40, "", "HEAD"])
def test_what_is_no_oid_is_never_asked_for(name):
    world = World(shop=[])
    (fetched,) = fetch(world, [Wanted("acme/shop", name)])
    assert (fetched.data, fetched.reason) == (None, "GitHub's answer has an object without a name")
    assert (world.batches, world.asked) == ([], [])


def test_a_request_holds_thirty_contents_or_a_hundred_kilobytes():
    small = [b"%d" % number for number in range(70)]
    world = World(shop=small)
    assert len(list(fetch(world, wanted("shop", *small)))) == 70
    assert world.batches == [30, 30, 10]
    middling = [b"%d" % number * 20_000 for number in range(1, 8)]
    world = World(shop=middling)
    assert len(list(fetch(world, wanted("shop", *middling)))) == 7
    assert world.batches == [5, 2]


def test_what_takes_too_long_is_asked_for_in_smaller_parts_that_grow_again():
    contents = [b"%d" % number for number in range(60)]
    world = World(shop=contents)
    world.slow = lambda number: number > 10
    assert len(list(fetch(world, wanted("shop", *contents)))) == 60
    assert world.batches == [30, 15, 7, 8, 10, 12, 6, 7, 8, 10, 4]
    assert world.asked == []


def test_what_takes_too_long_by_itself_is_fetched_by_rest():
    world = World(shop=[b"a", b"b"])
    world.slow = lambda number: True
    assert {each.data for each in fetch(world, wanted("shop", b"a", b"b"))} == {b"a", b"b"}
    assert len(world.asked) == 2


def test_a_github_that_does_not_answer_ends_it():
    world = World(shop=[b"a"])

    def down(path: str) -> Any:
        raise GitHubError("the rate limit is used up")

    world.slow, world.get = lambda number: True, down
    with pytest.raises(GitHubError, match="rate limit"):
        list(fetch(world, wanted("shop", b"a")))


CONTENTS = st.binary(max_size=4) | st.text(max_size=4).map(str.encode)


@given(
    repositories=st.dictionaries(st.sampled_from("abcd"), st.lists(CONTENTS, max_size=50), max_size=4),
    gone=st.sets(st.sampled_from("abcd")),
    data=st.data(),
)
def test_faults_lose_and_repeat_nothing(repositories, gone, data):
    whole = World(**repositories)
    world = World(**{name: each for name, each in repositories.items() if name not in gone})
    faults = st.integers(0, 3)
    world.slow = lambda number: number > 1 and data.draw(faults) == 0
    world.spoil = lambda answer: None if data.draw(faults) == 0 else answer
    asked = [Wanted(name, each) for name, contents in whole.contents.items() for each in contents]
    came = list(fetch(world, asked))
    assert Counter(each.oid for each in came) == Counter({each.oid for each in asked})
    assert max(world.batches, default=0) <= MAX_BLOBS
    for each in came:
        held = [contents[each.oid] for contents in world.contents.values() if each.oid in contents]
        assert each.data == (held[0] if held else None)
        assert bool(each.reason) == (not held)


def test_what_is_at_paths_of_a_commit_comes_with_its_mode():
    world = World(shop=[b"runs: {}"])
    world.paths = {
        "tools/act/action.yml": (0o100644, b"runs: {}"),
        "a b/\"}){'ж/action.yml": (0o100755, b"runs:"),
        "link": (LINK, b"tools/act"),
        "tools": (FOLDER, b""),
        "module": (SUBMODULE, b""),
    }
    paths = [*world.paths, "none", "link"]
    assert list(at_paths(world, "acme/shop", HEAD, paths)) == [
        *(
            FileAt(path, TreeEntry(path, oid(data), mode, len(data)), data)
            for path, (mode, data) in world.paths.items()
            if mode not in (FOLDER, SUBMODULE)
        ),
        FileAt("tools", TreeEntry("tools", oid(b""), FOLDER, 0), None, "it is no file"),
        FileAt("module", TreeEntry("module", oid(b""), SUBMODULE, 0), None, "it is no file"),
        FileAt("none", None, None),
    ]
    assert world.batches == [6]


def test_what_is_at_a_path_and_not_told_truly_is_fetched_by_rest():
    world = World(shop=[b"caf\xe9"])
    world.paths = {"x": (0o100644, b"caf\xe9"), "y": (0o100644, b"\xff")}
    first, second = at_paths(world, "acme/shop", HEAD, world.paths)
    assert first.data == b"caf\xe9"
    assert (second.data, second.reason[-5:]) == (None, "(404)")


def test_paths_that_take_too_long_are_asked_for_in_parts_and_said_to_be_unknown_at_last():
    world = World(shop=[])
    world.paths = {f"p{number}": (0o100644, b"x") for number in range(4)}
    world.slow = lambda number: number > 1
    assert [each.data for each in at_paths(world, "acme/shop", HEAD, world.paths)] == [b"x"] * 4
    assert world.batches == [4, 2, 1, 2, 1, 2, 1, 1]
    world.slow = lambda number: True
    (unknown,) = at_paths(world, "acme/shop", HEAD, ["p0"])
    assert unknown == FileAt("p0", None, None, "GitHub gave up on a query")


def test_an_answer_that_is_not_whole_says_of_no_path_that_nothing_is_there():
    world = World(shop=[])
    world.errors = (GraphQLError("INTERNAL", ("repository", "object", "f0"), "x"),)
    assert [each.reason for each in at_paths(world, "acme/shop", HEAD, ["a", "b"])] == [
        "GitHub doesn't tell what is there"
    ] * 2


def test_a_commit_that_is_gone_is_told_of_each_path_at_once():
    world = World()
    assert [each.reason for each in at_paths(world, "acme/shop", HEAD, ["a", "b"])] == [
        "GitHub doesn't show a commit of acme/shop"
    ] * 2
    assert world.batches == [2]


@pytest.mark.parametrize("answer", [{"mode": "x"}, {"mode": 33188}, {"mode": 33188, "oid": "../x"}])
def test_an_entry_that_is_none_is_said(answer):
    class Answering:
        def graphql_whole(self, _query: str, **_variables: Any) -> GraphQLAnswer:
            return GraphQLAnswer({"repository": {"object": {"f0": answer}}})

    (at,) = at_paths(Answering(), "acme/shop", HEAD, ["a"])
    assert at.entry is None
    assert at.reason.startswith("GitHub's answer has")


def test_nothing_is_asked_for_nothing():
    world = World()
    assert list(fetch(world, [])) == []
    assert list(at_paths(world, "acme/shop", HEAD, [])) == []
    assert world.batches == []


def test_a_failed_query_is_no_end():
    world = World(shop=[b"a"])

    def failed(_query: str, **_variables: Any) -> GraphQLAnswer:
        raise Failed("GitHub's answer doesn't end")

    world.graphql_whole = failed
    assert list(fetch(world, wanted("shop", b"a"))) == [Fetched(oid(b"a"), b"a")]
