"""Which runners an outsider's code gets onto."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.facts.code import Code, OutsiderCode
from auditor.facts.reach import Path, Reach
from auditor.facts.runner import Runner, RunnerKind, Runners
from auditor.finding import Confidence, Hop, HopKind, Location, Severity, Trace
from auditor.model.workflow import Job


@dataclass(frozen=True, slots=True)
class Exposure:
    """A path on which an outsider's code runs on a runner that isn't surely GitHub's. `at` names it."""

    path: Path
    code: OutsiderCode
    runner: Runner
    at: Location

    @property
    def confidence(self) -> Confidence:
        """How surely it is one. Low is "can't be decided": of the runner, or of the fetched ref."""
        unsure = self.runner.kind is not RunnerKind.SELF_HOSTED
        return Confidence.LOW if unsure else self.code.confidence

    def severity(self, worst: Severity) -> Severity:
        """`worst`, less what the gates of the path take off."""
        return self.path.severity(worst)

    def trace(self) -> Trace:
        """The path as evidence, down to the machine."""
        machine = Hop(HopKind.POWER, self.runner.machine, self.at)
        return self.path.trace(*(gate.hop for gate in self.code.gates), *self.code.hops, machine)


class Exposures:
    """Joins who gets into a job, whose code it runs, and on whose machine."""

    def __init__(self, reach: Reach, code: Code, runners: Runners) -> None:
        self._reach = reach
        self._code = code
        self._runners = runners

    def of(self, job: Job) -> tuple[Exposure, ...]:
        """The exposures of a job, the worst first."""
        found = []
        for path in self._reach.into(job):
            code = self._code.of_outsider(path)
            if code is None:
                continue
            for runner, at in self._of(job, path):
                if runner.kind is not RunnerKind.HOSTED:
                    found.append(Exposure(path, code, runner, at))
        return tuple(sorted(found, key=_weakness))

    def _of(self, job: Job, path: Path) -> Iterator[tuple[Runner, Location]]:
        world = self._reach.world(path)
        if job.runs_on is None:
            yield from self._runners.named_elsewhere(job, path, world)
        else:
            for runner in self._runners.of(job, path, world):
                yield runner, job.runs_on.location


def _weakness(exposure: Exposure) -> tuple[bool, int, int]:
    undecided = exposure.confidence is Confidence.LOW
    return undecided, -exposure.severity(Severity.CRITICAL), -exposure.confidence
