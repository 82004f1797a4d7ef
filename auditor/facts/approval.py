"""Who inside has agreed to a run before it gets to an outsider's code, and to what exactly."""

from __future__ import annotations

from auditor.expression import references
from auditor.facts.expressions import Expressions
from auditor.facts.fetch import Fetch
from auditor.facts.gate import Gate
from auditor.facts.reach import Path
from auditor.finding import Verdict
from auditor.model.workflow import Job

_LABELLED = frozenset({"labeled"})
_LABELS = (
    ("github", "event", "label"),
    ("github", "event", "pull_request", "labels"),
    ("github", "event", "issue", "labels"),
)


class Approvals:
    """Recognises a member's comment, a label that is asked for, and an environment's reviewers."""

    def __init__(self, expressions: Expressions) -> None:
        self._expressions = expressions
        self._asking: dict[int, bool] = {}

    def of(self, path: Path) -> Gate | None:
        """The gate at which somebody agrees, or may have to; of an environment without reviewers none."""
        for gate in (*path.gates, *path.entry.gates):
            match gate.name:
                case "environment" if gate.lowers or gate.verdict is Verdict.NOT_EVALUABLE:
                    return gate
                case "label":
                    return gate
                case "hand" if path.entry.comments or self._is_labelled(path):
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

    def waits_for(self, path: Path) -> Gate | None:
        """The environment on whose reviewers, which aren't known, the path depends."""
        unknown = (gate for gate in path.gates if gate.verdict is Verdict.NOT_EVALUABLE)
        return next((gate for gate in unknown if gate.name == "environment"), None)

    def _is_labelled(self, path: Path) -> bool:
        if not path.entry.types or not _LABELLED.issuperset(path.entry.types):
            return False
        needed = (path.job.workflow.job(name.value) for name in path.job.needs)
        jobs = (*path.calls, path.job, *(job for job in needed if job is not None))
        return any(map(self._asks_for_label, jobs))

    def _asks_for_label(self, job: Job) -> bool:
        if id(job) not in self._asking:
            condition = self._expressions.condition(job.condition)
            node = condition.node if condition is not None else None
            paths = [reference.path for reference in references(node)] if node is not None else []
            self._asking[id(job)] = any(path[: len(field)] == field for path in paths for field in _LABELS)
        return self._asking[id(job)]
