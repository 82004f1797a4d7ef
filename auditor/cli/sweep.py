"""`ci-audit sweep`: audits all repositories of owners, and puts the parts of a shared sweep together."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from auditor.cli.command import HELP_NAMES, Command, write_options
from auditor.cli.options import NAME, ApiUrl, Ignore, Select, SeverityName, day_of, rule_ids
from auditor.cli.output import is_colored, write
from auditor.cli.target import snapshot_of
from auditor.errors import NothingToAudit, UsageError

if TYPE_CHECKING:
    from auditor.report.sweep.document import Sweep
    from auditor.sweep.session import SweepOutcome

RUN = "run"
"""The command that is meant where none is named."""

_GO_ON = "Run it again: it goes on where it stopped."
_REPORT = "Please report it. What was done is kept: run it again, and it goes on where it stopped."


class _OwnersFirst(TyperGroup):
    """Takes `sweep OWNER` for `sweep run OWNER`, which also serves an owner called merge."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, *HELP_NAMES["help_option_names"]):
            args = [RUN, *args]
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, _ctx: Any) -> list[str]:
        return ["[OPTIONS]", "OWNER..."]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Those of a run, which is what most people sweep for; then the commands."""
        write_options(self.commands[RUN], ctx, formatter)
        self.format_commands(ctx, formatter)


sweep = typer.Typer(cls=_OwnersFirst, no_args_is_help=True, rich_markup_mode=None, add_completion=False)

StateFile = Annotated[
    Path, typer.Option("--state", metavar="FILE", help="What is kept from sweep to sweep, in one file.")
]
Folder = Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Where the reports go.")]
FailOn = Annotated[SeverityName, typer.Option("--fail-on", help="Exit with 1 from this severity on.")]
FailOnNew = Annotated[
    SeverityName | None,
    typer.Option("--fail-on-new", help="Exit with 1 only where a finding of at least this severity is new."),
]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 also where 1 or 4 is due.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but what went wrong.")]
Owners = Annotated[list[str], typer.Argument(metavar="OWNER...", help="Organisations or users.")]
SettingsFile = Annotated[
    Path | None,
    typer.Option("--settings", metavar="FILE", help="A settings snapshot; by default read from GitHub."),
]
NoSettings = Annotated[
    bool, typer.Option("--no-settings", help="Read no settings: the worst case is assumed.")
]
IncludeIac = Annotated[
    bool,
    typer.Option("--include-iac", help="Look for trust policies in all files, through git; it takes longer."),
]
NoForks = Annotated[bool, typer.Option("--no-forks", help="Leave out repositories that are forks.")]
ShardText = Annotated[
    str, typer.Option("--shard", metavar="I/N", help="Only this part of N; `sweep merge` joins them.")
]
Jobs = Annotated[
    int | None, typer.Option("--jobs", metavar="N", help="Processes that audit; default: one a core.")
]
Scheduler = Annotated[
    str | None, typer.Option("--scheduler", metavar="URL", help="A Dask scheduler, as tls://HOST:PORT.")
]
Reserve = Annotated[
    int,
    typer.Option("--reserve", metavar="PERCENT", min=0, max=99, help="Of GitHub's limits, left to others."),
]
Upload = Annotated[
    bool, typer.Option("--upload", help="Upload to code scanning what has changed since the last upload.")
]
NoProgress = Annotated[bool, typer.Option("--no-progress", help="Don't say how far it is.")]


@sweep.command(RUN, cls=Command)
def run(
    owners: Owners,
    state: StateFile = Path("ci-audit-sweep.sqlite"),
    output: Folder = Path("ci-audit-sweep"),
    settings: SettingsFile = None,
    no_settings: NoSettings = False,
    include_iac: IncludeIac = False,
    no_forks: NoForks = False,
    shard: ShardText = "1/1",
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    reserve: Reserve = 10,
    api_url: ApiUrl = "https://api.github.com",
    select: Select = None,
    ignore: Ignore = None,
    upload: Upload = False,
    fail_on: FailOn = SeverityName.MEDIUM,
    fail_on_new: FailOnNew = None,
    exit_zero: ExitZero = False,
    quiet: Quiet = False,
    no_progress: NoProgress = False,
) -> None:
    """Audit all repositories of owners, and say what is new since the last sweep (`run` may be left out)."""
    from auditor.cli.interrupt import expected, interruptible
    from auditor.cli.progress import watched
    from auditor.engine import registry
    from auditor.sweep.session import SweepRequest, carry_out
    from auditor.sweep.state.shard import parsed
    from auditor.sweep.state.state import SweepState

    for owner in owners:
        if not re.fullmatch(NAME, owner, re.ASCII):
            raise UsageError(f"`{owner}` is no owner", help="Name organisations or users.")
    if settings is not None and no_settings:
        raise UsageError("--settings and --no-settings contradict each other", help="Give one of them.")
    request = SweepRequest(
        owners=tuple({owner.lower(): owner for owner in owners}.values()),
        output=output,
        rules=registry.chosen(rule_ids(select, "--select"), rule_ids(ignore, "--ignore")),
        as_of=day_of(None, None),
        api_url=api_url,
        environ=os.environ,
        settings=snapshot_of(settings),
        with_settings=not no_settings,
        include_iac=include_iac,
        include_forks=not no_forks,
        shard=parsed(shard),
        jobs=jobs,
        scheduler=scheduler,
        reserve=reserve / 100,
        upload=upload,
    )
    with interruptible(_GO_ON), SweepState.open(state) as kept:
        with expected(_REPORT), watched(silent=quiet or no_progress) as progress:
            done = carry_out(request, kept, progress)
        _end(done, quiet=quiet, fail_on=fail_on, fail_on_new=fail_on_new, exit_zero=exit_zero)


@sweep.command(cls=Command)
def merge(
    parts: Annotated[
        list[Path], typer.Argument(metavar="PART...", help="The state files of all parts of one sweep.")
    ],
    state: StateFile = Path("ci-audit-sweep.sqlite"),
    output: Folder = Path("ci-audit-sweep"),
    fail_on: FailOn = SeverityName.MEDIUM,
    fail_on_new: FailOnNew = None,
    exit_zero: ExitZero = False,
    quiet: Quiet = False,
) -> None:
    """Put the parts of a sweep together that several machines made with --shard."""
    from auditor.sweep.session import put_together
    from auditor.sweep.state.state import SweepState

    with SweepState.open(state) as kept:
        done = put_together(parts, kept, output)
        _end(done, quiet=quiet, fail_on=fail_on, fail_on_new=fail_on_new, exit_zero=exit_zero)


def _end(
    done: SweepOutcome,
    *,
    quiet: bool,
    fail_on: SeverityName,
    fail_on_new: SeverityName | None,
    exit_zero: bool,
) -> NoReturn:
    """Says what was found, and how it went by the exit code."""
    found = done.sweep
    if not quiet:
        from auditor.report.sweep import text

        color = is_colored(on_terminal=sys.stdout.isatty())
        write("".join(text.render(found, color=color)), None)
        if done.delivered:
            from auditor.github.code_scanning import summary

            write("".join(summary.render(done.delivered)), None)
    if not found.repositories and not found.problems:
        raise NothingToAudit(
            "nothing to audit: no repository", help="Name owners whose repositories you see."
        )
    if not done.is_complete:
        print("ci-audit: not everything was seen; the reports say what and why", file=sys.stderr)
    if not done.is_complete and not exit_zero:
        raise typer.Exit(4)
    raise typer.Exit(1 if _fails(found, fail_on, fail_on_new) and not exit_zero else 0)


def _fails(found: Sweep, fail_on: SeverityName, fail_on_new: SeverityName | None) -> bool:
    """Whether there is a finding that matters. On the first sweep none is new: there is nothing before it."""
    from auditor.report.sweep.document import Standing

    if fail_on_new is None:
        return any(
            finding.standing.is_open and finding.severity >= fail_on.severity for finding in found.findings()
        )
    if found.previous is None:
        return False
    return any(
        finding.standing is Standing.NEW and finding.severity >= fail_on_new.severity
        for finding in found.findings()
    )
