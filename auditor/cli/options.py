"""The options that commands share: what they offer, and how their texts are read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from auditor.errors import UsageError
from auditor.finding import Severity
from auditor.model.settings import Host, Settings, Visibility
from auditor.model.snapshot import Snapshot

Paths = Annotated[
    list[str] | None, typer.Argument(metavar="[PATH]...", help="A repository, folder, file, or -.")
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write here, not to standard output.")
]
RepositoryName = Annotated[
    str | None,
    typer.Option("--repository", metavar="O/R", help="The repository's name; default: from git's origin."),
]
Visible = Annotated[Visibility | None, typer.Option("--visibility", help="Who can see the repository.")]
HostName = Annotated[
    str | None,
    typer.Option("--host", metavar="HOST", help="github.com, ghe.com, or ghes:VERSION (ghes:3.19)."),
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="Judge by GitHub's rules of this day; default: today."),
]
SettingsFile = Annotated[
    Path | None,
    typer.Option("--settings", metavar="FILE", help="A settings snapshot; the options beside it count more."),
]
Select = Annotated[
    list[str] | None,
    typer.Option("--select", metavar="IDS", help="Only these rules, separated by commas."),
]
Ignore = Annotated[list[str] | None, typer.Option("--ignore", metavar="IDS", help="All rules but these.")]
ApiUrl = Annotated[
    str, typer.Option("--api-url", metavar="URL", help="Another GitHub's API, as https://HOST/api/v3.")
]

NAME = r"(?!\.\.?(?:/|$))[\w.-]+"
"""An owner's or a repository's name. Two dots would lead elsewhere in a path."""


class Format(Enum):
    """What a report is written as."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


class MapFormat(Enum):
    """What a boundary map is written as."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


class AnswerFormat(Enum):
    """What an answer is written as."""

    TEXT = "text"
    JSON = "json"


class SeverityName(Enum):
    """A severity, as the command line names it."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def severity(self) -> Severity:
        """The severity of that name."""
        return Severity[self.name]


def given_settings(
    repository: str | None,
    visibility: Visibility | None,
    host: str | None,
    as_of: str | None,
    snapshot: Snapshot | None,
) -> Settings:
    """The settings that the options give. Raises `UsageError`."""
    return Settings(repository_name(repository), visibility, host_of(host), day_of(as_of, snapshot))


def rule_ids(options: Iterable[str] | None, option: str) -> list[str]:
    """The ids that an option lists, separated by commas. Raises `UsageError`."""
    ids = [id.strip() for text in options or () for id in text.split(",") if id.strip()]
    if options and not ids:
        raise UsageError(f"{option} names no rule", help="`ci-audit rules` lists them all.")
    return ids


def repository_name(text: str | None) -> str | None:
    """`owner/name`. Raises `UsageError`."""
    if text is not None and not re.fullmatch(f"{NAME}/{NAME}", text, re.ASCII):
        raise UsageError(f"`{text}` is no repository", help="Write OWNER/NAME.")
    return text


def host_of(text: str | None) -> Host | None:
    """The host of that name. Raises `UsageError`."""
    try:
        return Host.parse(text) if text else None
    except ValueError:
        raise UsageError(
            f"`{text}` is no host",
            help="It is github.com, ghe.com (or yours there) or ghes:VERSION, as ghes:3.19.",
        ) from None


def day_of(text: str | None, snapshot: Snapshot | None) -> date:
    """The day that the option gives, else that of the snapshot, else today. Raises `UsageError`."""
    if text is None:
        day = snapshot.as_of if snapshot else None
        return day or date.today()  # noqa: DTZ011 - the user's own day
    try:
        # Python takes more forms of ISO 8601 than the help promises.
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day, not a time
    except ValueError:
        raise UsageError(f"`{text}` is no date", help="Write it as 2026-11-21.") from None
