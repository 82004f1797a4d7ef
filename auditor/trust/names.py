"""Who a policy means: owners, actors and ids that it writes out in full. They are no strangers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from auditor.model.policy_value import Value
from auditor.model.trust_policy import Condition, TrustPolicy
from auditor.trust.language import AnyCase, Language, Not, Pattern, Patterns, Wild
from auditor.trust.minted import BOTS
from auditor.trust.semantics import OPAQUE, operator_of

_OWNERS = re.compile(
    r"(?:^|:)(?:repo|repository|repository_owner|job_workflow_ref|workflow_ref):([^:/@?]+)(?=[:/@]|$)"
)
_ACTORS = re.compile(r"(?:^|:)actor:([^:*?]+)(?=:|$)")
_HAS_OWNER = {"repository", "job_workflow_ref"}
_IDS = {"repository_id", "repository_owner_id", "actor_id", "enterprise_id"}
_OWNER_KEYS = ("repo", "repository", "workflow_ref")


@dataclass(frozen=True, slots=True)
class Names:
    """What a policy names, in small letters."""

    owners: frozenset[str]
    actors: frozenset[str]
    ids: frozenset[str]


def names_in(policy: TrustPolicy) -> Names:
    """The names of those who get in: who is allowed, or denied to all but them.

    An owner glob such as `acme*` names `acme`, too: its author meant himself.
    """
    owners: set[str] = set()
    actors: set[str] = set()
    ids: set[str] = set()
    for statement in policy.statements:
        for condition in statement.conditions:
            if operator_of(condition.operator).is_negated == statement.is_deny:
                _collect(condition, owners, actors, ids)
    return Names(frozenset(owners - {""}), frozenset(actors - set(BOTS)), frozenset(ids))


def _collect(condition: Condition, owners: set[str], actors: set[str], ids: set[str]) -> None:
    claim = condition.key.lower().rpartition(":")[2]
    for text in map(_written, condition.values):
        if claim in _HAS_OWNER:
            text = f"{claim}:{text}"
        elif claim == "actor":
            text = f"actor:{text}"
        elif claim in _IDS:
            ids.add(text)
        owners.update(owner.replace("*", "").lower() for owner in _OWNERS.findall(text))
        actors.update(name.lower() for name in _ACTORS.findall(text))


def _written(value: Value) -> str:
    return "".join(part if isinstance(part, str) else OPAQUE for part in value.parts)


def _strange(patterns: list[Pattern]) -> Language:
    return Not(AnyCase(Patterns(patterns)))


def _run(text: str) -> Pattern:
    return (*text, Wild.RUN)


@lru_cache(maxsize=8)
def strange_repository(names: Names) -> Language:
    """Repositories, as `owner/name` with ids or without, of owners that aren't named."""
    return _strange([_run(owner + end) for owner in names.owners for end in "/@"])


@lru_cache(maxsize=8)
def strange_subject(names: Names, *, with_callees: bool) -> Language:
    """Subjects that tell no named owner or actor.

    `with_callees` says whether the owner of a called workflow counts: a stranger may call a public one.
    """
    keys = _OWNER_KEYS + (("job_workflow_ref",) if with_callees else ())
    found = [f"{key}:{owner}{end}" for owner in names.owners for key in keys for end in "/@"]
    patterns = [_run(text) for text in found]
    alone = [f"repository_owner:{owner}" for owner in names.owners]
    if with_callees:
        alone += [f"actor:{actor}" for actor in names.actors]
    patterns += [tuple(text) for text in alone] + [_run(text + ":") for text in alone]
    return _strange(patterns + [(Wild.RUN, ":", *pattern) for pattern in patterns])


def strange_value(claim: str, names: Names, *, strict: bool) -> Language | None:
    """The values of a claim that a stranger's token may hold; None for no limit."""
    if claim == "repository" or (claim == "job_workflow_ref" and strict):
        return strange_repository(names)
    if claim == "actor" and strict:
        return _strange([tuple(actor) for actor in names.actors])
    if claim in _IDS:
        return _strange([tuple(text) for text in names.ids])
    return None
