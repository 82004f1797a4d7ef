"""A GitHub as data: owners, repositories, their commits and settings. Nothing here knows of HTTP."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from threading import RLock
from typing import Any

from fake_github.faults import Faults
from fake_github.state import recipes
from fake_github.state.app import App
from fake_github.state.log import Log
from fake_github.state.objects import Blob, Commit, File, Tree, commit
from fake_github.state.settings import Settings, usual, usual_owner
from fake_github.state.uploads import Uploads

EPOCH = 1_767_225_600
"""When the first repository was made: 2026-01-01."""

_CACHED = 600
"""Commits that are kept built; the others are built anew when they are asked for."""

Files = Callable[[], Mapping[str, File]]


@dataclass(slots=True, eq=False)
class Repository:
    """A repository. Its files are `base()` with `changes` on top, where None stands for a removed one."""

    id: int
    owner: Owner
    name: str
    base: Files
    visibility: str = "private"
    is_archived: bool = False
    is_disabled: bool = False
    is_fork: bool = False
    is_template: bool = False
    default_branch: str = "main"
    pushed_at: int = EPOCH
    changes: dict[str, File | None] = field(default_factory=dict)
    settings_of: Callable[[], Settings] = Settings
    own_settings: Settings | None = None
    has_code_scanning: bool = True
    blocked: int | None = None
    """The status that it is refused with: 403, 404 or 451."""

    @property
    def full_name(self) -> str:
        return f"{self.owner.login}/{self.name}"

    @property
    def node_id(self) -> str:
        return f"R_{self.id}"

    @property
    def settings(self) -> Settings:
        """Its settings, which may be changed."""
        if self.own_settings is None:
            self.own_settings = self.settings_of()
        return self.own_settings

    @property
    def shown_settings(self) -> Settings:
        """Its settings to be read only: those that nobody changed aren't kept."""
        return self.own_settings or self.settings_of()

    @property
    def trouble(self) -> tuple[str, str] | None:
        """The type and the message of GraphQL's error about it."""
        return None if self.blocked is None else _TROUBLES[self.blocked]

    @property
    def files(self) -> dict[str, File]:
        """All files of the default branch by path."""
        found = dict(self.base())
        for path, file in self.changes.items():
            if file is None:
                found.pop(path, None)
            else:
                found[path] = file
        return found

    @property
    def is_empty(self) -> bool:
        return not self.changes and not self.base()


@dataclass(slots=True, eq=False)
class Owner:
    """An organisation or a user."""

    id: int
    login: str
    is_organization: bool = True
    settings: Settings = field(default_factory=usual_owner)
    repositories: dict[int, Repository] = field(default_factory=dict)

    @property
    def type(self) -> str:
        return "Organization" if self.is_organization else "User"


class World:
    """All that this GitHub knows. Safe to be read by many threads while a test changes it.

    `tree_limit` is how many entries a recursive tree has at most, `text_limit` how many bytes of a text
    GraphQL gives; `limits` the requests, or points, an hour by resource. `forged` holds, by a blob's id,
    what is served instead of its content, and `hidden_entries`, by a tree's id, names that it leaves out.
    `revoked` are tokens that aren't taken; `folder` holds what git reads while the world is served.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self.lock = RLock()
        self.clock_ahead = 0.0
        self._clock = clock
        self.owners: dict[str, Owner] = {}
        self.repositories: dict[int, Repository] = {}
        self.version = 0
        self._last_id = 500_000
        self.tree_limit, self.text_limit = 100_000, 512_000
        self.limits = {"core": 1_000_000, "graphql": 1_000_000}
        self.forged: dict[str, bytes] = {}
        self.hidden_entries: dict[str, set[bytes]] = {}
        self.installed_version: str | None = None
        self.revoked: set[str] = set()
        self.folder = Path()
        self.faults, self.log, self.uploads = Faults(), Log(), Uploads()
        self.app = App(self)
        self.orders: dict[tuple[int, str, bool], tuple[int, list[Any], list[Repository]]] = {}
        self.used: Counter[tuple[str, int]] = Counter()
        self._names: dict[str, int] = {}
        self._commits: OrderedDict[int, Commit] = OrderedDict()

    @classmethod
    def of(
        cls,
        repositories: int = 100,
        *,
        owner: str = "acme",
        workflows: int = 5,
        duplicates: float = 0.3,
        seed: int = 1,
        without: float = 0.0,
        archived: float = 0.04,
        forks: float = 0.03,
        empty: float = 0.01,
        disabled: float = 0.0,
        clock: Callable[[], float] = time.time,
    ) -> World:
        """An organisation with that many repositories, the same ones for the same arguments.

        `duplicates` is the share of workflows that are copies of a template; the shares behind are of
        repositories without a workflow, archived ones, and so on.
        """
        world = cls(clock=clock)
        organization = world.add_owner(owner)
        for number in range(repositories):
            random = Random(seed << 40 | number)
            count = 0 if random.random() < without else workflows
            is_empty = random.random() < empty
            world.add(
                organization,
                recipes.name_of(number),
                _nothing if is_empty else _Recipe(seed, number, count, duplicates),
                visibility=random.choices(("public", "private", "internal"), (4, 4, 2))[0],
                is_archived=random.random() < archived,
                is_fork=random.random() < forks,
                is_disabled=random.random() < disabled,
                pushed_at=EPOCH + number * 60,
                settings_of=_Usual(seed, number),
            )
        return world

    def now(self) -> float:
        """The time by this GitHub's clock, in seconds since 1970."""
        return self._clock() + self.clock_ahead

    def next_reset(self) -> int:
        """When the hour's limits start anew, in seconds since 1970."""
        return (int(self.now()) // 3600 + 1) * 3600

    def spend(self, resource: str, cost: int) -> int:
        """Takes from the hour's limit of a resource; what is left, below 0 if it was used up already."""
        with self.lock:
            key = (resource, self.next_reset())
            self.used[key] += cost
            return self.limits[resource] - self.used[key]

    def add_owner(self, login: str, *, is_organization: bool = True) -> Owner:
        owner = Owner(1000 + len(self.owners), login, is_organization)
        self.owners[login.lower()] = owner
        return owner

    def add(
        self, owner: str | Owner, name: str, files: Files | Mapping[str, File | bytes | str], **fields: object
    ) -> Repository:
        """Adds a repository; `files` by path, as text, bytes or `File`. `fields` are `Repository`'s."""
        with self.lock:
            if isinstance(owner, str):
                owner = self.owners.get(owner.lower()) or self.add_owner(owner)
            base = files if callable(files) else _Given({path: _file(file) for path, file in files.items()})
            self._last_id += 1
            id = self._last_id
            repository = Repository(id=id, owner=owner, name=name, base=base, **fields)  # type: ignore[arg-type]
            self.repositories[id] = repository
            owner.repositories[id] = repository
            self._names[repository.full_name.lower()] = id
            self.version += 1
            return repository

    def owner(self, login: str) -> Owner | None:
        return self.owners.get(login.lower())

    def find(self, full_name: str) -> Repository | None:
        """The repository of that name, or that had it once."""
        return self.repositories.get(self._names.get(full_name.lower(), -1))

    def __getitem__(self, full_name: str) -> Repository:
        found = self.find(full_name)
        if found is None:
            raise KeyError(full_name)
        return found

    def __iter__(self) -> Iterator[Repository]:
        return iter(tuple(self.repositories.values()))

    def commit_of(self, repository: Repository) -> Commit | None:
        """The head of the default branch; None where the repository is empty."""
        with self.lock:
            known = self._commits.get(repository.id)
            if known is not None:
                self._commits.move_to_end(repository.id)
                return known
            files = repository.files
            if not files:
                return None
            built = commit(files, repository.pushed_at)
            self._commits[repository.id] = built
            if len(self._commits) > _CACHED:
                self._commits.popitem(last=False)
            return built

    def content_of(self, blob: Blob) -> bytes:
        """What is served for a blob."""
        return self.forged.get(blob.oid, blob.content)

    def entries_of(self, tree: Tree) -> tuple:
        """What is served for a tree."""
        hidden = self.hidden_entries.get(tree.oid)
        return tuple(entry for entry in tree.entries if entry.name not in hidden) if hidden else tree.entries

    def put(self, repository: Repository, path: str, content: File | bytes | str) -> None:
        """Commits a file to the default branch."""
        self._change(repository, path, _file(content))

    def delete(self, repository: Repository, path: str) -> None:
        """Commits the removal of a file."""
        self._change(repository, path, None)

    def _change(self, repository: Repository, path: str, file: File | None) -> None:
        with self.lock:
            repository.changes[path] = file
            repository.pushed_at = max(repository.pushed_at + 1, EPOCH + 86_400 * 200 + self.version)
            self.version += 1
            self._commits.pop(repository.id, None)

    def change(self, share: float, seed: int) -> list[Repository]:
        """Commits a change of one workflow to that share of the repositories, at least one; returns them."""
        random = Random(seed)
        live = [each for each in self if not each.is_archived and not each.is_disabled and not each.is_empty]
        chosen = random.sample(live, min(len(live), max(1, round(share * len(live)))))
        for repository in chosen:
            files = repository.files
            paths = [path for path in files if path.startswith(".github/workflows/")]
            path = random.choice(paths) if paths else "README.md"
            old = files[path].content if path in files else b""
            self.put(repository, path, old + b"# changed %d\n" % random.randrange(1 << 32))
        return chosen

    def rename(self, repository: Repository, name: str) -> None:
        """Renames a repository; its old name leads to it still."""
        with self.lock:
            repository.name = name
            self._names[repository.full_name.lower()] = repository.id
            self.version += 1

    def remove(self, repository: Repository) -> None:
        """Deletes a repository."""
        with self.lock:
            self.repositories.pop(repository.id, None)
            repository.owner.repositories.pop(repository.id, None)
            self._commits.pop(repository.id, None)
            self.version += 1


_TROUBLES = {
    403: ("FORBIDDEN", "Resource not accessible by integration"),
    404: ("NOT_FOUND", "Could not resolve to a Repository."),
    451: ("FORBIDDEN", "Repository access blocked"),
}


def timestamp(seconds: float) -> str:
    """A time as GitHub writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _file(content: File | bytes | str) -> File:
    if isinstance(content, File):
        return content
    return File(content.encode() if isinstance(content, str) else content)


def _nothing() -> Mapping[str, File]:
    return {}


@dataclass(frozen=True, slots=True)
class _Recipe:
    seed: int
    number: int
    workflows: int
    duplicates: float

    def __call__(self) -> Mapping[str, File]:
        return recipes.files(self.seed, self.number, workflows=self.workflows, duplicates=self.duplicates)


@dataclass(frozen=True, slots=True)
class _Given:
    files: Mapping[str, File]

    def __call__(self) -> Mapping[str, File]:
        return self.files


@dataclass(frozen=True, slots=True)
class _Usual:
    seed: int
    number: int

    def __call__(self) -> Settings:
        return usual(self.seed, self.number)
