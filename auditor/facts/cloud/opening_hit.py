"""The hit for an opening of a policy: its message, its place and the path that a token takes."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.cloud.content_search import OPAQUE
from auditor.cloud.relying_party import RelyingParty
from auditor.finding import Confidence, Hit, Hop, HopKind, Severity, Trace, Verdict
from auditor.trust.questions.question import Opening


def opening_hit(
    opening: Opening, party: RelyingParty, *, who: str, minted_by: str, worst: Severity, note: str = ""
) -> Hit:
    """The finding for one opening.

    `who` gets in: "any repository"; `minted_by` is where their token comes from: "a workflow in a
    repository of their own". What depends on something that isn't known is two levels less.
    """
    gate = opening.gate
    at = gate.location if gate else opening.acceptor.location
    traces = (Trace(tuple(_hops(opening, party, minted_by))),)
    subject = shown(opening.subject)
    if subject:
        message = f"this trust policy lets {who} {party.gain}: `{subject}` is accepted{note}"
        return Hit(message=message, at=at, severity=worst, traces=traces)
    return Hit(
        message=f"whether {who} can {party.gain} depends on {', '.join(opening.doubts)}",
        at=at,
        severity=worst.lowered(2),
        confidence=Confidence.LOW,
        verdict=Verdict.NOT_EVALUABLE,
        traces=traces,
    )


def shown(subject: str | None) -> str:
    """A subject for a reader: what a deployment fills in is an ellipsis."""
    return (subject or "").replace(OPAQUE, "…")


def _hops(opening: Opening, party: RelyingParty, minted_by: str) -> Iterator[Hop]:
    """From the workflow that requests the token through the condition to what is gained."""
    gate, whole = opening.gate, opening.acceptor.location
    subject = shown(opening.subject)
    token = f"mints sub `{subject}`" if subject else "requests a token"
    yield Hop(HopKind.ENTRY, f"{minted_by} {token}", whole)
    verdict = "accepts it" if subject else "may accept it"
    passed = f"{gate.text} {verdict}" if gate else "no condition stands in the way"
    if gate and gate.claim != "sub":
        passed = f"no condition on `sub`; {passed}"
    yield Hop(HopKind.GATE, passed, gate.location if gate else whole)
    yield Hop(HopKind.POWER, f"a session of {party.title}", whole)
