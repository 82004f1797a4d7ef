"""What a command takes from the code around it while a script is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from auditor.languages.shell.script import Assignment, Command, Redirect, Word


@dataclass(slots=True)
class PipeEnd:
    """The far side of a pipe: the first command in it is the one that reads."""

    first: Draft | None = None


@dataclass(frozen=True, slots=True)
class ReadingState:
    """Where output goes and input comes from here, in which function, under how many substitutions."""

    stdout: Redirect | None = None
    stdin: Redirect | None = None
    pipe: PipeEnd | None = None
    stage: PipeEnd | None = None
    function: str | None = None
    nesting: int = 0

    def redirected(self, redirects: Sequence[Redirect]) -> ReadingState:
        """The scope within these redirects; of several, the last counts."""
        stdout = next((redirect for redirect in reversed(redirects) if redirect.redirects_stdout), None)
        stdin = next((redirect for redirect in reversed(redirects) if redirect.redirects_stdin), None)
        return ReadingState(
            stdout or self.stdout,
            stdin or self.stdin,
            None if stdout else self.pipe,
            self.stage,
            self.function,
            self.nesting,
        )

    def piped_into(self, stage: PipeEnd) -> ReadingState:
        """The scope of what writes into a pipe."""
        return ReadingState(None, self.stdin, stage, self.stage, self.function, self.nesting)

    def reading_from(self, stage: PipeEnd) -> ReadingState:
        """The scope of what reads from a pipe, as its far side."""
        return ReadingState(self.stdout, None, self.pipe, stage, self.function, self.nesting)

    def substituted(self) -> ReadingState:
        """The scope inside a substitution, whose output is a word's."""
        return ReadingState(function=self.function, nesting=self.nesting + 1)


@dataclass(frozen=True, slots=True)
class Trail:
    """What the grammar puts after a whole chain, and bash gives to the last command in it."""

    redirects: tuple[Redirect, ...] = ()
    args: tuple[Word, ...] = ()
    stage: PipeEnd | None = None

    def around(self, scope: ReadingState) -> ReadingState:
        """`scope` as it is before this trail."""
        if self.stage is not None:
            scope = scope.piped_into(self.stage)
        return scope.redirected(self.redirects) if self.redirects else scope

    def then(self, outer: Trail) -> Trail:
        """This trail, followed by that of the chain around it."""
        return Trail(self.redirects + outer.redirects, self.args + outer.args, self.stage or outer.stage)


NO_TRAIL = Trail()


@dataclass(slots=True)
class Draft:
    """A command of which it isn't known yet at what index its reader will stand."""

    start: int
    end: int
    scope: ReadingState
    name: Word | None = None
    args: tuple[Word, ...] = ()
    redirects: tuple[Redirect, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    index: int = 0

    def finished(self) -> Command:
        """The command, once every draft has its index."""
        scope = self.scope
        reader = scope.pipe.first if scope.pipe else None
        return Command(
            name=self.name,
            args=self.args,
            redirects=self.redirects,
            assignments=self.assignments,
            start=self.start,
            end=self.end,
            stdout=scope.stdout,
            stdin=scope.stdin,
            pipes_into=reader.index if reader else None,
            in_substitution=scope.nesting > 0,
            function=scope.function,
        )
