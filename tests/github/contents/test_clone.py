"""A commit is read by real git from a server on loopback: in two requests, and nothing of it is obeyed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from auditor.collect.commit import collect_commit
from auditor.collect.coverage import Kind
from auditor.errors import UsageError
from auditor.files.repository_files import LIMIT
from auditor.github.api.client import Failed, Refused
from auditor.github.contents import clone, git_process
from auditor.github.contents.clone import CommitFiles, read_commit
from auditor.github.contents.git_process import GitFault, GitProcess

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")

TOKEN = "ghs_" + "t0ken" * 7
CI = ".github/workflows/ci.yml"
TRUST = '{"Statement": [{"Action": "sts:AssumeRoleWithWebIdentity"}]}'
FILES = {
    CI: "on: push\n",
    "README.md": "a",
    "deep/down/infra/main.tf": f"# {TRUST}",
    "deep/down/role.json": TRUST,
    "tools/build/action.yml": "runs: {}",
    "large.json": "x" * (LIMIT + 1),
    "twin.json": TRUST,
}
ENVIRONMENT = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def git(folder: Path, *arguments: str, input: str | None = None) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    command = ["git", "-C", str(folder), *who, *arguments]
    run = subprocess.run(command, input=input, capture_output=True, text=True, check=True, env=ENVIRONMENT)
    return run.stdout.strip()


def repository(
    folder: Path,
    files: dict[str, str] = FILES,
    links: dict[str, str] | None = None,
    format: str = "sha1",
) -> str:
    """A repository that a server may serve, with one commit, whose name is given."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main", f"--object-format={format}")
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    for name, target in (links or {}).items():
        (folder / name).symlink_to(target)
    for key in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        git(folder, "config", key, "true")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "all")
    return git(folder, "rev-parse", "HEAD")


@dataclass
class Server:
    """Serves the repositories of a folder; `faults` are statuses that the next requests get instead."""

    url: str
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    faults: list[int] = field(default_factory=list)
    location: str = ""
    pause: float = 0.0

    @property
    def fetches(self) -> int:
        return sum(path.startswith("POST") and "command=fetch" in path for path, _ in self.requests)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(b"")

        def do_POST(self) -> None:
            self.answer(self.rfile.read(int(self.headers["Content-Length"])))

        def answer(self, body: bytes) -> None:
            command = next((line for line in ("fetch", "ls-refs") if b"command=" + line.encode() in body), "")
            line = f"{self.command} {self.path} command={command}"
            served.requests.append((line, self.headers["Authorization"]))
            time.sleep(served.pause)
            if served.faults:
                self.send_response(served.faults.pop(0))
                self.send_header("Location", served.location)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            path, _, query = self.path.partition("?")
            environment = {
                **ENVIRONMENT,
                "GIT_PROJECT_ROOT": str(tmp_path / "served"),
                "GIT_HTTP_EXPORT_ALL": "1",
                "REQUEST_METHOD": self.command,
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "CONTENT_TYPE": self.headers["Content-Type"] or "",
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers["Content-Encoding"] or "",
                "GIT_PROTOCOL": self.headers["Git-Protocol"] or "",
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": "safe.directory",
                "GIT_CONFIG_VALUE_0": "*",
            }
            run = subprocess.run(
                ["git", "http-backend"], input=body, capture_output=True, check=False, env=environment
            )
            head, _, content = run.stdout.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
            self.send_response(int(headers.pop("Status", "200")[:3]))
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A client that was ended in the middle is what some tests are about."""

    httpd = Quiet(("127.0.0.1", 0), Handler)
    served = Server(f"http://127.0.0.1:{httpd.server_port}")
    threading.Thread(target=httpd.serve_forever, args=(0.05,), daemon=True).start()
    yield served
    httpd.shutdown()
    httpd.server_close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "served/acme/shop"


def read(server: Server, commit: str, **more: object) -> CommitFiles:
    return read_commit(f"{server.url}/acme/shop/.git", commit, sleep=lambda _: None, **more)


def texts(found: CommitFiles) -> dict[str, bytes]:
    return {entry.path: data for entry, data, _ in found.contents if data is not None}


def test_all_that_an_audit_opens_comes_in_two_requests(server: Server, folder: Path) -> None:
    commit = repository(folder)
    found = read(server, commit)
    assert server.fetches == 2
    assert {entry.path for entry, _, _ in found.contents} == set(FILES)
    opened = {path: text.encode() for path, text in FILES.items() if path not in ("README.md", "large.json")}
    assert texts(found) == opened
    assert found.lost == ()
    collected = collect_commit("acme/shop", commit, found.contents, lost=found.lost)
    assert {file.source.path: file.kind for file in collected.files} == {
        CI: Kind.WORKFLOW,
        "deep/down/infra/main.tf": Kind.TERRAFORM,
        "deep/down/role.json": Kind.TRUST_POLICY,
        "tools/build/action.yml": Kind.ACTION,
        "twin.json": Kind.TRUST_POLICY,
    }
    assert collected.notes == {
        "files of other types not opened": 1,
        "files over 1 MB not searched for trust policies": 1,
    }
    assert not collected.problems


def test_what_a_link_leads_to_is_read(server: Server, folder: Path) -> None:
    commit = repository(folder, {CI: "on: push\n", "shared/x": "on: pull_request\n"}, {"x.yml": "shared/x"})
    assert texts(read(server, commit))["shared/x"] == b"on: pull_request\n"
    assert server.fetches == 3


def test_a_commit_that_the_branch_left_is_still_read(server: Server, folder: Path) -> None:
    old = repository(folder)
    (folder / CI).write_text("on: pull_request\n")
    git(folder, "commit", "-q", "-a", "--amend", "-m", "new")
    assert texts(read(server, old))[CI] == b"on: push\n"


def test_a_repository_with_names_of_sha_256(server: Server, folder: Path) -> None:
    commit = repository(folder, format="sha256")
    assert texts(read(server, commit))[CI] == b"on: push\n"


def test_too_many_files_are_too_many(server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clone, "MAX_ENTRIES", len(FILES) - 1)
    with pytest.raises(Failed, match="more than 6 files"):
        read(server, repository(folder))
    assert server.fetches == 1


def test_names_that_are_no_utf_8_are_kept(server: Server, folder: Path) -> None:
    commit = repository(folder, {CI: "", "b\udcff/action.yml": "runs: {}"})
    assert texts(read(server, commit))["b\udcff/action.yml"] == b"runs: {}"


def test_a_commit_or_a_repository_that_is_not_shown_is_refused_at_once(server: Server, folder: Path) -> None:
    repository(folder)
    with pytest.raises(Refused, match="commit aaaaaaaaaaaa"):
        read(server, "a" * 40)
    server.requests.clear()
    with pytest.raises(Refused):
        read_commit(f"{server.url}/acme/other", "a" * 40)
    assert len(server.requests) == 1


def test_a_fault_is_tried_again_and_lasting_ones_fail(server: Server, folder: Path) -> None:
    commit = repository(folder)
    server.faults = [502]
    waits: list[float] = []
    assert texts(read_commit(f"{server.url}/acme/shop/.git", commit, sleep=waits.append))
    assert waits == [2.0]
    server.faults = [502] * 9
    with pytest.raises(Failed, match=f"commit {commit[:12]}: git ends with 128"):
        read(server, commit)


def test_no_redirect_is_followed(server: Server, folder: Path) -> None:
    commit = repository(folder)
    server.faults = [302] * 3
    server.location = f"{server.url}/acme/shop/.git/info/refs?service=git-upload-pack"
    with pytest.raises(Failed):
        read(server, commit, token=TOKEN)
    assert not server.faults
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    "url",
    [
        "http://github.com/acme/shop",
        "https://u:p@github.com/a/b",
        "ssh://github.com/a/b",
        "/acme/shop",
        "https://github.com",
        "ext::sh -c x",
        "https://github.com/a/b\nx",
        "--upload-pack=x",
    ],
)
def test_addresses_that_would_leak_or_run_something_are_refused(url: str) -> None:
    with pytest.raises(UsageError):
        read_commit(url, "a" * 40)


def test_only_a_whole_commit_is_asked_for() -> None:
    for commit in ("HEAD", "--all", "a" * 39):
        with pytest.raises(UsageError):
            read_commit("https://github.com/a/b", commit)


def test_without_git_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_process.shutil, "which", lambda _: None)
    git_process._program.cache_clear()
    try:
        with pytest.raises(UsageError, match="git is not installed"):
            read_commit("https://github.com/a/b", "a" * 40)
    finally:
        git_process._program.cache_clear()


def test_a_git_that_ignores_its_environment_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "bin/git", "echo git version 2.30.9\n")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    git_process._program.cache_clear()
    try:
        with pytest.raises(UsageError, match="too old"):
            read_commit("https://github.com/a/b", "a" * 40)
    finally:
        git_process._program.cache_clear()


def program(path: Path, script: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}")
    path.chmod(0o755)


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_the_token_is_in_no_argument_no_file_and_no_message(
    server: Server, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = repository(folder)
    # Each git that is started tells its arguments, and what then lies in its folder.
    real = shutil.which("git")
    seen = tmp_path / "seen"
    script = f'cat /proc/[0-9]*/cmdline >>"{seen}" 2>/dev/null\n{real} "$@"\nstatus=$?\n'
    script += f'grep -r . "$HOME" >>"{seen}"\nexit $status\n'
    program(tmp_path / "bin/git", script)
    monkeypatch.setattr(git_process, "_program", lambda: str(tmp_path / "bin/git"))
    found = read(server, commit, token=TOKEN)
    secret = git_process._access(server.url + "/a/b", TOKEN)[f"http.{server.url}/.extraHeader"]
    assert {sent for _, sent in server.requests} == {secret.removeprefix("Authorization: ")}
    passed = seen.read_bytes()
    assert commit.encode() in passed
    for hidden in (TOKEN, secret.rpartition(" ")[2]):
        assert hidden.encode() not in passed
        assert hidden not in repr(found)
    with pytest.raises(Refused) as refusal:
        read(server, "a" * 40, token=TOKEN)
    assert TOKEN not in str(refusal.value)


def test_nothing_of_a_repository_or_the_machine_is_obeyed(
    server: Server, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = tmp_path / "ran"
    program(tmp_path / "evil", f"touch {ran}\n")
    submodule = f'[submodule "x"]\npath = x\nurl = {server.url}/acme/other\nupdate = !touch {ran}\n'
    attributes = "* filter=evil diff=evil\n*.json ident eol=crlf\n"
    commit = repository(folder, {**FILES, ".gitattributes": attributes, ".gitmodules": submodule})
    config = f'[filter "evil"]\nsmudge = touch {ran}\n[core]\nfsmonitor = {tmp_path}/evil\n'
    config += f"hooksPath = {tmp_path}\n[credential]\nhelper = !touch {ran}\n"
    (tmp_path / ".gitconfig").write_text(config)
    for name in ("reference-transaction", "post-checkout"):
        program(tmp_path / name, f"touch {ran}\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_ASKPASS", str(tmp_path / "evil"))
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "trace"))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    assert texts(read(server, commit))["twin.json"] == TRUST.encode()
    server.faults = [401]
    with pytest.raises(Refused):
        read(server, commit)
    assert not ran.exists()
    assert not (tmp_path / "trace").exists()
    assert all("/acme/shop" in path for path, _ in server.requests)


def test_the_folder_is_removed_whatever_happens(
    server: Server, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = repository(folder)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    read(server, commit)
    with pytest.raises(Refused):
        read(server, "a" * 40)
    assert not list((tmp_path / "temporary").iterdir())


def test_what_takes_too_long_is_ended_with_all_it_started(server: Server, folder: Path) -> None:
    commit = repository(folder)
    server.pause = 3.0
    start = time.monotonic()
    with pytest.raises(Failed, match="it takes too long"):
        read(server, commit, seconds=0.3)
    assert time.monotonic() - start < 8


def test_what_is_too_large_on_the_disk_is_ended(
    server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = repository(folder)
    monkeypatch.setattr(git_process, "MAX_BYTES", 10)
    with pytest.raises(Failed, match="larger than"):
        read(server, commit)


def test_a_tree_that_unfolds_without_end_is_ended(
    server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository(folder)
    blob = git(folder, "hash-object", "-w", "--stdin", input="")
    tree = git(folder, "mktree", input="".join(f"100644 blob {blob}\tf{n}.yml\n" for n in range(9)))
    for _ in range(9):
        tree = git(folder, "mktree", input="".join(f"040000 tree {tree}\td{n}\n" for n in range(9)))
    commit = git(folder, "commit-tree", tree, "-m", "bomb")
    monkeypatch.setattr(git_process, "MAX_BYTES", 3_000_000)
    start = time.monotonic()
    with pytest.raises(Failed, match="larger than 3 MB"):
        read(server, commit)
    assert time.monotonic() - start < 20


@pytest.mark.parametrize(("limit", "value"), [("MAX_READ", 2), ("MAX_BYTES", 60)])
def test_what_is_cut_off_is_said_once(
    server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    files = {CI: "on: push\n", **{f"r{n}.json": TRUST for n in range(5)}}
    # Each has a content of its own.
    commit = repository(folder, {name: f"{text} {name}" for name, text in files.items()})
    monkeypatch.setattr(clone, limit, value)
    found = read(server, commit)
    assert CI in texts(found)
    cut = len(files) - len(texts(found))
    assert cut >= 4
    assert found.lost == (("", f"{cut} of its files are too many, or too large together, to be read"),)
    collected = collect_commit("acme/shop", commit, found.contents, lost=found.lost)
    assert [problem.location.path for problem in collected.problems] == ["."]


def test_a_command_that_fails_tells_the_end_of_what_it_said(tmp_path: Path) -> None:
    runner = GitProcess(tmp_path, "https://github.com/a/b", None, seconds=30)
    with pytest.raises(GitFault) as fault:
        runner.run("cat-file", "blob", "x" * 20_000)
    assert 0 < len(fault.value.said) <= 10_000
