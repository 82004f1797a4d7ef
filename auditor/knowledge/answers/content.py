"""What a fetched text is: a kind of text of some object, and who can write that in a public repository.

Sources: GitHub docs, "Repository roles for an organization" (who creates labels, milestones, releases and
tags), "Secure use reference" (untrusted fields), GitHub's rules for usernames and repository names; the
manual of `git check-ref-format`; read 2026-12-01.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from auditor.knowledge.change import Change
from auditor.knowledge.platform.events import Actor
from auditor.knowledge.provenance import Provenance

_REST = Provenance("GitHub REST API reference, response schemas", "2026-11")


class Kind(Enum):
    """What a text is. The value reads after "a" or "the"."""

    TITLE = "title"
    BODY = "body"
    BRANCH = "branch name"
    REPOSITORY = "repository's full name"
    LOGIN = "login"
    LABEL = "label"
    MILESTONE = "milestone"
    COMMIT_SUBJECT = "commit's subject"
    COMMIT_MESSAGE = "commit's message"
    AUTHOR_NAME = "author's name"
    AUTHOR_EMAIL = "author's email address"
    FILE_NAMES = "file names"
    DIFF = "diff"
    FILE_CONTENT = "text of a file"
    TAG = "tag"
    NAME = "name"
    DESCRIPTION = "description"
    LOG = "log"
    SHA = "commit id"
    NUMBER = "number"
    URL = "URL that GitHub builds"
    DATE = "date"
    BOOLEAN = "yes or no"
    STATE = "one of GitHub's own words"
    SAFE = "text without special characters"
    CREDENTIAL = "credential"
    FIELD = "field of the event"
    OTHER = "text"


class Of(Enum):
    """What the text belongs to. The value reads after "of"."""

    ISSUE = "an issue"
    PULL_REQUEST = "a pull request"
    COMMENT = "a comment"
    REVIEW = "a review"
    DISCUSSION = "a discussion"
    RELEASE = "a release"
    RUN = "a run"
    JOB = "a job"
    COMMIT = "a commit that the request names"
    COMMIT_OF_CHECKOUT = "a commit of the checkout"
    BASE = "the pull request's base"
    REPOSITORY = "the repository"
    FORK = "a repository that anyone may own"
    USER = "a user"
    ARTIFACT = "an artifact"
    DEPLOYMENT = "a deployment"
    EVENT = "the event"
    CHANGE = "the pull request or push that started the run"
    ACCOUNT = "an account of another service"
    NOTHING = "nothing that GitHub holds"


HARMLESS_KINDS = frozenset(
    {
        Kind.REPOSITORY,
        Kind.LOGIN,
        Kind.SHA,
        Kind.NUMBER,
        Kind.URL,
        Kind.DATE,
        Kind.BOOLEAN,
        Kind.STATE,
        Kind.SAFE,
    }
)
"""Kinds whose characters carry nothing into a script: a login has letters, digits and `-` only, a
repository's name also `.` and `_`. They may still name a head: `REPOSITORY`, `SHA`."""

REF_FORBIDS = frozenset(" ~^:?*[\\\x7f") | {chr(code) for code in range(32)}
"""Characters that git allows in no branch or tag. All others it does, so `$(…)`, quotes, `;`, `|` and `&`
can be in a name: only a blank can't, for which a shell has `${IFS}`."""

_WRITERS_ONLY = frozenset({Kind.LABEL, Kind.MILESTONE, Kind.TAG})
"""Texts that take write access to create, whatever they are put on."""

_BY_OUTSIDERS = frozenset(
    {
        Of.ARTIFACT,
        Of.COMMENT,
        Of.DISCUSSION,
        Of.FORK,
        Of.ISSUE,
        Of.JOB,
        Of.PULL_REQUEST,
        Of.REVIEW,
        Of.RUN,
        Of.USER,
    }
)


@dataclass(frozen=True, slots=True)
class Content:
    """A text that a command, a call or an action gives.

    `path` is where it stands in the JSON that holds it, empty where the text is it; lists are left out of
    it. Of an event's field, it is the field as expressions write it. `change` and `by` say what became of
    the text on its way.
    """

    kind: Kind
    of: Of = Of.NOTHING
    path: tuple[str, ...] = ()
    change: Change = Change.WHOLE
    by: str = ""

    @property
    def is_harmless(self) -> bool:
        """Whether nobody can put text into it that means something to a script."""
        return self.kind in HARMLESS_KINDS or self.change is Change.COUNTED

    @property
    def who(self) -> Actor | None:
        """Who can write it in a public repository, at the least power; None where it is harmless.

        Where `depends` says so, it is they only if the checkout, the reference or the event is theirs.
        """
        if self.is_harmless or self.kind is Kind.CREDENTIAL:
            return None
        if self.kind in _WRITERS_ONLY:
            return Actor.WRITER
        if self.of is Of.DEPLOYMENT or self.of is Of.ACCOUNT:
            return Actor.EXTERNAL
        return Actor.OUTSIDER if self.of in _BY_OUTSIDERS or self.depends else Actor.WRITER

    @property
    def depends(self) -> str:
        """What decides whose text it is: "checkout", "reference", "event", or nothing further."""
        return _DEPENDS.get(self.of, "")

    def changed(self, change: Change, by: str) -> Content:
        """The same text after one more change; the greater change counts."""
        return replace(self, change=change, by=by) if change > self.change else self


_DEPENDS = {Of.COMMIT: "reference", Of.COMMIT_OF_CHECKOUT: "checkout", Of.EVENT: "event", Of.CHANGE: "event"}

Contents = tuple[Content, ...]


@dataclass(frozen=True, slots=True)
class JsonObject:
    """An object: `texts` are its fields by kind, names with blanks between; `nested` are objects in it.

    Lists are left out: a list of labels is `labels` and a label. A name with a dot is a field of a field.
    A field that isn't here is harmless if its name is one of `HARMLESS_NAMES`, else unknown.
    """

    of: Of
    texts: Mapping[Kind, str]
    nested: Mapping[str, str] = field(default_factory=dict)
    source: Provenance = _REST
