"""Reading an action's metadata file: `action.yml` of a composite, JavaScript or Docker action."""

from __future__ import annotations

from auditor.finding import Problem
from auditor.languages.yaml import Mapping, Pair, Tree
from auditor.model.documents import Action, ActionKind
from auditor.model.reader import MappingReader, is_null
from auditor.model.step import read_steps
from auditor.model.trigger import read_inputs


def read_action(tree: Tree) -> tuple[Action | None, tuple[Problem, ...]]:
    """The action in a parsed file, as far as it can be read, and what was wrong with it."""
    reader = MappingReader(tree.source.path)
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


def _outputs(root: Mapping, reader: MappingReader) -> tuple[Pair, ...]:
    """Each output's name with its `value`; JavaScript actions declare outputs without one."""
    outputs = reader.mapping(root, "outputs")
    found = []
    for entry in outputs or ():
        body = reader.as_mapping(entry.value, entry.key.value)
        value = reader.scalar(body, "value") if body else None
        if value is not None:
            found.append(Pair(entry.key, value))
    return tuple(found)
