"""Tokens that somebody can have minted and a box takes: their claims fit each other, and are readable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from auditor.trust.automata.boxes import Box, Constraint, admits
from auditor.trust.automata.language import Both, Complement, FieldOf, Language, WithoutIds
from auditor.trust.automata.search import Grammar, StepBudget, shortest
from auditor.trust.minting.subject_grammar import claims_of, repeated_key, repeating

_MAX_REPEATS = 8
_OPTIONAL = ("environment", "enterprise_id")
"""Claims that a token needn't have."""


@dataclass(frozen=True, slots=True, eq=False)
class Subjects:
    """Subjects of one kind. `tail` is what distinguishes its runs, `environment` or `ref`, if one does.

    `template_fields` are the claims that such a subject repeats, each with the number of its field.
    `is_template` where they are of every template, so that the subject itself must name its claims.
    `variants` are claims that such a token has beside it: one set of them or another.
    """

    grammar: Grammar
    limits: tuple[Language, ...] = ()
    tail: str | None = None
    template_fields: tuple[tuple[int, str], ...] | None = None
    is_template: bool = False
    variants: tuple[Mapping[str, str], ...] = ({},)

    @property
    def fields(self) -> tuple[tuple[int, str], ...]:
        """The claims of its fields; of a default subject where nothing else is said."""
        if self.template_fields is not None:
            return self.template_fields
        return ((1, "repo"), (3, self.tail)) if self.tail else ((1, "repo"),)

    def claims(self, subject: str) -> dict[str, str] | None:
        """The claims that one of its subjects holds; None where no one token has them all."""
        if self.template_fields is None:
            return claims_of(subject)
        fields = subject.split(":")
        found: dict[str, str] = {}
        for at, claim in self.template_fields:
            if found.setdefault(claim, fields[at]) != fields[at]:
                return None
        return {claim: value for claim, value in found.items() if value}

    def variant(self, box: Box) -> Mapping[str, str] | None:
        """The first of the variants that `box` takes."""
        return next((one for one in self.variants if admits([box], one, partly=True)), None)


@dataclass(frozen=True, slots=True, eq=False)
class Minter:
    """Somebody who has tokens minted.

    `usual` are claims that their tokens always have, with values that are read easily; `values` are all that
    they may have in a claim, None where it is missing; `limits` is what they must also be in.
    """

    subjects: tuple[Subjects, ...]
    usual: Mapping[str, str]
    values: Callable[[str], Grammar | None]
    limits: Mapping[str, Language] = field(default_factory=dict)

    def may_pass(self, box: Box, budget: StepBudget) -> bool:
        """Whether claim by claim nothing keeps them out of `box`. Raises `TooMuchError`."""
        if any(self._value(claim, box, budget) is None for claim in box if claim != "sub"):
            return False
        return any(
            shortest(kind.grammar, Both((_of(box, "sub"), *kind.limits)), budget) is not None
            for kind in self.subjects
        )

    def tokens(self, box: Box, budget: StepBudget) -> Iterator[dict[str, str]]:
        """A token of each kind of subjects that lies in `box`, in their order. Raises `TooMuchError`."""
        claims: dict[str, str] = {}
        for claim in (*self.usual, *_OPTIONAL):
            value = self._value(claim, box, budget)
            if value is None:
                return
            if value:
                claims[claim] = value
        for kind in self.subjects:
            variant = kind.variant(box)
            if variant is None:
                continue
            subject = self._custom(kind, box, budget) if kind.is_template else _default(kind, box, budget)
            held = kind.claims(subject) if subject else None
            if subject and held is not None:
                yield from _of_one_ref(self._token({**claims, **variant}, held, subject), box)

    def _value(self, claim: str, box: Box, budget: StepBudget) -> str | None:
        """A text that a claim may hold; an empty one where it must be missing, None where nothing fits."""
        rule = box.get(claim, Constraint())
        if claim in _OPTIONAL and rule.may_be_absent:
            return ""
        limit = self.limits.get(claim)
        wanted = Both((rule.language, limit)) if limit else rule.language
        if claim in self.usual and self.usual[claim] in wanted:
            return self.usual[claim]
        grammar = self.values(claim)
        if grammar is None:
            return "" if rule.may_be_absent else None
        return shortest(grammar, wanted, budget)

    def _token(self, claims: Mapping[str, str], held: Mapping[str, str], subject: str) -> dict[str, str]:
        """`claims` with those that the subject holds, which come first."""
        known = {claim: value for claim, value in held.items() if claim in (*self.usual, *_OPTIONAL)}
        return {**claims, **known, "sub": subject}

    def _custom(self, kind: Subjects, box: Box, budget: StepBudget) -> str | None:
        """A subject of a template of claim keys. One that repeats a key is no template's: search on."""
        wanted: list[Language] = [_of(box, "sub"), *kind.limits]
        for _ in range(_MAX_REPEATS):
            subject = shortest(kind.grammar, Both(wanted), budget)
            key = repeated_key(subject) if subject else None
            if key is None:
                return subject
            wanted.append(Complement(repeating(key)))
        return None


def _default(kind: Subjects, box: Box, budget: StepBudget) -> str | None:
    """A default subject whose parts are also what the box wants of the claims that repeat them."""
    if kind.tail != "environment" and not box.get("environment", Constraint()).may_be_absent:
        return None
    wanted = [_of(box, "sub"), *kind.limits]
    for at, claim in kind.fields:
        if claim == "repo" and "repository" in box:
            wanted.append(FieldOf(at, WithoutIds(_of(box, "repository"))))
        if claim == "repo" and "repository_owner" in box:
            wanted.append(FieldOf(at, WithoutIds(FieldOf(0, _of(box, "repository_owner"), "/"))))
        if claim in box and (claim != "environment" or kind.tail == claim):
            wanted.append(FieldOf(at, _of(box, claim)))
    return shortest(kind.grammar, Both(wanted), budget)


def _of(box: Box, claim: str) -> Language:
    return box.get(claim, Constraint()).language


def _of_one_ref(token: dict[str, str], box: Box) -> Iterator[dict[str, str]]:
    """The token with the `ref_type` that its `ref` has; none where `box` takes no such."""
    ref = token.get("ref", "")
    if "ref_type" not in token or not ref.startswith(("refs/heads/", "refs/tags/")):
        yield token
        return
    kind = "tag" if ref.startswith("refs/tags/") else "branch"
    if box.get("ref_type", Constraint()).admits(kind):
        yield {**token, "ref_type": kind}
