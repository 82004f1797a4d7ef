"""What a run executes or believes of an artifact that an outsider's run has uploaded."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.facts.code.fetches import FetchedFrom
from auditor.facts.code.outsider_code import Code, OnDisk
from auditor.facts.flow.runner_files import RunnerFiles
from auditor.facts.job.expressions import Expressions
from auditor.facts.job.paths import lies_in, resolve, walk, working_directory
from auditor.facts.job.readings import read_as
from auditor.facts.job.scripts import Scripts
from auditor.facts.job.steps import StepInJob
from auditor.facts.reach.path import Path
from auditor.facts.reach.reach import Reach
from auditor.facts.release.published_folders import Publishing
from auditor.facts.untrusted_checkout.takeovers import Takeovers
from auditor.finding import Confidence, Hop, HopKind, Severity, Trace
from auditor.knowledge.actions.checkout import CHECKOUT
from auditor.knowledge.actions.head_lookups import SCRIPT_ACTION
from auditor.knowledge.actions.script_inputs import JAVASCRIPT
from auditor.knowledge.programs.file_texts import CHECKED, READING, READS_FILE
from auditor.languages.reading import Write
from auditor.languages.shell import Command, Script
from auditor.languages.shell.printed_lines import Piece, whole
from auditor.languages.shell.runner_writes import RunnerWrite
from auditor.languages.yaml import Scalar
from auditor.model.documents import Job

_FILES = {
    "GITHUB_ENV": (Severity.HIGH, "its text sets environment variables"),
    "GITHUB_PATH": (Severity.HIGH, "its text says where programs are looked for"),
    "GITHUB_OUTPUT": (Severity.MEDIUM, "its text becomes outputs that nothing checks"),
}
_COMMAND = "command"
_BELIEVED = {**_FILES, _COMMAND: (Severity.HIGH, "its text is executed as a command")}
_SITE = "a site on GitHub Pages"
_SHELLS = frozenset({"bash", "dash", "ksh", "sh", "zsh"})
_USED_OUTPUTS = {"GITHUB_OUTPUT": "its unchecked text becomes a checked-out ref, or part of a script"}


@dataclass(frozen=True, slots=True, eq=False)
class Poisoning:
    """Something that a job does with an outsider's artifact. `what` reads in a message."""

    path: Path
    on_disk: OnDisk
    step_in_job: StepInJob
    what: str
    worst: Severity
    confidence: Confidence

    @property
    def severity(self) -> Severity:
        """How bad it is, less what the gates of the path take off."""
        return self.path.severity(self.worst)

    def trace(self) -> Trace:
        """The path as evidence, from the download to what is done with it."""
        fetched = self.on_disk.hops[0]
        return self.path.trace(fetched, Hop(HopKind.SINK, self.what, self.step_in_job.step.location))


class Poisonings:
    """Follows downloaded artifacts to what executes them, and their text to what believes it."""

    def __init__(
        self,
        reach: Reach,
        code: Code,
        takeovers: Takeovers,
        scripts: Scripts,
        runner_files: RunnerFiles,
        expressions: Expressions,
    ) -> None:
        self._reach = reach
        self._code = code
        self._takeovers = takeovers
        self._scripts = scripts
        self._runner_files = runner_files
        self._expressions = expressions
        self._publishing = Publishing(scripts)
        self._unchecked: dict[tuple[StepInJob, str], tuple[str, ...]] = {}

    def of(self, job: Job) -> tuple[Poisoning, ...]:
        """What a job does with artifacts of an outsider's run, the worst first."""
        found = [each for path in self._reach.into(job) for each in self._on(path)]
        return tuple(sorted(found, key=lambda each: (-each.severity, -each.confidence)))

    def _on(self, path: Path) -> Iterator[Poisoning]:
        if not path.entry.privileged:
            return
        artifacts = [each for each in self._code.on_disk(path) if each.fetch.source is FetchedFrom.ARTIFACT]
        for on_disk in artifacts if artifacts and self._takeovers.is_worth(path) else ():
            for ran in on_disk.ran[:1]:
                what = f"and executed: {ran.execution.what}"
                yield Poisoning(path, on_disk, ran.step_in_job, what, Severity.HIGH, ran.surely)
            for step_in_job in (on_disk.fetch.step_in_job, *on_disk.after):
                for file in self._files_with_unchecked_text(step_in_job, on_disk.fetch.folder):
                    worst, what = _BELIEVED[file]
                    if file in _USED_OUTPUTS and self._is_used(step_in_job, path):
                        worst, what = Severity.HIGH, _USED_OUTPUTS[file]
                    what = f"and believed: {what}"
                    yield Poisoning(path, on_disk, step_in_job, what, worst, Confidence.MEDIUM)
            yield from self._publications(path, on_disk)

    def _publications(self, path: Path, on_disk: OnDisk) -> Iterator[Poisoning]:
        for step_in_job, what in self._publishing.of(
            (on_disk.fetch.step_in_job, *on_disk.after), on_disk.fetch.folder
        ):
            # A preview of a site is usually what is meant.
            worst = Severity.MEDIUM if what == _SITE else Severity.HIGH
            said = f"and believed: it is published as {what}"
            yield Poisoning(path, on_disk, step_in_job, said, worst, Confidence.MEDIUM)

    def _files_with_unchecked_text(self, step_in_job: StepInJob, folder: str) -> tuple[str, ...]:
        """The runner's files that a step fills with unchecked text of that folder, and a command of it."""
        key = (step_in_job, folder)
        if key not in self._unchecked:
            self._unchecked[key] = tuple(dict.fromkeys(self._unchecked_writes(step_in_job, folder)))
        return self._unchecked[key]

    def _unchecked_writes(self, step_in_job: StepInJob, folder: str) -> Iterator[str]:
        step = step_in_job.step
        script = self._scripts.of(step)
        if script is not None and not CHECKED.search(script.text):
            writes = self._runner_files.of(step)
            believed = _by_script(script, writes, working_directory(step_in_job), folder)
            yield from (what for _, what in sorted(believed))
        if step.uses is not None and step.uses.slug == SCRIPT_ACTION:
            code = step.input("script")
            if code is not None and not CHECKED.search(code.value):
                yield from _by_javascript(code.value, folder)

    def _is_used(self, step_in_job: StepInJob, path: Path) -> bool:
        """Whether an output of the step is checked out, or expanded into a script, by a step after it."""
        name = step_in_job.step.id.value.lower() if step_in_job.step.id is not None else None
        texts: list[Scalar | None] = []
        for later in self._code.steps(path.job):
            step = later.step
            texts.append(step.run)
            if step.uses is not None and step.uses.slug == CHECKOUT:
                texts += [step.input("ref"), step.input("repository")]
        return any(
            reference.path[:3] == ("steps", name, "outputs")
            for text in texts
            for part in self._expressions.of(text)
            for reference in part.values()
        )


def _by_script(
    script: Script, writes: tuple[RunnerWrite, ...], start: str, folder: str
) -> Iterator[tuple[int, str]]:
    """Where the unchecked text is believed, and as what."""
    commands = list(walk(script, start))
    reading = [command.start for command, cwd in commands if _reads(command, cwd, folder)]
    if not reading:
        return
    given = ((each.name, whole(each.value)) for each in script.assignments if each.value is not None)
    started = set(reading)
    assigned = {name for name, piece in given if _runs_one(piece, reading)}
    for command, _ in commands:
        if _executes_text(command) and _holds(_printed(command), reading, assigned):
            yield command.start, _COMMAND
    for write in writes:
        for line in write.lines if write.file in _FILES else ():
            if line.command.start in started or _holds(line.pieces, reading, assigned):
                yield line.command.start, write.file


def _executes_text(command: Command) -> bool:
    if command.program == "eval":
        return True
    return command.program in _SHELLS and any(word.value == "-c" for word in command.args)


def _printed(command: Command) -> list[Piece]:
    bodies = (redirect.body for redirect in command.redirects)
    return [whole(word) for word in (*command.args, *bodies) if word is not None]


def _holds(pieces: Iterable[Piece], reading: list[int], assigned: set[str]) -> bool:
    """Whether a text is made of what was read."""
    return any(
        _runs_one(piece, reading) or any(variable.name in assigned for variable in piece.variables())
        for piece in pieces
    )


def _runs_one(piece: Piece, starts: list[int]) -> bool:
    """Whether one of the commands that start there stands in a substitution of a text."""
    has_any = bool(piece.word.substitutions)
    return has_any and bisect_left(starts, piece.start) < bisect_left(starts, piece.end)


def _reads(command: Command, cwd: str, folder: str) -> bool:
    """Whether a command prints a file of that folder."""
    paths = [word.value for word in command.args if not word.value.startswith("-")]
    if command.program is not None and command.program not in READING:
        return False
    if command.stdin is not None and command.stdin.target is not None:
        paths.append(command.stdin.target.value)
    elif command.program is None:
        return False
    return any(lies_in(resolve(path, cwd), folder) is Confidence.HIGH for path in paths if "=" not in path)


def _by_javascript(code: str, folder: str) -> Iterator[str]:
    files = [match[1] for match in READS_FILE.finditer(code)]
    if any(lies_in(resolve(file), folder) is not None for file in files):
        reading = read_as(JAVASCRIPT, code)
        events = reading.events if reading is not None else ()
        written = {event.file for event in events if isinstance(event, Write)}
        yield from [file for file in ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT") if file in written][:1]
