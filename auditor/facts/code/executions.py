"""What a step executes of the folders on disk: by a table of tools, by path, or perhaps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor.facts.job.commands import bare_words, positional, stages
from auditor.facts.job.paths import UNKNOWN, WORKSPACE, resolve, walk, working_directory
from auditor.facts.job.scripts import Scripts
from auditor.facts.job.steps import StepInJob
from auditor.facts.limits import Limits
from auditor.finding import Confidence, Hop, HopKind
from auditor.knowledge.actions.head_lookups import SCRIPT_ACTION
from auditor.knowledge.actions.script_inputs import SCRIPT_INPUTS
from auditor.knowledge.programs.execution import (
    DEPENDENCY_OPTIONS,
    EXECUTING_ACTIONS,
    EXECUTORS,
    INLINE_CODE,
    INTERPRETERS_OF_THE_FOLDER,
    MODULE_PATHS,
    PATH_OPTIONS,
    READERS,
    READING_SUBCOMMANDS,
    RUN_THEIR_INPUT,
    STARTS_IN_PYTHON,
    STARTS_PROGRAMS,
    ExecutingAction,
    Executor,
    Finds,
)
from auditor.languages import shell
from auditor.languages.shell import Command, Dialect, Script
from auditor.model.documents import Step
from auditor.model.uses import UsesKind

MAX_EXECUTIONS = 300
"""Executions that are kept of one script."""

_MAX_PATHS = 20
"""Folders of one variable that are looked at."""

_LONGEST = 4
_SHELLS = frozenset({"ash", "bash", "dash", "ksh", "sh", "zsh"})
_SOURCES = frozenset({"source", "."})
_MADE_HERE = re.compile(r"(?:^|/)bin/[Aa]ctivate|emsdk_env\.sh$|\.(?:bashrc|profile|cargo/env)$")
_PATH_LIKE = re.compile(r"^\.{1,2}(?:$|[/\[])|/|\.(?:whl|txt|toml|in|ya?ml|tar\.gz|zip)$")
_LOADS = re.compile(
    r"""(?:require|import)\(\s*[`'"](?:\$\{process\.env\.GITHUB_WORKSPACE\}/?|\./)([^`'"]*)"""
)
_WORKSPACE_CODE = re.compile(r"(?:require|import)\(\s*[^)]{0,40}(?:GITHUB_WORKSPACE|process\.cwd)")


@dataclass(frozen=True, slots=True, eq=False)
class Execution:
    """That a step executes what lies at `place`. Low is "may": the program isn't known.

    `at` counts the step's acts, so that they can be put in order with what it fetches.
    """

    step: Step
    place: str
    what: str
    surely: Confidence
    at: int = 0

    @property
    def hop(self) -> Hop:
        """The execution as a station of a trace."""
        return Hop(HopKind.STEP, f"{self.what} from there", self.step.location)


class Executions:
    """Reads what each step executes, once."""

    def __init__(self, scripts: Scripts, limits: Limits) -> None:
        self._scripts = scripts
        self._limits = limits
        self._of: dict[StepInJob, tuple[Execution, ...]] = {}

    def of(self, step_in_job: StepInJob) -> tuple[Execution, ...]:
        """What a step executes of what lies on disk, in its order."""
        if step_in_job not in self._of:
            self._of[step_in_job] = tuple(self._found(step_in_job))
        return self._of[step_in_job]

    def _found(self, step_in_job: StepInJob) -> Iterator[Execution]:
        step = step_in_job.step
        if step.run is not None:
            yield from self._of_script(step_in_job, step.run.value)
        elif step.uses is not None:
            yield from self._of_action(step)

    def _of_script(self, step_in_job: StepInJob, text: str) -> Iterator[Execution]:
        step, start = step_in_job.step, working_directory(step_in_job)
        script = self._scripts.of(step)
        if script is not None:
            found = _in_script(script, start)
        elif self._scripts.dialect(step) is Dialect.PYTHON:
            found = _in_python(text, start)
        else:
            found = _in_lines(text, start)
        for count, (place, what, surely, at) in enumerate(found):
            if count >= MAX_EXECUTIONS:
                said = f"only the first {MAX_EXECUTIONS} commands that execute something are followed"
                self._limits.cut(said, step.location)
                return
            yield Execution(step, place, what, surely, at)

    def _of_action(self, step: Step) -> Iterator[Execution]:
        assert step.uses is not None
        if step.uses.kind is UsesKind.LOCAL:
            what = f"the action `{step.uses.text}` is executed"
            yield Execution(step, resolve(step.uses.path), what, Confidence.HIGH)
            return
        name = f"{step.uses.slug}/{step.uses.path}".rstrip("/").lower()
        known = EXECUTING_ACTIONS.get(name)
        if known is not None and _applies(known, step):
            what = f"`{step.uses.text}` executes {known.what}"
            for place in _folders(known, step):
                yield Execution(step, place, what, Confidence.HIGH)
        for text in (step.input(each) for each in SCRIPT_INPUTS.get(step.uses.slug, ())):
            if text is not None and step.uses.slug == SCRIPT_ACTION:
                yield from _in_javascript(step, text.value)
            elif text is not None:
                for place, what, surely, at in _in_script(shell.parse(text.value), WORKSPACE):
                    yield Execution(step, place, what, surely, at)


_Found = tuple[str, str, Confidence, int]


def _in_script(script: Script, start: str) -> Iterator[_Found]:
    functions = {command.function for command in script.commands}
    made: set[str] = set()
    for command, folder in walk(script, start):
        program = command.program
        if program is not None and program not in functions:
            yield from _of_texts(command, folder, script)
            for place, what, surely in _of_command(command, folder):
                if place not in made:
                    yield place, what, surely, command.start
        elif program is None and command.name is not None:
            yield from _computed_program(command, folder)
        made |= _files_written(command, folder)


def _computed_program(command: Command, folder: str) -> Iterator[_Found]:
    """A program whose name is put together: by a path that begins as a known one, or unknown."""
    assert command.name is not None
    value = command.name.value
    place = resolve(value, folder) if "/" in value else UNKNOWN
    if place == UNKNOWN:
        yield folder, f"`{_short(value)}` may execute something", Confidence.LOW, command.start
    else:
        yield place, f"`{_short(value)}` is executed", Confidence.HIGH, command.start


def _of_command(command: Command, folder: str) -> Iterator[tuple[str, str, Confidence]]:
    name = command.name.literal if command.name else None
    if name is not None and "/" in name and not name.startswith(("/", "~")):
        yield resolve(name, folder), f"`{_short(name)}` is executed", Confidence.HIGH
    each = [*stages(command)]
    each += [inner for words in each[-1:] if (inner := _by_find(words))]
    yield from _of_module_paths(command, each, folder)
    for words in each:
        executor, known = _look_up(words)
        if words is not each[0] and words and "/" in words[0] and not words[0].startswith(("/", "~")):
            yield resolve(words[0], folder), f"`{_short(words[0])}` is executed", Confidence.HIGH
        if executor is not None:
            yield from _by(executor, words, folder, command)
        elif not known and name is not None and name.startswith(("/", "~")):
            yield resolve(name), f"`{_short(name)}` is executed", Confidence.HIGH
        elif not known and words is each[-1] and "/" not in words[0]:
            yield folder, f"`{_short(words[0])}` may execute something", Confidence.LOW


def _by_find(words: tuple[str, ...]) -> tuple[str, ...]:
    """The command that `find` runs on each file, as if on the folder that it searches."""
    at = next((n for n, word in enumerate(words) if word in ("-exec", "-execdir")), 0)
    if words[:1] != ("find",) or not at:
        return ()
    start = words[1] if not words[1].startswith("-") else "."
    end = next((n for n, word in enumerate(words) if n > at and word in (";", "\\;", "+")), len(words))
    return tuple(word.replace("{}", start) for word in words[at + 1 : end])


def _of_module_paths(
    command: Command, each_stage: Sequence[tuple[str, ...]], folder: str
) -> Iterator[tuple[str, str, Confidence]]:
    """Folders in which an interpreter looks for modules."""
    programs = {words[0] for words in each_stage if words}
    for each in command.assignments if programs & INTERPRETERS_OF_THE_FOLDER else ():
        if each.name in MODULE_PATHS and each.value is not None:
            places = [resolve(path or ".", folder) for path in each.value.value.split(":")[:_MAX_PATHS]]
            what = f"`{each.name}` may lead to modules"
            yield from ((place, what, Confidence.LOW) for place in places if place != UNKNOWN)


def _of_texts(command: Command, folder: str, script: Script) -> Iterator[_Found]:
    """Files whose text is executed: `eval "$(cat x)"`, `cat x | bash`."""
    printing: list[Command] = []
    if command.program == "eval":
        printing = [each for word in command.args for each in script.commands_in(word)]
    reader = script.piped_into(command)
    if reader is not None and reads_its_input(bare_words(reader)):
        printing.append(command)
    for each in printing:
        for word in each.args if each.program == "cat" else ():
            place = resolve(word.value, folder)
            if place != UNKNOWN and not word.value.startswith("-"):
                yield place, f"the text of `{_short(word.value)}` is executed", Confidence.HIGH, each.start


def reads_its_input(words: Sequence[str]) -> bool:
    """Whether an interpreter is given no file and no text: `bash`, `bash -s -- x`, `python -`."""
    if not words or words[0] not in RUN_THEIR_INPUT:
        return False
    first = next((arg for arg in words[1:] if arg in ("-", "-s", "-c", "-e", "-m") or arg[:1] != "-"), "-")
    return first in ("-", "-s") or (first == "-e" and words[0] in _SHELLS)


def _look_up(words: Sequence[str]) -> tuple[Executor | None, bool]:
    """The tool that a command is, if it executes something; and whether it is known at all."""
    if not words:
        return None, True
    program, *args = words
    plain = (program, *positional(args))
    subcommand = plain[1] if len(plain) > 1 else args[0] if args else ""
    for length in range(min(_LONGEST, len(plain)), 1, -1):
        if plain[:length] in EXECUTORS:
            return _unless(EXECUTORS[plain[:length]], args), True
    if subcommand in READING_SUBCOMMANDS.get(program, ()) or args[:1] in (["--version"], ["--help"]):
        return None, True
    if (program,) in EXECUTORS:
        return _unless(EXECUTORS[program,], args), True
    return None, program in READERS or (program in READING_SUBCOMMANDS and not subcommand)


def _unless(executor: Executor, args: Sequence[str]) -> Executor | None:
    def has(options: tuple[str, ...]) -> bool:
        return any(arg == option or arg.startswith(f"{option}=") for arg in args for option in options)

    if has(executor.unless) or (executor.only and not has(executor.only)):
        return None
    return executor


def _by(
    executor: Executor, words: Sequence[str], folder: str, command: Command
) -> Iterator[tuple[str, str, Confidence]]:
    what = f"`{_short(' '.join(words[:3]))}` executes {executor.what}"
    match executor.finds:
        case Finds.FILE:
            yield from _by_interpreter(words, folder, command)
        case Finds.FOLDER:
            led = [resolve(path, folder) for path in _option_values(words, PATH_OPTIONS)]
            yield from ((place, what, Confidence.HIGH) for place in led or [folder])
        case Finds.PATHS:
            paths = [folder, *(resolve(path, folder) for path in _paths(words))]
            yield from ((place, what, Confidence.HIGH) for place in dict.fromkeys(paths))
        case Finds.GIVEN:
            paths = [
                resolve(path, folder) for path in (*_option_values(words, DEPENDENCY_OPTIONS), *_paths(words))
            ]
            yield from ((place, what, Confidence.HIGH) for place in dict.fromkeys(paths))


def _by_interpreter(
    words: Sequence[str], folder: str, command: Command
) -> Iterator[tuple[str, str, Confidence]]:
    program, *args = words
    inline = {"-c"} if program in _SHELLS else INLINE_CODE
    for number, arg in enumerate(args):
        if arg == "-s" and program in _SHELLS:
            return
        if arg == "-m" and program == "python" and number + 1 < len(args):
            executor, known = _look_up(args[number + 1 :])
            if executor is not None:
                yield from _by(executor, args[number + 1 :], folder, command)
            elif not known:
                yield folder, f"`python -m {_short(args[number + 1])}` may execute something", Confidence.LOW
            return
        if arg in inline and program not in _SOURCES:
            yield from _by_text(program, arg, args[number + 1 : number + 2], folder)
            return
        if not arg.startswith("-") and not arg.startswith("+"):
            place = resolve(arg, folder)
            if not _MADE_HERE.search(arg) and (place == UNKNOWN or not arg.startswith("<(")):
                surely = Confidence.LOW if place == UNKNOWN else Confidence.HIGH
                yield (folder if place == UNKNOWN else place), f"`{_short(arg)}` is executed", surely
            return
    if command.stdin is not None and command.stdin.target is not None:
        yield resolve(command.stdin.target.value, folder), "a script is executed", Confidence.HIGH
    elif command.stdin is not None and program in INTERPRETERS_OF_THE_FOLDER:
        yield folder, f"`{program}` may import modules", Confidence.LOW


def _by_text(
    program: str, option: str, text: Sequence[str], folder: str
) -> Iterator[tuple[str, str, Confidence]]:
    if program in _SHELLS and text:
        for place, what, surely, _ in _in_script(shell.parse(text[0]), folder):
            yield place, what, surely
    elif program in INTERPRETERS_OF_THE_FOLDER:
        yield folder, f"`{program} {option}` may import modules", Confidence.LOW


def _paths(words: Sequence[str]) -> list[str]:
    return [
        word
        for word in positional(words[1:])
        if _PATH_LIKE.search(word) and "://" not in word and not word.startswith(("git+", "@"))
    ]


def _option_values(words: Sequence[str], options: frozenset[str]) -> Iterator[str]:
    """The values of options that lead elsewhere: `-C x`, `--directory=x`."""
    for number, word in enumerate(words[1:], 1):
        option, equals, value = word.partition("=")
        if option in options and (equals or number + 1 < len(words)):
            yield value if equals else words[number + 1]


def _files_written(command: Command, folder: str) -> set[str]:
    """The files that a command fills with a download or with text of its own."""
    found = set()
    if command.program in ("curl", "wget"):
        words = ["", *(word.value for word in command.args)]
        found |= {
            resolve(path, folder) for path in _option_values(words, frozenset({"-o", "-O", "--output"}))
        }
        found |= {resolve(word.rpartition("/")[2], folder) for word in words if "://" in word}
    if command.stdout is not None and command.stdout.target is not None and command.stdout.operator == ">":
        found.add(resolve(command.stdout.target.value, folder))
    return found


def _in_python(text: str, start: str) -> Iterator[_Found]:
    """A text in Python, which isn't read, but for whether it starts something."""
    if (found := STARTS_IN_PYTHON.search(text)) is not None:
        yield start, f"`{found[0]}` may execute something", Confidence.LOW, found.start()


def _in_lines(text: str, start: str) -> Iterator[_Found]:
    """Known tools in a script of another language, by the first words of its lines."""
    at = 0
    for line in text.splitlines(keepends=True):
        words = line.strip().lstrip("&").split()[:50]
        if words:
            words[0] = words[0].replace("\\", "/").removesuffix(".exe").removesuffix(".cmd")
            executor, _ = _look_up(words)
            if words[0].startswith("./"):
                yield resolve(words[0], start), f"`{_short(words[0])}` is executed", Confidence.MEDIUM, at
            elif executor is not None and executor.finds is not Finds.GIVEN:
                yield start, f"`{_short(words[0])}` executes {executor.what}", Confidence.MEDIUM, at
        at += len(line)


def _in_javascript(step: Step, text: str) -> Iterator[Execution]:
    loaded = [match[1] for match in _LOADS.finditer(text)]
    for path in loaded[:MAX_EXECUTIONS]:
        yield Execution(step, resolve(path), f"`{_short(path)}` is executed", Confidence.HIGH)
    if not loaded and _WORKSPACE_CODE.search(text):
        yield Execution(step, WORKSPACE, "a script of the repository is executed", Confidence.MEDIUM)
    elif not loaded and any(word in text.lower() for word in STARTS_PROGRAMS):
        yield Execution(step, WORKSPACE, "the script may execute something", Confidence.LOW)


def _applies(known: ExecutingAction, step: Step) -> bool:
    def has(name: str) -> bool:
        value = step.input(name)
        return value is not None and value.value.strip().lower() not in ("", "false", "null")

    return not known.only or any(map(has, known.only))


def _folders(known: ExecutingAction, step: Step) -> list[str]:
    given = [value.value for name in known.folders if (value := step.input(name)) is not None]
    places = [resolve(path) for path in given if "://" not in path and "defaultContext" not in path]
    return places or ([] if known.by_input or given else [WORKSPACE])


def _short(text: str) -> str:
    one = " ".join(text.split())
    return one if len(one) <= 60 else f"{one[:59]}…"
