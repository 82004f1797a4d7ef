"""The values that a text has in a job: through variables, inputs, local actions and calling workflows."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.job.expressions import Expressions
from auditor.facts.job.steps import StepInJob
from auditor.languages import expression
from auditor.languages.yaml import Node, Pair, Scalar
from auditor.model.documents import Job
from auditor.model.repository import Repository
from auditor.model.settings import Settings

MAX_VALUES = 20
"""Values of one text that are kept apart."""

MAX_DEPTH = 10
"""Texts that stand for each other, one in the next."""

MAX_TEXTS = 500
"""Texts that are read for one question."""


class TextValues:
    """Follows texts to what is written."""

    def __init__(self, repository: Repository, expressions: Expressions, settings: Settings) -> None:
        self._repository = repository
        self._expressions = expressions
        self._settings = settings
        self._read = 0

    def of(self, scalar: Scalar, step_in_job: StepInJob) -> tuple[str | None, ...]:
        """Each value that a text of a step may have, None for one that isn't known."""
        self._read = 0
        return self._text(scalar, step_in_job.job, step_in_job, 0)

    def _text(
        self, scalar: Scalar, job: Job, step_in_job: StepInJob | None, depth: int
    ) -> tuple[str | None, ...]:
        parts = self._expressions.of(scalar)
        self._read += 1
        if self._read > MAX_TEXTS or depth > MAX_DEPTH:
            return (None,)
        if not parts:
            return (None if "${{" in scalar.value else scalar.value,)
        made: list[str | None] = [""]
        at = 0
        for part in parts:
            before = scalar.value[at : part.start]
            values = tuple(dict.fromkeys(self._values(part.node, job, step_in_job, depth)))[:MAX_VALUES]
            made = [
                None if start is None or value is None else start + before + value
                for start in made
                for value in values
            ][:MAX_VALUES]
            at = part.end
        rest = scalar.value[at:]
        return tuple(dict.fromkeys(None if text is None else text + rest for text in made))

    def _values(
        self, node: expression.Node, job: Job, step_in_job: StepInJob | None, depth: int
    ) -> Iterator[str | None]:
        if depth > MAX_DEPTH:
            yield None
            return
        match node:
            case expression.Literal(value=str(value)):
                yield value
            case expression.Or(operands=operands):
                for part in operands:
                    yield from (value for value in self._values(part, job, step_in_job, depth + 1) if value)
            case expression.And(operands=operands):
                yield from self._values(operands[-1], job, step_in_job, depth + 1)
            case expression.Property() | expression.Index():
                references = expression.references(node)
                path = references[0].path if len(references) == 1 else ()
                yield from self._named(path, job, step_in_job, depth + 1)
            case _:
                yield None

    def _named(
        self, path: tuple[str, ...], job: Job, step_in_job: StepInJob | None, depth: int
    ) -> Iterator[str | None]:
        match path:
            case ("inputs", name) if step_in_job is not None and step_in_job.caller is not None:
                yield from self._action_input(name, step_in_job.caller, depth)
            case ("inputs", name) | ("github", "event", "inputs", name):
                yield from self._workflow_input(name, job, depth)
            case ("env", name):
                yield from self._variable(name, job, step_in_job, depth)
            case ("vars", name):
                yield self._settings.variables.get(name.upper())
            case _:
                yield None

    def _action_input(self, name: str, caller: StepInJob, depth: int) -> Iterator[str | None]:
        given = caller.step.input(name)
        if given is not None:
            yield from self._text(given, caller.job, caller, depth)
            return
        declared = (
            one for one in (caller.action.inputs if caller.action else ()) if one.name.lower() == name
        )
        default = next((one.default for one in declared), None)
        yield default.value if default is not None and "${{" not in default.value else None

    def _workflow_input(self, name: str, job: Job, depth: int) -> Iterator[str | None]:
        """What callers give, and what stands there where a person starts the run."""
        for caller in self._repository.callers(job.workflow):
            given = _entry(caller.inputs, name)
            if isinstance(given, Scalar):
                yield from self._text(given, caller, None, depth)
        for trigger in job.workflow.triggers:
            declared = trigger.input(name)
            if declared is not None and declared.default is not None:
                yield declared.default.value
            elif declared is not None and trigger.event != "workflow_call":
                yield None

    def _variable(
        self, name: str, job: Job, step_in_job: StepInJob | None, depth: int
    ) -> Iterator[str | None]:
        env = tuple(step_in_job.env) if step_in_job is not None else (*job.env, *job.workflow.env)
        found = _entry(env, name)
        if isinstance(found, Scalar):
            yield from self._text(found, job, step_in_job, depth)
        else:
            yield None


def _entry(entries: tuple[Pair, ...], name: str) -> Node | None:
    return next((entry.value for entry in entries if entry.key.value.lower() == name), None)
