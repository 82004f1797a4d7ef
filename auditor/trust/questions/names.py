"""Who a policy means: owners, actors and ids that it writes out in full. They are no strangers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from auditor.cloud.content_search import OPAQUE
from auditor.trust.automata.language import AnyCase, Complement, Language, Pattern, PatternSet, Wild
from auditor.trust.minting.subject_grammar import BOTS, MAX_LOGIN, MAX_REPOSITORY

_OWNERS = re.compile(
    r"(?:^|:)(?:repo|repository|repository_owner|job_workflow_ref|workflow_ref):([^:/@?]+)(?=[:/@]|$)"
)
_ACTORS = re.compile(r"(?:^|:)actor:([^:*?]+)(?=:|$)")
_REPOSITORIES = re.compile(
    r"(?:^|:)(?:repo|repository):([^:/@*?]+)(?:@[^:/]*)?/([^:/@*?]+)\**(?:@[^:/]*)?(?=:|$)"
)
_TELLING = {"repository", "repository_owner", "job_workflow_ref", "workflow_ref", "actor"}
"""Claims whose values name an owner or an actor."""
_IDS = {"repository_id", "repository_owner_id", "actor_id", "enterprise_id"}
_MAX_ID = 20
_LOGIN = re.compile(rf"[\w{OPAQUE}][\w{OPAQUE}-]*")
MAX_NAMES = 500
"""Of one kind. Of a policy that names more, who is a stranger can't be said in time."""
_OWNER_KEYS = ("repo", "repository", "workflow_ref")


@dataclass(frozen=True, slots=True)
class NamedParties:
    """What a policy names, in small letters."""

    owners: frozenset[str]
    repositories: frozenset[str]
    """As `owner/name`, without ids and wildcards."""
    actors: frozenset[str]
    ids: frozenset[str]
    is_cut: bool = False
    """Whether it names more than `MAX_NAMES` of a kind: the rest is left out."""


def names_of(written: Iterable[tuple[str, str]]) -> NamedParties:
    """The names in what a policy writes of those who get in: claims with their texts, `*` and `?` wild.

    A glob such as `acme*` or `acme/api*` names `acme` and `acme/api`, too: its author meant their own.
    """
    owners: set[str] = set()
    repositories: set[str] = set()
    actors: set[str] = set()
    ids: set[str] = set()
    for claim, value in written:
        if claim in _IDS:
            ids.add(value)
        text = f"{claim}:{value}" if claim in _TELLING else value
        owners.update(owner.replace("*", "").lower() for owner in _OWNERS.findall(text))
        repositories.update(f"{owner}/{name}".lower() for owner, name in _REPOSITORIES.findall(text))
        actors.update(name.lower() for name in _ACTORS.findall(text))
    return NamedParties(
        _names({owner for owner in owners if _LOGIN.fullmatch(owner)}, MAX_LOGIN),
        _names(repositories, MAX_LOGIN + 1 + MAX_REPOSITORY),
        _names(actors - set(BOTS), MAX_LOGIN),
        _names(ids, _MAX_ID),
        is_cut=max(map(len, (owners, repositories, actors, ids))) > MAX_NAMES,
    )


def _names(found: set[str], longest: int) -> frozenset[str]:
    """What may be names: nobody is called by more than GitHub allows."""
    return frozenset(islice((name for name in sorted(found) if 0 < len(name) <= longest), MAX_NAMES))


def _strange(patterns: list[Pattern]) -> Language:
    return Complement(AnyCase(PatternSet(patterns)))


def _run(text: str) -> Pattern:
    return (*text, Wild.RUN)


@lru_cache(maxsize=8)
def strange_repository(names: NamedParties) -> Language:
    """Repositories, as `owner/name` with ids or without, of owners that aren't named."""
    return _strange([_run(owner + end) for owner in names.owners for end in "/@"])


@lru_cache(maxsize=8)
def strange_subject(names: NamedParties, *, with_callees: bool) -> Language:
    """Subjects that hold no named owner or actor.

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


def strange_values(names: NamedParties, *, strict: bool) -> dict[str, Language]:
    """What limits the claims of a stranger's token; a claim that isn't there has no limit."""
    found = {
        "repository": strange_repository(names),
        "repository_owner": _strange([tuple(owner) for owner in names.owners]),
        "workflow_ref": strange_repository(names),
        **{claim: _strange([tuple(text) for text in names.ids]) for claim in _IDS},
    }
    if strict:
        found["job_workflow_ref"] = strange_repository(names)
        found["actor"] = _strange([tuple(actor) for actor in names.actors])
    return found
