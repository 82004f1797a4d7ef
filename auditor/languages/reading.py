"""What a script does with values, the same for each language: a list of events in the order of the text.

Every `start` and `end` is a code-point offset into the script's text, end-exclusive. Nothing here knows of
GitHub but the names of the runner's files, since scripts write these by name.

What a reader can't place becomes `Unknown`: "nothing" is said only where there is nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from auditor.knowledge.change import Change as Change


class Delimiter(Enum):
    """What ends a value that is written to a runner's file."""

    LINE = "line"
    """`NAME=value`: a line break in the value begins another name."""
    FIXED = "fixed"
    """`NAME<<EOF`: the value can hold the delimiter, since it is known."""
    RANDOM = "random"
    """`NAME<<$(openssl rand …)`, or the runner's own toolkit: the value can't end itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """Text that is written out."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """A variable's value. `by` says in the script's words what `change` does to it: "${X%%-*}".

    `environment` holds where it can be a variable of the environment only: `process.env.X`, `$env:X`,
    `os.environ["X"]`. A shell's `$X` is its own variable where it has one, else the environment's. `split`
    holds where the shell cuts an unquoted value into words.
    """

    name: str
    start: int
    end: int
    environment: bool = False
    change: Change = Change.WHOLE
    by: str = ""
    split: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Island:
    """A `${{ }}` in the script's text: GitHub puts its value there before anything is run."""

    start: int
    end: int
    change: Change = Change.WHOLE
    by: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A field of the run's context that the script reads through an interface of its own.

    `path` is in GitHub's spelling, in lower case, as expressions write it:
    `context.payload.issue.title` is `("github", "event", "issue", "title")`; `*` is any item of a list.
    """

    path: tuple[str, ...]
    start: int
    end: int
    change: Change = Change.WHOLE
    by: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a command prints, or a call gives back; `path` where only a field of it is taken.

    Which values are in it is decided by what the program is, not by the reader.
    """

    run: Run
    start: int
    end: int
    path: tuple[str, ...] = ()
    change: Change = Change.WHOLE
    by: str = ""
    split: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class FileText:
    """The text of a file whose path these pieces make; `path` where only a field of its JSON is taken."""

    file: Pieces
    start: int
    end: int
    path: tuple[str, ...] = ()
    change: Change = Change.WHOLE
    by: str = ""
    split: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Unknown:
    """A value that the reader can't place, and why: "a function of another module"."""

    why: str
    start: int
    end: int


HOLE = "{}"
"""Stands in a written text for what is computed."""

Piece: TypeAlias = Literal | Name | Island | Field | Answer | FileText | Unknown
Pieces: TypeAlias = tuple[Piece, ...]
"""A text: its pieces in order. A list, an object or a choice of values has all that it may hold as pieces."""


@dataclass(frozen=True, slots=True, eq=False)
class Assign:
    """A variable gets a value. `appends`: what it held stays in it, too. `exported`: later programs see it.

    `name` is one name; of an object's field the object's name (`a.b = x` appends to `a`). `until` is the end
    of what it surely holds for: the rest of the branch or function that it stands in; -1: of the script.
    """

    name: str
    pieces: Pieces
    start: int
    end: int
    exported: bool = False
    appends: bool = False
    until: int = -1

    def is_certain_at(self, offset: int) -> bool:
        """Whether the variable surely holds the value there, if nothing else was assigned since."""
        return not self.appends and self.start < offset and (self.until < 0 or offset <= self.until)


@dataclass(frozen=True, slots=True, eq=False)
class Write:
    """Text goes to a file: one of the runner's, by its variable's name (`GITHUB_OUTPUT`), or another.

    Of a runner's file each name is a write of its own: `key` is None where the script computes it, and for
    a summary or a path, which have none. Of another file, `file` is empty and `path` makes its path.
    `toolkit` names the function of the runner's own toolkit (`core.setOutput`) or the old workflow command
    (`::set-output`), if it is one.
    """

    file: str
    key: str | None
    pieces: Pieces
    start: int
    end: int
    delimiter: Delimiter = Delimiter.LINE
    path: Pieces = ()
    toolkit: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Print:
    """Text goes to the log. `trace` holds where the shell prints all commands from here on (`set -x`)."""

    pieces: Pieces
    start: int
    end: int
    trace: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Argument:
    """One argument as it is written, before the shell splits it. `name` is that of a named one."""

    pieces: Pieces
    start: int
    end: int
    name: str = ""

    @property
    def literal(self) -> str | None:
        """The text where nothing in it is computed."""
        if all(isinstance(piece, Literal) for piece in self.pieces):
            return "".join(piece.text for piece in self.pieces if isinstance(piece, Literal))
        return None

    @property
    def written(self) -> str | None:
        """The text with `HOLE` for each part that is computed; None where nothing else is there."""
        if not any(isinstance(piece, Literal) for piece in self.pieces):
            return self.literal
        return "".join(piece.text if isinstance(piece, Literal) else HOLE for piece in self.pieces)


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A program is started or a function is called; `input` is its standard input.

    `program` is the name without a folder, or the dotted function as the language writes it
    (`github.rest.issues.get`, `subprocess.run`); None where it is computed, then `called` makes it.
    `environment` are the variables that are set for this run alone.
    """

    program: str | None
    arguments: tuple[Argument, ...]
    start: int
    end: int
    called: Pieces = ()
    input: Pieces = ()
    environment: tuple[Assign, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Eval:
    """Text becomes code by the language itself: `eval`, `new Function`, `Invoke-Expression`, `exec`."""

    pieces: Pieces
    language: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Test:
    """A variable's text is compared, and where in the script the outcome is known to hold.

    `whole`: the pattern decides about the whole text, not about a part of it; `line`: only about one line,
    of which the text may have several. `pattern` is a regular
    expression in the language's dialect, or a literal text where `literal` holds. `holds` are the spans
    of the script that are reached only where the text matches: the branch of an `if`, or the rest of the
    script after `|| exit 1`.
    """

    name: str
    pattern: str
    start: int
    end: int
    whole: bool
    literal: bool = False
    line: bool = False
    holds: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class End:
    """The step ends here: `exit 1`, `throw`, `core.setFailed` (which marks it failed and goes on).

    `always` holds where no condition stands before it.
    """

    start: int
    end: int
    fails: bool
    always: bool
    stops: bool = True


Event: TypeAlias = Assign | Write | Print | Run | Eval | Test | End

RUNNER_FILES = ("GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STATE", "GITHUB_STEP_SUMMARY")
"""The variables that name the files which carry text out of a step."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What a script does. `cut_off` says why reading stopped early; `has_errors`: some of it is no such code.

    What stands before a cut still counts.
    """

    text: str
    language: str
    events: tuple[Event, ...]
    has_errors: bool = False
    cut_off: str = ""
