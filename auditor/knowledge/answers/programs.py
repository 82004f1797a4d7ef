"""What commands print of GitHub: `gh`, `curl` of the API, `git`, and which credential a command makes.

Sources: `gh help` of version 2.83, GitHub's REST reference, git's manual; the manuals of the clouds' command
lines. Read 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from auditor.knowledge.answers.content import (
    BODY,
    BRANCH,
    COMMENT,
    DIFF,
    FILE_NAMES,
    HARMLESS,
    OWN_COMMIT_AUTHOR,
    OWN_COMMIT_MESSAGE,
    OWN_FILE_NAMES,
    PULL_REQUEST_FIELDS,
    RELEASE_FIELDS,
    RUN_FIELDS,
    TAG,
    TITLE,
    Content,
    chosen,
)

Words = Sequence[str | None]
"""The arguments of a command, None for one that is computed."""

_ONE_STEP = r"(?:[A-Za-z_][\w-]*|\[\d*\]|\[\"[^\"]*\"\])"
_PATH = re.compile(rf"(?<![\w\]\")])\.{_ONE_STEP}?(?:\??\.?{_ONE_STEP})*")
_STEP = re.compile(r"[A-Za-z_][\w-]*|\[\d*\]|\[\"([^\"]*)\"\]")
_COUNTS = re.compile(
    r"\|\s*(?:length|test\(|startswith|endswith|contains|any|all|tonumber)|[!=<>]=|@sh|@base64|@uri"
)
_API = re.compile(r"https?://(?:api\.github\.com|\$\{?GITHUB_API_URL)")
_PULLS = re.compile(r"(?:^|/)(?:issues|pulls|comments|commits|files|reviews|search)(?=$|[/?\s\"'])")
_COMMENTS = re.compile(r"(?:comments|reviews)(?:/|$|[?\s\"'])")
_RELEASES = re.compile(r"(?:^|/)(?:releases|tags)(?=$|[/?\s\"'])")
_RUNS = re.compile(r"actions/runs(?=$|[/?\s\"'])")

_HARMLESS_LETTERS = frozenset(("H", "h", "T", "t", "P", "p", "ct", "at", "ci", "ai", "cI", "aI", "cd", "ad"))

MAX_FILTER = 2000
"""Characters of a filter of `jq` that are read."""


def jq_paths(text: str) -> tuple[tuple[str, ...], ...] | None:
    """The fields that a filter of `jq` takes from its input; None where only a yes, a number or a quoted
    text comes out. `*` stands for the items of a list.
    """
    text = text[:MAX_FILTER]
    if _COUNTS.search(text.partition("select(")[0] if "select(" in text else text):
        return None
    found: list[tuple[str, ...]] = []
    prefix: tuple[str, ...] = ()
    for stage in re.sub(r"select\((?:[^()]|\([^()]*\))*\)", ".", text).split("|"):
        paths = [_steps(match[0]) for match in _PATH.finditer(stage)]
        simple = re.fullmatch(r"[\s\[({]*[.\w\[\]\"?-]*[\s\])}]*", stage) is not None
        if simple and len(paths) == 1:
            prefix += paths[0]
        elif paths:
            found += [prefix + path for path in paths]
            prefix = ()
    return tuple(found) if found and not prefix else (*found, prefix)


def _steps(path: str) -> tuple[str, ...]:
    return tuple(
        match[1] or ("*" if match[0].startswith("[") else match[0]) for match in _STEP.finditer(path)
    )


def option(words: Words, *names: str) -> str | None:
    """The value of an option, written after it or after a `=`."""
    for index, word in enumerate(words):
        if word in names and index + 1 < len(words):
            return words[index + 1]
        for name in names:
            if word is not None and word.startswith(f"{name}="):
                return word[len(name) + 1 :]
    return None


def printed(program: str, words: Words) -> tuple[Content, ...] | None:
    """The texts of GitHub in what a command prints; None where the command isn't known."""
    if program == "gh":
        return _of_gh(words)
    if program in ("curl", "wget"):
        address = next((word for word in words if word and _API.search(word)), None)
        return _of_route(address, None) if address else None
    if program == "git":
        return _of_git(words)
    return None


def _of_gh(words: Words) -> tuple[Content, ...] | None:
    first, second = ((*words, None, None)[:2]) if words else (None, None)
    filter = option(words, "-q", "--jq")
    if first == "api":
        route = next((word for word in words[1:] if word and not word.startswith("-")), None)
        if route == "graphql" or route is None:
            return (TITLE, BODY) if route else None
        return _of_route(route, filter)
    if first == "pr" and second == "diff":
        return (FILE_NAMES,) if "--name-only" in words else (DIFF,)
    fields = {
        "pr": PULL_REQUEST_FIELDS,
        "issue": PULL_REQUEST_FIELDS,
        "search": PULL_REQUEST_FIELDS,
        "release": RELEASE_FIELDS,
        "run": RUN_FIELDS,
    }.get(first or "")
    if fields is None or second not in ("view", "list", "status", "issues", "prs", "commits"):
        return None
    json = option(words, "--json")
    if json is None:
        if fields is PULL_REQUEST_FIELDS:
            return (TITLE, BODY, *((COMMENT,) if "--comments" in words else ()))
        return tuple(dict.fromkeys(fields.values()))
    if filter is not None:
        paths = jq_paths(filter)
        return (HARMLESS,) if paths is None else chosen(fields, _fitting(paths, json))
    return chosen(fields, tuple((name.strip(),) for name in json.split(",")))


def _fitting(paths: tuple[tuple[str, ...], ...], json: str) -> tuple[tuple[str, ...], ...]:
    """The paths, where one that names nothing stands for all fields that were asked for."""
    names = tuple((name.strip(),) for name in json.split(","))
    return tuple(each for path in paths for each in ((path,) if set(path) - {"*"} else names))


def _of_route(route: str, filter: str | None) -> tuple[Content, ...] | None:
    fields = PULL_REQUEST_FIELDS
    if _RELEASES.search(route):
        fields = RELEASE_FIELDS
    elif _RUNS.search(route):
        fields = RUN_FIELDS
    elif not _PULLS.search(route):
        return (BRANCH,) if "branches" in route else None
    if filter is None:
        return (COMMENT,) if _COMMENTS.search(route) else tuple(dict.fromkeys(fields.values()))
    paths = jq_paths(filter)
    return (HARMLESS,) if paths is None else chosen(fields, paths)


def narrowed(program: str, words: Words, filter: str) -> tuple[Content, ...] | None:
    """What `… | jq FILTER` leaves of what a command prints."""
    paths = jq_paths(filter)
    if paths is None:
        return (HARMLESS,)
    if program == "gh" and words[:1] != ["api"] and (json := option(words, "--json")) is not None:
        return _of_gh([*words, "--jq", filter]) if json else None
    if program == "gh" and tuple(words[:1]) == ("api",):
        return _of_gh([*words, "--jq", filter])
    if program in ("curl", "wget"):
        address = next((word for word in words if word and _API.search(word)), None)
        return _of_route(address, filter) if address else None
    return None


def _of_git(words: Words) -> tuple[Content, ...] | None:
    plain = [word for word in words if word and not word.startswith("-")]
    command = plain[0] if plain else ""
    texts = [word for word in words if word]
    if command in ("log", "show", "rev-list", "shortlog"):
        form = next((word for word in texts if word.startswith(("--format", "--pretty"))), "")
        if any(word in ("--name-only", "--name-status") for word in texts):
            return (OWN_FILE_NAMES,)
        letters = set(re.findall(r"%([a-zA-Z]{1,2})", form))
        if letters and letters <= _HARMLESS_LETTERS:
            return (HARMLESS,)
        if letters and letters <= {"an", "ae", "cn", "ce", "aN", "aE"}:
            return (OWN_COMMIT_AUTHOR,)
        return None if command == "rev-list" else (OWN_COMMIT_MESSAGE,)
    if command in ("diff", "diff-tree", "ls-files", "ls-tree", "status"):
        return (OWN_FILE_NAMES,)
    if command in ("branch", "symbolic-ref", "name-rev") or (
        command == "rev-parse" and any(word.startswith("--abbrev-ref") for word in texts)
    ):
        return (BRANCH,)
    if command in ("describe", "tag"):
        return (TAG,)
    return (HARMLESS,) if command in ("rev-parse", "merge-base", "hash-object", "config") else None


_MINTING: tuple[tuple[str, ...], ...] = (
    ("aws", "codeartifact", "get-authorization-token"),
    ("aws", "ecr", "get-login-password"),
    ("aws", "ecr-public", "get-login-password"),
    ("aws", "secretsmanager", "get-secret-value"),
    ("aws", "ssm", "get-parameter"),
    ("aws", "ssm", "get-parameters"),
    ("aws", "sts", "assume-role"),
    ("aws", "sts", "assume-role-with-web-identity"),
    ("aws", "sts", "get-session-token"),
    ("az", "account", "get-access-token"),
    ("az", "acr", "login"),
    ("az", "keyvault", "secret"),
    ("bw", "get"),
    ("doppler", "secrets"),
    ("gcloud", "auth", "print-access-token"),
    ("gcloud", "auth", "print-identity-token"),
    ("gcloud", "secrets", "versions"),
    ("gh", "auth", "token"),
    ("kubectl", "create", "token"),
    ("kubectl", "get", "secret"),
    ("npm", "token"),
    ("oc", "whoami"),
    ("op", "item"),
    ("op", "read"),
    ("pass", "show"),
    ("sops", "-d"),
    ("vault", "kv"),
    ("vault", "read"),
    ("vault", "token"),
    ("vault", "write"),
)
"""The beginning of commands that print a credential."""

CREDENTIAL_VARIABLES = frozenset(
    {"ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_RUNTIME_TOKEN", "ACTIONS_CACHE_TOKEN"}
)
"""Variables of the runner that hold one."""

_ID_TOKEN = re.compile(
    r"ACTIONS_ID_TOKEN_REQUEST_(?:TOKEN|URL)|/generateAccessToken|computeMetadata/v1/[^\n]*token"
)


def minted(program: str, words: Words, text: str) -> str | None:
    """The command, by its first words, if it prints a credential that it makes. `text` is all of it."""
    plain = (program, *(word for word in words if word and not (word.startswith("-") and word != "-d")))
    for start in _MINTING:
        if plain[: len(start)] == start:
            return " ".join(start)
    if program in ("curl", "wget") and _ID_TOKEN.search(text):
        return f"{program} of the id-token"
    return None
