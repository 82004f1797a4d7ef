"""What can stop a run. The advice lives with the error, not with the printer."""

from __future__ import annotations


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
