"""What an outsider gets into a job beside code: their text, and artifacts of a run that they started."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.facts.flow.graph.arrival import Arrival
from auditor.facts.flow.graph.flow import Flow
from auditor.facts.flow.sources import author
from auditor.facts.job.expressions import ExpressionInText, Expressions
from auditor.facts.job.steps import steps_of_job
from auditor.facts.reach.path import Path
from auditor.finding import Hop, HopKind
from auditor.knowledge.actions.script_inputs import SCRIPT_INPUTS
from auditor.knowledge.platform.events import Actor
from auditor.languages.yaml import Scalar
from auditor.model.documents import Job, Step
from auditor.model.repository import Repository

_DOWNLOAD = re.compile(r"\bdownloadArtifact\b|\bgh run download\b|/actions/(?:runs/[^\s/]+/)?artifacts\b")


@dataclass(frozen=True, slots=True)
class UntrustedRunner:
    """An expression of `runs-on` whose text somebody else writes."""

    part: ExpressionInText
    arrival: Arrival
    author: Actor


class UntrustedInputs:
    """Follows what an outsider writes into the steps of a job, and into its choice of a runner."""

    def __init__(self, repository: Repository, expressions: Expressions, flow: Flow) -> None:
        self._repository = repository
        self._expressions = expressions
        self._flow = flow
        self._steps: dict[Job, tuple[Step, ...]] = {}

    def into(self, path: Path) -> Hop | None:
        """The first step of a path's job that takes an outsider's text or artifact, if one does.

        What the `env` of the job, its container or the workflow holds, every step takes.
        """
        for part in self._outer(path):
            if (hop := self._text(part, None, path)) is not None:
                return hop
        for step in self._of(path):
            if path.entry.event == "workflow_run" and path.entry.fork and _downloads(step):
                return Hop(HopKind.STEP, "takes what the run before it uploaded", step.location)
            for part in self._parts(step):
                if (hop := self._text(part, step, path)) is not None:
                    return hop
        return None

    def _text(self, part: ExpressionInText, step: Step | None, path: Path) -> Hop | None:
        for arrival in self._flow.of_expression(part, step, path):
            if author(arrival.leaf, path.entry) is Actor.OUTSIDER:
                return Hop(HopKind.STEP, f"takes an outsider's text, `{arrival.name}`", part.location)
        return None

    def into_runs_on(self, path: Path) -> Iterator[UntrustedRunner]:
        """The parts of `runs-on` that are an outsider's, or an external system's, text on a path."""
        runs_on = path.job.runs_on
        if runs_on is None:
            return
        for scalar in (*runs_on.labels, *((runs_on.group,) if runs_on.group else ())):
            for part in self._expressions.of(scalar):
                for arrival in self._flow.of_expression(part, None, path):
                    who = author(arrival.leaf, path.entry)
                    if who in (Actor.OUTSIDER, Actor.EXTERNAL):
                        yield UntrustedRunner(part, arrival, who)

    def _of(self, path: Path) -> tuple[Step, ...]:
        if path.job not in self._steps:
            self._steps[path.job] = tuple(each.step for each in steps_of_job(path.job, self._repository))
        return self._steps[path.job]

    def _outer(self, path: Path) -> Iterator[ExpressionInText]:
        job = path.job
        container = job.container.env if job.container is not None else ()
        for entry in (*job.env, *container, *job.workflow.env):
            if isinstance(entry.value, Scalar):
                yield from self._expressions.of(entry.value)

    def _parts(self, step: Step) -> Iterator[ExpressionInText]:
        yield from self._expressions.of(step.run)
        for entry in (*step.inputs, *step.env):
            if isinstance(entry.value, Scalar):
                yield from self._expressions.of(entry.value)


def _downloads(step: Step) -> bool:
    """Whether a step downloads artifacts: an action by its name, a script by the call that it makes."""
    slug = step.uses.slug if step.uses else None
    if slug is not None and "download" in slug and "artifact" in slug:
        return True
    texts = (step.run, *(step.input(name) for name in SCRIPT_INPUTS.get(slug or "", ())))
    return any(_DOWNLOAD.search(text.value) for text in texts if text is not None)
