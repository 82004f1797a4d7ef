"""What one trust policy means: for this repository's jobs, for others, and for tokens that are given."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from auditor.cloud.relying_party import RelyingParty
from auditor.errors import UsageError
from auditor.facts import Facts
from auditor.facts.cloud.claims import Minted
from auditor.facts.cloud.opening_hit import shown
from auditor.finding import Location
from auditor.source import Source
from auditor.trust.automata.search import Budget, TooMuchError
from auditor.trust.consumers.aws.acceptor import AllowStatement
from auditor.trust.consumers.aws.patch import tightened
from auditor.trust.questions.acceptor import Acceptor
from auditor.trust.questions.question import BUDGET, Opening

MAX_TOKENS = 10_000
"""Tokens of one claims file that are judged."""


@dataclass(frozen=True, slots=True)
class Access:
    """Somebody who gets in with `claims`, or where these are None may, which depends on `doubts`."""

    who: str
    claims: Mapping[str, str] | None
    doubts: tuple[str, ...]
    location: Location


@dataclass(frozen=True, slots=True)
class JobAccess:
    """Whether the runs of a job that one event starts get in; None where that isn't known."""

    job: str
    event: str
    subject: str
    accepted: bool | None
    assumes: bool
    location: Location


@dataclass(frozen=True, slots=True)
class Tightest:
    """The subjects that serve the jobs which are served today, and the change to the file, if it's simple."""

    subjects: tuple[str, ...]
    patch: str | None


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the policy of one party means."""

    party: RelyingParty
    acceptors: tuple[Acceptor, ...]
    accepts: tuple[Access, ...]
    jobs: tuple[JobAccess, ...]
    tightest: Tightest | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What becomes of one token. `accepted` is None where that depends on what isn't in the file."""

    subject: str | None
    accepted: bool | None
    because: str


def meaning(party: RelyingParty, facts: Facts, sources: Mapping[str, Source]) -> Meaning:
    """What a party's policy takes, whom it serves, and what would be enough."""
    acceptors = facts.trust.acceptors(party)
    jobs = tuple(_jobs(party, facts))
    return Meaning(party, acceptors, tuple(_accepts(party, facts)), jobs, _tightest(party, facts, sources))


def judge(parties: Sequence[RelyingParty], facts: Facts, claims: Mapping[str, str]) -> Judgement:
    """Whether one token gets in anywhere, and by which statement, or what keeps it out of each."""
    issuer = claims.get("iss", "").removeprefix("https://").rstrip("/").lower()
    subject, reasons, unsure = claims.get("sub"), [], False
    for party in parties:
        for acceptor in facts.trust.acceptors(party):
            place = f"{party.title} by {_place(acceptor.location)}"
            if issuer and issuer != acceptor.issuer.name.lower():
                reasons.append(f"not {place}: that takes tokens of `{acceptor.issuer.name}`")
            elif acceptor.accepts(claims):
                return Judgement(subject, True, f"it gets a session of {place}")
            else:
                unsure = unsure or acceptor.accepts(claims, generous=True)
                refusals = [f"{why} ({_place(at)})" for why, at in acceptor.refusals(claims)]
                reasons.append(f"not {place}: {', '.join(refusals) or 'it may mean another issuer'}")
    return Judgement(subject, None if unsure else False, "; ".join(reasons) or "no statement takes a token")


def read_claims(text: str) -> Iterator[dict[str, str]]:
    """The tokens of a claims file: one as JSON, a list of them, or one a line. Raises `UsageError`."""
    try:
        found = json.loads(text)
        documents = found if isinstance(found, list) else [found]
    except (ValueError, RecursionError):
        documents = [
            _parsed(line, number) for number, line in enumerate(text.splitlines(), 1) if line.strip()
        ]
    if not documents or len(documents) > MAX_TOKENS:
        raise UsageError(
            f"the claims file holds {len(documents):,} tokens", help=f"Give 1 to {MAX_TOKENS:,} of them."
        )
    for document in documents:
        if not isinstance(document, dict):
            raise UsageError(
                "a token's claims are no JSON object", help='Write {"sub": "repo:…", "aud": "…"}.'
            )
        yield {key: _claim(value) for key, value in document.items()}


def _parsed(line: str, number: int) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise UsageError(
            f"line {number} of the claims file is no JSON",
            help="Give one token's claims as a JSON object, or one object a line.",
        ) from None


def _claim(value: object) -> str:
    """A claim as GitHub mints it: all of its are texts."""
    return value if isinstance(value, str) else json.dumps(value)


def _accepts(party: RelyingParty, facts: Facts) -> Iterator[Access]:
    trust = facts.trust
    answers: dict[str, tuple[Opening, ...]] = {
        "any-repository": trust.any_repository(party),
        "other-repository": (*trust.other_repository(party), *trust.also_named(party)),
        "recycled-name": (*trust.squattable(party), *trust.recyclable(party)),
        "pull-request": trust.pull_request(party),
        "other-ref": tuple(width.opening for width in trust.too_wide(party)),
    }
    for who, openings in answers.items():
        for opening in openings:
            gate = opening.gate
            at = gate.location if gate else opening.acceptor.location
            yield Access(who, _witness(opening), opening.doubts, at)


def _witness(opening: Opening) -> dict[str, str] | None:
    """The token, as far as the policy asks for it."""
    if opening.claims is None:
        return None
    asked = ["sub", *(check.claim for check in opening.acceptor.checks() if check.claim)]
    claims = opening.claims
    return {claim: shown(claims[claim]) for claim in dict.fromkeys(asked) if claim in claims}


def _jobs(party: RelyingParty, facts: Facts) -> Iterator[JobAccess]:
    """Each job that may ask for an id-token, once for each event and subject."""
    assuming = {id(joined.assumption.job) for joined in facts.roles.of(party)}
    seen: set[tuple[int, str, str]] = set()
    for job in facts.repository.jobs:
        for run in facts.claims.of(job):
            event, subject = run.path.entry.event, facts.trust.subject(party, run)
            if (id(job), event, subject) not in seen:
                seen.add((id(job), event, subject))
                accepted = _serves(party, run, facts)
                yield JobAccess(job.id, event, subject, accepted, id(job) in assuming, job.location)


def _serves(party: RelyingParty, run: Minted, facts: Facts) -> bool | None:
    try:
        return facts.trust.serves(party, run, Budget(BUDGET))
    except TooMuchError:
        return None


def _tightest(party: RelyingParty, facts: Facts, sources: Mapping[str, Source]) -> Tightest | None:
    """For the jobs that assume the role; where none is known to, for all that could."""
    needed = facts.trust.needed(facts.roles.of(party))
    if not needed:
        runs = (run for job in facts.repository.jobs for run in facts.claims.of(job))
        needed = tuple(dict.fromkeys(context for run in runs for context in facts.trust.contexts(run)))
    for acceptor in facts.trust.acceptors(party):
        subjects = facts.trust.tightest(acceptor, needed)
        if subjects:
            return Tightest(subjects, _patch(acceptor, subjects, sources))
    return None


def _patch(acceptor: Acceptor, subjects: Sequence[str], sources: Mapping[str, Source]) -> str | None:
    source = sources.get(acceptor.location.path)
    if source is None or not isinstance(acceptor, AllowStatement):
        return None
    text = tightened(source, acceptor.statement, acceptor.issuer, subjects)
    if text is None:
        return None
    old, new = (each.splitlines(keepends=True) for each in (source.text, text))
    outside = source.path.startswith("../")
    names = (source.path, source.path) if outside else (f"a/{source.path}", f"b/{source.path}")
    return "".join(difflib.unified_diff(old, new, *names)) or None


def _place(at: Location) -> str:
    return f"{at.path}:{at.span.start.line}"
