"""Sweeps that are killed, stopped or starved: the next one says what an undisturbed one would have said."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import pytest
from sweep_worlds import Said, acme, is_harmless

from auditor.sweep.state.state import SweepState
from fake_github import TOKEN, When, faults, serving

KILLS = 20
CHAIN = 5
"""Kills after which a sweep may end, if it hasn't before."""
SOME = 3
"""Contents, or repositories, that the world gives in one answer, so that there are many."""

BARRACKS = """
import json, os, resource, sys
import auditor.cli, auditor.cli.interrupt, auditor.cli.progress, auditor.report.sweep.text
import auditor.sweep.session
from auditor.engine import registry
from sweep_worlds import in_threads
registry.load()
print("ready", flush=True)
for line in sys.stdin:
    arguments, said, is_alone, most = json.loads(line)
    process = os.fork()
    if not process:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number in (1, 2):
            os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), number)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, -1))
        if is_alone:
            auditor.sweep.session.executor_for = in_threads
        sys.argv = ["ci-audit", *arguments]
        auditor.cli.main()
    print(process, flush=True)
    print(os.waitpid(process, 0)[1], flush=True)
"""
"""Forks sweeps, one at a time: to load all of it anew would take longer than the sweeps."""


class Barracks:
    """Starts sweeps as processes, each the leader of a group of its own."""

    def __init__(self, folder: Path) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
        self._popen = subprocess.Popen(
            [sys.executable, "-c", BARRACKS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment | {"GH_TOKEN": TOKEN, "PYTHONPATH": os.pathsep.join(sys.path)},
            text=True,
        )
        self._said = folder / "said"
        assert self._popen.stdout
        assert self._popen.stdout.readline() == "ready\n"

    def start(self, url: str, folder: Path, *options: str, is_alone: bool = True, most: int = -1) -> int:
        """Begins a sweep, which works in its own process where it `is_alone`, and whose files have `most`
        bytes; the number of its process, and of its group."""
        arguments = ["sweep", "acme", "--api-url", url, "--state", folder / "state", "-o", folder / "out"]
        given = [*map(str, arguments), *(options or ("--no-settings",)), "--jobs", "1"]
        self._said = folder / "said"
        self._said.unlink(missing_ok=True)
        assert self._popen.stdin
        assert self._popen.stdout
        self._popen.stdin.write(json.dumps([given, str(self._said), is_alone, most]) + "\n")
        self._popen.stdin.flush()
        return int(self._popen.stdout.readline())

    def ended(self) -> int:
        """Waits for its end, and gives its exit status, below 0 for a signal."""
        assert self._popen.stdout
        return os.waitstatus_to_exitcode(int(self._popen.stdout.readline()))

    @property
    def said(self) -> str:
        """What it said on standard output and standard error."""
        return self._said.read_text() if self._said.exists() else ""

    def close(self) -> None:
        self._popen.communicate(timeout=30)


@pytest.fixture(scope="module")
def barracks(tmp_path_factory):
    made = Barracks(tmp_path_factory.mktemp("barracks"))
    yield made
    made.close()


def many_answers():
    """A world whose answers are small."""
    world = acme()
    world.faults.add("/graphql", faults.broken_pages(SOME))
    return world


@pytest.fixture(scope="module")
def undisturbed(barracks, tmp_path_factory):
    """What a sweep says that nobody kills, how many requests it makes, and how many seconds it takes."""
    folder = tmp_path_factory.mktemp("undisturbed")
    world = many_answers()
    with serving(world) as url:
        start = time.monotonic()
        barracks.start(url, folder)
        assert barracks.ended() == 1, barracks.said
    seconds = time.monotonic() - start
    return SimpleNamespace(
        said=Said(folder / "out").timeless(), requests=len(world.log.requests), seconds=seconds
    )


def alive(group):
    """The processes of a group that run, or would. One that was killed may wait for whoever collects it."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, of = path.read_text().rpartition(")")[2].split()[:3]
            if int(of) == group and state not in "ZX":
                found.append(path.parent.name)
    return found


def is_gone(group):
    """Whether nothing of a process group is left, within a second."""
    for _ in range(100):
        if not alive(group):
            return True
        time.sleep(0.01)
    return False


class Killer:
    """Kills a sweep at one of its requests, or stops it with another signal."""

    def __init__(self, world, number=signal.SIGKILL):
        self._number = number
        self._is_known = Event()
        self.group, self._at, self._count = 0, 0, 0
        world.faults.add(When(), faults.happens(self._strike))

    def at(self, number):
        """Will kill at that request of the sweep that begins now; at none where it is 0."""
        self._is_known.clear()
        self._at, self._count = number, 0

    def aim(self, group):
        self.group = group
        self._is_known.set()

    def _strike(self, _world):
        self._count += 1
        if self._count == self._at:
            self._is_known.wait(10)
            os.killpg(self.group, self._number)


def is_finished(folder):
    with SweepState.open(folder / "state") as state:
        return state.last(("acme",)) is not None


def test_killed_at_any_point_and_run_again_it_says_the_same(barracks, undisturbed, tmp_path):
    chance = random.Random(22)
    world = many_answers()
    killer = Killer(world)
    kills, midway = 0, []
    with serving(world) as url:
        for chain in range(2 * KILLS):
            folder = tmp_path / str(chain)
            folder.mkdir()
            for link in range(CHAIN):
                by_request = chance.random() < 0.5
                killer.at(chance.randint(1, 3 if link else undisturbed.requests) if by_request else 0)
                killer.aim(barracks.start(url, folder))
                if not by_request:
                    time.sleep(undisturbed.seconds * chance.uniform(0.2, 1))
                    with suppress(ProcessLookupError):
                        os.killpg(killer.group, signal.SIGKILL)
                status = barracks.ended()
                assert is_gone(killer.group)
                if status != -signal.SIGKILL:
                    break
                kills += 1
                if (folder / "state").exists() and is_finished(folder):
                    break
                midway.append(by_request)
            else:
                killer.at(0)
                barracks.start(url, folder)
                assert barracks.ended() == 1, barracks.said
            assert is_finished(folder)
            assert Said(folder / "out").timeless() == undisturbed.said
            is_harmless(folder / "out", barracks.said)
            if kills >= KILLS:
                break
    assert kills >= KILLS
    assert midway.count(True) >= 5
    assert False in midway


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("at", [3, 12])
def test_stopped_midway_it_says_so_and_can_go_on(barracks, undisturbed, tmp_path, number, code, at):
    world = many_answers()
    killer = Killer(world, number)
    with serving(world) as url:
        killer.at(at)
        killer.aim(barracks.start(url, tmp_path))
        assert barracks.ended() == code
        assert is_gone(killer.group)
        name = signal.Signals(number).name
        assert f"ci-audit: stopped by {name}\n  Run it again: it goes on where it stopped.\n" in barracks.said
        is_harmless(tmp_path / "out", barracks.said)
        killer.at(0)
        barracks.start(url, tmp_path)
        assert barracks.ended() == 1
    assert "going on with the sweep" in barracks.said
    assert Said(tmp_path / "out").timeless() == undisturbed.said


@pytest.mark.parametrize(
    "options", [("--no-settings",), ("--reserve", "0")], ids=["alone", "threads that ask"]
)
def test_stopped_while_it_waits_for_github_it_does_not_wait_on(barracks, tmp_path, options):
    world = acme()
    at = "*/actions/permissions*" if "--reserve" in options else When(operation="Contents")
    world.faults.add(at, faults.secondary_limit(600))
    with serving(world) as url:
        group = barracks.start(url, tmp_path, *options)
        while "waiting 600 s" not in barracks.said:
            time.sleep(0.02)
        start = time.monotonic()
        os.killpg(group, signal.SIGTERM)
        assert barracks.ended() == 143
    assert time.monotonic() - start < 15
    assert "stopped by SIGTERM" in barracks.said
    is_harmless(tmp_path / "out", barracks.said)


def test_workers_end_with_the_sweep_that_is_killed(barracks, tmp_path):
    """Where the sweep alone is killed, as one that uses too much memory is, nobody tells its workers."""
    world = acme()
    with serving(world) as url:
        group = barracks.start(url, tmp_path, is_alone=False)
        while len(alive(group)) < 2:
            time.sleep(0.01)
        os.kill(group, signal.SIGKILL)
        assert barracks.ended() == -signal.SIGKILL
        deadline = time.monotonic() + 20
        while alive(group) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert alive(group) == []
        barracks.start(url, tmp_path, is_alone=False)
        assert barracks.ended() == 1
    assert Said(tmp_path / "out").outcomes["r01"] == "scanned"


def test_two_sweeps_with_one_state(barracks, undisturbed, tmp_path):
    """The second says so and ends; the first goes on as if nothing had been."""
    world = many_answers()
    said = []

    def start_another(_):
        arguments = ["sweep", "acme", "--api-url", url, "--state", str(tmp_path / "state"), "-o", "elsewhere"]
        command = [sys.executable, "-c", "from auditor.cli import main; main()", *arguments]
        ended = subprocess.run(
            command, capture_output=True, text=True, cwd=tmp_path, env=os.environ | {"GH_TOKEN": TOKEN}
        )
        said.append((ended.returncode, ended.stderr))

    world.faults.add(8, faults.happens(start_another))
    with serving(world) as url:
        barracks.start(url, tmp_path)
        assert barracks.ended() == 1
    ((code, text),) = said
    assert code == 2
    assert f"another sweep is using {tmp_path}/state" in text
    assert not (tmp_path / "elsewhere").exists()
    assert Said(tmp_path / "out").timeless() == undisturbed.said


@pytest.mark.parametrize("size", [60_000, 120_000, 200_000])
def test_a_disk_that_is_full(barracks, undisturbed, tmp_path, size):
    """Wherever the state finds no room any more: it is said, and costs nothing once there is."""
    with serving(many_answers()) as url:
        barracks.start(url, tmp_path, most=size)
        assert barracks.ended() == 2, barracks.said
        assert f"can't read or write {tmp_path}/state" in barracks.said
        assert "has room, and run it again" in barracks.said
        is_harmless(tmp_path / "out", barracks.said)
        barracks.start(url, tmp_path)
        assert barracks.ended() == 1
    assert Said(tmp_path / "out").timeless() == undisturbed.said
