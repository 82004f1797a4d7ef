"""What the inputs of a called workflow are, as far as the texts of both workflows say."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.facts.job.expressions import Expressions
from auditor.facts.reach.entry_contexts import EntryContexts
from auditor.languages.expression import UNKNOWN, Symbol, Unknown, Value
from auditor.languages.expression.value import text_of
from auditor.languages.yaml import Node, Scalar
from auditor.model.documents import Job, Workflow
from auditor.model.trigger import Input, InputType

_EMPTY: dict[InputType, Value] = {InputType.BOOLEAN: False, InputType.NUMBER: 0, InputType.STRING: ""}
"""An input that nobody gives and that has no default (GitHub docs, `on.workflow_call.inputs`, 2026-11)."""

_BOOLEANS: dict[str, Value] = {"true": True, "false": False}


def inputs_of_call(
    caller: Job, callee: Workflow, contexts: EntryContexts, expressions: Expressions
) -> Mapping[str, Value]:
    """The callee's inputs by name, in lower case. `contexts` are the caller's."""
    trigger = callee.trigger("workflow_call")
    written = {entry.key.value.lower(): entry.value for entry in caller.inputs}
    found = {}
    for declared in trigger.inputs if trigger else ():
        name = declared.name.lower()
        found[name] = _value(written.get(name, declared.default), declared, contexts, expressions)
    return found


def _value(node: Node | None, declared: Input, contexts: EntryContexts, expressions: Expressions) -> Value:
    if node is None:
        return UNKNOWN if declared.required else _EMPTY.get(declared.type, UNKNOWN)
    if not isinstance(node, Scalar):
        return UNKNOWN
    parts = expressions.of(node)
    if len(parts) == 1 and parts[0].text == node.value.strip():
        return _as_declared(contexts.value(parts[0].node), declared.type)
    if "${{" in node.value:
        return UNKNOWN
    match declared.type:
        case InputType.BOOLEAN:
            return _BOOLEANS.get(node.value.lower(), UNKNOWN)
        case InputType.STRING:
            return node.value
    return UNKNOWN


def _as_declared(value: Value, type: InputType) -> Value:
    """What an expression's value is as an input of that type; what GitHub refuses isn't known."""
    match type:
        case InputType.STRING if isinstance(value, (bool, int, float)):
            # A condition compares the text: 'false' counts as true there.
            return text_of(value)
        case InputType.STRING if isinstance(value, (str, Symbol)):
            return value
        case InputType.BOOLEAN if isinstance(value, (bool, Unknown)):
            return value
        case InputType.NUMBER if isinstance(value, (int, float)) and not isinstance(value, bool):
            return value
    return UNKNOWN
