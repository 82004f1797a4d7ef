"""Where secrets go: through env, scripts, step, job and workflow outputs, and this repository's own actions.

What an action of another repository does with a secret, and what a script puts into files, isn't followed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter

from auditor.facts.flow.runner_files import RunnerFiles
from auditor.facts.flow.secrets.script import Write, foreign_secret_writes, is_harmless, writes
from auditor.facts.flow.secrets.sinks import Expansion, Sink, SinkKind
from auditor.facts.flow.secrets.value import (
    ALL,
    EVERY,
    JOB_TOKEN,
    Exports,
    Mark,
    SecretValue,
    SecretVariables,
    merged,
)
from auditor.facts.job.expressions import ExpressionInText, Expressions
from auditor.facts.job.scripts import Scripts
from auditor.facts.limits import Limits
from auditor.facts.reach.reach import Reach
from auditor.finding import Hop, HopKind, Trace
from auditor.knowledge.actions.script_inputs import DOCKER_INPUTS, SCRIPT_INPUTS
from auditor.languages import expression
from auditor.languages.shell import Dialect
from auditor.languages.yaml import Mapping, Pair, Scalar
from auditor.model.documents import Action, Job, Step, Workflow
from auditor.model.repository import Repository
from auditor.model.uses import UsesKind

MAX_DEPTH = 10
"""Composite actions may use each other this deep (GitHub docs, limits, 2026)."""

MAX_JOBS = 30
"""Jobs, each of which uses outputs of the next, when none of them has been followed before."""

MAX_COMPOSITES = 1000
"""Uses of composite actions that are kept apart by the secrets that they are given."""

MAX_EXPANSIONS = 100
"""Secrets that are listed of one script as expanded in it."""

_DIRECT = frozenset({"secrets", "github", "env", "inputs"})

_TELLS = re.compile(r"(?i)github[._](?:output|env|step_summary)|::set-output")

_Outputs = dict[str, SecretValue]

_FILES = {
    "GITHUB_OUTPUT": SinkKind.STEP_OUTPUT,
    "GITHUB_ENV": SinkKind.ENV,
    "GITHUB_STEP_SUMMARY": SinkKind.SUMMARY,
}


@dataclass(slots=True)
class _ExpressionPlace:
    """Where an expression stands, and what it can name there."""

    workflow: Workflow | None
    job: Job | None = None
    env: SecretVariables = field(default_factory=SecretVariables)
    steps: dict[str, _Outputs] = field(default_factory=dict)
    inputs: Callable[[str], SecretValue | None] = lambda _: None
    depth: int = 0


class Secrets:
    """Follows every secret of a repository from where it is read to where it goes."""

    def __init__(
        self,
        repository: Repository,
        expressions: Expressions,
        scripts: Scripts,
        runner_files: RunnerFiles,
        reach: Reach,
        limits: Limits,
    ) -> None:
        self._limits = limits
        self._repository = repository
        self._expressions = expressions
        self._scripts = scripts
        self._runner_files = runner_files
        self._reach = reach
        self._sinks: dict[object, Sink] = {}
        self._expanded: dict[Step, dict[tuple[str, ...], Expansion]] = {}
        self._jobs: dict[Job, _Outputs] = {}
        self._asking: set[Job] = set()
        self._ids: dict[Workflow, dict[str, Job]] = {}
        self._envs: dict[Workflow, SecretVariables] = {}
        self._inputs: dict[tuple[Workflow, str], SecretValue | None] = {}
        self._composites: dict[object, tuple[_Outputs, _Outputs]] = {}

    @cached_property
    def sinks(self) -> tuple[Sink, ...]:
        """Each place where a secret leaves its step; of outputs that hand on one another, the last."""
        self._follow_all()
        found = list(self._sinks.values())
        outputs = (sink for sink in found if sink.mark.hands_on)
        handed_on = {mark.key for sink in outputs for mark in sink.value.marks if mark.hands_on}
        return tuple(sink for sink in found if sink.mark.key not in handed_on)

    def expanded(self, step: Step) -> tuple[Expansion, ...]:
        """The expressions in a step's scripts that give a secret's text, one for each secret."""
        _ = self.sinks
        return tuple(self._expanded.get(step, {}).values())

    def trace(self, found: Sink | Expansion) -> Trace:
        """The strongest way into the job that GitHub gives secrets on, and that of the secret from there."""
        job = found.job
        place = found.step or job
        paths = self._reach.at_full_power(place) if place else ()
        path = next((path for path in paths if job is None or path.job is job), None)
        if path is not None:
            return path.trace(*found.hops)
        start = (Hop(HopKind.JOB, f"the job `{job.id}` runs", job.location),) if job else ()
        return Trace((*start, *found.hops))

    def _follow_all(self) -> None:
        for workflow in self._repository.workflows:
            for job in workflow.jobs:
                self._job(job)
            self._workflow_outputs(workflow)
        for action in self._repository.actions:
            self._composite(action, {}, None, 0)

    def _job(self, job: Job) -> _Outputs:
        """The outputs of a job that its readers get with a secret in them: GitHub drops masked ones."""
        if job in self._jobs or job in self._asking:
            return self._jobs.get(job, {})
        if len(self._asking) >= MAX_JOBS:
            self._limits.cut(f"secrets aren't followed through more than {MAX_JOBS} jobs", job.location)
            return {}
        self._asking.add(job)
        callee = self._repository.callee(job.uses) if job.uses else None
        outputs = self._workflow_outputs(callee) if callee else self._run(job)
        self._asking.discard(job)
        self._jobs[job] = outputs
        return outputs

    def _run(self, job: Job) -> _Outputs:
        workflow = job.workflow
        env = SecretVariables(self._workflow_env(workflow))
        scope = _ExpressionPlace(workflow, job, env, inputs=lambda name: self._workflow_input(workflow, name))
        self._take_env(job.env, scope, env, "job")
        self._steps(job.steps, scope)
        outputs = self._outputs(job.outputs, scope, SinkKind.JOB_OUTPUT, f"the job `{job.id}`")
        return {name: value for name, value in outputs.items() if not value.masked}

    def _workflow_env(self, workflow: Workflow) -> SecretVariables:
        if workflow not in self._envs:
            env = self._envs[workflow] = SecretVariables()
            scope = _ExpressionPlace(workflow, inputs=lambda name: self._workflow_input(workflow, name))
            self._take_env(workflow.env, scope, env, "workflow")
        return self._envs[workflow]

    def _take_env(
        self, layer: Iterable[Pair], scope: _ExpressionPlace, env: SecretVariables, whose: str
    ) -> None:
        found = [(entry.key, self._value(entry.value, scope)) for entry in layer]
        for key, value in found:
            mark = Mark(f"the {whose}'s `env` holds it as `{key.value}`", key, 0, len(key.value))
            env.put(key.value, value.passing(mark) if value else None)

    def _outputs(
        self, entries: Iterable[Pair], scope: _ExpressionPlace, kind: SinkKind, whose: str
    ) -> _Outputs:
        found = {}
        for entry in entries:
            value = self._value(entry.value, scope)
            if value is not None:
                key = entry.key
                note = f"it becomes the output `{key.value}` of {whose}"
                mark = Mark(note, key, 0, len(key.value), hands_on=True)
                self._note(Sink(kind, key.value, value, mark, scope.job, None))
                found[key.value.lower()] = value.passing(mark)
        return found

    def _note(self, sink: Sink) -> None:
        key = (sink.kind, *sink.mark.key)
        known = self._sinks.get(key)
        if known is None or (known.value.masked and not sink.value.masked):
            self._sinks[key] = sink

    def _workflow_outputs(self, workflow: Workflow) -> _Outputs:
        trigger = workflow.trigger("workflow_call")
        values = [
            Pair(entry.key, value)
            for entry in (trigger.outputs if trigger else ())
            if isinstance(entry.value, Mapping) and (value := entry.value.get("value")) is not None
        ]
        outputs = self._outputs(
            values, _ExpressionPlace(workflow), SinkKind.WORKFLOW_OUTPUT, "the reusable workflow"
        )
        return {name: value for name, value in outputs.items() if not value.masked}

    def _workflow_input(self, workflow: Workflow, name: str) -> SecretValue | None:
        """What the callers in this repository give a reusable workflow."""
        key = (workflow, name)
        if key not in self._inputs:
            self._inputs[key] = None
            self._inputs[key] = merged(
                self._value_of(entry, _ExpressionPlace(caller.workflow, caller))
                for caller in self._repository.callers(workflow)
                for entry in caller.inputs
                if entry.key.value.lower() == name
            )
        return self._inputs[key]

    def _value_of(self, entry: Pair, scope: _ExpressionPlace) -> SecretValue | None:
        value = self._value(entry.value, scope)
        mark = Mark(f"the input `{entry.key.value}` gets it", entry.key, 0, len(entry.key.value))
        return value.passing(mark) if value else None

    def _steps(self, steps: Iterable[Step], scope: _ExpressionPlace) -> None:
        for step in steps:
            env = SecretVariables(scope.env)
            self._take_env(step.env, scope, env, "step")
            inside = _ExpressionPlace(scope.workflow, scope.job, env, scope.steps, scope.inputs, scope.depth)
            if step.run is not None:
                self._script(step, step.run, inside, scope)
            elif step.uses is not None:
                self._use(step, inside, scope)

    def _script(self, step: Step, run: Scalar, inside: _ExpressionPlace, scope: _ExpressionPlace) -> None:
        self._expand(step, run, inside)
        for write in self._writes(step, run, inside):
            kind = _FILES[write.file]
            note = f"it is written to {kind.value}" + (f" as `{write.name}`" if write.name else "")
            mark = Mark(note, run, write.start, write.end, hands_on=kind is SinkKind.STEP_OUTPUT)
            self._note(Sink(kind, write.name, write.value, mark, scope.job, step))
            if write.name and kind is SinkKind.ENV:
                scope.env.put(write.name, write.value.passing(mark))
            elif write.name and kind is SinkKind.STEP_OUTPUT and step.id is not None:
                outputs = scope.steps.setdefault(step.id.value.lower(), {})
                outputs[write.name.lower()] = write.value.passing(mark)

    def _writes(self, step: Step, run: Scalar, inside: _ExpressionPlace) -> list[Write]:
        if not _TELLS.search(run.value):
            return []
        parts = ((part.start, self._read(part, inside)) for part in self._expressions.of(run))
        islands = {start: value for start, value in parts if value is not None}
        if self._scripts.dialect(step) is not Dialect.BASH:
            # The graph follows secrets in the languages that can be read.
            unread = self._scripts.dialect(step) is Dialect.OTHER
            return foreign_secret_writes(run, islands, self._limits) if unread else []
        script = self._scripts.of(step)
        handed_on = self._runner_files.of(step)
        return writes(script, handed_on, run, inside.env.variable, islands, self._limits) if script else []

    def _expand(self, step: Step, script: Scalar, inside: _ExpressionPlace) -> None:
        expanded = self._expanded.setdefault(step, {})
        for part in self._expressions.of(script):
            value = self._read(part, inside, _DIRECT)
            if value is None or value.names in expanded:
                continue
            if len(expanded) >= MAX_EXPANSIONS:
                self._limits.cut(f"only {MAX_EXPANSIONS} secrets of the script are listed", script.location)
                return
            expanded[value.names] = Expansion(part, value, inside.job, step)

    def _use(self, step: Step, inside: _ExpressionPlace, scope: _ExpressionPlace) -> None:
        assert step.uses is not None
        docker = step.uses.kind is UsesKind.DOCKER
        for name in DOCKER_INPUTS if docker else SCRIPT_INPUTS.get(step.uses.slug, ()):
            if script := step.input(name):
                self._expand(step, script, inside)
        action = self._repository.action(step.uses)
        if action is None:
            return
        given = {entry.key.value.lower(): self._value_of(entry, inside) for entry in step.inputs}
        inputs = {name: value for name, value in given.items() if value is not None}
        outputs, exports = self._composite(action, inputs, scope.job, scope.depth + 1)
        for name, value in exports.items():
            scope.env.put(name, value)
        if step.id is not None and outputs:
            scope.steps[step.id.value.lower()] = outputs

    def _composite(
        self, action: Action, inputs: _Outputs, job: Job | None, depth: int
    ) -> tuple[_Outputs, _Outputs]:
        """The outputs of an action and what it writes to `GITHUB_ENV`, for these inputs."""
        key = (action, *sorted(inputs.items(), key=itemgetter(0)))
        known = self._composites.get(key)
        if known is not None or depth > MAX_DEPTH:
            return known or ({}, {})
        if len(self._composites) >= MAX_COMPOSITES:
            said = f"secrets aren't followed through more than {MAX_COMPOSITES:,} uses of composite actions"
            self._limits.cut(said, action.location)
            return {}, {}
        self._composites[key] = ({}, {})
        env = Exports()
        scope = _ExpressionPlace(None, job, env, inputs=inputs.get, depth=depth)
        self._steps(action.steps, scope)
        outputs = self._outputs(action.outputs, scope, SinkKind.ACTION_OUTPUT, "the action")
        self._composites[key] = (outputs, env.written)
        return self._composites[key]

    def _value(self, node: object, scope: _ExpressionPlace) -> SecretValue | None:
        parts = self._expressions.of(node) if isinstance(node, Scalar) else ()
        return merged(self._read(part, scope) for part in parts)

    def _read(
        self, part: ExpressionInText, scope: _ExpressionPlace, roots: frozenset[str] | None = None
    ) -> SecretValue | None:
        """The secret that an expression's value carries; only through contexts in `roots`, if given."""
        paths = [reference.path for reference in part.values()]
        value = merged(self._refer(path, part, scope) for path in paths if roots is None or path[0] in roots)
        name = _field_of_json(part.node) if value else None
        if value is None or name is None:
            return value
        return None if is_harmless(name) else value.changed("a field of it, by `fromJSON`")

    def _refer(
        self, path: tuple[str, ...], part: ExpressionInText, scope: _ExpressionPlace
    ) -> SecretValue | None:
        match path:
            case ("secrets", *rest):
                return _source(rest[0].upper() if rest else ALL, part)
            case ("github", "token"):
                return _source(JOB_TOKEN, part)
            case ("env", name):
                return scope.env.field(name)
            case ("inputs", name):
                return scope.inputs(name)
            case ("steps", id, "outputs", name):
                return scope.steps.get(id, {}).get(name)
            case ("needs" | "jobs", id, "outputs", name) if scope.workflow is not None:
                job = self._jobs_of(scope.workflow).get(id)
                return self._job(job).get(name) if job else None
        return None

    def _jobs_of(self, workflow: Workflow) -> dict[str, Job]:
        if workflow not in self._ids:
            self._ids[workflow] = {job.id.lower(): job for job in workflow.jobs}
        return self._ids[workflow]


def _source(name: str, part: ExpressionInText) -> SecretValue:
    value = SecretValue((name,), ())
    return value.passing(Mark(f"{value.said} is read", part.scalar, part.start, part.end))


def _field_of_json(node: expression.Node) -> str | None:
    """The last name of `fromJSON(...).a.b` in an expression, if one is taken apart there."""
    for found in expression.walk(node):
        name, target = "", found
        while isinstance(target, (expression.Property, expression.Index, expression.Star)):
            if not name:
                name = target.name if isinstance(target, expression.Property) else EVERY
            target = target.target
        if target is not found and isinstance(target, expression.Call) and target.name.lower() == "fromjson":
            return name
    return None
