"""`on:`: the events that start a workflow, with their filters."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import islice

from auditor.finding import Location
from auditor.languages.yaml import Mapping, Pair, Scalar, Sequence
from auditor.model.reader import MappingReader

MAX_EVENTS = 50
"""Events that are read of one workflow; GitHub has about forty."""

MAX_INPUTS = 500
"""Inputs that are read of one declaration; GitHub takes 25 of a dispatch."""


class InputType(Enum):
    """The declared type of an input. Free text is what nobody checks."""

    STRING = "string"
    BOOLEAN = "boolean"
    NUMBER = "number"
    CHOICE = "choice"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """A declared input of a dispatch, a reusable workflow or an action."""

    name: str
    key: Scalar
    type: InputType
    default: Scalar | None
    required: bool


@dataclass(frozen=True, slots=True, eq=False)
class Trigger:
    """One event under `on:`. A filter that isn't there is empty; `key` is where the event's name stands."""

    event: str
    key: Scalar
    types: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    branches_ignore: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    tags_ignore: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    paths_ignore: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Pair, ...] = ()

    @property
    def location(self) -> Location:
        """Where the event's name stands."""
        return self.key.location

    def input(self, name: str) -> Input | None:
        """The declared input of that name; GitHub compares names without case."""
        return next((found for found in self.inputs if found.name.lower() == name.lower()), None)


def read_triggers(mapping: Mapping, reader: MappingReader) -> tuple[Trigger, ...]:
    """The events of a workflow's `on:`, which may be a text, a list or a mapping."""
    node = mapping.get("on")
    if node is None:
        reader.problem("not a workflow: it has no `on`", mapping.location)
        return ()
    if isinstance(node, Mapping | Sequence) and len(node) > MAX_EVENTS:
        reader.problem(f"more than {MAX_EVENTS} events under `on`; the others are not audited", node.location)
    if isinstance(node, Mapping):
        return tuple(_read_trigger(entry, reader) for entry in islice(node, MAX_EVENTS))
    if isinstance(node, Sequence):
        names: dict[str, Scalar] = {}
        for each in reader.as_scalars(node, "on")[:MAX_EVENTS]:
            # An event that is written again starts nothing more.
            names.setdefault(each.value, each)
        return tuple(Trigger(event, each) for event, each in names.items())
    name = reader.as_scalar(node, "on")
    if name is None:
        reader.problem("not a workflow: its `on` is empty", mapping.location)
        return ()
    return (Trigger(name.value, name),)


def _read_trigger(entry: Pair, reader: MappingReader) -> Trigger:
    event = entry.key.value
    if event == "schedule":
        if not isinstance(entry.value, Sequence):
            reader.problem("`schedule` must be a list of cron times", entry.key.location)
        return Trigger(event, entry.key)
    body = reader.as_mapping(entry.value, event)
    if body is None:
        return Trigger(event, entry.key)

    def texts(key: str) -> tuple[str, ...]:
        return tuple(scalar.value for scalar in reader.scalars(body, key))

    outputs = reader.mapping(body, "outputs")
    return Trigger(
        event=event,
        key=entry.key,
        types=texts("types"),
        branches=texts("branches"),
        branches_ignore=texts("branches-ignore"),
        tags=texts("tags"),
        tags_ignore=texts("tags-ignore"),
        paths=texts("paths"),
        paths_ignore=texts("paths-ignore"),
        workflows=texts("workflows"),
        inputs=read_inputs(body, reader),
        outputs=tuple(outputs) if outputs else (),
    )


def read_inputs(mapping: Mapping, reader: MappingReader) -> tuple[Input, ...]:
    """The declared `inputs:`; what declares no type, or one that GitHub doesn't know, is free text."""
    declared = reader.mapping(mapping, "inputs")
    if declared is None:
        return ()
    if len(declared) > MAX_INPUTS:
        reader.problem(f"more than {MAX_INPUTS} inputs; the others are not audited", declared.location)
    inputs = []
    for entry in islice(declared, MAX_INPUTS):
        body = reader.as_mapping(entry.value, entry.key.value)
        kind = reader.scalar(body, "type") if body else None
        required = reader.boolean(body, "required") if body else None
        default = body.get("default") if body else None
        inputs.append(
            Input(
                name=entry.key.value,
                key=entry.key,
                type=_TYPES.get(kind.value if kind else "", InputType.STRING),
                default=default if isinstance(default, Scalar) else None,
                required=required is not None and required.value.lower() == "true",
            )
        )
    return tuple(inputs)


_TYPES = {kind.value: kind for kind in InputType}
