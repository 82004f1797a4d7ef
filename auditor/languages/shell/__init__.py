"""What a `run:` script does: commands, words, redirects and assignments, each with its place."""

from auditor.languages.shell.dialect import Dialect, dialect
from auditor.languages.shell.reader import parse
from auditor.languages.shell.reading import read
from auditor.languages.shell.runner import RUNNER_FILES, WorkflowCommand, runner_file, workflow_command
from auditor.languages.shell.script import (
    ARITHMETIC,
    LENGTH,
    Assignment,
    Command,
    Redirect,
    Script,
    Variable,
    Word,
)

__all__ = [
    "ARITHMETIC",
    "LENGTH",
    "RUNNER_FILES",
    "Assignment",
    "Command",
    "Dialect",
    "Redirect",
    "Script",
    "Variable",
    "Word",
    "WorkflowCommand",
    "dialect",
    "parse",
    "read",
    "runner_file",
    "workflow_command",
]
