"""The values that a text with expressions may have: matrix, callers' inputs, variables, scripts' outputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from itertools import islice, product
from typing import TypeVar

from auditor.facts.flow.runner_files import RunnerFiles
from auditor.facts.flow.values.matrix import MAX_CELLS, MAX_ROWS, Cells, cells
from auditor.facts.job.expressions import Expressions
from auditor.facts.limits import Limits
from auditor.facts.reach.entry_contexts import EntryContexts
from auditor.languages import expression
from auditor.languages.expression import UNKNOWN, Array, ObjectValue, Unknown, Value, truth
from auditor.languages.expression.functions import call
from auditor.languages.expression.value import member, text_of
from auditor.languages.yaml import Mapping, Node, Scalar, Sequence
from auditor.model.documents import Job
from auditor.model.settings import Settings

MAX_ALTERNATIVES = 64
"""Values that one text is said to have. A matrix makes 256 jobs, which share a few."""

_MAX_DEPTH = 8
_MAX_LOOKUPS = 2 * MAX_CELLS
_MAX_MATRIX = 20_000
"""Nodes of a matrix that is read at all."""

_MAX_WORK = 2_000_000
"""Comparisons of cells with rows in a whole repository; a big real one has some thousand."""

_BOOLEANS = {"true": True, "false": False}
LATE = "its labels are known only at run time"

T = TypeVar("T")
Name = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnknownValue:
    """In place of a value that isn't known: why, and the setting that would give it, if one would.

    `begun` is the text that it begins with, as far as that is known.
    """

    reason: str
    decided_by: str | None = None
    begun: str = ""


@dataclass(slots=True)
class KnownValues:
    """What is known beside a repository's files, and what was worked out already."""

    expressions: Expressions
    runner_files: RunnerFiles
    settings: Settings
    limits: Limits
    found: dict[object, tuple[list[Value], UnknownValue | None]] = field(default_factory=dict)
    cells: dict[object, Cells] = field(default_factory=dict)
    work: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """One choice of the values that aren't fixed."""

    contexts: EntryContexts | None
    chosen: dict[Name, Value]
    matrix: Value = UNKNOWN
    whys: dict[Name, UnknownValue] = field(default_factory=dict)

    def of(self, path: Name) -> Value:
        """What a name stands for; UNKNOWN where the choice says nothing of it."""
        if path[0] == "matrix" and path not in self.chosen:
            value = self.matrix
            for name in path[1:]:
                value = member(value, name)
            return value
        return self.chosen.get(path, UNKNOWN)

    def value(self, node: expression.Node) -> Value:
        """The value of an expression under that choice."""
        return self.contexts.value(node, self.of) if self.contexts else expression.evaluate(node, self.of)


@dataclass(frozen=True, slots=True)
class ValueScope:
    """Where the names in a job's texts get their values from. `calls` are the calling jobs."""

    job: Job
    calls: tuple[Job, ...]
    contexts: EntryContexts | None
    known: KnownValues
    depth: int = 0
    in_matrix: bool = False

    def lookups(self, nodes: Iterable[Node]) -> list[Lookup]:
        """Each choice of what the texts of these nodes speak of, cell by cell of the matrix."""
        names = self._names(nodes)
        keys = {name[1] for name in names if name[0] == "matrix" and len(name) > 1}
        matrix = None if self.in_matrix else self.job.matrix
        if keys and matrix is not None:
            names |= self._names([matrix])
        free = {name: self._values_of(name) for name in names if name[0] != "matrix"}
        whys = {name: why for name, (_, why) in free.items() if why is not None}
        choices = ([(name, value) for value in values] for name, (values, _) in free.items() if values)
        found = (Lookup(self.contexts, dict(chosen), whys=whys) for chosen in product(*choices))
        if keys and matrix is not None:
            found = (each for lookup in self.first(found) for each in self._cells(lookup, keys))
        return list(islice(found, _MAX_LOOKUPS))

    def is_fixed(self, nodes: Iterable[Node]) -> bool:
        """Whether the texts of these nodes are the same on every path."""
        names = self._names(nodes)
        if self.job.matrix is not None and any(name[0] == "matrix" for name in names):
            names |= self._names([self.job.matrix])
        return all(name[0] in ("matrix", "vars") for name in names)

    def texts(self, scalar: Scalar, lookup: Lookup) -> list[Value | UnknownValue]:
        """The values that a text may have under one choice."""
        parts = self.known.expressions.of(scalar)
        if not parts:
            return [UnknownValue(LATE) if "${{" in scalar.value else scalar.value]
        if len(parts) == 1 and parts[0].text == scalar.value.strip():
            found = self._alternatives(parts[0].node, lookup)
            return [self._why(parts[0].node, lookup) if value is UNKNOWN else value for value in found]
        texts, at = [""], 0
        for part in parts:
            between = scalar.value[at : part.start]
            values = self._alternatives(part.node, lookup)
            if not all(isinstance(value, bool | int | float | str | None) for value in values):
                why = self._why(part.node, lookup)
                return [replace(why, begun=text + between) for text in texts]
            texts = self.first(text + between + text_of(value) for text in texts for value in values)  # type: ignore[arg-type]
            at = part.end
        return [text + scalar.value[at:] for text in texts]

    def first(self, found: Iterable[T]) -> list[T]:
        """As many as are followed."""
        kept = list(islice(found, MAX_ALTERNATIVES + 1))
        if len(kept) > MAX_ALTERNATIVES:
            self._cut(f"more than {MAX_ALTERNATIVES} runners may be meant here; the rest isn't looked at")
        return kept[:MAX_ALTERNATIVES]

    def _cut(self, message: str) -> None:
        self.known.limits.cut(message, self.job.location)

    def _names(self, nodes: Iterable[Node]) -> dict[Name, None]:
        scalars = (scalar for node in nodes for scalar in _scalars(node) if "${{" in scalar.value)
        parts = (part for scalar in scalars for part in self.known.expressions.of(scalar))
        return dict.fromkeys(reference.path for part in parts for reference in part.references())

    def _cells(self, lookup: Lookup, keys: AbstractSet[str]) -> Iterator[Lookup]:
        """The choice in each cell that differs in the values of those keys."""
        matrix = self.job.matrix
        if matrix is None or matrix.weight > _MAX_MATRIX:
            self._cut("the matrix is too large to be read")
            yield lookup
            return
        read = self._read(matrix, lookup, keys)
        if read is None:
            self._cut("the repository's matrices have more cells than are followed")
            yield lookup
            return
        if read.cut:
            self._cut(f"a matrix of more than {MAX_CELLS} cells, or {MAX_ROWS} rows, isn't read whole")
        for cell in read.found:
            yield replace(lookup, matrix=ObjectValue(cell))
        if not read.whole:
            yield lookup

    def _read(self, matrix: Mapping | Scalar, lookup: Lookup, keys: AbstractSet[str]) -> Cells | None:
        """The cells under one choice; those of a matrix without expressions are worked out once."""
        fixed = not self._names([matrix])
        key = (matrix, *sorted(keys))
        if fixed and key in self.known.cells:
            return self.known.cells[key]
        if self.known.work > _MAX_WORK:
            return None
        read = cells(self._matrix(matrix, lookup), keys)
        self.known.work += read.work
        if fixed:
            self.known.cells[key] = read
        return read

    def _matrix(self, node: Mapping | Scalar, lookup: Lookup) -> Value:
        # GitHub knows no `matrix` inside the matrix.
        inside = replace(self, in_matrix=True)
        if isinstance(node, Scalar):
            return inside._only(node, lookup)
        return ObjectValue({entry.key.value: inside._key_values(entry.value, lookup) for entry in node})

    def _key_values(self, node: Node, lookup: Lookup) -> Value:
        """The list of a key's values; where a value has alternatives, each counts as one."""
        if not isinstance(node, Sequence):
            return self._only(node, lookup)
        return Array(tuple(value for item in node.items for value in self._item(item, lookup)))

    def _item(self, node: Node, lookup: Lookup) -> Iterable[Value]:
        if isinstance(node, Scalar):
            return [_known(value) for value in self._typed(node, lookup)]
        if not isinstance(node, Mapping):
            return [self._only(node, lookup)]
        members = (
            [(entry.key.value, value) for value in self._member(entry.value, lookup)] for entry in node
        )
        return [ObjectValue(dict(row)) for row in islice(product(*members), MAX_ALTERNATIVES)]

    def _member(self, node: Node, lookup: Lookup) -> list[Value]:
        if isinstance(node, Scalar):
            return [_known(value) for value in self._typed(node, lookup)]
        return [self._only(node, lookup)]

    def _only(self, node: Node, lookup: Lookup) -> Value:
        """The value of a node, where there is only one."""
        if isinstance(node, Sequence):
            return Array(tuple(self._only(item, lookup) for item in node.items))
        if isinstance(node, Mapping):
            return ObjectValue({entry.key.value: self._only(entry.value, lookup) for entry in node})
        values = self._typed(node, lookup) if isinstance(node, Scalar) else []
        return _known(values[0]) if len(values) == 1 else UNKNOWN

    def _typed(self, scalar: Scalar, lookup: Lookup) -> list[Value | UnknownValue]:
        """The values of a text, a plain one read as YAML does."""
        if "${{" in scalar.value:
            return self.texts(scalar, lookup)
        if scalar.is_null:
            return [None]
        return [_BOOLEANS.get(scalar.value.lower(), scalar.value) if scalar.is_plain else scalar.value]

    def _alternatives(self, node: expression.Node, lookup: Lookup, depth: int = 0) -> list[Value]:
        """The values that an expression may have; UNKNOWN stands for one that isn't known."""
        value = lookup.value(node)
        if not isinstance(value, Unknown) or depth > _MAX_DEPTH:
            return [value]
        match node:
            case expression.Or(operands=operands):
                return self._either(operands, lookup, depth)
            case expression.And(operands=operands):
                possible: list[Value] = [] if all(truth(lookup.value(o)) for o in operands[:-1]) else [None]
                return [*self._alternatives(operands[-1], lookup, depth + 1), *possible]
            case expression.Call(args=args) if node.name.lower() == "fromjson":
                return [
                    _decided(call(node.name, [each]))
                    for each in self._alternatives(args[0], lookup, depth + 1)
                ]
            case expression.Call(args=args) if node.name.lower() == "case":
                tested = zip(args[::2], args[1::2], strict=False)
                chosen = [value for test, value in tested if truth(lookup.value(test)) is not False]
                parts = (*chosen, args[-1])
                return [value for part in parts for value in self._alternatives(part, lookup, depth + 1)]
        return [UNKNOWN]

    def _either(self, operands: tuple[expression.Node, ...], lookup: Lookup, depth: int) -> list[Value]:
        found: list[Value] = []
        for operand in operands[:-1]:
            values = self._alternatives(operand, lookup, depth + 1)
            found += [value for value in values if truth(value) is not False]
            if all(truth(value) for value in values):
                return found
        return found + self._alternatives(operands[-1], lookup, depth + 1)

    def _values_of(self, name: Name) -> tuple[list[Value], UnknownValue | None]:
        """What a name may stand for, and why that isn't known; nothing where the entry alone decides."""
        key = (name, self.job, self.calls, self.contexts.entry if self.contexts else None)
        if key not in self.known.found:
            self.known.found[key] = ([UNKNOWN], UnknownValue(LATE))
            self.known.found[key] = self._worked_out(name) if self.depth <= _MAX_DEPTH else ([], None)
        return self.known.found[key]

    def _worked_out(self, name: Name) -> tuple[list[Value], UnknownValue | None]:
        match name:
            case ("vars", variable):
                value = self.known.settings.variables.get(variable.upper())
                if value is not None:
                    return [value], None
                said = f"the variable `{variable.upper()}`"
                return [], UnknownValue(f"{said} isn't known", f"{said} (`--settings`)")
            case ("inputs", input):
                return self._input(input)
            case ("needs", id, "outputs", output):
                return self._output(id, output)
            case ("steps", id, "outputs", output):
                return self._step_output(id, output)
        return [], None

    def _input(self, name: str) -> tuple[list[Value], UnknownValue | None]:
        trigger = self.job.workflow.trigger("workflow_call" if self.calls else "workflow_dispatch")
        declared = trigger.input(name) if trigger else None
        default: list[Value] = [declared.default.value] if declared and declared.default else []
        if not self.calls:
            dispatched = self.contexts is None or self.contexts.entry.event == "workflow_dispatch"
            why = UnknownValue(f"`inputs.{name}` is known only when it is started")
            return ([*default, UNKNOWN] if dispatched else []), why
        caller = self.calls[-1]
        given = next((e.value for e in caller.inputs if e.key.value.lower() == name), None)
        if given is None:
            return default, None
        return self._elsewhere(replace(self, job=caller, calls=self.calls[:-1]), given)

    def _elsewhere(self, scope: ValueScope, node: Node) -> tuple[list[Value], UnknownValue | None]:
        """The different values of a text of another job, and why one isn't known."""
        if not isinstance(node, Scalar):
            return [UNKNOWN], None
        # Of what other jobs hand on, the contexts know what is handed to the job that is looked at.
        contexts = replace(self.contexts, needed=None) if self.contexts else None
        outer = replace(scope, contexts=contexts, depth=self.depth + 1, in_matrix=False)
        found = [value for lookup in outer.lookups([node]) for value in outer.texts(node, lookup)]
        why = next((value for value in found if isinstance(value, UnknownValue)), None)
        return self.first({repr(value): _known(value) for value in found}.values()), why

    def _output(self, id: str, name: str) -> tuple[list[Value], UnknownValue | None]:
        why = UnknownValue(f"the output `{name}` of the job `{id}` is known only at run time")
        job = next((job for job in self.job.workflow.jobs if job.id.lower() == id), None)
        value = next((e.value for e in job.outputs if e.key.value.lower() == name), None) if job else None
        if job is None or value is None:
            return [], why
        return self._elsewhere(replace(self, job=job), value)[0], why

    def _step_output(self, id: str, name: str) -> tuple[list[Value], UnknownValue | None]:
        """What the script of a step writes, where it always writes the same."""
        step = next((step for step in self.job.steps if step.id and step.id.value.lower() == id), None)
        writes = self.known.runner_files.outputs(step) if step else ()
        texts = {write.literal for write in writes if write.name is not None and write.name.lower() == name}
        only = texts.pop() if len(texts) == 1 else None
        return ([UNKNOWN] if only is None else [only]), UnknownValue(LATE)

    def _why(self, node: expression.Node, lookup: Lookup) -> UnknownValue:
        """Why the value of an expression isn't known."""
        for reference in expression.values(node):
            if lookup.of(reference.path) is not UNKNOWN:
                continue
            if reference.path in lookup.whys:
                return lookup.whys[reference.path]
            if reference.path[0] == "matrix":
                return next(iter(lookup.whys.values()), UnknownValue(LATE))
        return UnknownValue(LATE)


def _known(value: Value | UnknownValue) -> Value:
    return UNKNOWN if isinstance(value, UnknownValue) else value


def _decided(value: Value) -> Value:
    return UNKNOWN if isinstance(value, Unknown) else value


def _scalars(node: Node) -> Iterator[Scalar]:
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Scalar):
            yield each
        elif isinstance(each, Sequence):
            waiting.extend(each.items)
        elif isinstance(each, Mapping):
            waiting.extend(entry.value for entry in each)
