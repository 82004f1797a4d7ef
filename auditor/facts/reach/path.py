"""A path: one open way from an entry into a job, and how it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from auditor.facts.entry.entry import Entry
from auditor.facts.entry.gate import Gate
from auditor.finding import Hop, HopKind, Location, Severity, Trace
from auditor.knowledge.platform.events import Actor
from auditor.model.documents import Job


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """An open way from an entry into a job. `calls` are the calling jobs, outermost first.

    `lowered` is how many severity levels the gates take off; `is_closed`: one of them lets nobody pass.
    """

    entry: Entry
    job: Job
    calls: tuple[Job, ...] = ()
    gates: tuple[Gate, ...] = ()
    lowered: int = field(init=False)
    is_closed: bool = field(init=False)

    def __post_init__(self) -> None:
        # Paths are sorted again and again by these.
        gates = (*self.entry.gates, *self.gates)
        object.__setattr__(self, "lowered", sum([gate.lowers for gate in gates]))
        object.__setattr__(self, "is_closed", any(gate.closes for gate in gates))

    @property
    def weakness(self) -> tuple[bool, bool, int, int]:
        """Sorts the strongest path first: an open one, which the fewest need to help, with few gates."""
        inside = self.entry.author not in (Actor.OUTSIDER, Actor.EXTERNAL)
        return self.is_closed, inside, self.lowered, len(self.entry.gates) + len(self.gates)

    def severity(self, worst: Severity) -> Severity:
        """`worst`, less what the gates take off."""
        return worst.lowered(self.lowered)

    def trace(self, *last: Hop) -> Trace:
        """The path as evidence, ended by `last`."""
        gates = (gate.hop for gate in (*self.entry.gates, *self.gates))
        calls = (
            Hop(HopKind.JOB, f"the job `{job.id}` calls the next workflow", job.location)
            for job in self.calls
        )
        job = Hop(HopKind.JOB, f"the job `{self.job.id}` runs", self.job.location)
        return Trace((self.entry.hop, *gates, *calls, job, *last))


def evidence(jobs: Sequence[Job], paths: Sequence[Path], power: str, at: Location) -> tuple[Trace, ...]:
    """The strongest path to a power; only its end where the jobs are started from another repository."""
    last = Hop(HopKind.POWER, power, at)
    if paths:
        return (paths[0].trace(last),)
    runs = (Hop(HopKind.JOB, f"the job `{job.id}` runs", job.location) for job in jobs[:1])
    return (Trace((*runs, last)),)
