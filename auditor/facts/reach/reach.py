"""From an entry to a job: through `if`, `needs` and calls of reusable workflows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from auditor.facts.entry.entries import Entries
from auditor.facts.entry.entry import Entry
from auditor.facts.entry.gate import Gate
from auditor.facts.job.expressions import Expressions
from auditor.facts.limits import Limits
from auditor.facts.reach.access_check import Checks
from auditor.facts.reach.call_inputs import inputs_of_call
from auditor.facts.reach.entry_contexts import EntryContexts
from auditor.facts.reach.gates import Gates
from auditor.facts.reach.job_outputs import NeededJobs
from auditor.facts.reach.path import Path
from auditor.finding import Location
from auditor.knowledge.platform.events import Actor
from auditor.languages.expression import Value
from auditor.languages.yaml import Scalar
from auditor.model.documents import Action, Job, Step, Workflow
from auditor.model.repository import Repository
from auditor.model.settings import Settings

MAX_CALLS = 10
"""Reusable workflows may call each other this deep (GitHub docs, "Reuse workflows", limits of 2025-11)."""

MAX_ASKED = 2 * MAX_CALLS
"""Calls above a job together with the uses of composite actions above a step, of which ten may nest, too."""

MAX_PATHS = 100
"""Paths, of one event, that are kept for one job or step, the strongest first."""

MAX_OUTER = 500
"""Paths, of one event, that are kept of all that call one workflow; each of its jobs shuts some."""

MAX_FOLLOWED = 100_000
"""Paths through callers that are followed in a whole repository; a big real one has some hundred."""

MAX_GATES = 20
"""Gates that are kept for one path; those of a long chain of jobs add up."""

MAX_GIVEN = 2000
"""Chains of calls whose inputs are read, each for one entry; those of later ones count as unknown."""

_NOTHING: Mapping[str, Value] = {}


class Reach:
    """Answers who gets into a job or a step. With `guarded`, ways that a gate closes are among them."""

    def __init__(
        self,
        repository: Repository,
        settings: Settings,
        expressions: Expressions,
        limits: Limits,
        *,
        guarded: bool = False,
    ) -> None:
        self._limits = limits
        self.guarded = guarded
        self._gates = Gates(settings, expressions, Checks(repository))
        self._repository = repository
        self._settings = settings
        self._expressions = expressions
        self._needed = NeededJobs(expressions)
        self._entries = Entries(repository, settings)
        self._open_entries: dict[Workflow, tuple[Entry, ...]] = {}
        self._orders: dict[Workflow, tuple[Job, ...]] = {}
        self._into: dict[Job, tuple[Path, ...]] = {}
        self._open: dict[tuple[Workflow, Entry, bool, int], dict[str, tuple[Gate, ...]]] = {}
        self._given: dict[tuple[Entry, tuple[Job, ...]], Mapping[str, Value]] = {}
        self._at: dict[Step, tuple[Path, ...]] = {}
        self._used: dict[Action, tuple[Path, ...]] = {}
        self._outer: dict[Workflow, tuple[Path, ...]] = {}
        self._asking: set[Action | Workflow] = set()
        self._told: set[Job | Step] = set()
        self._asking_for_inputs: dict[Workflow, bool] = {}
        self._followed = 0

    def entries(self, workflow: Workflow) -> tuple[Entry, ...]:
        """All ways into a workflow but those through callers, and those that a gate surely closes."""
        if workflow not in self._open_entries:
            found = self._entries.of(workflow)
            passable = tuple(entry for entry in found if self.guarded or not entry.is_closed)
            self._open_entries[workflow] = passable
        return self._open_entries[workflow]

    def into(self, job: Job, *, actor: Actor | None = None) -> tuple[Path, ...]:
        """The open ways into a job, the strongest first; of those that `actor` can start alone, if given."""
        paths = self._into.get(job)
        if paths is None:
            paths = self._into[job] = self._strongest(self._paths(job), MAX_PATHS, job.location)
        return paths if actor is None else tuple(path for path in paths if path.entry.starter is actor)

    def at(self, step: Step, *, actor: Actor | None = None) -> tuple[Path, ...]:
        """The open ways to a step of a job, or of a composite action through the steps that use it."""
        paths = self._at.get(step)
        if paths is None:
            guarded = (self._through(path, step) for path in self._before(step))
            found = (path for path in guarded if path is not None)
            paths = self._at[step] = self._strongest(found, MAX_PATHS, step.location)
        return paths if actor is None else tuple(path for path in paths if path.entry.starter is actor)

    def at_full_power(self, place: Job | Step) -> tuple[Path, ...]:
        """As `into` or `at`, without forks' runs, which get no secrets and a read-only token.

        Where nothing else gets there, all of them.
        """
        paths = self.into(place) if isinstance(place, Job) else self.at(place)
        return tuple(path for path in paths if path.entry.privileged) or paths

    def _before(self, step: Step) -> tuple[Path, ...]:
        """The ways to where the step stands: into its job, or to the steps that use its action."""
        if step.job is not None:
            return self.into(step.job)
        action = step.action
        if action is None or action in self._asking or self._is_too_deep(action.location):
            return ()
        paths = self._used.get(action)
        if paths is None:
            self._asking.add(action)
            best: dict[object, Path] = {}
            for user in self._repository.users(action):
                for path in self.at(user):
                    key = (path.entry, path.job, path.calls)
                    if key not in best or path.weakness < best[key].weakness:
                        best[key] = path
            self._asking.discard(action)
            paths = self._used[action] = self._strongest(best.values(), MAX_PATHS, action.location)
        return paths

    def admits(self, path: Path, step: Step, hostile: frozenset[tuple[str, ...]]) -> bool:
        """Whether the path's conditions let a run pass in which those fields are none of the texts named."""
        around, at = (
            replace(each, hostile=hostile) for each in (self.world(path), self._world_at(path, step))
        )
        places = [(around, job.condition) for job in (*path.calls, path.job)] + [(at, step.condition)]
        return all(world.holds(self._expressions.condition(each)) is not False for world, each in places)

    def world(self, path: Path) -> EntryContexts:
        """What is known of the contexts on that path."""
        return self._world(path.entry, path.calls, path.job)

    def _world_at(self, path: Path, step: Step) -> EntryContexts:
        # In an action, `inputs` are the action's own.
        world = self.world(path)
        return world if step.action is None else replace(world, called=True, given=_NOTHING)

    def _world(
        self, entry: Entry, calls: tuple[Job, ...], job: Job, shut: frozenset[str] = frozenset()
    ) -> EntryContexts:
        inputs, needed = self._inputs(entry, calls), self._needed.of(job)
        return EntryContexts(
            entry, self._settings, called=bool(calls), shut=shut, given=inputs, needed=needed
        )

    def _inputs(self, entry: Entry, calls: tuple[Job, ...]) -> Mapping[str, Value]:
        """What the last of the calling jobs gives to its callee's inputs."""
        if not calls:
            return _NOTHING
        key = (entry, calls)
        *outer, caller = calls
        if key not in self._given and len(self._given) >= MAX_GIVEN:
            self._limits.cut(
                f"the inputs of only {MAX_GIVEN:,} ways through callers are read", caller.location
            )
        elif key not in self._given:
            callee = self._repository.callee(caller.uses) if caller.uses else None
            world = self._world(entry, tuple(outer), caller)
            self._given[key] = (
                inputs_of_call(caller, callee, world, self._expressions) if callee else _NOTHING
            )
        return self._given.get(key, _NOTHING)

    def _paths(self, job: Job) -> Iterator[Path]:
        for entry in self.entries(job.workflow):
            gates = self._open_jobs(job.workflow, entry, ()).get(job.id)
            if gates is not None:
                yield Path(entry, job, (), gates)
        for outer in self._calling(job.workflow):
            self._followed += 1
            if self._followed > MAX_FOLLOWED:
                self._limits.cut(
                    f"more than {MAX_FOLLOWED:,} ways through callers; the rest isn't followed",
                    job.workflow.location,
                )
                return
            calls = (*outer.calls, outer.job)
            if len(calls) > MAX_CALLS:
                continue
            gates = self._open_jobs(job.workflow, outer.entry, calls).get(job.id)
            if gates is not None:
                yield Path(outer.entry, job, calls, self._merged(outer.gates, gates, job))

    def _calling(self, workflow: Workflow) -> tuple[Path, ...]:
        """The open ways into the jobs that call a workflow, the strongest first."""
        if workflow in self._asking or self._is_too_deep(workflow.location):
            return ()
        paths = self._outer.get(workflow)
        if paths is None:
            self._asking.add(workflow)
            found = (path for job in self._repository.callers(workflow) for path in self.into(job))
            paths = self._outer[workflow] = self._strongest(found, MAX_OUTER, workflow.location)
            self._asking.discard(workflow)
        return paths

    def _is_too_deep(self, at: Location) -> bool:
        too_deep = len(self._asking) >= MAX_ASKED
        if too_deep:
            self._limits.cut(f"ways aren't followed through more than {MAX_ASKED} calls and actions", at)
        return too_deep

    def _strongest(self, found: Iterable[Path], most: int, at: Location) -> tuple[Path, ...]:
        """The paths, the strongest first, at most so many for each event."""
        counted: Counter[str] = Counter()
        kept = []
        for path in sorted(found, key=lambda path: path.weakness):
            counted[path.entry.event] += 1
            if counted[path.entry.event] <= most:
                kept.append(path)
        if len(kept) < counted.total():
            self._limits.cut(f"more than {most} ways lead here; only the strongest are followed", at)
        return tuple(kept)

    def _open_jobs(
        self, workflow: Workflow, entry: Entry, calls: tuple[Job, ...]
    ) -> dict[str, tuple[Gate, ...]]:
        """The jobs of a workflow that a run started by `entry` gets to, each with its gates.

        A job is shut by its own `if`, and by a needed job that is shut unless the `if` asks for a status.
        """
        # Calls differ in the inputs that they give; most workflows ask for none of them here.
        # A mapping has no hash; `_given` keeps it alive.
        inputs = self._inputs(entry, calls) if self._asks_for_inputs(workflow) else _NOTHING
        key = (workflow, entry, bool(calls), id(inputs))
        known = self._open.get(key)
        if known is not None:
            return known
        open_jobs = self._open[key] = {}
        behind: dict[str, str] = {}
        for job in self._ordered(workflow):
            needed = [found for name in job.needs if (found := workflow.job(name.value)) is not None]
            shut = frozenset(other.id.lower() for other in needed if other.id not in open_jobs)
            # Success is asked of all jobs above: one that is shut shuts what doesn't need it itself, too.
            shut |= {behind[other.id] for other in needed if other.id in behind}
            if shut:
                behind[job.id] = min(shut)
            waits = self._gates.waits(job.condition)
            if shut and waits:
                continue
            world = self._world(entry, calls, job, shut)
            gates = self._gates.of_condition(world, job.condition, "job")
            gates = self._merged(gates, self._gates.of_environment(job, world), job)
            for other in needed:
                gates = self._merged(gates, self._gates.of_needed(other, job, world), job)
                # What closes a way doesn't come from an open job; that more is there than fits is told once.
                is_full = len(gates) >= MAX_GATES and job in self._told and not self.guarded
                if not is_full and self._gates.asks_success(other, job, world):
                    handed = self._gates.handed_on(other, open_jobs.get(other.id, ()))
                    gates = self._merged(gates, handed, job)
            if self._is_passable(gates):
                open_jobs[job.id] = gates
        return open_jobs

    def _asks_for_inputs(self, workflow: Workflow) -> bool:
        """Whether a gate of one of its jobs depends on inputs."""
        if workflow not in self._asking_for_inputs:
            conditions = (job.condition for job in workflow.jobs)
            environments = (job.environment.name for job in workflow.jobs if job.environment)
            outputs = (entry.value for job in workflow.jobs for entry in job.outputs)
            scalars = (each for each in (*conditions, *environments, *outputs) if isinstance(each, Scalar))
            texts = (scalar.value for scalar in scalars)
            self._asking_for_inputs[workflow] = any("inputs" in text.lower() for text in texts)
        return self._asking_for_inputs[workflow]

    def _is_passable(self, gates: tuple[Gate, ...]) -> bool:
        return self.guarded or not any(gate.closes for gate in gates)

    def _ordered(self, workflow: Workflow) -> tuple[Job, ...]:
        if workflow not in self._orders:
            self._orders[workflow] = tuple(_in_order(workflow))
        return self._orders[workflow]

    def _through(self, path: Path, step: Step) -> Path | None:
        world = self._world_at(path, step)
        own = self._gates.of_condition(world, step.condition, "step")
        gates = self._merged(own, self._gates.before(step, world), step)
        if not gates:
            return path
        found = Path(path.entry, path.job, path.calls, self._merged(path.gates, gates, step))
        return found if self._is_passable(gates) else None

    def _merged(
        self, first: tuple[Gate, ...], second: tuple[Gate, ...], place: Job | Step
    ) -> tuple[Gate, ...]:
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
        if place not in self._told:
            self._told.add(place)
            said = f"more than {MAX_GATES} gates stand in one way; the others count as open"
            self._limits.cut(said, place.location)
        closing = [gate for gate in fresh[room:] if gate.closes]
        return (*closing, *first, *fresh)[:MAX_GATES]


def _in_order(workflow: Workflow) -> Iterator[Job]:
    """The jobs, each after those that it needs. Jobs in a circle never start, and don't come."""
    waiting = {job.id: {n.value for n in job.needs if workflow.job(n.value)} for job in workflow.jobs}
    needed_by: dict[str, list[str]] = {}
    for id, needs in waiting.items():
        for name in needs:
            needed_by.setdefault(name, []).append(id)
    ready = [job.id for job in reversed(workflow.jobs) if not waiting[job.id]]
    while ready:
        id = ready.pop()
        job = workflow.job(id)
        if job is not None:
            yield job
        for other in needed_by.get(id, ()):
            waiting[other].discard(id)
            if not waiting[other]:
                ready.append(other)
