"""Serves an organisation until it is interrupted: `PYTHONPATH=tests/fakes python -m fake_github -n 10000`.

The first line of the output is the address. At the end, it says what was asked.
"""

from __future__ import annotations

import argparse
import signal
import sys
from threading import Event

from fake_github import World, serving


def main() -> None:
    parser = argparse.ArgumentParser(prog="fake_github", description=__doc__)
    parser.add_argument("-n", "--repositories", type=int, default=100)
    parser.add_argument("--owner", default="acme")
    parser.add_argument("--workflows", type=int, default=5)
    parser.add_argument("--duplicates", type=float, default=0.3)
    parser.add_argument("--without", type=float, default=0.0, help="share without a workflow")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--change", type=float, default=0.0, help="share that has another commit")
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    world = World.of(
        given.repositories,
        owner=given.owner,
        workflows=given.workflows,
        duplicates=given.duplicates,
        seed=given.seed,
        without=given.without,
    )
    if given.change:
        world.change(given.change, given.seed)
    stop = Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    with serving(world, given.port) as url:
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()
        stop.wait()
    for kind, count in world.log.kinds.most_common():
        sys.stdout.write(f"{count:>8} {kind}\n")
    sys.stdout.write(f"{world.log.seconds:8.1f} s spent on answers\n")


if __name__ == "__main__":
    main()
