"""Runs git on what nobody vouches for: in a folder of its own, within limits, with nothing to be run by it.

Neither the machine's configuration nor a repository's is read, save what stands here. The token is in the
environment alone, for one host: arguments, files and messages hold none. What a command writes goes into
files of that folder, whose size is watched. git-config(1) and git(1), "Environment Variables" (git 2.39).
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from auditor.errors import UsageError

MAX_BYTES = 300_000_000
"""What a repository's objects and git's answers may take on the disk, for as long as they are read."""

_MAX_SAID = 10_000
_OLDEST = (2, 31)
"""The first git that takes its configuration from the environment; an older one would ignore it."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PASSED_VARIABLES = (
    "PATH",
    "SYSTEMROOT",
    "https_proxy",
    "HTTPS_PROXY",
    "no_proxy",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "GIT_SSL_CAINFO",
    "GIT_SSL_CAPATH",
)
"""Variables that are passed on to git: where programs are, and how to reach a host."""
_SETTINGS = {
    "core.askPass": "",
    "core.bigFileThreshold": "1m",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "credential.helper": "",
    "fetch.negotiationAlgorithm": "noop",
    "fetch.recurseSubmodules": "false",
    "fetch.unpackLimit": "1",
    "gc.auto": "0",
    "http.followRedirects": "false",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "30",
    "maintenance.auto": "false",
    "pack.threads": "1",
    "protocol.allow": "never",
    "transfer.bundleURI": "false",
}


class GitFault(Exception):
    """A command of git's didn't go well. `said` is the end of what it wrote, in lower case: hostile text."""

    def __init__(self, reason: str, said: str = "") -> None:
        super().__init__(reason)
        self.said = said


class BeyondLimits(GitFault):
    """The repository needs more than the limits allow; so it will the next time."""


class GitProcess:
    """Commands of git on one bare repository in the empty folder `folder`, for the address `url`."""

    def __init__(self, folder: Path, url: str, token: str | None, *, seconds: float) -> None:
        """Raises `UsageError` where there is no git, or one that is too old to be held back."""
        self._program = _program()
        self._folder = folder
        self._deadline = time.monotonic() + seconds
        self._local = _environment(folder, _SETTINGS)
        self._remote = _environment(folder, {**_SETTINGS, **_access(url, token)})

    def run(self, *arguments: str, input: bytes = b"", is_remote: bool = False) -> bytes:
        """What a command writes to its standard output. Raises `GitFault`.

        Only with `is_remote` it may connect to the host, and has the token.
        """
        given, output, errors = (self._folder / name for name in ("input", "output", "errors"))
        given.write_bytes(input)
        with given.open("rb") as stdin, output.open("wb") as stdout, errors.open("wb") as stderr:
            process = subprocess.Popen(  # noqa: S603 - a fixed program, and arguments that are checked
                [self._program, *arguments],
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                cwd=self._folder,
                env=self._remote if is_remote else self._local,
                start_new_session=True,
            )
            try:
                self._watch(process)
            finally:
                _end(process)
        if process.returncode:
            raise GitFault(f"git ends with {process.returncode}", _end_of(errors))
        return output.read_bytes()

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        pause = 0.002
        while process.poll() is None:
            time.sleep(pause)
            pause = min(0.1, pause * 1.5)
            if time.monotonic() > self._deadline:
                raise BeyondLimits("it takes too long")
            if sum(_sizes(self._folder)) > MAX_BYTES:
                raise BeyondLimits(f"it is larger than {MAX_BYTES // 1_000_000} MB")


@cache
def _program() -> str:
    found = shutil.which("git")
    if found is None:
        raise UsageError("git is not installed", help="Install git, or leave out --include-iac.")
    command = [found, "version"]
    run = subprocess.run(command, capture_output=True, check=False, timeout=30, env=_passed_variables())  # noqa: S603
    version = re.match(rb"git version (\d+)\.(\d+)", run.stdout)
    if version is None or (int(version[1]), int(version[2])) < _OLDEST:
        raise UsageError("git is too old to be used safely", help="Install git 2.31 or newer.")
    return found


def _passed_variables() -> dict[str, str]:
    return {name: os.environ[name] for name in _PASSED_VARIABLES if name in os.environ}


def _environment(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for number, (key, value) in enumerate(settings.items()):
        pairs |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return {
        **_passed_variables(),
        **pairs,
        "GIT_CONFIG_COUNT": str(len(settings)),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_DIR": str(folder / "git"),
        "GIT_ASKPASS": "",
        "SSH_ASKPASS": "",
        "GIT_TERMINAL_PROMPT": "0",
        "HOME": str(folder),
        "LC_ALL": "C",
    }


def _access(url: str, token: str | None) -> dict[str, str]:
    """The settings that let git connect to this one host, and with which token. Raises `UsageError`."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if host is None or not re.fullmatch(r"https?://[\w.:\[\]-]+(?:/[\w.-]+)+", url, re.ASCII):
        raise UsageError("that is no address of a repository", help="Write it as https://HOST/OWNER/NAME.")
    if parts.scheme != "https" and host not in _LOOPBACK:
        raise UsageError("files would come unencrypted", help="The address starts with https://.")
    settings = {f"protocol.{parts.scheme}.allow": "always", "remote.origin.url": url}
    if token:
        secret = b64encode(f"x-access-token:{token}".encode()).decode()
        settings[f"http.{parts.scheme}://{parts.netloc}/.extraHeader"] = f"Authorization: Basic {secret}"
    return settings


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the command with all that it started; nothing of it outlives this."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()


def _sizes(folder: Path) -> Iterator[int]:
    for above, _, names in os.walk(folder):
        for name in names:
            try:
                yield os.lstat(os.path.join(above, name)).st_size  # noqa: PTH118 - it is called often
            except OSError:
                continue


def _end_of(errors: Path) -> str:
    with errors.open("rb") as file:
        file.seek(max(0, errors.stat().st_size - _MAX_SAID))
        return file.read(_MAX_SAID).decode("utf-8", "replace").lower()
