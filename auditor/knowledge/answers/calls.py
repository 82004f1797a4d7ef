"""What calls of GitHub's clients give back: `github.rest.*`, `octokit.*`, and the addresses of the API.

Source: the names of octokit's endpoint methods and GitHub's REST reference, read 2026-11.
"""

from __future__ import annotations

import re

from auditor.knowledge.answers.content import (
    BRANCH,
    LABEL,
    OWN_COMMIT_MESSAGE,
    PULL_REQUEST_FIELDS,
    RELEASE_FIELDS,
    RUN_FIELDS,
    Content,
    chosen,
)

_CALL = re.compile(r"(?:^|\.)(?:rest\.)?(issues|pulls|search|repos|actions|git|reactions)\.(\w+)$")
_READS = re.compile(r"^(?:get|list|search|issuesAndPullRequests|commits|compare)", re.IGNORECASE)
_RELEASE = re.compile(r"[Rr]elease|[Tt]ag")
_CLIENT = re.compile(r"\b(?:github|octokit|client|gh|api|kit)\w*\b", re.IGNORECASE)


def answered(function: str, path: tuple[str, ...]) -> tuple[Content, ...] | None:
    """The texts in a field of a call's answer; None where the call isn't one of GitHub's clients."""
    if function.endswith((".request", ".paginate", ".graphql")) and _CLIENT.search(function):
        return chosen(PULL_REQUEST_FIELDS, (path,)) if _names_text(path) else None
    match = _CALL.search(function)
    if match is None or not _READS.match(match[2]):
        return None
    area, method = match[1], match[2]
    if area in ("issues", "pulls", "search"):
        if "label" in method.lower() or "milestone" in method.lower():
            return (LABEL,)
        return chosen(PULL_REQUEST_FIELDS, (path,))
    if area == "actions":
        return chosen(RUN_FIELDS, (path,))
    if _RELEASE.search(method):
        return chosen(RELEASE_FIELDS, (path,))
    if "ommit" in method:
        return (OWN_COMMIT_MESSAGE,) if path and path[-1] == "message" else ()
    if "ranch" in method or area == "git":
        return (BRANCH,) if path and path[-1] in ("name", "ref") else ()
    return None


def _names_text(path: tuple[str, ...]) -> bool:
    return any(name in PULL_REQUEST_FIELDS for name in path)
