"""What the fields of an event's payload may be."""

from __future__ import annotations

from auditor.facts.entry.entry import Entry
from auditor.facts.reach.identities import person, person_id, repository_field
from auditor.facts.reach.refs import default_branch, one_of
from auditor.knowledge.platform.events import (
    EVENTS,
    ONLY_OF_TYPES,
    PAYLOAD_KEYS,
    SUBJECTS,
    TOPICS,
    UNMERGED,
    Actor,
)
from auditor.languages.expression import UNKNOWN, Symbol, Unknown, Value
from auditor.model.settings import Settings

_STRANGER = frozenset({"NONE", "FIRST_TIMER", "FIRST_TIME_CONTRIBUTOR", "CONTRIBUTOR", "MANNEQUIN"})
"""`author_association` of whoever is neither owner, member nor collaborator (GitHub's GraphQL schema)."""

_COMMON = frozenset({"action", "sender", "repository", "organization", "enterprise", "installation"})
"""Keys that the payload of any event may have."""

_OUTSIDERS_EVENTS = frozenset(name for name, event in EVENTS.items() if event.starter is Actor.OUTSIDER)


def payload_field(path: tuple[str, ...], named: frozenset[str], entry: Entry, settings: Settings) -> Value:
    """A field of `github.event`. `named` are the texts in the condition that reads it."""
    if _is_absent(path[2], entry):
        return None
    match path[2:]:
        case ("action",):
            return one_of("action", entry.types)
        case ("workflow_run", "event"):
            events = entry.upstream or _OUTSIDERS_EVENTS
            return one_of("upstream event", events) if entry.author is Actor.OUTSIDER else UNKNOWN
        case ("workflow_run", "name"):
            return one_of("upstream name", entry.follows)
        case (name, "author_association") if name == _outsiders_text(entry):
            return Symbol("the author's association", among=_STRANGER)
        case (name, "user", "login") if name == _outsiders_text(entry):
            return person(path, named, Actor.OUTSIDER, settings)
        case (name, "user", "id") if name == _outsiders_text(entry):
            return person_id(named, Actor.OUTSIDER)
        case ("sender", "id"):
            return person_id(named, entry.starter)
        case ("issue", "pull_request", *below) if entry.event in ("issue_comment", "issues"):
            return None if not entry.on_pull_request else UNKNOWN if below else Unknown.TRUTHY
        case ("repository", "default_branch"):
            return default_branch(settings)
        case ("pull_request", "merged"):
            return _is_merged(entry)
    return repository_field(path, named, entry, settings)


def _is_absent(key: str, entry: Entry) -> bool:
    """Whether the payload surely lacks that key."""
    known = EVENTS.get(entry.event)
    if known and key in PAYLOAD_KEYS and key not in (*known.payload, *_COMMON):
        return True
    return key in ONLY_OF_TYPES and bool(entry.types) and not ONLY_OF_TYPES[key] & set(entry.types)


def _outsiders_text(entry: Entry) -> str | None:
    """The key of what an outsider wrote, if an outsider is the author."""
    if entry.author is not Actor.OUTSIDER:
        return None
    return TOPICS.get(entry.event) if entry.comments else SUBJECTS.get(entry.event)


def _is_merged(entry: Entry) -> Value:
    """Of the types that a merged pull request may have, too, it isn't known."""
    if entry.merged or not entry.types:
        return entry.merged or UNKNOWN
    return False if UNMERGED.issuperset(entry.types) else UNKNOWN
