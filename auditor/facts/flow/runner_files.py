"""What the shell scripts of steps hand to the runner, each script read once."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.job.scripts import Scripts
from auditor.languages.shell.runner_writes import RunnerWrite, runner_writes
from auditor.model.documents import Step


class RunnerFiles:
    """Reads the script of each step once."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts
        self._of: dict[Step, tuple[RunnerWrite, ...]] = {}

    def of(self, step: Step) -> tuple[RunnerWrite, ...]:
        """What the script of a step hands on; nothing where it has none or isn't for bash or sh."""
        if step not in self._of:
            script = self._scripts.of(step)
            self._of[step] = runner_writes(script) if script is not None else ()
        return self._of[step]

    def outputs(self, step: Step) -> Iterator[RunnerWrite]:
        """What it writes to `GITHUB_OUTPUT`, or sets with the old `::set-output`."""
        return (write for write in self.of(step) if write.file == "GITHUB_OUTPUT")

    def variables(self, step: Step) -> Iterator[RunnerWrite]:
        """What it writes to `GITHUB_ENV`, for the steps after it."""
        return (write for write in self.of(step) if write.file == "GITHUB_ENV")
