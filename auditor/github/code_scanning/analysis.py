"""A SARIF file that may be given to code scanning, and whose results it holds."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from auditor.errors import UsageError
from auditor.files.git_dir import parse_origin
from auditor.report.scan.sarif_digest import shown_digest

_REPOSITORY = re.compile(r"(?!\.\.?/)[\w.-]+/(?!\.\.?$)[\w.-]+", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REF = re.compile(r"refs/(?:heads|tags)/[^\x00-\x20\x7f~^:?*\[\\]+|refs/pull/[1-9][0-9]*/(?:head|merge)")
_HELP = "Write it with `ci-audit scan --format sarif`."


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Whose results they are: `ref` is a branch, a tag, or a pull request's (`refs/pull/N/head|merge`)."""

    repository: str
    commit: str
    ref: str

    @property
    def fault(self) -> str:
        """What keeps it from being one; nothing where nothing does."""
        if not _REPOSITORY.fullmatch(self.repository):
            return f"`{self.repository}` is no repository (OWNER/NAME)"
        if not _COMMIT.fullmatch(self.commit):
            return f"`{self.commit}` is no commit, which is 40 or 64 hexadecimal digits"
        if not _REF.fullmatch(self.ref):
            return f"`{self.ref}` is no ref, as refs/heads/main or refs/pull/7/head"
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """A file of one run of ours. `digest` is of what code scanning shows of it; `repository` (`owner/name`)
    and `commit` are those that it says it is of."""

    text: str
    category: str
    digest: str
    repository: str | None = None
    commit: str | None = None

    @classmethod
    def read(cls, text: str) -> Analysis:
        """Raises `UsageError` for what isn't one."""
        run = _run(text)
        try:
            category, digest = run["automationDetails"]["id"], shown_digest(run)
        except (KeyError, TypeError, AttributeError):
            raise UsageError("the SARIF file isn't as ci-audit writes it", help=_HELP) from None
        return cls(text=text, category=str(category), digest=digest, **_provenance(run))


def target_of(
    analysis: Analysis,
    environment: Mapping[str, str],
    *,
    repository: str | None = None,
    commit: str | None = None,
    ref: str | None = None,
) -> Target:
    """Where a file belongs: what is given comes first, then what it says, then a workflow run's variables.

    The run's commit and ref are taken only where the file may be of its repository, and its ref only where
    that is one of the file's commit. A pull request's head that was checked out in place of the merge has
    the ref of the head. Raises `UsageError` where something is missing or doesn't fit.
    """
    name = repository or analysis.repository or environment.get("GITHUB_REPOSITORY", "")
    is_runs = name.lower() == environment.get("GITHUB_REPOSITORY", "").lower()
    is_files = analysis.repository is None or name.lower() == analysis.repository.lower()
    runs_commit = environment.get("GITHUB_SHA", "") if is_runs else ""
    sha = commit or (analysis.commit if is_files else None) or runs_commit
    if ref is None and is_runs:
        ref = environment.get("GITHUB_REF", "")
        if sha != runs_commit:
            ref = re.sub(r"^(refs/pull/[0-9]+)/merge$", r"\1/head", ref)
            ref = ref if ref.startswith("refs/pull/") else ""
    for value, option in ((name, "--repository"), (sha, "--commit"), (ref, "--ref")):
        if not value:
            what = option.removeprefix("--")
            raise UsageError(
                f"it isn't known which {what} the SARIF file is of", help=f"Say it with {option}."
            )
    target = Target(repository=name, commit=sha, ref=ref or "")
    if target.fault:
        raise UsageError(target.fault, help="Look at --repository, --commit and --ref.")
    return target


def _run(text: str) -> Mapping[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError("the file isn't JSON, so it is no SARIF file", help=_HELP) from None
    runs = document.get("runs") if isinstance(document, dict) else None
    if not isinstance(runs, list) or not all(isinstance(run, dict) for run in runs):
        raise UsageError("the file is no SARIF file", help=_HELP)
    if len(runs) != 1:
        help = "Upload one file for each: code scanning takes one run of a category."
        raise UsageError(f"the SARIF file has {len(runs)} runs, and not one", help=help)
    run: Mapping[str, Any] = runs[0]
    try:
        tool = run["tool"]["driver"]["name"]
    except (KeyError, TypeError):
        tool = None
    if tool != "ci-audit":
        help = "Upload another tool's file with `github/codeql-action/upload-sarif`."
        raise UsageError("the SARIF file isn't ci-audit's", help=help)
    return run


def _provenance(run: Mapping[str, Any]) -> dict[str, str | None]:
    try:
        (details,) = run["versionControlProvenance"]
        origin, commit = parse_origin(unquote(details["repositoryUri"])), details["revisionId"]
    except (KeyError, TypeError, ValueError, AttributeError):
        return {}
    if origin is None or not isinstance(commit, str):
        return {}
    return {"repository": f"{origin.owner}/{origin.name}", "commit": commit}
