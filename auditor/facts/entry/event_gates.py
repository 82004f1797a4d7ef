"""The gates that an event's runs meet before they start: policies on events, approvals, a hand that helps."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.entry.gate import Gate, GateKind, in_force
from auditor.finding import Location, Verdict
from auditor.knowledge.platform.changes import TARGET_REFUSED
from auditor.knowledge.platform.events import FORK_PULL_REQUESTS
from auditor.model.settings import ForkApproval, Settings, Visibility
from auditor.model.trigger import Trigger


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
    """The gates that an outsider meets before their run starts."""
    event, at = trigger.event, trigger.location
    if settings.visibility in (Visibility.PRIVATE, Visibility.INTERNAL):
        note = f"the repository is {settings.visibility.value}: only people who can read it can start it"
        yield Gate(GateKind.VISIBILITY, note, at, lowers=1)
    elif event in FORK_PULL_REQUESTS:
        yield _approval_gate(at, settings.fork_approval)
    if event in _HANDS:
        yield Gate(GateKind.HAND, _HANDS[event], at, lowers=1)


def changed_upstream_gates(trigger: Trigger, settings: Settings) -> Iterator[Gate]:
    """The gates of a fork's pull request that changes the workflow whose run a `workflow_run` follows."""
    yield from outsider_gates(trigger, settings)
    if settings.visibility not in (Visibility.PRIVATE, Visibility.INTERNAL):
        yield _approval_gate(trigger.location, settings.fork_approval)
    yield Gate(GateKind.CHANGED_UPSTREAM, _CHANGED, trigger.location, lowers=1)


def _approval_gate(at: Location, approval: ForkApproval | None) -> Gate:
    if approval is ForkApproval.ALL_EXTERNAL:
        note = "every pull request from a fork waits until someone with write access approves its run"
        return Gate(GateKind.FORK_APPROVAL, note, at, lowers=1)
    note = "GitHub requires approval of a contributor's first pull request only"
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

_CHANGED = "a fork's pull request may contain a workflow of that name, or add `pull_request` to it"

_HANDS = {
    "gollum": "only people with write access may edit the wiki, unless a setting admits everybody",
    "merge_group": "someone with write access must put the pull request into the queue",
}
"""What somebody inside must do, by default, before an outsider's text gets in."""
