"""`ci-audit trust`: who can assume a role."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.options import AnswerFormat, RepositoryName, day_of, repository_name
from auditor.cli.output import write
from auditor.cli.target import collected, with_repository
from auditor.collect.outside_policies import with_trust
from auditor.model.settings import Settings


def trust(
    policy: Annotated[Path, typer.Argument(metavar="POLICY", help="A file with a trust policy.")],
    path: Annotated[str, typer.Argument(metavar="[PATH]", help="The repository whose jobs are asked.")] = ".",
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
    from auditor import trust_command

    tokens = trust_command.read_tokens(claims) if claims is not None else None
    checkout, named = with_trust(collected([path])[0], [policy])
    told = with_repository(Settings(repository_name(repository), as_of=day_of(None, None)), [checkout], None)
    answer = trust_command.run(checkout, named, told, tokens, as_json=format is AnswerFormat.JSON)
    write(answer.text, None)
    print(answer.problems, end="", file=sys.stderr)
    raise typer.Exit(4 if answer.problems else 0)
