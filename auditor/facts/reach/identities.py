"""Who the people of an event may be, and which the repositories: this one, and a pull request's."""

from __future__ import annotations

from auditor.facts.entry.entry import Entry
from auditor.facts.reach.refs import MADE_UP, MAX_SAMPLES, samples
from auditor.knowledge.actions.bots import AUTHORS_OWN_TYPES, BOT_IDS, WHO_ACTS_EVENTS
from auditor.knowledge.platform.contexts import ACTOR_IDS, STARTERS
from auditor.knowledge.platform.events import PULL_REQUESTS, WITH_A_FORK, Actor
from auditor.languages.expression import UNKNOWN, Symbol, Value
from auditor.model.settings import Settings

_Names = tuple[str, ...]

_HEADS = (
    ("github", "event", "pull_request", "head", "repo"),
    ("github", "event", "workflow_run", "head_repository"),
)
_PULL_HEAD = ("github", "event", "pull_request", "head")
_OWN = (
    ("github", "event", "repository"),
    ("github", "event", "pull_request", "base", "repo"),
    ("github", "event", "workflow_run", "repository"),
)
_IDENTITIES = frozenset({"clone_url", "full_name", "git_url", "html_url", "id", "node_id", "ssh_url", "url"})
"""Fields of a repository that no two repositories share."""


def starter(path: _Names, named: frozenset[str], entry: Entry, settings: Settings) -> Value:
    """The login or number of who started the run.

    A bot can be made to start one, so its name is no proof, but where the starter wrote what the event is
    about: a new comment is its author's, and no outsider is a bot of somebody else's.
    """
    if path in ACTOR_IDS:
        return person_id(named, entry.starter)
    own = bool(entry.types) and AUTHORS_OWN_TYPES.issuperset(entry.types)
    acts = path in STARTERS and entry.event in WHO_ACTS_EVENTS and not own
    return person(path, named, entry.starter, settings, acts=acts)


def person(
    path: _Names, named: frozenset[str], who: Actor, settings: Settings, *, acts: bool = False
) -> Value:
    """The login of a person. An outsider is none of the people that the condition names.

    With `acts` they may have made a bot act for them.
    """
    if who is not Actor.OUTSIDER:
        return UNKNOWN
    never = frozenset(name for name in named if not (acts and name.endswith("[bot]")))
    return Symbol(".".join(path), never=never | _known_names(settings), distinct=frozenset({"owner"}))


def person_id(named: frozenset[str], who: Actor) -> Value:
    """The number of a person. An outsider's is none that a condition names, and no account has this one.

    A bot can be made to start a run, so its number is no proof.
    """
    return -1.0 if who is Actor.OUTSIDER and not named & BOT_IDS else UNKNOWN


def own_field(field: str, settings: Settings) -> Value:
    """A field of this repository that no other shares."""
    name = settings.repository if field == "full_name" else None
    return name or Symbol(f"own {field}")


def owner(settings: Settings) -> Value:
    """The login of this repository's owner."""
    return settings.owner or Symbol("owner")


def repository_field(path: _Names, named: frozenset[str], entry: Entry, settings: Settings) -> Value:
    """A field of this repository, or of the one that a pull request comes from."""
    prefix = next((each for each in _OWN if path[: len(each)] == each), None)
    if prefix is not None:
        match path[len(prefix) :]:
            case ("owner", "login" | "name"):
                return owner(settings)
            case (field,) if field in _IDENTITIES:
                return own_field(field, settings)
    if not _has_head(entry):
        return UNKNOWN
    head = next((head for head in _HEADS if path[: len(head)] == head), None)
    if head is not None:
        return _head_field(path[len(head) :], named, entry, settings)
    if path[:-1] == _PULL_HEAD:
        return _pull_head_field(path[-1], named, entry)
    if path == (*_PULL_HEAD, "user", "login"):
        return _head_field(("owner", "login"), named, entry, settings)
    return UNKNOWN


def _has_head(entry: Entry) -> bool:
    """Whether it is known of the run, or of the one before it, if it is one of a fork's pull request."""
    if entry.event == "workflow_run":
        pulls = PULL_REQUESTS | {"workflow_run"}
        return not entry.fork or entry.upstream is None or bool(entry.upstream & pulls)
    return entry.is_pull_request


def _head_field(field: _Names, named: frozenset[str], entry: Entry, settings: Settings) -> Value:
    fork, never = entry.fork, named | _known_names(settings)
    match field:
        case ("fork",):
            return fork if not fork or _keeps_fork(entry) else UNKNOWN
        case (name,) if name in _IDENTITIES:
            other = Symbol(f"fork {name}", never=never, distinct=frozenset({f"own {name}"}))
            return other if fork else own_field(name, settings)
        case ("owner", "login"):
            other = Symbol("fork owner", never=never, distinct=frozenset({"owner"}))
            return other if fork else owner(settings)
    return UNKNOWN


def _keeps_fork(entry: Entry) -> bool:
    """Whether the fork surely exists at the event; the head of a deleted one has no repository."""
    return entry.event == "workflow_run" or (bool(entry.types) and WITH_A_FORK.issuperset(entry.types))


def _pull_head_field(field: str, named: frozenset[str], entry: Entry) -> Value:
    """`label` is the owner, a colon and the branch; a fork's owner is none that the condition names."""
    if field != "label" or not entry.fork or len(named) > MAX_SAMPLES:
        return UNKNOWN
    labels = samples(MADE_UP + ":", named)
    for text in named:
        if ":" in text:
            labels |= {MADE_UP + text, MADE_UP + text + MADE_UP}
        else:
            labels.add(text + MADE_UP + ":" + MADE_UP)
    return Symbol("fork label", among=frozenset(labels))


def _known_names(settings: Settings) -> frozenset[str]:
    """What this repository and its owner are called, as far as the settings say."""
    return frozenset(text for text in (settings.repository, settings.owner) if text)
