"""Whether the job's `GITHUB_TOKEN` is in a text, and so gets to a step."""

from __future__ import annotations

import re
from enum import IntEnum
from itertools import islice

from auditor.facts.job.expressions import Expressions
from auditor.facts.job.steps import StepInJob
from auditor.languages.yaml import Scalar
from auditor.model.documents import Action, Job

_TOKEN_LIKE = re.compile(r"(?i)token|\bpat\b|_pat\b|passw|secret|auth|cred")
_OTHER_TOKENS = frozenset({"actions/create-github-app-token", "tibdex/github-app-token"})
_MAX_DEPTH = 5
_MAX_VARIABLES = 100


class TokenPresence(IntEnum):
    """Whether a text holds the token. Ordered, so that the most of several texts counts."""

    NO = 0
    MAYBE = 1
    YES = 2


class Tokens:
    """Follows the token through `env` and the inputs of this repository's composite actions."""

    def __init__(self, expressions: Expressions) -> None:
        self._expressions = expressions
        self._minting: dict[Job | Action, frozenset[str]] = {}

    def in_text(
        self, scalar: Scalar | None, step_in_job: StepInJob, name: str = "", depth: int = 0
    ) -> TokenPresence:
        """Whether `scalar`, the value of something called `name`, holds the token."""
        presence = TokenPresence.NO
        for part in self._expressions.of(scalar):
            for reference in part.values():
                presence = max(presence, self._of(reference.path, step_in_job, name, depth))
        return presence

    def in_env(self, step_in_job: StepInJob) -> TokenPresence:
        """Whether a variable of the step's environment holds the token."""
        values = [(entry.key.value, entry.value) for entry in islice(step_in_job.env, _MAX_VARIABLES + 1)]
        if len(values) > _MAX_VARIABLES:
            return TokenPresence.MAYBE
        return max(
            (self.in_text(value, step_in_job, name) for name, value in values if isinstance(value, Scalar)),
            default=TokenPresence.NO,
        )

    def in_container(self, job: Job) -> bool:
        """Whether an image of the job is pulled with the token."""
        containers = (*((job.container,) if job.container else ()), *job.services)
        texts = (entry.value for container in containers for entry in container.credentials)
        return any(
            reference.path in _TOKEN
            for text in texts
            if isinstance(text, Scalar)
            for part in self._expressions.of(text)
            for reference in part.values()
        )

    def _of(self, path: tuple[str, ...], step_in_job: StepInJob, name: str, depth: int) -> TokenPresence:
        if path in _TOKEN:
            return TokenPresence.YES
        if len(path) == 1 or path[1] == "*":
            return TokenPresence.MAYBE if path[0] in ("github", "secrets") else TokenPresence.NO
        if depth >= _MAX_DEPTH:
            return TokenPresence.MAYBE
        match path[0]:
            case "secrets":
                return (
                    TokenPresence.MAYBE
                    if step_in_job.job.workflow.trigger("workflow_call")
                    else TokenPresence.NO
                )
            case "env":
                return self._in_variable(path[1], step_in_job, depth)
            case "inputs" if step_in_job.caller is not None:
                return self._in_input(path[1], step_in_job, depth)
            case "steps" if self._is_other_token(path[1], step_in_job):
                return TokenPresence.NO
            case "inputs" | "steps" | "needs" | "matrix":
                return TokenPresence.MAYBE if _TOKEN_LIKE.search(f"{name} {path[-1]}") else TokenPresence.NO
        return TokenPresence.NO

    def _in_variable(self, name: str, step_in_job: StepInJob, depth: int) -> TokenPresence:
        for count, entry in enumerate(step_in_job.env):
            if count >= _MAX_VARIABLES:
                return TokenPresence.MAYBE
            if entry.key.value.lower() == name and isinstance(entry.value, Scalar):
                return self.in_text(entry.value, step_in_job, name, depth + 1)
        return TokenPresence.MAYBE if _TOKEN_LIKE.search(name) else TokenPresence.NO

    def _in_input(self, name: str, step_in_job: StepInJob, depth: int) -> TokenPresence:
        caller = step_in_job.caller
        assert caller is not None
        given = caller.step.input(name)
        if given is not None:
            return self.in_text(given, caller, name, depth + 1)
        declared = caller.action.inputs if caller.action else ()
        default = next((found.default for found in declared if found.name.lower() == name), None)
        return self.in_text(default, caller, name, depth + 1)

    def _is_other_token(self, name: str, step_in_job: StepInJob) -> bool:
        """Whether the step whose id is `name` mints a token of its own."""
        owner = (
            step_in_job.caller.action if step_in_job.caller and step_in_job.caller.action else step_in_job.job
        )
        if owner not in self._minting:
            minting = (step for step in owner.steps if step.uses and step.uses.slug in _OTHER_TOKENS)
            self._minting[owner] = frozenset(s.id.value.lower() for s in minting if s.id)
        return name in self._minting[owner]


_TOKEN = frozenset({("github", "token"), ("secrets", "github_token")})
