"""A commit's files make the checkout that a clone of it makes: by examples, and against real git."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.collect.collected import CollectedRepository
from auditor.collect.commit import Content, collect_commit, wanted
from auditor.collect.coverage import FileCoverage, FileState, Kind
from auditor.collect.worktree import collect
from auditor.errors import PolicyError
from auditor.files.git_dir import Remote
from auditor.files.git_tree import LINK, SUBMODULE, TreeEntry
from auditor.files.repository_files import LIMIT
from auditor.model.policy import Exclusion
from auditor.policy.load import load_policy

FILE, EXECUTABLE, FOLDER = 0o100644, 0o100755, 0o040000
COMMIT = "c" * 40
CI = ".github/workflows/ci.yml"
TRUST = b'{"Statement": [{"Action": "sts:AssumeRoleWithWebIdentity"}]}'
ENVIRONMENT = {
    **os.environ,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
}
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def content(path: str, data: bytes | str = b"on: push\n", mode: int = FILE) -> Content:
    data = data.encode() if isinstance(data, str) else data
    return TreeEntry(path, "0" * 40, mode, len(data)), data, ""


def collected(
    *contents: Content, lost: Iterable[tuple[str, str]] = (), is_partial: bool = False
) -> CollectedRepository:
    return collect_commit("acme/shop", COMMIT, contents, lost=lost, is_partial=is_partial)


def names(found: CollectedRepository) -> list[str]:
    return [file.source.path for file in found.files]


def problems(found: CollectedRepository) -> dict[str, str]:
    return {problem.location.path: problem.message for problem in found.problems}


def states(found: CollectedRepository) -> dict[str, FileState]:
    return {entry.path: entry.state for entry in found.coverage}


def test_kinds_are_told_by_path_and_content() -> None:
    found = collected(
        content(CI),
        content(".github/workflows/sub/no.yml"),
        content("action.yaml", "runs: {}"),
        content(".codex/config.toml", ""),
        content("role.json", TRUST),
        content("package.json", "{}"),
        content("infra/main.tf", TRUST),
        content("network/main.tf", ""),
        content("README.md", b"\xff"),
        content("run", mode=EXECUTABLE),
        content("vendor", mode=SUBMODULE),
    )
    assert {file.source.path: file.kind for file in found.files} == {
        CI: Kind.WORKFLOW,
        "action.yaml": Kind.ACTION,
        ".codex/config.toml": Kind.AGENT_CONFIG,
        "role.json": Kind.TRUST_POLICY,
        "infra/main.tf": Kind.TERRAFORM,
    }
    assert found.notes == {"files of other types not opened": 2, "Terraform files that concern no tokens": 1}
    assert (found.origin, found.commit, found.is_whole) == (
        Remote("github.com", "acme", "shop"),
        COMMIT,
        True,
    )
    assert not found.problems


def test_the_host_may_be_another() -> None:
    assert collect_commit("a/b", COMMIT, (), host="ghe.example").origin == Remote("ghe.example", "a", "b")


def test_what_could_not_be_had_is_a_problem_with_its_reason() -> None:
    entry = TreeEntry(CI, "0" * 40, FILE, 10)
    found = collected(
        (entry, None, "GitHub answered 502"), lost=[(".github/actions", "over 100,000 entries")]
    )
    assert problems(found) == {
        CI: "can't be read: github answered 502",
        ".github/actions": "the folder can't be listed: over 100,000 entries",
    }
    assert states(found) == {CI: FileState.UNREADABLE}


@pytest.mark.parametrize(("size", "data"), [(LIMIT + 1, None), (None, b"#" * (LIMIT + 1))])
def test_a_large_file_is_known_by_its_size_or_its_content(size: int | None, data: bytes | None) -> None:
    paths = (CI, "large.json")
    found = collected(*((TreeEntry(path, "0" * 40, FILE, size), data, "") for path in paths))
    assert problems(found) == {CI: "too large: over 1,000,000 bytes, so it is not read"}
    assert found.notes == {"files over 1 MB not searched for trust policies": 1}


def test_a_partial_listing_is_said() -> None:
    found = collected(content(CI), content("x.json", "../roles/x.json", LINK), is_partial=True)
    note = "repositories searched for policies in the root, .github and .codex only"
    assert found.notes == {note: 1, "symbolic links not followed": 1}
    assert not collected(content(CI)).notes
    shared = collected(content(CI, "../../ci/ci.yml", LINK), is_partial=True)
    reason = "a symbolic link that leads nowhere: not among the files that were listed"
    assert problems(shared) == {CI: reason}


def test_the_policy_of_the_commit_holds() -> None:
    policy = "exclude:\n- {path: vendor/, reason: not ours}\n"
    found = collected(content("vendor/x/action.yml"), content(".github/ci-audit.yml", policy))
    assert found.policy.exclude == (Exclusion("vendor/", "not ours"),)
    assert found.coverage == (
        FileCoverage("vendor/x/action.yml", Kind.ACTION, FileState.EXCLUDED, "not ours"),
    )
    linked = collected(content("ci-audit.yml", "p/x", LINK), content("p/x", policy))
    assert linked.policy.exclude == found.policy.exclude
    outside = collected(content("ci-audit.yml", "../x.yml", LINK), content(".github/ci-audit.yml", policy))
    assert outside.policy.path == ".github/ci-audit.yml"


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (content("ci-audit.yml", "excludes: []"), "ci-audit.yml:1: `excludes`"),
        (content("ci-audit.yml", b"\xff"), "ci-audit.yml: not UTF-8"),
        (content("ci-audit.yml", b"#" * (LIMIT + 1)), "ci-audit.yml: too large"),
        ((TreeEntry("ci-audit.yml", "", FILE, 1), None, "time-out"), "ci-audit.yml: time-out"),
    ],
)
def test_a_policy_that_can_not_be_used_is_an_error(policy: Content, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        collected(policy, content(CI))


def test_links_are_followed_only_inside_the_commit() -> None:
    targets = {
        "out": "../../../secret.yml",
        "root": "/etc/passwd",
        "dangling": "nowhere.yml",
        "loop": "loop.yml",
        "inside": "../../templates/../templates/./shared.yml",
        "twin": "ci.yml",
        "config": "../../.git/config",
        "folder": "../../templates",
        "top": "../..",
        "through": "../../templates/shared.yml/",
        "beyond": "ci.yml/x",
        "empty": "",
        "nul": "a\0b",
    }
    links = [content(f".github/workflows/{name}.yml", target, LINK) for name, target in targets.items()]
    found = collected(content(CI), content("templates/shared.yml"), *links)
    assert names(found) == [CI, ".github/workflows/inside.yml"]
    assert states(found)[".github/workflows/twin.yml"] is FileState.NOT_READ
    outside = "a symbolic link out of the repository's files, which is not followed"
    nowhere = "a symbolic link that leads nowhere: "
    assert problems(found) == {
        f".github/workflows/{name}.yml": message
        for name, message in {
            "out": outside,
            "root": outside,
            "config": outside,
            "dangling": nowhere + "no such file or directory",
            "loop": nowhere + "too many levels of symbolic links",
            "through": nowhere + "not a directory",
            "beyond": nowhere + "not a directory",
            "folder": "can't be read: not a regular file",
            "top": "can't be read: not a regular file",
            "empty": nowhere + "no path that a link can hold",
            "nul": nowhere + "no path that a link can hold",
        }.items()
    }


def test_links_that_lead_through_many_others_end() -> None:
    twisting = [content(f"l{n}.yml", f"l{n + 1}.yml/" + "a/../" * 800, LINK) for n in range(600)]
    start = time.process_time()
    found = collected(content(CI), *twisting, content("a/b"))
    assert time.process_time() - start < 10
    assert names(found) == [CI]


def test_paths_that_no_clone_can_hold_are_counted_and_not_read() -> None:
    bad = ["../" + CI, "/" + CI, ".git/" + CI, "a/.GIT/action.yml", "a//action.yml", "./action.yml", ""]
    found = collected(content(CI), *map(content, bad))
    assert names(found) == [CI]
    assert found.notes == {"paths that git checks out nowhere": len(bad)}


def test_what_is_opened_is_wanted_and_nothing_else() -> None:
    everything = {
        CI: content(CI),
        "role.json": content("role.json"),
        "main.tf": content("main.tf"),
        "README.md": content("README.md"),
        "yarn.lock": content("yarn.lock"),
        ".github/workflows/link.yml": content(".github/workflows/link.yml", "../../shared/x", LINK),
        "shared": content("shared", "templates", LINK),
        "templates/x": content("templates/x"),
        "other": content("other", "README.md", LINK),
    }
    large = (TreeEntry("large.json", "0" * 40, FILE, LIMIT + 1), None, "")
    refused = (TreeEntry("refused.json", "0" * 40, FILE, 1), None, "time-out")
    known: dict[str, Content] = {path: (entry, None, "") for path, (entry, _, _) in everything.items()}
    rounds = []
    while more := wanted([*known.values(), large, refused]):
        rounds.append([entry.path for entry in more])
        known |= {entry.path: everything[entry.path] for entry in more}
    assert rounds == [
        [CI, ".github/workflows/link.yml", "main.tf", "role.json"],
        ["shared"],
        ["templates/x"],
    ]
    opened, whole = collected(*known.values()), collected(*everything.values())
    assert view(opened) == view(whole)


def test_many_files_are_taken_quickly() -> None:
    entries = [content(f"{'d/' * (number % 200)}f{number}.py", b"") for number in range(20_000)]
    links = [content(f"l{number}.json", f"{'d/' * 100}f100.py", LINK) for number in range(2_000)]
    start = time.process_time()
    assert names(collected(content(CI), *entries, *links)) == [CI]
    assert time.process_time() - start < 5


# Against real git.

PARTS = [".github", "workflows", "ci.yml", "a", "b\udcff", "x.yml", "shared.YAML", "role.json", "main.tf"]
FILES = ["action.yml", "action.yaml", "ci-audit.yml", "notes.md", "x.tf.json", ".codex/config.toml", "a.lock"]
paths = st.one_of(
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=4).map("/".join),
    st.tuples(st.sampled_from(["", ".github/", ".github/workflows/", "a/"]), st.sampled_from(FILES)).map(
        "".join
    ),
    st.just(CI),
)
texts = st.sampled_from(
    [
        b"on: push\n",
        b"\xef\xbb\xbfon: push\r\n",
        b"",
        TRUST,
        TRUST.decode().encode("utf-16"),
        b"on\0",
        b"a\xff",
        b"#" * (LIMIT + 1),
        b'module "m" { source = "./a" }',
        b"exclude:\n- {path: a/, reason: not ours}\n",
    ]
)
targets = st.one_of(
    paths,
    st.lists(st.sampled_from(["..", ".", "", *PARTS]), min_size=1, max_size=5).map("/".join).filter(len),
    st.just("../" + ".github/workflows/ci.yml"),
    st.just(".git/config"),
)
stood = st.one_of(
    texts.map(lambda text: (FILE, text)),
    texts.map(lambda text: (EXECUTABLE, text)),
    targets.map(lambda target: (LINK, os.fsencode(target))),
    st.just((SUBMODULE, b"")),
)
trees = st.dictionaries(paths, stood, min_size=1, max_size=9)


def git(folder: Path, *arguments: str, input: bytes = b"") -> bytes:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, input=input, capture_output=True, check=True, env=ENVIRONMENT).stdout


def commit(folder: Path, tree: Mapping[str, tuple[int, bytes]]) -> str:
    """A repository with one commit of this tree, where a later path takes the place of what is in its way."""
    git(folder, "init", "-q", "-b", "main")
    stream = b"commit refs/heads/main\ncommitter a <a@b> 1 +0000\ndata 0\n"
    for path, (mode, data) in tree.items():
        quoted = b'"' + os.fsencode(path) + b'"'
        if mode == SUBMODULE:
            stream += b"M 160000 %s %s\n" % (COMMIT.encode(), quoted)
        else:
            stream += b"M %o inline %s\ndata %d\n%s\n" % (mode, quoted, len(data), data)
    git(folder, "fast-import", "--quiet", input=stream)
    return git(folder, "rev-parse", "main").decode().strip()


def committed(folder: Path) -> list[Content]:
    """All that `git ls-tree` lists, with the contents."""
    entries = []
    for line in git(folder, "ls-tree", "-r", "-z", "-l", "--full-tree", "main").split(b"\0")[:-1]:
        facts, _, path = line.partition(b"\t")
        mode, _, oid, size = facts.decode().split()
        entries.append(TreeEntry(os.fsdecode(path), oid, int(mode, 8), None if size == "-" else int(size)))
    asked = "".join(f"{entry.oid}\n" for entry in entries if entry.size is not None)
    answer = BytesIO(git(folder, "cat-file", "--batch", input=asked.encode()))
    found: list[Content] = []
    for entry in entries:
        if entry.size is not None:
            assert answer.readline().decode() == f"{entry.oid} blob {entry.size}\n"
        found.append((entry, None if entry.size is None else answer.read(entry.size), ""))
        answer.read(entry.size is not None)
    return found


def view(found: CollectedRepository) -> tuple[object, ...]:
    """All of a checkout that can be compared."""
    files = [(file.source.path, file.source.text, file.source.bom, file.kind) for file in found.files]
    return files, replace(found, files=(), root=Path())


def outcome(found: CollectedRepository | PolicyError) -> object:
    return str(found) if isinstance(found, PolicyError) else view(found)


def cloned(origin: Path, clone: Path) -> CollectedRepository | PolicyError:
    git(origin, "clone", "-q", "--no-hardlinks", str(origin), str(clone))
    config = clone / ".git/config"
    config.write_text(config.read_text().replace(str(origin), "https://github.com/acme/shop.git"))
    try:
        (found,) = collect([clone], policy_of=load_policy)
    except PolicyError as error:
        return error
    return found


def in_memory(oid: str, contents: Iterable[Content]) -> CollectedRepository | PolicyError:
    try:
        return collect_commit("acme/shop", oid, contents)
    except PolicyError as error:
        return error


@needs_git
@settings(max_examples=40, deadline=None)
@given(trees)
def test_a_commit_gives_what_its_clone_gives(tree: Mapping[str, tuple[int, bytes]]) -> None:
    with TemporaryDirectory() as folder:
        origin = Path(folder, "origin")
        origin.mkdir()
        oid = commit(origin, tree)
        assert outcome(in_memory(oid, committed(origin))) == outcome(cloned(origin, Path(folder, "clone")))


@needs_git
def test_a_chain_of_links_ends_where_it_ends_on_disk(tmp_path: Path) -> None:
    (tmp_path / "origin").mkdir()
    tree = {f"l{number:02}.yml": (LINK, b"l%02d.yml" % (number + 1)) for number in range(43)}
    tree = {".github/workflows/" + path: stands for path, stands in tree.items()}
    tree[".github/workflows/l43.yml"] = (FILE, b"on: push\n")
    oid = commit(tmp_path / "origin", tree)
    found = cloned(tmp_path / "origin", tmp_path / "clone")
    assert isinstance(found, CollectedRepository)
    for path in tree:
        reachable = (tmp_path / "clone" / path).exists()
        assert reachable == (path not in problems(found)), path
    assert len(problems(found)) == 3
    assert view(collect_commit("acme/shop", oid, committed(tmp_path / "origin"))) == view(found)
