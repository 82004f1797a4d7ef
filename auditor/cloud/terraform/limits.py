"""What reading the Terraform of one repository may take, and what went wrong on the way."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from auditor.finding import Location, Problem, Stage
from auditor.languages.time_limit import CutOff
from auditor.source import Source

MAX_SECONDS = 2.0
"""Of the processor, for all values together. A tree of 400 files takes a tenth of it."""

MAX_DEPTH = 60
"""Expressions within expressions, through all that they refer to."""

MAX_MODULES = 200
"""Calls of modules, each of which is worked out with its own arguments."""

MAX_INSTANCES = 64
"""Instances of one resource or call; more of a kind would say the same."""


@dataclass(slots=True)
class ReadingLimits:
    """Counts what was used, and keeps the files that `file()` may name."""

    files: Mapping[str, Source] = field(default_factory=dict)
    problems: dict[Problem, None] = field(default_factory=dict)
    modules: int = 0
    depth: int = 0
    _ticks: int = 0
    _spent: float = 0.0
    _since: float = 0.0

    def enter(self) -> bool:
        """One level deeper; False where it goes no deeper. Raises `CutOff` where the time is over."""
        if not self.depth:
            self._since = time.thread_time()
        self._ticks += 1
        if not self._ticks % 256 and self._spent + time.thread_time() - self._since > MAX_SECONDS:
            raise CutOff("the Terraform of this repository takes too long to read")
        if self.depth >= MAX_DEPTH:
            return False
        self.depth += 1
        return True

    def leave(self) -> None:
        """One level up."""
        self.depth -= 1
        if not self.depth:
            self._spent += time.thread_time() - self._since

    def problem(self, message: str, at: Location) -> None:
        """Something that should have been readable."""
        self.problems[Problem(Stage.MODEL, message, at)] = None
