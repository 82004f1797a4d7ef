"""One repository as the audit takes it: the files that belong to it, and what became of the others."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from auditor.collect.coverage import FileCoverage, Kind
from auditor.files.git_dir import Remote
from auditor.finding import Problem
from auditor.model.policy import Policy
from auditor.source import Source


@dataclass(frozen=True, slots=True)
class CollectedFile:
    """A file to be audited."""

    source: Source
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedRepository:
    """One repository, on disk or of a commit, and the files of it that are to be audited, in the order of
    their paths.

    `root` is the folder that it lies in; the empty one where it lies in none. `prefix` stands before each
    path where several are collected: empty, or a folder ending in a slash.
    `coverage` lists what was seen and is not in `files`; `notes` counts what was left alone, by its plain
    name. `is_whole` says that the path that was given is the root; only then `origin` is known.
    """

    root: Path
    prefix: str = ""
    is_whole: bool = False
    files: tuple[CollectedFile, ...] = ()
    coverage: tuple[FileCoverage, ...] = ()
    notes: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    origin: Remote | None = None
    policy: Policy = field(default_factory=Policy)
    commit: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing in it belongs to the audit, and nothing was lost."""
        return not (self.files or self.coverage or self.problems)


def printable(path: str) -> str:
    """A path with those bytes escaped that are no UTF-8, so that it can be written anywhere."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def prefixed(collected: CollectedRepository, base: str | Path) -> CollectedRepository:
    """The same with each path as it is seen from the folder `base`."""
    prefix = printable(Path(os.path.relpath(collected.root, base)).as_posix()) + "/"
    if prefix == "./":
        return collected

    def moved(problem: Problem) -> Problem:
        return replace(problem, location=replace(problem.location, path=prefix + problem.location.path))

    return replace(
        collected,
        prefix=prefix,
        files=tuple(
            CollectedFile(replace(file.source, path=prefix + file.source.path), file.kind)
            for file in collected.files
        ),
        coverage=tuple(replace(entry, path=prefix + entry.path) for entry in collected.coverage),
        problems=tuple(moved(problem) for problem in collected.problems),
    )
