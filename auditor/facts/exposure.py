"""Which runners an outsider's code gets onto."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from auditor.facts.code import Code, OutsiderCode
from auditor.facts.entry import Gate
from auditor.facts.pool import pool_gates
from auditor.facts.reach import Path, Reach
from auditor.facts.runner import Runner, RunnerKind, Runners
from auditor.finding import Confidence, Hop, HopKind, Location, Severity, Trace, Verdict
from auditor.model.settings import Settings
from auditor.model.workflow import Job


@dataclass(frozen=True)
class Exposure:
    """A path on which an outsider's code runs on a runner that isn't surely GitHub's. `at` names it.

    `gates` are those of the runner's group.
    """

    path: Path
    code: OutsiderCode
    runner: Runner
    at: Location
    gates: tuple[Gate, ...] = ()

    @cached_property
    def confidence(self) -> Confidence:
        """How surely it is one. Low is "can't be decided": of the runner, or of the fetched ref."""
        unsure = self.runner.kind is not RunnerKind.SELF_HOSTED
        return Confidence.LOW if unsure else self.code.confidence

    @property
    def is_closed(self) -> bool:
        """Whether the runner's group lets the job on none of its machines."""
        return any(gate.verdict is Verdict.GUARDED for gate in self.gates)

    def severity(self, worst: Severity) -> Severity:
        """`worst`, less what the gates of the path and of the runner take off."""
        return self.path.severity(worst).lowered(sum(gate.lowers for gate in self.gates))

    def trace(self) -> Trace:
        """The path as evidence, down to the machine."""
        machine = Hop(HopKind.POWER, self.runner.machine, self.at)
        gates = (gate.hop for gate in (*self.code.gates, *self.gates))
        return self.path.trace(*gates, *self.code.hops, machine)


class Exposures:
    """Joins who gets into a job, whose code it runs, and on whose machine."""

    def __init__(self, reach: Reach, code: Code, runners: Runners, settings: Settings) -> None:
        self._reach = reach
        self._code = code
        self._runners = runners
        self._settings = settings

    def of(self, job: Job) -> tuple[Exposure, ...]:
        """The open exposures of a job, the worst first."""
        found = []
        for path in self._reach.into(job):
            code = self._code.of_outsider(path)
            if code is None:
                continue
            for runner, at in self._of(job, path):
                if runner.kind is RunnerKind.HOSTED:
                    continue
                gates = tuple(pool_gates(runner, path.entry, at, self._settings))
                found.append(Exposure(path, code, runner, at, gates))
        return tuple(sorted((each for each in found if not each.is_closed), key=_weakness))

    def _of(self, job: Job, path: Path) -> Iterator[tuple[Runner, Location]]:
        world = self._reach.world(path)
        if job.runs_on is None:
            yield from self._runners.named_elsewhere(job, path, world)
        else:
            for runner in self._runners.of(job, path, world):
                yield runner, job.runs_on.location


def _weakness(exposure: Exposure) -> tuple[bool, bool, int, int]:
    undecided = exposure.confidence is Confidence.LOW
    company = exposure.runner.kind is RunnerKind.COMPANY
    return undecided, company, -exposure.severity(Severity.CRITICAL), -exposure.confidence
