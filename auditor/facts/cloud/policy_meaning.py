"""What one trust policy means: for this repository's jobs, for others, and for tokens that are given."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from auditor.cloud.relying_party import RelyingParty
from auditor.facts.cloud.acceptors import Acceptors
from auditor.facts.cloud.claims import Claims, JobSubjects
from auditor.facts.cloud.exchanges import Roles
from auditor.facts.cloud.job_access import JobAccess
from auditor.facts.cloud.opening_hit import shown
from auditor.facts.cloud.trust import Trust
from auditor.finding import Location
from auditor.model.documents import Job
from auditor.model.repository import Repository
from auditor.source import Source
from auditor.trust.automata.search import StepBudget, TooMuchError
from auditor.trust.consumers.aws.acceptor import AllowStatement
from auditor.trust.consumers.aws.patch import tightened
from auditor.trust.questions.acceptor import Acceptor
from auditor.trust.questions.question import BUDGET, Opening


@dataclass(frozen=True, slots=True)
class Access:
    """Somebody who gets in with `claims`, or where these are None may, which depends on `doubts`."""

    who: str
    claims: Mapping[str, str] | None
    doubts: tuple[str, ...]
    location: Location


@dataclass(frozen=True, slots=True)
class JobRuns:
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
    jobs: tuple[JobRuns, ...]
    tightest: Tightest | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What becomes of one token. `accepted` is None where that depends on what isn't in the file."""

    subject: str | None
    accepted: bool | None
    because: str


class Meanings:
    """What policies mean for a repository's jobs, and for others."""

    def __init__(
        self,
        repository: Repository,
        acceptors: Acceptors,
        trust: Trust,
        job_access: JobAccess,
        claims: Claims,
        roles: Roles,
        sources: Mapping[str, Source],
    ) -> None:
        self._repository = repository
        self._acceptors = acceptors
        self._trust = trust
        self._job_access = job_access
        self._claims = claims
        self._roles = roles
        self._sources = sources

    def of(self, party: RelyingParty) -> Meaning:
        """What a party's policy takes, whom it serves, and what would be enough."""
        acceptors = self._acceptors.of(party)
        jobs = tuple(self._jobs(party))
        return Meaning(party, acceptors, tuple(self._accepts(party)), jobs, self._tightest(party))

    def _accepts(self, party: RelyingParty) -> Iterator[Access]:
        trust = self._trust
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

    def _jobs(self, party: RelyingParty) -> Iterator[JobRuns]:
        """Each job that may get an id-token, once for each event and subject."""
        assuming = {joined.assumption.job for joined in self._roles.of(party)}
        seen: set[tuple[Job, str, str]] = set()
        for job in self._repository.jobs:
            for run in self._claims.of(job):
                event, subject = run.path.entry.event, self._job_access.subject(party, run)
                if (job, event, subject) not in seen:
                    seen.add((job, event, subject))
                    accepted = self._serves(party, run)
                    yield JobRuns(job.id, event, subject, accepted, job in assuming, job.location)

    def _serves(self, party: RelyingParty, run: JobSubjects) -> bool | None:
        try:
            return self._job_access.serves(party, run, StepBudget(BUDGET))
        except TooMuchError:
            return None

    def _tightest(self, party: RelyingParty) -> Tightest | None:
        """For the jobs that assume the role; where none is known to, for all that could."""
        needed = self._trust.needed(self._roles.of(party))
        if not needed:
            runs = (run for job in self._repository.jobs for run in self._claims.of(job))
            needed = tuple(dict.fromkeys(context for run in runs for context in self._trust.contexts(run)))
        for acceptor in self._acceptors.of(party):
            subjects = self._job_access.tightest(acceptor, needed)
            if subjects:
                return Tightest(subjects, _patch(acceptor, subjects, self._sources))
        return None


def judge(parties: Sequence[RelyingParty], acceptors: Acceptors, claims: Mapping[str, str]) -> Judgement:
    """Whether one token gets in anywhere, and by which statement, or what keeps it out of each."""
    issuer = claims.get("iss", "").removeprefix("https://").rstrip("/").lower()
    subject, reasons, unsure = claims.get("sub"), [], False
    for party in parties:
        for acceptor in acceptors.of(party):
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


def _witness(opening: Opening) -> dict[str, str] | None:
    """The token, as far as the policy tests it."""
    if opening.claims is None:
        return None
    tested = ["sub", *(check.claim for check in opening.acceptor.checks() if check.claim)]
    claims = opening.claims
    return {claim: shown(claims[claim]) for claim in dict.fromkeys(tested) if claim in claims}


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
