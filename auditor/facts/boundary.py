"""The boundary map: per job who can start it, past which gates, whose code runs then, with what power."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import islice

from auditor.facts.code.outsider_code import Code, OutsiderCode
from auditor.facts.entry.gate import Gate
from auditor.facts.power.job_power import Power, Powers
from auditor.facts.power.needs import Needs
from auditor.facts.reach.path import Path
from auditor.facts.reach.reach import Reach
from auditor.facts.runner.runners import Runner, RunnerKind
from auditor.finding import Hop, HopKind, Trace, Verdict
from auditor.knowledge.platform.events import Actor
from auditor.model.documents import Job
from auditor.model.repository import Repository

MAX_ROWS = 50
"""Ways into one job that the map shows, the strongest of each actor among them. How many more is said."""


class PowerKind(Enum):
    """A power that is worth taking: the columns of the map. The value names it."""

    CODE = "runs an outsider's code"
    WRITE = "a token that may write"
    SECRETS = "secrets"
    IDENTITY = "an id-token"
    RUNNER = "a self-hosted runner"
    RELEASE = "a release"


@dataclass(frozen=True, slots=True, eq=False)
class BoundaryRow:
    """One way into a job. `outsider` is how an outsider's code gets to run in it, None where it doesn't."""

    path: Path
    outsider: OutsiderCode | None
    powers: Powers
    runners: tuple[Runner, ...]
    publishes: bool

    @property
    def job(self) -> Job:
        """The job that the way leads into."""
        return self.path.job

    @property
    def actor(self) -> Actor:
        """Who can walk it alone."""
        return self.path.entry.starter

    @property
    def gates(self) -> tuple[Gate, ...]:
        """What stands in the way."""
        return (*self.path.entry.gates, *self.path.gates)

    @property
    def verdict(self) -> Verdict:
        """Whether the way is open. What isn't known of it, each of its gates says for itself."""
        return Verdict.GUARDED if self.path.is_closed else Verdict.EXPOSED

    @property
    def kinds(self) -> tuple[PowerKind, ...]:
        """The powers that the way leads to. A token whose default isn't known may write."""
        writes = self.powers.writes
        has = {
            PowerKind.CODE: self.outsider is not None,
            PowerKind.WRITE: writes is None or bool(writes),
            PowerKind.SECRETS: bool(self.powers.secrets),
            PowerKind.IDENTITY: self.powers.id_token,
            PowerKind.RUNNER: any(runner.kind is RunnerKind.SELF_HOSTED for runner in self.runners),
            PowerKind.RELEASE: self.publishes,
        }
        return tuple(kind for kind, held in has.items() if held)

    def trace(self, in_words: str) -> Trace:
        """The way as evidence, down to its power."""
        code = self.outsider.hops if self.outsider is not None else ()
        return self.path.trace(*code, Hop(HopKind.POWER, in_words, self.job.location))


@dataclass(frozen=True, slots=True, eq=False)
class JobBoundary:
    """A job with the ways into it: none where no entry reaches it. `more` aren't shown."""

    job: Job
    rows: tuple[BoundaryRow, ...]
    more: int = 0


class Boundaries:
    """Draws the map of a repository."""

    def __init__(
        self,
        repository: Repository,
        reach: Reach,
        code: Code,
        power: Power,
        needs: Needs,
        runners: Callable[[Job, Path], tuple[Runner, ...]],
    ) -> None:
        self._repository = repository
        self._reach = reach
        self._code = code
        self._power = power
        self._needs = needs
        self._runners = runners

    def of_all(self) -> Iterator[JobBoundary]:
        """Every job of the repository in the order of the files."""
        for job in self._repository.jobs:
            paths = self._reach.into(job)
            rows = tuple(map(self._row, _shown(paths)))
            yield JobBoundary(job, rows, more=len(paths) - len(rows))

    def _row(self, path: Path) -> BoundaryRow:
        job = path.job
        powers = self._power.of(path)
        publishes = any(self._needs.publications(job)) and path.entry.privileged
        return BoundaryRow(path, self._code.of_outsider(path), powers, self._runners(job, path), publishes)


def _shown(paths: tuple[Path, ...]) -> list[Path]:
    """The ways that the map shows: each actor's strongest, each of their events' strongest, then the rest."""
    actors: dict[object, Path] = {}
    events: dict[object, Path] = {}
    for path in paths:
        actors.setdefault(path.entry.starter, path)
        events.setdefault((path.entry.starter, path.entry.event), path)
    kept = dict.fromkeys((*actors.values(), *events.values(), *paths))
    shown = set(islice(kept, MAX_ROWS))
    return [path for path in paths if path in shown]
