"""`.github/workflows/actions.lock`: which commit each action of an onboarded workflow runs at.

GitHub, public preview 2026-10-14: a workflow is onboarded when its path is a key of
`workflows`; then each external `uses` runs the commit that is recorded for exactly `owner/repo@ref`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.finding import Problem
from auditor.languages.yaml import Mapping, Scalar, Tree
from auditor.model.reader import MappingReader
from auditor.model.uses import Uses, UsesKind

_COMMIT = re.compile(r"(sha1-)?[0-9a-f]{40}|(sha256-)?[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, eq=False)
class Lockfile:
    """The dependencies that each onboarded workflow lists, and the keys that record a full commit."""

    path: str
    workflows: dict[str, frozenset[str]]
    locked: frozenset[str]

    def pins(self, workflow_path: str, uses: Uses) -> bool:
        """Whether `uses`, as written in that workflow, runs a recorded commit."""
        if uses.kind is not UsesKind.REMOTE:
            return False
        key = f"{uses.owner}/{uses.name}@{uses.ref}"
        return key in self.workflows.get(workflow_path, frozenset()) and key in self.locked


def read_lockfile(tree: Tree) -> tuple[Lockfile | None, tuple[Problem, ...]]:
    """The lockfile in a parsed file, and what was wrong with it."""
    reader = MappingReader(tree.source.path)
    root = reader.root(tree, what="a lockfile")
    if root is None:
        return None, tuple(reader.problems)
    listed = reader.mapping(root, "workflows") or ()
    workflows = {
        entry.key.value: frozenset(scalar.value for scalar in reader.as_scalars(entry.value, entry.key.value))
        for entry in listed
    }
    locked = set()
    for entry in reader.mapping(root, "dependencies") or ():
        commit = entry.value.get("commit") if isinstance(entry.value, Mapping) else None
        if isinstance(commit, Scalar) and _COMMIT.fullmatch(commit.value):
            locked.add(entry.key.value)
    return Lockfile(tree.source.path, workflows, frozenset(locked)), tuple(reader.problems)
