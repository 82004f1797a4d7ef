"""Who else than a role's own jobs gets past the policy of each relying party."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from auditor.cloud.relying_party import RelyingParty
from auditor.facts.cloud.acceptors import Acceptors, cut_short, step_budget
from auditor.facts.cloud.claims import Claims, JobSubjects
from auditor.facts.cloud.exchanges import Joined, Roles
from auditor.facts.limits import Limits
from auditor.finding import Location
from auditor.knowledge.platform.changes import IMMUTABLE_SUBJECTS_SINCE
from auditor.knowledge.platform.merge_queue import DEFAULT_BRANCHES
from auditor.model.settings import Settings
from auditor.trust.automata.search import TooMuchError
from auditor.trust.minting.contexts import BRANCHES, SubjectContext, ref
from auditor.trust.minting.template import DEFAULT
from auditor.trust.questions.acceptor import Acceptor, Effect, VacuousCheck
from auditor.trust.questions.insiders import (
    Own,
    all_of,
    anybody,
    heirs_of,
    others_than,
    pull_requests_of,
    siblings_in,
)
from auditor.trust.questions.question import TOO_MUCH, Opening, Somebody, ask_each, is_open_to
from auditor.trust.questions.strangers import openings
from auditor.trust.questions.written_scope import is_of_a_folder, written_tails

_T = TypeVar("_T")

MAX_CONTEXTS = 200
"""Refs and environments that jobs need or a policy spells out, beyond which a policy isn't examined."""

_DEFAULT = tuple(ref(f"{BRANCHES}{name}") for name in DEFAULT_BRANCHES)


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
    """Answers each question about each party once."""

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
        self._known: dict[tuple[str, RelyingParty], Any] = {}

    def any_repository(self, party: RelyingParty) -> tuple[Opening, ...]:
        """The openings for repositories of owners whom the policy doesn't name."""
        return self._once("strangers", party, lambda: openings(self._acceptors.of(party)))

    def closed_to_strangers(self, party: RelyingParty) -> tuple[Acceptor, ...]:
        """The acceptors that no stranger is known to pass; of the others there is nothing else to say."""

        def closed() -> tuple[Acceptor, ...]:
            passed = {opening.acceptor.location for opening in self.any_repository(party) if opening.claims}
            return tuple(one for one in self._acceptors.of(party) if one.location not in passed)

        return self._once("closed", party, closed)

    def other_repository(self, party: RelyingParty) -> tuple[Opening, ...]:
        """The openings for other repositories of the owners that the policy means."""
        here = self._settings.repository
        return self._openings("siblings", party, lambda acceptor: siblings_in(acceptor, here))

    def recyclable(self, party: RelyingParty) -> tuple[Opening, ...]:
        """The openings for whoever registers a name anew that the policy means."""
        as_of = self._settings.as_of
        early = as_of is not None and as_of < IMMUTABLE_SUBJECTS_SINCE
        return self._openings("heirs", party, lambda acceptor: heirs_of(acceptor, early=early))

    def squattable(self, party: RelyingParty) -> tuple[Opening, ...]:
        """The openings for whoever has a name that the policy took for one with ids."""

        def who(acceptor: Acceptor) -> Somebody | None:
            names = self._acceptors.squattable(acceptor)
            return all_of(Own(names, immutable=False)) if names else None

        return self._openings("squatters", party, who)

    def also_named(self, party: RelyingParty) -> tuple[Opening, ...]:
        """The openings for repositories that a policy names beside this one, whose jobs assume the role."""
        here = (self._settings.repository or "").lower()
        if not any(joined.is_sure for joined in self._roles.of(party)):
            return ()
        closed = self.closed_to_strangers(party)
        named = ((one, one.names.repositories - self._acceptors.squattable(one)) for one in closed)
        return ask_each(
            (acceptor, others_than((), Own(repositories - {here})))
            for acceptor, repositories in named
            if here in repositories and len(repositories) > 1
        )

    def pull_request(self, party: RelyingParty) -> tuple[Opening, ...]:
        """The openings for pull requests of the repositories that the policy means."""

        def who(acceptor: Acceptor) -> Somebody | None:
            own = self._acceptors.own(acceptor)
            return pull_requests_of(own) if own.repositories else None

        return self._openings("pull requests", party, who)

    def too_wide(self, party: RelyingParty) -> tuple[Width, ...]:
        """The openings for refs and environments that no job needs; for all but the written ones without."""
        return self._once("widths", party, lambda: tuple(self._widths(party)))

    def _widths(self, party: RelyingParty) -> Iterator[Width]:
        joined = self._roles.of(party)
        needed = self.needed(joined)
        budget = step_budget()
        for acceptor in self.closed_to_strangers(party):
            own = self._acceptors.own(acceptor)
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

    def vacuous_checks(self, party: RelyingParty) -> Iterator[tuple[Acceptor, VacuousCheck]]:
        """Checks that don't do what they say, and the gates of acceptors that no token passes for no such
        reason. Where that takes more than the budget, the rest is a problem.
        """
        budget = step_budget()
        for acceptor in self.closed_to_strangers(party):
            try:
                found = tuple(acceptor.vacuous_checks())
                stops = any(each.effect is Effect.LETS_NONE for each in found)
                gate = acceptor.gate()
                decided = gate is not None and not stops and not acceptor.has_holes
                if decided and gate and not is_open_to(acceptor, anybody(), budget):
                    found += (VacuousCheck(gate, Effect.LETS_NONE, "GitHub mints no token that fits"),)
            except TooMuchError:
                cut_short(self._limits, "what its conditions do was not worked out", party)
                return
            yield from ((acceptor, each) for each in found)

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

    def contexts(self, run: JobSubjects) -> tuple[SubjectContext, ...]:
        """What its subjects hold: under a template, the refs of runs with an environment, too."""
        usual = self._acceptors.templates in (None, (DEFAULT,))
        return run.contexts if usual else tuple(dict.fromkeys((*run.contexts, *run.refs)))

    def _openings(
        self, name: str, party: RelyingParty, who: Callable[[Acceptor], Somebody | None]
    ) -> tuple[Opening, ...]:
        pairs = ((acceptor, who(acceptor)) for acceptor in self.closed_to_strangers(party))
        questions = ((acceptor, somebody) for acceptor, somebody in pairs if somebody is not None)
        return self._once(
            name, party, lambda: self._without_known_doubts(party, ask_each(questions, step_budget()))
        )

    def _without_known_doubts(self, party: RelyingParty, found: Sequence[Opening]) -> tuple[Opening, ...]:
        """Without what is open to doubt where it is open to doubt already whether anybody gets in."""
        doubtful = {one.acceptor.location for one in self.any_repository(party) if one.claims is None}
        return tuple(one for one in found if one.claims or one.acceptor.location not in doubtful)

    def _once(self, name: str, party: RelyingParty, compute: Callable[[], _T]) -> _T:
        key = (name, party)
        if key not in self._known:
            self._known[key] = compute()
        found: _T = self._known[key]
        return found
