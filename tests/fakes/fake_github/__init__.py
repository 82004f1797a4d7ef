"""A GitHub on loopback, for tests and measurements: GraphQL, REST, code scanning, an App, and git.

    world = World.of(200)
    world.faults.add(When(operation="Index", nth=3, times=1), faults.broken(502))
    with serving(world) as url:
        ...
    assert world.log.count("graphql") == 5

In a test, the fixture `serve` does the serving: `url = serve(world)`.
"""

from fake_github import faults
from fake_github.client import TOKEN, Client
from fake_github.faults import When
from fake_github.server import serving
from fake_github.state.objects import File
from fake_github.state.settings import Environment, RunnerGroup, Settings, runner
from fake_github.state.world import Owner, Repository, World

__all__ = [
    "TOKEN",
    "Client",
    "Environment",
    "File",
    "Owner",
    "Repository",
    "RunnerGroup",
    "Settings",
    "When",
    "World",
    "faults",
    "runner",
    "serving",
]
