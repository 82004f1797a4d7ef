"""Which jobs of a workflow a run gets to: through `if`, `needs` and environments, past which gates."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.entry.entry import Entry
from auditor.facts.entry.gate import Gate
from auditor.facts.limits import Limits
from auditor.facts.reach.access.gates import AccessGates
from auditor.facts.reach.entry_contexts import EntryContexts
from auditor.facts.reach.gates import Gates
from auditor.facts.reach.path_contexts import NO_INPUTS, PathContexts
from auditor.languages.yaml import Scalar
from auditor.model.documents import Job, Step, Workflow

MAX_GATES = 20
"""Gates that are kept for one path; those of a long chain of jobs add up."""


class GateLists:
    """Joins the gates of a path, at most so many, and says once of a place that there are more."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._full: set[Job | Step] = set()

    def join(self, first: tuple[Gate, ...], second: tuple[Gate, ...], place: Job | Step) -> tuple[Gate, ...]:
        """The gates of both, at most so many; one that closes the way is kept before others.

        A gate is handed on from job to job as it is, so that it needn't be compared by what it says.
        """
        if not first or not second or first is second:
            return first or second
        # Gates compare by what they say, and those of two jobs may say the same; both tuples are alive here.
        known = set(map(id, first))
        fresh = [gate for gate in second if id(gate) not in known]
        room = MAX_GATES - len(first)
        if len(fresh) <= room:
            return (*first, *fresh) if fresh else first
        if place not in self._full:
            self._full.add(place)
            said = f"more than {MAX_GATES} gates stand in one way; the others count as open"
            self._limits.cut(said, place.location)
        closing = [gate for gate in fresh[room:] if gate.closes]
        return (*closing, *first, *fresh)[:MAX_GATES]

    def is_full(self, gates: tuple[Gate, ...], place: Job | Step) -> bool:
        """Whether no more gates fit, and that has been said of the place."""
        return len(gates) >= MAX_GATES and place in self._full


class OpenJobs:
    """Answers which jobs of a workflow a run gets to; with `guarded`, also those behind a closed gate."""

    def __init__(
        self,
        contexts: PathContexts,
        gates: Gates,
        access_gates: AccessGates,
        lists: GateLists,
        *,
        guarded: bool,
    ) -> None:
        self._contexts = contexts
        self._gates = gates
        self._access_gates = access_gates
        self._lists = lists
        self._guarded = guarded
        self._orders: dict[Workflow, tuple[Job, ...]] = {}
        self._open: dict[tuple[Workflow, Entry, bool, int], dict[str, tuple[Gate, ...]]] = {}
        self._needs_inputs: dict[Workflow, bool] = {}

    def of(self, workflow: Workflow, entry: Entry, calls: tuple[Job, ...]) -> dict[str, tuple[Gate, ...]]:
        """The jobs of a workflow that a run started by `entry` gets to, by id, each with its gates.

        A job is shut by its own `if`, and by a needed job that is shut unless the `if` tests a status.
        """
        # Calls differ in the inputs that they give; most workflows need none of them here.
        # A mapping has no hash; `PathContexts` keeps it alive.
        inputs = self._contexts.inputs(entry, calls) if self._reads_inputs(workflow) else NO_INPUTS
        key = (workflow, entry, bool(calls), id(inputs))
        known = self._open.get(key)
        if known is not None:
            return known
        open_jobs = self._open[key] = {}
        behind: dict[str, str] = {}
        for job in self._ordered(workflow):
            needed = [found for name in job.needs if (found := workflow.job(name.value)) is not None]
            shut = frozenset(other.id.lower() for other in needed if other.id not in open_jobs)
            # Success is required of all jobs above: one that is shut shuts what doesn't need it itself, too.
            shut |= {behind[other.id] for other in needed if other.id in behind}
            if shut:
                behind[job.id] = min(shut)
            if shut and self._access_gates.waits(job.condition):
                continue
            gates = self._into(job, needed, open_jobs, self._contexts.in_job(entry, calls, job, shut))
            if self._guarded or not any(gate.closes for gate in gates):
                open_jobs[job.id] = gates
        return open_jobs

    def _into(
        self, job: Job, needed: list[Job], open_jobs: dict[str, tuple[Gate, ...]], contexts: EntryContexts
    ) -> tuple[Gate, ...]:
        """The gates of a job: its own, and those that the jobs which it needs hand on."""
        gates = self._gates.of_condition(contexts, job.condition, "job")
        gates = self._lists.join(gates, self._gates.of_environment(job, contexts), job)
        for other in needed:
            gates = self._lists.join(gates, self._access_gates.of_needed(other, job, contexts), job)
            # What closes a way doesn't come from an open job; that more is there than fits is said once.
            is_full = self._lists.is_full(gates, job) and not self._guarded
            if not is_full and self._access_gates.needs_success(other, job, contexts):
                handed = self._gates.handed_on(other, open_jobs.get(other.id, ()))
                gates = self._lists.join(gates, handed, job)
        return gates

    def _reads_inputs(self, workflow: Workflow) -> bool:
        """Whether a gate of one of its jobs depends on inputs."""
        if workflow not in self._needs_inputs:
            conditions = (job.condition for job in workflow.jobs)
            environments = (job.environment.name for job in workflow.jobs if job.environment)
            outputs = (entry.value for job in workflow.jobs for entry in job.outputs)
            scalars = (each for each in (*conditions, *environments, *outputs) if isinstance(each, Scalar))
            self._needs_inputs[workflow] = any("inputs" in scalar.value.lower() for scalar in scalars)
        return self._needs_inputs[workflow]

    def _ordered(self, workflow: Workflow) -> tuple[Job, ...]:
        if workflow not in self._orders:
            self._orders[workflow] = tuple(in_order(workflow))
        return self._orders[workflow]


def in_order(workflow: Workflow) -> Iterator[Job]:
    """The jobs, each after those that it needs. Jobs in a circle never start, and don't come."""
    waiting = {job.id: {n.value for n in job.needs if workflow.job(n.value)} for job in workflow.declared}
    needed_by: dict[str, list[str]] = {}
    for id, needs in waiting.items():
        for name in needs:
            needed_by.setdefault(name, []).append(id)
    ready = [job.id for job in reversed(workflow.declared) if not waiting[job.id]]
    while ready:
        id = ready.pop()
        job = workflow.job(id)
        if job is not None:
            yield job
        for other in needed_by.get(id, ()):
            waiting[other].discard(id)
            if not waiting[other]:
                ready.append(other)
