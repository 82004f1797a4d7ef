"""Lists an owner's repositories with the files that may belong to an audit, some fifty in a request.

GitHub gives a query ten seconds, so a page is requested in parts where it takes longer. A repository that
is too much by itself has its files requested by REST. What GitHub doesn't show is listed as such: none
is left out. GitHub docs, "Forming calls with GraphQL" and object `Repository` (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from auditor.errors import GitHubError, UsageError
from auditor.github.api.batch_size import BatchSize
from auditor.github.api.client import Failed, GitHub, Refused, TooSlow
from auditor.github.api.graphql import GraphQLAnswer, GraphQLError
from auditor.github.api.response import field, optional
from auditor.github.contents.listed import NAME, Listed
from auditor.github.contents.oid import is_oid
from auditor.github.contents.trees import Tree, list_files, trees_in
from auditor.model.settings import Visibility

MOST = 50
"""Repositories that one query requests at most."""

CONTENTS = "Contents: read"
SINGLE_SIGN_ON = "single sign-on of the organisation"

_QUERY = """
query Index($owner: String!, $first: Int!, $after: String, $files: Boolean!) {
  repositoryOwner(login: $owner) {
    repositories(
      first: $first, after: $after, ownerAffiliations: [OWNER], orderBy: {field: CREATED_AT, direction: ASC}
    ) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        databaseId nameWithOwner visibility isArchived isDisabled isFork isEmpty
        defaultBranchRef {
          name
          target { oid ... on Commit { tree { oid entries @include(if: $files) { ...entry } } } }
        }
        github: object(expression: "HEAD:.github") @include(if: $files) { ...folder }
        codex: object(expression: "HEAD:.codex") @include(if: $files) { ...folder }
      }
    }
  }
}
fragment folder on Tree {
  entries { ...entry object { ... on Tree {
    entries { ...entry object { ... on Tree { entries { ...entry } } } }
  } } }
}
fragment entry on TreeEntry { mode nameRaw oid size }
"""
_GRAPHQL = ("databaseId", "nameWithOwner", "isArchived", "isDisabled", "isFork")
_REST = ("id", "full_name", "archived", "disabled", "fork")
_NODES = ("repositoryOwner", "repositories", "nodes")
_SETTLED = frozenset({"FORBIDDEN", "NOT_FOUND", "INSUFFICIENT_SCOPES"})
"""Errors that another try doesn't change."""


@dataclass(frozen=True, slots=True)
class Page:
    """Where a listing stands. `after` is the cursor to go on from, and `size` how many to request then.

    `promised` is how many repositories GitHub says there are. `unnamed` are the reasons, one for each
    repository of this page that GitHub counts, but doesn't name.
    """

    after: str | None
    size: int
    is_last: bool
    promised: int | None
    unnamed: tuple[str, ...] = ()


def list_repositories(
    github: GitHub, owner: str, *, after: str | None = None, size: int = MOST, seen: Iterable[int] = ()
) -> Iterator[tuple[tuple[Listed, ...], Page]]:
    """Each repository of an organisation's or a user's, once, in pages, oldest first.

    `after` and `size` are of the last page of a listing that was broken off, `seen` the ids that it listed.
    Raises `UsageError` where the owner isn't known, and `GitHubError` where GitHub doesn't answer.
    """
    index = _Index(github, owner, BatchSize(max(1, min(size, MOST)), MOST), set(seen))
    cursors = {after}
    while True:
        listed, page = index.page(after)
        if not page.is_last and (page.after is None or page.after in cursors):
            raise Failed(f"GitHub's list of {owner}'s repositories doesn't go on")
        yield listed, page
        if page.is_last:
            return
        after = page.after
        cursors.add(after)


@dataclass(frozen=True, slots=True)
class _Index:
    github: GitHub
    owner: str
    batch_size: BatchSize
    seen: set[int]

    def page(self, after: str | None) -> tuple[tuple[Listed, ...], Page]:
        """The next page, of as many repositories as GitHub has the time for."""
        answer = self._answer(after)
        connection = self._connection(answer)
        about = field(connection, "pageInfo", dict)
        listed, unnamed = [], []
        for number, node in enumerate(field(connection, "nodes", list)):
            errors = [error for error in answer.errors if error.path[:4] == (*_NODES, number)]
            try:
                each = _identified(node, errors)
            except Failed as error:
                unnamed.append(str(error))
                continue
            if each.id not in self.seen:
                self.seen.add(each.id)
                listed.append(_with_files(self.github, each, node, errors))
        page = Page(
            after=optional(about, "endCursor", str),
            size=self.batch_size.size,
            is_last=not field(about, "hasNextPage", bool),
            promised=optional(connection, "totalCount", int),
            unnamed=tuple(unnamed),
        )
        return tuple(listed), page

    def _answer(self, after: str | None) -> GraphQLAnswer:
        """What GitHub says, with the files if it can. Fewer are requested until the answer is whole."""
        while True:
            try:
                answer = self.github.graphql_whole(
                    _QUERY, **self._variables(after, self.batch_size.size, True)
                )
                if all(error.type in _SETTLED for error in answer.errors):
                    self.batch_size.faster()
                    return answer
            except (Refused, Failed):
                pass
            if self.batch_size.size == 1:
                break
            self.batch_size.slower(self.batch_size.size)
        variables = self._variables(after, 1, False)
        try:
            answer = self.github.graphql_whole(_QUERY, **variables)
        except TooSlow:
            answer = GraphQLAnswer(self.github.graphql(_QUERY, **variables))
        self.batch_size.faster()
        return answer

    def _variables(self, after: str | None, first: int, files: bool) -> dict[str, object]:
        return {"owner": self.owner, "first": first, "after": after, "files": files}

    def _connection(self, answer: GraphQLAnswer) -> Any:
        owner = optional(answer.data, "repositoryOwner", dict)
        if owner is not None:
            return field(owner, "repositories", dict)
        if missing := _missing(answer.errors):
            raise GitHubError(f"GitHub doesn't show {self.owner} to this token: it needs {missing}")
        if any(error.type not in _SETTLED for error in answer.errors):
            raise Failed(f"GitHub doesn't list {self.owner}'s repositories")
        raise UsageError(
            f"GitHub doesn't know `{self.owner}`, or doesn't show it to this token",
            help="Name an organisation or a user, and give a token that may read it.",
        )


def _identified(node: Any, errors: Sequence[GraphQLError]) -> Listed:
    """The repository as far as it says what it is. Raises `Failed`, with the reason, where it doesn't."""
    if node is None:
        raise Failed(_missing(errors) or _faults(errors) or "GitHub counts it, and shows nothing of it")
    return _named(node, _GRAPHQL)


def _named(answer: Any, keys: tuple[str, str, str, str, str]) -> Listed:
    """The repository as an answer with these keys says what it is."""
    id, name, archived, disabled, fork = keys
    full_name = field(answer, name, str)
    if not NAME.fullmatch(full_name):
        raise Failed("GitHub's answer has something else than a repository's name")
    try:
        visibility = Visibility(field(answer, "visibility", str).lower())
    except ValueError:
        raise Failed(f"GitHub's answer has an unknown visibility of {full_name}") from None
    return Listed(
        id=field(answer, id, int),
        name=full_name,
        visibility=visibility,
        is_archived=field(answer, archived, bool),
        is_disabled=field(answer, disabled, bool),
        is_fork=field(answer, fork, bool),
    )


def _with_files(github: GitHub, listed: Listed, node: Any, errors: Sequence[GraphQLError]) -> Listed:
    """The repository with what is in it, or why that isn't known. A disabled one isn't queried."""
    if listed.is_disabled:
        return listed
    if hidden := _hidden(errors):
        return replace(listed, hidden=hidden)
    try:
        branch = optional(node, "defaultBranchRef", dict)
        if branch is None and not errors and field(node, "isEmpty", bool):
            return listed
        if branch is None:
            return replace(listed, fault=_faults(errors) or "its default branch isn't there")
        listed = replace(listed, default_branch=field(branch, "name", str))
        target = field(branch, "target", dict)
        root = field(target, "tree", dict)
        answers = (root, node.get("github"), node.get("codex"))
        trees = [tree for answer in answers for tree in trees_in(answer)]
        return _of_commit(github, listed, field(target, "oid", str), field(root, "oid", str), trees)
    except Failed as error:
        return replace(listed, fault=_faults(errors) or str(error))


def _of_commit(github: GitHub, listed: Listed, head: str, root: str, trees: Iterable[Tree]) -> Listed:
    """The repository with the files of a commit, whose tree is `root`."""
    if not (is_oid(head) and is_oid(root)):
        raise Failed("GitHub's answer has an object without a name")
    entries, lost = list_files(github, listed.name, root, trees)
    if not entries and lost and lost[0][0] == ".":
        return replace(listed, head=head, fault=lost[0][1])
    return replace(listed, head=head, entries=entries, lost=lost)


def list_unseen(github: GitHub, owner: str, seen: Iterable[int]) -> Iterator[Listed]:
    """Each repository that REST lists and that isn't in `seen`, by id, with its files.

    For an owner whose listing promised more than it held: REST names some that GraphQL only counts, and
    those that came, or moved in the order, meanwhile. Raises as `list_repositories` does.
    """
    known = set(seen)
    about = github.get(f"/users/{quote(owner, safe='')}")
    kind = "orgs" if field(about, "type", str) == "Organization" else "users"
    for answer in github.pages(f"/{kind}/{quote(owner, safe='')}/repos"):
        listed = _named(answer, _REST)
        if listed.id not in known:
            known.add(listed.id)
            yield listed if listed.is_disabled else _of_head(github, listed, answer)


def _of_head(github: GitHub, listed: Listed, about: Any) -> Listed:
    try:
        branch = field(about, "default_branch", str)
        answer = github.get(f"/repos/{quote(listed.name)}/commits/HEAD", per_page=1)
        root = field(field(field(answer, "commit", dict), "tree", dict), "sha", str)
        found = _of_commit(github, listed, field(answer, "sha", str), root, ())
        return replace(found, default_branch=branch)
    except Refused as error:
        if error.status == 403:
            return replace(listed, hidden=CONTENTS)
        is_empty = error.status == 409
        return listed if is_empty else replace(listed, fault=str(error))
    except Failed as error:
        return replace(listed, fault=str(error))


def _hidden(errors: Sequence[GraphQLError]) -> str:
    """What it takes to see a repository's files, by the errors about it; nothing where none says so."""
    is_refused = any(error.type in ("FORBIDDEN", "INSUFFICIENT_SCOPES") for error in errors)
    return _missing(errors) or (CONTENTS if is_refused else "")


def _missing(errors: Sequence[GraphQLError]) -> str:
    """What the organisation requires of a token. GitHub has no type of its own for it, only its words
    (cli/cli#2661, read 2026-11)."""
    is_enforced = any(error.type == "FORBIDDEN" and "SAML" in error.message for error in errors)
    return SINGLE_SIGN_ON if is_enforced else ""


def _faults(errors: Sequence[GraphQLError]) -> str:
    types = sorted({error.type or "an error" for error in errors})
    return f"GitHub answers with {', '.join(types)}" if types else ""
