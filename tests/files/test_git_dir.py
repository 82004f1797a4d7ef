"""git's metadata, read without git: indexes written here byte by byte, and by git where there is one."""

from __future__ import annotations

import contextlib
import os
import shutil
import struct
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.files import git_dir as git

FILE, LINK, SUBMODULE, FOLDER = 0o100644, 0o120000, 0o160000, 0o040000
SHA = "0123456789abcdef0123456789abcdef01234567"
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def _varint(value: int) -> bytes:
    out = [value & 0x7F]
    while value := value >> 7:
        value -= 1
        out.append(0x80 | (value & 0x7F))
    return bytes(reversed(out))


def index(
    names: list[str | tuple[str, int]], version: int = 2, *, id_size: int = 20, extensions: bytes = b""
) -> bytes:
    data = bytearray(struct.pack(">4sII", b"DIRC", version, len(names)))
    before = b""
    for entry in names:
        name, mode = (entry, FILE) if isinstance(entry, str) else entry
        path = os.fsencode(name)
        start = len(data)
        flags = min(len(path), 0xFFF) | (0x4000 if version == 3 else 0)
        data += struct.pack(">6IIIII", *[0] * 6, mode, 0, 0, 5)[:40] + b"\7" * id_size
        data += struct.pack(">HH", flags, 0) if version == 3 else struct.pack(">H", flags)
        if version == 4:
            common = next(
                (n for n, pair in enumerate(zip(before, path, strict=False)) if pair[0] != pair[1]), 0
            )
            data += _varint(len(before) - common) + path[common:] + b"\0"
        else:
            data += path + b"\0" * (8 - (len(data) + len(path) - start) % 8)
        before = path
    return bytes(data + extensions) + b"\0" * id_size


def git_dir(root: Path, data: bytes | None = None, config: str = "") -> Path:
    folder = root / ".git"
    (folder / "objects").mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "config").write_text(config)
    if data is not None:
        (folder / "index").write_bytes(data)
    return folder


NAMES = ["a", "a/" + "long/" * 900 + "name", "b.yml", "b/c d.yml", "é.yml", "\udcff.yml", "z\n.yml"]


@pytest.mark.parametrize("version", [2, 3, 4])
@pytest.mark.parametrize("id_size", [20, 32])
def test_reads_each_version(tmp_path: Path, version: int, id_size: int) -> None:
    config = "[extensions]\n\tobjectFormat = SHA256 ; a comment\n" if id_size == 32 else ""
    folder = git_dir(tmp_path, index(list(NAMES), version, id_size=id_size), config)
    assert git.read_index(folder) == NAMES


@given(
    names=st.lists(
        st.text(st.characters(exclude_characters="\0\\/.", codec="utf-8"), min_size=1), max_size=20
    ),
    version=st.sampled_from([2, 3, 4]),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_reads_what_was_written(tmp_path: Path, names: list[str], version: int) -> None:
    data = index(list(names), version)
    assert git._entries(data, 20) == ([name.encode() for name in names], len(data) - 20)


def test_submodules_and_folded_folders_are_left_out_and_links_stay(tmp_path: Path) -> None:
    folder = git_dir(tmp_path, index(["a", ("link", LINK), ("module", SUBMODULE), ("folded/", FOLDER)]))
    assert git.read_index(folder) == ["a", "link"]


@pytest.mark.parametrize(
    "name",
    [
        "../up",
        "a/../../up",
        "/etc/passwd",
        "a\\b",
        "a//b",
        "./a",
        ".git/config",
        "a/.git/hooks/x",
        "..",
        "a/",
    ],
)
def test_paths_that_leave_the_tree_are_skipped(tmp_path: Path, name: str) -> None:
    assert git.read_index(git_dir(tmp_path, index([name, "good", "a..b/..c"]))) == ["good", "a..b/..c"]


def test_a_split_index_is_joined_with_its_shared_half(tmp_path: Path) -> None:
    other = bytes(range(1, 21))
    link = struct.pack(">4sI", b"link", 20) + other
    extensions = struct.pack(">4sI", b"TREE", 3) + b"xyz" + link
    folder = git_dir(tmp_path, index(["mine", ""], extensions=extensions))
    with pytest.raises(git.IndexFormatError, match="shared half"):
        git.read_index(folder)
    (folder / f"sharedindex.{other.hex()}").write_bytes(index(["shared"]))
    assert git.read_index(folder) == ["mine", "shared"]


def test_no_index_tracks_nothing(tmp_path: Path) -> None:
    assert git.read_index(git_dir(tmp_path)) == []


@pytest.mark.parametrize("version", [2, 3, 4])
def test_a_cut_or_damaged_index_is_an_error_and_no_crash(tmp_path: Path, version: int) -> None:
    good = index(["a/b", "a/c", "d"], version)
    for size in range(len(good)):
        with pytest.raises(git.IndexFormatError):
            git._entries(good[:size], 20)
    with pytest.raises(git.IndexFormatError, match="version"):
        git._entries(b"JUNK" + good[4:], 20)
    with pytest.raises(git.IndexFormatError):
        git._entries(good[:8] + b"\xff\xff\xff\xff" + good[12:], 20)


@given(data=st.binary(max_size=300), version=st.sampled_from([2, 3, 4]), count=st.integers(0, 2**32 - 1))
@settings(max_examples=200)
def test_any_bytes_end_in_names_or_an_error(data: bytes, version: int, count: int) -> None:
    with contextlib.suppress(git.IndexFormatError):
        git._entries(struct.pack(">4sII", b"DIRC", version, count) + data, 20)


def test_names_that_grow_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git, "_NAMES_LIMIT", 10_000)
    with pytest.raises(git.IndexFormatError):
        git._entries(index(["x" * size for size in range(200)], 4), 20)


def test_an_index_of_many_entries_is_read_quickly(tmp_path: Path) -> None:
    names = [f"package{number % 97}/module/file{number}.py" for number in range(50_000)]
    folder = git_dir(tmp_path, index(list(names)))
    start = time.process_time()
    assert git.read_index(folder) == names
    assert time.process_time() - start < 2


def test_the_root_is_the_nearest_folder_with_a_valid_git_directory(tmp_path: Path) -> None:
    git_dir(tmp_path)
    below = tmp_path / "a/b"
    below.mkdir(parents=True)
    (below / ".git").mkdir()
    assert git.find_root(below) == tmp_path
    git_dir(tmp_path / "a")
    assert git.find_root(below) == tmp_path / "a"


def test_a_worktree_s_git_file_is_followed(tmp_path: Path) -> None:
    main = git_dir(tmp_path / "main", config='[remote "origin"]\nurl=git@github.com:acme/shop.git\n')
    private = main / "worktrees/w"
    private.mkdir(parents=True)
    (private / "HEAD").write_text("ref: refs/heads/topic\n")
    (private / "commondir").write_text("../..\n")
    (main / "packed-refs").write_text(f"# pack-refs with: peeled\n{SHA} refs/heads/topic\n")
    tree = tmp_path / "w"
    tree.mkdir()
    (tree / ".git").write_text("gitdir: ../main/.git/worktrees/w\n")
    found = git.find_git_dir(tree)
    assert found is not None
    assert git.head(found) == SHA
    assert git.origin(found) == git.Remote("github.com", "acme", "shop")


@pytest.mark.parametrize(
    "pointer", ["", "gitdir: ", "gitdir: nowhere", "gitdir: .git", "gitdir: \0", "x" * 70_000]
)
def test_a_git_file_that_points_nowhere_is_none(tmp_path: Path, pointer: str) -> None:
    (tmp_path / ".git").write_text(pointer)
    assert git.find_git_dir(tmp_path) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_pipes_in_place_of_files_are_not_waited_for(tmp_path: Path) -> None:
    folder = git_dir(tmp_path)
    for name in ("HEAD", "config", "packed-refs", "index"):
        (folder / name).unlink(missing_ok=True)
        os.mkfifo(folder / name)
    assert git.head(folder) is None
    assert git.origin(folder) is None
    with pytest.raises(git.IndexFormatError, match="not a regular file"):
        git.read_index(folder)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://github.com/acme/shop", "github.com"),
        ("https://github.com/acme/shop.git", "github.com"),
        ("https://github.com/acme/shop/", "github.com"),
        ("https://x-access-token:ghs_secret@GitHub.com/acme/shop.git", "github.com"),
        ("https://user:p@ss@git.example.org:8443/acme/shop", "git.example.org"),
        ("ssh://git@ssh.github.com:443/acme/shop.git", "github.com"),
        ("git+ssh://git@acme.ghe.com/acme/shop", "acme.ghe.com"),
        ("git@github.com:acme/shop.git", "github.com"),
        ("git@github.com:/acme/shop", "github.com"),
        ("github.com:acme/shop", "github.com"),
    ],
)
def test_origins(url: str, host: str) -> None:
    assert git.parse_origin(url) == git.Remote(host, "acme", "shop")


@pytest.mark.parametrize(
    "url",
    ["", "/srv/git/shop.git", "../shop", "C:/acme/shop", "https://github.com/acme", "https://github.com/a/b/c",
     "file:///acme/shop", "https://github.com/acme/..", "https://github.com/../shop", "https://github.com/a/b?t=1"],
)  # fmt: skip
def test_urls_that_name_no_repository(url: str) -> None:
    assert git.parse_origin(url) is None


def test_a_repository_s_name_may_start_with_a_dot() -> None:
    assert git.parse_origin("https://github.com/acme/.github") == git.Remote("github.com", "acme", ".github")


def test_the_configuration_is_read_tolerantly(tmp_path: Path) -> None:
    config = r"""
; a comment
[include]
    path = /dev/zero
[remote "fork"]
    url = https://github.com/mallory/shop
[broken
[Remote "origin"] fetch = +refs/heads/*
    pushurl = https://github.com/mallory/shop
    URL = "https://github.com/acme/" \
shop.git # where it lives
    url = https://github.com/mallory/shop
"""
    folder = git_dir(tmp_path, config=config.replace('" \\\n', '"\\\n'))
    assert git.origin(folder) == git.Remote("github.com", "acme", "shop")


@given(st.text(alphabet='[]"\\=#; \nabremotorignul\0', max_size=200))
@settings(max_examples=200)
def test_any_configuration_is_read_without_a_crash(text: str) -> None:
    list(git._variables(text))


@pytest.mark.parametrize(
    "line", ['a = "' + "\\" * 200_000, "[a " + '"\\' * 200_000, "@" * 200_000, "a=" + '"' * 200_000]
)
def test_a_hostile_configuration_costs_little(line: str) -> None:
    start = time.process_time()
    for *_, value in git._variables(line):
        git.parse_origin(value)
    git.parse_origin("https://" + line)
    assert time.process_time() - start < 2


def test_head_is_a_commit_a_branch_or_packed(tmp_path: Path) -> None:
    folder = git_dir(tmp_path)
    assert git.head(folder) is None
    (folder / "packed-refs").write_text(
        f"{'f' * 40} refs/heads/mainline\n{SHA} refs/heads/main\n^{'e' * 40}\n"
    )
    assert git.head(folder) == SHA
    (folder / "refs/heads").mkdir()
    (folder / "refs/heads/main").write_text("a" * 40 + "\n")
    assert git.head(folder) == "a" * 40
    (folder / "HEAD").write_text("b" * 64 + "\n")
    assert git.head(folder) == "b" * 64


@pytest.mark.parametrize(
    "value",
    [
        "ref: ../../secret",
        "ref: refs/../../secret",
        "ref: /etc/passwd",
        "ref: refs/heads/main",
        "",
        "nonsense",
    ],
)
def test_head_follows_no_loop_and_leaves_no_tree(tmp_path: Path, value: str) -> None:
    (tmp_path / "secret").write_text(SHA)
    folder = git_dir(tmp_path / "r")
    (folder / "HEAD").write_text(value)
    (folder / "refs/heads").mkdir()
    (folder / "refs/heads/main").write_text("ref: refs/heads/main\n")
    assert git.head(folder) is None


@needs_git
@pytest.mark.parametrize("change", ["--index-version=4", "--split-index", "--refresh"])
def test_agrees_with_git(tmp_path: Path, change: str) -> None:
    def run(*arguments: str) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        isolated = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        command = ["git", "-C", str(tmp_path), *who, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, env=isolated).stdout

    run("init", "-q")
    for name in ("a/b/one.yml", "a/b/öne.yml", "a/two", "z"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    run("add", ".")
    run("commit", "-q", "-m", "first")
    run("update-index", change.partition("=")[0], *change.partition("=")[2:][: "=" in change])
    (tmp_path / "later").write_text("x")
    run("add", "-N", "later")
    run("remote", "add", "origin", "https://token@github.com/acme/shop.git")
    folder = git.find_git_dir(tmp_path)
    assert folder is not None
    assert sorted(set(git.read_index(folder))) == sorted(run("ls-files", "-z").split("\0")[:-1])
    assert git.head(folder) == run("rev-parse", "HEAD").strip()
    assert str(git.origin(folder)) == "acme/shop"
