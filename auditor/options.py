"""What the options of the command line offer, and how their texts are read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum

from auditor.errors import UsageError
from auditor.finding import Severity
from auditor.model.settings import Host
from auditor.model.snapshot import Snapshot

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


class Level(Enum):
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
    """The day that was asked for, else that of the snapshot, else today. Raises `UsageError`."""
    if text is None:
        day = snapshot.as_of if snapshot else None
        return day or date.today()  # noqa: DTZ011 - the user's own day
    try:
        # Python takes more forms of ISO 8601 than the help promises.
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day, not a time
    except ValueError:
        raise UsageError(f"`{text}` is no date", help="Write it as 2026-11-21.") from None
