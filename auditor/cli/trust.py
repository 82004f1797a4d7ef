"""`ci-audit trust`: who can assume a role."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.options import AnswerFormat, RepositoryName, day_of, repository_name
from auditor.cli.output import write
from auditor.cli.target import collected, with_repository
from auditor.collect.collected import CollectedRepository
from auditor.collect.outside_policies import with_trust
from auditor.collect.worktree import STDIN
from auditor.errors import UsageError
from auditor.files.repository_files import LIMIT
from auditor.model.settings import Settings

MAX_TOKENS = 10_000
"""Tokens of one claims file that are judged."""


def trust(
    policy: Annotated[Path, typer.Argument(metavar="POLICY", help="A file with a trust policy.")],
    path: Annotated[
        str, typer.Argument(metavar="[PATH]", help="The repository whose jobs are checked.")
    ] = ".",
    repository: RepositoryName = None,
    format: Annotated[
        AnswerFormat, typer.Option("--format", "-f", help="What to write.")
    ] = AnswerFormat.TEXT,
    claims: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Judge these tokens: a JSON object of claims, or one a line."),
    ] = None,
) -> None:
    """Who can assume a role: this repository's jobs, others, and the tightest policy that is enough."""
    tokens = _tokens(claims) if claims is not None else None
    audited, named = with_trust(collected([path])[0], [policy])
    known = with_repository(Settings(repository_name(repository), as_of=day_of(None, None)), [audited], None)
    answer, problems = _answer(audited, named, known, tokens, as_json=format is AnswerFormat.JSON)
    write(answer, None)
    print(problems, end="", file=sys.stderr)
    raise typer.Exit(4 if problems else 0)


def _answer(
    audited: CollectedRepository,
    named: AbstractSet[str],
    settings: Settings,
    tokens: Sequence[dict[str, str]] | None,
    *,
    as_json: bool,
) -> tuple[str, str]:
    """What the policies in the files `named` mean, or what becomes of `tokens` there; then what went wrong.

    Raises `UsageError` where the files hold no policy and nothing is wrong with them.
    """
    from auditor.audit.audit import listed
    from auditor.audit.read import opened
    from auditor.facts.cloud.policy_meaning import Meanings, judge
    from auditor.report import trust as report

    found = opened(audited, settings)
    facts = found.facts
    parties = [one for one in facts.repository.relying_parties if one.location.path in named]
    problems = [problem for problem in listed(found.problems) if problem.location.path in named]
    if not parties and not problems:
        raise UsageError(
            "there is no policy that takes tokens of GitHub Actions",
            help="Name a file with a role's trust policy: JSON, CloudFormation or Terraform.",
        )
    if tokens is None:
        meanings = Meanings(
            facts.repository,
            facts.acceptors,
            facts.trust,
            facts.job_access,
            facts.claims,
            facts.roles,
            found.sources,
        )
        text = report.meanings([meanings.of(party) for party in parties], problems, as_json=as_json)
    else:
        judged = [judge(parties, facts.acceptors, token) for token in tokens]
        text = report.judgements(judged, as_json=as_json)
    return text, "".join(f"ci-audit: {report.problem(problem)}\n" for problem in problems)


def _tokens(path: Path) -> list[dict[str, str]]:
    """The tokens of a file, or of standard input for `-`. Raises `UsageError`."""
    try:
        if str(path) == STDIN:
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
    return list(_claims(text))


def _claims(text: str) -> Iterator[dict[str, str]]:
    """The tokens of a claims file: one as JSON, a list of them, or one a line. Raises `UsageError`."""
    try:
        found = json.loads(text)
        documents = found if isinstance(found, list) else [found]
    except (ValueError, RecursionError):
        documents = [
            _parsed(line, number) for number, line in enumerate(text.splitlines(), 1) if line.strip()
        ]
    if not documents or len(documents) > MAX_TOKENS:
        raise UsageError(
            f"the claims file holds {len(documents):,} tokens", help=f"Give 1 to {MAX_TOKENS:,} of them."
        )
    for document in documents:
        if not isinstance(document, dict):
            raise UsageError(
                "a token's claims are no JSON object", help='Write {"sub": "repo:…", "aud": "…"}.'
            )
        yield {key: _claim(value) for key, value in document.items()}


def _parsed(line: str, number: int) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise UsageError(
            f"line {number} of the claims file is no JSON",
            help="Give one token's claims as a JSON object, or one object a line.",
        ) from None


def _claim(value: object) -> str:
    """A claim as GitHub mints it: all of its are texts."""
    return value if isinstance(value, str) else json.dumps(value)
