"""What stands in the way of a path, and what it really stops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from auditor.finding import Hop, HopKind, Location, Verdict
from auditor.knowledge.platform import changes
from auditor.knowledge.platform.changes import TARGET_REFUSED, Change
from auditor.knowledge.platform.events import FORK_PULL_REQUESTS
from auditor.model.settings import ForkApproval, Settings, Visibility
from auditor.model.trigger import Trigger


class GateKind(StrEnum):
    """What stands in the way. The value is its name in reports; a change of the platform brings its own."""

    CONDITION = "condition"
    """The `if` of a job or a step. Whoever can make it true opens it; where it is false, nobody can."""
    LABEL = "label"
    """The `if` of a job or a step asks for a label. Someone who triages opens it by setting that label."""
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
    """The `cache-mode` is an expression. Whoever decides what the expression comes to opens it."""
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
    close the path, and `decided_by` would tell; guarded, it closes the path.
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


def event_gates(trigger: Trigger, workflow_path: str, settings: Settings) -> Iterator[Gate]:
    """The gates that every run of an event meets: the repository's own policies on events."""
    event, at = trigger.event, trigger.location
    for policy in settings.event_policies or ():
        if policy.covers(workflow_path) and event not in policy.events:
            note = f"the Actions policy `{policy.name}` doesn't allow {event}"
            yield Gate(GateKind.EVENT_POLICY, note, at, verdict=Verdict.GUARDED)
    if event == "pull_request_target":
        yield from _target_gate(trigger, workflow_path, settings)


def outsider_gates(trigger: Trigger, settings: Settings) -> Iterator[Gate]:
    """The gates that an outsider meets before a run of his starts."""
    event, at = trigger.event, trigger.location
    if settings.visibility in (Visibility.PRIVATE, Visibility.INTERNAL):
        note = f"the repository is {settings.visibility.value}: only people who can read it can start it"
        yield Gate(GateKind.VISIBILITY, note, at, lowers=1)
    elif event in FORK_PULL_REQUESTS:
        yield _approval_gate(at, settings.fork_approval)
    if event in _HANDS:
        yield Gate(GateKind.HAND, _HANDS[event], at, lowers=1)


def changed_upstream_gates(trigger: Trigger, settings: Settings) -> Iterator[Gate]:
    """The gates of a fork's pull request that brings the workflow whose run a `workflow_run` follows."""
    yield from outsider_gates(trigger, settings)
    if settings.visibility not in (Visibility.PRIVATE, Visibility.INTERNAL):
        yield _approval_gate(trigger.location, settings.fork_approval)
    yield Gate(GateKind.CHANGED_UPSTREAM, _CHANGED, trigger.location, lowers=1)


def _approval_gate(at: Location, approval: ForkApproval | None) -> Gate:
    if approval is ForkApproval.ALL_EXTERNAL:
        note = "every pull request from a fork waits until someone with write access approves its run"
        return Gate(GateKind.FORK_APPROVAL, note, at, lowers=1)
    note = "GitHub asks for approval of a contributor's first pull request only"
    if approval is None:
        note = f"{note}, unless a setting says more"
        return Gate(GateKind.FORK_APPROVAL, note, at, decided_by=_APPROVAL)
    return Gate(GateKind.FORK_APPROVAL, note, at)


def _target_gate(trigger: Trigger, workflow_path: str, settings: Settings) -> Iterator[Gate]:
    """The default block of `pull_request_target` on public repositories."""
    private = settings.visibility in (Visibility.PRIVATE, Visibility.INTERNAL)
    allowed = settings.target_is_live or any(
        "pull_request_target" in policy.events and policy.covers(workflow_path)
        for policy in settings.event_policies or ()
    )
    holds = in_force(TARGET_REFUSED, settings)
    if private or allowed or holds is False:
        return
    since = TARGET_REFUSED.since.isoformat()
    note = f"public repositories refuse pull_request_target since {since}, unless an Actions policy allows it"
    public = settings.visibility is Visibility.PUBLIC
    # Whether a policy for other workflows' files switches the block off for this one isn't known.
    certain = public and holds is True and settings.event_policies == ()
    yield Gate(
        GateKind.TARGET_REFUSED,
        note,
        trigger.location,
        lowers=int(public),
        verdict=Verdict.GUARDED if certain else Verdict.NOT_EVALUABLE,
        decided_by=None
        if certain
        else _POLICIES
        if public
        else "the repository's visibility (`--visibility`)",
    )


_APPROVAL = "the approval of pull requests from forks (`--settings`)"
_POLICIES = "the repository's Actions policies (`--settings`)"

_CHANGED = "a fork's pull request may bring a workflow of that name, or add `pull_request` to it"

_HANDS = {
    "gollum": "only people with write access may edit the wiki, unless a setting admits everybody",
    "merge_group": "someone with write access must put the pull request into the queue",
}
"""What somebody inside must do, by default, before an outsider's text gets in."""
