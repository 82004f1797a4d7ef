"""What a fetched text is: a field of an issue, a pull request, a commit, and who can write it.

Source: GitHub's REST reference ("Issues", "Pulls", "Commits", "Releases", "Workflow runs"), read 2026-11.
What git and GitHub allow in names: `git check-ref-format`; logins hold letters, digits and hyphens only.
"""

from __future__ import annotations

from dataclasses import dataclass

from auditor.knowledge.platform.events import Actor


@dataclass(frozen=True, slots=True)
class Content:
    """A kind of text. `author` is None where nobody chooses its characters: numbers, commit ids, logins.

    `lines` holds where it can have several lines. `is_secret`: it authenticates somebody. `head` holds where
    it names a pull request's head: its branch, commit or repository.
    """

    name: str
    author: Actor | None
    lines: bool = False
    is_secret: bool = False
    head: str = ""


def _of_outsider(name: str, *, lines: bool = False, head: str = "") -> Content:
    return Content(name, Actor.OUTSIDER, lines, head=head)


def _of_writer(name: str, *, lines: bool = False) -> Content:
    return Content(name, Actor.WRITER, lines)


HARMLESS = Content("a number, a commit id or a yes or no", None)
CREDENTIAL = Content("a credential", None, is_secret=True)
HEAD_COMMIT = Content("the commit of a pull request's head", None, head="commit")
HEAD_REPOSITORY = Content("the repository of a pull request's head", None, head="repository")
HEAD_BRANCH = _of_outsider("the branch of a pull request's head", head="branch")
FILE_NAMES = _of_outsider("the names of files that a pull request changes", lines=True)
DIFF = _of_outsider("what a pull request changes", lines=True)
TITLE = _of_outsider("the title of an issue or a pull request")
BODY = _of_outsider("the body of an issue or a pull request", lines=True)
COMMENT = _of_outsider("the body of a comment", lines=True)
COMMIT_MESSAGE = _of_outsider("the message of a pull request's commit", lines=True)
COMMIT_AUTHOR = _of_outsider("the author of a pull request's commit")
OWN_COMMIT_MESSAGE = _of_writer("the message of a commit", lines=True)
OWN_COMMIT_AUTHOR = _of_writer("the author of a commit")
OWN_FILE_NAMES = _of_writer("the names of files", lines=True)
RELEASE_TEXT = _of_writer("the text of a release", lines=True)
TAG = _of_writer("the name of a tag")
BRANCH = _of_writer("the name of a branch")
LABEL = _of_writer("the name of a label")
RUN_TITLE = _of_outsider("the title of a workflow run")

PULL_REQUEST_FIELDS: dict[str, Content] = {
    "body": BODY,
    "bodyText": BODY,
    "comments": COMMENT,
    "commits": COMMIT_MESSAGE,
    "filename": FILE_NAMES,
    "files": FILE_NAMES,
    "head": HEAD_BRANCH,
    "headRefName": HEAD_BRANCH,
    "headRefOid": HEAD_COMMIT,
    "headRepository": HEAD_REPOSITORY,
    "headRepositoryOwner": HEAD_REPOSITORY,
    "label": HEAD_BRANCH,
    "latestReviews": COMMENT,
    "merge_commit_sha": HEAD_COMMIT,
    "message": COMMIT_MESSAGE,
    "messageBody": COMMIT_MESSAGE,
    "messageHeadline": COMMIT_MESSAGE,
    "patch": DIFF,
    "path": FILE_NAMES,
    "previous_filename": FILE_NAMES,
    "ref": HEAD_BRANCH,
    "reviews": COMMENT,
    "title": TITLE,
}
"""Fields of issues and pull requests, with comments, files and commits: of `gh … --json` and of REST."""

RELEASE_FIELDS: dict[str, Content] = {
    "body": RELEASE_TEXT,
    "name": RELEASE_TEXT,
    "tagName": TAG,
    "tag_name": TAG,
    "target_commitish": BRANCH,
}

RUN_FIELDS: dict[str, Content] = {
    "displayTitle": RUN_TITLE,
    "display_title": RUN_TITLE,
    "headBranch": HEAD_BRANCH,
    "head_branch": HEAD_BRANCH,
    "head_sha": HEAD_COMMIT,
    "headSha": HEAD_COMMIT,
}

_NO_HEAD = frozenset({"base", "user", "author", "labels", "milestone", "assignees"})
"""Below these, a field of that name is another thing: the base's branch, a login, a label."""


def chosen(fields: dict[str, Content], paths: tuple[tuple[str, ...], ...]) -> tuple[Content, ...]:
    """The texts that these paths of an answer give; those that carry nothing included."""
    found: dict[Content, None] = {}
    for path in paths:
        names = [name for name in path if name not in ("*", "data") and not name.isdigit()]
        if not names:
            found.update(dict.fromkeys(dict.fromkeys(fields.values())))
        elif any(name in _NO_HEAD for name in names[:-1]):
            found[LABEL if "labels" in names and names[-1] == "name" else HARMLESS] = None
        elif "head" in names and names[-1] in ("sha", "full_name", "clone_url", "login", "name", "html_url"):
            found[HEAD_COMMIT if names[-1] == "sha" else HEAD_REPOSITORY] = None
        elif names[-1] in fields or names[0] in fields:
            found[fields.get(names[-1]) or _below(names, fields)] = None
        else:
            found[HARMLESS] = None
    return tuple(found)


def _below(names: list[str], fields: dict[str, Content]) -> Content:
    """What a field below a known one is: of a list of comments, files or commits their text."""
    harmless = names[-1] in ("number", "id", "sha", "oid", "login", "url", "length", "state", "createdAt")
    if names[0] in ("comments", "reviews", "latestReviews", "commits", "files") and not harmless:
        return fields[names[0]]
    if names[0] in ("headRepository", "headRepositoryOwner"):
        return fields[names[0]]
    return HARMLESS
