"""What holds for all tests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from hypothesis import settings

from fake_github import World, serving

# How long one example takes says nothing on a busy machine; tests of speed count the processor's time.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture
def serve() -> Iterator[Callable[[World], str]]:
    """Serves a world on loopback until the test ends, and gives its address."""
    with ExitStack() as stack:
        yield lambda world: stack.enter_context(serving(world))
