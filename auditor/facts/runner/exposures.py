"""Which machines that aren't GitHub's a job gets onto, and whose code runs there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.facts.code.approvals import Approvals
from auditor.facts.code.outsider_code import Code, OutsiderCode
from auditor.facts.entry.gate import Gate, GateKind
from auditor.facts.reach.path import Path
from auditor.facts.reach.reach import Reach
from auditor.facts.runner.groups import pool_gates
from auditor.facts.runner.runners import Runner, RunnerKind, Runners
from auditor.finding import Confidence, Hop, HopKind, Location, Severity, Trace
from auditor.knowledge.platform.events import Actor, DefaultCode
from auditor.model.documents import Job
from auditor.model.settings import Settings

_IN_THE_FILE = frozenset({GateKind.CONDITION, GateKind.HAND, GateKind.LABEL})
"""Gates that stand in the workflow file."""


@dataclass(frozen=True, slots=True)
class RunnerPath:
    """A path onto a runner that isn't surely GitHub's. `at` names the runner; `gates` are its group's."""

    path: Path
    runner: Runner
    at: Location
    gates: tuple[Gate, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether the runner is self-hosted for sure."""
        return self.runner.kind is RunnerKind.SELF_HOSTED

    @property
    def is_outsiders(self) -> bool:
        """Whether somebody outside can start it alone, or writes what it is about."""
        return Actor.OUTSIDER in (self.path.entry.starter, self.path.entry.author)

    @property
    def is_closed(self) -> bool:
        """Whether the runner's group lets the job on none of its machines."""
        return any(gate.closes for gate in self.gates)

    def severity(self, worst: Severity) -> Severity:
        """`worst`, less what the gates of the path and of the runner take off.

        A fork's pull request brings its own workflow file, and so its own `types`, `if` and labels.
        """
        gates = (*self.path.entry.gates, *self.path.gates, *self.gates)
        own_file = self.path.entry.fork and self.path.entry.code is DefaultCode.PULL_REQUEST
        counting = (gate for gate in gates if not (own_file and gate.kind in _IN_THE_FILE))
        return worst.lowered(sum(gate.lowers for gate in counting))

    def trace(self, *hops: Hop) -> Trace:
        """The path as evidence, with those stations before the machine."""
        machine = Hop(HopKind.POWER, self.runner.machine, self.at)
        return self.path.trace(*(gate.hop for gate in self.gates), *hops, machine)


@dataclass(frozen=True, slots=True)
class Exposure:
    """A path onto a runner on which an outsider's code runs."""

    runner_path: RunnerPath
    code: OutsiderCode

    @property
    def path(self) -> Path:
        """How they get there."""
        return self.runner_path.path

    @property
    def runner(self) -> Runner:
        """The machine."""
        return self.runner_path.runner

    @property
    def at(self) -> Location:
        """Where the machine is named."""
        return self.runner_path.at

    @property
    def confidence(self) -> Confidence:
        """How surely it is one. Low is "can't be decided": of the runner, or of the fetched ref."""
        return self.code.confidence if self.runner_path.is_known else Confidence.LOW

    def severity(self, worst: Severity) -> Severity:
        """`worst`, less what the gates of the path and of the runner take off."""
        return self.runner_path.severity(worst)

    def trace(self) -> Trace:
        """The path as evidence, down to the machine."""
        return self.runner_path.trace(*(gate.hop for gate in self.code.gates), *self.code.hops)


class Exposures:
    """Joins who gets into a job, whose code it runs, and on whose machine.

    With `guarded`, paths that a runner's group closes are among them.
    """

    def __init__(
        self,
        reach: Reach,
        code: Code,
        runners: Runners,
        settings: Settings,
        approvals: Approvals,
        *,
        guarded: bool = False,
    ) -> None:
        self._approvals = approvals
        self._guarded = guarded
        self._reach = reach
        self._code = code
        self._runners = runners
        self._settings = settings
        self._runner_paths: dict[Job, tuple[RunnerPath, ...]] = {}

    def of(self, job: Job) -> tuple[Exposure, ...]:
        """The open exposures of a job to code that nobody inside vouches for, the worst first."""
        paths = dict.fromkeys(each.path for each in self.runner_paths(job))
        codes = {path: self._approvals.unvouched(path, self._code.of_outsider(path)) for path in paths}
        found = {path: code for path, code in codes.items() if code is not None}
        exposures = (
            Exposure(each, found[each.path]) for each in self.runner_paths(job) if each.path in found
        )
        return tuple(sorted(exposures, key=_weakness))

    def runner_paths(self, job: Job) -> tuple[RunnerPath, ...]:
        """The open ways of a job onto machines that aren't surely GitHub's; the surest and worst first."""
        if job not in self._runner_paths:
            found = (each for path in self._ways(job) for each in self._on_path(job, path))
            kept = (each for each in found if self._guarded or not each.is_closed)
            self._runner_paths[job] = tuple(sorted(kept, key=_order))
        return self._runner_paths[job]

    def _ways(self, job: Job) -> Iterable[Path]:
        """The ways into a job, of those that an event written several times makes alike the first."""
        found: dict[object, Path] = {}
        for path in self._reach.into(job):
            entry = path.entry
            kind = (entry.event, entry.starter, entry.author, entry.fork, entry.types, entry.ref_type)
            about = (entry.comments, entry.on_pull_request, entry.upstream, entry.follows)
            found.setdefault((kind, about, path.calls, path.lowered, path.gates), path)
        return found.values()

    def _on_path(self, job: Job, path: Path) -> Iterator[RunnerPath]:
        for runner, at in self._of(job, path):
            if runner.kind is not RunnerKind.HOSTED:
                gates = tuple(pool_gates(runner, path.entry, at, self._settings)) if runner.pools else ()
                yield RunnerPath(path, runner, at, gates)

    def _of(self, job: Job, path: Path) -> Iterator[tuple[Runner, Location]]:
        if job.runs_on is None:
            if job.uses is not None and job.inputs:
                yield from self._runners.named_elsewhere(job, path, self._reach.contexts(path))
            return
        fixed = self._runners.fixed(job)
        runners = self._runners.of(job, path, self._reach.contexts(path)) if fixed is None else fixed
        for runner in runners:
            yield runner, job.runs_on.location


def _order(runner_path: RunnerPath) -> tuple[bool, bool, bool, int]:
    company = runner_path.runner.kind is RunnerKind.COMPANY
    return (
        not runner_path.is_known,
        company,
        not runner_path.is_outsiders,
        -runner_path.severity(Severity.CRITICAL),
    )


def _weakness(exposure: Exposure) -> tuple[bool, bool, int, int]:
    undecided = exposure.confidence is Confidence.LOW
    company = exposure.runner.kind is RunnerKind.COMPANY
    return undecided, company, -exposure.severity(Severity.CRITICAL), -exposure.confidence
