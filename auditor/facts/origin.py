"""Where the text of an expression comes from: through env, outputs, matrix and inputs, to a context field.

The way back is followed once and doesn't depend on the entry; who wrote the field does (`author`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from auditor.facts.entry import Entry
from auditor.facts.expressions import Expression, Expressions
from auditor.facts.reach import Path, Reach
from auditor.facts.script import Scripts
from auditor.finding import Hop, HopKind, Location
from auditor.knowledge.contexts import AUTHOR_OF, FREE_REF_EVENTS, WRITTEN_REFS
from auditor.knowledge.events import EVENTS, Actor
from auditor.model.action import Action
from auditor.model.repository import Repository
from auditor.model.step import Step
from auditor.model.trigger import InputType, Trigger
from auditor.model.workflow import Job
from auditor.tree import Entry as Pair
from auditor.tree import Mapping, Node, Scalar, Sequence

MAX_HOPS = 12
"""Hops that text is followed back; a real flow has two or three."""

_GLOB = frozenset("*?+[]!")


@dataclass(frozen=True, slots=True)
class Origin:
    """A context field whose text arrives. `hops` are the places it passed, from the field on."""

    path: tuple[str, ...]
    hops: tuple[Hop, ...] = ()
    whole: bool = False
    """The expression prints everything below the field as JSON."""

    @property
    def name(self) -> str:
        """The field's dotted name."""
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class _Scope:
    """Whose names an expression speaks of. `calls` are the jobs that called the workflow, outermost first."""

    job: Job
    calls: tuple[Job, ...]
    step: Step | None = None
    action: Action | None = None
    depth: int = 0

    def deeper(self) -> _Scope:
        return replace(self, depth=self.depth + 1)


class Origins:
    """Follows text back to where it enters."""

    def __init__(
        self, repository: Repository, expressions: Expressions, reach: Reach, scripts: Scripts
    ) -> None:
        self._repository = repository
        self._expressions = expressions
        self._reach = reach
        self._scripts = scripts

    def of(self, part: Expression, step: Step, path: Path) -> tuple[Origin, ...]:
        """The fields whose text `part`, an expression in `step`, may hold on that path."""
        scope = _Scope(path.job, path.calls, step, step.action)
        return tuple(dict.fromkeys(self._of_expression(part, scope)))

    def _of_expression(self, part: Expression, scope: _Scope) -> Iterator[Origin]:
        if scope.depth > MAX_HOPS:
            return
        whole = "tojson" in part.text.lower()
        for reference in part.values():
            yield from self._of_reference(reference.path, whole, scope)

    def _of_scalar(self, node: Node | None, scope: _Scope, note: str) -> Iterator[Origin]:
        if not isinstance(node, Scalar):
            return
        for part in self._expressions.of(node):
            yield from _through(self._of_expression(part, scope.deeper()), note, part.location)

    def _of_reference(self, path: tuple[str, ...], whole: bool, scope: _Scope) -> Iterator[Origin]:
        match path:
            case ("env", name):
                yield from self._of_env(name, scope)
            case ("steps", id, "outputs", name):
                yield from self._of_step_output(id, name, scope)
            case ("needs", id, "outputs", name):
                yield from self._of_job_output(id, name, scope)
            case ("matrix", name, *_):
                yield from self._of_matrix(name, scope)
            case ("inputs", name):
                yield from self._of_input(name, scope)
            case ("github", "event", "inputs", name):
                yield Origin(("inputs", name))
            case ("github", *_):
                yield Origin(path, whole=whole)

    def _of_env(self, name: str, scope: _Scope) -> Iterator[Origin]:
        layers: list[tuple[Pair, ...]] = [scope.step.env] if scope.step else []
        if scope.action is None:
            layers += [scope.job.env, scope.job.workflow.env]
        for layer in layers:
            for entry in layer:
                if entry.key.value.lower() == name:
                    yield from self._of_scalar(
                        entry.value, replace(scope, step=None), f"into the variable `{entry.key.value}`"
                    )
                    return

    def _of_step_output(self, id: str, name: str, scope: _Scope) -> Iterator[Origin]:
        steps = scope.action.steps if scope.action else scope.job.steps
        step = next((s for s in steps if s.id is not None and s.id.value.lower() == id), None)
        if step is None or scope.depth > MAX_HOPS:
            return
        inner = replace(scope.deeper(), step=step)
        if step.run is not None:
            for write in self._scripts.outputs(step):
                if write.name.lower() != name:
                    continue
                note = f"into the output `{write.name}` of the step `{step.label}`"
                for part in write.expressions:
                    yield from _through(self._of_expression(part, inner), note, part.location)
                for variable in write.variables:
                    yield from _through(self._of_env(variable.lower(), inner), note, write.location)
        action = self._repository.action(step.uses) if step.uses else None
        for entry in action.outputs if action else ():
            if entry.key.value.lower() == name:
                yield from self._of_scalar(
                    entry.value,
                    replace(inner, action=action, step=None),
                    f"into the output `{entry.key.value}`",
                )

    def _of_job_output(self, id: str, name: str, scope: _Scope) -> Iterator[Origin]:
        job = next((j for j in scope.job.workflow.jobs if j.id.lower() == id), None)
        if job is None:
            return
        inner = replace(scope, job=job, step=None, action=None)
        for entry in job.outputs:
            if entry.key.value.lower() == name:
                yield from self._of_scalar(
                    entry.value, inner, f"into the output `{name}` of the job `{job.id}`"
                )
        callee = self._repository.callee(job.uses) if job.uses else None
        trigger = callee.trigger("workflow_call") if callee else None
        for entry in trigger.outputs if trigger and callee and callee.jobs else ():
            value = entry.value.get("value") if isinstance(entry.value, Mapping) else None
            if entry.key.value.lower() == name and callee is not None:
                outer = _Scope(callee.jobs[0], (*scope.calls, job), depth=scope.depth)
                yield from self._of_callee_output(value, outer)

    def _of_callee_output(self, value: Node | None, scope: _Scope) -> Iterator[Origin]:
        """A reusable workflow's output, whose value speaks of `jobs.ID.outputs.NAME`."""
        for part in self._expressions.of(value) if isinstance(value, Scalar) else ():
            for reference in part.values():
                match reference.path:
                    case ("jobs", id, "outputs", name):
                        yield from self._of_job_output(id, name, scope.deeper())

    def _of_matrix(self, name: str, scope: _Scope) -> Iterator[Origin]:
        matrix = scope.job.matrix
        inner = replace(scope, step=None, action=None)
        for scalar in _scalars_of(matrix, name):
            yield from self._of_scalar(scalar, inner, f"into the matrix value `{name}`")

    def _of_input(self, name: str, scope: _Scope) -> Iterator[Origin]:
        if scope.action is not None:
            yield from self._of_action_input(name, scope, scope.action)
            return
        if scope.calls and scope.job.workflow.trigger("workflow_call"):
            caller = scope.calls[-1]
            outer = _Scope(caller, scope.calls[:-1], depth=scope.depth)
            for entry in caller.inputs:
                if entry.key.value.lower() == name:
                    yield from self._of_scalar(entry.value, outer, f"into the input `{entry.key.value}`")
            return
        yield Origin(("inputs", name))

    def _of_action_input(self, name: str, scope: _Scope, action: Action) -> Iterator[Origin]:
        for user in self._reach.users(action):
            if user.job is not None and user.job is not scope.job:
                continue
            outer = _Scope(scope.job, scope.calls, user, user.action, scope.depth)
            for entry in user.inputs:
                if entry.key.value.lower() == name:
                    yield from self._of_scalar(
                        entry.value, outer, f"into the action's input `{entry.key.value}`"
                    )


def author(origin: Origin, entry: Entry) -> Actor | None:
    """Who chooses the field's text in a run that `entry` starts; None where nobody does, or it is empty."""
    if origin.path[0] == "inputs":
        return _dispatcher(origin.path[1], entry)
    if origin.path in WRITTEN_REFS:
        return Actor.WRITER if _ref_is_free(entry) else None
    fields = [field for field in AUTHOR_OF if _covers(origin, field) and _exists(field, entry)]
    for field in fields:
        who = AUTHOR_OF[field]
        if who is None:
            return entry.author
    return AUTHOR_OF[fields[0]] if fields else None


def _dispatcher(name: str, entry: Entry) -> Actor | None:
    if entry.event != "workflow_dispatch":
        return None
    declared = entry.trigger.input(name)
    return Actor.WRITER if declared is not None and declared.type is InputType.STRING else None


def _ref_is_free(entry: Entry) -> bool:
    if entry.event not in FREE_REF_EVENTS:
        return False
    return entry.event != "push" or not _names_its_refs(entry.trigger)


def _names_its_refs(trigger: Trigger) -> bool:
    """Whether a push filter lists every ref by name, so that none can be made up."""
    patterns = (*trigger.branches, *trigger.tags)
    ignoring = trigger.branches_ignore or trigger.tags_ignore
    return bool(patterns) and not ignoring and not any(_GLOB & set(pattern) for pattern in patterns)


def _covers(origin: Origin, field: tuple[str, ...]) -> bool:
    """Whether the origin is the field or lies below it, or prints it as part of something larger."""
    common = min(len(origin.path), len(field))
    if not all(
        mine in (theirs, "*") or theirs == "*" for mine, theirs in zip(origin.path, field, strict=False)
    ):
        return False
    return common == len(field) or origin.whole


def _exists(field: tuple[str, ...], entry: Entry) -> bool:
    """Whether a run of that event has the field."""
    if field == ("github", "head_ref"):
        return entry.event in ("pull_request", "pull_request_target")
    if field in WRITTEN_REFS:
        return _ref_is_free(entry)
    known = EVENTS.get(entry.event)
    return known is None or (len(field) > 2 and field[2] in known.payload)


def _through(origins: Iterator[Origin], note: str, at: Location) -> Iterator[Origin]:
    for origin in origins:
        yield replace(origin, hops=(*origin.hops, Hop(HopKind.STEP, note, at)))


def _scalars_of(matrix: Mapping | Scalar | None, name: str) -> Iterator[Scalar]:
    """The texts that may give a matrix value its content."""
    waiting: list[Node] = []
    if isinstance(matrix, Scalar):
        waiting.append(matrix)
    elif matrix is not None:
        waiting += [entry.value for entry in matrix if entry.key.value.lower() in (name, "include")]
    budget = 1000
    while waiting and budget:
        budget -= 1
        node = waiting.pop()
        if isinstance(node, Scalar):
            yield node
        elif isinstance(node, Sequence):
            waiting.extend(node.items)
        elif isinstance(node, Mapping):
            waiting.extend(entry.value for entry in node)
