"""The command line: reads options, asks `audit`, prints a report, and says how it went by its exit code."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from auditor import __version__, collect
from auditor.collect import Checkout
from auditor.config import load_policy
from auditor.errors import AuditError, NothingToAudit, UsageError
from auditor.finding import Severity, Verdict
from auditor.model.settings import Settings, Visibility
from auditor.model.snapshot import Snapshot
from auditor.options import (
    NAME,
    AnswerFormat,
    Format,
    Level,
    MapFormat,
    day_of,
    host_of,
    repository_name,
    rule_ids,
)
from auditor.report.document import Report, State
from auditor.trust_files import with_trust

if TYPE_CHECKING:
    from auditor.report.boundary import BoundaryMap

app = typer.Typer(
    name="ci-audit",
    help="Audit the security boundaries of a repository's GitHub Actions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main() -> NoReturn:
    """Run the command line. Never raises for bad input: what went wrong is said on standard error."""
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
        # The reader of our output has gone; there is nobody left to tell.
        _drop_output()
        sys.exit(141)
    sys.exit(0)


def _drop_output() -> None:
    """Let go of what standard output can't take, or the interpreter tries again when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"ci-audit {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


@app.command()
def scan(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH]...", help="A repository, folder, file, or -.")
    ] = None,
    format: Annotated[Format, typer.Option("--format", "-f", help="What to write.")] = Format.TEXT,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write here, not to standard output."),
    ] = None,
    repository: Annotated[
        str | None, typer.Option(metavar="O/R", help="Whose repository this is; default: from git's origin.")
    ] = None,
    visibility: Annotated[Visibility | None, typer.Option(help="Who can see the repository.")] = None,
    host: Annotated[
        str | None, typer.Option(metavar="HOST", help="github.com, ghe.com, or ghes:VERSION (ghes:3.19).")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="Judge by GitHub's rules of this day; default: today.")
    ] = None,
    settings: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A settings snapshot; what is said beside it here counts more."),
    ] = None,
    trust: Annotated[
        list[Path] | None, typer.Option(metavar="PATH", help="More trust policies; repeatable.")
    ] = None,
    select: Annotated[
        list[str] | None, typer.Option(metavar="IDS", help="Only these rules, separated by commas.")
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="IDS", help="All rules but these.")] = None,
    fail_on: Annotated[Level, typer.Option(help="Exit with 1 from this severity on.")] = Level.MEDIUM,
    min_severity: Annotated[
        Level, typer.Option(help="Leave out of the report, and of the exit code, what is less severe.")
    ] = Level.INFO,
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
    from auditor import registry
    from auditor.audit import audit

    if verbose and quiet:
        raise UsageError("-v and -q ask for opposite things", help="Give one of them.")
    rules = registry.chosen(rule_ids(select, "--select"), rule_ids(ignore, "--ignore"))
    snapshot = _snapshot(settings)
    told = Settings(repository_name(repository), visibility, host_of(host), day_of(as_of, snapshot))
    checkouts = _with_trust(_collected(paths or ["."]), trust or ())
    told = _with_repository(told, checkouts, snapshot)
    report = audit(checkouts, told, rules, snapshot, guarded=guarded)
    shown = tuple(finding for finding in report.findings if finding.severity >= min_severity.severity)
    report = replace(report, findings=shown)
    _write(_rendered(report, format, to_file=output is not None, verbose=verbose, quiet=quiet), output)
    raise typer.Exit(_exit_code(report, fail_on.severity, exit_zero=exit_zero))


@app.command("map")
def draw(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH]...", help="A repository, folder, file, or -.")
    ] = None,
    format: Annotated[MapFormat, typer.Option("--format", "-f", help="What to write.")] = MapFormat.TEXT,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write here, not to standard output."),
    ] = None,
    repository: Annotated[
        str | None, typer.Option(metavar="O/R", help="Whose repository this is; default: from git's origin.")
    ] = None,
    visibility: Annotated[Visibility | None, typer.Option(help="Who can see the repository.")] = None,
    host: Annotated[
        str | None, typer.Option(metavar="HOST", help="github.com, ghe.com, or ghes:VERSION (ghes:3.19).")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="Judge by GitHub's rules of this day; default: today.")
    ] = None,
    settings: Annotated[Path | None, typer.Option(metavar="FILE", help="A settings snapshot.")] = None,
    guarded: Annotated[
        bool, typer.Option("--guarded", help="Also show the ways that a gate closes.")
    ] = False,
) -> None:
    """Draw the boundary map: per job who can start it, whose code runs, and with what power."""
    from auditor.audit import draw_map

    snapshot = _snapshot(settings)
    told = Settings(repository_name(repository), visibility, host_of(host), day_of(as_of, snapshot))
    checkouts = _collected(paths or ["."])
    drawn = draw_map(checkouts, _with_repository(told, checkouts, snapshot), snapshot, guarded=guarded)
    _write(_rendered_map(drawn, format), output)
    if not drawn.jobs and not drawn.problems:
        raise NothingToAudit("nothing to map: no job", help="Name a repository with workflows.")
    raise typer.Exit(4 if drawn.problems else 0)


@app.command()
def settings(
    name: Annotated[str, typer.Argument(metavar="OWNER[/REPO]", help="A repository, or all of an owner's.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write here, not to standard output."),
    ] = None,
    api_url: Annotated[
        str, typer.Option(metavar="URL", help="Another GitHub's API, as https://HOST/api/v3.")
    ] = "https://api.github.com",
) -> None:
    """Read the settings that decide verdicts from GitHub, with the token in GH_TOKEN or GITHUB_TOKEN."""
    if not re.fullmatch(rf"{NAME}(/{NAME})?", name, re.ASCII):
        raise UsageError(f"`{name}` is no owner or repository", help="Write OWNER or OWNER/NAME.")
    token = os.environ.get("GH_TOKEN") or os.environ.get("GITHUB_TOKEN")
    if not token:
        raise UsageError("there is no token", help="Give one in GH_TOKEN or GITHUB_TOKEN.")
    from auditor.github.client import GitHub
    from auditor.github.snapshot import AGAIN, read_snapshot
    from auditor.report.escape import printed
    from auditor.settings import dump_settings

    def say(text: str) -> None:
        # What GitHub answers could hold the token, too, and output is shared.
        print(f"ci-audit: {printed(text.replace(token, '***'))}", file=sys.stderr)

    found = read_snapshot(GitHub(token, api_url, say=say), name, today=day_of(None, None), say=say)
    _write(dump_settings(found).replace(token, "***"), output)
    lost = [
        (told.repository or owner, setting, needs)
        for owner, told in (*found.owners.items(), *found.repositories.items())
        for setting, needs in told.unreadable.items()
    ]
    for whose, setting, needs in lost:
        say(f"{whose}: {setting} isn't readable; it needs {needs}")
    raise typer.Exit(4 if any(needs.startswith(AGAIN) for _, _, needs in lost) else 0)


@app.command()
def trust(
    policy: Annotated[Path, typer.Argument(metavar="POLICY", help="A file with a trust policy.")],
    path: Annotated[str, typer.Argument(metavar="[PATH]", help="The repository whose jobs are asked.")] = ".",
    repository: Annotated[
        str | None, typer.Option(metavar="O/R", help="Whose repository this is; default: from git's origin.")
    ] = None,
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
    checkout, named = with_trust(_collected([path])[0], [policy])
    told = _with_repository(Settings(repository_name(repository), as_of=day_of(None, None)), [checkout], None)
    answer = trust_command.run(checkout, named, told, tokens, as_json=format is AnswerFormat.JSON)
    _write(answer.text, None)
    print(answer.problems, end="", file=sys.stderr)
    raise typer.Exit(4 if answer.problems else 0)


@app.command()
def rules() -> None:
    """List the rules."""
    from auditor import registry

    found = registry.load()
    width = max(len(rule.id) for rule in found)
    for rule in found:
        print(f"{rule.id:<{width}}  {rule.severity!s:<8}  {rule.title}")


@app.command()
def explain(rule: Annotated[str, typer.Argument(metavar="RULE", help="A rule's id.")]) -> None:
    """Say what a rule is about: why it matters, bad and good, and what it can't see."""
    from auditor import registry

    found = registry.find(rule)
    print(f"{found.id}: {found.title}")
    print(f"severity {found.severity}, CWE-{found.cwe}, {found.owasp}, since {found.since}\n")
    print(f"{found.doc.summary}\n\n{found.doc.markdown}")


def _snapshot(path: Path | None) -> Snapshot | None:
    if path is None:
        return None
    from auditor.settings import load_settings

    return load_settings(path)


def _collected(paths: Sequence[str]) -> tuple[Checkout, ...]:
    stdin = sys.stdin.buffer.read(collect.LIMIT + 1) if collect.STDIN in paths else None
    return collect.collect(paths, policy_of=load_policy, stdin=stdin)


def _with_trust(checkouts: tuple[Checkout, ...], paths: Sequence[Path]) -> tuple[Checkout, ...]:
    """The checkouts, the first with the trust policies that `paths` hold, wherever they lie."""
    if not paths or not checkouts:
        return checkouts
    first, *rest = checkouts
    return with_trust(first, paths)[0], *rest


def _with_repository(told: Settings, checkouts: Sequence[Checkout], snapshot: Snapshot | None) -> Settings:
    """The settings with whose repository it is, where neither an option nor git's origin says it."""
    if told.repository is not None or len(checkouts) != 1 or checkouts[0].origin is not None:
        return told
    only = snapshot.only if snapshot else None
    return replace(told, repository=_repository_of_run(checkouts[0]) or only)


def _repository_of_run(checkout: Checkout) -> str | None:
    """The repository that a workflow run names, where its workspace is what is audited."""
    name, workspace = os.environ.get("GITHUB_REPOSITORY"), os.environ.get("GITHUB_WORKSPACE")
    if (
        not name
        or not workspace
        or not checkout.is_whole
        or Path(workspace).resolve() != checkout.root.resolve()
    ):
        return None
    return name


def _rendered(report: Report, format: Format, *, to_file: bool, verbose: bool, quiet: bool) -> str:
    if format is Format.JSON:
        from auditor.report import json

        return json.render(report)
    if format is Format.SARIF:
        from auditor.report import sarif

        return sarif.render(report)
    from auditor.report import text

    terminal = sys.stdout.isatty() and not to_file
    color = (terminal and "NO_COLOR" not in os.environ) or bool(os.environ.get("FORCE_COLOR"))
    width = os.get_terminal_size().columns if terminal else 100
    return text.render(report, verbose=verbose, quiet=quiet, width=width, color=color)


def _rendered_map(drawn: BoundaryMap, format: MapFormat) -> str:
    if format is MapFormat.JSON:
        from auditor.report import boundary_json

        return boundary_json.render(drawn)
    if format is MapFormat.HTML:
        from auditor.report import boundary_html

        return boundary_html.render(drawn)
    from auditor.report import boundary_text

    return boundary_text.render(drawn)


def _write(text: str, output: Path | None) -> None:
    if output == Path("-"):
        output = None
    try:
        if output is not None:
            output.write_text(text, encoding="utf-8")
        else:
            sys.stdout.write(text)
            sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        if output is None:
            _drop_output()
        raise UsageError(
            f"can't write {output or 'to standard output'}: {error.strerror}",
            help="Name a file that can be written.",
        ) from None


def _exit_code(report: Report, fail_on: Severity, *, exit_zero: bool) -> int:
    """4 before 3 before 1; `--exit-zero` spares all but 3."""
    if report.problems and not exit_zero:
        return 4
    if not any(
        file.state in (State.AUDITED, State.PARTIAL, State.UNREADABLE) for file in report.coverage.files
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
