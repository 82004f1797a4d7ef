"""An action's metadata file: `action.yml` of a composite, JavaScript or Docker action."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from auditor.finding import Location, Problem
from auditor.languages.yaml import Entry, Mapping, Scalar, Tree
from auditor.model.reader import Reader, is_null
from auditor.model.step import Step, read_steps
from auditor.model.trigger import Input, read_inputs
from auditor.source import Source


class ActionKind(Enum):
    """What `runs.using` says."""

    COMPOSITE = "composite"
    JAVASCRIPT = "javascript"
    DOCKER = "docker"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, eq=False)
class Action:
    """One action. Only a composite one has steps that can be read here."""

    source: Source
    root: Mapping
    kind: ActionKind
    name: Scalar | None
    inputs: tuple[Input, ...]
    outputs: tuple[Entry, ...]
    image: Scalar | None
    steps: tuple[Step, ...] = field(init=False, default=())

    @property
    def path(self) -> str:
        """Its file's path."""
        return self.source.path

    @property
    def location(self) -> Location:
        """The file's first key."""
        return self.root.entries[0].key.location if self.root.entries else self.root.location

    def __repr__(self) -> str:
        return f"Action({self.path!r})"


def read_action(tree: Tree) -> tuple[Action | None, tuple[Problem, ...]]:
    """The action in a parsed file, as far as it can be read, and what was wrong with it."""
    reader = Reader(tree.source.path)
    root = reader.root(tree, what="an action")
    if root is None:
        return None, tuple(reader.problems)
    runs = reader.mapping(root, "runs")
    if runs is None:
        # A `runs` of the wrong type is a problem already.
        if is_null(root.get("runs")):
            reader.problem("not an action: it has no `runs`", root.location)
        return None, tuple(reader.problems)
    using = reader.scalar(runs, "using")
    action = Action(
        source=tree.source,
        root=root,
        kind=_kind(using.value if using else ""),
        name=reader.scalar(root, "name"),
        inputs=read_inputs(root, reader),
        outputs=_outputs(root, reader),
        image=reader.scalar(runs, "image"),
    )
    if action.kind is ActionKind.COMPOSITE:
        object.__setattr__(action, "steps", read_steps(runs, reader, action=action))
    return action, tuple(reader.problems)


def _kind(using: str) -> ActionKind:
    if using.lower().startswith("node"):
        return ActionKind.JAVASCRIPT
    known = {"composite": ActionKind.COMPOSITE, "docker": ActionKind.DOCKER}
    return known.get(using.lower(), ActionKind.UNKNOWN)


def _outputs(root: Mapping, reader: Reader) -> tuple[Entry, ...]:
    """Each output's name with its `value`; JavaScript actions declare outputs without one."""
    outputs = reader.mapping(root, "outputs")
    found = []
    for entry in outputs or ():
        body = reader.as_mapping(entry.value, entry.key.value)
        value = reader.scalar(body, "value") if body else None
        if value is not None:
            found.append(Entry(entry.key, value))
    return tuple(found)
