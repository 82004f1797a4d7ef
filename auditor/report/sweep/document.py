"""One sweep's result as data. The renderers beside this module turn it into files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from auditor.engine.rule import Rule
from auditor.finding import Severity
from auditor.model.settings import Visibility


class Outcome(Enum):
    """What became of a repository that was listed: exactly one of these."""

    SCANNED = "scanned"
    REUSED = "reused"
    SKIPPED = "skipped"
    FAILED = "failed"
    NOT_VERIFIABLE = "not verifiable"

    @property
    def is_seen(self) -> bool:
        """Whether its findings are known: only then it can be called clean."""
        return self in (Outcome.SCANNED, Outcome.REUSED)


class Standing(Enum):
    """How a finding stands against the sweep before.

    Unseen: its repository failed or couldn't be verified, so nobody knows. Gone: its repository was
    skipped this time, or isn't listed any more.
    """

    NEW = "new"
    OPEN = "still open"
    FIXED = "fixed"
    UNSEEN = "not looked at"
    GONE = "gone with its repository"

    @property
    def is_open(self) -> bool:
        """Whether the finding is one of this sweep's."""
        return self in (Standing.NEW, Standing.OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class SweptFinding:
    """A finding of one repository. `document` is as `report-v1.schema.json` has it; fixed, unseen and gone
    ones have no trace any more. `commit` is the one that it was last seen at."""

    repository: str
    commit: str
    standing: Standing
    first_seen: datetime
    document: Mapping[str, Any]

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return Severity[self.document["severity"].upper()]


@dataclass(frozen=True, slots=True, kw_only=True)
class SweptRepository:
    """A repository of the sweep. `reason` says why it is skipped, failed or not verifiable.

    `is_first`: it is seen, and no sweep saw it before. `problems` are as `report-v1.schema.json` has them.
    `not_verified` are the settings that this token may not read, with the permission that each needs: the
    checks that they decide are open. `powers` counts the jobs in which an actor holds a power, by actor (as
    `WORDS` of the boundary map names them) and power (the value of a `PowerKind`).
    """

    id: int
    name: str
    visibility: Visibility
    commit: str | None
    outcome: Outcome
    reason: str = ""
    is_first: bool = False
    findings: Mapping[Severity, int] = field(default_factory=dict)
    problems: tuple[Mapping[str, Any], ...] = ()
    not_verified: Mapping[str, str] = field(default_factory=dict)
    powers: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """How many findings of each severity were open at the end of an earlier sweep, in how many repositories
    that were seen, of all that were listed."""

    finished: datetime
    findings: Mapping[Severity, int]
    seen: int
    listed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """What one sweep found. Times are in UTC; `previous` is when the one before ended, None for the first.

    `url` is where repositories are looked at (`https://github.com`), or None. `problems` are of the sweep
    as a whole. `requests` counts requests to GitHub, by resource; `seconds` are spent by stage.
    `findings` gives each finding anew, in the order of repositories, so that nobody must hold them all.
    `trend` is oldest first and ends with this sweep.
    """

    version: str
    owners: tuple[str, ...]
    url: str | None
    started: datetime
    finished: datetime
    previous: datetime | None
    identity: str
    tool: str
    policy: str
    rules: tuple[Rule[Any], ...]
    repositories: tuple[SweptRepository, ...]
    findings: Callable[[], Iterable[SweptFinding]]
    trend: tuple[TrendPoint, ...] = ()
    problems: tuple[str, ...] = ()
    requests: Mapping[str, int] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)

    def coverage(self) -> Mapping[tuple[Outcome, str], int]:
        """How many repositories had each outcome, by reason. They add up to all that were listed."""
        return Counter((each.outcome, each.reason) for each in self.repositories)

    @property
    def is_complete(self) -> bool:
        """Whether everything was seen that should have been."""
        lost = (Outcome.FAILED, Outcome.NOT_VERIFIABLE)
        whole = all(each.outcome not in lost and not each.problems for each in self.repositories)
        return whole and not self.problems
