"""What the questions need to know of a policy, whichever consumer of tokens it is written for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from auditor.finding import Location
from auditor.trust.automata.boxes import Box
from auditor.trust.automata.search import StepBudget
from auditor.trust.minting.issuer import Issuer
from auditor.trust.questions.names import NamedParties


@dataclass(frozen=True, slots=True)
class PolicyCheck:
    """One condition of a policy. `text` says it in a few words; `claim` is the one that it tests, if any.

    `values` are those that it is compared with, as written. `words` say what it requires, in plain words.
    """

    claim: str | None
    text: str
    values: tuple[str, ...]
    location: Location
    words: str = ""


class Effect(Enum):
    """What comes of a check that doesn't do what it says."""

    LETS_ALL = "lets everybody pass"
    LETS_MANY = "lets pass whoever lacks the claim"
    LETS_NONE = "lets nobody pass"
    HARMLESS = "does no harm"


@dataclass(frozen=True, slots=True)
class VacuousCheck:
    """A check that holds back nobody whom it should, or everybody. `why` says how that comes."""

    check: PolicyCheck
    effect: Effect
    why: str


class Acceptor(ABC):
    """One way past a policy: whatever lets a token in by itself, for the tokens of one issuer.

    For AWS that is an Allow statement, for Google a binding behind its provider's condition, for Azure
    one credential. What the rest of the policy takes back is taken into account. Of acceptors with one
    location only the widest opening is reported.
    """

    location: Location
    issuer: Issuer
    names: NamedParties
    """Whom the whole policy means."""

    @abstractmethod
    def boxes(self, budget: StepBudget, *, generous: bool) -> Sequence[Box]:
        """What it accepts. `generous`: what some filling of its holes accepts, else what all do.

        Raises `TooMuchError`.
        """

    def at_most(self, budget: StepBudget) -> Sequence[Box]:
        """What it accepts generously, or more, where more is found faster. Raises `TooMuchError`."""
        return self.boxes(budget, generous=True)

    @abstractmethod
    def accepts(self, claims: Mapping[str, str], *, generous: bool = False) -> bool:
        """What a naive reading of the raw policy says of one token. It shares no code with `boxes`."""

    def refusals(self, claims: Mapping[str, str]) -> Sequence[tuple[str, Location]]:
        """Why a token that isn't accepted isn't, each reason with its place."""
        if self.accepts(claims):
            return ()
        required = " and ".join(check.text for check in self.checks())
        return ((f"it isn't what the policy requires: {required or 'nothing'}", self.location),)

    @abstractmethod
    def checks(self) -> Sequence[PolicyCheck]:
        """Its conditions, in their order."""

    @abstractmethod
    def doubts(self) -> Iterator[str]:
        """What is open in its text, each once, as `var.owner` or an operator that isn't known."""

    @property
    def has_holes(self) -> bool:
        """Whether a deployment fills in some of what its checks compare with."""
        return False

    @property
    def tests_audience(self) -> bool:
        """Whether it looks for whom a token was minted, as most consumers always do."""
        return True

    def vacuous_checks(self) -> Sequence[VacuousCheck]:
        """Its checks that don't do what they say. Raises `TooMuchError`."""
        return ()

    @property
    @abstractmethod
    def cost(self) -> int:
        """Steps that one call of `accepts` takes, roughly."""

    def gate(self) -> PolicyCheck | None:
        """The check that lets a token pass: one on `sub`, or else one on another claim of the token."""
        checks = self.checks()
        on_sub = [check for check in checks if check.claim == "sub"]
        others = [check for check in checks if check.claim != "aud"]
        return next(iter([*on_sub, *others, *checks]), None)
