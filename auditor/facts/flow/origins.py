"""Where the text of an expression comes from: through env, outputs, matrix and inputs, to a context field.

The way back is followed once and doesn't depend on the entry; who wrote the field does (`sources.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from auditor.facts.flow.output_writes import OutputWrite, OutputWrites
from auditor.facts.job.expressions import ExpressionInText, Expressions
from auditor.facts.limits import Limits
from auditor.facts.reach.path import Path
from auditor.facts.reach.reach import Reach
from auditor.finding import Hop, HopKind, Location
from auditor.knowledge.platform.contexts import RUNNER_VARIABLES
from auditor.languages.yaml import Mapping, Node, Pair, Scalar, Sequence
from auditor.model.documents import Action, Job, Step
from auditor.model.repository import Repository

MAX_HOPS = 24
"""Hops that text is followed back; a real flow has two or three."""

MAX_ORIGINS = 200
"""Fields that are kept of one text."""

MAX_WRITERS = 200
"""Steps that are read for what they give to an action or write to a variable."""

MAX_VALUES = 10_000
"""Nodes of a matrix that are searched for the texts of one value."""

EVERY = "*"
"""In place of a name: all of them."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A context field whose text arrives. `hops` are the places it passed, from the field on."""

    path: tuple[str, ...]
    hops: tuple[Hop, ...] = ()
    whole: bool = False
    """The expression prints everything below the field as JSON."""
    written: str = ""
    """The name in the file, where it is another than the path."""

    @property
    def name(self) -> str:
        """The field's dotted name."""
        return self.written or ".".join(self.path)


@dataclass(frozen=True, slots=True)
class _NameScope:
    """Whose names an expression speaks of. `calls` are the jobs that called the workflow, outermost first."""

    job: Job
    calls: tuple[Job, ...]
    step: Step | None = None
    action: Action | None = None
    in_matrix: bool = False
    depth: int = 0

    def deeper(self) -> _NameScope:
        return replace(self, depth=self.depth + 1)


class Origins:
    """Follows text back to where it enters."""

    def __init__(
        self,
        repository: Repository,
        expressions: Expressions,
        reach: Reach,
        output_writes: OutputWrites,
        limits: Limits,
    ) -> None:
        self._limits = limits
        self._repository = repository
        self._expressions = expressions
        self._reach = reach
        self._output_writes = output_writes
        self._found: dict[object, tuple[Origin, ...]] = {}
        self._in_progress: set[object] = set()
        self._indexes: dict[object, dict[str, list[Any]]] = {}

    def of(self, part: ExpressionInText, step: Step | None, path: Path) -> tuple[Origin, ...]:
        """The fields whose text `part`, an expression in `step` or in the job, may hold on that path."""
        scope = _NameScope(path.job, path.calls, step, step.action if step else None)
        # Paths that differ in their entry alone share the answer.
        if (part, scope) not in self._found:
            self._found[part, scope] = self._unique(self._of_expression(part, scope), part.location)
        return self._found[part, scope]

    def _of_expression(self, part: ExpressionInText, scope: _NameScope) -> Iterator[Origin]:
        whole = "tojson" in part.text.lower()
        for path in dict.fromkeys(reference.path for reference in part.values()):
            yield from self._through_name(path, whole, scope, part.location)

    def _through_name(
        self, path: tuple[str, ...], whole: bool, scope: _NameScope, at: Location
    ) -> tuple[Origin, ...]:
        # Each name once: outputs that each speak of several others are paths without end.
        key = (path, whole, scope)
        if key not in self._found:
            place = (path, whole, replace(scope, depth=0))
            if scope.depth > MAX_HOPS and path[0] != "github":
                if place not in self._in_progress:
                    self._limits.cut(f"a text isn't followed back further than {MAX_HOPS} hops", at)
                return ()
            circle = place in self._in_progress
            self._in_progress.add(place)
            self._found[key] = self._unique(self._of_reference(path, whole, scope), at)
            if not circle:
                self._in_progress.discard(place)
        return self._found[key]

    def _unique(self, origins: Iterable[Origin], at: Location) -> tuple[Origin, ...]:
        """Each field once, by the first way that was found to it."""
        found: dict[object, Origin] = {}
        for origin in origins:
            key = (origin.path, origin.whole)
            if len(found) >= MAX_ORIGINS and key not in found:
                self._limits.cut(f"only {MAX_ORIGINS} fields of this text are followed", at)
                break
            found.setdefault(key, origin)
        return tuple(found.values())

    def _of_scalar(self, node: Node | None, scope: _NameScope, note: str) -> tuple[Origin, ...]:
        if not isinstance(node, Scalar) or "${{" not in node.value:
            return ()
        key = (node, scope, note)
        if key not in self._found:
            found = (
                origin
                for part in self._expressions.of(node)
                for origin in _through(self._of_expression(part, scope.deeper()), note, part.location)
            )
            self._found[key] = self._unique(found, node.location)
        return self._found[key]

    def _named(self, things: tuple[Any, ...], name: str, key: Callable[[Any], str]) -> list[Any]:
        """Those of a tuple of the model that have the name, letter case aside."""
        # The model keeps its tuples alive; the hash of one is a walk through it, here for every name.
        place = id(things)
        if place not in self._indexes:
            index = self._indexes[place] = {}
            for thing in things:
                index.setdefault(key(thing).lower(), []).append(thing)
        return self._indexes[place].get(name, [])

    def _of_reference(self, path: tuple[str, ...], whole: bool, scope: _NameScope) -> Iterator[Origin]:
        match path:
            case ("env", name):
                yield from self._of_env(name, scope)
            case ("steps", id, "outputs", name):
                yield from self._of_step_output(id, name, scope)
            case ("needs", id, "outputs", name):
                yield from self._of_job_output(id, name, scope)
            case ("needs", id) | ("needs", id, "outputs") if whole:
                yield from self._of_job_output(id, EVERY, scope)
            case ("needs",) if whole:
                for need in scope.job.needs:
                    yield from self._of_job_output(need.value.lower(), EVERY, scope)
            case ("inputs",) if whole and scope.action is None:
                yield from self._of_input(EVERY, scope)
            case ("matrix", name, *_):
                yield from self._of_matrix(name, scope)
            case ("inputs", name):
                yield from self._of_input(name, scope)
            case ("github", "event", "inputs", name):
                yield Origin(("inputs", name), written=".".join(path))
            case ("github", *_):
                yield Origin(path, whole=whole)

    def _of_env(self, name: str, scope: _NameScope) -> Iterator[Origin]:
        outer = replace(scope, step=None)
        own = self._named(scope.step.env, name, _key) if scope.step else []
        layers = () if scope.action else (scope.job.env, scope.job.workflow.env)
        found = own or next((found for layer in layers if (found := self._named(layer, name, _key))), [])
        for entry in found[:1]:
            yield from self._of_scalar(entry.value, outer, f"into the variable `{entry.key.value}`")
        if own:
            return
        yield from self._of_earlier(name, scope)
        if name in RUNNER_VARIABLES:
            yield Origin(RUNNER_VARIABLES[name])

    def _of_earlier(self, name: str, scope: _NameScope) -> Iterator[Origin]:
        """What earlier steps wrote to `GITHUB_ENV` under that name."""
        if scope.step is None:
            return
        for step, write in self._env_writes(scope.action or scope.job).get(name, ()):
            if step.index < scope.step.index:
                inner = replace(scope.deeper(), step=step)
                yield from self._of_write(write, inner, f"the variable `{write.name}`")

    def _env_writes(self, owner: Action | Job) -> dict[str, list[Any]]:
        key = ("env", owner)
        if key not in self._indexes:
            index = self._indexes[key] = {}
            for step in owner.steps:
                for write in self._output_writes.variables(step) if step.run else ():
                    kept = index.setdefault(write.name.lower(), [])
                    if len(kept) < MAX_WRITERS:
                        kept.append((step, write))
                    else:
                        said = f"only the first {MAX_WRITERS} writes to `{write.name}` are followed"
                        self._limits.cut(said, write.location)
        return self._indexes[key]

    def _of_write(self, write: OutputWrite, scope: _NameScope, what: str) -> Iterator[Origin]:
        for part in write.expressions:
            yield from _through(self._of_expression(part, scope), f"into {what}", part.location)
        for variable in write.variables:
            found = self._through_name(("env", variable.lower()), False, scope, write.location)
            yield from _through(found, f"into {what}", write.location)

    def _of_step_output(self, id: str, name: str, scope: _NameScope) -> Iterator[Origin]:
        steps = scope.action.steps if scope.action else scope.job.steps
        step = next(iter(self._named(steps, id, _step_id)), None)
        if step is None:
            return
        inner = replace(scope.deeper(), step=step)
        if step.run is not None:
            for write in self._output_writes.outputs(step):
                if write.name.lower() == name:
                    what = f"the output `{write.name}` of the step `{step.label}`"
                    yield from self._of_write(write, inner, what)
        action = self._repository.action(step.uses) if step.uses else None
        for entry in self._named(action.outputs, name, _key) if action else ():
            within = replace(inner, action=action, step=None)
            yield from self._of_scalar(_value(entry), within, f"into the output `{entry.key.value}`")

    def _of_job_output(self, id: str, name: str, scope: _NameScope) -> Iterator[Origin]:
        job = next(iter(self._named(scope.job.workflow.jobs, id, _job_id)), None)
        if job is None:
            return
        inner = replace(scope, job=job, step=None, action=None, in_matrix=False)
        for entry in job.outputs if name == EVERY else self._named(job.outputs, name, _key):
            note = f"into the output `{entry.key.value}` of the job `{job.id}`"
            yield from self._of_scalar(entry.value, inner, note)
        callee = self._repository.callee(job.uses) if job.uses else None
        trigger = callee.trigger("workflow_call") if callee else None
        if callee is None or trigger is None or not callee.jobs or len(scope.calls) >= MAX_HOPS:
            return
        for entry in trigger.outputs if name == EVERY else self._named(trigger.outputs, name, _key):
            outer = _NameScope(callee.jobs[0], (*scope.calls, job), depth=scope.depth + 1)
            yield from self._of_callee_output(_value(entry), outer)

    def _of_callee_output(self, value: Node | None, scope: _NameScope) -> Iterator[Origin]:
        """A reusable workflow's output, whose value speaks of `jobs.ID.outputs.NAME`."""
        for part in self._expressions.of(value) if isinstance(value, Scalar) else ():
            for reference in part.values():
                match reference.path:
                    case ("jobs", id, "outputs", name):
                        yield from self._of_job_output(id, name, scope.deeper())

    def _of_matrix(self, name: str, scope: _NameScope) -> Iterator[Origin]:
        # GitHub knows no `matrix` inside the matrix.
        matrix = None if scope.in_matrix else scope.job.matrix
        inner = replace(scope, step=None, action=None, in_matrix=True)
        for scalar in self._matrix_texts(matrix, name) if matrix is not None else ():
            yield from self._of_scalar(scalar, inner, f"into the matrix value `{name}`")

    def _matrix_texts(self, matrix: Mapping | Scalar, name: str) -> list[Scalar]:
        """The texts with expressions that may give a matrix value its content."""
        index = self._indexes.setdefault(("matrix", matrix), {})
        if name not in index:
            nodes = list(islice(_nodes_of(matrix, name), MAX_VALUES + 1))
            if len(nodes) > MAX_VALUES:
                said = f"only {MAX_VALUES:,} texts of the matrix value `{name}` are looked at"
                self._limits.cut(said, matrix.location)
            index[name] = [node for node in nodes if isinstance(node, Scalar) and "${{" in node.value]
        return index[name]

    def _of_input(self, name: str, scope: _NameScope) -> Iterator[Origin]:
        if scope.action is not None:
            yield from self._of_action_input(name, scope, scope.action)
            return
        if scope.calls and scope.job.workflow.trigger("workflow_call"):
            caller = scope.calls[-1]
            outer = _NameScope(caller, scope.calls[:-1], depth=scope.depth)
            given = caller.inputs if name == EVERY else self._named(caller.inputs, name, _key)
            for entry in given:
                yield from self._of_scalar(entry.value, outer, f"into the input `{entry.key.value}`")
            trigger = scope.job.workflow.trigger("workflow_call")
            declared = trigger.input(name) if trigger and not given else None
            if declared is not None:
                yield from self._of_scalar(declared.default, outer, f"by default into the input `{name}`")
            return
        yield Origin(("inputs", name))

    def _of_action_input(self, name: str, scope: _NameScope, action: Action) -> Iterator[Origin]:
        key = (name, replace(scope, step=None))
        if key not in self._found:
            self._found[key] = self._unique(self._given_by_users(name, scope, action), action.location)
        yield from self._found[key]

    def _given_by_users(self, name: str, scope: _NameScope, action: Action) -> Iterator[Origin]:
        """What the steps that use an action in the job give it, or its own default."""
        users = [user for user in self._repository.users(action) if user.job in (None, scope.job)]
        if len(users) > MAX_WRITERS:
            said = f"only {MAX_WRITERS} steps are read for what they give to the action"
            self._limits.cut(said, action.location)
        for user in users[:MAX_WRITERS]:
            outer = _NameScope(scope.job, scope.calls, user, user.action, depth=scope.depth)
            given = self._named(user.inputs, name, _key)
            for entry in given:
                note = f"into the action's input `{entry.key.value}`"
                yield from self._of_scalar(entry.value, outer, note)
            declared = next((d for d in action.inputs if d.name.lower() == name), None)
            if declared is not None and not given:
                yield from self._of_scalar(declared.default, outer, f"by default into the input `{name}`")


def _key(entry: Pair) -> str:
    return entry.key.value


def _value(entry: Pair) -> Node | None:
    """The value of a declared output, whether the model keeps the declaration or only that."""
    return entry.value.get("value") if isinstance(entry.value, Mapping) else entry.value


def _step_id(step: Step) -> str:
    return step.id.value if step.id is not None else ""


def _job_id(job: Job) -> str:
    return job.id


def _through(origins: Iterable[Origin], note: str, at: Location) -> Iterator[Origin]:
    for origin in origins:
        yield replace(origin, hops=(*origin.hops, Hop(HopKind.STEP, note, at)))


def _nodes_of(matrix: Mapping | Scalar, name: str) -> Iterator[Node]:
    """What may give a matrix value its content: texts, and what holds them."""
    waiting: list[Node] = []
    if isinstance(matrix, Scalar):
        waiting.append(matrix)
    else:
        waiting += [entry.value for entry in matrix if entry.key.value.lower() == name]
        include = matrix.get("include")
        for row in include.items if isinstance(include, Sequence) else (include,):
            if isinstance(row, Mapping):
                waiting += [entry.value for entry in row if entry.key.value.lower() == name]
            elif row is not None:
                waiting.append(row)
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, Sequence):
            waiting.extend(node.items)
        elif isinstance(node, Mapping):
            waiting.extend(entry.value for entry in node)
