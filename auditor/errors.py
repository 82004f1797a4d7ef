"""What can stop a run. The advice lives with the error, not with the printer."""

from __future__ import annotations

import re

_PLAIN = (
    (r"^Value error, ", ""),
    (r"^Extra inputs are not permitted$", "there is no such key"),
    (r"^Field required$", "it is missing"),
    (r"^Input should be a valid (?:integer|number).*", "it must be a number"),
    (r"^Input should be a valid string.*", "it must be a text"),
    (r"^Input should be a valid boolean.*", "it must be true or false"),
    (r"^Input should be a valid (?:list|tuple|array).*", "it must be a list"),
    (r"^Input should be (?:a valid dictionary|an object|an instance of).*", "it must be an object with keys"),
    (r"^Input should be a valid date.*", "it must be a date, as 2026-11-21"),
    (r"^Input should be greater than or equal to (.*)$", r"it must be \1 or more"),
    (r"^Input should be less than or equal to (.*)$", r"it must be \1 or less"),
    (r"^Input should be ", "it must be "),
    (
        r"^(List|String|Dictionary|Tuple) should have at least 1 (?:item|character)s?.*",
        "it must not be empty",
    ),
    (r"^(List|String|Dictionary|Tuple) should have ", "it must have "),
)
"""What pydantic says of a value (2.14, read 2026-11) and how a person says it."""


def in_plain_words(message: str) -> str:
    """What a check of values says, without the names of its types."""
    for pattern, plain in _PLAIN:
        message = re.sub(pattern, plain, message, flags=re.DOTALL)
    return message[:1].lower() + message[1:]


class AuditError(Exception):
    """A run that can't go on: `str(error)` says what and where, `help` what to do about it."""

    exit_code = 2

    def __init__(self, message: str, *, help: str = "") -> None:
        super().__init__(message)
        self.help = help


class UsageError(AuditError):
    """The command line requires something that can't be done."""


class PolicyError(AuditError):
    """The policy file (`ci-audit.yml`) at `path` can't be used as it stands, for this `reason`.

    `line` is where; None where the whole file is meant.
    """

    def __init__(self, path: str, line: int | None, reason: str, *, help: str = "") -> None:
        super().__init__(f"{path}: {reason}" if line is None else f"{path}:{line}: {reason}", help=help)
        self.path = path
        self.line = line
        self.reason = reason


class SettingsError(AuditError):
    """The settings file can't be used as it stands."""


class GitHubError(AuditError):
    """GitHub doesn't answer, or not in a way that can be used."""


class StateError(AuditError):
    """The file that holds the state of sweeps can't be read or written as it stands."""


class Stopped(AuditError):
    """A signal of that `number` stopped the run: the exit code is 128 more, as in a shell."""

    def __init__(self, message: str, *, number: int, help: str = "") -> None:
        super().__init__(message, help=help)
        self.exit_code = 128 + number


class RuleSetError(AuditError):
    """A rule breaks the contract of `auditor.engine.rule`, so nothing can be trusted to have been checked."""


class NothingToAudit(AuditError):
    """No workflow, action, agent configuration or trust policy was found."""

    exit_code = 3
