"""What stands behind a condition: the power that a run gets to once it is past it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice

from auditor.facts.job.scripts import Scripts
from auditor.facts.limits import Limits
from auditor.facts.power.job_power import Power
from auditor.facts.reach.entry_contexts import EntryContexts
from auditor.facts.reach.path import Path
from auditor.facts.reach.reach import Reach
from auditor.facts.runner.runners import RunnerKind, Runners
from auditor.finding import Hop, HopKind, Location
from auditor.languages.yaml import Scalar
from auditor.model.documents import Job, Step
from auditor.model.repository import Repository

MAX_CALLS = 10

MAX_BEHIND = 50
"""Jobs that are looked at behind one condition."""

_IDLE = frozenset({":", "[", "[[", "echo", "exit", "false", "printf", "test", "true"})
"""Programs that do nothing but print or end the step."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """An `if:` and what it stands at: a job, or a step of a job or composite action."""

    condition: Scalar
    at: Job | Step

    @property
    def location(self) -> Location:
        """Where the condition stands."""
        return self.condition.location

    @property
    def job(self) -> str | None:
        """The id of the job that it belongs to, unless it is an action's."""
        job = self.at if isinstance(self.at, Job) else self.at.job
        return job.id if job else None

    @property
    def step(self) -> str | None:
        """What a person calls the step that it stands at."""
        return self.at.label if isinstance(self.at, Step) else None


@dataclass(frozen=True, slots=True)
class PowerBehind:
    """What can be taken in a job: its token and secrets, or a self-hosted machine."""

    power: str
    job: Job
    at: Location

    @property
    def hop(self) -> Hop:
        """The power as the end of a trace."""
        return Hop(HopKind.POWER, f"the job `{self.job.id}` has {self.power}", self.at)


def places(repository: Repository) -> Iterator[Place]:
    """Every condition of a repository, in the order of the files."""
    for job in repository.jobs:
        if job.condition is not None:
            yield Place(job.condition, job)
        yield from (Place(step.condition, step) for step in job.steps if step.condition is not None)
    for action in repository.actions:
        yield from (Place(step.condition, step) for step in action.steps if step.condition is not None)


class PowersBehind:
    """Answers what power a run gets that passes a condition."""

    def __init__(
        self,
        repository: Repository,
        reach: Reach,
        power: Power,
        runners: Runners,
        scripts: Scripts,
        limits: Limits,
    ) -> None:
        self._limits = limits
        self._repository = repository
        self._reach = reach
        self._power = power
        self._runners = runners
        self._scripts = scripts

    def paths(self, place: Place) -> tuple[Path, ...]:
        """The open ways to what the condition stands at."""
        return self._reach.into(place.at) if isinstance(place.at, Job) else self._reach.at(place.at)

    def contexts(self, place: Place, path: Path) -> EntryContexts:
        """What is known where the condition is evaluated. In an action, `inputs` are the action's own."""
        contexts = self._reach.contexts(path)
        inside = isinstance(place.at, Step) and place.at.action is not None
        return replace(contexts, called=True, given={}) if inside else contexts

    def behind(self, place: Place, path: Path) -> PowerBehind | None:
        """The first power on the path's way on; None where nothing is worth taking.

        Behind a step is its own job. Behind a job are the workflow that it calls, and those that need it.
        """
        if isinstance(place.at, Step):
            return None if self._only_prints(place.at) else self._in_job(path)
        jobs = chain((place.at,), _needing(place.at))
        inside = chain.from_iterable(self._jobs_inside(replace(path, job=job), 0) for job in jobs)
        found = map(self._in_job, islice(inside, MAX_BEHIND))
        first = next((power for power in found if power is not None), None)
        if first is None and next(inside, None) is not None:
            self._limits.cut(
                f"only the first {MAX_BEHIND} jobs behind this `if` are looked at", place.location
            )
        return first

    def _jobs_inside(self, path: Path, depth: int) -> Iterator[Path]:
        """The path's job, or the jobs of the workflow that it calls."""
        callee = self._repository.callee(path.job.uses) if path.job.uses else None
        if callee is None or depth >= MAX_CALLS or path.job in path.calls:
            yield path
            return
        for job in callee.jobs:
            yield from self._jobs_inside(replace(path, job=job, calls=(*path.calls, path.job)), depth + 1)

    def _in_job(self, path: Path) -> PowerBehind | None:
        job = path.job
        writes = self._power.writes(path)
        if path.entry.privileged and (writes is None or writes or self._power.of(path).secrets):
            return PowerBehind(self._power.in_words(path), job, job.location)
        for runner in self._runners.of(job, path, self._reach.contexts(path)):
            if runner.kind is RunnerKind.SELF_HOSTED:
                at = job.runs_on.location if job.runs_on else job.location
                return PowerBehind(runner.machine, job, at)
        return None

    def _only_prints(self, step: Step) -> bool:
        """Whether a step is a script that prints and ends, and nothing else."""
        script = self._scripts.of(step)
        if script is None or script.has_errors or step.env:
            return False
        return all(
            command.program in _IDLE and not command.redirects and command.pipes_into is None
            for command in script.commands
        )


def _needing(job: Job) -> Iterator[Job]:
    """The jobs of the same workflow that need `job`, directly or through others."""
    needed_by: dict[str, list[Job]] = {}
    for other in job.workflow.jobs:
        for need in other.needs:
            needed_by.setdefault(need.value, []).append(other)
    reached, waiting = {job.id}, [job]
    while waiting:
        for other in needed_by.get(waiting.pop().id, ()):
            if other.id not in reached:
                reached.add(other.id)
                waiting.append(other)
                yield other
