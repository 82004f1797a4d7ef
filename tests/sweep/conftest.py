"""What the tests of the sweep share."""

import importlib
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Callable[[tuple[str, str]], bytes]:
    """A function that worker processes can import."""
    here = Path(__file__).parent
    monkeypatch.setenv("PYTHONPATH", str(here))
    monkeypatch.syspath_prepend(here)
    return importlib.import_module("sweep_workloads").work
