"""Who gets past the policy of each relying party, and which jobs don't."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from auditor.cloud.relying_party import RelyingParty
from auditor.facts.cloud.claims import Claims, Minted
from auditor.facts.cloud.exchanges import Assumption, Joined, Roles
from auditor.facts.limits import Limits
from auditor.facts.reach.path import Path
from auditor.finding import Location
from auditor.knowledge.platform.changes import IMMUTABLE_SUBJECTS_SINCE
from auditor.knowledge.platform.merge_queue import DEFAULT_BRANCHES
from auditor.model.documents import Job
from auditor.model.settings import Settings
from auditor.trust.automata.ref_filter import RefFilter
from auditor.trust.automata.search import StepBudget, TooMuchError
from auditor.trust.consumers.acceptors import acceptors_of
from auditor.trust.minting.contexts import BRANCHES, MADE_UP, PULL_REQUESTS, SubjectContext, ref
from auditor.trust.minting.template import DEFAULT, ClaimTemplate, repository_claims
from auditor.trust.questions.acceptor import Acceptor, Effect, VacuousCheck
from auditor.trust.questions.insiders import (
    Own,
    RunClaims,
    all_of,
    anybody,
    heirs_of,
    others_than,
    pull_requests_of,
    runs_of,
    siblings_in,
)
from auditor.trust.questions.question import TOO_MUCH, Opening, Somebody, ask, ask_each, is_open_to
from auditor.trust.questions.squattable_names import squattable
from auditor.trust.questions.strangers import openings
from auditor.trust.questions.written_scope import is_of_a_folder, written_head, written_tails

_T = TypeVar("_T")

MAX_CONTEXTS = 200
"""Refs and environments that jobs need or a policy spells out, beyond which nothing is asked."""

STEPS = 15_000
"""Steps for one of the questions about insiders; a usual policy takes some hundred."""


_ITS_OWN = "owner/repository"
"""Stands for the repository that a policy names by its id only."""

_DEFAULT = tuple(ref(f"{BRANCHES}{name}") for name in DEFAULT_BRANCHES)


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
    """A step that assumes a role, and whence a run gets there that nobody has reviewed."""

    assumption: Assumption
    path: Path
    where: str


@dataclass(frozen=True, slots=True, eq=False)
class Width:
    """An opening for refs or environments beyond what the jobs of a role mint.

    `joined` are those jobs' steps, `needed` the contexts that serve them. `is_meant`: the policy spells out
    what is more, or where no job is known, speaks of a folder of branches or a prefix of tags.
    """

    opening: Opening
    joined: tuple[Joined, ...]
    needed: tuple[SubjectContext, ...]
    is_meant: bool = False


class Trust:
    """Answers each question about each party once.

    `templates` are those by which this repository's subjects may be made, None where they aren't known.
    """

    def __init__(
        self,
        settings: Settings,
        roles: Roles,
        claims: Claims,
        templates: tuple[ClaimTemplate, ...] | None,
        limits: Limits,
    ) -> None:
        self._settings = settings
        self._roles = roles
        self._claims = claims
        self._templates = templates
        self._limits = limits
        self._acceptors: dict[RelyingParty, tuple[Acceptor, ...]] = {}
        self._known: dict[tuple[str, RelyingParty], Any] = {}

    def acceptors(self, party: RelyingParty) -> tuple[Acceptor, ...]:
        """The ways past its policy."""
        if party not in self._acceptors:
            self._acceptors[party] = acceptors_of(party)
        return self._acceptors[party]

    def any_repository(self, party: RelyingParty) -> tuple[Opening, ...]:
        """The openings for repositories of owners whom the policy doesn't name."""
        return self._once("strangers", party, lambda: openings(self.acceptors(party)))

    def closed_to_strangers(self, party: RelyingParty) -> tuple[Acceptor, ...]:
        """The acceptors that no stranger is known to pass; of the others there is nothing else to say."""

        def closed() -> tuple[Acceptor, ...]:
            told = {opening.acceptor.location for opening in self.any_repository(party) if opening.claims}
            return tuple(one for one in self.acceptors(party) if one.location not in told)

        return self._once("closed", party, closed)

    def other_repository(self, party: RelyingParty) -> tuple[Opening, ...]:
        """The openings for other repositories of the owners that the policy means."""
        here = self._settings.repository
        return self._asked("siblings", party, lambda acceptor: siblings_in(acceptor, here))

    def recyclable(self, party: RelyingParty) -> tuple[Opening, ...]:
        """The openings for whoever registers a name anew that the policy means."""
        as_of = self._settings.as_of
        early = as_of is not None and as_of < IMMUTABLE_SUBJECTS_SINCE
        return self._asked("heirs", party, lambda acceptor: heirs_of(acceptor, early=early))

    def squattable(self, party: RelyingParty) -> tuple[Opening, ...]:
        """The openings for whoever has a name that the policy took for one with ids."""

        def who(acceptor: Acceptor) -> Somebody | None:
            names = self._squattable(acceptor)
            return all_of(Own(names, immutable=False)) if names else None

        return self._asked("squatters", party, who)

    def _squattable(self, acceptor: Acceptor) -> frozenset[str]:
        return squattable(acceptor.names.repositories, self._settings.repository)

    def also_named(self, party: RelyingParty) -> tuple[Opening, ...]:
        """The openings for repositories that a policy names beside this one, whose jobs assume the role."""
        here = (self._settings.repository or "").lower()
        if not any(joined.is_sure for joined in self._roles.of(party)):
            return ()
        closed = self.closed_to_strangers(party)
        named = ((one, one.names.repositories - self._squattable(one)) for one in closed)
        return ask_each(
            (acceptor, others_than((), Own(repositories - {here})))
            for acceptor, repositories in named
            if here in repositories and len(repositories) > 1
        )

    def pull_request(self, party: RelyingParty) -> tuple[Opening, ...]:
        """The openings for pull requests of the repositories that the policy means."""

        def who(acceptor: Acceptor) -> Somebody | None:
            own = self.own(acceptor)
            return pull_requests_of(own) if own.repositories else None

        return self._asked("pull requests", party, who)

    def too_wide(self, party: RelyingParty) -> tuple[Width, ...]:
        """The openings for refs and environments that no job needs; for all but the written ones without."""
        return self._once("widths", party, lambda: tuple(self._widths(party)))

    def _widths(self, party: RelyingParty) -> Iterator[Width]:
        joined = self._roles.of(party)
        needed = self.needed(joined)
        budget = StepBudget(STEPS)
        for acceptor in self.closed_to_strangers(party):
            own = self.own(acceptor)
            if not own.repositories:
                continue
            meant = (*(needed if joined else _DEFAULT), *written_tails(acceptor))
            if len(meant) > MAX_CONTEXTS:
                yield Width(Opening(acceptor, None, (TOO_MUCH,)), joined, needed)
                return
            found = ask_each([(acceptor, others_than(meant, own))], budget)
            if found:
                is_meant = not joined and is_of_a_folder(found[0].subject)
                yield Width(found[0], joined, needed, is_meant)
                if TOO_MUCH in found[0].doubts:
                    return
            elif joined:
                spelled = ask_each([(acceptor, others_than(needed, own))], budget)
                yield from (Width(opening, joined, needed, is_meant=True) for opening in spelled)

    def tightest(self, acceptor: Acceptor, needed: Sequence[SubjectContext]) -> tuple[str, ...]:
        """The subjects, as globs, that a policy need take for the runs that it serves today."""
        own, budget = self.own(acceptor), StepBudget(STEPS)
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
                if template == DEFAULT or template.tells(context.kind):
                    found.append(template.glob(context, repository_claims(head)))
        return tuple(dict.fromkeys(subject for subject in found if subject is not None))

    def idle(self, party: RelyingParty) -> Iterator[tuple[Acceptor, VacuousCheck]]:
        """Checks that don't do what they say, and the gates of acceptors that no token passes for no such
        reason. Where that takes more than the budget, the rest is a problem.
        """
        budget = StepBudget(STEPS)
        for acceptor in self.closed_to_strangers(party):
            try:
                found = tuple(acceptor.idle())
                stops = any(each.effect is Effect.LETS_NONE for each in found)
                gate = acceptor.gate()
                decided = gate is not None and not stops and not acceptor.has_holes
                if decided and gate and not is_open_to(acceptor, anybody(), budget):
                    found += (VacuousCheck(gate, Effect.LETS_NONE, "GitHub mints no token that fits"),)
            except TooMuchError:
                self._cut("what its conditions do was not worked out", party)
                return
            yield from ((acceptor, each) for each in found)

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

    def _unreviewed(self, run: Minted, parties: Sequence[RelyingParty]) -> str | None:
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

    def _may_serve(self, party: RelyingParty, run: Minted) -> bool:
        try:
            return self.serves(party, run, StepBudget(STEPS))
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
        budget = StepBudget(STEPS)
        for joined in self._roles.of(party):
            runs = self._claims.at(joined.assumption.step)
            runs = tuple(run for run in runs if run.job is joined.assumption.job)
            try:
                shut = tuple(run for run in runs if not self.serves(party, run, budget))
            except TooMuchError:
                self._cut("not every job was tried", party)
                return
            if len(shut) < len(runs):
                # Where nothing else is amiss, a run that a condition may keep away isn't worth a word.
                shut = tuple(run for run in shut if not run.path.gates)
            if shut:
                paths = tuple(run.path for run in shut)
                yield Denial(joined, paths, self.subject(party, shut[0]), len(shut) == len(runs))

    def serves(self, party: RelyingParty, run: Minted, budget: StepBudget) -> bool:
        """Whether the policy may accept some token of such runs. Raises `TooMuchError`."""
        here = self._settings.repository
        known = RunClaims(run.refs, run.path.entry.event, run.workflow_file)
        for acceptor in self.acceptors(party):
            own = self.own(acceptor) if here is None else self._here(here)
            if acceptor.has_holes or not own.repositories or self._templates is None:
                return True
            for context in run.contexts:
                if ask(acceptor, runs_of(context, own, known), budget) is not None:
                    return True
        return False

    def subject(self, party: RelyingParty, run: Minted) -> str:
        """A subject that such a run presents, in the form that is usual for its repository."""
        names = [
            name for acceptor in self.acceptors(party) for name in sorted(self.own(acceptor).repositories)
        ]
        name = self._settings.repository or (names[0] if names else "OWNER/REPOSITORY")
        subject = self._settings.subject
        head = subject.prefix.removeprefix("repo:") if subject and subject.prefix else name
        context = min(run.contexts, key=lambda each: not each.is_sure)
        ref = next((each.shown for each in run.refs if each.kind == "ref"), None)
        known = {**repository_claims(head), "event_name": run.path.entry.event}
        if ref is not None:
            known |= {"ref": ref, "job_workflow_ref": f"{name}/{run.workflow_file}@{ref}"}
        template = (self._templates or (DEFAULT,))[0]
        return template.glob(context, known) or f"repo:{head}:{context.glob}"

    def is_loose(self, party: RelyingParty, acceptor: Acceptor) -> bool:
        """Whether anything else than one ref or environment of one repository passes."""
        return acceptor.location in self._once("loose", party, lambda: frozenset(self._loose(party)))

    def _loose(self, party: RelyingParty) -> Iterator[Location]:
        widths = (width.opening for width in self.too_wide(party))
        found = (*self.other_repository(party), *self.pull_request(party), *widths)
        return (opening.acceptor.location for opening in found)

    def needed(self, joined: Sequence[Joined]) -> tuple[SubjectContext, ...]:
        """The contexts of the runs that get to those steps."""
        runs = (
            run
            for one in joined
            for run in self._claims.at(one.assumption.step)
            if run.job is one.assumption.job
        )
        return tuple(dict.fromkeys(context for run in runs for context in self.contexts(run)))

    def contexts(self, run: Minted) -> tuple[SubjectContext, ...]:
        """What its subjects tell: under a template, the refs of runs with an environment, too."""
        usual = self._templates in (None, (DEFAULT,))
        return run.contexts if usual else tuple(dict.fromkeys((*run.contexts, *run.refs)))

    def own(self, acceptor: Acceptor) -> Own:
        """The repositories that a policy means: this one, unless it names others only."""
        here, immutable = self._settings.repository, self._immutable
        named = acceptor.names.repositories - self._squattable(acceptor)
        if here is not None and (not named or here.lower() in named):
            return self._here(here)
        if not named and acceptor.names.repositories:
            return Own(named)
        by_id = any(check.claim == "repository_id" for check in acceptor.checks())
        return Own(frozenset({_ITS_OWN}) if by_id and not named else named, immutable)

    def _here(self, name: str) -> Own:
        """This repository."""
        return Own(frozenset({name}), self._immutable, self._templates or (DEFAULT,))

    @property
    def _immutable(self) -> bool | None:
        """Whether this repository's subjects have ids."""
        return self._settings.subject.immutable if self._settings.subject else None

    def _asked(
        self, name: str, party: RelyingParty, who: Callable[[Acceptor], Somebody | None]
    ) -> tuple[Opening, ...]:
        asked = ((acceptor, who(acceptor)) for acceptor in self.closed_to_strangers(party))
        questions = ((acceptor, somebody) for acceptor, somebody in asked if somebody is not None)
        return self._once(name, party, lambda: self._untold(party, ask_each(questions, StepBudget(STEPS))))

    def _untold(self, party: RelyingParty, found: Sequence[Opening]) -> tuple[Opening, ...]:
        """Without what is open to doubt where it is open to doubt already whether anybody gets in."""
        doubtful = {one.acceptor.location for one in self.any_repository(party) if one.claims is None}
        return tuple(one for one in found if one.claims or one.acceptor.location not in doubtful)

    def _cut(self, what: str, party: RelyingParty) -> None:
        self._limits.cut(f"the trust policy asks for {TOO_MUCH}: {what}", party.location)

    def _once(self, name: str, party: RelyingParty, compute: Callable[[], _T]) -> _T:
        key = (name, party)
        if key not in self._known:
            self._known[key] = compute()
        found: _T = self._known[key]
        return found
