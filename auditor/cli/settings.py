"""`ci-audit settings`: reads the settings that decide verdicts from GitHub."""

from __future__ import annotations

import os
import re
import sys
from typing import Annotated

import typer

from auditor.cli.options import NAME, ApiUrl, Output, day_of
from auditor.cli.output import write
from auditor.errors import UsageError


def settings(
    name: Annotated[str, typer.Argument(metavar="OWNER[/REPO]", help="A repository, or all of an owner's.")],
    output: Output = None,
    api_url: ApiUrl = "https://api.github.com",
) -> None:
    """Read the settings that decide verdicts from GitHub, with a token or as an App (see the README)."""
    if not re.fullmatch(rf"{NAME}(/{NAME})?", name, re.ASCII):
        raise UsageError(f"`{name}` is no owner or repository", help="Write OWNER or OWNER/NAME.")
    from auditor.github.api.app import credential_from
    from auditor.github.api.client import GitHub
    from auditor.model.snapshot import AGAIN
    from auditor.report.escape import printed
    from auditor.settings.from_github.snapshot import read_snapshot
    from auditor.settings.snapshot_file import dump_settings

    credential = credential_from(os.environ, name.partition("/")[0])

    def say(text: str) -> None:
        # What GitHub answers could hold the token, too, and output is shared.
        print(f"ci-audit: {printed(credential.hidden(text))}", file=sys.stderr)

    found = read_snapshot(GitHub(credential, api_url, say=say), name, today=day_of(None, None), say=say)
    write(credential.hidden(dump_settings(found)), output)
    lost = [
        (known.repository or owner, setting, needs)
        for owner, known in (*found.owners.items(), *found.repositories.items())
        for setting, needs in known.unreadable.items()
    ]
    for name, setting, needs in lost:
        say(f"{name}: {setting} isn't readable; it needs {needs}")
    raise typer.Exit(4 if any(needs.startswith(AGAIN) for _, _, needs in lost) else 0)
