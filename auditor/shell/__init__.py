"""What a `run:` script does: commands, words, redirects and assignments, each with its place."""

from auditor.shell.dialect import Dialect, dialect
from auditor.shell.reader import parse
from auditor.shell.runner import RUNNER_FILES, WorkflowCommand, runner_file, workflow_command
from auditor.shell.script import ARITHMETIC, LENGTH, Assignment, Command, Redirect, Script, Variable, Word

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
    "runner_file",
    "workflow_command",
]
