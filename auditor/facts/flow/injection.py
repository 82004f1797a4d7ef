"""Whose text is spliced into whose script, and what the script can do with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.facts.entry.entry import Entry
from auditor.facts.flow.graph.arrival import Arrival, ContextField, FetchedText
from auditor.facts.flow.graph.flow import Flow
from auditor.facts.flow.sources import author
from auditor.facts.job.expressions import ExpressionInText
from auditor.facts.power.job_power import Power
from auditor.facts.reach.path import Path
from auditor.facts.reach.reach import Reach
from auditor.finding import Hop, HopKind, Location, Severity, Trace
from auditor.knowledge.actions.script_inputs import DOCKER_INPUTS, SCRIPT_INPUTS
from auditor.knowledge.platform.contexts import SAME_TEXT
from auditor.knowledge.platform.events import Actor
from auditor.languages.reading import Change
from auditor.languages.yaml import Scalar
from auditor.model.documents import Job, Step
from auditor.model.settings import Settings, Visibility
from auditor.model.trigger import InputType
from auditor.model.uses import UsesKind

_SHELL = re.compile(r"(?:^|[\s/])(?:ba|da|k|z)?sh(?=\s|$)")
_INSIDERS = frozenset({Actor.WRITER, Actor.MAINTAINER, Actor.TRIAGER})
_WHOSE = {
    Actor.OUTSIDER: "an outsider's",
    Actor.EXTERNAL: "an external system's",
    Actor.WRITER: "a writer's",
    Actor.PLATFORM: "GitHub's",
    None: "a caller's",
}


@dataclass(frozen=True, slots=True)
class Splice:
    """One text that reaches a script, or another place where it does harm, on one path.

    `author` is None where only a caller would know.
    """

    arrival: Arrival
    author: Actor | None
    severity: Severity
    path: Path | None
    step: Step
    power: str

    @property
    def name(self) -> str:
        """The field's dotted name."""
        return self.arrival.name

    @property
    def whose(self) -> str:
        """Reads before the field's name: "an outsider's"."""
        return _WHOSE[self.author]

    def trace(self, note: str, at: Location) -> Trace:
        """From the entry over the text's detours to where it ends."""
        last = (
            *self.arrival.hops,
            Hop(HopKind.SINK, note, at),
            Hop(HopKind.POWER, self.power, self.step.location),
        )
        if self.path is not None:
            return self.path.trace(*last)
        return Trace(
            (Hop(HopKind.ENTRY, "a caller in another repository gives the input", self.step.location), *last)
        )


def _same_text(arrival: Arrival) -> frozenset[tuple[str, ...]]:
    """The fields that a condition would compare in order to know the text."""
    if not isinstance(arrival.leaf, ContextField):
        return frozenset()
    path = arrival.leaf.path
    if path[0] == "inputs":
        return frozenset({path, ("github", "event", *path)})
    return next((fields for fields in SAME_TEXT if path in fields), frozenset({path}))


def _of_containers(job: Job) -> Iterator[tuple[Scalar, str]]:
    """What the command lines of a job's containers are made of: `docker create` takes options as they are."""
    for container in (*((job.container,) if job.container else ()), *job.services):
        if container.options is not None:
            yield container.options, "the options of a container"
        for text in (container.command, container.entrypoint):
            if text is not None:
                yield text, "the command of a service"


class Injection:
    """Finds texts that are spliced into scripts."""

    def __init__(self, reach: Reach, flow: Flow, power: Power, settings: Settings) -> None:
        self._reach = reach
        self._flow = flow
        self._is_private = settings.visibility in (Visibility.PRIVATE, Visibility.INTERNAL)
        self._power = power
        self._authors: dict[object, Actor | None] = {}

    def scripts(self, step: Step) -> Iterator[tuple[Scalar, str]]:
        """The texts of a step that are run as code, each with words for what it is.

        The first step stands for its job's containers, which are made before it.
        """
        if step.run is not None:
            yield step.run, "the shell script"
        if step.run is not None and step.shell is not None:
            yield step.shell, "the command line of the shell"
        for name in SCRIPT_INPUTS.get(step.uses.slug, ()) if step.uses else ():
            script = step.input(name)
            if script is not None:
                yield script, "a script that the action runs"
        if step.uses and step.uses.kind is UsesKind.DOCKER:
            given = [text for name in DOCKER_INPUTS if (text := step.input(name))]
            if any(_SHELL.search(text.value) for text in given):
                yield from ((text, "the command line of the container") for text in given)
        if step.job is not None and step.index == 0:
            yield from _of_containers(step.job)

    def into(self, part: ExpressionInText, step: Step) -> tuple[Splice, ...]:
        """What `part` of a script splices in, the worst first; one for each field and path."""
        paths = self._reach.at(step)
        found = [splice for path in paths for splice in self._on(path, part, step)]
        if not paths:
            found = list(self._from_unknown_callers(part, step))
        return tuple(sorted(found, key=lambda splice: -splice.severity))

    def _on(self, path: Path, part: ExpressionInText, step: Step) -> Iterator[Splice]:
        arrivals = self._flow.of_expression(part, step, path)
        return self.taints(arrivals, path, step)

    def taints(self, arrivals: Iterable[Arrival], path: Path, step: Step) -> Iterator[Splice]:
        """Those texts that somebody chooses in a run on that path, with what they can do there."""
        for arrival in arrivals:
            if arrival.change >= Change.ENCODED:
                continue
            who = self._author(arrival, path.entry)
            if who in (None, Actor.PLATFORM) or not self._reach.admits(path, step, _same_text(arrival)):
                continue
            worst = self._severity(who, path, step)
            if isinstance(arrival.leaf, FetchedText) and path.entry.starter in _INSIDERS:
                # Somebody inside has to start the run, whoever wrote the text.
                worst = worst.lowered(1)
            power = self._power.in_words(path)
            yield Splice(arrival, who, path.severity(worst), path, step, power)

    def _author(self, arrival: Arrival, entry: Entry) -> Actor | None:
        key = (arrival.leaf, entry)
        if key not in self._authors:
            who = author(arrival.leaf, entry)
            fetched = isinstance(arrival.leaf, FetchedText)
            self._authors[key] = Actor.WRITER if fetched and who and self._is_private else who
        return self._authors[key]

    def _severity(self, who: Actor | None, path: Path, step: Step) -> Severity:
        # Whoever can push a branch for a pull request can change the workflow in it as well.
        own_branch = path.entry.is_pull_request and not path.entry.fork and who is not Actor.OUTSIDER
        if not path.entry.privileged or own_branch:
            return Severity.LOW
        if who is Actor.OUTSIDER:
            return Severity.CRITICAL if self._power.is_worth_taking(path, step) else Severity.HIGH
        return Severity.HIGH if who is Actor.EXTERNAL else Severity.MEDIUM

    def _from_unknown_callers(self, part: ExpressionInText, step: Step) -> Iterator[Splice]:
        """Free-text inputs of an action or reusable workflow that nothing here calls."""
        for reference in part.values():
            match reference.path:
                case ("inputs", name) if self._is_free(name, step):
                    arrival = Arrival(ContextField(("inputs", name)))
                    power = "whatever the caller's job may do"
                    yield Splice(arrival, None, Severity.LOW, None, step, power)

    def _is_free(self, name: str, step: Step) -> bool:
        if step.action is not None:
            # An action's inputs have no types; all of them are text.
            return any(declared.name.lower() == name for declared in step.action.inputs)
        trigger = step.job.workflow.trigger("workflow_call") if step.job else None
        declared = trigger.input(name) if trigger else None
        return declared is not None and declared.type is InputType.STRING
