"""What holds for all tests."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings

from fake_github import World, serving

# The tests may be run by a job of GitHub's, by a hook of git's or in a narrow terminal: none of them is about
# that, and one that is sets what it needs. Typer looks when it is imported, so this comes before.
SURROUNDINGS = re.compile(
    r"(ACTIONS|GH|GIT|GITHUB|RUNNER)_.*|COLUMNS|LINES|TERMINAL_WIDTH|TTY_COMPATIBLE"
    r"|(FORCE|NO)_COLOR|PY_COLORS|PYTHONUNBUFFERED"
)
for name in filter(SURROUNDINGS.fullmatch, list(os.environ)):
    del os.environ[name]

# How long one example takes says nothing on a busy machine; tests of speed count the processor's time.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks as slow the files and tests of `slow.txt`: those that take seconds, or start many processes.

    All others are the quick part, which `.ci/run` runs in other surroundings, too (`pytest -m "not slow"`).
    """
    here = Path(__file__).parent
    listed = (line.partition("::") for line in (here / "slow.txt").read_text(encoding="utf-8").split())
    slow = {(here / path, name) for path, _, name in listed}
    if lost := [str(path) for path, _ in slow if not path.is_file()]:
        raise pytest.UsageError(f"slow, but not there: {', '.join(sorted(lost))}")
    for item in items:
        name = item.nodeid.partition("::")[2].partition("[")[0].partition("::")[0]
        if not slow.isdisjoint({(item.path, ""), (item.path, name)}):
            item.add_marker("slow")


@pytest.fixture
def serve() -> Iterator[Callable[[World], str]]:
    """Serves a world on loopback until the test ends, and gives its address."""
    with ExitStack() as stack:
        yield lambda world: stack.enter_context(serving(world))
