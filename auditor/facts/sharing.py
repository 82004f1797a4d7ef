"""Which trusted jobs run on the machines that outsiders' code gets onto, and what of these they share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from auditor.facts.container import Containers, HostFolder
from auditor.facts.exposure import Exposure, Exposures, Landing
from auditor.facts.needs import Needs
from auditor.facts.power import Power
from auditor.facts.runner import Runner
from auditor.knowledge.host_caches import CACHE_VARIABLES
from auditor.model.permission import Level
from auditor.model.repository import Repository
from auditor.model.workflow import Job
from auditor.tree import Scalar

_SYSTEM = ("/dev", "/etc", "/proc", "/run", "/sys", "/tmp", "/usr", "/var/run")  # noqa: S108 - of the host
"""Folders that say nothing of a cache."""

MAX_COMPARED = 500
"""Jobs that outsiders' code runs in, with which a trusted one is compared."""

MAX_FOLDERS = 50
"""Folders of the host that are kept of one job."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A trusted job's landing, and an exposure of another job on the same kind of machine.

    `surely` both name the same labels; else one names fewer, and may get the other's machine.
    """

    landing: Landing
    exposure: Exposure
    surely: bool


@dataclass(frozen=True, slots=True)
class SharedFolder:
    """A folder of the host that an outsider's code can write and a trusted job uses."""

    shared: Shared
    theirs: HostFolder
    own: HostFolder


class Sharing:
    """Joins jobs that outsiders' code runs in with those that it mustn't touch."""

    def __init__(
        self,
        repository: Repository,
        exposures: Exposures,
        power: Power,
        needs: Needs,
        containers: Containers,
    ) -> None:
        self._repository = repository
        self._exposures = exposures
        self._power = power
        self._needs = needs
        self._containers = containers
        self._known: dict[int, tuple[HostFolder, ...]] = {}

    def of(self, job: Job) -> Iterator[Shared]:
        """The exposures of other jobs on machines that a trusted job may get; none for one of theirs."""
        if self._exposures.of(job):
            return
        for landing in self._exposures.landings(job):
            if not landing.is_known or landing.is_outsiders:
                continue
            for exposure in self._theirs[:MAX_COMPARED]:
                surely = _meet(landing.runner, exposure.runner)
                if surely is not None:
                    yield Shared(landing, exposure, surely)

    def worth(self, job: Job) -> str | None:
        """What there is to take from a trusted job, in words."""
        names = self._power.secrets(job)
        if names:
            said = ", ".join("all secrets" if name == "*" else f"the secret {name}" for name in names[:3])
            return said + (" and more" if len(names) > 3 else "")
        published = self._needs.publications(job)
        if published:
            return f"what it publishes ({published[0].what})"
        permissions = self._power.permissions(job)
        if permissions is not None and permissions.level("id-token") is Level.WRITE:
            return "its id-token"
        return None

    def folders(self, job: Job) -> Iterator[SharedFolder]:
        """The folders of the host that a trusted job's container gets and an outsider's code can write."""
        own = self._folders(job)
        for shared in self.of(job) if own else ():
            for theirs in self._folders(shared.exposure.path.job) if shared.surely else ():
                found = (each for each in own if theirs.writable and _holds(each.source, theirs.source))
                yield from (SharedFolder(shared, theirs, each) for each in found)

    def _folders(self, job: Job) -> tuple[HostFolder, ...]:
        """The folders of the host that a job keeps things in, by mounts, or by its variables on the host."""
        if id(job) not in self._known:
            found = list(self._containers.folders(job))
            layers = (job.workflow.env, job.env, *(step.env for step in job.steps))
            for entry in (entry for layer in layers for entry in layer) if job.container is None else ():
                if entry.key.value.upper() in CACHE_VARIABLES and isinstance(entry.value, Scalar):
                    place = entry.value.value.rstrip("/")
                    found.append(HostFolder(place, place, True, entry.value.location))
            self._known[id(job)] = tuple(each for each in found if _is_cache(each.source))[:MAX_FOLDERS]
        return self._known[id(job)]

    @cached_property
    def _theirs(self) -> tuple[Exposure, ...]:
        """The worst exposure of each job onto each self-hosted runner."""
        found: dict[object, Exposure] = {}
        for job in self._repository.jobs:
            for exposure in self._exposures.of(job):
                if exposure.landing.is_known and not exposure.runner.is_ephemeral:
                    found.setdefault((id(job), exposure.runner), exposure)
        return tuple(found.values())


def _meet(own: Runner, theirs: Runner) -> bool | None:
    """Whether two jobs get the same kind of machine: surely, perhaps (False), or not as far as is known."""
    if not (own.is_whole and theirs.is_whole) or (own.group or "").lower() != (theirs.group or "").lower():
        return None
    mine, others = ({label.lower() for label in runner.labels} for runner in (own, theirs))
    if mine == others:
        return True
    return False if mine <= others or others <= mine else None


def _is_cache(place: str) -> bool:
    """Whether a path is one of the host that a job may keep things in."""
    plain = place.startswith("/") and place != "/" and "$" not in place
    return plain and not any(place == system or place.startswith(f"{system}/") for system in _SYSTEM)


def _holds(one: str, other: str) -> bool:
    """Whether two folders are the same, or one lies in the other."""
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")
