"""`ci-audit upload`: gives a SARIF file to code scanning, where no workflow does."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.options import ApiUrl
from auditor.cli.output import write
from auditor.errors import UsageError

MAX_BYTES = 200_000_000
"""The largest file that is read: GitHub takes 10 MB once it is compressed."""


def upload(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A SARIF file of ours, or -.")],
    repository: Annotated[
        str | None,
        typer.Option(metavar="O/R", help="The results' repository; default: as the file says."),
    ] = None,
    commit: Annotated[
        str | None,
        typer.Option(metavar="SHA", help="The results' commit; default: as the file says."),
    ] = None,
    ref: Annotated[
        str | None,
        typer.Option(metavar="REF", help="As refs/heads/main or refs/pull/7/head; default: the run's."),
    ] = None,
    api_url: ApiUrl = "https://api.github.com",
) -> None:
    """Upload a SARIF file to code scanning, and wait until it is taken in."""
    from auditor.github.api.app import credential_from
    from auditor.github.api.client import GitHub
    from auditor.github.code_scanning.analysis import Analysis, target_of
    from auditor.github.code_scanning.summary import render
    from auditor.github.code_scanning.upload import Delivery, UploadOutcome, deliver

    analysis = Analysis.read(_text(file))
    target = target_of(analysis, os.environ, repository=repository, commit=commit, ref=ref)
    github = GitHub(credential_from(os.environ, target.repository.partition("/")[0]), api_url, say=_say)
    (delivered,) = deliver(github, [Delivery(target=target, analysis=analysis)])
    write(github.hidden("".join(render([delivered]))), None)
    arrived = (UploadOutcome.UPLOADED, UploadOutcome.UNCHANGED)
    raise typer.Exit(0 if delivered.ending in arrived else 4)


def _say(text: str) -> None:
    from auditor.report.escape import printed

    print(f"ci-audit: {printed(text)}", file=sys.stderr)


def _text(file: Path) -> str:
    try:
        if file == Path("-"):
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with file.open("rb") as opened:
                data = opened.read(MAX_BYTES + 1)
        text = data.decode("utf-8")
    except OSError as error:
        raise UsageError(f"can't read {file}: {error.strerror}", help="Name a SARIF file.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file} isn't UTF-8", help="Name a SARIF file.") from None
    if len(data) > MAX_BYTES:
        raise UsageError(f"{file} is larger than {MAX_BYTES:,} bytes", help="GitHub takes no such file.")
    return text
