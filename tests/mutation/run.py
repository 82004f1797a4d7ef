"""Mutation testing: changes the code in small ways and says which changes no test notices.

    python tests/mutation/run.py --sample 400 --seed 1

One warm process imports the code and collects the tests. It runs them once, to learn which functions each
test calls. Then it forks for each mutant: the child puts the mutated code into the function where it stands,
and runs the tests that call this function, the quickest first, until one fails. No file is written. What runs
at import (tables, patterns, defaults of parameters) isn't mutated.
"""

import argparse
import cProfile
import functools
import gc
import json
import os
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import CodeType, FunctionType
from typing import TextIO

import pytest
from mutants import Mutant, sample

ROOT = Path(__file__).parents[2]

# Which tests are asked about which folder: those that mirror it, and what rules find with its help.
AREAS = {
    "auditor/trust": ("tests/trust", "tests/facts/cloud", "tests/cli/test_trust.py", "tests/test_rules.py"),
    "auditor/facts/reach": ("tests/facts/reach", "tests/facts/condition", "tests/test_rules.py"),
    "auditor/facts/power": ("tests/facts/power", "tests/test_rules.py"),
    "auditor/languages/expression": ("tests/languages/expression", "tests/test_rules.py"),
}

# A test that takes more seconds looks for slowness or searches at random: what only it notices, survives.
SLOW = 3.0
# Tests of speed, of what needs other programs, and of how findings are worded.
LEFT_OUT = ("bounds", "hostile", "in_time", "linear", "oracle", "quick", "takes_long", "well_made")
PATIENCE = 10.0  # seconds of the processor's time that one test may take with a mutant, beside its own
MEMORY = 4 << 30


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    TIMEOUT = "timeout"
    SURVIVED = "survived"
    NOT_REACHED = "survived, no test calls the function"


@dataclass(frozen=True)
class Known:
    """What the run without a mutant showed of a test."""

    test: pytest.Item
    seconds: float
    calls: frozenset[str]


class Session:
    """A pytest plugin: in place of the run of all tests, a run of some tests for each mutant."""

    def __init__(self, mutants: dict[str, list[Mutant]]) -> None:
        self.mutants = mutants
        self.fates: dict[str, list[tuple[Mutant, Fate]]] = {area: [] for area in mutants}
        self._failed = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Makes random tests the same in each run, and lets them stop at the first failure."""
        from hypothesis import Phase, settings  # pytest wants to be the first that imports it

        phases = (Phase.explicit, Phase.generate)
        settings.register_profile("mutation", deadline=None, derandomize=True, database=None, phases=phases)
        settings.load_profile("mutation")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Takes down that a test failed."""
        if report.failed:
            self._failed = report.nodeid

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Runs the tests for each mutant."""
        if session.testsfailed:
            raise pytest.UsageError("tests can't be collected")
        functions = _functions()
        gc.freeze()
        known = self._known(session.items)
        for area, mutants in self.mutants.items():
            started = time.monotonic()
            for number, mutant in enumerate(mutants, 1):
                fate = self._fate(mutant, functions, [each for each in known if _serves(each.test, area)])
                self.fates[area].append((mutant, fate))
                _say(f"{area} {number}/{len(mutants)} {mutant.path.name} {mutant.name}: {fate}", sys.stderr)
            _say(f"{area}: {time.monotonic() - started:.0f} s", sys.stderr)
        return True

    def _known(self, tests: list[pytest.Item]) -> list[Known]:
        """Runs all tests without a mutant. One that fails says nothing and isn't asked."""
        with tempfile.NamedTemporaryFile("r", suffix=".json") as file:
            if _in_child(lambda: self._measure(tests, Path(file.name))) != 0:
                raise pytest.UsageError("the tests can't be run without a mutant")
            measured = json.load(file)
        known = [
            Known(test, seconds, frozenset(calls))
            for test, (seconds, calls) in zip(tests, measured, strict=True)
        ]
        return sorted((each for each in known if each.seconds <= SLOW), key=lambda each: each.seconds)

    def _measure(self, tests: list[pytest.Item], file: Path) -> bool:
        measured = []
        for test, following in _with_next(tests):
            profile = cProfile.Profile(builtins=False)
            started = time.process_time()
            profile.enable()
            test.ihook.pytest_runtest_protocol(item=test, nextitem=following)
            profile.disable()
            if self._failed:
                _say(f"{self._failed} fails without a mutant: it isn't asked", sys.stderr)
            codes = (each.code for each in profile.getstats() if isinstance(each.code, CodeType))
            calls = sorted({_key(code) for code in codes if _is_ours(code)})
            measured.append((time.process_time() - started, [] if self._failed else calls))
            self._failed = ""
        file.write_text(json.dumps(measured), encoding="utf-8")
        return True

    def _fate(self, mutant: Mutant, functions: dict[str, list[FunctionType]], known: list[Known]) -> Fate:
        key = _key(mutant.code)
        asked = [each for each in known if key in each.calls]
        if not asked:
            return Fate.NOT_REACHED
        status = _in_child(lambda: self._survives(mutant, functions[key], asked))
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGALRM):
            return Fate.TIMEOUT
        return Fate.SURVIVED if status == 0 else Fate.KILLED

    def _survives(self, mutant: Mutant, functions: list[FunctionType], asked: list[Known]) -> bool:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        for function in functions:
            function.__code__ = mutant.code
        for cached in gc.get_objects():
            if isinstance(cached, functools._lru_cache_wrapper):
                cached.cache_clear()
        following = _with_next([each.test for each in asked])
        for each, (test, after) in zip(asked, following, strict=True):
            limit = time.process_time() + 5 * each.seconds + PATIENCE
            resource.setrlimit(resource.RLIMIT_CPU, (int(limit) + 1, resource.RLIM_INFINITY))
            signal.alarm(int(20 * PATIENCE))
            test.ihook.pytest_runtest_protocol(item=test, nextitem=after)
            if self._failed:
                return False
        return True


def _functions() -> dict[str, list[FunctionType]]:
    """All functions of the code that is imported, by where they are written."""
    found: dict[str, list[FunctionType]] = {}
    for each in gc.get_objects():
        if isinstance(each, FunctionType) and _is_ours(each.__code__):
            found.setdefault(_key(each.__code__), []).append(each)
    return found


def _is_ours(code: CodeType) -> bool:
    return code.co_filename.startswith(str(ROOT / "auditor"))


def _key(code: CodeType) -> str:
    return f"{code.co_filename}:{code.co_firstlineno}:{code.co_qualname}"


def _serves(test: pytest.Item, area: str) -> bool:
    return test.nodeid.startswith(AREAS[area])


def _with_next(tests: list[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    return zip(tests, [*tests[1:], None], strict=True)


def _in_child(work: Callable[[], bool]) -> int:
    """Does the work in a fork of this process and gives how that ended: 0 where the work was true."""
    child = os.fork()
    if child == 0:
        good = False
        try:
            good = work()
        finally:
            os._exit(0 if good else 1)
    return os.waitpid(child, 0)[1]


def _say(line: str, stream: TextIO = sys.stdout) -> None:
    stream.write(line + "\n")
    stream.flush()


def _report(fates: dict[str, list[tuple[Mutant, Fate]]]) -> None:
    for each in fates.values():
        for mutant, fate in each:
            if fate in (Fate.SURVIVED, Fate.NOT_REACHED):
                _say(f"\n{mutant.path.relative_to(ROOT)} {mutant.name}: {fate}\n{mutant.diff}")
    _say("\nkilled timeout survived died")
    for area, each in fates.items():
        count = Counter(fate for _, fate in each)
        dead = count[Fate.KILLED] + count[Fate.TIMEOUT]
        share = dead / max(len(each), 1)
        _say(f"{count[Fate.KILLED]:6} {count[Fate.TIMEOUT]:7} {len(each) - dead:8} {share:4.0%} {area}")


def main() -> int:
    """Reads the command line and runs."""
    parser = argparse.ArgumentParser(description="Says which small changes of the code no test notices.")
    parser.add_argument("--sample", type=int, default=400, help="how many, shared evenly by the areas")
    parser.add_argument("--seed", type=int, default=1, help="which mutants")
    parser.add_argument("--area", choices=AREAS, action="append", help="only this folder")
    chosen = parser.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    size = chosen.sample // len(AREAS)
    session = Session({area: sample(ROOT / area, size, chosen.seed) for area in chosen.area or AREAS})
    tests = sorted({path for area in session.mutants for path in AREAS[area]})
    # Without a terminal's reporter the children say nothing. Of rules, the fixtures and examples are asked.
    options = ["-o", "addopts=--import-mode=importlib", "-p", "no:terminal", "-p", "no:cacheprovider"]
    status = pytest.main([*options, "-k", f"not ({' or '.join(LEFT_OUT)})", *tests], plugins=[session])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        _say(f"pytest ended with {status!r}", sys.stderr)
        return 1
    _report(session.fates)
    return 0


if __name__ == "__main__":
    sys.exit(main())
