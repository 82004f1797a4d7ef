"""Trust policies from outside the tree, beside what a collected repository holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from auditor.collect import worktree
from auditor.collect.collected import CollectedRepository, prefixed
from auditor.collect.coverage import Kind

_KINDS = (Kind.TRUST_POLICY, Kind.TERRAFORM)


def with_trust(
    collected: CollectedRepository, paths: Sequence[Path]
) -> tuple[CollectedRepository, frozenset[str]]:
    """The repository with the policies that `paths` hold, wherever they lie, and the paths of these in it.

    Raises `UsageError` for a path that isn't there.
    """
    known = {file.source.path for file in collected.files}
    files, problems = list(collected.files), list(collected.problems)
    named: set[str] = set()
    for outside in worktree.collect(paths):
        seen_from_here = prefixed(outside, collected.root)
        problems += seen_from_here.problems
        policies = [file for file in seen_from_here.files if file.kind in _KINDS]
        named.update(file.source.path for file in policies)
        files += (file for file in policies if file.source.path not in known)
    return replace(collected, files=tuple(files), problems=tuple(problems)), frozenset(named)
