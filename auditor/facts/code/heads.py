"""What of an outsider's pull request a text names: by a context, a ref, an input, or an output."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from auditor.facts.code.head_lookups import HeadLookups
from auditor.facts.code.head_ref import FREE_BEGINNING, PULL_REF, Head, HeadReference, named_by
from auditor.facts.flow.graph.arrival import ContextField
from auditor.facts.flow.graph.flow import Flow
from auditor.facts.flow.output_writes import OutputWrites
from auditor.facts.flow.sources import author
from auditor.facts.flow.values.narrowing import narrowed, texts
from auditor.facts.job.expressions import ExpressionInText, Expressions
from auditor.facts.job.scripts import Scripts
from auditor.facts.job.steps import StepInJob, given_to
from auditor.facts.reach.path import Path
from auditor.facts.reach.reach import Reach
from auditor.finding import Confidence
from auditor.knowledge.actions.head_lookups import BRANCH_NAME, HEAD_OUTPUTS, REPOSITORY_NAME, SCRIPT_ACTION
from auditor.knowledge.platform.events import Actor
from auditor.languages.shell import Script
from auditor.languages.yaml import Mapping, Node, Scalar
from auditor.model.documents import Action, Job, Step
from auditor.model.repository import Repository

MAX_STEPS = 200
"""Steps whose writes to a variable are read."""

MAX_DEPTH = 12
"""Inputs and outputs that a name is followed back through."""


@dataclass(frozen=True, slots=True)
class _HeadScope:
    """The job, or the action that `caller` uses, whose names a text refers to."""

    job: Job
    calls: tuple[Job, ...]
    caller: StepInJob | None = None
    action: Action | None = None
    step_in_job: StepInJob | None = None
    depth: int = 0

    def deeper(self) -> _HeadScope:
        return replace(self, depth=self.depth + 1)


class Heads:
    """Answers what a text names: surely where it is written, less surely where a script looks it up,
    and not decided where only the kind of action speaks for it."""

    def __init__(
        self,
        repository: Repository,
        expressions: Expressions,
        scripts: Scripts,
        output_writes: OutputWrites,
        reach: Reach,
        flow: Flow,
    ) -> None:
        self._repository = repository
        self._expressions = expressions
        self._reach = reach
        self._flow = flow
        self._lookups = HeadLookups(scripts, output_writes)
        self._known: dict[object, frozenset[Head]] = {}
        self._in_progress: set[object] = set()
        self._by_id: dict[Action | Job, dict[str, list[Step]]] = {}
        self._narrowed: dict[object, tuple[ExpressionInText, ...]] = {}

    def of(self, scalar: Scalar | None, step_in_job: StepInJob, path: Path) -> frozenset[Head]:
        """What a text of that step may name, on paths through the same calls."""
        if scalar is None:
            return frozenset()
        place = _HeadScope(
            step_in_job.job, path.calls, step_in_job.caller, step_in_job.step.action, step_in_job
        )
        parts = self._parts(scalar, step_in_job, path)
        found: set[Head] = set()
        if PULL_REF.search(_written(scalar, parts)):
            found.add(Head(HeadReference.PULL_REF, fields=_payload_fields(parts)))
        for part in parts:
            found.update(self._in_payload(part, step_in_job, path), self._in_expression(part, place))
            if FREE_BEGINNING.fullmatch(scalar.value[: part.start]):
                found.update(self._chosen(part, step_in_job, path))
        return frozenset(found)

    def at(self, start: int, scalar: Scalar | None, step_in_job: StepInJob, path: Path) -> frozenset[Head]:
        """What the expression at that offset of a text names."""
        place = _HeadScope(
            step_in_job.job, path.calls, step_in_job.caller, step_in_job.step.action, step_in_job
        )
        found: set[Head] = set()
        for part in self._parts(scalar, step_in_job, path):
            if part.start == start:
                found.update(self._in_payload(part, step_in_job, path), self._in_expression(part, place))
                found.update(self._chosen(part, step_in_job, path))
        return frozenset(found)

    def variable(self, name: str, step_in_job: StepInJob, script: Script, path: Path) -> Iterator[Head]:
        """What a shell variable of a script names: by the script, its environment, or an earlier step."""
        if name == "GITHUB_HEAD_REF":
            yield Head(HeadReference.BRANCH)
        if (head := self._lookups.variables(script).get(name)) is not None:
            yield head
        written = step_in_job.variable(name)
        if written is not None:
            yield from self.of(written, step_in_job, path)
        given = (each.value for each in script.assignments if each.name == name and each.value)
        for word in given if step_in_job.step.run else ():
            if PULL_REF.search(word.value):
                yield Head(HeadReference.PULL_REF)
            for start, _ in word.islands:
                yield from self.at(start, step_in_job.step.run, step_in_job, path)
        for step in (step_in_job.step.action or step_in_job.job).steps[
            : min(step_in_job.step.index, MAX_STEPS)
        ]:
            head = self._lookups.exports(step).get(name.lower()) if step.run else None
            if head is not None:
                yield head

    def fields(self, scalar: Scalar, step_in_job: StepInJob, path: Path) -> frozenset[tuple[str, ...]]:
        """The context fields whose text a text of that step may hold."""
        parts = self._parts(scalar, step_in_job, path)
        return frozenset(reference.path for part in parts for reference in part.values())

    def _parts(
        self, scalar: Scalar | None, step_in_job: StepInJob, path: Path
    ) -> tuple[ExpressionInText, ...]:
        """The expressions of a text, without the alternatives that the path rules out."""
        parts = self._expressions.of(scalar)
        if not parts or step_in_job.caller is not None:
            # In an action `inputs` are its own, of which the path's contexts hold nothing.
            return parts
        key = (scalar, path.entry, path.calls)
        if key not in self._narrowed:
            contexts = self._reach.contexts(path)
            self._narrowed[key] = tuple(narrowed(part, contexts) for part in parts)
        return self._narrowed[key]

    def _in_payload(self, part: ExpressionInText, step_in_job: StepInJob, path: Path) -> Iterator[Head]:
        """By a field of the payload, itself or through env, inputs and outputs."""
        for arrival in self._flow.of_expression(part, step_in_job.step, path):
            head = named_by(arrival.leaf.path) if isinstance(arrival.leaf, ContextField) else None
            if head is not None:
                yield head

    def _chosen(self, part: ExpressionInText, step_in_job: StepInJob, path: Path) -> Iterator[Head]:
        """By an outsider's text; not decided where it comes in a way that may leave only a part of it."""
        direct = {reference.path for reference in part.values()}
        for arrival in self._flow.of_expression(part, step_in_job.step, path):
            leaf = arrival.leaf
            if not isinstance(leaf, ContextField) or named_by(leaf.path) is not None:
                continue
            if author(leaf, path.entry) is Actor.OUTSIDER:
                surely = Confidence.HIGH if leaf.path in direct else Confidence.LOW
                yield Head(HeadReference.CHOSEN, surely)

    def _in_text(self, scalar: Scalar, place: _HeadScope) -> frozenset[Head]:
        key = (scalar, replace(place, depth=0))
        if key not in self._known:
            if key in self._in_progress or place.depth > MAX_DEPTH:
                return frozenset()
            self._in_progress.add(key)
            self._known[key] = frozenset(self._read(scalar, place))
            self._in_progress.discard(key)
        return self._known[key]

    def _read(self, scalar: Scalar, place: _HeadScope) -> Iterator[Head]:
        parts = self._expressions.of(scalar)
        if PULL_REF.search(scalar.value):
            yield Head(HeadReference.PULL_REF, fields=_payload_fields(parts))
        for part in parts:
            yield from self._in_expression(part, place)

    def _in_expression(self, part: ExpressionInText, place: _HeadScope) -> Iterator[Head]:
        if place.step_in_job is None:
            # Below the text that is looked up, what it refers to isn't followed by `Origins`.
            for path in (reference.path for reference in part.values()):
                head = named_by(path)
                if head is not None:
                    yield head
        for path in dict.fromkeys(reference.path for reference in part.values()):
            yield from self._behind(path, place.deeper())

    def _behind(self, path: tuple[str, ...], place: _HeadScope) -> Iterator[Head]:
        """What an input, a variable, or an output of a step or job names."""
        match path:
            case ("inputs", name):
                yield from self._of_input(name, place)
            case ("steps", id, "outputs", name):
                for step in self._neighbours(place, id):
                    yield from self._of_output(step, name, place)
            case ("needs" | "jobs", id, "outputs", name):
                yield from self._of_job(id, name, place)
            case ("env", name):
                yield from self._of_variable(name, place)

    def _of_input(self, name: str, place: _HeadScope) -> Iterator[Head]:
        if place.caller is not None:
            caller = place.caller
            bound = given_to(caller).get(name)
            outer = replace(place, caller=caller.caller, action=caller.step.action, step_in_job=None)
        elif place.calls:
            *calls, job = place.calls
            declared = place.job.workflow.trigger("workflow_call")
            default = declared.input(name) if declared else None
            given = next((e.value for e in job.inputs if e.key.value.lower() == name), None)
            bound = given if isinstance(given, Scalar) else default.default if default else None
            outer = replace(place, job=job, calls=tuple(calls), step_in_job=None)
        else:
            return
        if bound is not None:
            yield from self._in_text(bound, outer)

    def _of_variable(self, name: str, place: _HeadScope) -> Iterator[Head]:
        layers = place.step_in_job.env if place.step_in_job else (*place.job.env, *place.job.workflow.env)
        written = next((e.value for e in layers if e.key.value.lower() == name), None)
        if isinstance(written, Scalar):
            yield from self._in_text(written, replace(place, step_in_job=None))
            return
        for step in (place.action or place.job).steps[:MAX_STEPS]:
            head = self._lookups.exports(step).get(name) if step.run else None
            if head is not None:
                yield head

    def _of_output(self, step: Step, name: str, place: _HeadScope) -> Iterator[Head]:
        if step.run is not None:
            yield from self._lookups.output(step, name)
            return
        action = self._repository.action(step.uses) if step.uses else None
        if action is not None:
            values = [e.value for e in action.outputs if e.key.value.lower() == name]
            using = StepInJob(step, place.job, place.caller, action)
            inner = replace(place, caller=using, action=action, step_in_job=None)
            for value in values:
                if isinstance(value, Scalar):
                    yield from self._in_text(value, inner)
            return
        slug = step.uses.slug if step.uses is not None else ""
        if slug == SCRIPT_ACTION:
            yield from self._lookups.javascript(step, name)
        elif name in HEAD_OUTPUTS.get(slug, ()):
            yield Head(_by_name(name), Confidence.LOW)

    def _of_job(self, id: str, name: str, place: _HeadScope) -> Iterator[Head]:
        job = next((job for job in place.job.workflow.jobs if job.id.lower() == id), None)
        if job is None:
            return
        inner = _HeadScope(job, place.calls, depth=place.depth)
        for entry in job.outputs:
            if entry.key.value.lower() == name and isinstance(entry.value, Scalar):
                yield from self._in_text(entry.value, inner)
        callee = self._repository.callee(job.uses) if job.uses else None
        trigger = callee.trigger("workflow_call") if callee else None
        if callee is None or trigger is None or not callee.jobs or len(place.calls) > MAX_DEPTH:
            return
        called = _HeadScope(callee.jobs[0], (*place.calls, job), depth=place.depth)
        for entry in trigger.outputs:
            value: Node | None = entry.value
            value = value.get("value") if isinstance(value, Mapping) else value
            if entry.key.value.lower() == name and isinstance(value, Scalar):
                yield from self._in_text(value, called)

    def _neighbours(self, place: _HeadScope, step_id: str) -> list[Step]:
        """The steps of that id in the same job or action."""
        owner = place.action or place.job
        if owner not in self._by_id:
            by_id = self._by_id[owner] = defaultdict[str, list[Step]](list)
            for step in owner.steps:
                if step.id is not None:
                    by_id[step.id.value.lower()].append(step)
        return self._by_id[owner].get(step_id, [])


def _written(scalar: Scalar, parts: Iterable[ExpressionInText]) -> str:
    """A text with what is left of its expressions."""
    found, at = [], 0
    for part in parts:
        found += [scalar.value[at : part.start], *texts(part)]
        at = part.end
    return "".join([*found, scalar.value[at:]])


def _by_name(name: str) -> HeadReference:
    if REPOSITORY_NAME.search(name):
        return HeadReference.REPOSITORY
    if "sha" in name:
        return HeadReference.LOOKED_UP
    return HeadReference.BRANCH if BRANCH_NAME.search(name) else HeadReference.LOOKED_UP


def _payload_fields(parts: Iterable[ExpressionInText]) -> tuple[tuple[str, ...], ...]:
    paths = dict.fromkeys(reference.path for part in parts for reference in part.values())
    if not all(path[:2] == ("github", "event") for path in paths):
        return ()
    return tuple(paths)
