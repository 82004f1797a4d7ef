"""Where a secret leaves its step, or is written into a script."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from auditor.facts.flow.secrets.value import Mark, SecretValue
from auditor.facts.job.expressions import ExpressionInText
from auditor.finding import Hop, HopKind, Location
from auditor.model.documents import Job, Step


class SinkKind(Enum):
    """What a secret is written to."""

    STEP_OUTPUT = "the step output"
    JOB_OUTPUT = "the job output"
    WORKFLOW_OUTPUT = "the workflow output"
    ACTION_OUTPUT = "the action output"
    ENV = "`GITHUB_ENV`"
    SUMMARY = "the step summary"


@dataclass(frozen=True, slots=True, eq=False)
class Sink:
    """A secret that leaves its step. `job` is the job that runs it, for an action the one that uses it."""

    kind: SinkKind
    name: str | None
    value: SecretValue
    mark: Mark
    job: Job | None
    step: Step | None

    @property
    def location(self) -> Location:
        """Where it is written."""
        return self.mark.location

    @property
    def hops(self) -> tuple[Hop, ...]:
        """The way from where the secret is read to here."""
        last = Hop(HopKind.SINK, self.mark.note, self.location)
        return (*(mark.hop for mark in self.value.marks), last)


@dataclass(frozen=True, slots=True, eq=False)
class Expansion:
    """An expression in a script that is replaced by a secret. `job` is as in `Sink`."""

    part: ExpressionInText
    value: SecretValue
    job: Job | None
    step: Step

    @property
    def hops(self) -> tuple[Hop, ...]:
        """The way from where the secret is read to here."""
        last = Hop(HopKind.SINK, "it is expanded into the script", self.part.location)
        return (*(mark.hop for mark in self.value.marks if mark.scalar is not self.part.scalar), last)
