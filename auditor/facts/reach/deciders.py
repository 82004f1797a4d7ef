"""What of a run is chosen by whoever starts it, and what else decides its conditions."""

from __future__ import annotations

from auditor.facts.entry.entry import Entry
from auditor.knowledge.platform.contexts import TRIAGED
from auditor.knowledge.platform.events import Actor, Ref

_Names = tuple[str, ...]

_OF_THE_HOST = frozenset({"api_url", "graphql_url", "server_url"})
_OF_THE_REPOSITORY = frozenset({"enterprise", "installation", "organization", "repository"})
"""Keys of every payload that say nothing of what happened."""

_REFS = frozenset({("github", "ref"), ("github", "ref_name")})
_DEFAULT_BRANCH = ("github", "event", "repository", "default_branch")


def is_chosen(path: _Names, entry: Entry) -> bool:
    """Whether whoever starts the run, or wrote what it is about, can make that field what they like.

    Of an insider that is all of the event; of an outsider, nothing that takes somebody who triages.
    """
    match path:
        case ("inputs", *_):
            return entry.event == "workflow_dispatch"
        case ("github", "event", key, *below):
            triaged = entry.starter is Actor.OUTSIDER and (key in TRIAGED or bool(TRIAGED & set(below[:1])))
            return key not in _OF_THE_REPOSITORY and not triaged
        case ("github", name):
            of_us = name.startswith("repository") or name in _OF_THE_HOST
            return not of_us and not (path in _REFS and entry.ref is Ref.DEFAULT)
    return False


def decider(path: _Names, entry: Entry) -> str:
    """What would decide an unknown field: a setting and how it is given, or the field itself."""
    match path:
        case ("vars", name) if name != "*":
            return f"the variable `{name.upper()}` (`--settings`)"
        case ("github", "repository" | "repository_owner") | ("github", "event", "repository", "full_name"):
            return "the repository's name (`--repository`)"
    if path == _DEFAULT_BRANCH or (path in _REFS and entry.ref is Ref.DEFAULT):
        return "the name of the default branch (`--settings`)"
    return f"`{'.'.join(path)}`"
