"""What the commands of `gh` print.

Source: the manual of GitHub CLI 2.80 (`gh help formatting`, the page of each command), as known in 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from auditor.knowledge.answers.calls import by_query, by_route
from auditor.knowledge.answers.content import Content, Contents, Kind, Of
from auditor.knowledge.answers.lookup import contents_of, filtered, taken
from auditor.knowledge.provenance import Provenance

Words = tuple[str | None, ...]

_SOURCE = Provenance("manual of GitHub CLI 2.80", "2026-11")


@dataclass(frozen=True, slots=True)
class GhCommand:
    """A command of `gh`: `of` is the object of its `--json`, `plain` what it prints without, as fields of it.

    With an option of `instead` it prints that. `texts` are contents that no field of the object holds.
    """

    of: str = ""
    plain: tuple[str, ...] = ()
    texts: Contents = ()
    instead: Mapping[str, Contents] | None = None
    source: Provenance = _SOURCE


_URL = GhCommand(texts=(Content(Kind.URL),))
_DIFF = (Content(Kind.DIFF, Of.PULL_REQUEST), Content(Kind.FILE_NAMES, Of.PULL_REQUEST))
_NAMES = {"--name-only": (Content(Kind.FILE_NAMES, Of.PULL_REQUEST),)}
_LOG = {"--log": (Content(Kind.LOG, Of.RUN),), "--log-failed": (Content(Kind.LOG, Of.RUN),)}
_TALK = {"--comments": (Content(Kind.BODY, Of.COMMENT), Content(Kind.BODY, Of.PULL_REQUEST))}
_SECRET = GhCommand(texts=(Content(Kind.CREDENTIAL, Of.ACCOUNT),))
_VARIABLE = GhCommand(texts=(Content(Kind.OTHER, Of.REPOSITORY),))

GH: dict[tuple[str, str], GhCommand] = {
    ("pr", "view"): GhCommand("gh_pr", ("title", "body", "author.login", "labels"), instead=_TALK),
    ("pr", "list"): GhCommand("gh_pr", ("number", "title", "headRefName")),
    ("pr", "status"): GhCommand("gh_pr", ("number", "title", "headRefName")),
    ("pr", "checks"): GhCommand("gh_check", ("name", "state", "link")),
    ("pr", "diff"): GhCommand(texts=_DIFF, instead=_NAMES),
    ("pr", "create"): _URL,
    ("pr", "comment"): _URL,
    ("pr", "edit"): _URL,
    ("issue", "view"): GhCommand("gh_issue", ("title", "body", "author.login", "labels"), instead=_TALK),
    ("issue", "list"): GhCommand("gh_issue", ("number", "title", "labels")),
    ("issue", "status"): GhCommand("gh_issue", ("number", "title", "labels")),
    ("issue", "create"): _URL,
    ("issue", "comment"): _URL,
    ("issue", "edit"): _URL,
    ("release", "view"): GhCommand("gh_release", ("tagName", "name", "body", "assets")),
    ("release", "list"): GhCommand("gh_release", ("tagName", "name")),
    ("release", "create"): GhCommand(texts=(Content(Kind.TAG, Of.RELEASE),)),
    ("run", "view"): GhCommand("gh_run", ("displayTitle", "headBranch", "jobs.name"), instead=_LOG),
    ("run", "list"): GhCommand("gh_run", ("displayTitle", "headBranch", "databaseId")),
    ("run", "watch"): GhCommand("gh_run", ("displayTitle", "headBranch", "jobs.name")),
    ("repo", "view"): GhCommand(
        "gh_repo", ("nameWithOwner", "description"), (Content(Kind.FILE_CONTENT, Of.REPOSITORY),)
    ),
    ("repo", "list"): GhCommand("gh_repo", ("nameWithOwner", "description")),
    ("label", "list"): GhCommand("label", ("name", "description")),
    ("search", "prs"): GhCommand("gh_issue", ("title", "number", "labels")),
    ("search", "issues"): GhCommand("gh_issue", ("title", "number", "labels")),
    ("search", "commits"): GhCommand("commit", ("commit.message", "sha")),
    ("search", "repos"): GhCommand("fork", ("full_name", "description")),
    ("search", "code"): GhCommand(
        texts=(Content(Kind.FILE_CONTENT, Of.FORK), Content(Kind.FILE_NAMES, Of.FORK))
    ),
    ("workflow", "list"): GhCommand(texts=(Content(Kind.STATE, Of.REPOSITORY),)),
    ("workflow", "run"): GhCommand(texts=(Content(Kind.STATE, Of.REPOSITORY),)),
    ("secret", "list"): GhCommand(texts=(Content(Kind.SAFE, Of.REPOSITORY),)),
    ("variable", "get"): _VARIABLE,
    ("variable", "list"): _VARIABLE,
    ("cache", "list"): GhCommand(texts=(Content(Kind.NAME, Of.RUN), Content(Kind.BRANCH, Of.RUN))),
    ("gist", "view"): GhCommand(texts=(Content(Kind.FILE_CONTENT, Of.FORK),)),
    ("auth", "token"): _SECRET,
    ("auth", "status"): GhCommand(
        texts=(Content(Kind.LOGIN, Of.USER),), instead={"--show-token": _SECRET.texts, "-t": _SECRET.texts}
    ),
}
"""By the two words of the command."""

_JSON, _FILTER, _TEMPLATE = ("--json",), ("--jq", "-q"), ("--template", "-t")
_VALUED = frozenset(
    {
        "--assignee", "--attempt", "--author", "--base", "--branch", "--cache", "--commit",
        "--event", "--field", "--head", "--header", "--hostname", "--input", "--job", "--jq", "--json",
        "--label", "--limit", "--method", "--milestone", "--order", "--owner", "--preview", "--raw-field",
        "--repo", "--search", "--sort", "--state", "--status", "--template", "--user", "--workflow", "-A",
        "-B", "-F", "-H", "-L", "-R", "-S", "-X", "-a", "-b", "-c", "-e", "-f", "-j", "-l", "-m", "-p", "-q",
        "-s", "-t", "-u", "-w",
    }
)  # fmt: skip
"""Options that take the next word, of the commands that read."""

_NO_VALUE = {
    "-f": "release",
    "-w": "pr issue repo release run",
    "-c": "pr issue",
    "-s": "auth",
    "-a": "auth run",
}
"""Of these, those that take none in some groups: `--web`, `--comments`."""


@dataclass(frozen=True, slots=True)
class _Parsed:
    arguments: tuple[str | None, ...]
    options: dict[str, str | None]
    fields: tuple[str | None, ...]


def _parsed(words: Words) -> _Parsed:
    arguments: list[str | None] = []
    options: dict[str, str | None] = {}
    fields: list[str | None] = []
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word is None or not word.startswith("-"):
            arguments.append(word)
            continue
        name, sign, value = word.partition("=")
        group = arguments[0] if arguments else None
        takes = name in _VALUED and group not in _NO_VALUE.get(name, "").split()
        given: str | None = value if sign else ""
        if takes and not sign:
            given = words[at] if at < len(words) else None
            at += 1
        options[name] = given
        if name in ("-f", "-F", "--field", "--raw-field"):
            fields.append(given)
    return _Parsed(tuple(arguments), options, tuple(fields))


def gh_prints(words: Words) -> Contents | None:
    """What `gh WORDS` prints; None where it isn't known."""
    parsed = _parsed(words)
    if parsed.arguments[:1] == ("api",):
        return _of_api(parsed)
    if len(parsed.arguments) < 2 or None in parsed.arguments[:2]:
        return None
    group, name = str(parsed.arguments[0]), str(parsed.arguments[1])
    command = GH.get((group, {"ls": "list"}.get(name, name)))
    if command is None:
        return None
    fields, of_filter = _option(parsed, _JSON), _option(parsed, _FILTER)
    if fields[0] and command.of:
        contents = contents_of(command.of)
        if fields[1]:
            named = (taken_whole(contents, field.strip()) for field in fields[1].split(","))
            contents = tuple(each for found in named for each in found)
        if _option(parsed, _TEMPLATE)[0]:
            return filtered(contents, None)
        return filtered(contents, of_filter[1]) if of_filter[0] else contents
    for option, instead in (command.instead or {}).items():
        if option in parsed.options:
            return instead
    plain = (taken(contents_of(command.of), tuple(field.split("."))) or () for field in command.plain)
    return (*(replace(each, path=()) for found in plain for each in found), *command.texts)


def taken_whole(contents: Contents, field: str) -> Contents:
    """The contents of one field of the object, with its name still before them."""
    return tuple(each for each in contents if each.path[0] == field)


def _option(parsed: _Parsed, names: tuple[str, ...]) -> tuple[bool, str | None]:
    for name in names:
        if name in parsed.options:
            return True, parsed.options[name]
    return False, None


def _of_api(parsed: _Parsed) -> Contents | None:
    route = parsed.arguments[1] if len(parsed.arguments) > 1 else None
    if route is None:
        return None
    if route == "graphql":
        texts = [field for field in parsed.fields if field is not None and field.startswith("query=")]
        contents = by_query(texts[0]) if texts else None
    else:
        contents = by_route(
            route.replace("{owner}", "o").replace("{repo}", "r").replace(":owner/:repo", "o/r")
        )
    if contents is None:
        return None
    given, of_filter = _option(parsed, _FILTER)
    if _option(parsed, _TEMPLATE)[0]:
        return filtered(contents, None)
    return filtered(contents, of_filter) if given else contents
