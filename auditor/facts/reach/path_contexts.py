"""What is known of the contexts on a path: of its entry, and of the inputs that its calls give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from auditor.facts.entry.entry import Entry
from auditor.facts.job.expressions import Expressions
from auditor.facts.limits import Limits
from auditor.facts.reach.call_inputs import inputs_of_call
from auditor.facts.reach.entry_contexts import EntryContexts
from auditor.facts.reach.job_outputs import JobOutputs
from auditor.facts.reach.path import Path
from auditor.languages.expression import Value
from auditor.model.documents import Job, Step
from auditor.model.repository import Repository
from auditor.model.settings import Settings

MAX_GIVEN = 2000
"""Chains of calls whose inputs are read, each for one entry; those of later ones count as unknown."""

NO_INPUTS: Mapping[str, Value] = {}


class PathContexts:
    """Answers what is known of the contexts on a path, and in the jobs of a workflow before there is one."""

    def __init__(
        self, repository: Repository, settings: Settings, expressions: Expressions, limits: Limits
    ) -> None:
        self._repository = repository
        self._settings = settings
        self._expressions = expressions
        self._limits = limits
        self._needed = JobOutputs(expressions)
        self._given: dict[tuple[Entry, tuple[Job, ...]], Mapping[str, Value]] = {}

    def of(self, path: Path) -> EntryContexts:
        """What is known in the path's job."""
        return self.in_job(path.entry, path.calls, path.job)

    def at(self, path: Path, step: Step) -> EntryContexts:
        """What is known at a step on the path. In an action, `inputs` are the action's own."""
        contexts = self.of(path)
        return contexts if step.action is None else replace(contexts, called=True, given=NO_INPUTS)

    def in_job(
        self, entry: Entry, calls: tuple[Job, ...], job: Job, shut: frozenset[str] = frozenset()
    ) -> EntryContexts:
        """What is known in a job. `calls` are the calling jobs, `shut` the needed jobs that don't run."""
        given, needed = self.inputs(entry, calls), self._needed.of(job)
        return EntryContexts(entry, self._settings, called=bool(calls), shut=shut, given=given, needed=needed)

    def inputs(self, entry: Entry, calls: tuple[Job, ...]) -> Mapping[str, Value]:
        """What the last of the calling jobs gives to its callee's inputs."""
        if not calls:
            return NO_INPUTS
        key = (entry, calls)
        *outer, caller = calls
        if key not in self._given and len(self._given) >= MAX_GIVEN:
            self._limits.cut(
                f"the inputs of only {MAX_GIVEN:,} ways through callers are read", caller.location
            )
        elif key not in self._given:
            callee = self._repository.callee(caller.uses) if caller.uses else None
            contexts = self.in_job(entry, tuple(outer), caller)
            self._given[key] = (
                inputs_of_call(caller, callee, contexts, self._expressions) if callee else NO_INPUTS
            )
        return self._given.get(key, NO_INPUTS)
