"""The file of the state when things go wrong: other files, other processes, kills, full disks, damage."""

import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sweep_states import NOW, PLAN, dump, finish, listed, result, scanned, standings, sweep

from auditor.errors import AuditError, StateError, UsageError
from auditor.report.sweep.document import Outcome
from auditor.sweep.state.records import CachedResponse, Cursor, Settled
from auditor.sweep.state.state import SweepState

HERE = Path(__file__).parent
REPOSITORIES = 60

GO_ON = """
import sys
from pathlib import Path
from sweep_states import *

with SweepState.open(Path(sys.argv[1])) as state:
    print("begun", flush=True)
    if state.last(("acme",)):
        sys.exit()
    run = state.begin(("acme",), PLAN, NOW)
    for start in range(0, 60, 5):
        place = state.cursor(run, "acme")
        if place is None or int(place.after) < start + 5:
            page = [listed(id) for id in range(start, start + 5)]
            state.save_page(run, "acme", page, Cursor(str(start + 5), 5, start == 55))
    while pending := state.pending(run, limit=3):
        state.settle(run, [scanned(each.id, [f"f{each.id}", "b"]) for _, each in pending])
    finish(state, run)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sweep.state"


def start(code: str, *arguments: object, **options: Any) -> "subprocess.Popen[str]":
    root = HERE.parent.parent
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE), str(root)])},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )


def query(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def text_file(path: Path) -> None:
    path.write_text("on: push\n")


def long_file(path: Path) -> None:
    path.write_bytes(b"on: push\n" * 9999)


def other_database(path: Path) -> None:
    query(path, "CREATE TABLE cookies (name TEXT)")


def other_application(path: Path) -> None:
    query(path, "PRAGMA application_id=7")


@pytest.mark.parametrize("make", [text_file, long_file, other_database, other_application])
def test_a_file_that_is_something_else_is_refused_and_left_alone(
    path: Path, make: Callable[[Path], None]
) -> None:
    make(path)
    path.chmod(0o644)
    before = path.read_bytes()
    with pytest.raises(UsageError, match="is not a state of sweeps") as caught:
        SweepState.open(path)
    assert caught.value.help
    assert path.read_bytes() == before
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_folder_and_a_pipe_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for each in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(UsageError, match="is not a file"):
            SweepState.open(each)


def test_a_newer_version_is_refused(path: Path) -> None:
    SweepState.open(path).close()
    query(path, "PRAGMA user_version=2")
    with pytest.raises(UsageError, match="is of version 2, and this ci-audit knows 1"):
        SweepState.open(path)


def test_an_empty_file_and_odd_names_are_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").touch()
    for name in ("empty", ":memory:", "file:x?mode=memory"):
        with SweepState.open(Path(name)) as state:
            sweep(state, [scanned(1)])
        assert (tmp_path / name).stat().st_size > 0


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    for each in (tmp_path / "none" / "state", Path("/proc/sweep.state")):
        with pytest.raises(StateError, match="can't read or write") as caught:
            SweepState.open(each)
        assert "goes on where it stopped" in caught.value.help


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_folder_and_a_file_of_somebody_else(tmp_path: Path, path: Path) -> None:
    SweepState.open(path).close()
    code = """
import sys
from pathlib import Path
from auditor.errors import AuditError
from auditor.sweep.state.state import SweepState
import os
os.setuid(65534)
for name in sys.argv[1:]:
    try:
        SweepState.open(Path(name))
    except AuditError as error:
        print(type(error).__name__, error, error.help)
"""
    for each in (tmp_path, *list(tmp_path.parents)[:-2]):
        each.chmod(each.stat().st_mode | 0o055)
    path.chmod(0o444)
    said, _ = start(code, path, tmp_path / "new").communicate(timeout=60)
    assert said.count("StateError") == 2, said
    assert "Traceback" not in said


def test_two_in_one_process_and_in_two(path: Path) -> None:
    with SweepState.open(path) as state:
        run = state.begin(("acme",), PLAN, NOW)
        with pytest.raises(UsageError, match="another sweep is using"):
            SweepState.open(path)
        other = start(GO_ON, path)
        said, _ = other.communicate(timeout=60)
        assert "UsageError: another sweep is using" in said
        state.save_page(run, "acme", [listed(1)], Cursor(None, 50))
    SweepState.open(path).close()


def test_the_lock_ends_with_a_killed_process(path: Path) -> None:
    code = GO_ON.replace(
        "    finish(", "    import time; print('waits', flush=True); time.sleep(60)\n    finish("
    )
    process = start(code, path)
    assert process.stdout is not None
    while "waits" not in process.stdout.readline():
        assert process.poll() is None
    with pytest.raises(UsageError):
        SweepState.open(path)
    process.kill()
    process.communicate()
    with SweepState.open(path) as state:
        run = state.begin(("acme",), PLAN, NOW)
        assert run.is_resumed
        assert state.pending(run) == []
        assert len(state.repositories(run)) == REPOSITORIES


def test_killed_at_any_point_and_resumed_it_says_the_same(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    assert start(GO_ON, whole).communicate(timeout=60)[0] == "begun\n"
    with SweepState.open(whole) as state:
        run = state.last(("acme",))
        assert run is not None
        expected = dump(state, run)
    chance = random.Random(7)
    killed = tmp_path / "killed"
    kills = 0
    for _ in range(6):
        process = start(GO_ON, killed)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0, 0.03))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kills += process.returncode != 0
    assert kills
    assert "Traceback" not in start(GO_ON, killed).communicate(timeout=60)[0]
    with SweepState.open(killed) as state:
        run = state.last(("acme",))
        assert run is not None
        assert run.number == 1
        assert dump(state, run) == expected


def test_what_settle_has_returned_for_survives(path: Path) -> None:
    code = GO_ON.replace("    finish(", "    import os; os.kill(os.getpid(), 9)\n    finish(")
    process = start(code, path)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    with SweepState.open(path) as state:
        run = state.begin(("acme",), PLAN, NOW)
        assert len(state.repositories(run)) == REPOSITORIES


def test_a_full_disk_stops_the_sweep_and_not_the_file(path: Path) -> None:
    noise = [random.Random(each).randbytes(9000).hex() for each in range(40)]
    with SweepState.open(path) as state:
        run = state.begin(("acme",), PLAN, NOW)
        state.save_page(run, "acme", [listed(id) for id in range(40)], Cursor(None, 50, True))
        connection = state._database._connection
        connection.execute(
            f"PRAGMA max_page_count={connection.execute('PRAGMA page_count').fetchone()[0] + 30}"
        )
        outcomes = (scanned(id, [noise[id]]) for id in range(40))
        with pytest.raises(StateError, match="no room is left") as caught:
            all(state.settle(run, [each]) == frozenset() for each in outcomes)
        assert "goes on where it stopped" in caught.value.help
        settled = 40 - len(state.pending(run))
        assert 0 < settled < 40
        assert len(state.repositories(run)) == settled
        connection.execute("PRAGMA max_page_count=1000000")
        for id in range(40):
            state.settle(run, [scanned(id, [noise[id]])])
        finish(state, run)
        assert len(standings(state, run)) == 40


def test_a_limit_on_the_size_of_files_is_a_full_disk(path: Path) -> None:
    code = """
import random, sys
from pathlib import Path
from auditor.errors import AuditError
from sweep_states import *
with SweepState.open(Path(sys.argv[1])) as state:
    run = state.begin(("acme",), PLAN, NOW)
    state.save_page(run, "acme", [listed(id) for id in range(40)], Cursor(None, 50, True))
    try:
        for id in range(40):
            state.settle(run, [scanned(id, [random.Random(id).randbytes(3000).hex()])])
            print("settled", flush=True)
    except AuditError as error:
        print(type(error).__name__, error, error.help)
"""
    limit = (600_000, 600_000)
    process = start(code, path, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit))
    said, _ = process.communicate(timeout=60)
    assert "StateError" in said, said
    assert "Traceback" not in said
    with SweepState.open(path) as state:
        run = state.begin(("acme",), PLAN, NOW)
        assert 0 < len(state.repositories(run)) == said.count("settled") < 40


@pytest.mark.parametrize("seed", range(12))
def test_damage_is_said_and_never_a_traceback(path: Path, seed: int) -> None:
    with SweepState.open(path) as state:
        for _ in range(2):
            run = sweep(state, [scanned(id, [f"f{id}"]) for id in range(30)])
        expected = dump(state, run)
    chance = random.Random(seed)
    data = bytearray(path.read_bytes())
    for _ in range(40):
        place = chance.randrange(100, len(data))
        data[place : place + 50] = chance.randbytes(50)
    path.write_bytes(data)
    said = None
    try:
        with SweepState.open(path) as state:
            said = dump(state, run)
    except AuditError as error:
        said = error.help and expected
    assert said == expected


def test_a_damaged_result_counts_as_not_done(path: Path) -> None:
    with SweepState.open(path) as state:
        sweep(state, [scanned(1, ["a"], key="k")])
        with state._database.writing() as connection:
            connection.execute("UPDATE unit SET result = x'789c'")
        assert state.result("k") is None
        run = state.begin(("acme",), PLAN, NOW)
        state.save_page(run, "acme", [listed(1)], Cursor(None, 50, True))
        assert state.settle(run, [Settled(id=1, outcome=Outcome.REUSED, key="k")]) == {1}
        assert state.known(["k"]) == set()
        assert state.settle(run, [scanned(1, ["a"], key="k")]) == frozenset()
        finish(state, run)
        assert standings(state, run) == {("acme/r00001", "a"): "OPEN"}


SPOILT = {
    "empty": b"",
    "no compressed content": b"{}",
    "cut off": result(["a"])[:-1],
    "with something behind": result(["a"]) + b"x",
}


@pytest.mark.parametrize("made", SPOILT.values(), ids=SPOILT)
def test_a_result_that_is_not_whole_is_not_taken(path: Path, made: bytes) -> None:
    with SweepState.open(path) as state:
        run = state.begin(("acme",), PLAN, NOW)
        state.save_page(run, "acme", [listed(1)], Cursor(None, 50, True))
        assert state.settle(run, [Settled(id=1, outcome=Outcome.SCANNED, key="k", result=made)]) == {1}
        assert state.known(["k"]) == set()


def test_a_damaged_blob_is_missing(path: Path) -> None:
    with SweepState.open(path) as state:
        state.keep_blobs({"a" * 40: b"1", "b" * 40: b"2"})
        with state._database.writing() as connection:
            connection.execute("UPDATE blob SET data = x'00' WHERE oid LIKE 'a%'")
        assert state.blobs(["a" * 40, "b" * 40]) == {"b" * 40: b"2"}
        assert state.missing(["a" * 40, "b" * 40]) == {"a" * 40}


def test_answers_from_many_threads(path: Path) -> None:
    with SweepState.open(path) as state:
        run = state.begin(("acme",), PLAN, NOW)
        state.save_page(run, "acme", [listed(id) for id in range(40)], Cursor(None, 50, True))

        def fetch(number: int) -> list[CachedResponse | None]:
            urls = [f"https://api/{number}/{each}" for each in range(40)]
            for url in urls:
                state.keep_answer(url, "etag", url.encode())
            return [state.answer(url) for url in urls]

        with ThreadPoolExecutor(4) as pool:
            fetched = pool.map(fetch, range(4))
            for id in range(40):
                state.settle(run, [scanned(id, ["a"])])
            kept = [answer for answers in fetched for answer in answers]
        assert kept == [
            CachedResponse("etag", f"https://api/{number}/{each}".encode())
            for number in range(4)
            for each in range(40)
        ]
        finish(state, run)
        assert len(standings(state, run)) == 40


def test_a_state_that_was_open_to_others_is_closed_with_all_that_lies_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "state"
    with SweepState.open(path):
        pass
    path.chmod(0o644)
    with SweepState.open(path) as state:
        state.begin(("acme",), PLAN, NOW)
        assert {file.name for file in tmp_path.iterdir()} == {"state", "state-wal"}
        assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}
