"""Strangers: owners whom a policy doesn't name, and what their own repositories can have minted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

from auditor.trust.automata.language import FieldOf, Language
from auditor.trust.automata.search import Grammar
from auditor.trust.minting.subject_grammar import (
    ACTOR_ID,
    CONTEXTS,
    HEADS,
    OWNER_ID,
    PULL_REQUEST,
    REPOSITORY_ID,
    STRANGER,
    THEIR_REPOSITORY,
    claim_values,
    custom_subjects,
    default_subjects,
)
from auditor.trust.minting.tokens import Minter, Subjects
from auditor.trust.questions.acceptor import Acceptor
from auditor.trust.questions.names import NamedParties, strange_repository, strange_subject, strange_values
from auditor.trust.questions.question import Opening, Somebody, ask_each

USUAL = {
    "aud": "sts.amazonaws.com",
    "actor": STRANGER,
    "actor_id": ACTOR_ID,
    "repository": f"{STRANGER}/{THEIR_REPOSITORY}",
    "repository_id": REPOSITORY_ID,
    "repository_owner": STRANGER,
    "repository_owner_id": OWNER_ID,
    "repository_visibility": "public",
    "ref": "refs/heads/main",
    "ref_type": "branch",
    "ref_protected": "false",
    "event_name": "push",
    "workflow": "ci",
    "workflow_ref": f"{STRANGER}/{THEIR_REPOSITORY}/.github/workflows/ci.yml@refs/heads/main",
    "job_workflow_ref": f"{STRANGER}/{THEIR_REPOSITORY}/.github/workflows/ci.yml@refs/heads/main",
    "runner_environment": "github-hosted",
    "sts:rolesessionname": "ci",
}
"""The claims of a token that a stranger's workflow gets when it is pushed to `main`."""

IN_PULL_REQUESTS: tuple[Mapping[str, str], ...] = (
    {"event_name": "pull_request", "ref": "refs/pull/1/merge"},
    {"event_name": "pull_request_target"},
)
"""What tokens hold whose subject ends in `pull_request`."""

IN_RUNS: tuple[Mapping[str, str], ...] = tuple(
    {"event_name": event}
    for event in ("push", "workflow_dispatch", "schedule", "release", "pull_request_target", "issue_comment")
)
"""What tokens hold whose subject ends in a ref."""

IN_ENVIRONMENTS = (*IN_RUNS, *IN_PULL_REQUESTS)
"""What tokens hold whose subject ends in an environment."""

TAILS = {"main": "ref", "branch": "ref", "tag": "ref", "environment": "environment"}
"""The claim that the last field of a default subject repeats, by its context."""


def variants_of(context: str) -> tuple[Mapping[str, str], ...]:
    """The claims beside a default subject of that context, one of `CONTEXTS`."""
    return {PULL_REQUEST: IN_PULL_REQUESTS, "environment": IN_ENVIRONMENTS}.get(context, IN_RUNS)


def stranger_to(acceptor: Acceptor) -> Somebody:
    """Any owner whom the policy of an acceptor doesn't name, with accounts of the same issuer."""
    return _stranger(acceptor.names, acceptor.issuer.is_public)


@lru_cache(maxsize=16)
def _stranger(names: NamedParties, anyone: bool) -> Somebody:
    return Somebody(_surely(names, anyone=anyone), _perhaps(names, anyone=anyone), tuple(_ready_made(names)))


def openings(acceptors: Iterable[Acceptor]) -> tuple[Opening, ...]:
    """The ways for a repository of somebody whom the policy doesn't name."""
    return ask_each((acceptor, stranger_to(acceptor)) for acceptor in acceptors)


def _surely(names: NamedParties, *, anyone: bool) -> Minter:
    """What every stranger gets: default subjects, most readable first, then those of a template."""
    owner = FieldOf(1, strange_repository(names))
    default = tuple(
        Subjects(
            default_subjects(head, context),
            limits=(owner,),
            tail=TAILS.get(context),
            variants=variants_of(context),
        )
        for head in HEADS
        for context in CONTEXTS
    )
    custom = Subjects(
        custom_subjects(widest=False),
        limits=(strange_subject(names, with_callees=True),),
        is_template=True,
        variants=IN_ENVIRONMENTS,
    )
    limits = _limits(names, strict=True, anyone=anyone)
    return Minter((*default, custom), USUAL, _values(widest=False, anyone=anyone), limits)


def _perhaps(names: NamedParties, *, anyone: bool) -> Minter:
    """What some stranger might get: any id, any actor, any workflow that can be called."""
    limits = (strange_subject(names, with_callees=False),)
    subjects = Subjects(custom_subjects(widest=True), limits=limits, is_template=True)
    return Minter(
        (subjects,), USUAL, _values(widest=True, anyone=anyone), _limits(names, strict=False, anyone=anyone)
    )


def _values(*, widest: bool, anyone: bool) -> Callable[[str], Grammar | None]:
    def values(claim: str) -> Grammar | None:
        # Whoever is served by an enterprise's issuer is of that enterprise.
        return claim_values(claim, widest=widest or (claim == "enterprise_id" and not anyone))

    return values


def _limits(names: NamedParties, *, strict: bool, anyone: bool) -> dict[str, Language]:
    limits = strange_values(names, strict=strict)
    if not anyone:
        limits.pop("enterprise_id")
    return limits


def _ready_made(names: NamedParties) -> Iterator[dict[str, str]]:
    """The tokens that are read most easily; nearly every open policy takes one of them."""
    if STRANGER in names.owners | names.actors:
        return
    head = f"repo:{STRANGER}/{THEIR_REPOSITORY}"
    yield USUAL | {"sub": f"{head}:ref:refs/heads/main"}
    yield USUAL | {**IN_PULL_REQUESTS[0], "sub": f"{head}:pull_request"}
    yield USUAL | {"sub": f"{head}:environment:prod", "environment": "prod"}
