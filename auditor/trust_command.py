"""The command `trust`: from a file of policies, and perhaps one of tokens, to what is printed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from auditor.audit.audit import listed
from auditor.audit.read import opened
from auditor.collect import worktree
from auditor.collect.collected import Checkout
from auditor.errors import UsageError
from auditor.facts.cloud import policy_meaning
from auditor.files.repository_files import LIMIT
from auditor.model.settings import Settings
from auditor.report import trust as report


@dataclass(frozen=True, slots=True)
class Printed:
    """What goes to standard output, and what to standard error because the answer isn't whole."""

    text: str
    problems: str


def run(
    checkout: Checkout,
    named: AbstractSet[str],
    settings: Settings,
    tokens: Sequence[dict[str, str]] | None,
    *,
    as_json: bool,
) -> Printed:
    """What the policies in the files `named` mean, or what becomes of `tokens` there.

    Raises `UsageError` where the files hold no policy and nothing is wrong with them.
    """
    found = opened(checkout, settings)
    parties = [one for one in found.facts.repository.relying_parties if one.location.path in named]
    problems = [problem for problem in listed(found.problems) if problem.location.path in named]
    if not parties and not problems:
        raise UsageError(
            "there is no policy that takes tokens of GitHub Actions",
            help="Name a file with a role's trust policy: JSON, CloudFormation or Terraform.",
        )
    if tokens is None:
        meanings = [policy_meaning.meaning(party, found.facts, found.sources) for party in parties]
        text = report.meanings(meanings, problems, as_json=as_json)
    else:
        judged = [policy_meaning.judge(parties, found.facts, token) for token in tokens]
        text = report.judgements(judged, as_json=as_json)
    return Printed(text, "".join(f"ci-audit: {report.problem(problem)}\n" for problem in problems))


def read_tokens(path: Path) -> list[dict[str, str]]:
    """The tokens of a file, or of standard input for `-`. Raises `UsageError`."""
    try:
        if str(path) == worktree.STDIN:
            data = sys.stdin.buffer.read(LIMIT + 1)
        else:
            with path.open("rb") as file:
                data = file.read(LIMIT + 1)
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it isn't UTF-8"
        raise UsageError(f"can't read {path}: {why}", help="Name a file with claims as JSON.") from None
    if len(data) > LIMIT:
        raise UsageError(f"{path} is larger than {LIMIT:,} bytes", help="Give fewer tokens.")
    return list(policy_meaning.read_claims(text))
