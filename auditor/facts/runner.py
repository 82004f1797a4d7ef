"""On whose machine a job runs: what `runs-on` comes to, through matrix, inputs and `fromJSON`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from itertools import islice
from typing import TypeVar

from auditor import expression
from auditor.expression import UNKNOWN, Value
from auditor.facts.expressions import Expressions
from auditor.facts.guard import World
from auditor.facts.limits import Limits
from auditor.facts.reach import Path
from auditor.finding import Location
from auditor.knowledge.runners import COMPANIES, GPU, HOSTED, INPUT, LARGER_STYLE, SELF_HOSTED
from auditor.model.uses import UsesKind
from auditor.model.workflow import Job
from auditor.tree import Mapping, Node, Scalar, Sequence

MAX_ALTERNATIVES = 64
"""Different runners that one job is said to get. A matrix makes 256 jobs, which share a few."""

_MAX_DEPTH = 8
_MAX_COMPARED = 100
"""Nodes in a value of a matrix that is compared with those to exclude."""

T = TypeVar("T")
_LATE = "its {} known only at run time"


class _Group(str):
    """Among labels, a group that a computed `runs-on` names, after a mark."""

    __slots__ = ()


_Labels = tuple[str | None, ...]


class RunnerKind(Enum):
    """Whose machine it is."""

    HOSTED = "GitHub-hosted"
    SELF_HOSTED = "self-hosted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Runner:
    """One runner that a job may get. `reason` says why the kind is unknown."""

    kind: RunnerKind
    labels: tuple[str, ...]
    group: str | None = None
    reason: str = ""

    @property
    def gpu(self) -> bool:
        """Whether a label speaks of an accelerator."""
        return any(GPU.search(label) for label in self.labels)

    @property
    def name(self) -> str:
        """The labels and the group, as a person would say them."""
        said = ", ".join(self.labels)
        if self.group is None:
            return said
        return f"{said} in group {self.group}" if said else f"group {self.group}"

    @property
    def machine(self) -> str:
        """The machine in words, for a trace."""
        return f"the machine behind `{self.name}`" if self.name else "the machine that is chosen at run time"


class Runners:
    """Resolves `runs-on`."""

    def __init__(self, expressions: Expressions, limits: Limits) -> None:
        self._limits = limits
        self._expressions = expressions

    def of(self, job: Job, path: Path | None = None, world: World | None = None) -> tuple[Runner, ...]:
        """Each runner that the job may get, on that path if one is given."""
        if job.runs_on is None:
            return ()
        scope = _Scope(job, path.calls if path else (), world, self._expressions, self._limits)
        sets = scope.label_sets(job.runs_on.labels)
        groups = scope.label_sets((job.runs_on.group,)) if job.runs_on.group else [()]
        found = (_runner(labels, group) for labels in sets for group in groups)
        return tuple(scope.first(dict.fromkeys(found)))

    def named_elsewhere(self, job: Job, path: Path, world: World) -> Iterator[tuple[Runner, Location]]:
        """Each self-hosted or GPU runner that a job names to another repository's workflow, and where.

        Which input chooses the runner there, and for which jobs, isn't known: the kind is unknown.
        """
        if job.uses is None or job.uses.kind is not UsesKind.REMOTE:
            return
        scope = _Scope(job, path.calls, world, self._expressions, self._limits)
        for entry in job.inputs:
            if not isinstance(entry.value, Scalar) or not INPUT.fullmatch(entry.key.value):
                continue
            for labels in dict.fromkeys(scope.label_sets((entry.value,))):
                found = _runner(_unpacked(labels), ())
                if found.gpu or found.kind is RunnerKind.SELF_HOSTED:
                    reason = f"`{found.name}` is named to `{job.uses.text}`, which wasn't opened"
                    yield replace(found, kind=RunnerKind.UNKNOWN, reason=reason), entry.value.location


def _runner(labels: _Labels, groups: _Labels) -> Runner:
    """The runner that has all the labels, and is in the group, if one is named."""
    groups = (*groups, *(label[1:] for label in labels if isinstance(label, _Group)))
    labels = tuple(label for label in labels if not isinstance(label, _Group))
    known = tuple(label for label in labels if label is not None)
    group = next((each for each in groups if each is not None), None)
    if any(label.lower() == SELF_HOSTED for label in known):
        return Runner(RunnerKind.SELF_HOSTED, known, group)
    if groups:
        reason = f"the group `{group}` may hold self-hosted runners" if group else _LATE.format("group is")
        return Runner(RunnerKind.UNKNOWN, known, group, reason)
    if len(known) < len(labels) or not known:
        return Runner(RunnerKind.UNKNOWN, known, group, _LATE.format("labels are"))
    label = next((label for label in known if not HOSTED.fullmatch(label)), None)
    if label is None:
        return Runner(RunnerKind.HOSTED, known, group)
    company = next((name for prefix, name in COMPANIES if label.lower().startswith(prefix)), None)
    if company:
        reason = f"`{label}` looks like a runner of {company}"
    elif LARGER_STYLE.fullmatch(label):
        reason = f"`{label}` may be a larger runner of GitHub or a self-hosted one"
    else:
        reason = f"no file says whose runner `{label}` is"
    return Runner(RunnerKind.UNKNOWN, known, group, reason)


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where the names in a job's `runs-on` get their values from."""

    job: Job
    calls: tuple[Job, ...]
    world: World | None
    expressions: Expressions
    limits: Limits
    in_matrix: bool = False

    def first(self, found: Iterable[T]) -> list[T]:
        """As many as are followed."""
        kept = list(islice(found, MAX_ALTERNATIVES + 1))
        if len(kept) > MAX_ALTERNATIVES:
            said = f"more than {MAX_ALTERNATIVES} runners may be meant here; the rest isn't looked at"
            self.limits.cut(said, self.job.location)
        return kept[:MAX_ALTERNATIVES]

    def label_sets(self, scalars: Iterable[Scalar]) -> list[_Labels]:
        """Each set of labels; a label that can't be told is None."""
        sets: list[_Labels] = [()]
        for label in scalars:
            choices = self.first(dict.fromkeys(self._labels(label)))
            sets = self.first((*done, *choice) for done in sets for choice in choices)
        return sets

    def _labels(self, scalar: Scalar) -> Iterator[_Labels]:
        parts = self.expressions.of(scalar)
        if not parts:
            yield (None,) if "${{" in scalar.value else (scalar.value,)
        elif len(parts) == 1 and parts[0].text == scalar.value.strip():
            yield from dict.fromkeys(_as_labels(value) for value in self._possible(parts[0].node))
        else:
            texts = [""]
            at = 0
            for part in parts:
                between = scalar.value[at : part.start]
                values = [v if isinstance(v, str) else "\0" for v in self._possible(part.node)]
                texts = self.first(text + between + value for text in texts for value in values)
                at = part.end
            for text in texts:
                yield (None,) if "\0" in text else (text + scalar.value[at:],)

    def _possible(self, node: expression.Node, depth: int = 0) -> Iterable[object]:
        """The values that an expression may have; UNKNOWN stands for one that can't be told."""
        if self.world is not None:
            value = _plain(self.world.value(node))
            if value is not UNKNOWN:
                return [value]
        if depth > _MAX_DEPTH:
            return [UNKNOWN]
        match node:
            case expression.Literal(value=value):
                return [value]
            case expression.Or(operands=operands):
                return [value for part in operands for value in self._possible(part, depth + 1) if value]
            case expression.And(operands=operands):
                return self._possible(operands[-1], depth + 1)
            case expression.Call(name=name, args=args) if name.lower() == "fromjson":
                return [_json(value) for value in self._possible(args[0], depth + 1)]
            case expression.Call(name=name, args=args) if name.lower() == "case":
                chosen = (*args[1::2], args[-1])
                return [value for part in chosen for value in self._possible(part, depth + 1)]
            case expression.Property() | expression.Index():
                return self._dereferenced(node, depth)
        return [UNKNOWN]

    def _dereferenced(self, node: expression.Node, depth: int) -> Iterable[object]:
        references = expression.references(node)
        path = references[0].path if len(references) == 1 else ()
        match path:
            case ("matrix", key, *keys):
                return self.first(self._matrix([key, *keys], depth))
            case ("inputs", name):
                return self.first(self._input(name, depth))
        return [UNKNOWN]

    def _matrix(self, keys: list[str], depth: int) -> Iterator[object]:
        matrix = self.job.matrix
        if self.in_matrix or not isinstance(matrix, Mapping):
            # GitHub knows no `matrix` inside the matrix.
            yield UNKNOWN
            return
        inside = replace(self, in_matrix=True)
        found: list[Node] = []
        include = matrix.get("include")
        for row in include.items if isinstance(include, Sequence) else ():
            found.extend(_dig(row, keys))
        excluded = _excluded(matrix, keys[0])
        entry = next((entry for entry in matrix if entry.key.value.lower() == keys[0]), None)
        if entry is not None and isinstance(entry.value, Sequence):
            for item in entry.value.items:
                # GitHub excludes first, and then includes.
                if not excluded or _literal(item) not in excluded:
                    found.extend(_dig(item, keys[1:]))
        if (
            (not found and not excluded)
            or isinstance(include, Scalar)
            or (entry is not None and isinstance(entry.value, Scalar))
        ):
            yield UNKNOWN
        for node in _different(found):
            yield from inside._value_of(node, depth)

    def _input(self, name: str, depth: int) -> Iterator[object]:
        if self.calls:
            caller = self.calls[-1]
            for entry in caller.inputs:
                if entry.key.value.lower() == name:
                    outer = _Scope(caller, self.calls[:-1], self.world, self.expressions, self.limits)
                    yield from outer._value_of(entry.value, depth)
                    return
        trigger = self.job.workflow.trigger("workflow_call" if self.calls else "workflow_dispatch")
        declared = trigger.input(name) if trigger else None
        if declared is not None and declared.default is not None:
            yield from self._value_of(declared.default, depth)
        if not self.calls:
            yield UNKNOWN

    def _value_of(self, node: Node, depth: int) -> Iterator[object]:
        if isinstance(node, Sequence):
            yield [self._only_value_of(item, depth) for item in node.items]
        elif isinstance(node, Mapping):
            yield {entry.key.value: self._only_value_of(entry.value, depth) for entry in node}
        elif isinstance(node, Scalar):
            parts = self.expressions.of(node)
            if not parts:
                yield node.value
            elif len(parts) == 1 and parts[0].text == node.value.strip():
                yield from self._possible(parts[0].node, depth + 1)
            else:
                yield UNKNOWN
        else:
            yield UNKNOWN

    def _only_value_of(self, node: Node, depth: int) -> object:
        """The value of a part of a list or object, where there is only one."""
        values = list(self._value_of(node, depth + 1)) if depth <= _MAX_DEPTH else []
        return values[0] if len(values) == 1 else UNKNOWN


def _plain(value: Value) -> object:
    """A known text, list or object; UNKNOWN for everything else, and for what holds something unknown."""
    match value:
        case str():
            return value
        case expression.Array(items=items):
            texts = [_plain(item) for item in items]
            return UNKNOWN if UNKNOWN in texts else texts
        case expression.Object():
            members = {key: _plain(item) for key, item in value.items()}
            return UNKNOWN if UNKNOWN in members.values() else members
    return UNKNOWN


def _excluded(matrix: Mapping, key: str) -> set[object]:
    """The values of a key of the matrix that `exclude` takes out, whatever the other keys are."""
    exclude = matrix.get("exclude")
    rows = exclude.items if isinstance(exclude, Sequence) else ()
    alone = (row.entries[0] for row in rows if isinstance(row, Mapping) and len(row.entries) == 1)
    values = (_literal(entry.value) for entry in alone if entry.key.value.lower() == key)
    return {value for value in values if value is not None}


def _literal(node: Node) -> object:
    """What is written there, to compare it; None where an expression is in it, or a lot."""
    if node.weight > _MAX_COMPARED:
        return None
    match node:
        case Scalar(value=value):
            return None if "${{" in value else value
        case Sequence(items=items):
            parts = [_literal(item) for item in items]
            return None if None in parts else tuple(parts)
        case Mapping():
            members = [(entry.key.value, _literal(entry.value)) for entry in node]
            return None if any(value is None for _, value in members) else frozenset(members)
    return None


def _different(nodes: Iterable[Node]) -> Iterable[Node]:
    """The nodes, those that are the same text once."""
    return {node.value if isinstance(node, Scalar) else id(node): node for node in nodes}.values()


def _dig(node: Node, keys: Iterable[str]) -> Iterator[Node]:
    for key in keys:
        if not isinstance(node, Mapping):
            return
        entry = next((entry for entry in node if entry.key.value.lower() == key), None)
        if entry is None:
            return
        node = entry.value
    yield node


def _json(value: object) -> object:
    if not isinstance(value, str):
        return UNKNOWN
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return UNKNOWN


def _unpacked(labels: _Labels) -> _Labels:
    """The labels, those of lists that are written as JSON text among them."""
    lists = (_as_labels(_json(label)) if label and label.startswith("[") else (label,) for label in labels)
    return tuple(label for each in lists for label in each)


def _as_labels(value: object | Value) -> _Labels:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list):
        return tuple(item if isinstance(item, str) else None for item in value)
    if isinstance(value, dict):
        inner = value.get("labels", [])
        labels = (None,) if isinstance(inner, dict) else _as_labels(inner)
        group = value.get("group")
        if group is None:
            return labels or (None,)
        return (*labels, _Group(f":{group if isinstance(group, str) else ''}"))
    return (None,)
