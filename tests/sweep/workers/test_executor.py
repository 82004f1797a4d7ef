"""Whatever becomes of the processes, each unit comes back once: with its result, or with what kept it."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import AuditError, UsageError
from auditor.sweep.workers import worker
from auditor.sweep.workers.executor import Pool, executor_for
from auditor.sweep.workers.process import Processes, UnitFailure

Work = Callable[[tuple[str, str]], bytes]


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def _wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_each_unit_comes_back_once_whatever_the_others_do(tmp_path: Path, work: Work) -> None:
    log, once = tmp_path / "log", tmp_path / "once"
    odd = {
        5: ("die", str(log)),
        11: ("raise", "no such key"),
        12: ("hang", ""),
        13: ("hang in C", ""),
        17: ("die once", str(once)),
        23: ("print", "fine"),
        29: ("leave", "bye"),
        31: ("a lot", "3000000"),
    }
    units = [odd.get(number, ("say", str(number))) for number in range(40)]
    next_units, given_back = 0, 0

    def source() -> Iterator[tuple[str, str]]:
        nonlocal next_units
        for unit in units:
            next_units += 1
            assert next_units - given_back <= 7 + 2  # room, and those that wait for their second try
            yield unit

    outcomes = []
    with executor_for(2, timeout=3) as pool:
        for unit, outcome in pool.map_unordered(work, source(), in_flight=7):
            given_back += 1
            outcomes.append((unit, outcome))

    assert Counter(unit for unit, _ in outcomes) == Counter(units)
    faults = {unit[0]: outcome.reason for unit, outcome in outcomes if isinstance(outcome, UnitFailure)}
    assert faults == {
        "die": "its process was ended by SIGKILL, as when memory runs out",
        "raise": "an error that nobody expected: ValueError: no such key",
        "hang": "took longer than 3 seconds",
        "hang in C": "took longer than 3 seconds",
        "leave": "an error that nobody expected: SystemExit: bye",
    }
    assert log.read_text() == "died\n" * 2
    results = {unit: outcome for unit, outcome in outcomes if not isinstance(outcome, UnitFailure)}
    assert results.pop(("a lot", "3000000")) == b"x" * 3_000_000
    assert all(outcome == unit[1].encode() for unit, outcome in results.items())


def test_processes_are_kept_and_end_with_the_pool(work: Work) -> None:
    with executor_for(2) as pool:
        found = {outcome for _, outcome in pool.map_unordered(work, [("process", "")] * 20)}
        again = {outcome for _, outcome in pool.map_unordered(work, [("process", "")] * 20)}
        pids = {int(outcome) for outcome in found | again if isinstance(outcome, bytes)}
        assert len(pids) <= 2
    assert not any(_is_running(pid) for pid in pids)


def test_a_consumer_that_stops_waits_for_nobody(work: Work) -> None:
    start = time.monotonic()
    with executor_for(2, timeout=300) as pool:
        for _unit, _outcome in pool.map_unordered(work, [("say", "now"), ("hang", ""), ("hang", "")]):
            break
    assert time.monotonic() - start < 30


def test_workers_end_with_their_parent(tmp_path: Path, work: Work) -> None:
    script = """
import os, sys, time
from sweep_workloads import work
from auditor.sweep.workers.executor import executor_for
with executor_for(1) as pool:
    for _, pid in pool.map_unordered(work, [("process", "")]):
        print(pid.decode(), flush=True)
    time.sleep(600)
"""
    # -c puts the current folder on the path.
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=tmp_path) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert _is_running(pid)
        parent.kill()
    _wait_for(lambda: not _is_running(pid))


def test_a_module_in_the_current_folder_is_nobodys_to_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work: Work
) -> None:
    for name in ("pickle", "struct", "auditor", "ruamel"):
        (tmp_path / f"{name}.py").write_text("open('imported', 'w').close()\n")
    monkeypatch.chdir(tmp_path)
    with executor_for(1) as pool:
        assert list(pool.map_unordered(work, [("say", "x")])) == [(("say", "x"), b"x")]
    assert not (tmp_path / "imported").exists()


def test_an_answer_beyond_bounds_is_a_fault(monkeypatch: pytest.MonkeyPatch, work: Work) -> None:
    monkeypatch.setattr(worker, "MAX_FRAME", 1_000)
    with executor_for(1) as pool:
        units = [("a lot", "1001"), ("say", "x")]
        outcomes = dict(pool.map_unordered(work, units))
    assert outcomes == {
        units[0]: UnitFailure("gave an answer of 1,001 bytes, which is too much"),
        units[1]: b"x",
    }


def test_no_process_no_sweep(monkeypatch: pytest.MonkeyPatch, work: Work) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with executor_for(2) as pool, pytest.raises(AuditError, match="ended with exit status 1") as error:
        list(pool.map_unordered(work, [("say", "x")] * 9))
    assert error.value.help


def test_a_process_that_is_killed_before_it_has_started_ends_no_sweep(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, work: Work
) -> None:
    once = tmp_path / "once"
    python = tmp_path / "python"
    python.write_text(f"""#!/bin/sh
if mkdir '{once}'; then kill -9 $$; fi
exec '{sys.executable}' "$@"
""")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    units = [("say", str(number)) for number in range(5)]
    with executor_for(2) as pool:
        assert dict(pool.map_unordered(work, units)) == {unit: unit[1].encode() for unit in units}
    assert once.exists()


def test_workers_get_no_token(monkeypatch: pytest.MonkeyPatch, work: Work) -> None:
    variables = {
        "GH_TOKEN": "",
        "GITHUB_APP_PRIVATE_KEY": "",
        "ACTIONS_RUNTIME_TOKEN": "",
        "LC_ALL": "C.UTF-8",
    }
    for name in variables:
        monkeypatch.setenv(name, variables[name] or "secret")
    units = [("environment", name) for name in variables]
    with executor_for(1) as pool:
        found = {unit[1]: outcome for unit, outcome in pool.map_unordered(work, units)}
    assert found == {name: value.encode() for name, value in variables.items()}


def test_options_that_cannot_be_followed() -> None:
    with pytest.raises(UsageError, match="less than 1"), executor_for(0):
        pass
    with pytest.raises(UsageError, match="different places"), executor_for(2, "tls://dask:8786"):
        pass


def test_what_nobody_uses_is_ended_on_request(work: Work) -> None:
    processes = Processes()
    first, second = processes.attempt(work, [("process", "")] * 2)
    assert first == second
    processes.release()
    assert isinstance(first, bytes)
    assert not _is_running(int(first))
    (third,) = processes.attempt(work, [("process", "")])
    assert third != first
    processes.close()
    with pytest.raises(AuditError, match="ended"):
        processes.attempt(work, [("say", "x")])


KINDS = ["good", "fault", "death", "death once", "lost", "lost once"]


@given(
    units=st.lists(st.sampled_from(KINDS), max_size=60),
    batch=st.integers(1, 25),
    in_flight=st.integers(1, 40),
)
def test_batches_lose_nothing_and_repeat_nothing(units: list[str], batch: int, in_flight: int) -> None:
    tried: Counter[int] = Counter()
    held, most = 0, 0

    def source() -> Iterator[tuple[int, str]]:
        nonlocal held, most
        for unit in enumerate(units):
            held += 1
            most = max(most, held)
            yield unit

    def attempt(_: object, tasks: list[tuple[int, str]]) -> list[bytes | UnitFailure]:
        tried.update(number for number, _ in tasks)
        outcomes: list[bytes | UnitFailure] = []
        for number, kind in tasks:
            is_bad = kind in ("death", "lost") or (kind.endswith("once") and tried[number] == 1)
            if is_bad and kind.startswith("lost"):
                raise RuntimeError("the worker is lost")
            if is_bad and kind.startswith("death"):
                outcomes.append(UnitFailure("died", is_death=True))
            else:
                outcomes.append(UnitFailure("bad") if kind == "fault" else b"%d" % number)
        return outcomes

    found = []
    with ThreadPoolExecutor(2) as executor:
        pool = Pool(executor, attempt, 2, batch)
        for unit, outcome in pool.map_unordered(lambda _: b"", source(), in_flight=in_flight):
            held -= 1
            found.append((unit, outcome))

    assert sorted(unit for unit, _ in found) == list(enumerate(units))
    for (number, kind), outcome in found:
        if kind in ("death", "lost", "fault"):
            assert isinstance(outcome, UnitFailure), kind
        else:
            assert outcome == b"%d" % number
    assert all(count <= 2 for count in tried.values())
    assert most <= 2 * in_flight + batch
