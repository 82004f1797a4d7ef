"""What the tests of the sweep share."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# `sweep_states` is for the tests beside it, and for the processes that they start.
sys.path.insert(0, str(HERE))


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Callable[[tuple[str, str]], bytes]:
    """A function that worker processes can import."""
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    return importlib.import_module("sweep_workloads").work
