"""`ci-audit map`: draws the boundary map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.options import (
    AsOf,
    HostName,
    MapFormat,
    Output,
    Paths,
    RepositoryName,
    SettingsFile,
    Visible,
    given_settings,
)
from auditor.cli.output import write
from auditor.cli.target import collected, snapshot_of, with_repository
from auditor.errors import NothingToAudit

if TYPE_CHECKING:
    from auditor.report.map.document import BoundaryMap


def draw(
    paths: Paths = None,
    format: Annotated[MapFormat, typer.Option("--format", "-f", help="What to write.")] = MapFormat.TEXT,
    output: Output = None,
    repository: RepositoryName = None,
    visibility: Visible = None,
    host: HostName = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
    guarded: Annotated[
        bool, typer.Option("--guarded", help="Also show the ways that a gate closes.")
    ] = False,
) -> None:
    """Draw the boundary map: per job who can start it, whose code runs, and with what power."""
    from auditor.audit.audit import draw_map

    snapshot = snapshot_of(settings)
    given = given_settings(repository, visibility, host, as_of, snapshot)
    repositories = collected(paths or ())
    drawn = draw_map(repositories, with_repository(given, repositories, snapshot), snapshot, guarded=guarded)
    write(_rendered(drawn, format), output)
    if not drawn.jobs and not drawn.problems:
        raise NothingToAudit("nothing to map: no job", help="Name a repository with workflows.")
    raise typer.Exit(4 if drawn.problems else 0)


def _rendered(drawn: BoundaryMap, format: MapFormat) -> str:
    if format is MapFormat.JSON:
        from auditor.report.map import json

        return json.render(drawn)
    if format is MapFormat.HTML:
        from auditor.report.map import html

        return html.render(drawn)
    from auditor.report.map import text

    return text.render(drawn)
