"""An organisation for the tests of whole sweeps, and what a sweep of it must say, however it went."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from auditor.sweep.workers.executor import Pool
from fake_github import TOKEN, Repository, World

BAD = """\
# {name}
on: pull_request_target
permissions: {{contents: write}}
jobs:
  train:
    runs-on: [self-hosted, gpu]
    steps:
      - uses: actions/checkout@v4
        with: {{ref: "${{{{ github.event.pull_request.head.sha }}}}"}}
      - run: make train
"""
GOOD = """\
# {name}
on: push
permissions: {{}}
jobs:
  test:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps: [{{run: echo fine}}]
"""
CALLS = GOOD.replace("{{run: echo fine}}", "{{uses: ./tools/greet}}").replace(
    "on: push", "on: pull_request_target"
)
GREET = """\
name: greet {name}
runs:
  using: composite
  steps:
    - run: echo ${{{{ github.head_ref }}}}
      shell: bash
"""
SEEN = 14
"""Repositories of `acme` that are audited."""


def acme() -> World:
    """Eighteen repositories: one is empty, one archived, two have nothing to audit; each second of the
    others is faulty, and one calls an action that lies elsewhere."""
    world = World()
    owner = world.add_owner("acme")
    for number in range(SEEN):
        name = f"r{number:02}"
        text = BAD if number % 2 else GOOD
        files = {".github/workflows/train.yml": text.format(name=name), "README.md": name}
        if number == 4:
            files[".github/workflows/greet.yml"] = CALLS.format(name=name)
            files["tools/greet/action.yml"] = GREET.format(name=name)
        world.add(owner, name, files, visibility="public")
    world.add(owner, "empty", {})
    world.add(owner, "old", {".github/workflows/train.yml": BAD.format(name="old")}, is_archived=True)
    world.add(owner, "docs", {"README.md": "words"})
    world.add(owner, "notes", {"notes.txt": "more words"})
    return world


def named(world: World, number: int) -> Repository:
    """The repository of that number."""
    return world[f"acme/r{number:02}"]


def blob(world: World, number: int, path: str = ".github/workflows/train.yml") -> str:
    """The oid of a file."""
    commit = world.commit_of(named(world, number))
    assert commit is not None
    found = commit.at(path)
    assert found is not None
    return str(found.oid)


class Said:
    """What a sweep left in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        lines = [json.loads(line) for line in (folder / "sweep.jsonl").read_text().splitlines()]
        (self.sweep,) = (line for line in lines if line["type"] == "sweep")
        self.repositories = [line for line in lines if line["type"] == "repository"]
        self._findings = [line for line in lines if line["type"] == "finding"]

    @property
    def outcomes(self) -> dict[str, str]:
        """Each repository's outcome, by its name without the owner."""
        return {each["repository"].partition("/")[2]: each["outcome"] for each in self.repositories}

    @property
    def reasons(self) -> dict[str, str]:
        """Why repositories weren't seen, in which each is named once."""
        lost = ("failed", "not verifiable")
        return {
            each["repository"].partition("/")[2]: each["reason"]
            for each in self.repositories
            if each["outcome"] in lost
        }

    @property
    def problems(self) -> dict[str, list[str]]:
        """What couldn't be read of repositories that were seen."""
        return {
            each["repository"].partition("/")[2]: [str(problem) for problem in each["problems"]]
            for each in self.repositories
            if each["problems"]
        }

    def findings(self, without: Iterable[str] = ()) -> Counter[tuple[str, str, str, str]]:
        """The open findings of all repositories but some."""
        names = {f"acme/{each}" for each in without}
        return Counter(
            (each["repository"], each["rule"], each["path"], each["fingerprint"])
            for each in self._findings
            if each["standing"] in ("new", "still open") and each["repository"] not in names
        )

    @property
    def standings(self) -> Counter[str]:
        """How many findings stand how."""
        return Counter(each["standing"] for each in self._findings)

    def timeless(self) -> Any:
        """All that it says but times and counts of requests, which differ from run to run."""
        varying = ("started", "finished", "url", "requests", "seconds", "previous", "trend")
        sweep = {name: value for name, value in self.sweep.items() if name not in varying}
        found = [{**each, "first_seen": ""} for each in self._findings]
        return [sweep, *self.repositories, *found]


def nothing_is_lost(names: Iterable[str], said: Said, text: str) -> None:
    """Holds a sweep's files and what it said to what must be true of every sweep of these repositories."""
    assert Counter(each["repository"] for each in said.repositories) == Counter(names)
    assert len({each["id"] for each in said.repositories}) == len(said.repositories)
    assert said.sweep["listed"] == sum(each["repositories"] for each in said.sweep["coverage"])
    assert said.sweep["listed"] == len(said.repositories)
    sums = re.search(r"(\d+) listed = (\d+) scanned \+ (\d+) reused \+ (\d+) skipped \+ (\d+) failed", text)
    assert sums, text
    lost = {name for name, outcome in said.outcomes.items() if outcome in ("failed", "not verifiable")}
    assert all(each["findings"] is None for each in said.repositories if each["outcome"] in lost)
    assert said.sweep["is_complete"] == (not lost and not said.problems and not said.sweep["problems"])
    for reason in said.reasons.values():
        is_for_people(reason)
    is_harmless(said.folder, text)


def is_for_people(reason: str) -> None:
    """A reason is a sentence, and no exception, object or page."""
    assert len(reason.split()) >= 2, reason
    assert not re.search(r"Error\b|Exception|Traceback|<[a-z!]|0x[0-9a-f]|\bNone\b|[{}\n]", reason), reason


def is_harmless(folder: Path, text: str, *, token: str = TOKEN) -> None:
    """No token and no traceback, in no file and no output."""
    files = [path.read_bytes() for path in folder.parent.rglob("*") if path.is_file()]
    for each in (*files, text.encode()):
        assert token.encode() not in each
        assert b"Traceback (most recent call last)" not in each


@contextmanager
def in_threads(*_: object) -> Iterator[Pool]:
    """A pool that works in a thread of this process: to start another would take longer than a sweep."""
    with ThreadPoolExecutor(1) as executor:
        yield Pool(executor, _attempt, 1)


def _attempt(function: Callable[[Any], bytes], units: Sequence[Any]) -> list[Any]:
    return [function(unit) for unit in units]
