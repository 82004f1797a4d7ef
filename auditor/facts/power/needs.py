"""Which scopes of the token, and whether an id-token, a job's steps need, and what the job publishes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from auditor.facts.job.expressions import Expressions
from auditor.facts.job.scripts import Scripts
from auditor.facts.job.steps import MAX_STEPS, steps_of_job
from auditor.facts.power.token import Tokens
from auditor.facts.power.usage import (
    ID_TOKEN,
    Publication,
    Record,
    Usage,
    Usages,
    known_action,
    usages_of_call,
)
from auditor.finding import Location
from auditor.knowledge.actions.token_use import ANY
from auditor.model.documents import Job, Step, Workflow
from auditor.model.permission import Level
from auditor.model.repository import Repository

_MAX_CALLS = 10


class NeedKind(Enum):
    """Whether something is needed, as far as is known."""

    NEEDED = "needed"
    NOT_NEEDED = "not needed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Need:
    """Whether a scope is needed, and what says so: `why` names the step's action or command."""

    kind: NeedKind
    why: str
    location: Location
    step: Step | None = None

    def __bool__(self) -> bool:
        """Whether it may be needed."""
        return self.kind is not NeedKind.NOT_NEEDED


class Needs:
    """Answers what jobs and steps need. Reusable workflows of this repository are followed."""

    def __init__(self, repository: Repository, expressions: Expressions, scripts: Scripts) -> None:
        self._repository = repository
        self._expressions = expressions
        self._scripts = scripts
        self._tokens = Tokens(expressions)
        self._of_job: dict[Job, tuple[Record, ...]] = {}
        self._granted: dict[tuple[Job, str], bool] = {}
        self._calling: set[Workflow] = set()

    def of(self, job: Job, scope: str, level: Level = Level.WRITE) -> Need:
        """Whether a job needs `scope` at `level`."""
        return _need(self.usages(job), scope, level, job.location)

    def of_step(self, step: Step, job: Job, scope: str, level: Level = Level.WRITE) -> Need:
        """Whether one step of a job does."""
        usages = tuple(usage for usage in self.usages(job) if usage.step is step)
        return _need(usages, scope, level, step.location)

    def usages(self, job: Job) -> tuple[Usage, ...]:
        """All that the job's steps use, in their order."""
        return tuple(record for record in self._records(job) if isinstance(record, Usage))

    def publications(self, job: Job) -> tuple[Publication, ...]:
        """What the job publishes."""
        return tuple(record for record in self._records(job) if isinstance(record, Publication))

    def grants_steps(self, job: Job, scope: str, depth: int = 0) -> bool:
        """Whether what a job is granted gets to a step. A called job's own `permissions` may drop it."""
        callee = self._repository.callee(job.uses) if job.uses else None
        if callee is None or depth >= _MAX_CALLS:
            return True
        key = (job, scope)
        if key not in self._granted:
            self._granted[key] = True
            self._granted[key] = any(
                keeps(inner, scope) and self.grants_steps(inner, scope, depth + 1) for inner in callee.jobs
            )
        return self._granted[key]

    def _records(self, job: Job) -> tuple[Record, ...]:
        if job not in self._of_job:
            found = self._of_call(job) if job.uses else self._of_steps(job)
            self._of_job[job] = tuple(dict.fromkeys(found))
        return self._of_job[job]

    def _of_steps(self, job: Job) -> Iterator[Record]:
        if self._tokens.in_container(job):
            yield Usage("packages", Level.READ, True, "its image is pulled with the token", job.location)
        usages = Usages(self._expressions, self._scripts, self._tokens)
        count = 0
        for step_in_job in steps_of_job(job, self._repository):
            count += 1
            yield from usages.of(step_in_job)
        if count >= MAX_STEPS:
            yield from _anything("it has more steps than are followed", job.location)

    def _of_call(self, job: Job) -> Iterator[Record]:
        assert job.uses is not None
        callee = self._repository.callee(job.uses)
        known = known_action(job.uses)
        if callee is not None and callee not in self._calling and len(self._calling) < _MAX_CALLS:
            self._calling.add(callee)
            for inner in callee.jobs:
                yield from self._records_under_caps(inner)
            self._calling.discard(callee)
        elif known is not None:
            yield from usages_of_call(job, known)
        else:
            yield from _anything(f"`{job.uses.text}` may use it", job.location)

    def _records_under_caps(self, job: Job) -> Iterator[Record]:
        """What a called job uses, as far as its own permissions let it."""
        declared = job.permissions or job.workflow.permissions
        for record in self._records(job):
            if not isinstance(record, Usage) or declared is None:
                yield record
            elif record.scope == ANY and declared.blanket is None:
                for grant in declared.grants:
                    if grant.scope != ID_TOKEN:
                        yield replace(record, scope=grant.scope, level=grant.level)
            elif record.scope == ANY or declared.level(record.scope) >= record.level:
                yield record


def keeps(job: Job, scope: str) -> bool:
    """Whether a job may write what `scope` covers, as far as its workflow says."""
    declared = job.permissions or job.workflow.permissions
    return declared is None or declared.level(scope) is Level.WRITE


def _anything(why: str, at: Location) -> Iterator[Usage]:
    for scope in (ANY, ID_TOKEN):
        yield Usage(scope, Level.WRITE, False, why, at)


def _need(usages: tuple[Usage, ...], scope: str, level: Level, at: Location) -> Need:
    fitting = [usage for usage in usages if usage.level >= level and _is_for(usage, scope)]
    for usage in fitting:
        if usage.sure:
            return Need(NeedKind.NEEDED, usage.why, usage.location, usage.step)
    for usage in fitting:
        return Need(NeedKind.UNKNOWN, usage.why, usage.location, usage.step)
    return Need(NeedKind.NOT_NEEDED, "no step uses it", at)


def _is_for(usage: Usage, scope: str) -> bool:
    return usage.scope == scope or (usage.scope == ANY and scope != ID_TOKEN)
