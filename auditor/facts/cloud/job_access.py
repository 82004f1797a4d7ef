"""Which of this repository's jobs get past a policy, from where, and which don't."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from auditor.cloud.relying_party import RelyingParty
from auditor.facts.cloud.acceptors import Acceptors, cut_short, step_budget
from auditor.facts.cloud.claims import Claims, JobSubjects
from auditor.facts.cloud.exchanges import Assumption, Joined, Roles
from auditor.facts.limits import Limits
from auditor.facts.reach.path import Path
from auditor.model.documents import Job
from auditor.model.settings import Settings
from auditor.trust.automata.ref_filter import RefFilter
from auditor.trust.automata.search import StepBudget, TooMuchError
from auditor.trust.minting.contexts import BRANCHES, MADE_UP, PULL_REQUESTS, SubjectContext
from auditor.trust.minting.template import DEFAULT, repository_claims
from auditor.trust.questions.acceptor import Acceptor
from auditor.trust.questions.insiders import (
    RunClaims,
    runs_of,
)
from auditor.trust.questions.question import ask
from auditor.trust.questions.written_scope import written_head


@dataclass(frozen=True, slots=True, eq=False)
class Denial:
    """A job that assumes a role and won't get it in the runs of `paths`, presenting `subject`.

    `always`: in no run at all.
    """

    joined: Joined
    paths: tuple[Path, ...]
    subject: str
    always: bool


@dataclass(frozen=True, slots=True, eq=False)
class Unguarded:
    """A step that assumes a role, and from where a run gets there that nobody has reviewed."""

    assumption: Assumption
    path: Path
    where: str


class JobAccess:
    """Tries what the runs of jobs present at the policies of roles."""

    def __init__(
        self,
        settings: Settings,
        acceptors: Acceptors,
        roles: Roles,
        claims: Claims,
        limits: Limits,
    ) -> None:
        self._settings = settings
        self._acceptors = acceptors
        self._roles = roles
        self._claims = claims
        self._limits = limits

    def unguarded(self, job: Job) -> Iterator[Unguarded]:
        """The steps of a job that assume a role from a branch which nobody has to review."""
        for assumption in self._roles.in_job(job):
            if not assumption.is_cloud:
                continue
            runs = [run for run in self._claims.at(assumption.step) if run.job is job]
            parties = self._roles.parties(assumption)
            for run in runs:
                where = self._unreviewed(run, parties)
                if where is not None:
                    yield Unguarded(assumption, run.path, where)
                    break

    def _unreviewed(self, run: JobSubjects, parties: Sequence[RelyingParty]) -> str | None:
        """A branch without review from which a run gets its token, and past the policies in the tree."""
        for context in run.contexts:
            made_up = MADE_UP if context.takes(MADE_UP) else None
            if context.kind == PULL_REQUESTS.kind:
                made_up, where = PULL_REQUESTS, "any pull request"
            elif made_up is not None:
                where = "any branch"
            else:
                made_up, where = context, f"`{context.shown}`, which isn't protected"
                if not self._is_unprotected(context):
                    continue
            if context.is_sure and all(
                self._may_serve(party, replace(run, contexts=(made_up,))) for party in parties
            ):
                return where
        return None

    def _may_serve(self, party: RelyingParty, run: JobSubjects) -> bool:
        try:
            return self.serves(party, run, step_budget())
        except TooMuchError:
            return True

    def _is_unprotected(self, context: SubjectContext) -> bool:
        """Whether a branch is known to take changes that nobody has reviewed."""
        patterns, shown = self._settings.protected_branches, context.shown or ""
        if patterns is None or not shown.startswith(BRANCHES) or "*" in shown:
            return False
        return shown not in RefFilter(BRANCHES, patterns)

    def denials(self, party: RelyingParty) -> Iterator[Denial]:
        """The steps that exchange their token there in vain. A policy that isn't clear denies nobody."""
        budget = step_budget()
        for joined in self._roles.of(party):
            runs = self._claims.at(joined.assumption.step)
            runs = tuple(run for run in runs if run.job is joined.assumption.job)
            try:
                shut = tuple(run for run in runs if not self.serves(party, run, budget))
            except TooMuchError:
                cut_short(self._limits, "not every job was tried", party)
                return
            if len(shut) < len(runs):
                # Where other runs get in, one that a condition may keep away isn't worth a word.
                shut = tuple(run for run in shut if not run.path.gates)
            if shut:
                paths = tuple(run.path for run in shut)
                yield Denial(joined, paths, self.subject(party, shut[0]), len(shut) == len(runs))

    def serves(self, party: RelyingParty, run: JobSubjects, budget: StepBudget) -> bool:
        """Whether the policy may accept some token of such runs. Raises `TooMuchError`."""
        here = self._acceptors.here
        known = RunClaims(run.refs, run.path.entry.event, run.workflow_file)
        for acceptor in self._acceptors.of(party):
            own = here or self._acceptors.own(acceptor)
            if acceptor.has_holes or not own.repositories or self._acceptors.templates is None:
                return True
            for context in run.contexts:
                if ask(acceptor, runs_of(context, own, known), budget) is not None:
                    return True
        return False

    def subject(self, party: RelyingParty, run: JobSubjects) -> str:
        """A subject that such a run presents, in the form that is usual for its repository."""
        owns = [self._acceptors.own(acceptor) for acceptor in self._acceptors.of(party)]
        names = [name for own in owns for name in sorted(own.repositories)]
        name = self._settings.repository or (names[0] if names else "OWNER/REPOSITORY")
        subject = self._settings.subject
        head = subject.prefix.removeprefix("repo:") if subject and subject.prefix else name
        context = min(run.contexts, key=lambda each: not each.is_sure)
        ref = next((each.shown for each in run.refs if each.kind == "ref"), None)
        known = {**repository_claims(head), "event_name": run.path.entry.event}
        if ref is not None:
            known |= {"ref": ref, "job_workflow_ref": f"{name}/{run.workflow_file}@{ref}"}
        template = (self._acceptors.templates or (DEFAULT,))[0]
        return template.glob(context, known) or f"repo:{head}:{context.glob}"

    def tightest(self, acceptor: Acceptor, needed: Sequence[SubjectContext]) -> tuple[str, ...]:
        """The subjects, as globs, that a policy need take for the runs that it serves today."""
        own, budget = self._acceptors.own(acceptor), step_budget()
        if not own.repositories:
            return ()
        head = written_head(acceptor) or min(own.repositories)
        found = []
        for context in needed:
            try:
                serves = context.is_sure and ask(acceptor, runs_of(context, own), budget) is not None
            except TooMuchError:
                return ()
            for template in own.templates if serves else ():
                if template == DEFAULT or template.distinguishes(context.kind):
                    found.append(template.glob(context, repository_claims(head)))
        return tuple(dict.fromkeys(subject for subject in found if subject is not None))
