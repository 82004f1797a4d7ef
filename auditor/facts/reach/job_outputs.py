"""What the jobs that a job needs hand on to it: their outputs that are one expression each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.job.expressions import Expressions
from auditor.languages import expression
from auditor.languages.expression import And, Call, Condition
from auditor.languages.yaml import Node, Scalar
from auditor.model.documents import Job, Workflow

MAX_TEXT = 500
"""Characters of an output that is followed; it is evaluated anew wherever a condition reads it."""

_Outputs = Mapping[tuple[str, str], expression.Node]


@dataclass(frozen=True, slots=True, eq=False)
class NeededOutputs:
    """Outputs within reach of a job. Names are in lower case.

    `is_certain`: it runs only once all that it needs succeeded, so that what they hand on is there.
    """

    ids: frozenset[str]
    outputs: _Outputs
    is_certain: bool

    def output(self, id: str, name: str) -> expression.Node | None:
        """The expression that an output of a needed job is; None where it isn't one, or isn't surely set."""
        return self.outputs.get((id, name)) if self.is_certain and id in self.ids else None


class JobOutputs:
    """Reads a workflow's outputs once."""

    def __init__(self, expressions: Expressions) -> None:
        self._expressions = expressions
        self._outputs: dict[Workflow, _Outputs] = {}
        self._of: dict[Job, NeededOutputs] = {}

    def of(self, job: Job) -> NeededOutputs:
        """What is within reach of a job."""
        if job not in self._of:
            ids = frozenset(name.value.lower() for name in job.needs)
            waits = _waits(self._expressions.condition(job.condition))
            outputs = self._outputs_in(job.workflow) if ids and waits else {}
            self._of[job] = NeededOutputs(ids, outputs, waits)
        return self._of[job]

    def _outputs_in(self, workflow: Workflow) -> _Outputs:
        if workflow not in self._outputs:
            found: dict[tuple[str, str], expression.Node] = {}
            for job in workflow.jobs:
                for entry in job.outputs:
                    node = self._only(entry.value)
                    if node is not None:
                        found[job.id.lower(), entry.key.value.lower()] = node
            self._outputs[workflow] = found
        return self._outputs[workflow]

    def _only(self, value: Node) -> expression.Node | None:
        """The expression that a text is, if it is one and no more."""
        if not isinstance(value, Scalar) or len(value.value) > MAX_TEXT:
            return None
        parts = self._expressions.of(value)
        return parts[0].node if len(parts) == 1 and parts[0].text == value.value.strip() else None


def _waits(condition: Condition | None) -> bool:
    """Whether a job starts only after what it needs succeeded."""
    if condition is None or condition.implicit_success:
        return True
    tests = condition.node.operands if isinstance(condition.node, And) else (condition.node,)
    return any(isinstance(each, Call) and each.name.lower() == "success" for each in tests)
