"""What a scan says: findings with their path, and problems that kept it from seeing everything."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum

from auditor.source import FIRST, Span


class Severity(IntEnum):
    """How bad it is when the path of the finding is walked. Ordered, so levels can be compared."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    def __str__(self) -> str:
        return self.name.lower()

    def lowered(self, steps: int = 1) -> Severity:
        """This severity, `steps` levels less, and never below info."""
        return Severity(max(0, self - steps))


class Confidence(IntEnum):
    """How sure we are that the finding holds."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2

    def __str__(self) -> str:
        return self.name.lower()


class Verdict(Enum):
    """What was decided about the paths of a finding.

    Exposed: one is open under the platform's defaults. Guarded: each is closed. Not evaluable: only a
    setting, a value or a label that isn't known here would open one.
    """

    EXPOSED = "exposed"
    GUARDED = "guarded"
    NOT_EVALUABLE = "not evaluable"

    def __str__(self) -> str:
        return self.value

    @property
    def of_gate(self) -> str:
        """What a gate with this verdict does, in a word."""
        return {"exposed": "open", "guarded": "closed"}.get(self.value, self.value)


@dataclass(frozen=True, slots=True)
class Location:
    """A span in a file of the audited repository."""

    path: str
    span: Span = FIRST


class HopKind(Enum):
    """What a hop of a trace is: where it starts, what it passes, where it ends."""

    ENTRY = "entry"
    GATE = "gate"
    JOB = "job"
    STEP = "step"
    SINK = "sink"
    POWER = "power"


@dataclass(frozen=True, slots=True)
class Hop:
    """One station of a path: what happens there, in a few words, and where it is written.

    `verdict` is what a gate does to the path; None for everything else.
    """

    kind: HopKind
    note: str
    location: Location
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """A path from who can start it to what they gain, in order."""

    hops: tuple[Hop, ...]

    @property
    def is_closed(self) -> bool:
        """Whether one of its gates lets nobody pass."""
        return any(hop.verdict is Verdict.GUARDED for hop in self.hops)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What a rule says. The engine adds the rule, the fingerprint, and what is left at None.

    `message` names what, the owner and where, in lower case, with no full stop. `text` is the offending
    text; the fingerprint hashes it in place of line numbers. Where it is None the engine takes the
    source between the ends of `at`.

    `places` are the other places of the same cause, where one mend serves all of them; `at` is the first
    place and not among them. They are no part of the fingerprint: a place more is the same finding.

    `conceals` holds where what stands at `at` must be in no report.
    """

    message: str
    at: Location
    severity: Severity | None = None
    confidence: Confidence = Confidence.HIGH
    verdict: Verdict = Verdict.EXPOSED
    traces: tuple[Trace, ...] = ()
    related: tuple[Hop, ...] = ()
    places: tuple[Location, ...] = ()
    text: str | None = None
    job: str | None = None
    step: str | None = None
    conceals: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A hit that has become part of a report. `places` are those besides `location`."""

    rule: str
    severity: Severity
    confidence: Confidence
    verdict: Verdict
    message: str
    location: Location
    job: str | None
    step: str | None
    fingerprint: str
    traces: tuple[Trace, ...] = ()
    related: tuple[Hop, ...] = ()
    places: tuple[Location, ...] = ()
    conceals: bool = False


class Stage(Enum):
    """Where a problem arose."""

    COLLECT = "collect"
    PARSE = "parse"
    MODEL = "model"
    EXPRESSION = "expression"
    SETTINGS = "settings"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that should have been readable and wasn't. It makes the audit incomplete (exit code 4)."""

    stage: Stage
    message: str
    location: Location
