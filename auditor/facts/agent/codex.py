"""Every way that Codex is run, what it may do there, and who can drive it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from auditor.facts.agent.codex_options import (
    Argument,
    Option,
    Options,
    arguments_of,
    read_options,
    subcommand,
)
from auditor.facts.flow.values.choice import Choices, InputValue
from auditor.facts.job.environment import environment
from auditor.facts.job.scripts import Scripts
from auditor.facts.limits import Limits
from auditor.facts.reach.path import Path
from auditor.facts.reach.reach import Reach
from auditor.facts.runner.runners import Runner, RunnerKind, Runners
from auditor.finding import Hop, HopKind, Location, Severity, Trace
from auditor.knowledge.agents.codex import (
    ACTION,
    DEFAULT_SANDBOX,
    DEFAULT_STRATEGY,
    FULL_ACCESS,
    FULL_ACCESS_PROFILE,
    PACKAGE,
    PROFILE_SINCE,
    REFUSES_BYPASS_SINCE,
    WRAPPERS,
    Version,
    action_version,
)
from auditor.knowledge.platform.events import Actor
from auditor.languages.shell import Command
from auditor.languages.yaml import Scalar
from auditor.model.agent_config import AgentConfig
from auditor.model.documents import Action, Job, Step
from auditor.model.repository import Repository

MAX_WRAPPED = 100
"""Words before `codex` that are looked at: wrappers, their options and the variables that `env` sets."""

MAX_RUNS = 50
"""Runs of Codex in one script that are kept apart; each costs a look at the whole script."""


@dataclass(frozen=True, slots=True, eq=False)
class CodexRun:
    """One run of Codex: by the action, or by a command of a script.

    `version` is the action's, where its ref says so. A value that isn't written, or is empty, is None.
    """

    step: Step
    location: Location
    options: Options
    written: Scalar | None
    is_action: bool
    version: Version | None = None
    sandbox: InputValue | None = None
    profile: InputValue | None = None
    strategy: InputValue | None = None
    users: InputValue | None = None

    def place(self, option: Option) -> Location:
        """Where an option is written."""
        return self.written.location_of(option.start, option.end) if self.written else self.location

    @property
    def has_prompt(self) -> bool:
        """Whether Codex runs in this step; without a prompt the action only sets the key's proxy up."""
        inputs = (self.step.input(name) for name in ("prompt", "prompt-file"))
        return not self.is_action or any(found is not None and found.value.strip() for found in inputs)

    @property
    def is_offered(self) -> bool:
        """Whether jobs outside the tree may use it: in an action, or in a reusable workflow."""
        job = self.step.job
        return job is None or job.workflow.trigger("workflow_call") is not None

    @property
    def checks_who_started(self) -> bool:
        """Whether the action turns away whoever can't write to the repository, as it does by default."""
        return self.is_action and not (self.users and self.users.usual == "*")


@dataclass(frozen=True, slots=True)
class FullAccess:
    """What lets Codex run with no sandbox.

    `fails` says why such a run can't start, `unsure` what would decide whether it has an effect.
    """

    name: str
    location: Location
    fails: str = ""
    unsure: str = ""


@dataclass(frozen=True, slots=True)
class AgentStart:
    """A path on which Codex runs. `open_to_outsiders`: nobody checks who they are."""

    path: Path
    open_to_outsiders: bool
    hops: tuple[Hop, ...]

    def severity(self, worst: Severity) -> Severity:
        """`worst` less the gates for an outsider, and one level less for those who can write."""
        return self.path.severity(worst) if self.open_to_outsiders else worst.lowered()

    def trace(self, *last: Hop) -> Trace:
        """The path as evidence, ended by `last`."""
        return self.path.trace(*self.hops, *last)


class Agents:
    """Answers how Codex runs in a step."""

    def __init__(
        self,
        repository: Repository,
        choices: Choices,
        scripts: Scripts,
        reach: Reach,
        runners: Runners,
        limits: Limits,
    ) -> None:
        self._limits = limits
        self._repository = repository
        self._choices = choices
        self._scripts = scripts
        self._reach = reach
        self._runners = runners
        self._of: dict[Step, tuple[CodexRun, ...]] = {}
        self._drops: dict[Job | Action | None, int | None] = {}

    @cached_property
    def all(self) -> tuple[CodexRun, ...]:
        """Every run of Codex in the repository."""
        return tuple(run for step in self._repository.steps for run in self.codex(step))

    def codex(self, step: Step) -> tuple[CodexRun, ...]:
        """The runs of Codex in a step."""
        if step not in self._of:
            is_action = step.uses is not None and step.uses.slug == ACTION and not step.uses.path
            self._of[step] = (self._action(step),) if is_action else tuple(self._commands(step))
        return self._of[step]

    def full_access(self, run: CodexRun) -> FullAccess | None:
        """What takes the sandbox away, if anything does."""
        mode = run.options.mode
        if run.is_action:
            return self._bypass(run) or self._profile(run) or self._sandbox(run)
        if mode is None or (mode is not run.options.bypass and mode.value not in _FULL):
            return None
        return FullAccess(_in_words(mode), run.place(mode))

    def configured(self, config: AgentConfig) -> tuple[FullAccess, CodexRun | None] | None:
        """What of a committed configuration takes the sandbox away, with a run that it decides for.

        A run whose command line names a sandbox, as the action's always does, doesn't ask it. Codex reads
        it from a checkout that it trusts, and from `CODEX_HOME`.
        """
        key = next((key for key, full in _KEYS.items() if config.get(key) == full), None)
        if key is None:
            return None
        followers = [run for run in self.all if not run.is_action and run.options.mode is None]
        folder = config.path.removeprefix(self._repository.prefix).rpartition("/")[0]
        home = next((run for run in followers if _home(run.step) == folder), None)
        unsure = "" if home else "Codex takes it only from a checkout that it trusts"
        access = FullAccess(f"`{key}` of `{config.path}`", config.find(key), unsure=unsure)
        return access, home or next(iter(followers), None)

    def left_to_defaults(self, run: CodexRun) -> tuple[tuple[str, str], ...]:
        """Each input of the action that decides what Codex may do and isn't written, with what then holds."""
        if not run.is_action:
            return ()
        left = []
        forced = run.strategy is not None and run.strategy.usual == "read-only"
        if run.sandbox is None and run.profile is None and run.has_prompt and not forced:
            falls_back = run.version is None or run.version >= PROFILE_SINCE
            how = "an empty `sandbox` falls back to" if falls_back else "its default is"
            left.append(("sandbox", f"{how} `{DEFAULT_SANDBOX}`"))
        if run.strategy is None:
            left.append(("safety-strategy", f"the strategy is `{DEFAULT_STRATEGY}`"))
        return tuple(left)

    def ways(self, run: CodexRun) -> tuple[AgentStart, ...]:
        """The paths on which Codex gets its key, those open to outsiders first.

        A fork's `pull_request` has no secrets, so nothing answers Codex there.
        """
        ways = [self._start(run, path) for path in self._reach.at(run.step) if path.entry.privileged]
        return tuple(sorted(ways, key=lambda way: not way.open_to_outsiders))

    def on_windows(self, run: CodexRun) -> bool:
        """Whether all runners of the step are known to be Windows."""
        runners = self._runners_of(run)
        return bool(runners) and all(map(_is_windows, runners))

    def may_use_sudo(self, run: CodexRun) -> bool | None:
        """Whether the runner's user can become root; None where that isn't known.

        On GitHub's runners for Linux and macOS they can, unless an earlier run of the action dropped it.
        """
        dropped_by = self._first_drop(run.step)
        if dropped_by is not None and dropped_by < run.step.index:
            return False
        kinds = {runner.kind for runner in self._runners_of(run) if not _is_windows(runner)}
        if RunnerKind.HOSTED in kinds:
            return True
        return False if kinds <= {RunnerKind.SELF_HOSTED} else None

    def _first_drop(self, step: Step) -> int | None:
        """The index of the first step, of the job or action that `step` stands in, that drops sudo."""
        owner = step.job or step.action
        if owner not in self._drops:
            steps = owner.steps if owner else ()
            self._drops[owner] = next((each.index for each in steps if self._drops_sudo(each)), None)
        return self._drops[owner]

    def _drops_sudo(self, step: Step) -> bool:
        strategies = [run.strategy.usual if run.strategy else DEFAULT_STRATEGY for run in self.codex(step)]
        return step.uses is not None and step.condition is None and DEFAULT_STRATEGY in strategies

    def _runners_of(self, run: CodexRun) -> tuple[Runner, ...]:
        paths = self._reach.at(run.step)
        jobs = dict.fromkeys(path.job for path in paths)
        if run.step.job is not None:
            jobs = {run.step.job: None}
        return tuple(runner for job in jobs for runner in self._runners.of(job))

    def _action(self, step: Step) -> CodexRun:
        assert step.uses is not None
        version = action_version(step.uses.ref)
        values = {name: self._choices.of(step.input(name), step) for name in _INPUTS}
        written = step.input("codex-args")
        too_old = version is not None and version < PROFILE_SINCE
        return CodexRun(
            step=step,
            location=step.location,
            options=read_options(arguments_of(written, self._limits)),
            written=written,
            is_action=True,
            version=version,
            sandbox=values["sandbox"],
            profile=None if too_old else values["permission-profile"],
            strategy=values["safety-strategy"],
            users=values["allow-users"],
        )

    def _commands(self, step: Step) -> Iterator[CodexRun]:
        script = self._scripts.of(step)
        found = 0
        for command in script.commands if script else ():
            arguments = _codex_arguments(command)
            if arguments is None or step.run is None:
                continue
            found += 1
            at = step.run.location_of(command.start, command.end)
            if found > MAX_RUNS:
                self._limits.cut(f"only the first {MAX_RUNS} runs of Codex in the script are read", at)
                return
            yield CodexRun(step, at, read_options(arguments), step.run, is_action=False)

    def _bypass(self, run: CodexRun) -> FullAccess | None:
        option = run.options.bypass
        if option is None:
            return None
        unrestricted = run.strategy is not None and run.strategy.usual == "unsafe"
        fails = unsure = ""
        if run.version is None and not unrestricted:
            unsure = "releases from v1.12 on refuse it, and the ref doesn't tell the release"
        elif run.version is not None and run.version >= REFUSES_BYPASS_SINCE and not unrestricted:
            fails = "the action refuses it since v1.12"
        return FullAccess(f"`{option.name}` in `codex-args`", run.place(option), fails, unsure)

    def _profile(self, run: CodexRun) -> FullAccess | None:
        if run.profile is None or FULL_ACCESS_PROFILE not in run.profile.possible:
            return None
        read_only = run.strategy is not None and run.strategy.usual == "read-only"
        other = "safety-strategy: read-only" if read_only else "sandbox" if run.sandbox else ""
        fails = f"the action refuses it beside `{other}`" if other else ""
        name = f"`permission-profile: {FULL_ACCESS_PROFILE}`"
        return FullAccess(name, run.profile.location, fails, _unsure(run.profile, FULL_ACCESS_PROFILE))

    def _sandbox(self, run: CodexRun) -> FullAccess | None:
        forced = run.strategy is not None and run.strategy.usual == "read-only"
        if run.sandbox is None or FULL_ACCESS not in run.sandbox.possible or forced:
            return None
        return FullAccess(
            f"`sandbox: {FULL_ACCESS}`", run.sandbox.location, "", _unsure(run.sandbox, FULL_ACCESS)
        )

    def _start(self, run: CodexRun, path: Path) -> AgentStart:
        outsider = path.entry.starter is Actor.OUTSIDER
        if outsider and run.checks_who_started:
            note = "the action turns away whoever can't write to the repository"
            return AgentStart(path, False, (Hop(HopKind.GATE, note, run.location),))
        return AgentStart(path, outsider, ())


_FULL = (FULL_ACCESS, FULL_ACCESS_PROFILE)
_KEYS = {"sandbox_mode": FULL_ACCESS, "default_permissions": FULL_ACCESS_PROFILE}
_WORKSPACE = re.compile(r"^(\./|\$\{\{\s*github\.workspace\s*\}\}/)")
_INPUTS = ("sandbox", "permission-profile", "safety-strategy", "allow-users")


def _codex_arguments(command: Command) -> list[Argument] | None:
    """What follows `codex` in a command that runs the model, whatever starts it (`npx`, `sudo`)."""
    if command.name is None:
        return None
    words = (command.name, *command.args)
    last = MAX_WRAPPED if command.program in WRAPPERS else 1
    for index, word in enumerate(words[:last]):
        name = (word.literal or "").rpartition("/")[2]
        if name != "codex" and not PACKAGE.fullmatch(word.literal or ""):
            continue
        rest = words[index + 1 :]
        if rest and rest[0].literal == "--":
            rest = rest[1:]
        arguments = [Argument(each.literal, each.start, each.end) for each in rest]
        if subcommand(arguments) is not None:
            return arguments
    return None


def _in_words(option: Option) -> str:
    if option.name in ("-c", "--config"):
        key = "default_permissions" if option.value == FULL_ACCESS_PROFILE else "sandbox_mode"
        return f"`{option.name} {key}={option.value}`"
    return f"`{option.name} {option.value}`" if option.value else f"`{option.name}`"


def _unsure(choice: InputValue, value: str) -> str:
    return "" if choice.usual == value else "it is one of the values that the expression may have"


def _home(step: Step) -> str | None:
    """The folder of the checkout that `CODEX_HOME` names for a step."""
    found = next((entry.value for entry in environment(step) if entry.key.value == "CODEX_HOME"), None)
    return _WORKSPACE.sub("", found.value).rstrip("/") if isinstance(found, Scalar) else None


def _is_windows(runner: Runner) -> bool:
    return any(label.lower().startswith("windows") for label in runner.labels)
