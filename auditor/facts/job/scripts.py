"""The shell scripts of steps, each parsed once."""

from __future__ import annotations

import re

from auditor.facts.limits import Limits
from auditor.languages import shell
from auditor.languages.shell import Dialect, Script
from auditor.languages.yaml import Mapping, Scalar, Sequence
from auditor.model.documents import Job, Step

_MATRIX = re.compile(r"\$\{\{\s*matrix\.([\w-]+)\s*\}\}")
_WINDOWS = re.compile(r"(?i)\bwindows")


class Scripts:
    """Parses the script of each step once."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._of: dict[Step, Script | None] = {}

    def dialect(self, step: Step) -> Dialect:
        """The language of a step's script."""
        return shell.dialect(_shell_of(step), "Windows" if _on_windows(step) else None)

    def of(self, step: Step) -> Script | None:
        """The parsed script of a step; None where it has none or isn't for bash or sh."""
        if step not in self._of:
            self._of[step] = self._parse(step)
        return self._of[step]

    def _parse(self, step: Step) -> Script | None:
        if step.run is None or self.dialect(step) is not Dialect.BASH:
            return None
        script = shell.parse(step.run.value)
        if script.cut_off:
            self._limits.cut(f"the script is read in part only: {script.cut_off}", step.run.location)
        return script


def _shell_of(step: Step) -> str | None:
    job = step.job
    for scalar in (step.shell, job.shell if job else None, job.workflow.shell if job else None):
        if scalar is not None:
            return scalar.value
    return None


def _on_windows(step: Step) -> bool:
    job = step.job
    labels = job.runs_on.labels if job is not None and job.runs_on is not None else ()
    if any(_WINDOWS.search(label.value) for label in labels):
        return True
    chosen = (_MATRIX.fullmatch(label.value.strip()) for label in labels)
    return any(_all_windows(match[1], job) for match in chosen if match is not None)


def _all_windows(name: str, job: Job | None) -> bool:
    """Whether each value of the job's matrix under that name is a runner of Windows."""
    matrix = job.matrix if job is not None else None
    values = matrix.get(name) if isinstance(matrix, Mapping) else None
    texts = (
        [item.value for item in values.items if isinstance(item, Scalar)]
        if isinstance(values, Sequence)
        else []
    )
    return bool(texts) and all(_WINDOWS.search(text) for text in texts)
