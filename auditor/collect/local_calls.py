"""What a repository's workflows and actions call of their own repository, and isn't among its files."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.collect.classify import ACTION_NAMES, kind_of_path
from auditor.collect.collected import CollectedRepository
from auditor.collect.coverage import Kind
from auditor.languages.yaml import parse
from auditor.model.action import read_action
from auditor.model.uses import Uses
from auditor.model.workflow import read_workflow
from auditor.source import Source


def called_actions(collected: CollectedRepository) -> tuple[str, ...]:
    """The paths at which local actions and reusable workflows lie that are called, and weren't seen.

    An action may have either of two names, so both are named unless one is there. What is fetched then may
    call more. Paths out of the repository, or not as they are compared with files, are left out.
    """
    seen = {file.source.path for file in collected.files} | {entry.path for entry in collected.coverage}
    found: set[str] = set()
    for file in collected.files:
        for uses, is_action in _uses(file.source, file.kind):
            path = uses.path
            names = [f"{path}/{name}" for name in ACTION_NAMES] if is_action else [path]
            is_readable = is_action or kind_of_path(path) is Kind.WORKFLOW
            if uses.is_own and is_readable and _is_plain(path) and seen.isdisjoint(names):
                found.update(names)
    return tuple(sorted(found))


def _uses(source: Source, kind: Kind) -> Iterator[tuple[Uses, bool]]:
    """Each `uses:` of a file, and whether it is of an action."""
    # An escape may spell what begins a local path; without one it is written as it is.
    if not any(mark in source.text for mark in ("./", "$/", "\\")):
        return
    if kind is Kind.WORKFLOW:
        workflow, _ = read_workflow(parse(source))
        jobs = workflow.jobs if workflow else ()
        yield from ((job.uses, False) for job in jobs if job.uses)
        yield from ((step.uses, True) for job in jobs for step in job.steps if step.uses)
    elif kind is Kind.ACTION:
        action, _ = read_action(parse(source))
        yield from ((step.uses, True) for step in (action.steps if action else ()) if step.uses)


def _is_plain(path: str) -> bool:
    parts = path.lower().split("/")
    return bool(path) and path.isprintable() and not {"", ".", "..", ".git"}.intersection(parts)
