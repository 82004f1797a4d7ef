"""Whether `actions/checkout` refuses to fetch a fork's code in a run at full power."""

from __future__ import annotations

from dataclasses import replace

from auditor.facts.code.fetches import Fetch
from auditor.facts.code.head_ref import HeadReference
from auditor.facts.entry.gate import Gate, GateKind, in_force
from auditor.facts.reach.path import Path
from auditor.finding import Confidence, Verdict
from auditor.knowledge.actions.checkout import OPT_OUT, refuses_forks
from auditor.knowledge.platform.changes import CHECKOUT_REFUSES_FORKS
from auditor.knowledge.platform.events import WITH_A_FORK
from auditor.model.settings import Settings

_EVENTS = frozenset({"pull_request_target", "workflow_run"})

_NOTE = "actions/checkout refuses forks' code on github.com from v4.4.0, v5.1.0 and v6.1.0 on"
_LATE = "the refusal compares commits with the event's payload: one that was pushed since gets through"
_GONE = "the refusal needs the fork: of one that was deleted, the pull request's ref gets through"


def refusal(fetch: Fetch, path: Path, settings: Settings) -> tuple[tuple[Gate, ...], Confidence]:
    """The gates of fetching a head, and how surely it gets through. One closes it where it is surely refused.

    Source: `src/unsafe-pr-checkout-helper.ts` of `actions/checkout`, read 2026-11.
    """
    entry = path.entry
    if not fetch.by_checkout or entry.event not in _EVENTS or not entry.fork or _opted_out(fetch):
        return (), fetch.surely
    assert fetch.step.uses is not None
    refuses, holds = refuses_forks(fetch.step.uses.ref), in_force(CHECKOUT_REFUSES_FORKS, settings)
    if refuses is False or holds is False:
        return (), fetch.surely
    at = fetch.step.location
    gate = Gate(GateKind.CHECKOUT_REFUSES_FORKS, _NOTE, at)
    if refuses is None or holds is None:
        decided_by = (
            "the release of actions/checkout that it is" if refuses is None else "the host (`--host`)"
        )
        return (replace(gate, verdict=Verdict.NOT_EVALUABLE, decided_by=decided_by),), fetch.surely
    kinds = {head.names for head in fetch.heads} - {HeadReference.BRANCH}
    if HeadReference.CHOSEN in kinds:
        # It compares with the one pull request that the payload is about.
        return (), fetch.surely
    if kinds == {HeadReference.LOOKED_UP}:
        return (gate, replace(gate, note=_LATE, lowers=1)), Confidence.LOW
    by_ref = kinds == {HeadReference.PULL_REF} and entry.event == "pull_request_target"
    if by_ref and not WITH_A_FORK.issuperset(entry.types):
        return (gate, replace(gate, note=_GONE, lowers=1)), Confidence.LOW
    return (replace(gate, verdict=Verdict.GUARDED),), fetch.surely


def _opted_out(fetch: Fetch) -> bool:
    given = fetch.step.input(OPT_OUT)
    return given is not None and (given.value.strip().lower() == "true" or "${{" in given.value)
