"""The command line: one module a command, and what they share. Only this package prints and exits."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Annotated, NoReturn

import typer

from auditor import __version__
from auditor.cli.boundary import draw
from auditor.cli.command import HELP_NAMES, Command
from auditor.cli.explain import explain
from auditor.cli.output import drop_output, open_streams, write
from auditor.cli.rules import rules
from auditor.cli.scan import scan
from auditor.cli.settings import settings
from auditor.cli.sweep import sweep
from auditor.cli.trust import trust
from auditor.cli.upload import upload
from auditor.errors import AuditError

app = typer.Typer(
    name="ci-audit",
    help="Audit the security boundaries of a repository's GitHub Actions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings=HELP_NAMES,
)


def main() -> NoReturn:
    """Run the command line. Never raises for bad input: what went wrong is said on standard error."""
    open_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # it may be one for ASCII only
    try:
        app(standalone_mode=True)
    except AuditError as error:
        # What it names may be hostile text: a path, or a key of the policy file.
        from auditor.report.escape import printed

        print(f"ci-audit: {printed(str(error))}", file=sys.stderr)
        if error.help:
            print(f"  {error.help}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output has gone: nobody would read an error.
        drop_output(sys.stdout)
        sys.exit(141)
    sys.exit(0)


def _show_version(wanted: bool) -> None:
    if wanted:
        write(f"ci-audit {__version__}\n", None)
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


app.command(cls=Command)(scan)
app.command("map", cls=Command)(draw)
app.command(cls=Command)(trust)
app.command(cls=Command)(settings)
app.add_typer(sweep, name="sweep", help="Audit all repositories of an organisation: `sweep OWNER...`.")
app.command(cls=Command)(upload)
app.command(cls=Command)(rules)
app.command(cls=Command)(explain)
