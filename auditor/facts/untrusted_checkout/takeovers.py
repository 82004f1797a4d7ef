"""An outsider's code on disk beside power: what it gains on which path, and how bad that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.facts.code.approvals import Approvals
from auditor.facts.code.fetches import FetchedFrom
from auditor.facts.code.outsider_code import Code, OnDisk, OutsiderCode
from auditor.facts.code.secrets_in_reach import Secret, SecretsInReach, keeps_token
from auditor.facts.entry.gate import Gate
from auditor.facts.flow.untrusted_input import UntrustedInputs
from auditor.facts.job.paths import WORKSPACE
from auditor.facts.job.steps import StepInJob
from auditor.facts.power.job_power import Power
from auditor.facts.reach.path import Path
from auditor.facts.reach.reach import Reach
from auditor.finding import Confidence, Hop, HopKind, Severity, Trace
from auditor.knowledge.actions.checkout import CHECKOUT, major_version
from auditor.knowledge.actions.credentials import KEPT_OUTSIDE_SINCE
from auditor.knowledge.platform.events import Actor
from auditor.model.documents import Job
from auditor.model.permission import Level
from auditor.model.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class Takeover:
    """Something of an outsider's that lies in a privileged job on a path. `worst` is before the gates.

    `secrets` are those in reach from the first step that executes it, or from the fetching one. Whether
    the environment `waits_for` has reviewers isn't known.
    """

    path: Path
    on_disk: OnDisk
    worst: Severity
    confidence: Confidence
    secrets: tuple[Secret, ...]
    power: str
    waits_for: Gate | None = None

    @property
    def lowered(self) -> int:
        """How many severity levels the gates of the path and of the fetch take off."""
        return self.path.lowered + sum(gate.lowers for gate in self.on_disk.gates)

    @property
    def decided(self) -> bool:
        """Whether it is certain whose code it is, and that no reviewer of an environment must agree."""
        return self.on_disk.confidence is not Confidence.LOW and self.waits_for is None

    @property
    def severity(self) -> Severity:
        """How bad it is, less what the gates take off; medium at most where it isn't decided."""
        found = self.worst.lowered(self.lowered)
        return found if self.decided else min(found, Severity.MEDIUM)

    @property
    def step(self) -> StepInJob:
        """The job's own step in which it is fetched."""
        return self.on_disk.fetch.step_in_job.top

    def trace(self) -> Trace:
        """The path as evidence, down to what is gained."""
        gates = (gate.hop for gate in self.on_disk.gates)
        return self.path.trace(
            *gates, *self.on_disk.hops, Hop(HopKind.POWER, self.power, self.path.job.location)
        )


@dataclass(frozen=True, slots=True, eq=False)
class ReachablePower:
    """Power that is in reach on a path. `code` says how an outsider's code runs there, if it does.

    `untrusted_input` is where their text or artifact gets in, if it does and no code of theirs runs. Whether
    the environment `waits_for` has reviewers isn't known.
    """

    path: Path
    code: OutsiderCode | None
    power: tuple[Hop, ...]
    secrets: tuple[Secret, ...] = ()
    waits_for: Gate | None = None
    untrusted_input: Hop | None = None

    @property
    def is_outsiders(self) -> bool:
        """Whether it is certain whose code it is."""
        return self.code is None or self.code.confidence is not Confidence.LOW

    @property
    def decided(self) -> bool:
        """Whether that is certain, and that no reviewer of an environment must agree."""
        return self.is_outsiders and self.waits_for is None

    @property
    def confidence(self) -> Confidence:
        """How sure that is, and that it is executed."""
        return min(self.code.confidence, self.code.ran) if self.code else Confidence.HIGH

    @property
    def severity(self) -> Severity:
        """How bad it is, less what the gates take off: without an outsider's code high, or low."""
        worst = Severity.HIGH if self.untrusted_input is not None else Severity.LOW
        if self.code is not None:
            worst = Severity.CRITICAL.lowered(self.code.lowered)
        found = self.path.severity(worst)
        return found if self.decided else min(found, Severity.MEDIUM)

    def trace(self) -> Trace:
        """The path as evidence, down to what is gained."""
        gates = (gate.hop for gate in self.code.gates) if self.code else ()
        inputs = (self.untrusted_input,) if self.untrusted_input is not None else ()
        return self.path.trace(*gates, *(self.code.hops if self.code else inputs), *self.power[:5])


def _weakness(found: ReachablePower) -> tuple[int, int]:
    return -found.severity, -found.confidence


class Takeovers:
    """Joins who gets into a job, what they put on disk there, and what power lies beside it."""

    def __init__(
        self,
        settings: Settings,
        reach: Reach,
        code: Code,
        power: Power,
        secrets_in_reach: SecretsInReach,
        approvals: Approvals,
        untrusted_inputs: UntrustedInputs,
    ) -> None:
        self._untrusted_inputs = untrusted_inputs
        self._approvals = approvals
        self._settings = settings
        self._reach = reach
        self._code = code
        self._power = power
        self._secrets_in_reach = secrets_in_reach

    def secrets(self, job: Job) -> tuple[ReachablePower, ...]:
        """The paths on which an outsider's code that runs in a job has secrets in reach, the worst first."""
        found = []
        for path in self._reach.into(job):
            code = self._approvals.unvouched(path, self._code.of_outsider(path))
            if code is None:
                continue
            secrets = self._secrets_in_reach.to(path, code.since)
            if secrets:
                power = tuple(secret.hop for secret in secrets)
                found.append(ReachablePower(path, code, power, secrets, self._approvals.waits_for(path)))
        return tuple(sorted(found, key=_weakness))

    def id_tokens(self, job: Job) -> tuple[ReachablePower, ...]:
        """The paths on which a run that an outsider starts, or runs code in, may request an id-token."""
        found = []
        for path in self._reach.into(job):
            if not self._power.of(path).id_token:
                continue
            code = self._approvals.unvouched(path, self._code.of_outsider(path))
            if code is not None or path.entry.starter is Actor.OUTSIDER:
                note = "it may request an id-token, which is the job's identity"
                power = (Hop(HopKind.POWER, note, job.location),)
                hop = self._untrusted_inputs.into(path) if code is None else None
                waits_for = self._approvals.waits_for(path)
                found.append(ReachablePower(path, code, power, waits_for=waits_for, untrusted_input=hop))
        return tuple(sorted(found, key=_weakness))

    def of(self, job: Job) -> tuple[Takeover, ...]:
        """The heads that are fetched in privileged runs of a job, unvouched for, the worst first."""
        found = [
            each
            for path in self._reach.into(job)
            for each in self.on(path)
            if not self._approvals.vouches(path, each.on_disk.fetch)
        ]
        return tuple(sorted(found, key=lambda each: (-each.severity, -each.confidence)))

    def writes(self, path: Path) -> bool:
        """Whether the job's token may write on that path, for all that is known."""
        writes = self._power.writes(path)
        return self._settings.default_token is not Level.READ if writes is None else bool(writes)

    def surely_writes(self, path: Path) -> bool:
        """Whether the job's token may write on that path by what is declared, or known of the default.

        An id-token is requested without it.
        """
        return bool(self._power.of(path).writes)

    def is_worth(self, path: Path) -> bool:
        """Whether whoever runs code in the path's job gains more than a read-only token."""
        return self.writes(path) or bool(self._secrets_in_reach.to(path, None))

    def on(self, path: Path) -> Iterator[Takeover]:
        """Each head that is fetched in a privileged run on a path, whoever vouches for it."""
        if not path.entry.privileged:
            return
        for on_disk in self._code.on_disk(path):
            if on_disk.fetch.source is not FetchedFrom.HEAD:
                continue
            since = on_disk.first or on_disk.fetch.step_in_job
            secrets = self._secrets_in_reach.to(path, since)
            writes = self.writes(path)
            worst = self._worst(on_disk, path, worth=writes or bool(secrets))
            if worst is not None:
                confidence = min(
                    on_disk.confidence, *(ran.surely for ran in on_disk.ran[:1]), Confidence.HIGH
                )
                power = self._power.in_words(path)
                waits_for = self._approvals.waits_for(path)
                yield Takeover(path, on_disk, worst, confidence, secrets, power, waits_for)

    def _worst(self, on_disk: OnDisk, path: Path, *, worth: bool) -> Severity | None:
        """How bad it is where nothing stands in the way; None where they gain nothing."""
        if not worth:
            return None
        if on_disk.ran:
            return Severity.HIGH if on_disk.ran[0].surely is Confidence.LOW else Severity.CRITICAL
        kept = [step_in_job for step_in_job in self._code.steps(path.job) if _keeps(step_in_job)]
        if not kept:
            return None
        beside = on_disk.fetch.folder == WORKSPACE and any(keeps_in_tree(step_in_job) for step_in_job in kept)
        return Severity.HIGH if beside else Severity.MEDIUM


def _keeps(step_in_job: StepInJob) -> bool:
    uses = step_in_job.step.uses
    return uses is not None and uses.slug == CHECKOUT and keeps_token(step_in_job)


def keeps_in_tree(step_in_job: StepInJob) -> bool:
    """Whether a checkout may leave its token in `.git/config`, where files of the workspace are read."""
    major = major_version(step_in_job.step.uses.ref) if step_in_job.step.uses else None
    return major is None or major < KEPT_OUTSIDE_SINCE
