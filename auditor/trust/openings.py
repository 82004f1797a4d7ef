"""Whether a stranger's repository can mint a token that a policy accepts, and which.

The generous reading of the policy is asked first, over all that could ever be minted: where even that
is empty, the policy is closed. Then the strict reading, over what any stranger surely gets; the token
that is found there must also convince the naive evaluator. What lies between is said to be open to doubt.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.model.policy_value import Hole
from auditor.model.trust_policy import Condition, Statement, TrustPolicy
from auditor.trust.boxes import Box, Constraint, allowed_box, boxes
from auditor.trust.evaluate import statement_accepts
from auditor.trust.language import Both, Field, Language, Not, WithoutIds
from auditor.trust.minted import (
    ACTOR_ID,
    CONTEXTS,
    HEADS,
    HIS_REPOSITORY,
    OWNER_ID,
    REPOSITORY_ID,
    STRANGER,
    claim_values,
    claims_of,
    custom_subjects,
    default_subjects,
    repeated_key,
    telling_twice,
)
from auditor.trust.names import Names, names_in, strange_repository, strange_subject, strange_value
from auditor.trust.search import Budget, TooMuchError, shortest
from auditor.trust.semantics import (
    SESSION_NAME,
    Absence,
    Comparison,
    Provider,
    claim_of,
    operator_of,
    providers_of,
)

BUDGET = 40_000
"""Steps for one policy, about a third of a second; a usual policy takes a few hundred."""

_PLAIN = {
    "aud": "sts.amazonaws.com",
    "actor": STRANGER,
    "actor_id": ACTOR_ID,
    "repository": f"{STRANGER}/{HIS_REPOSITORY}",
    "repository_id": REPOSITORY_ID,
    "repository_owner_id": OWNER_ID,
    "ref": "refs/heads/main",
    "workflow": "ci",
    "job_workflow_ref": f"{STRANGER}/{HIS_REPOSITORY}/.github/workflows/ci.yml@refs/heads/main",
    SESSION_NAME: "ci",
}
_MAX_REPEATS = 8
_OPTIONAL = ("environment", "enterprise_id")


@dataclass(frozen=True, slots=True)
class Opening:
    """A statement that a stranger's token passes, or may pass.

    `claims` is such a token; None where it depends on `doubts`, which name what isn't known.
    """

    statement: Statement
    provider: Provider
    claims: Mapping[str, str] | None
    doubts: tuple[str, ...] = ()

    @property
    def subject(self) -> str | None:
        """The `sub` of the token."""
        return self.claims["sub"] if self.claims else None

    @property
    def gate(self) -> Condition | None:
        """The condition on `sub` that lets it pass, or else one on another claim of the token."""
        asked = [
            (claim_of(condition.key, self.provider.name), condition)
            for condition in self.statement.conditions
        ]
        on_sub = [condition for claim, condition in asked if claim == "sub"]
        others = [condition for claim, condition in asked if claim != "aud"]
        return next(iter(on_sub or others or self.statement.conditions), None)


def openings(policy: TrustPolicy) -> tuple[Opening, ...]:
    """The Allow statements of `policy` that a repository of somebody whom it doesn't name passes.

    At most one a statement. Where the question takes more than the budget, the statement and all that
    follow it are told as one doubt.
    """
    budget = Budget(BUDGET)
    names = names_in(policy)
    found: list[Opening] = []
    for statement in policy.statements:
        if statement.is_deny or not statement.covers_web_identity:
            continue
        try:
            found += _worst(
                _Question(policy, statement, provider, names, budget) for provider in providers_of(statement)
            )
        except TooMuchError:
            doubt = "more combinations than are tried out"
            found.append(Opening(statement, providers_of(statement)[0], None, (doubt,)))
            break
    return tuple(found)


def _worst(questions: Iterator[_Question]) -> list[Opening]:
    answers = [opening for question in questions if (opening := question.answer())]
    answers.sort(key=lambda opening: (opening.claims is None, not opening.provider.is_public))
    return answers[:1]


class _Question:
    """One statement, one provider."""

    def __init__(
        self, policy: TrustPolicy, statement: Statement, provider: Provider, names: Names, budget: Budget
    ) -> None:
        self._policy = policy
        self._statement = statement
        self._provider = provider
        self._names = names
        self._budget = budget

    def answer(self) -> Opening | None:
        """The opening, or None where there is none."""
        for claims in self._ready_made():
            if self._passes(claims):
                return Opening(self._statement, self._provider, claims)
        asked = (self._policy, self._statement, self._provider, self._budget)
        alone = allowed_box(*asked, generous=True)
        if alone is None or not self._may_be_open(alone):
            return None
        if not any(self._may_be_open(box) for box in boxes(*asked, generous=True)):
            return None
        for box in boxes(*asked, generous=False) if self._provider.is_sure else ():
            for claims in self._tokens(box):
                if self._passes(claims):
                    return Opening(self._statement, self._provider, claims)
        return Opening(self._statement, self._provider, None, tuple(self._doubts()))

    def _passes(self, claims: Mapping[str, str]) -> bool:
        self._budget.spend(1 + len(self._policy.statements))
        return statement_accepts(self._policy, self._statement, claims, self._provider)

    def _ready_made(self) -> Iterator[dict[str, str]]:
        """The tokens that are read most easily; nearly every open policy takes one of them."""
        if STRANGER in self._names.owners | self._names.actors:
            return
        head = f"repo:{STRANGER}/{HIS_REPOSITORY}"
        yield _PLAIN | {"sub": f"{head}:ref:refs/heads/main"}
        yield _PLAIN | {"sub": f"{head}:pull_request"}
        yield _PLAIN | {"sub": f"{head}:environment:prod", "environment": "prod"}

    def _may_be_open(self, box: Box) -> bool:
        others = (claim for claim in box if claim != "sub")
        if any(self._value(claim, box, widest=True) is None for claim in others):
            return False
        wanted = Both((_of(box, "sub"), strange_subject(self._names, with_callees=False)))
        return shortest(custom_subjects(widest=True), wanted, self._budget) is not None

    def _value(self, claim: str, box: Box, *, widest: bool) -> str | None:
        """A text that a claim may hold; an empty one where it must be missing, None where nothing fits."""
        rule = box.get(claim, Constraint())
        if claim in _OPTIONAL and rule.may_be_absent:
            return ""
        if claim == "enterprise_id" and not self._provider.is_public:
            return ""
        strange = strange_value(claim, self._names, strict=not widest)
        wanted = Both((rule.language, strange)) if strange else rule.language
        if claim in _PLAIN and _PLAIN[claim] in wanted:
            return _PLAIN[claim]
        return shortest(claim_values(claim, widest=widest), wanted, self._budget)

    def _tokens(self, box: Box) -> Iterator[dict[str, str]]:
        """Tokens in a box: with a default subject, most readable first, then with one of an own template."""
        claims: dict[str, str] = {}
        for claim in (*_PLAIN, *_OPTIONAL):
            value = self._value(claim, box, widest=False)
            if value is None:
                return
            if value:
                claims[claim] = value
        for head in HEADS:
            for context in CONTEXTS:
                subject = self._default_subject(box, head, context)
                told = claims_of(subject) if subject else None
                if subject and told is not None:
                    yield _token(claims, told, subject)
        subject = self._custom_subject(box)
        told = claims_of(subject) if subject else None
        if subject and told is not None:
            yield _token(claims, told, subject)

    def _custom_subject(self, box: Box) -> str | None:
        """A subject of a template of claim keys. One that tells a key twice is no template's: search on."""
        wanted: list[Language] = [_of(box, "sub"), strange_subject(self._names, with_callees=True)]
        for _ in range(_MAX_REPEATS):
            subject = shortest(custom_subjects(widest=False), Both(wanted), self._budget)
            key = repeated_key(subject) if subject else None
            if key is None:
                return subject
            wanted.append(Not(telling_twice(key)))
        return None

    def _default_subject(self, box: Box, head: str, context: str) -> str | None:
        """A default subject whose parts are also what the box wants of the claims that repeat them."""
        named = WithoutIds(_of(box, "repository")) if "repository" in box else None
        wanted = [_of(box, "sub"), Field(1, strange_repository(self._names))]
        wanted += [Field(1, named)] if named else []
        if context == "environment" and "environment" in box:
            wanted.append(Field(3, _of(box, "environment")))
        elif context != "environment" and not box.get("environment", Constraint()).may_be_absent:
            return None
        if context in ("main", "ref") and "ref" in box:
            wanted.append(Field(3, _of(box, "ref")))
        return shortest(default_subjects(head, context), Both(wanted), self._budget)

    def _doubts(self) -> Iterator[str]:
        """What the answer depends on, each once."""
        if not self._provider.is_sure:
            yield "which provider the principal means"
        conditions = [condition for one in self._relevant() for condition in one.conditions]
        holes = [hole for condition in conditions for hole in _open_holes(condition)]
        yield from dict.fromkeys(f"`{hole.name}`" for hole in holes)
        unknown = [condition for condition in conditions if self._is_unknown(condition)]
        yield from dict.fromkeys(f"`{condition.operator}` on `{condition.key}`" for condition in unknown)
        if not holes and not unknown and self._provider.is_sure:
            yield from self._others(conditions)

    def _relevant(self) -> list[Statement]:
        return [self._statement, *(other for other in self._policy.statements if other.is_deny)]

    def _is_unknown(self, condition: Condition) -> bool:
        claim = claim_of(condition.key, self._provider.name)
        undecided = operator_of(condition.operator).comparison is Comparison.UNDECIDED
        return claim is Absence.UNKNOWN or (isinstance(claim, str) and undecided)

    def _others(self, conditions: list[Condition]) -> Iterator[str]:
        written = " ".join(f"{c.key} {' '.join(value.shown for value in c.values)}" for c in conditions)
        if "job_workflow_ref" in written:
            yield "whether strangers can call the reusable workflow"
        elif "actor" in written:
            yield "whether the actor can be made to start a run elsewhere"
        else:
            yield "claims that a stranger can't choose"


def _of(box: Box, claim: str) -> Language:
    return box.get(claim, Constraint()).language


def _token(claims: Mapping[str, str], told: Mapping[str, str], subject: str) -> dict[str, str]:
    """`claims` with those that the subject tells, which come first."""
    known = {claim: value for claim, value in told.items() if claim in (*_PLAIN, *_OPTIONAL)}
    return {**claims, **known, "sub": subject}


def _open_holes(condition: Condition) -> list[Hole]:
    """The holes that decide: in a glob, and able to hold a wildcard."""
    if operator_of(condition.operator).comparison is not Comparison.GLOB:
        return []
    return [hole for value in condition.values for hole in value.holes if not hole.is_plain]
