"""What a called workflow requests beyond what its caller lets it have.

Source: `PermissionsHelper.cs` and `WorkflowTemplateConverter.cs` (`ConvertToReferencedWorkflow`) of
actions/runner (read 2026-11): the workflow's own `permissions` and those of each of its jobs are held
against the nearest that is written above the call, `if` or no `if`; else against the default token.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from auditor.facts.power.grants import Grants, Holding
from auditor.finding import Hop, HopKind, Location, Trace
from auditor.knowledge.platform.scopes import DEFAULT_READ, ONLY_READ, SCOPES
from auditor.model.documents import Job, Workflow
from auditor.model.permission import Level, Permissions
from auditor.model.repository import Repository
from auditor.model.settings import Settings

MAX_CALLS = 10
"""Calls that are followed below one; deeper ones GitHub refuses by themselves."""

_MAX_NAMED = 4

Allowed: TypeAlias = Callable[[str], Level]


@dataclass(frozen=True, slots=True, eq=False)
class Refusal:
    """Permissions, of a called workflow or of its job, that GitHub doesn't let the call have.

    `scopes` are those that go too far, each with what is requested and what is allowed. `allowed_at` is
    where the allowed ones are written; None where they are the default token's.
    """

    caller: Job
    workflow: Workflow
    job: Job | None
    requested: Permissions
    scopes: tuple[tuple[str, Level, Level], ...]
    allowed_at: Location | None

    @property
    def who(self) -> str:
        """Who requests them, for a message."""
        return f"its job `{self.job.id}`" if self.job else "the workflow"

    @property
    def in_words(self) -> str:
        """What is requested, and what is allowed."""
        named = [f"`{scope}: {requested}` (allowed: {allowed})" for scope, requested, allowed in self.scopes]
        more = f" and {len(named) - _MAX_NAMED} more" if len(named) > _MAX_NAMED else ""
        return ", ".join(named[:_MAX_NAMED]) + more

    def trace(self) -> Trace:
        """From the caller's permissions to those that are requested."""
        called = f"the job `{self.caller.id}` calls `{self.workflow.path}`"
        at = self.allowed_at or self.caller.location
        whose = "what the call may have" if self.allowed_at else "no `permissions` here: the default token's"
        cap = Hop(HopKind.POWER, whose, at)
        call = Hop(HopKind.JOB, called, self.caller.location)
        return Trace((call, cap, Hop(HopKind.SINK, f"{self.who} requests more", self.requested.location)))


class Caps:
    """Holds what called workflows declare against what their callers do."""

    def __init__(self, repository: Repository, settings: Settings, grants: Grants) -> None:
        self._repository = repository
        self._settings = settings
        self._grants = grants

    def refusals(self, job: Job) -> tuple[Refusal, ...]:
        """Why GitHub refuses to start a run in which `job` calls its workflow; nothing where it doesn't."""
        declared = job.permissions or job.workflow.permissions
        allowed = self._default(job) if declared is None else declared.level
        if allowed is None:
            return ()
        at = declared.location if declared else None
        return tuple(self._below(job, job, allowed, at, set()))

    def in_vain(self, workflow: Workflow) -> tuple[Holding, ...]:
        """The write scopes that callers must grant a reusable workflow though none of its jobs needs them."""
        if workflow.trigger("workflow_call") is None:
            return ()
        return tuple(
            holding for holding in self._grants.of(workflow) if not holding.needing and not holding.unsure
        )

    def _default(self, job: Job) -> Allowed | None:
        """What the default token allows; None where that isn't known, or a caller decides."""
        started = any(trigger.event != "workflow_call" for trigger in job.workflow.triggers)
        match self._settings.default_token:
            case Level.READ if started:
                return lambda scope: Level.READ if scope in DEFAULT_READ else Level.NONE
            case Level.WRITE if started:
                return lambda _: Level.WRITE
        return None

    def _below(
        self,
        caller: Job,
        job: Job,
        allowed: Allowed,
        at: Location | None,
        seen: set[Workflow],
        depth: int = 0,
    ) -> Iterator[Refusal]:
        callee = self._repository.callee(job.uses) if job.uses else None
        if callee is None or callee in seen or depth >= MAX_CALLS:
            return
        seen.add(callee)
        # GitHub looks at permissions before it looks at conditions: jobs that never run count, too.
        for inner in (None, *callee.declared):
            requested = inner.permissions if inner else callee.permissions
            scopes = _beyond(requested, allowed) if requested is not None else ()
            if requested is not None and scopes:
                yield Refusal(caller, callee, inner, requested, scopes, at)
        for inner in callee.declared:
            # One that declares permissions is a caller of its own.
            if inner.uses is not None and inner.permissions is None and callee.permissions is None:
                yield from self._below(caller, inner, allowed, at, seen, depth + 1)


def _beyond(requested: Permissions, allowed: Allowed) -> tuple[tuple[str, Level, Level], ...]:
    """The scopes for which more is requested than is allowed. Every token may read what all may read."""
    named = (
        SCOPES - ONLY_READ if requested.blanket is not None else {grant.scope for grant in requested.grants}
    )
    levels = ((scope, requested.level(scope), allowed(scope)) for scope in sorted(named - ONLY_READ))
    return tuple((scope, wanted, most) for scope, wanted, most in levels if wanted > most)
