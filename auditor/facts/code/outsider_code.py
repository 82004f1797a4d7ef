"""Whose code a job runs: what the entry checks out, what steps put on disk, and what executes it there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import attrgetter

from auditor.facts.code.checkout_guard import refusal
from auditor.facts.code.copies import CopiedPath, Copies
from auditor.facts.code.executions import Execution, Executions
from auditor.facts.code.fetches import Fetch, FetchedFrom, Fetches
from auditor.facts.code.head_ref import HeadReference, is_after_pull_request
from auditor.facts.code.heads import Heads
from auditor.facts.entry.entry import Entry
from auditor.facts.entry.gate import Gate, GateKind
from auditor.facts.flow.graph.flow import Flow
from auditor.facts.job.expressions import Expressions
from auditor.facts.job.paths import lies_in
from auditor.facts.job.readings import Readings
from auditor.facts.job.scripts import Scripts
from auditor.facts.job.steps import StepInJob, given_to, steps_of_job
from auditor.facts.limits import Limits
from auditor.facts.reach.path import Path
from auditor.facts.reach.reach import Reach
from auditor.finding import Confidence, Hop, HopKind, Location
from auditor.knowledge.actions.checkout import CHECKOUT
from auditor.knowledge.platform.events import Actor, DefaultCode
from auditor.languages.expression import UNKNOWN, Value
from auditor.model.documents import Job, Step
from auditor.model.repository import Repository
from auditor.model.settings import Settings

MAX_WALKED = 300_000
"""Steps and commands that are walked over all paths of a repository; a big real one has some thousand."""


MAX_ON_DISK = 20
"""Things of an outsider's that are followed in one job; people fetch one or two."""

MAX_PLACES = 20
"""Places to which one of them is copied."""


@dataclass(frozen=True, slots=True)
class OutsiderCode:
    """Evidence that an outsider's code runs on a path: where it comes from and what executes it.

    `confidence`: how surely what is fetched is theirs. Low is "can't be decided". `ran`: how surely something
    executes it. `since` is the first step in which it runs; None where it is there from the start.
    """

    hops: tuple[Hop, ...]
    gates: tuple[Gate, ...] = ()
    confidence: Confidence = Confidence.HIGH
    ran: Confidence = Confidence.HIGH
    since: StepInJob | None = None
    fetch: Fetch | None = None

    @property
    def lowered(self) -> int:
        """How many severity levels the gates of the fetch take off, and that nothing may execute it."""
        return sum(gate.lowers for gate in self.gates) + int(self.ran is Confidence.LOW)


@dataclass(frozen=True, slots=True, eq=False)
class ExecutedBy:
    """That a step executes something of what an outsider put on disk. Low is "may"."""

    step_in_job: StepInJob
    execution: Execution
    surely: Confidence


@dataclass(frozen=True, slots=True, eq=False)
class OnDisk:
    """Something of an outsider's that lies in a job's folder on a path.

    `after` are the steps that follow while it lies there, the fetching one not among them; `ran` is what
    executes it, the surest first.
    """

    fetch: Fetch
    gates: tuple[Gate, ...]
    confidence: Confidence
    ran: tuple[ExecutedBy, ...]
    after: tuple[StepInJob, ...]

    @property
    def first(self) -> StepInJob | None:
        """The first step that executes it as surely as any."""
        surest = (ran.step_in_job for ran in self.ran if ran.surely is self.ran[0].surely)
        return next(surest, None)

    @property
    def hops(self) -> tuple[Hop, ...]:
        """Where it is fetched, and what executes it."""
        where = f" into `{self.fetch.folder}`" if self.fetch.folder else ""
        chosen = any(head.names is HeadReference.CHOSEN for head in self.fetch.heads)
        what = "what an outsider names" if chosen else self.fetch.source.value
        fetched = Hop(HopKind.STEP, f"{what} is fetched here{where}", self.fetch.step.location)
        if self.confidence is Confidence.LOW:
            why = "made of an outsider's text" if chosen else "the pull request's by its name"
            note = f"a ref that can't be decided, {why}, is fetched here{where}"
            fetched = replace(fetched, note=note)
        return (fetched, *(ran.execution.hop for ran in self.ran[:1]))


class Code:
    """Answers whose code lies and runs in a job."""

    def __init__(
        self,
        repository: Repository,
        settings: Settings,
        expressions: Expressions,
        scripts: Scripts,
        readings: Readings,
        reach: Reach,
        flow: Flow,
        limits: Limits,
    ) -> None:
        self._repository = repository
        self._reach = reach
        self._settings = settings
        self._expressions = expressions
        self._limits = limits
        heads = Heads(expressions, readings, reach, flow)
        self._fetches = Fetches(scripts, heads)
        self._executions = Executions(scripts, limits)
        self._copies = Copies(scripts)
        self._given: dict[Step, dict[str, Value]] = {}
        self._steps: dict[Job, tuple[StepInJob, ...]] = {}
        self._fetched: dict[tuple[Job, Entry, tuple[Job, ...]], tuple[tuple[Fetch, ...], ...]] = {}
        self._on_disk: dict[Path, tuple[OnDisk, ...]] = {}
        self._of_outsider: dict[Path, OutsiderCode | None] = {}
        self._scripts = scripts
        self._costs: dict[Job, int] = {}
        self._reached: dict[Step, frozenset[tuple[Entry, tuple[Job, ...], Job]]] = {}
        self._walked = 0

    def of_outsider(self, path: Path) -> OutsiderCode | None:
        """How an outsider's code gets to run in the path's job, or None where it doesn't."""
        if path not in self._of_outsider:
            self._of_outsider[path] = self._best(path)
        return self._of_outsider[path]

    def _best(self, path: Path) -> OutsiderCode | None:
        entry, job = path.entry, path.job
        if entry.fork and entry.code is DefaultCode.PULL_REQUEST:
            note = "the workflow and the code are those of the pull request"
            return OutsiderCode((Hop(HopKind.STEP, note, _first(job)),))
        best: OutsiderCode | None = None
        # Who comments under a pull request vouches for it, if not for what is pushed meanwhile.
        for on_disk in self.on_disk(path) if not entry.comments else ():
            for ran in on_disk.ran[:1]:
                # What may be executed is no reason to doubt who owns it.
                surely = min(on_disk.confidence, max(ran.surely, Confidence.MEDIUM))
                if best is None or (ran.surely, surely) > (best.ran, best.confidence):
                    first, fetch = on_disk.first, on_disk.fetch
                    best = OutsiderCode(on_disk.hops, on_disk.gates, surely, ran.surely, first, fetch)
        return best

    def on_disk(self, path: Path) -> tuple[OnDisk, ...]:
        """What steps put on disk of an outsider's, on a path that is about something of theirs."""
        if not _is_about_an_outsider(path.entry):
            return ()
        if path not in self._on_disk:
            self._on_disk[path] = tuple(self._walk(path))
        return self._on_disk[path]

    def steps(self, job: Job) -> tuple[StepInJob, ...]:
        """The steps that a job really runs, in their order."""
        if job not in self._steps:
            self._steps[job] = tuple(steps_of_job(job, self._repository))
        return self._steps[job]

    def runs(self, step_in_job: StepInJob, path: Path) -> bool | None:
        """Whether its own `if`, and those of the steps whose action it belongs to, let it run on the path."""
        contexts, each = self._reach.contexts(path), step_in_job
        surely: bool | None = True
        while each.caller is not None:
            inside = replace(contexts, called=True, given=self._inputs(each.caller))
            holds = inside.holds(self._expressions.condition(each.step.condition))
            if holds is False:
                return False
            surely = surely and holds
            each = each.caller
        holds = contexts.holds(self._expressions.condition(each.step.condition))
        return False if holds is False else surely and holds

    def _walk(self, path: Path) -> list[OnDisk]:
        steps = self.steps(path.job)
        cost = self._cost(path.job, steps)
        self._walked += cost
        if self._walked > MAX_WALKED:
            said = f"more than {MAX_WALKED:,} commands on all paths; what others put on disk isn't followed"
            self._limits.cut(said, path.job.workflow.location)
            return []
        fetches = self._fetches_on(path, steps) if cost else ()
        if not any(each.source is not FetchedFrom.BASE for found in fetches for each in found):
            return []
        on_disk: list[_FilesOnDisk] = []
        for step_in_job, found in zip(steps, fetches, strict=True):
            runs = self.runs(step_in_job, path)
            if runs is False:
                continue
            for each in on_disk:
                each.pass_by(step_in_job)
            acts: list[Fetch | Execution | CopiedPath] = [*found, *self._executions.of(step_in_job)]
            acts += self._copies.of(step_in_job)
            for act in sorted(acts, key=attrgetter("at")):
                if isinstance(act, CopiedPath):
                    for each in on_disk:
                        each.copy(act)
                elif isinstance(act, Fetch):
                    self._put(act, path, on_disk, surely=runs is True)
                else:
                    for each in on_disk:
                        each.execute(act, step_in_job)
        return [each.result() for each in on_disk]

    def _put(self, fetch: Fetch, path: Path, on_disk: list[_FilesOnDisk], *, surely: bool) -> None:
        if fetch.source is FetchedFrom.BASE:
            for each in on_disk:
                each.over |= surely and lies_in(each.fetch.folder, fetch.folder) is Confidence.HIGH
            return
        if fetch.source is FetchedFrom.ARTIFACT and not _may_be_outsiders(path):
            return
        if not self._gets_to(fetch.step_in_job, path):
            return
        gates, surely_theirs = refusal(fetch, path, self._settings)
        if not self._reach.guarded and any(gate.closes for gate in gates):
            return
        if len(on_disk) >= MAX_ON_DISK:
            said = f"only {MAX_ON_DISK} things that a job's steps fetch are followed"
            self._limits.cut(said, fetch.step.location)
        else:
            on_disk.append(_FilesOnDisk(fetch, gates, surely_theirs))
            if fetch.executed:
                what = Execution(fetch.step, fetch.folder, fetch.executed, Confidence.HIGH, fetch.at)
                on_disk[-1].execute(what, fetch.step_in_job)

    def _gets_to(self, step_in_job: StepInJob, path: Path) -> bool:
        """Whether checks of access before the step, in its own job, leave the path open."""
        step = step_in_job.top.step
        if step not in self._reached:
            ways = self._reach.at(step)
            self._reached[step] = frozenset((way.entry, way.calls, way.job) for way in ways)
        return (path.entry, path.calls, path.job) in self._reached[step]

    def _cost(self, job: Job, steps: tuple[StepInJob, ...]) -> int:
        """How much there is to walk; nothing where no step can fetch anything."""
        if job not in self._costs:
            may = any(self._fetches.may_fetch(step_in_job.step) for step_in_job in steps)
            scripts = (self._scripts.of(step_in_job.step) for step_in_job in steps) if may else ()
            commands = sum(len(script.commands) for script in scripts if script is not None)
            self._costs[job] = len(steps) + commands if may else 0
        return self._costs[job]

    def _fetches_on(self, path: Path, steps: tuple[StepInJob, ...]) -> tuple[tuple[Fetch, ...], ...]:
        key = (path.job, path.entry, path.calls)
        if key not in self._fetched:
            self._fetched[key] = self._fetches.of(steps, path)
        return self._fetched[key]

    def _inputs(self, caller: StepInJob) -> dict[str, Value]:
        """The inputs of an action that are a plain text, by the step that uses it or by default."""
        if caller.step not in self._given:
            found: dict[str, Value] = {}
            if caller.action is not None:
                found = {declared.name.lower(): "" for declared in caller.action.inputs}
            for name, value in given_to(caller).items():
                found[name] = UNKNOWN if "${{" in value.value else value.value
            self._given[caller.step] = found
        return self._given[caller.step]


class _FilesOnDisk:
    """What lies on disk while a job's steps are walked."""

    def __init__(self, fetch: Fetch, gates: tuple[Gate, ...], confidence: Confidence) -> None:
        self.fetch = fetch
        self.over = False
        self._places = [fetch.folder]
        self._gates = gates
        self._confidence = confidence
        self._ran: list[ExecutedBy] = []
        self._after: list[StepInJob] = []

    def pass_by(self, step_in_job: StepInJob) -> None:
        if not self.over:
            self._after.append(step_in_job)

    def copy(self, copied: CopiedPath) -> None:
        """What of it is copied lies at both places."""
        known = any(lies_in(copied.source, place) is Confidence.HIGH for place in self._places)
        if known and not self.over and len(self._places) < MAX_PLACES:
            self._places.append(copied.target)

    def execute(self, execution: Execution, step_in_job: StepInJob) -> None:
        found = [lies_in(execution.place, place) for place in self._places if not self.over]
        inside = max((each for each in found if each is not None), default=None)
        if inside is None:
            return
        surely = min(inside, execution.surely)
        # Whoever unpacks data works with it; a program that isn't known is hardly its.
        if surely is not Confidence.LOW or self.fetch.source is FetchedFrom.HEAD:
            self._ran.append(ExecutedBy(step_in_job, execution, surely))

    def result(self) -> OnDisk:
        ran = sorted(self._ran, key=lambda each: -each.surely)
        return OnDisk(self.fetch, self._gates, self._confidence, tuple(ran), tuple(self._after))


def _is_about_an_outsider(entry: Entry) -> bool:
    """Whether a head in the run's payload is an outsider's. What somebody has merged is the repository's."""
    if any(gate.kind is GateKind.MERGE for gate in entry.gates) or entry.on_pull_request is False:
        return False
    if entry.is_pull_request:
        return entry.fork
    return entry.fork or entry.starter is Actor.OUTSIDER or entry.comments


def _may_be_outsiders(path: Path) -> bool:
    """Whether what another run uploaded may be of a fork's run."""
    return path.entry.event != "workflow_run" or is_after_pull_request(path.entry)


def _first(job: Job) -> Location:
    checkout = next((step for step in job.steps if step.uses and step.uses.slug == CHECKOUT), None)
    return checkout.location if checkout else job.location
