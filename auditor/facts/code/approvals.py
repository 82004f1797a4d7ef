"""Who inside has agreed to a run before it gets to an outsider's code, and to what exactly."""

from __future__ import annotations

from auditor.facts.code.fetches import Fetch
from auditor.facts.code.outsider_code import OutsiderCode
from auditor.facts.entry.entry import Entry
from auditor.facts.entry.gate import Gate, GateKind
from auditor.facts.job.expressions import Expressions
from auditor.facts.reach.path import Path
from auditor.facts.reach.reach import Reach
from auditor.finding import Verdict
from auditor.languages.expression import UNKNOWN, Array, Value, truth
from auditor.model.documents import Job

_LABELLED = frozenset({"labeled"})
_NO_LABEL = "\0"
"""A label's name that no condition requires."""


class Approvals:
    """Recognises a member's comment, a label that is required, and an environment's reviewers."""

    def __init__(self, expressions: Expressions, reach: Reach) -> None:
        self._expressions = expressions
        self._reach = reach
        self._labels_required: dict[tuple[Job, Entry, tuple[Job, ...]], bool] = {}

    def of(self, path: Path) -> Gate | None:
        """The gate at which somebody agrees, or may have to; of an environment without reviewers none."""
        for gate in (*path.gates, *path.entry.gates):
            match gate.kind:
                case GateKind.ENVIRONMENT if gate.lowers or gate.verdict is Verdict.NOT_EVALUABLE:
                    return gate
                case GateKind.LABEL:
                    return gate
                case GateKind.HAND if path.entry.comments or self._is_labelled(path):
                    return gate
        return None

    def vouches(self, path: Path, fetch: Fetch) -> bool:
        """Whether somebody has looked at the very commit that is fetched, or has the say in another way.

        A label that was set counts for the commit of its event only, a member's comment for whatever lies
        there; that this may have moved is another rule's.
        """
        if path.entry.comments:
            return True
        return self._is_labelled(path) and not fetch.mutable

    def unvouched(self, path: Path, code: OutsiderCode | None) -> OutsiderCode | None:
        """The code, unless somebody inside has looked at what is fetched."""
        if code is None or (code.fetch is not None and self.vouches(path, code.fetch)):
            return None
        return code

    def waits_for(self, path: Path) -> Gate | None:
        """The environment on whose reviewers, which aren't known, the path depends."""
        unknown = (gate for gate in path.gates if gate.verdict is Verdict.NOT_EVALUABLE)
        return next((gate for gate in unknown if gate.kind is GateKind.ENVIRONMENT), None)

    def _is_labelled(self, path: Path) -> bool:
        if not path.entry.types or not _LABELLED.issuperset(path.entry.types):
            return False
        calls = path.calls
        needed = (path.job.workflow.job(name.value) for name in path.job.needs)
        beside = (Path(path.entry, job, calls) for job in (path.job, *needed) if job is not None)
        above = (Path(path.entry, job, calls[:depth]) for depth, job in enumerate(calls))
        return any(self._requires_label(way) for way in (*beside, *above))

    def _requires_label(self, path: Path) -> bool:
        """Whether the job's `if` is false under every label that it doesn't name, and without any."""
        key = (path.job, path.entry, path.calls)
        if key not in self._labels_required:
            condition = self._expressions.condition(path.job.condition)
            node = condition.node if condition is not None and not condition.always_true_text else None
            unlabelled = self._reach.contexts(path).value(node, _unlabelled) if node is not None else True
            self._labels_required[key] = truth(unlabelled) is False
        return self._labels_required[key]


def _unlabelled(path: tuple[str, ...]) -> Value:
    if path[:2] != ("github", "event"):
        return UNKNOWN
    if path[2:3] == ("label",) and len(path) > 3:
        return _NO_LABEL
    return Array() if path[3:] == ("labels",) else UNKNOWN
