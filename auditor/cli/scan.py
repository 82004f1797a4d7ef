"""`ci-audit scan`: audits what is on disk, prints a report, and says how it went by its exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.options import (
    AsOf,
    Format,
    HostName,
    Ignore,
    Output,
    Paths,
    RepositoryName,
    Select,
    SettingsFile,
    SeverityName,
    Visible,
    given_settings,
    rule_ids,
)
from auditor.cli.output import is_colored, write
from auditor.cli.target import collected, snapshot_of, with_repository
from auditor.collect.collected import CollectedRepository
from auditor.collect.coverage import FileState
from auditor.collect.outside_policies import with_trust
from auditor.errors import NothingToAudit, UsageError
from auditor.finding import Severity, Verdict

if TYPE_CHECKING:
    from auditor.report.scan.document import Report


def scan(
    paths: Paths = None,
    format: Annotated[Format, typer.Option("--format", "-f", help="What to write.")] = Format.TEXT,
    output: Output = None,
    repository: RepositoryName = None,
    visibility: Visible = None,
    host: HostName = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
    trust: Annotated[
        list[Path] | None, typer.Option(metavar="PATH", help="More trust policies; repeatable.")
    ] = None,
    select: Select = None,
    ignore: Ignore = None,
    fail_on: Annotated[
        SeverityName, typer.Option(help="Exit with 1 from this severity on.")
    ] = SeverityName.MEDIUM,
    min_severity: Annotated[
        SeverityName, typer.Option(help="Leave out of the report, and of the exit code, what is less severe.")
    ] = SeverityName.INFO,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Exit with 0 also where 1 or 4 is due.")
    ] = False,
    guarded: Annotated[
        bool, typer.Option("--guarded", help="Also show what a gate holds back; it never fails the scan.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Also show what was and wasn't covered.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="One line a finding.")] = False,
    no_cache: Annotated[  # noqa: ARG001 - accepted, so that scripts needn't change later
        bool, typer.Option("--no-cache", help="Read everything anew (there is no cache yet).")
    ] = False,
    no_progress: Annotated[  # noqa: ARG001 - as above
        bool, typer.Option("--no-progress", help="Show no progress (none is shown yet).")
    ] = False,
) -> None:
    """Audit repositories, folders or files; the current folder by default."""
    from auditor.audit.audit import audit
    from auditor.engine import registry

    if verbose and quiet:
        raise UsageError("-v and -q contradict each other", help="Give one of them.")
    rules = registry.chosen(rule_ids(select, "--select"), rule_ids(ignore, "--ignore"))
    snapshot = snapshot_of(settings)
    given = given_settings(repository, visibility, host, as_of, snapshot)
    repositories = _with_trust(collected(paths or ()), trust or ())
    if not quiet:
        _say_root(paths or ())
    known = with_repository(given, repositories, snapshot)
    report = audit(repositories, known, rules, snapshot, guarded=guarded)
    shown = tuple(finding for finding in report.findings if finding.severity >= min_severity.severity)
    report = replace(report, findings=shown)
    write(_rendered(report, format, to_file=output is not None, verbose=verbose, quiet=quiet), output)
    raise typer.Exit(_exit_code(report, fail_on.severity, exit_zero=exit_zero))


def _say_root(paths: Sequence[str]) -> None:
    """Which repository a folder belongs to, where it isn't the whole of it."""
    from auditor.collect.worktree import STDIN, root_of
    from auditor.report.escape import printed_path

    for path in paths or ["."]:
        root = None if path == STDIN or not Path(path).is_dir() else root_of(path)
        if root is not None and root != Path(path).resolve():
            folder = printed_path(str(path))
            print(
                f"ci-audit: {folder} is a part of {printed_path(str(root))}; only that part is audited",
                file=sys.stderr,
            )


def _with_trust(
    repositories: tuple[CollectedRepository, ...], paths: Sequence[Path]
) -> tuple[CollectedRepository, ...]:
    """The repositories, the first with the trust policies that `paths` hold, wherever they lie."""
    if not paths or not repositories:
        return repositories
    first, *rest = repositories
    return with_trust(first, paths)[0], *rest


def _rendered(report: Report, format: Format, *, to_file: bool, verbose: bool, quiet: bool) -> str:
    if format is Format.JSON:
        from auditor.report.scan import json

        return json.render(report)
    if format is Format.SARIF:
        from auditor.report.scan import sarif

        return sarif.render(report)
    from auditor.report.scan import text

    terminal = sys.stdout.isatty() and not to_file
    color = is_colored(on_terminal=terminal)
    width = os.get_terminal_size().columns if terminal else 100
    return text.render(report, verbose=verbose, quiet=quiet, width=width, color=color)


def _exit_code(report: Report, fail_on: Severity, *, exit_zero: bool) -> int:
    """4 before 3 before 1; `--exit-zero` spares all but 3."""
    if report.problems and not exit_zero:
        return 4
    if not any(
        file.state in (FileState.AUDITED, FileState.PARTIAL, FileState.UNREADABLE)
        for file in report.coverage.files
    ):
        print(
            "ci-audit: nothing to audit: no workflow, action, agent configuration or trust policy",
            file=sys.stderr,
        )
        return NothingToAudit.exit_code
    open_ones = (finding for finding in report.findings if finding.verdict is not Verdict.GUARDED)
    if any(finding.severity >= fail_on for finding in open_ones) and not exit_zero:
        return 1
    return 0
