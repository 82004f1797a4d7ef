"""Workflows, actions, jobs and steps as records, each value with its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from auditor.finding import Location
from auditor.languages.yaml import Mapping, Node, Pair, Scalar
from auditor.model.cache_mode import CacheSetting
from auditor.model.permission import Permissions
from auditor.model.trigger import Input, Trigger
from auditor.model.uses import Uses
from auditor.source import Source


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step. Exactly one of `job` and `action` is set: whose step it is.

    `index` counts from 0, with the children of `parallel` in the line. A step that is `background`
    or stands in `parallel` may run beside its neighbours.
    """

    index: int
    node: Mapping
    job: Job | None
    action: Action | None
    id: Scalar | None
    name: Scalar | None
    condition: Scalar | None
    uses: Uses | None
    run: Scalar | None
    shell: Scalar | None
    inputs: tuple[Pair, ...]
    env: tuple[Pair, ...]
    working_directory: Scalar | None
    timeout: Scalar | None
    concurrent: bool

    @property
    def key(self) -> Scalar:
        """Where the step is best shown: its `uses` or `run`, else its first key."""
        for name in ("uses", "run"):
            entry = self.node.entry(name)
            if entry is not None:
                return entry.key
        return self.node.entries[0].key

    @property
    def location(self) -> Location:
        """What the step uses, or its key."""
        return self.uses.node.location if self.uses else self.key.location

    @property
    def label(self) -> str | None:
        """What a person calls the step: its id, name, or what it uses."""
        for scalar in (self.id, self.name, self.uses.node if self.uses else None):
            if scalar is not None:
                return scalar.value
        return None

    def input(self, name: str) -> Scalar | None:
        """A value under `with:`; GitHub compares names without case."""
        for entry in self.inputs:
            if entry.key.value.lower() == name and isinstance(entry.value, Scalar):
                return entry.value
        return None

    def __repr__(self) -> str:
        return f"Step({self.index}, {self.label!r})"


@dataclass(frozen=True, slots=True, eq=False)
class RunsOn:
    """`runs-on:`: labels, all of which the runner must have, and perhaps a runner group."""

    node: Node
    labels: tuple[Scalar, ...] = ()
    group: Scalar | None = None

    @property
    def location(self) -> Location:
        """Where the value stands."""
        return self.node.location


@dataclass(frozen=True, slots=True, eq=False)
class Environment:
    """`environment:`: its name as written. `deployment: false` leaves the environment in force."""

    node: Node
    name: Scalar | None


@dataclass(frozen=True, slots=True, eq=False)
class Container:
    """A job's `container:` or one of its `services:`."""

    node: Node
    image: Scalar | None
    options: Scalar | None
    command: Scalar | None
    entrypoint: Scalar | None
    env: tuple[Pair, ...]
    volumes: tuple[Scalar, ...]
    credentials: tuple[Pair, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """One job. `uses` is set where it calls a reusable workflow; then it has no steps of its own."""

    id: str
    key: Scalar
    workflow: Workflow
    name: Scalar | None
    needs: tuple[Scalar, ...]
    condition: Scalar | None
    runs_on: RunsOn | None
    permissions: Permissions | None
    cache_mode: CacheSetting | None
    environment: Environment | None
    env: tuple[Pair, ...]
    outputs: tuple[Pair, ...]
    matrix: Mapping | Scalar | None
    container: Container | None
    services: tuple[Container, ...]
    timeout: Scalar | None
    concurrency: Node | None
    shell: Scalar | None
    working_directory: Scalar | None
    uses: Uses | None
    inputs: tuple[Pair, ...]
    secrets: tuple[Pair, ...]
    inherits_secrets: Scalar | None
    steps: tuple[Step, ...] = field(init=False, default=())

    @property
    def location(self) -> Location:
        """Where the job's id stands."""
        return self.key.location

    def __repr__(self) -> str:
        return f"Job({self.id!r})"


@dataclass(frozen=True, slots=True, eq=False)
class Workflow:
    """One workflow file."""

    source: Source
    root: Mapping
    name: Scalar | None
    triggers: tuple[Trigger, ...]
    permissions: Permissions | None
    cache_mode: CacheSetting | None
    env: tuple[Pair, ...]
    concurrency: Node | None
    shell: Scalar | None
    working_directory: Scalar | None
    jobs: tuple[Job, ...] = field(init=False, default=())
    _by_id: dict[str, Job] = field(init=False, default_factory=dict)

    @property
    def path(self) -> str:
        """Its file's path."""
        return self.source.path

    @property
    def location(self) -> Location:
        """The file's first key."""
        return self.root.entries[0].key.location if self.root.entries else self.root.location

    def trigger(self, event: str) -> Trigger | None:
        """The trigger for `event`, if the workflow has it."""
        return next((trigger for trigger in self.triggers if trigger.event == event), None)

    def job(self, id: str) -> Job | None:
        """The job of that id."""
        return self._by_id.get(id)

    @property
    def declared(self) -> tuple[Job, ...]:
        """All jobs that can be needed: `jobs`, and those left out of them because they never run."""
        return tuple(self._by_id.values())

    def __repr__(self) -> str:
        return f"Workflow({self.path!r})"


class ActionKind(Enum):
    """What `runs.using` says."""

    COMPOSITE = "composite"
    JAVASCRIPT = "javascript"
    DOCKER = "docker"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, eq=False)
class Action:
    """One action. Only a composite one has steps that can be read here."""

    source: Source
    root: Mapping
    kind: ActionKind
    name: Scalar | None
    inputs: tuple[Input, ...]
    outputs: tuple[Pair, ...]
    image: Scalar | None
    steps: tuple[Step, ...] = field(init=False, default=())

    @property
    def path(self) -> str:
        """Its file's path."""
        return self.source.path

    @property
    def location(self) -> Location:
        """The file's first key."""
        return self.root.entries[0].key.location if self.root.entries else self.root.location

    def __repr__(self) -> str:
        return f"Action({self.path!r})"
