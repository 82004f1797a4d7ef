"""What GitHub mints: the grammar of `sub` and of the claims that AWS reads.

Source: GitHub Docs, "OpenID Connect reference" (2026-11): the default subject, `include_claim_keys`,
subjects with immutable ids, `:` in a value written `%3A`. A stranger owns their repository and chooses
its name, branches, tags, environments, workflow names, subject template and audience; never an id.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from auditor.cloud.content_search import OPAQUE
from auditor.trust.automata.language import (
    NOWHERE,
    Automaton,
    Language,
    Pattern,
    PatternSet,
    State,
    Wild,
    word,
)
from auditor.trust.automata.search import OTHER, Grammar

OWNER_ID, REPOSITORY_ID, ACTOR_ID, ENTERPRISE_ID = "731926480", "1482067359", "690318274", "518274"
"""Ids of a stranger. Any would do: what is decided with them is decided for nearly all."""

SHA = "5d41402abc4b2a76b9719d911017c592ae1fcd83"
"""A commit of a stranger."""

STRANGER, THEIR_REPOSITORY = "evil", "x"
"""The names of a stranger and their repository, where the policy leaves them the choice."""

MAX_LOGIN, MAX_REPOSITORY, MAX_ENVIRONMENT = 39, 100, 255
BOTS = ("dependabot[bot]", "github-actions[bot]")
"""Actors that start runs in repositories of everybody."""

PULL_REQUEST = "pull_request"

HEADS = ("named", "classic", "immutable")
CONTEXTS = ("main", "branch", "tag", PULL_REQUEST, "environment")
"""The kinds of default subjects: `main` is one of the branches, for the sake of readers."""

_ALNUM = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_DIGITS = frozenset("0123456789")
_PRINTED = frozenset(map(chr, range(0x20, 0x7F))) | {OTHER}
_VALUE = _PRINTED - {":"}
_IN_REF = _PRINTED - frozenset(" ~^:?*[\\")


class CharacterRun(Automaton):
    """Texts of some characters: at least `least` of them."""

    def __init__(self, chars: frozenset[str], *, least: int = 1) -> None:
        self._chars = chars
        self._least = least
        self.start = 0

    def _step(self, state: State, char: str) -> State:
        return min(state + 1, self._least) if char in self._chars else NOWHERE

    def _accepts(self, state: State) -> bool:
        return bool(state >= self._least)


class Login(Automaton):
    """Names of users and organisations: letters, digits and single hyphens within, 39 at most."""

    start = (0, True)

    def _step(self, state: State, char: str) -> State:
        count, after_hyphen = state
        fits = char in _ALNUM or (char == "-" and not after_hyphen)
        return (count + 1, char == "-") if fits and count < MAX_LOGIN else NOWHERE

    def _accepts(self, state: State) -> bool:
        return not state[1]


class RefName(Automaton):
    """Names of branches and tags, by git-check-ref-format. A state is the character before."""

    start = "/"

    def _step(self, state: State, char: str) -> State:
        refused = char not in _IN_REF or (state in "/." and char in "/.") or state + char in ("@{", "/-")
        return NOWHERE if refused else (char if char in "/.@" else "a")

    def _accepts(self, state: State) -> bool:
        return state not in ("/", ".")


_LOGIN, _REF_NAME = Login(), RefName()
_REPOSITORY = CharacterRun(_ALNUM | frozenset("._-"))
_ENVIRONMENT = _TEXT = CharacterRun(_VALUE)
_NUMBER, _HEX = CharacterRun(_DIGITS), CharacterRun(frozenset("0123456789abcdef"))

Shape = tuple[Automaton, ...]


def _shape(*parts: str | Automaton) -> Shape:
    return tuple(word(part) if isinstance(part, str) else part for part in parts)


def _alternatives(*texts: str) -> list[Shape]:
    return [_shape(text) for text in texts]


Head = tuple[str | Automaton, ...]
"""What stands for the repository in a subject, in the order of its parts."""

_CLASSIC = (_LOGIN, "/", _REPOSITORY)
_BRANCHES, _TAGS = _shape("refs/heads/", _REF_NAME), _shape("refs/tags/", _REF_NAME)
_PULLS = _shape("refs/pull/", _NUMBER, "/merge")
_PULL_REQUEST_EVENTS = (PULL_REQUEST, f"{PULL_REQUEST}_target")
_FILE = ("/.github/workflows/", _REPOSITORY, "@refs/")


def _immutable(owner_id: str | Automaton, repository_id: str | Automaton) -> Head:
    return immutable_head(_LOGIN, _REPOSITORY, owner_id, repository_id)


def classic_head(owner: Automaton, name: Automaton | None = None) -> Head:
    """`owner/name`; any name where none is given."""
    return (owner, "/", name or _REPOSITORY)


def immutable_head(
    owner: Automaton,
    name: Automaton | None = None,
    owner_id: str | Automaton | None = None,
    repository_id: str | Automaton | None = None,
) -> Head:
    """`owner@id/name@id`; any name and ids where none are given."""
    return (owner, "@", owner_id or _NUMBER, "/", name or _REPOSITORY, "@", repository_id or _NUMBER)


@cache
def default_subjects(head: str, context: str) -> Grammar:
    """Default subjects of one kind.

    `head` is one of `HEADS`, `context` one of `CONTEXTS`. `named` is the stranger's own repository.
    """
    heads: dict[str, Head] = {
        "named": (f"{STRANGER}/{THEIR_REPOSITORY}",),
        "classic": _CLASSIC,
        "immutable": _immutable(OWNER_ID, REPOSITORY_ID),
    }
    return subjects_of(heads[head], context)


def subjects_of(head: Head, context: str) -> Grammar:
    """Default subjects of the repositories of `head`; `context` is one of `CONTEXTS`."""
    contexts: dict[str, list[Shape]] = {
        "main": _alternatives(":ref:refs/heads/main"),
        "branch": [_shape(":ref:") + _BRANCHES],
        "tag": [_shape(":ref:") + _TAGS],
        PULL_REQUEST: _alternatives(":pull_request"),
        "environment": [_shape(":environment:", _ENVIRONMENT)],
    }
    return Grammar(_shape("repo:", *head) + tail for tail in contexts[context])


@cache
def custom_subjects(*, widest: bool) -> Grammar:
    """Subjects of every template of claim keys.

    With `widest`, also those that a stranger can't be sure to get: any id, any commit, any actor.
    """
    return _templates(_template_values(widest=widest))


def template_subjects(keys: Sequence[str], head: Head, bare: Head, context: str) -> Grammar:
    """Subjects of one template of claim keys in the repositories of `head`, which is `bare` without ids.

    `context` is one of `CONTEXTS`. Where a run has no environment, nothing stands behind that key.
    """
    runs: dict[str, Shape] = {
        "main": _shape("ref:refs/heads/main"),
        "branch": _shape("ref:") + _BRANCHES,
        "tag": _shape("ref:") + _TAGS,
        PULL_REQUEST: _shape(PULL_REQUEST),
        "environment": _shape("environment:", _ENVIRONMENT),
    }
    known = {
        "context": runs[context],
        "environment": runs[context] if context == "environment" else _shape("environment:"),
        "ref": _shape("ref:") + _PULLS if context == PULL_REQUEST else runs[context],
        "repo": _shape("repo:", *head),
        "repository": _shape("repository:", *bare),
        "repository_owner": _shape("repository_owner:", bare[0]),
        **{key: _shape(f"{key}:", *bare, *_FILE, _TEXT) for key in ("job_workflow_ref", "workflow_ref")},
    }
    if context == PULL_REQUEST:
        known["event_name"] = _shape("event_name:", PatternSet(map(tuple, _PULL_REQUEST_EVENTS)))
    if context == "environment":
        known["ref"] = _shape("ref:refs/", _TEXT)
    parts = [known.get(key, _shape(f"{key}:", _TEXT)) for key in keys]
    return Grammar([tuple(piece for part in parts for piece in (*part, word(":")))[:-1]])


def custom_subjects_of(owner: Automaton) -> Grammar:
    """Subjects of every template in repositories of an owner."""
    own = classic_head(owner)
    files = [
        _shape(*own, "/.github/workflows/", _REPOSITORY, end, "@") + ref
        for end in (".yml", ".yaml")
        for ref in (_BRANCHES, _TAGS)
    ]
    bound = {
        "repo": [_shape(*own), _shape(*immutable_head(owner))],
        "repository": [_shape(*own)],
        "repository_owner": [_shape(owner)],
        "workflow_ref": files,
    }
    return _templates(_template_values(widest=True) | bound)


def _templates(values: Mapping[str, list[Shape]]) -> Grammar:
    shapes = [_shape(PULL_REQUEST), _shape("repo_property_", _REPOSITORY, ":", _TEXT)]
    for key, of_key in values.items():
        shapes += [_shape(f"{key}:") + value for value in of_key]
    return Grammar(shapes, joiner=":")


def _template_values(*, widest: bool) -> dict[str, list[Shape]]:
    def given(surely: str, perhaps: Automaton) -> list[Shape]:
        return [_shape(perhaps if widest else surely)]

    workflow_file = [
        _shape(*_CLASSIC, "/.github/workflows/", _REPOSITORY, end, "@") + ref
        for end in (".yml", ".yaml")
        for ref in (_BRANCHES, _TAGS)
    ]
    refs = [_BRANCHES, _TAGS] + ([_PULLS] if widest else [])
    ids = (_NUMBER, _NUMBER) if widest else (OWNER_ID, REPOSITORY_ID)
    values: dict[str, list[Shape]] = {
        "repo": [_shape(*_CLASSIC), _shape(*_immutable(*ids))],
        "repository": [_shape(*_CLASSIC)],
        "repository_owner": [_shape(_LOGIN)],
        "repository_id": given(REPOSITORY_ID, _NUMBER),
        "repository_owner_id": given(OWNER_ID, _NUMBER),
        "repository_visibility": _alternatives("public", "private"),
        "actor": [_shape(_LOGIN), *_alternatives(*BOTS)],
        "actor_id": given(ACTOR_ID, _NUMBER),
        "ref": refs,
        "ref_type": _alternatives("branch", "tag"),
        "ref_protected": _alternatives("true", "false"),
        "head_ref": [_shape(_REF_NAME), *_alternatives("")],
        "base_ref": [_shape(_REF_NAME), *_alternatives("")],
        "environment": [_shape(_ENVIRONMENT)],
        "workflow": [_shape(_TEXT)],
        "event_name": _alternatives(*_EVENTS),
        "runner_environment": _alternatives("github-hosted", "self-hosted"),
        "job_workflow_ref": workflow_file,
        "workflow_ref": workflow_file,
        **{key: given(SHA, _HEX) for key in ("sha", "workflow_sha", "job_workflow_sha")},
        **{key: [_shape(_NUMBER)] for key in ("run_id", "run_number", "run_attempt", "check_run_id")},
    }
    if widest:
        more = ("aud", "iss", "enterprise", "enterprise_id", "environment_node_id")
        values |= {key: [_shape(_TEXT)] for key in more}
    return values


_EVENTS = ("push", "pull_request", "pull_request_target", "workflow_dispatch", "schedule", "release")


@cache
def claim_values(claim: str, *, widest: bool) -> Grammar | None:
    """What a stranger's token holds in a claim, None where it has none. `widest` as for `custom_subjects`."""
    text = _shape(CharacterRun(_PRINTED))
    special: dict[str, list[Shape]] = {
        "enterprise_id": [_shape(_NUMBER)] if widest else _alternatives(ENTERPRISE_ID),
        "ref": [_BRANCHES, _TAGS, _PULLS],
        "environment": [text],
        "workflow": [text],
        "aud": [_shape(CharacterRun(_PRINTED | {OPAQUE}))],
        "repo": [],  # a key of templates, and no claim
        "sts:rolesessionname": [_shape(CharacterRun(_ALNUM | frozenset("_+=,.@-"), least=2))],
    }
    shapes = special.get(claim, _template_values(widest=widest).get(claim))
    return Grammar(shapes) if shapes else None


_REPO = re.compile(r"([^/@]+)(?:@\d+)?/([^/@]+)(?:@\d+)?")


def _fields_of(subject: str) -> list[tuple[str, str | None]]:
    """The keys and values of a subject, in its order."""
    fields = subject.split(":")
    found: list[tuple[str, str | None]] = []
    at = 0
    while at < len(fields):
        alone = fields[at] == PULL_REQUEST
        value = "" if alone else fields[at + 1] if at + 1 < len(fields) else None
        found.append((fields[at], value))
        at += 1 if alone else 2
    return found


def repeated_key(subject: str) -> str | None:
    """The first key that stands in a subject a second time."""
    seen: set[str] = set()
    for key, _ in _fields_of(subject):
        if key in seen:
            return key
        seen.add(key)
    return None


def repeating(key: str) -> Language:
    """The subjects in which `key` stands twice."""
    end: Pattern = () if key == PULL_REQUEST else (":", Wild.RUN)
    again: Pattern = (*key, Wild.RUN, ":", *key, *end)
    return PatternSet([again, (Wild.RUN, ":", *again)])


def claims_of(sub: str) -> dict[str, str] | None:
    """The claims that a subject holds, by their names; None where no one token has them all.

    That is so where a key stands twice, or two keys name different owners or repositories.
    """
    fields = _fields_of(sub)
    claims = {key: value for key, value in fields if value is not None}
    if len(claims) < len(fields):
        return None
    claims.pop(PULL_REQUEST, None)
    return claims if _one_repository(claims) and _lengths_fit(claims) else None


def _one_repository(claims: dict[str, str]) -> bool:
    head = _REPO.fullmatch(claims.pop("repo", ""))
    names = {f"{head[1]}/{head[2]}"} if head else set()
    names |= {claims["repository"]} if "repository" in claims else set()
    owners = {name.partition("/")[0] for name in names}
    owners |= {claims["repository_owner"]} if "repository_owner" in claims else set()
    if names:
        claims["repository"] = next(iter(names))
    elif owners:
        claims["repository"] = f"{next(iter(owners))}/{THEIR_REPOSITORY}"
    if owners:
        claims["repository_owner"] = next(iter(owners))
    return len(names) <= 1 and len(owners) <= 1


def _lengths_fit(claims: dict[str, str]) -> bool:
    name = claims.get("repository", "").partition("/")[2]
    ref = claims.get("ref", "")
    return (
        len(name) <= MAX_REPOSITORY
        and name not in (".", "..")
        and len(claims.get("environment", "")) <= MAX_ENVIRONMENT
        and not any(part.endswith(".lock") for part in ref.split("/"))
    )
