"""Whether `actions/checkout` refuses to fetch a fork's code in a run at full power."""

from __future__ import annotations

from auditor.facts.fetch import Fetch
from auditor.facts.gate import Gate
from auditor.facts.names import Names
from auditor.facts.reach import Path
from auditor.finding import Confidence
from auditor.knowledge.checkout import OPT_OUT, refuses_forks
from auditor.model.settings import Settings

_EVENTS = frozenset({"pull_request_target", "workflow_run"})
_WITH_A_FORK = frozenset({"opened", "synchronize", "reopened"})
"""Activity types of which the fork must still be there."""

_NOTE = "actions/checkout refuses forks' code on github.com from v4.4.0, v5.1.0 and v6.1.0 on"
_LATE = "the refusal compares commits with the event's payload: one that was pushed since gets through"
_GONE = "the refusal needs the fork: of one that was deleted, the pull request's ref gets through"


def refusal(fetch: Fetch, path: Path, settings: Settings) -> tuple[tuple[Gate, ...], Confidence] | None:
    """The gates of fetching a head, and how surely it gets through; None where it is surely refused.

    Source: `src/unsafe-pr-checkout-helper.ts` of `actions/checkout`, read 2026-11.
    """
    entry, host = path.entry, settings.host
    if not fetch.by_checkout or entry.event not in _EVENTS or not entry.fork or _opted_out(fetch):
        return (), fetch.surely
    if host is not None and host.is_server:
        return (), fetch.surely
    assert fetch.step.uses is not None
    refuses = refuses_forks(fetch.step.uses.ref)
    if refuses is False:
        return (), fetch.surely
    at = fetch.step.location
    if refuses is None or host is None:
        return (Gate(_NOTE, at),), fetch.surely
    kinds = {head.names for head in fetch.heads} - {Names.BRANCH}
    if kinds == {Names.LOOKED_UP}:
        return (Gate(_NOTE, at), Gate(_LATE, at, lowers=1)), Confidence.LOW
    by_ref = kinds == {Names.PULL_REF} and entry.event == "pull_request_target"
    if by_ref and not _WITH_A_FORK.issuperset(entry.types):
        return (Gate(_NOTE, at), Gate(_GONE, at, lowers=1)), Confidence.LOW
    return None


def _opted_out(fetch: Fetch) -> bool:
    given = fetch.step.input(OPT_OUT)
    return given is not None and (given.value.strip().lower() == "true" or "${{" in given.value)
