"""Reading the steps of a job or of a composite action."""

from __future__ import annotations

from auditor.languages.yaml import Mapping, Node
from auditor.model.documents import Action, Job, Step
from auditor.model.reader import MappingReader, is_null
from auditor.model.uses import read_uses

MAX_STEPS = 5_000
"""Steps that are read of one job, and of all jobs of a workflow but for the last."""

_CONTROL = ("wait", "wait-all", "cancel", "parallel")
"""Keys of steps that order other steps and run nothing themselves (GitHub, 2026-06)."""


def read_steps(
    body: Mapping, reader: MappingReader, *, job: Job | None = None, action: Action | None = None
) -> tuple[Step, ...]:
    """The steps of a job or composite action in the order of the file, those of `parallel` included."""
    steps: list[Step] = []
    waiting: list[tuple[Node, bool]] = [(node, False) for node in reversed(reader.sequence(body, "steps"))]
    while waiting:
        node, concurrent = waiting.pop()
        mapping = reader.as_mapping(node, "a step")
        if mapping is None or not mapping.entries:
            if mapping is not None or is_null(node):
                reader.problem("an empty step", node.location)
            continue
        if len(steps) >= MAX_STEPS:
            reader.problem(f"more than {MAX_STEPS:,} steps: the others are not audited", node.location)
            break
        if "parallel" in mapping:
            waiting.extend((child, True) for child in reversed(reader.sequence(mapping, "parallel")))
            continue
        steps.append(_read_step(mapping, reader, len(steps), job, action, concurrent=concurrent))
    return tuple(steps)


def _read_step(
    body: Mapping,
    reader: MappingReader,
    index: int,
    job: Job | None,
    action: Action | None,
    *,
    concurrent: bool,
) -> Step:
    uses = reader.scalar(body, "uses")
    env = reader.mapping_or_expression(body, "env")
    background = reader.boolean(body, "background")
    step = Step(
        index=index,
        node=body,
        job=job,
        action=action,
        id=reader.scalar(body, "id"),
        name=reader.scalar(body, "name"),
        condition=reader.scalar(body, "if"),
        uses=read_uses(uses, reader) if uses else None,
        run=reader.scalar(body, "run"),
        shell=reader.scalar(body, "shell"),
        inputs=reader.scalar_entries(reader.mapping(body, "with")),
        env=reader.scalar_entries(env) if isinstance(env, Mapping) else (),
        working_directory=reader.scalar(body, "working-directory"),
        timeout=reader.number(body, "timeout-minutes"),
        concurrent=concurrent or (background is not None and background.value.lower() == "true"),
    )
    if step.uses is None and step.run is None and not any(key in body for key in (*_CONTROL, "uses", "run")):
        reader.problem("a step with neither `uses` nor `run`", body.entries[0].key.location)
    if step.uses is not None and step.run is not None:
        reader.problem("a step with both `uses` and `run`", step.uses.node.location)
    return step
