"""Trees: held to the names that git gives them, fetched where they don't hold, and bounded."""

import base64
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import GitHubError
from auditor.files.git_tree import LINK, SUBMODULE, TreeEntry
from auditor.github.api.client import Failed, Refused
from auditor.github.contents import trees
from auditor.github.contents.oid import is_oid, oid_of
from auditor.github.contents.trees import ListedFile, Tree, list_files, tree_oid, trees_in

FILE, FOLDER = 0o100644, 0o040000
COMMIT = "c" * 40


class Store:
    """Trees by their names, and a GitHub that tells them by REST. `broken` answers stand for a path."""

    def __init__(self) -> None:
        self.trees: dict[str, Tree] = {}
        self.asked: list[tuple[str, bool]] = []
        self.broken: dict[tuple[str, bool], Any] = {}

    def add(self, files: Mapping[str, Any]) -> str:
        """The tree of files' contents, of folders as mappings, or of whole entries, by name."""
        entries = []
        for name, value in files.items():
            if isinstance(value, Mapping):
                entries.append(ListedFile(FOLDER, name.encode(), self.add(value)))
            elif isinstance(value, ListedFile):
                entries.append(replace(value, name=name.encode("utf-8", "surrogateescape")))
            else:
                oid = oid_of("blob", value, length=40)
                entries.append(ListedFile(FILE, name.encode("utf-8", "surrogateescape"), oid, len(value)))
        tree = tuple(entries)
        name = tree_oid(tree)
        assert name is not None
        self.trees[name] = tree
        return name

    def answer_for(self, oid: str, levels: int) -> dict[str, Any]:
        """The tree as GraphQL tells it, with its folders down to that level."""
        return {
            "oid": oid,
            "entries": [
                {
                    "mode": entry.mode,
                    "nameRaw": base64.encodebytes(entry.name).decode(),
                    "oid": entry.oid,
                    "size": entry.size or 0,
                    "object": self.answer_for(entry.oid, levels - 1) if self._opens(entry, levels) else None,
                }
                for entry in self.trees[oid]
            ],
        }

    def _opens(self, entry: ListedFile, levels: int) -> bool:
        return entry.mode == FOLDER and levels > 1

    def get(self, path: str, **query: object) -> Any:
        oid, recursive = path.removeprefix("/repos/acme/shop/git/trees/"), "recursive" in query
        self.asked.append((oid, recursive))
        answer = self.broken.get((oid, recursive))
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            answer = {"sha": oid, "tree": list(self._items(oid, "", recursive)), "truncated": False}
        return answer

    def _items(self, oid: str, folder: str, recursive: bool) -> Iterator[dict[str, Any]]:
        for entry in self.trees[oid]:
            path = folder + entry.name.decode("utf-8", "replace")
            yield {"path": path, "mode": f"{entry.mode:06o}", "sha": entry.oid, "size": entry.size}
            if recursive and entry.mode == FOLDER:
                yield from self._items(entry.oid, path + "/", recursive)


@pytest.fixture
def store() -> Store:
    return Store()


def listed(store: Store, root: str, known: Any = ()) -> tuple[list[str], list[tuple[str, str]]]:
    files, lost = list_files(store, "acme/shop", root, known)
    return [file.path for file in files], list(lost)


def whole(store: Store, root: str) -> list[Tree]:
    """What the index asks for: the root, and three levels of each folder."""
    kept = [entry for entry in store.trees[root] if entry.name in (b".github", b".codex")]
    folders = [store.answer_for(entry.oid, 3) for entry in kept if entry.mode == FOLDER]
    return [tree for answer in (store.answer_for(root, 1), *folders) for tree in trees_in(answer)]


def test_files_are_listed_without_a_further_request_level_by_level_and_workflows_first(store):
    root = store.add(
        {
            ".github": {
                "CODEOWNERS": b"",
                "actions": {"foo": {"action.yml": b"runs:", "run.sh": b"ls"}},
                "chainguard": {"a.sts.yaml": b""},
                "workflows": {"ci.yml": b"on: push"},
            },
            ".codex": {"config.toml": b""},
            "action.yml": b"runs: {}",
            "main.TF": b"",
            "README.md": b"",
            "src": {"main.py": b"", "action.yml": b""},
        }
    )
    files, lost = list_files(store, "acme/shop", root, whole(store, root))
    assert [file.path for file in files] == [
        "action.yml",
        "main.TF",
        ".github/CODEOWNERS",
        ".github/workflows/ci.yml",
        ".codex/config.toml",
        ".github/chainguard/a.sts.yaml",
        ".github/actions/foo/action.yml",
        ".github/actions/foo/run.sh",
    ]
    assert files[0] == TreeEntry("action.yml", oid_of("blob", b"runs: {}", length=40), FILE, 8)
    assert lost == ()
    assert store.asked == []


def test_what_lies_deeper_than_the_answer_is_fetched_in_one_request(store):
    deep = {"dist": {"lib": {"x.js": b""}, "y.js": b""}, "action.yml": b""}
    root = store.add({".github": {"actions": {"foo": deep}}})
    files, lost = listed(store, root, whole(store, root))
    assert files == [f".github/actions/foo/{name}" for name in ("action.yml", "dist/y.js", "dist/lib/x.js")]
    assert lost == []
    assert [recursive for _, recursive in store.asked] == [True]


def test_a_listing_of_another_commit_is_not_taken(store):
    now = store.add({".github": {"workflows": {"ci.yml": b"new"}}})
    before = store.add({".github": {"workflows": {"ci.yml": b"old", "x.yml": b""}}})
    known = [*trees_in(store.answer_for(now, 1)), *whole(store, before)[1:]]
    files, lost = list_files(store, "acme/shop", now, known)
    assert [(file.path, file.oid) for file in files] == [
        (".github/workflows/ci.yml", oid_of("blob", b"new", length=40))
    ]
    assert lost == ()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda tree: tree[:-1],
        lambda tree: (*tree, ListedFile(FILE, b"z.yml", "d" * 40)),
        lambda tree: (replace(tree[0], oid="e" * 40), *tree[1:]),
        lambda tree: (replace(tree[0], mode=0o100755), *tree[1:]),
        lambda tree: (replace(tree[0], name=b"b.yml"), *tree[1:]),
        lambda tree: (),
    ],
    ids=["cut off", "one more", "another content", "another mode", "another name", "none"],
)
def test_a_spoilt_listing_is_fetched_again(store, spoil: Callable[[Tree], Tree]):
    root = store.add({".github": {"workflows": {"a.yml": b"1", "c.yml": b"2"}}})
    folder = store.trees[store.trees[root][0].oid][0].oid
    known = [spoil(tree) if tree == store.trees[folder] else tree for tree in whole(store, root)]
    files, lost = listed(store, root, known)
    assert files == [".github/workflows/a.yml", ".github/workflows/c.yml"]
    assert lost == []
    assert store.asked == [(folder, True)]


def test_the_root_is_fetched_without_what_is_below_it(store):
    root = store.add({".github": {"workflows": {"ci.yml": b""}}, "src": {"a": b""}})
    assert listed(store, root) == ([".github/workflows/ci.yml"], [])
    assert [recursive for _, recursive in store.asked] == [False, True]


def test_a_recursive_answer_that_is_cut_off_is_walked_folder_by_folder(store):
    root = store.add({".github": {"a": {"x": b""}, "workflows": {"ci.yml": b""}}})
    github = store.trees[root][0].oid
    first = store.get(f"/repos/acme/shop/git/trees/{github}", recursive=1)["tree"][:2]
    store.broken[github, True] = {"sha": github, "tree": first, "truncated": True}
    assert listed(store, root, trees_in(store.answer_for(root, 1))) == (
        [".github/workflows/ci.yml", ".github/a/x"],
        [],
    )


def test_what_is_never_whole_is_lost_and_read_as_far_as_it_is_told(store):
    root = store.add({".github": {"workflows": {"a.yml": b"", "b.yml": b""}}})
    folder = store.trees[store.trees[root][0].oid][0].oid
    part = {"tree": store.get(f"/repos/acme/shop/git/trees/{folder}")["tree"][:1], "truncated": True}
    store.broken |= {(folder, True): part, (folder, False): part}
    reason = "GitHub's listing is not the one that the commit names: it may not be whole"
    known = [tree for tree in whole(store, root) if tree != store.trees[folder]]
    assert listed(store, root, known) == ([".github/workflows/a.yml"], [(".github/workflows", reason)])


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Refused("GitHub doesn't show it (404)", status=404), "GitHub doesn't show it (404)"),
        (Failed("GitHub fails"), "GitHub fails"),
        ({"tree": [{"path": "a", "mode": "100644", "sha": "../../x"}]}, "without a name"),
        ({"tree": [{"path": "a", "mode": "-1", "sha": "a" * 40}]}, "else than a mode"),
        ({"tree": [None]}, "no `path`"),
        ({"tree": 1}, "something else under `tree`"),
        ([], "not the one that the commit names"),
    ],
)
def test_a_root_that_is_not_told_is_lost(store, answer, reason):
    store.broken["a" * 40, False] = answer
    files, ((folder, why),) = listed(store, "a" * 40)
    assert (files, folder) == ([], ".")
    assert reason in why


def test_a_github_that_does_not_answer_ends_it(store):
    store.broken["a" * 40, False] = GitHubError("the rate limit is used up")
    with pytest.raises(GitHubError, match="rate limit"):
        listed(store, "a" * 40)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        {"entries": None},
        {"entries": [None]},
        {"entries": [{}]},
        {"entries": [{"mode": FILE, "nameRaw": "YQ=", "oid": "a" * 40}]},
        {"entries": [{"mode": True, "nameRaw": "YQ==", "oid": "a" * 40}]},
        {"entries": [{"mode": FILE, "nameRaw": "YQ==", "oid": "a" * 39}]},
    ],
)
def test_what_is_no_tree_is_not_in_the_answer(answer):
    assert list(trees_in(answer)) == []


def test_links_are_files_and_submodules_are_none(store):
    root = store.add(
        {
            ".github": {
                "workflows": ListedFile(SUBMODULE, b"", COMMIT),
                "other": ListedFile(SUBMODULE, b"", COMMIT),
            },
            ".codex": ListedFile(LINK, b"", "b" * 40, 9),
            "x.yml": ListedFile(SUBMODULE, b"", COMMIT),
        }
    )
    files, lost = list_files(store, "acme/shop", root, whole(store, root))
    assert files == (TreeEntry(".codex", "b" * 40, LINK, 9),)
    assert files[0].is_link
    assert lost == ((".github/workflows", "a submodule stands there, which is not followed"),)
    root = store.add({".github": ListedFile(SUBMODULE, b"", COMMIT)})
    assert listed(store, root, whole(store, root))[1][0][0] == ".github"


@pytest.mark.parametrize("name", [b"..", b".", b"", b"a/b", b"a\0b"])
def test_names_that_no_file_can_have_are_told(store, name):
    tree = (ListedFile(FILE, b"a.yml", "a" * 40), ListedFile(FILE, name, "a" * 40))
    oid = tree_oid(tree)
    assert oid is not None
    files, lost = listed(store, oid, [tree])
    assert files == ["a.yml"]
    assert lost == [(".", "it holds a name twice, or one that no file can have")]


def test_a_name_that_is_there_twice_is_told(store):
    tree = (ListedFile(FILE, b"a.yml", "a" * 40), ListedFile(FILE, b"a.yml", "b" * 40))
    oid = tree_oid(tree)
    assert oid is not None
    assert listed(store, oid, [tree])[1] == [(".", "it holds a name twice, or one that no file can have")]


def test_a_tree_cannot_mix_two_kinds_of_names():
    assert tree_oid((ListedFile(FILE, b"a", "a" * 40), ListedFile(FILE, b"b", "a" * 64))) is None


def test_a_tree_that_multiplies_ends_at_the_bound_after_the_workflows(store, monkeypatch):
    monkeypatch.setattr(trees, "MAX_ENTRIES", 500)
    bomb: dict[str, Any] = {"f": b""}
    for _ in range(5):
        bomb = {f"d{number}": bomb for number in range(4)}
    root = store.add({".github": {"a": bomb, "workflows": {"ci.yml": b""}}})
    files, ((_, reason),) = listed(store, root, store.trees.values())
    assert files == [".github/workflows/ci.yml"]
    assert reason == "more than 500 files and folders: the rest is left out"


def test_depth_ends_at_the_bound(store):
    nest: dict[str, Any] = {"f": b""}
    for _ in range(30):
        nest = {"d": nest, "g": b""}
    root = store.add({".github": nest})
    files, lost = listed(store, root, store.trees.values())
    assert len(files) == 20
    assert lost == [(".github" + "/d" * 20, "more than 20 folders within each other")]


def test_what_is_told_ends_at_the_bound(store):
    nest: dict[str, Any] = {f"d{number}": {"f": b""} for number in range(150)}
    for _ in range(19):
        nest = {"d": nest}
    root = store.add({".github": nest})
    files, lost = listed(store, root, store.trees.values())
    assert files == []
    assert len(lost) == 101
    assert lost[-1] == (".", "more than 100 folders can't be listed wholly")


def test_requests_end_at_the_bound(store):
    """Each folder has a name that REST can't tell, so none can be verified."""
    folders = {f"d{number:02}": {"\udcff": b"%d" % number} for number in range(40)}
    root = store.add({".github": folders})
    files, lost = listed(store, root, whole(store, root)[:2])
    assert len(store.asked) == trees.MAX_FETCHES
    assert files[:1] == [".github/d00/�"]
    assert lost[-1] == (".github/d15", "over 30 listings to fetch: it and others are left out")
    assert len(lost) == 16


def test_bytes_that_are_no_text_keep_their_name(store):
    root = store.add({".github": {"workflows": {"a\udcff.yml": b""}}})
    assert listed(store, root, whole(store, root)) == ([".github/workflows/a\udcff.yml"], [])


@pytest.fixture(scope="module", params=["sha1", "sha256"])
def git(request, tmp_path_factory) -> Callable[..., bytes]:
    folder = tmp_path_factory.mktemp("git")

    def run(*arguments: str, stdin: bytes = b"") -> bytes:
        command = ["git", "-C", str(folder), *arguments]
        return subprocess.run(command, input=stdin, capture_output=True, check=True).stdout

    run("init", "-q", f"--object-format={request.param}")
    run.length = 40 if request.param == "sha1" else 64
    return run


NAMES = st.binary(min_size=1, max_size=6).map(lambda name: name.replace(b"\0", b"0").replace(b"/", b"-"))
KINDS = {FILE: "blob", 0o100755: "blob", LINK: "blob", FOLDER: "tree", SUBMODULE: "commit"}


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(NAMES, st.tuples(st.sampled_from(list(KINDS)), st.binary(max_size=3)), max_size=8))
def test_a_tree_has_the_name_that_git_gives_it(git, contents):
    tree = tuple(
        ListedFile(mode, name, oid_of("blob", content, length=git.length))
        for name, (mode, content) in contents.items()
    )
    lines = (b"%06o %s %s\t%s\0" % (e.mode, KINDS[e.mode].encode(), e.oid.encode(), e.name) for e in tree)
    named = git("mktree", "--missing", "-z", stdin=b"".join(lines)).decode().strip()
    if tree:
        assert tree_oid(tree) == named
    assert is_oid(named)


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=200))
def test_a_content_has_the_name_that_git_gives_it(git, content):
    named = git("hash-object", "--stdin", stdin=content).decode().strip()
    assert oid_of("blob", content, length=git.length) == named


def test_the_empty_tree_needs_no_request(git, store):
    empty = git("mktree").decode().strip()
    assert listed(store, empty) == ([], [])


def test_a_real_commit_is_listed_as_git_lists_it(git, store, tmp_path: Path):
    for path in (".github/workflows/a.yml", ".github/workflows.yml", ".github/a/b.yml", ".codex/x", "x.tf"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path)
    (tmp_path / ".github" / "link").symlink_to("a")
    git(f"--work-tree={tmp_path}", "add", "-A", ".")
    root = git("write-tree").decode().strip()
    pending = [root]
    while pending:
        oid = pending.pop()
        lines = git("ls-tree", "-z", "-l", oid).split(b"\0")[:-1]
        entries = []
        for line in lines:
            head, name = line.split(b"\t", 1)
            mode, kind, each, size = head.split()
            entries.append(
                ListedFile(int(mode, 8), name, each.decode(), int(size) if kind == b"blob" else None)
            )
            pending.extend([each.decode()] if kind == b"tree" else [])
        store.trees[oid] = tuple(entries)
    files, lost = list_files(store, "acme/shop", root, whole(store, root))
    known = git("ls-tree", "-r", "-l", "-z", root).decode().split("\0")[:-1]
    expected = [(path, *line.split()) for line, path in (each.split("\t") for each in known)]
    assert sorted((f.path, f"{f.mode:06o}", "blob", f.oid, str(f.size)) for f in files) == sorted(expected)
    assert lost == ()
    assert store.asked == []
