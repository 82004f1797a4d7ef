"""Which trusted jobs run on the machines that outsiders' code gets onto, and what of these they share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from auditor.facts.power.job_power import Power
from auditor.facts.power.needs import NeedKind, Needs
from auditor.facts.runner.containers import Containers, HostFolder
from auditor.facts.runner.exposures import Exposure, Exposures, RunnerPath
from auditor.facts.runner.runners import Runner, RunnerKind
from auditor.finding import Confidence, Severity
from auditor.knowledge.platform.runners import LARGER_STYLE
from auditor.knowledge.programs.host_caches import CACHE_VARIABLES
from auditor.languages.yaml import Scalar
from auditor.model.documents import Job, Workflow
from auditor.model.permission import Level
from auditor.model.repository import Repository

_SYSTEM = ("/dev", "/etc", "/proc", "/run", "/sys", "/tmp", "/usr", "/var/run")  # noqa: S108 - of the host
"""Folders that say nothing of a cache."""

MAX_COMPARED = 500
"""Jobs that outsiders' code runs in, with which a trusted one is compared."""

MAX_FOLDERS = 50
"""Folders of the host that are kept of one job."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A trusted job's path onto a runner, and an exposure of another job on the same kind of machine.

    `surely` both name the same labels; else one names fewer, and may get the other's machine.
    """

    runner_path: RunnerPath
    exposure: Exposure
    surely: bool

    @property
    def is_known(self) -> bool:
        """Whether the machines are self-hosted for sure."""
        return self.runner_path.is_known and self.exposure.runner_path.is_known

    def severity(self, worst: Severity) -> Severity:
        """`worst`, less what stands in the outsider's way, and a level where it isn't surely one machine.

        Another level where it may not be one's own: the outsider's job is reported already.
        """
        return self.exposure.severity(worst).lowered(int(not self.surely) if self.is_known else 2)

    @property
    def confidence(self) -> Confidence:
        """How surely it is one machine that stays. Low is "can't be decided"."""
        if not self.is_known:
            return Confidence.LOW
        return Confidence.HIGH if self.surely else Confidence.MEDIUM

    @property
    def weight(self) -> tuple[bool, Severity, bool]:
        """Sorts the surest and worst last."""
        return self.is_known, self.severity(Severity.CRITICAL), self.surely


@dataclass(frozen=True, slots=True)
class SharedRunner:
    """Trusted jobs of one workflow that have the same to lose to the same job. `worth` says what.

    `others` are all the exposures of which `worst` has the worst.
    """

    worth: str
    worst: Shared
    jobs: tuple[Job, ...]
    others: tuple[Exposure, ...]


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
        self._known: dict[Job, tuple[HostFolder, ...]] = {}

    def of(self, job: Job) -> Iterator[Shared]:
        """The exposures of other jobs on machines that a trusted job may get; none for one of theirs.

        Of labels that may be anybody's machine, the same ones are compared.
        """
        if self._exposures.of(job):
            return
        for runner_path in self._exposures.runner_paths(job):
            if runner_path.is_outsiders or not _may_outlive(runner_path.runner):
                continue
            for exposure in self._theirs[:MAX_COMPARED]:
                surely = _is_one_kind(runner_path.runner, exposure.runner)
                if surely is not None:
                    shared = Shared(runner_path, exposure, surely)
                    if surely or shared.is_known:
                        yield shared

    def shared_runners(self, workflow: Workflow) -> Iterator[SharedRunner]:
        """What a workflow's trusted jobs have to lose, said once for those that have the same."""
        found: dict[tuple[str, object], list[tuple[Job, list[Shared]]]] = {}
        for job in sorted(workflow.jobs, key=lambda job: job.id):
            worth = self.worth(job)
            if worth is None:
                continue
            shared = sorted(self.of(job), key=lambda each: each.weight, reverse=True)
            for worst in shared[:1]:
                alike = (worst.runner_path.runner.name, worst.exposure.path.job, worst.weight)
                found.setdefault((worth, alike), []).append((job, shared))
        for (worth, _), same in found.items():
            shared = same[0][1]
            others = {(each.exposure.path.job, each.exposure.at): each.exposure for each in shared}
            yield SharedRunner(worth, shared[0], tuple(job for job, _ in same), tuple(others.values()))

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
        if permissions is None:
            return None
        if permissions.level("id-token") is Level.WRITE:
            return "its id-token"
        if (
            permissions.level("contents") is Level.WRITE
            and self._needs.of(job, "contents").kind is NeedKind.NEEDED
        ):
            return "the token that it pushes with"
        return None

    def folders(self, job: Job) -> Iterator[SharedFolder]:
        """The folders of the host that a trusted job's container gets and an outsider's code can write."""
        own = self._folders(job)
        for shared in self.of(job) if own else ():
            for theirs in (
                self._folders(shared.exposure.path.job) if shared.surely and shared.is_known else ()
            ):
                found = (each for each in own if theirs.writable and _holds(each.source, theirs.source))
                yield from (SharedFolder(shared, theirs, each) for each in found)

    def _folders(self, job: Job) -> tuple[HostFolder, ...]:
        """The folders of the host that a job keeps things in, by mounts, or by its variables on the host."""
        if job not in self._known:
            found = list(self._containers.folders(job))
            layers = (job.workflow.env, job.env, *(step.env for step in job.steps))
            for entry in (entry for layer in layers for entry in layer) if job.container is None else ():
                if entry.key.value.upper() in CACHE_VARIABLES and isinstance(entry.value, Scalar):
                    place = entry.value.value.rstrip("/")
                    found.append(HostFolder(place, place, True, entry.value.location))
            self._known[job] = tuple(each for each in found if _is_cache(each.source))[:MAX_FOLDERS]
        return self._known[job]

    @cached_property
    def _theirs(self) -> tuple[Exposure, ...]:
        """The worst exposure of each job onto each runner that may be self-hosted; surely so ones first."""
        found: dict[object, Exposure] = {}
        for job in self._repository.jobs:
            for exposure in self._exposures.of(job):
                if _may_outlive(exposure.runner):
                    found.setdefault((job, exposure.runner), exposure)
        return tuple(sorted(found.values(), key=lambda each: not each.runner_path.is_known))


def _may_outlive(runner: Runner) -> bool:
    """Whether a machine may be self-hosted and take another job. Larger runners of GitHub are fresh ones."""
    if runner.kind is RunnerKind.UNKNOWN:
        return not any(LARGER_STYLE.fullmatch(label) for label in runner.labels)
    return runner.kind is RunnerKind.SELF_HOSTED and not runner.is_ephemeral


def _is_one_kind(own: Runner, theirs: Runner) -> bool | None:
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
