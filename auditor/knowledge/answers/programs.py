"""What a program prints, where that is text of GitHub, of git, or of its own input.

Sources: the manuals of GitHub CLI, git, hub 2.14, curl, wget and jq, read 2026-11.
"""

from __future__ import annotations

from auditor.knowledge.answers.calls import by_query, by_route
from auditor.knowledge.answers.content import Content, Contents, Kind, Of
from auditor.knowledge.answers.filters import jq_fields
from auditor.knowledge.answers.git import git_prints
from auditor.knowledge.answers.github_cli import gh_prints
from auditor.knowledge.answers.lookup import filtered

Words = tuple[str | None, ...]

EVENT_FILE = "$GITHUB_EVENT_PATH"
"""What stands as a word for the path of the event's payload, however the script writes that."""

FETCHING = frozenset({"curl", "wget", "http", "https", "xh"})
_FILTERING = frozenset({"jq", "gojq", "jaq"})

_JQ_VALUED = {"--arg": 2, "--argjson": 2, "--slurpfile": 2, "--rawfile": 2, "--indent": 1, "-f": 1, "-L": 1}
_NO_FILTER = frozenset({"-f", "--from-file"})


def printed(program: str, words: Words, input: Contents | None = None) -> Contents | None:
    """What `program WORDS` prints; None where that isn't known.

    A word is None where the script computes it; where only a part of it is computed, that part is `HOLE`.
    `input` is what comes on its standard input, where it is known.
    """
    if program == "gh":
        return gh_prints(words)
    if program in ("git", "hub"):
        return _hub(words) if program == "hub" else git_prints(words)
    if program in FETCHING:
        return _fetched(words)
    return _jq(words, input) if program in _FILTERING else None


def _fetched(words: Words) -> Contents | None:
    for word in words:
        if word is not None and "api.github.com/" in word and not word.startswith("-"):
            if word.rstrip("/").endswith("/graphql"):
                return by_query(" ".join(each for each in words if each is not None))
            return by_route(word)
    return None


def _jq(words: Words, input: Contents | None) -> Contents | None:
    """The filter is the first word that is no option's; those after it are files."""
    arguments: list[str | None] = []
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word is not None and word in _NO_FILTER:
            return None
        if word is not None and word.startswith("-") and len(word) > 1:
            at += _JQ_VALUED.get(word, 0)
        else:
            arguments.append(word)
    if not arguments:
        return None
    filter, files = arguments[0], arguments[1:]
    if files:
        return event_fields(filter) if files == [EVENT_FILE] else None
    return filtered(input, filter) if input is not None else None


def event_fields(filter: str | None) -> Contents | None:
    """What a filter takes of the event's payload; their `path` is the field as expressions write it."""
    fields = jq_fields(filter) if filter is not None else None
    if fields is None:
        return (Content(Kind.FIELD, Of.EVENT, ("github", "event")),)
    return tuple(
        Content(Kind.FIELD, Of.EVENT, ("github", "event", *field.path), field.change, field.by)
        for field in fields
    )


_HUB: dict[tuple[str, str], Contents] = {
    ("pr", "list"): (Content(Kind.TITLE, Of.PULL_REQUEST), Content(Kind.BRANCH, Of.PULL_REQUEST)),
    ("pr", "show"): (Content(Kind.TITLE, Of.PULL_REQUEST), Content(Kind.BODY, Of.PULL_REQUEST)),
    ("issue", "show"): (Content(Kind.TITLE, Of.ISSUE), Content(Kind.BODY, Of.ISSUE)),
    ("issue", "labels"): (Content(Kind.LABEL, Of.REPOSITORY),),
    ("release", "show"): (Content(Kind.NAME, Of.RELEASE), Content(Kind.BODY, Of.RELEASE)),
}


def _hub(words: Words) -> Contents | None:
    """`hub` hands to git what it doesn't know."""
    if words[:1] == ("api",):
        return gh_prints(words)
    if words[:1] == ("issue",) and (len(words) == 1 or (words[1] or "-").startswith("-")):
        return (Content(Kind.TITLE, Of.ISSUE),)
    if words[:1] == ("release",) and (len(words) == 1 or (words[1] or "-").startswith("-")):
        return (Content(Kind.TAG, Of.RELEASE),)
    if words[:1] in (("pr",), ("issue",), ("release",), ("ci-status",), ("pull-request",)):
        pair = (words[0] or "", (words[1] if len(words) > 1 else "") or "")
        return _HUB.get(pair)
    return git_prints(words)
