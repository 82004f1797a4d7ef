"""What a sweep does: which repositories are worth a look, and which result may be used again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date

from auditor.errors import UsageError
from auditor.github.contents.listed import Listed
from auditor.knowledge.platform.calendar import last_change_day
from auditor.report.sweep.document import Outcome
from auditor.sweep.state.state import SweepState
from auditor.sweep.workers.tool_identity import identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What decides a sweep's results, beside what GitHub answers. `as_of` is the day it is judged for.

    `settings` says where settings come from: the digest of a file, or a word.
    """

    api_url: str
    rules: tuple[str, ...]
    as_of: date
    settings: str
    include_iac: bool = False
    include_forks: bool = True

    @property
    def verdict_day(self) -> date:
        """The first of the days whose verdicts are those of `as_of`: a result holds from one to the next."""
        return last_change_day(self.as_of)

    @property
    def policy(self) -> str:
        """The digest of the rules and of how far they look."""
        return digest(self.rules, self.include_iac)

    @property
    def digest(self) -> str:
        """The plan's identity: an unfinished sweep goes on only with its own."""
        about = (self.api_url, self.settings, self.include_forks)
        return digest(about, self.policy, self.verdict_day.isoformat(), identity())

    def key(self, listed: Listed, settings: str) -> str:
        """The name of a unit of work: where nothing in it has changed, its result hasn't either."""
        about = (self.api_url, listed.id, listed.name, listed.head, listed.lost)
        return digest(about, settings, self.policy, self.verdict_day.isoformat(), identity())

    def settled(self, listed: Listed) -> tuple[Outcome, str] | None:
        """The outcome of a repository that needs no look at its files; None where it needs one."""
        if listed.is_archived:
            return Outcome.SKIPPED, "archived"
        if listed.is_disabled:
            return Outcome.SKIPPED, "disabled by GitHub"
        if listed.is_fork and not self.include_forks:
            return Outcome.SKIPPED, "a fork"
        if listed.hidden:
            return Outcome.NOT_VERIFIABLE, f"needs {listed.hidden}"
        if listed.fault:
            return Outcome.FAILED, listed.fault
        if listed.head is None:
            return Outcome.SKIPPED, "empty"
        if not listed.entries and not listed.lost and not self.include_iac:
            return Outcome.SKIPPED, "nothing to audit"
        return None


@dataclass(frozen=True, slots=True)
class PlanMemory:
    """What a state remembers of the plans that it was swept by. The same numbers are other repositories on
    another GitHub, so a state is of one."""

    api_url: str
    policy: str
    rules: tuple[str, ...]

    @classmethod
    def of(cls, state: SweepState) -> PlanMemory | None:
        """What was remembered last."""
        memo = state.recall(_KEY)
        if memo is None:
            return None
        api_url, policy, rules = json.loads(memo)
        return cls(api_url, policy, tuple(rules))

    def keep(self, state: SweepState) -> None:
        """Remembers it. Raises `UsageError` where the state is of another GitHub."""
        before = PlanMemory.of(state)
        if before is not None and before.api_url != self.api_url:
            help = "Give each GitHub a state of its own with --state."
            raise UsageError(f"this state is of {before.api_url}, and not of {self.api_url}", help=help)
        state.remember(_KEY, json.dumps([self.api_url, self.policy, self.rules]).encode())


_KEY = "plan"


def digest(*parts: object) -> str:
    """A name for values that JSON can hold: equal for equal ones, on every machine."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
