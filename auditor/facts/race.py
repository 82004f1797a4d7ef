"""What may be pushed between an approval and the checkout that follows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.facts.approval import Approvals
from auditor.facts.gate import Gate
from auditor.facts.reach import Reach
from auditor.facts.takeover import Takeover, Takeovers
from auditor.finding import Confidence, Severity
from auditor.knowledge.events import Actor
from auditor.model.workflow import Job


@dataclass(frozen=True, slots=True, eq=False)
class Race:
    """A head that is fetched after `approval`, by a name that may have come to mean another commit."""

    takeover: Takeover
    approval: Gate

    @property
    def severity(self) -> Severity:
        """How bad it is. The approval itself takes nothing off; that nothing surely executes it does."""
        worst = Severity.HIGH if self.takeover.is_executed else Severity.MEDIUM
        return worst.lowered(self.takeover.lowered - self.approval.lowers)


class Races:
    """Finds approvals that don't hold what was approved."""

    def __init__(self, reach: Reach, takeovers: Takeovers, approvals: Approvals) -> None:
        self._reach = reach
        self._takeovers = takeovers
        self._approvals = approvals

    def of(self, job: Job) -> tuple[Race, ...]:
        """The races of a job, the worst first."""
        found = tuple(self._found(job))
        return tuple(sorted(found, key=lambda each: (-each.severity, -each.takeover.confidence)))

    def _found(self, job: Job) -> Iterator[Race]:
        approved = []
        open_to_all = set()
        for path in self._reach.into(job):
            approval = self._approvals.of(path)
            for takeover in self._takeovers.on(path):
                fetched = (id(path.entry.trigger), id(takeover.step.step))
                if approval is not None:
                    approved.append((takeover, approval, fetched))
                elif path.entry.starter is Actor.OUTSIDER:
                    open_to_all.add(fetched)
        for takeover, approval, fetched in approved:
            # Where an outsider needs no approval, nobody has to race against one.
            decided = takeover.lying.confidence is not Confidence.LOW
            if takeover.lying.fetch.mutable and fetched not in open_to_all and decided:
                yield Race(takeover, approval)
