"""What a step's script copies or moves from one folder to another."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from auditor.facts.job.commands import positional
from auditor.facts.job.paths import UNKNOWN, resolve, walk, working_directory
from auditor.facts.job.scripts import Scripts
from auditor.facts.job.steps import StepInJob
from auditor.knowledge.programs.execution import CARRIERS
from auditor.languages.shell import Script

MAX_COPIES = 300
"""Copies that are followed of one script."""

_MAX_SOURCES = 20


@dataclass(frozen=True, slots=True)
class CopiedPath:
    """That a step copies or moves what lies at `source` to `target`. `at` counts as in `Execution`."""

    source: str
    target: str
    at: int


class Copies:
    """Reads each step once."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts
        self._of: dict[StepInJob, tuple[CopiedPath, ...]] = {}

    def of(self, step_in_job: StepInJob) -> tuple[CopiedPath, ...]:
        """What the script of a step puts elsewhere, in its order."""
        if step_in_job not in self._of:
            script = self._scripts.of(step_in_job.step) if step_in_job.step.run is not None else None
            found = _in_copies(script, working_directory(step_in_job)) if script is not None else ()
            self._of[step_in_job] = tuple(islice(found, MAX_COPIES))
        return self._of[step_in_job]


def _in_copies(script: Script, start: str) -> Iterator[CopiedPath]:
    for command, folder in walk(script, start):
        if command.program in CARRIERS:
            *sources, target = positional([word.value for word in command.args]) or ("",)
            for source in sources[:_MAX_SOURCES]:
                place = resolve(_arrives(source, target), folder)
                if place != UNKNOWN:
                    yield CopiedPath(resolve(source, folder), place, command.start)


def _arrives(source: str, target: str) -> str:
    """Where a folder's content, or a file or folder of that name, ends up."""
    name = posixpath.basename(source)
    if name in ("", ".", "*"):
        return target
    is_file = bool(posixpath.splitext(name)[1]) and not posixpath.splitext(target)[1]
    inside = is_file or target.endswith("/") or target in (".", "..")
    return posixpath.join(target, name) if inside else target
