"""What a text can name of a pull request, and in which runs that is an outsider's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from auditor.facts.entry.entry import Entry
from auditor.finding import Confidence
from auditor.knowledge.platform.events import EVENTS, FORK_PULL_REQUESTS, ONLY_OF_TYPES

PULL_REF = re.compile(r"refs/(?:remotes/)?pull/|\bpull/[^/\n]*/(?:head|merge)")
"""A ref of a pull request's head or merge commit."""

FREE_BEGINNING = re.compile(r"\s*(?:\+|(?:https?|ssh|git)://[^/\s]+/|[\w.-]+@[^:/\s]+:)?")
"""What may stand before a text that still chooses whose repository, or which ref, is meant."""


class HeadReference(Enum):
    """What a text names of a pull request."""

    COMMIT = "its commit, as the event's payload has it"
    LOOKED_UP = "its commit, as a step looks it up at GitHub"
    PULL_REF = "its ref in this repository"
    BRANCH = "its branch, which this repository need not have"
    REPOSITORY = "the repository that it comes from"
    PATCH = "its changes as a patch"
    CHOSEN = "what an outsider writes, which may be any ref or repository"


FIELDS: dict[tuple[str, ...], HeadReference] = {
    ("github", "head_ref"): HeadReference.BRANCH,
    ("github", "event", "pull_request", "head", "ref"): HeadReference.BRANCH,
    ("github", "event", "pull_request", "head", "label"): HeadReference.BRANCH,
    ("github", "event", "pull_request", "head", "repo"): HeadReference.REPOSITORY,
    ("github", "event", "pull_request", "head", "user"): HeadReference.REPOSITORY,
    ("github", "event", "pull_request", "head", "sha"): HeadReference.COMMIT,
    ("github", "event", "pull_request", "merge_commit_sha"): HeadReference.COMMIT,
    ("github", "event", "after"): HeadReference.COMMIT,
    ("github", "event", "pull_request", "diff_url"): HeadReference.PATCH,
    ("github", "event", "pull_request", "patch_url"): HeadReference.PATCH,
    ("github", "event", "workflow_run", "head_branch"): HeadReference.BRANCH,
    ("github", "event", "workflow_run", "head_sha"): HeadReference.COMMIT,
    ("github", "event", "workflow_run", "head_commit"): HeadReference.COMMIT,
    ("github", "event", "workflow_run", "head_repository"): HeadReference.REPOSITORY,
}
"""The payload's fields, with all that lies below them."""


@dataclass(frozen=True, slots=True)
class Head:
    """One name. `fields` are the payload's fields that it is made of; without them it names nothing."""

    names: HeadReference
    confidence: Confidence = Confidence.HIGH
    fields: tuple[tuple[str, ...], ...] = ()

    def is_named(self, entry: Entry) -> bool:
        """Whether a run that `entry` starts has one of the fields, and it is an outsider's there."""
        return not self.fields or any(_is_outsiders(field, entry) for field in self.fields)


def named_by(path: tuple[str, ...]) -> Head | None:
    """What a field of the payload names."""
    found = (names for field, names in FIELDS.items() if path[: len(field)] == field)
    names = next(found, None)
    return Head(names, fields=(path,)) if names else None


def is_after_pull_request(entry: Entry) -> bool:
    """Whether the run before a `workflow_run` may be one for a fork, of its code and with its artifacts."""
    return entry.fork and (entry.upstream is None or bool(entry.upstream & FORK_PULL_REQUESTS))


def _is_outsiders(field: tuple[str, ...], entry: Entry) -> bool:
    if field == ("github", "head_ref"):
        return entry.is_pull_request
    if field[:2] != ("github", "event") or len(field) < 3:
        return True
    if field[2] == "workflow_run" and entry.event == "workflow_run":
        return is_after_pull_request(entry)
    if field[2] in ONLY_OF_TYPES and not ONLY_OF_TYPES[field[2]] & set(entry.types):
        return False
    known = EVENTS.get(entry.event)
    return known is None or field[2] in known.payload
