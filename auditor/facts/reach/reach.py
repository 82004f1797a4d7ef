"""From an entry to a job: through `if`, `needs` and calls of reusable workflows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from auditor.facts.entry.entries import Entries
from auditor.facts.entry.entry import Entry
from auditor.facts.entry.gate import Gate
from auditor.facts.job.expressions import Expressions
from auditor.facts.limits import Limits
from auditor.facts.reach.access.check import Checks
from auditor.facts.reach.access.gates import AccessGates
from auditor.facts.reach.entry_contexts import EntryContexts
from auditor.facts.reach.gates import Gates
from auditor.facts.reach.open_jobs import GateLists, OpenJobs
from auditor.facts.reach.path import Path
from auditor.facts.reach.path_contexts import PathContexts
from auditor.finding import Location
from auditor.knowledge.platform.events import Actor
from auditor.model.documents import Action, Job, Step, Workflow
from auditor.model.repository import Repository
from auditor.model.settings import Settings

MAX_CALLS = 10
"""Reusable workflows may call each other this deep (GitHub docs, "Reuse workflows", limits of 2025-11)."""

MAX_NESTED = 2 * MAX_CALLS
"""Calls above a job together with the uses of composite actions above a step, of which ten may nest, too."""

MAX_PATHS = 100
"""Paths, of one event, that are kept for one job or step, the strongest first."""

MAX_OUTER = 500
"""Paths, of one event, that are kept of all that call one workflow; each of its jobs shuts some."""

MAX_FOLLOWED = 100_000
"""Paths through callers that are followed in a whole repository; a big real one has some hundred."""


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
        self._repository = repository
        self._expressions = expressions
        self._contexts = PathContexts(repository, settings, expressions, limits)
        self._gates = Gates(settings, expressions)
        self._access_gates = AccessGates(expressions, Checks(repository))
        self._lists = GateLists(limits)
        self._open_jobs = OpenJobs(
            self._contexts, self._gates, self._access_gates, self._lists, guarded=guarded
        )
        self._entries = Entries(repository, settings)
        self._open_entries: dict[Workflow, tuple[Entry, ...]] = {}
        self._into: dict[Job, tuple[Path, ...]] = {}
        self._at: dict[Step, tuple[Path, ...]] = {}
        self._used: dict[Action, tuple[Path, ...]] = {}
        self._outer: dict[Workflow, tuple[Path, ...]] = {}
        self._visiting: set[Action | Workflow] = set()
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
            passed = (self._through(path, step) for path in self._before(step))
            found = (path for path in passed if path is not None)
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
        if action is None or action in self._visiting or self._is_too_deep(action.location):
            return ()
        paths = self._used.get(action)
        if paths is None:
            self._visiting.add(action)
            best: dict[object, Path] = {}
            for user in self._repository.users(action):
                for path in self.at(user):
                    key = (path.entry, path.job, path.calls)
                    if key not in best or path.weakness < best[key].weakness:
                        best[key] = path
            self._visiting.discard(action)
            paths = self._used[action] = self._strongest(best.values(), MAX_PATHS, action.location)
        return paths

    def admits(self, path: Path, step: Step, hostile: frozenset[tuple[str, ...]]) -> bool:
        """Whether the path's conditions let a run pass in which those fields are none of the texts named."""
        known = (self._contexts.of(path), self._contexts.at(path, step))
        around, at = (replace(each, hostile=hostile) for each in known)
        places = [(around, job.condition) for job in (*path.calls, path.job)] + [(at, step.condition)]
        return all(
            contexts.holds(self._expressions.condition(each)) is not False for contexts, each in places
        )

    def contexts(self, path: Path) -> EntryContexts:
        """What is known of the contexts on that path."""
        return self._contexts.of(path)

    def contexts_of_entry(self, entry: Entry, job: Job, shut: frozenset[str]) -> EntryContexts:
        """What is known in a job that nobody calls. `shut` are the needed jobs that don't run."""
        return self._contexts.in_job(entry, (), job, shut)

    def _paths(self, job: Job) -> Iterator[Path]:
        for entry in self.entries(job.workflow):
            gates = self._open_jobs.of(job.workflow, entry, ()).get(job.id)
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
            gates = self._open_jobs.of(job.workflow, outer.entry, calls).get(job.id)
            if gates is not None:
                yield Path(outer.entry, job, calls, self._lists.join(outer.gates, gates, job))

    def _calling(self, workflow: Workflow) -> tuple[Path, ...]:
        """The open ways into the jobs that call a workflow, the strongest first."""
        if workflow in self._visiting or self._is_too_deep(workflow.location):
            return ()
        paths = self._outer.get(workflow)
        if paths is None:
            self._visiting.add(workflow)
            found = (path for job in self._repository.callers(workflow) for path in self.into(job))
            paths = self._outer[workflow] = self._strongest(found, MAX_OUTER, workflow.location)
            self._visiting.discard(workflow)
        return paths

    def _is_too_deep(self, at: Location) -> bool:
        too_deep = len(self._visiting) >= MAX_NESTED
        if too_deep:
            self._limits.cut(f"ways aren't followed through more than {MAX_NESTED} calls and actions", at)
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

    def _is_passable(self, gates: tuple[Gate, ...]) -> bool:
        return self.guarded or not any(gate.closes for gate in gates)

    def _through(self, path: Path, step: Step) -> Path | None:
        contexts = self._contexts.at(path, step)
        own = self._gates.of_condition(contexts, step.condition, "step")
        gates = self._lists.join(own, self._access_gates.before(step, contexts), step)
        if not gates:
            return path
        found = Path(path.entry, path.job, path.calls, self._lists.join(path.gates, gates, step))
        return found if self._is_passable(gates) else None
