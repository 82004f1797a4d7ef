"""The graph of values, asked from the end: which fields, secrets and fetched texts arrive at a place.

The graph is never built whole. The way back from a place is walked once and remembered; it doesn't depend on
the entry, for who wrote a field is asked at the end (`sources.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from auditor.facts.flow.graph.answers import of_action_output
from auditor.facts.flow.graph.arrival import Arrival, ContextField, through
from auditor.facts.flow.graph.expression_parts import EVERY, field_of_json, fixed_texts
from auditor.facts.flow.graph.matrix_texts import matrix_texts
from auditor.facts.flow.graph.memory import Memory
from auditor.facts.flow.graph.scope import Scope
from auditor.facts.flow.graph.script_values import ScriptValues
from auditor.facts.job.expressions import ExpressionInText, Expressions
from auditor.facts.job.readings import Readings, StepReading
from auditor.facts.limits import Limits
from auditor.facts.reach.path import Path
from auditor.finding import Location
from auditor.knowledge.platform.contexts import RUNNER_VARIABLES
from auditor.languages.reading import Change, Pieces, Write
from auditor.languages.yaml import Mapping, Node, Pair, Scalar
from auditor.model.documents import Action, Job, Step
from auditor.model.repository import Repository

MAX_WRITERS = 200
"""Steps that are read for what they give to an action or write to a variable."""

MAX_VALUES = 10_000
"""Nodes of a matrix that are searched for the texts of one value."""

MAX_CALLS = 24
"""Calls of reusable workflows, one in the other, whose outputs are followed. GitHub allows ten."""


class Flow:
    """Follows values back to where they enter. Each place is walked once."""

    def __init__(
        self, repository: Repository, expressions: Expressions, readings: Readings, limits: Limits
    ) -> None:
        self._repository = repository
        self._expressions = expressions
        self._readings = readings
        self._limits = limits
        self._memory = Memory(limits)
        self._scripts = ScriptValues(self._of_expression_at, self._of_variable, self._of_file)
        self._indexes: dict[object, dict[str, list[Any]]] = {}

    def of_expression(self, part: ExpressionInText, step: Step | None, path: Path) -> tuple[Arrival, ...]:
        """What arrives in an expression in `step`, or in the job where there is none, on that path."""
        scope = _scope(step, path)
        # Paths that differ in their entry alone share the answer.
        return self._memory.of((part, scope), lambda: self._of_expression(part, scope), part.location)

    def of_text(self, scalar: Scalar | None, step: Step | None, path: Path) -> tuple[Arrival, ...]:
        """What arrives in a text, its fixed parts round each value."""
        return () if scalar is None else tuple(self._of_scalar(scalar, _scope(step, path)))

    def of_pieces(self, pieces: Pieces, script: StepReading, path: Path) -> tuple[Arrival, ...]:
        """What arrives in a text that a script makes."""
        scope = _scope(script.step, path)
        at = _location(pieces, script)
        return self._memory.of((pieces, scope), lambda: self._scripts.of(pieces, script, scope), at)

    def _of_expression_at(self, start: int, script: StepReading, scope: Scope) -> Iterator[Arrival]:
        for part in self._expressions.of(script.scalar):
            if part.start == start:
                yield from through(
                    self._of_expression(part, scope), f"{part.text} is put into the script", part.location
                )

    def _of_expression(self, part: ExpressionInText, scope: Scope) -> Iterator[Arrival]:
        json = "tojson" in part.text.lower()
        field = field_of_json(part.node)
        fixed = fixed_texts(part.node)
        for path in dict.fromkeys(reference.path for reference in part.values()):
            for arrival in self._of_name(path, json, scope, part.location):
                found = arrival
                if field is not None:
                    found = found.changed(Change.PART, f"the field `{field}`, by `fromJSON`")
                yield found.between(*fixed.get(path, ("", "")))

    def _of_name(self, path: tuple[str, ...], json: bool, scope: Scope, at: Location) -> tuple[Arrival, ...]:
        if path[0] in ("github", "secrets"):
            return tuple(self._of_reference(path, json, scope))
        return self._memory.of((path, json, scope), lambda: self._of_reference(path, json, scope), at)

    def _of_scalar(self, node: Node | None, scope: Scope) -> Iterator[Arrival]:
        if not isinstance(node, Scalar):
            return
        parts = self._expressions.of(node)
        ends = [0, *(part.end for part in parts)]
        starts = [*(part.start for part in parts), len(node.value)]
        for index, part in enumerate(parts):
            before = node.value[ends[index] : part.start]
            after = node.value[part.end : starts[index + 1]]
            for arrival in self._of_expression(part, scope):
                yield arrival.between(before, after)

    def _into(self, node: Node | None, scope: Scope, note: str) -> Iterator[Arrival]:
        """What a text hands on, with the place of the text as a hop."""
        if isinstance(node, Scalar) and "${{" in node.value:
            parts = self._expressions.of(node)
            at = parts[0].location if len(parts) == 1 else node.location
            yield from through(self._of_scalar(node, scope), note, at)

    def _named(self, things: tuple[Any, ...], name: str, key: Callable[[Any], str]) -> list[Any]:
        """Those of a tuple of the model that have the name, letter case aside."""
        # The model keeps its tuples alive; the hash of one is a walk through it, here for every name.
        place = id(things)
        if place not in self._indexes:
            index = self._indexes[place] = {}
            for thing in things:
                index.setdefault(key(thing).lower(), []).append(thing)
        return self._indexes[place].get(name, [])

    def _of_reference(self, path: tuple[str, ...], json: bool, scope: Scope) -> Iterator[Arrival]:
        match path:
            case ("env", name):
                yield from self._of_variable(name, scope)
            case ("steps", id, "outputs", name):
                yield from self._of_step_output(id, name, scope)
            case ("needs" | "jobs", id, "outputs", name):
                yield from self._of_job_output(id, name, scope)
            case ("needs", id) | ("needs", id, "outputs") if json:
                yield from self._of_job_output(id, EVERY, scope)
            case ("needs",) if json:
                for need in scope.job.needs:
                    yield from self._of_job_output(need.value.lower(), EVERY, scope)
            case ("inputs",) if json and scope.action is None:
                yield from self._of_input(EVERY, scope)
            case ("matrix", name, *_):
                yield from self._of_matrix(name, scope)
            case ("inputs", name):
                yield from self._of_input(name, scope)
            case ("secrets", *_):
                yield from self._of_secret(path, json, scope)
            case ("github", *_):
                yield _of_github(path, json)

    def _of_secret(self, path: tuple[str, ...], json: bool, scope: Scope) -> Iterator[Arrival]:
        """A secret of the repository, or what the caller hands to the workflow under that name."""
        if len(path) > 1 and scope.calls:
            given = [entry for entry in scope.calls[-1].secrets if _key(entry).lower() == path[1]]
            if given:
                outer = Scope(scope.calls[-1], scope.calls[:-1])
                for entry in given:
                    yield from self._into(entry.value, outer, f"into the secret `{entry.key.value}`")
                return
        yield Arrival(ContextField(path, whole=json))

    def _of_variable(self, name: str, scope: Scope) -> Iterator[Arrival]:
        name = name.lower()
        own = self._named(scope.step.env, name, _key) if scope.step and not scope.in_env else []
        for entry in own[:1]:
            inner = replace(scope, in_env=True)
            yield from self._into(entry.value, inner, f"into the variable `{entry.key.value}`")
        if own:
            return
        layers = () if scope.action else (scope.job.env, scope.job.workflow.env)
        found = next((found for layer in layers if (found := self._named(layer, name, _key))), [])
        for entry in found[:1]:
            outer = Scope(scope.job, scope.calls)
            yield from self._into(entry.value, outer, f"into the variable `{entry.key.value}`")
        yield from self._of_earlier(name, scope)
        if scope.action is not None:
            for user in self._users(scope):
                yield from self._of_name(("env", name), json=False, scope=user, at=scope.action.location)
        elif name in RUNNER_VARIABLES:
            yield Arrival(ContextField(RUNNER_VARIABLES[name]))

    def _of_earlier(self, name: str, scope: Scope) -> Iterator[Arrival]:
        """What earlier steps wrote to `GITHUB_ENV` under that name."""
        if scope.step is None:
            return
        for step, script, write in self._env_writes(scope.action or scope.job).get(name, ()):
            if step.index < scope.step.index:
                inner = _inner(script, scope)
                yield from self._of_write(write, script, inner, f"the variable `{write.key}`")

    def _env_writes(self, owner: Action | Job) -> dict[str, list[Any]]:
        key = ("env", owner)
        if key not in self._indexes:
            index = self._indexes[key] = {}
            for step in owner.steps:
                for script in self._scripts_of(step):
                    for write in script.writes("GITHUB_ENV"):
                        kept = index.setdefault((write.key or EVERY).lower(), [])
                        if len(kept) < MAX_WRITERS:
                            kept.append((step, script, write))
                        else:
                            said = f"only the first {MAX_WRITERS} writes to `{write.key}` are followed"
                            at = script.scalar.location_of(write.start, write.end)
                            self._limits.cut(said, at)
        return self._indexes[key]

    def _scripts_of(self, step: Step) -> Iterator[StepReading]:
        """The scripts of a step, those of the local composite action that it uses included."""
        yield from self._readings.of(step)
        action = self._repository.action(step.uses) if step.uses else None
        for inner in action.steps if action else ():
            yield from self._readings.of(inner)

    def _of_write(self, write: Write, script: StepReading, scope: Scope, what: str) -> Iterator[Arrival]:
        at = script.scalar.location_of(write.start, write.end)
        found = self._memory.of((write, scope), lambda: self._scripts.of(write.pieces, script, scope), at)
        for arrival in through(found, f"into {what}", at):
            yield replace(arrival, judged=True) if script.judges else arrival

    def _of_step_output(self, id: str, name: str, scope: Scope) -> Iterator[Arrival]:
        steps = scope.action.steps if scope.action else scope.job.steps
        step = next(iter(self._named(steps, id, _step_id)), None)
        if step is None:
            return
        inner = scope.at(step)
        scripts = self._readings.of(step)
        for script in scripts:
            writes = list(script.writes("GITHUB_OUTPUT"))
            named = [write for write in writes if write.key is not None and write.key.lower() == name]
            for write in named or [write for write in writes if write.key is None]:
                what = f"the output `{write.key or name}` of the step `{step.label}`"
                yield from self._of_write(write, script, inner, what)
        if step.uses is None:
            return
        action = self._repository.action(step.uses)
        if action is not None:
            for entry in self._named(action.outputs, name, _key):
                within = replace(inner, action=action, step=None)
                yield from self._into(_value(entry), within, f"into the output `{entry.key.value}`")
        elif not scripts:
            what = f"`{step.uses.slug}` gives its output `{name}`"
            yield from through(of_action_output(step, name), what, step.location)

    def _of_job_output(self, id: str, name: str, scope: Scope) -> Iterator[Arrival]:
        job = next(iter(self._named(scope.job.workflow.jobs, id, _job_id)), None)
        if job is None:
            return
        inner = scope.of_job(job)
        for entry in job.outputs if name == EVERY else self._named(job.outputs, name, _key):
            note = f"into the output `{entry.key.value}` of the job `{job.id}`"
            yield from self._into(entry.value, inner, note)
        callee = self._repository.callee(job.uses) if job.uses else None
        trigger = callee.trigger("workflow_call") if callee else None
        if callee is None or trigger is None or not callee.jobs or len(scope.calls) >= MAX_CALLS:
            return
        within = Scope(callee.jobs[0], (*scope.calls, job))
        for entry in trigger.outputs if name == EVERY else self._named(trigger.outputs, name, _key):
            note = f"into the output `{entry.key.value}` of the called workflow"
            yield from self._into(_value(entry), within, note)

    def _of_matrix(self, name: str, scope: Scope) -> Iterator[Arrival]:
        # GitHub knows no `matrix` inside the matrix.
        matrix = None if scope.in_matrix else scope.job.matrix
        inner = replace(scope, step=None, action=None, in_matrix=True)
        for scalar in self._matrix_texts(matrix, name) if matrix is not None else ():
            yield from self._into(scalar, inner, f"into the matrix value `{name}`")

    def _matrix_texts(self, matrix: Mapping | Scalar, name: str) -> list[Scalar]:
        """The texts with expressions that may give a matrix value its content."""
        index = self._indexes.setdefault(("matrix", matrix), {})
        if name not in index:
            nodes = list(islice(matrix_texts(matrix, name), MAX_VALUES + 1))
            if len(nodes) > MAX_VALUES:
                said = f"only {MAX_VALUES:,} texts of the matrix value `{name}` are looked at"
                self._limits.cut(said, matrix.location)
            index[name] = [node for node in nodes if isinstance(node, Scalar) and "${{" in node.value]
        return index[name]

    def _of_input(self, name: str, scope: Scope) -> Iterator[Arrival]:
        if scope.action is not None:
            yield from self._of_action_input(name, scope, scope.action)
            return
        trigger = scope.job.workflow.trigger("workflow_call")
        if not scope.calls or trigger is None:
            yield Arrival(ContextField(("inputs", name)))
            return
        caller = scope.calls[-1]
        outer = Scope(caller, scope.calls[:-1])
        given = caller.inputs if name == EVERY else self._named(caller.inputs, name, _key)
        for entry in given:
            yield from self._into(entry.value, outer, f"into the input `{entry.key.value}`")
        declared = trigger.input(name) if not given else None
        if declared is not None:
            yield from self._into(declared.default, outer, f"by default into the input `{name}`")

    def _of_action_input(self, name: str, scope: Scope, action: Action) -> Iterator[Arrival]:
        """What the steps that use an action in the job give it, or its own default."""
        for outer in self._users(scope):
            user = outer.step
            given = self._named(user.inputs, name, _key) if user else []
            for entry in given:
                note = f"into the action's input `{entry.key.value}`"
                yield from self._into(entry.value, outer, note)
            declared = next((d for d in action.inputs if d.name.lower() == name), None)
            if declared is not None and not given:
                yield from self._into(declared.default, outer, f"by default into the input `{name}`")

    def _users(self, scope: Scope) -> Iterator[Scope]:
        """The places in the job where an action is used."""
        assert scope.action is not None
        users = [user for user in self._repository.users(scope.action) if user.job in (None, scope.job)]
        if len(users) > MAX_WRITERS:
            said = f"only {MAX_WRITERS} steps are read for what they give to the action"
            self._limits.cut(said, scope.action.location)
        for user in users[:MAX_WRITERS]:
            yield Scope(scope.job, scope.calls, user, user.action)

    def _of_file(self, path: str, script: StepReading, scope: Scope, at: int) -> Iterator[Arrival]:
        """What the step, or an earlier one of the job, wrote to a file of the workspace."""
        for step, written, write in self._file_writes(scope.action or scope.job).get(path, ()):
            if written is script:
                if write.start < at:
                    yield from self._of_write(write, written, scope, f"the file `{path}`")
            elif scope.step is not None and step.index < scope.step.index:
                yield from self._of_write(write, written, _inner(written, scope), f"the file `{path}`")

    def _file_writes(self, owner: Action | Job) -> dict[str, list[Any]]:
        key = ("files", owner)
        if key not in self._indexes:
            index = self._indexes[key] = {}
            for step in owner.steps:
                for script in self._scripts_of(step):
                    for write in script.writes(""):
                        path = self._scripts.fixed_path(write.path)
                        kept = index.setdefault(path or EVERY, [])
                        if len(kept) < MAX_WRITERS:
                            kept.append((step, script, write))
        return self._indexes[key]


def _of_github(path: tuple[str, ...], json: bool) -> Arrival:
    if path[:3] == ("github", "event", "inputs") and len(path) == 4:
        return Arrival(ContextField(("inputs", path[3]), written=".".join(path)))
    return Arrival(ContextField(path, whole=json))


def _scope(step: Step | None, path: Path) -> Scope:
    return Scope(path.job, path.calls, step, step.action if step else None)


def _inner(script: StepReading, scope: Scope) -> Scope:
    """The scope of a script of an earlier step, which may be that of a composite action."""
    return replace(scope, step=script.step, action=script.step.action, in_env=False)


def _key(entry: Pair) -> str:
    return entry.key.value


def _value(entry: Pair) -> Node | None:
    """The value of a declared output, whether the model keeps the declaration or only that."""
    return entry.value.get("value") if isinstance(entry.value, Mapping) else entry.value


def _step_id(step: Step) -> str:
    return step.id.value if step.id is not None else ""


def _job_id(job: Job) -> str:
    return job.id


def _location(pieces: Pieces, script: StepReading) -> Location:
    if not pieces:
        return script.scalar.location
    return script.scalar.location_of(pieces[0].start, pieces[-1].end)
