"""The environment of a step, as the files declare it."""

from __future__ import annotations

from auditor.languages.yaml import Pair
from auditor.model.documents import Step


def environment(step: Step) -> tuple[Pair, ...]:
    """The variables that are set for a step, the nearest first."""
    return (*step.env, *(step.job.env if step.job else ()), *(step.job.workflow.env if step.job else ()))
