"""What may be pushed between an approval and the checkout that follows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.facts.code.approvals import Approvals
from auditor.facts.code.fetches import FetchedFrom
from auditor.facts.code.outsider_code import Code, OnDisk
from auditor.facts.entry.gate import Gate
from auditor.facts.job.steps import StepInJob
from auditor.facts.reach.path import Path
from auditor.facts.reach.reach import Reach
from auditor.facts.runner.exposures import Exposures, RunnerPath
from auditor.facts.runner.runners import RunnerKind
from auditor.facts.untrusted_checkout.takeovers import Takeover, Takeovers
from auditor.finding import Confidence, Severity, Trace
from auditor.knowledge.platform.events import Actor
from auditor.model.documents import Job, Step
from auditor.model.trigger import Trigger


@dataclass(frozen=True, slots=True, eq=False)
class Race:
    """A head that is fetched after `approval`, by a name that may mean another commit by now.

    `gain` is what whoever pushes in between gains: the run's power, or the machine.
    """

    on_disk: OnDisk
    approval: Gate
    gain: Takeover | RunnerPath

    @property
    def path(self) -> Path:
        """How the approved run gets there."""
        return self.gain.path

    @property
    def step(self) -> StepInJob:
        """The job's own step in which the head is fetched."""
        return self.on_disk.fetch.step_in_job.top

    @property
    def runner_path(self) -> RunnerPath | None:
        """The machine, where that is gained."""
        return self.gain if isinstance(self.gain, RunnerPath) else None

    @property
    def is_outsiders(self) -> bool:
        """Whether it is certain whose code it is."""
        return self.on_disk.confidence is not Confidence.LOW

    @property
    def decided(self) -> bool:
        """Whether that is certain, and whose machine it is where that is gained."""
        return self.is_outsiders and (self.runner_path is None or self.runner_path.is_known)

    @property
    def confidence(self) -> Confidence:
        """How sure that is, and that it is executed."""
        if self.runner_path is not None and not self.runner_path.is_known:
            return Confidence.LOW
        return min(self.on_disk.confidence, *(ran.surely for ran in self.on_disk.ran[:1]), Confidence.HIGH)

    @property
    def severity(self) -> Severity:
        """How bad it is. The approval itself takes nothing off; that nothing surely executes it does."""
        ran = self.on_disk.ran
        worst = Severity.HIGH if ran and ran[0].surely is not Confidence.LOW else Severity.MEDIUM
        gates = (*self.on_disk.gates, *(self.runner_path.gates if self.runner_path is not None else ()))
        lowered = self.path.lowered + sum(gate.lowers for gate in gates) - self.approval.lowers
        found = worst.lowered(lowered)
        return found if self.decided else min(found, Severity.MEDIUM)

    def trace(self) -> Trace:
        """The path as evidence, down to what is gained."""
        if isinstance(self.gain, Takeover):
            return self.gain.trace()
        return self.gain.trace(*(gate.hop for gate in self.on_disk.gates), *self.on_disk.hops)


class Races:
    """Finds approvals that don't hold what was approved."""

    def __init__(
        self, reach: Reach, code: Code, takeovers: Takeovers, exposures: Exposures, approvals: Approvals
    ) -> None:
        self._reach = reach
        self._code = code
        self._takeovers = takeovers
        self._exposures = exposures
        self._approvals = approvals
        self._of_job: dict[Job, tuple[Race, ...]] = {}

    def of(self, job: Job) -> tuple[Race, ...]:
        """The races of a job, the worst first."""
        if job not in self._of_job:
            found = tuple(self._found(job))
            worst_first = sorted(found, key=lambda each: (-each.severity, -each.confidence))
            self._of_job[job] = tuple(worst_first)
        return self._of_job[job]

    def _found(self, job: Job) -> Iterator[Race]:
        open_to_all = set()
        races = []
        for path in self._reach.into(job):
            approval = self._approvals.of(path)
            if approval is not None:
                races += [Race(each.on_disk, approval, each) for each in self._takeovers.on(path)]
            elif path.entry.starter is Actor.OUTSIDER:
                open_to_all |= {_trigger_and_step(path, on_disk) for on_disk in self._heads(path)}
        races += self._on_machines(job)
        for race in races:
            # Where an outsider needs no approval, nobody has to race against one.
            if race.on_disk.fetch.mutable and _trigger_and_step(race.path, race.on_disk) not in open_to_all:
                yield race

    def _on_machines(self, job: Job) -> Iterator[Race]:
        """Heads that run on a machine that may be the repository's own, after a comment.

        After another approval it is an outsider's code that runs there, whoever agreed.
        """
        for runner_path in self._exposures.runner_paths(job):
            if not runner_path.path.entry.comments or runner_path.runner.kind is RunnerKind.COMPANY:
                continue
            approval = self._approvals.of(runner_path.path)
            for on_disk in self._heads(runner_path.path) if approval is not None else ():
                if on_disk.ran and approval is not None:
                    yield Race(on_disk, approval, runner_path)

    def _heads(self, path: Path) -> Iterator[OnDisk]:
        return (each for each in self._code.on_disk(path) if each.fetch.source is FetchedFrom.HEAD)


def _trigger_and_step(path: Path, on_disk: OnDisk) -> tuple[Trigger, Step]:
    return path.entry.trigger, on_disk.fetch.step_in_job.top.step
