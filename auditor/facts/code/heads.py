"""What of an outsider's pull request a text names: by a context, a ref, an input, or an output."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.facts.code.head_ref import FREE_BEGINNING, PULL_REF, Head, HeadReference, named_by
from auditor.facts.flow.graph.arrival import Arrival, ContextField, FetchedText, Leaf
from auditor.facts.flow.graph.flow import Flow
from auditor.facts.flow.sources import author
from auditor.facts.flow.values.narrowing import narrowed, texts
from auditor.facts.job.expressions import ExpressionInText, Expressions
from auditor.facts.job.readings import Readings
from auditor.facts.job.steps import StepInJob
from auditor.facts.reach.path import Path
from auditor.facts.reach.reach import Reach
from auditor.finding import Confidence
from auditor.knowledge.answers.content import Kind, Of
from auditor.knowledge.platform.events import Actor
from auditor.languages.reading import Change, Name
from auditor.languages.yaml import Scalar

_KINDS = {
    Kind.BRANCH: HeadReference.BRANCH,
    Kind.REPOSITORY: HeadReference.REPOSITORY,
    Kind.SHA: HeadReference.LOOKED_UP,
}
"""What a fetched text of a pull request names."""


class Heads:
    """Answers what a text names: surely where it is written, less surely where a script looks it up,
    and not decided where only the kind of action speaks for it."""

    def __init__(self, expressions: Expressions, readings: Readings, reach: Reach, flow: Flow) -> None:
        self._expressions = expressions
        self._readings = readings
        self._reach = reach
        self._flow = flow
        self._narrowed: dict[object, tuple[ExpressionInText, ...]] = {}

    def of(self, scalar: Scalar | None, step_in_job: StepInJob, path: Path) -> frozenset[Head]:
        """What a text of that step may name, on paths through the same calls."""
        if scalar is None:
            return frozenset()
        parts = self._parts(scalar, step_in_job, path)
        found: set[Head] = set()
        if PULL_REF.search(_written(scalar, parts)):
            found.add(Head(HeadReference.PULL_REF, fields=_payload_fields(parts)))
        for part in parts:
            is_free = FREE_BEGINNING.fullmatch(scalar.value[: part.start]) is not None
            found.update(self._in_part(part, step_in_job, path, is_free=is_free))
        return frozenset(found)

    def at(self, start: int, scalar: Scalar | None, step_in_job: StepInJob, path: Path) -> frozenset[Head]:
        """What the expression at that offset of a text names."""
        parts = (part for part in self._parts(scalar, step_in_job, path) if part.start == start)
        return frozenset(head for part in parts for head in self._in_part(part, step_in_job, path))

    def variable(self, name: str, start: int, step_in_job: StepInJob, path: Path) -> Iterator[Head]:
        """What a shell variable that stands at an offset of the step's script names."""
        written = step_in_job.variable(name)
        for script in self._readings.of(step_in_job.step):
            if written is not None and name not in script.assigns:
                yield from self.of(written, step_in_job, path)
                continue
            arrivals = self._flow.of_pieces((Name(name, start, start),), script, path)
            for arrival in arrivals:
                yield from self._in_arrival(arrival, path, is_free=not arrival.before)

    def fields(self, scalar: Scalar, step_in_job: StepInJob, path: Path) -> frozenset[tuple[str, ...]]:
        """The context fields whose text a text of that step may hold."""
        parts = self._parts(scalar, step_in_job, path)
        return frozenset(reference.path for part in parts for reference in part.values())

    def _parts(
        self, scalar: Scalar | None, step_in_job: StepInJob, path: Path
    ) -> tuple[ExpressionInText, ...]:
        """The expressions of a text, without the alternatives that the path rules out."""
        parts = self._expressions.of(scalar)
        if not parts or step_in_job.caller is not None:
            # In an action `inputs` are its own, of which the path's contexts hold nothing.
            return parts
        key = (scalar, path.entry, path.calls)
        if key not in self._narrowed:
            contexts = self._reach.contexts(path)
            self._narrowed[key] = tuple(narrowed(part, contexts) for part in parts)
        return self._narrowed[key]

    def _in_part(
        self, part: ExpressionInText, step_in_job: StepInJob, path: Path, *, is_free: bool = True
    ) -> Iterator[Head]:
        for arrival in self._flow.of_expression(part, step_in_job.step, path):
            yield from self._in_arrival(arrival, path, is_free=is_free and not arrival.before)

    def _in_arrival(self, arrival: Arrival, path: Path, *, is_free: bool) -> Iterator[Head]:
        leaf = arrival.leaf
        if arrival.change is Change.COUNTED:
            return
        if PULL_REF.search(f"{arrival.before}1{arrival.after}"):
            yield Head(HeadReference.PULL_REF, fields=_of_payload(leaf))
        elif isinstance(leaf, ContextField):
            head = named_by(leaf.path)
            if head is not None:
                yield head
            elif is_free and author(leaf, path.entry) is Actor.OUTSIDER:
                # What comes through scripts may be a part of the text only.
                surely = Confidence.HIGH if arrival.change is Change.WHOLE else Confidence.LOW
                yield Head(HeadReference.CHOSEN, surely)
        elif isinstance(leaf, FetchedText):
            names = _KINDS.get(leaf.content.kind) if leaf.content.of is Of.PULL_REQUEST else None
            if names is not None:
                yield Head(names, Confidence.LOW if leaf.by_action or arrival.judged else Confidence.MEDIUM)


def _of_payload(leaf: Leaf) -> tuple[tuple[str, ...], ...]:
    """The field of the payload that a leaf is. A number that JavaScript takes is of whatever there is."""
    if not isinstance(leaf, ContextField) or leaf.path[1:2] != ("event",) or leaf.path[2:3] == ("number",):
        return ()
    return (leaf.path,)


def _written(scalar: Scalar, parts: Iterable[ExpressionInText]) -> str:
    """A text with what is left of its expressions."""
    found, at = [], 0
    for part in parts:
        found += [scalar.value[at : part.start], *texts(part)]
        at = part.end
    return "".join([*found, scalar.value[at:]])


def _payload_fields(parts: Iterable[ExpressionInText]) -> tuple[tuple[str, ...], ...]:
    paths = dict.fromkeys(reference.path for part in parts for reference in part.values())
    if not all(path[:2] == ("github", "event") for path in paths):
        return ()
    return tuple(paths)
