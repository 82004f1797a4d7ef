"""What stands in the way of a path, and what it really stops."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from auditor.finding import Hop, HopKind, Location, Verdict
from auditor.knowledge.platform import changes
from auditor.knowledge.platform.changes import Change
from auditor.model.settings import Settings


class GateKind(StrEnum):
    """What stands in the way. The value is its name in reports; a change of the platform has its own."""

    CONDITION = "condition"
    """The `if` of a job or a step. Whoever can make it true opens it; where it is false, nobody can."""
    LABEL = "label"
    """The `if` of a job or a step requires a label. Someone who triages opens it by setting that label."""
    ENVIRONMENT = "environment"
    """The `environment` of a job. Its reviewers or its rules' apps open it; it is open if it has neither."""
    PERMISSION_CHECK = "permission-check"
    """A step checks the access of whoever started the run. It opens only for those who have that access."""
    EVENT_POLICY = "event-policy"
    """An Actions policy doesn't allow the event. Whoever administers the policy opens it."""
    VISIBILITY = "visibility"
    """The repository is private or internal. Whoever gives read access opens it."""
    FORK_APPROVAL = "fork-approval"
    """GitHub's approval of a run for a fork's pull request. Someone with write access opens it."""
    CHANGED_UPSTREAM = "changed-upstream"
    """The workflow before a `workflow_run` must change. Whoever opens a fork's pull request can change it."""
    HAND = "hand"
    """Someone inside must act first: comment, review or reopen, for example. They open it by doing so."""
    MERGE = "merge"
    """The pull request must be merged first. Someone with write access opens it by merging."""
    RUNNER_GROUP = "runner-group"
    """A group of runners may not admit the run. Whoever administers the group opens it."""
    EPHEMERAL = "ephemeral"
    """The runner takes one job, so that no later job meets what is left. It is always open."""
    CACHE_MODE = "cache-mode"
    """The `cache-mode` is an expression. Whoever decides what the expression evaluates to opens it."""
    TARGET_REFUSED = changes.TARGET_REFUSED.name
    """Public repositories refuse `pull_request_target`. Whoever administers Actions policies can allow it."""
    TARGET_ON_DEFAULT_BRANCH = changes.TARGET_ON_DEFAULT_BRANCH.name
    """`pull_request_target` runs on the default branch. Never shown apart: it decides a path's ref."""
    ENVIRONMENT_SEES_MERGE_REF = changes.ENVIRONMENT_SEES_MERGE_REF.name
    """An environment may refuse a pull request's ref. Never shown apart: it closes an `environment`."""
    CACHE_READ_ONLY = changes.CACHE_READ_ONLY.name
    """Runs that outsiders start can't save shared caches. Whoever sets a `cache-mode` that saves opens it."""
    CHECKOUT_REFUSES_FORKS = changes.CHECKOUT_REFUSES_FORKS.name
    """`actions/checkout` refuses a fork's code. Whoever sets `allow-unsafe-pr-checkout` opens it."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Something that stands in the way of a path. `lowers` counts severity levels.

    `verdict` is what it does to the path: exposed, it stands open and is only named; not evaluable, it may
    close the path, and `decided_by` says what would decide it; guarded, it closes the path.
    """

    kind: GateKind
    note: str
    location: Location
    lowers: int = 0
    verdict: Verdict = Verdict.EXPOSED
    decided_by: str | None = None

    @property
    def hop(self) -> Hop:
        """The gate as a station of a trace."""
        return Hop(HopKind.GATE, self.note, self.location, self.verdict)

    @property
    def closes(self) -> bool:
        """Whether nobody gets past it."""
        return self.verdict is Verdict.GUARDED


def in_force(change: Change, settings: Settings) -> bool | None:
    """Whether a change of the platform holds where the repository lives; None where the host isn't known."""
    host = settings.host
    if host is not None and host.is_server:
        return change.server is not None and host.version is not None and host.version >= change.server
    if settings.as_of is not None and settings.as_of < change.since:
        return False
    return None if host is None else True
