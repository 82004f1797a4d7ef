"""What the inputs of a called workflow are, as far as the texts of both tell."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.expression import UNKNOWN, Value
from auditor.facts.expressions import Expressions
from auditor.facts.guard import World
from auditor.model.trigger import Input, InputType
from auditor.model.workflow import Job, Workflow
from auditor.tree import Node, Scalar

_EMPTY: dict[InputType, Value] = {InputType.BOOLEAN: False, InputType.NUMBER: 0, InputType.STRING: ""}
"""An input that nobody gives and that has no default (GitHub docs, `on.workflow_call.inputs`, 2026-11)."""

_BOOLEANS: dict[str, Value] = {"true": True, "false": False}


def given(caller: Job, callee: Workflow, world: World, expressions: Expressions) -> Mapping[str, Value]:
    """The callee's inputs by name, in lower case. `world` is the caller's."""
    trigger = callee.trigger("workflow_call")
    written = {entry.key.value.lower(): entry.value for entry in caller.inputs}
    found = {}
    for declared in trigger.inputs if trigger else ():
        name = declared.name.lower()
        found[name] = _value(written.get(name, declared.default), declared, world, expressions)
    return found


def _value(node: Node | None, declared: Input, world: World, expressions: Expressions) -> Value:
    if node is None:
        return UNKNOWN if declared.required else _EMPTY.get(declared.type, UNKNOWN)
    if not isinstance(node, Scalar):
        return UNKNOWN
    parts = expressions.of(node)
    if len(parts) == 1 and parts[0].text == node.value.strip():
        value = world.value(parts[0].node)
        return UNKNOWN if value is None else value
    if "${{" in node.value:
        return UNKNOWN
    match declared.type:
        case InputType.BOOLEAN:
            return _BOOLEANS.get(node.value.lower(), UNKNOWN)
        case InputType.STRING:
            return node.value
    return UNKNOWN
