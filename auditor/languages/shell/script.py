"""What a script does: commands, words, redirects and assignments, each with its place.

Every `start` and `end` is a code-point offset into the script's text, end-exclusive.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from operator import attrgetter

from auditor.languages.shell.branches import NO_BRANCHES, Branches

_start = attrgetter("start")

LENGTH = "#len"
"""`Variable.operator` of `${#X}`."""

ARITHMETIC = "$(("
"""`Variable.operator` of a name inside `$((...))`."""


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """One expansion of a variable, from its `$` to its end.

    `operator` is what transforms the value: `:-`, `#`, `//`, `!` (indirect), `@`, `LENGTH`, `ARITHMETIC`;
    None where the value is put in as it is. `quoted` holds inside double quotes and here-documents.
    """

    name: str
    start: int
    end: int
    quoted: bool = False
    operator: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """One word as the shell splits them, before it expands anything.

    `value` is the text without its quotes, expansions left as written. `literal` is the same where
    nothing is expanded, else None. `variables` are those of the word itself, not those inside its
    `substitutions`; both these and `islands` (`${{ ... }}`) are in the order of the text.
    """

    text: str
    start: int
    end: int
    value: str
    literal: str | None
    variables: tuple[Variable, ...] = ()
    islands: tuple[tuple[int, int], ...] = ()
    substitutions: tuple[tuple[int, int], ...] = ()

    @property
    def variable(self) -> Variable | None:
        """The variable that this word is, when it is nothing else (`$X`, `"${X:-y}"`)."""
        for variable in self.variables[:1]:
            if self._is_only(variable.start, variable.end):
                return variable
        return None

    @property
    def island(self) -> tuple[int, int] | None:
        """The island that this word is, when it is nothing else."""
        for start, end in self.islands[:1]:
            if self._is_only(start, end):
                return start, end
        return None

    def _is_only(self, start: int, end: int) -> bool:
        return self.text[start - self.start : end - self.start] == self.value


@dataclass(frozen=True, slots=True, eq=False)
class Redirect:
    """One redirection. `body` is the text of a here-document or here-string; others have a `target`.

    `expands` is false for a here-document with a quoted delimiter.
    """

    operator: str
    fd: int | None
    target: Word | None
    body: Word | None
    start: int
    end: int
    expands: bool = True

    @property
    def redirects_stdout(self) -> bool:
        """Whether standard output goes elsewhere; `>&1` changes nothing."""
        if self.operator in ("&>", "&>>"):
            return True
        if self.operator not in (">", ">>", ">|", ">&") or self.fd not in (None, 1):
            return False
        return not (self.operator == ">&" and self.target and self.target.literal == "1")

    @property
    def redirects_stdin(self) -> bool:
        """Whether standard input comes from here."""
        return self.operator.startswith("<") and self.operator != "<>" and self.fd in (None, 0)


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """A variable and the word that it gets; no value where it is only declared (`export PATH`).

    `exported` means that commands started later see it; of a command's own prefix, that this one does.
    `appends` holds for `+=` and for one element of an array: what the variable had stays in it.
    """

    name: str
    value: Word | None
    exported: bool
    start: int
    end: int
    appends: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Command:
    """One simple command; `start` and `end` hold its prefix, name and arguments.

    `name` is None where there are only redirects. `stdout` and `stdin` are the redirects that decide,
    those of the groups and loops around it included. `pipes_into` is the index, in `Script.commands`,
    of the command that reads its output. `function` is the innermost function it stands in.
    """

    name: Word | None
    args: tuple[Word, ...]
    redirects: tuple[Redirect, ...]
    assignments: tuple[Assignment, ...]
    start: int
    end: int
    stdout: Redirect | None
    stdin: Redirect | None
    pipes_into: int | None
    in_substitution: bool
    function: str | None

    @property
    def program(self) -> str | None:
        """The literal name, without a folder; None where it is computed."""
        return self.name.literal.rpartition("/")[2] if self.name and self.name.literal else None


@dataclass(frozen=True, slots=True, eq=False)
class Script:
    """A script's commands and assignments, in the order of the text, however deep they stand.

    `assignments` are the shell's own (`X=1`, `export X=1`, `for X in 1`), without commands' prefixes.
    `has_errors` means that some of the text is no shell grammar, and what is here may be incomplete.
    `cut_off` says why reading stopped early; empty where it didn't. `branches` are the forks of its way.
    """

    text: str
    commands: tuple[Command, ...]
    assignments: tuple[Assignment, ...]
    has_errors: bool
    cut_off: str = ""
    branches: Branches = NO_BRANCHES

    def piped_into(self, command: Command) -> Command | None:
        """The command that reads the output of `command`."""
        return None if command.pipes_into is None else self.commands[command.pipes_into]

    def commands_in(self, word: Word) -> tuple[Command, ...]:
        """The commands in the substitutions of `word`, nested ones included: what feeds it."""
        if not word.substitutions:
            return ()
        first = bisect_right(self.commands, word.start, key=_start)
        return self.commands[first : bisect_left(self.commands, word.end, key=_start)]
