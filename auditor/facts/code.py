"""Whose code a job runs: what the entry brings, and what steps fetch and then execute."""

from __future__ import annotations

from dataclasses import dataclass, replace

from auditor.expression import UNKNOWN, Value
from auditor.facts.expressions import Expressions
from auditor.facts.gate import Gate
from auditor.facts.head import PULL_REF, Heads, given_to
from auditor.facts.placed import Placed, placed_steps
from auditor.facts.reach import Path, Reach
from auditor.facts.script import Scripts
from auditor.finding import Confidence, Hop, HopKind, Location
from auditor.knowledge.checkout import BUILDERS, CHECKOUT, OPT_OUT, refuses_forks
from auditor.knowledge.events import Actor
from auditor.knowledge.events import Code as DefaultCode
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.step import Step
from auditor.model.uses import UsesKind
from auditor.model.workflow import Job
from auditor.shell import Command
from auditor.tree import Scalar

_IDLE = frozenset({"[", "[[", "cd", "echo", "exit", "export", "gh", "git", "printf", "set", "test", "true"})
"""Programs that run nothing of a checkout."""

_GUARDED_EVENTS = frozenset({"pull_request_target", "workflow_run"})


@dataclass(frozen=True, slots=True)
class OutsiderCode:
    """Evidence that an outsider's code runs on a path: where it comes from and what executes it.

    `confidence`: how surely what is fetched is his. Low is "can't be decided".
    """

    hops: tuple[Hop, ...]
    gates: tuple[Gate, ...] = ()
    confidence: Confidence = Confidence.HIGH


@dataclass(frozen=True, slots=True)
class _Fetch:
    """That a step brings the head, how surely, and whether its own script goes on to run something."""

    confidence: Confidence
    executes: bool = False


class Code:
    """Answers whose code runs in a job."""

    def __init__(
        self,
        repository: Repository,
        settings: Settings,
        expressions: Expressions,
        scripts: Scripts,
        reach: Reach,
    ) -> None:
        self._repository = repository
        self._reach = reach
        self._settings = settings
        self._expressions = expressions
        self._scripts = scripts
        self._heads = Heads(expressions, scripts)
        self._given: dict[int, dict[str, Value]] = {}
        self._steps: dict[int, tuple[tuple[Placed, _Fetch | None], ...]] = {}

    def of_outsider(self, path: Path) -> OutsiderCode | None:
        """How an outsider's code comes to run in the path's job, or None where it doesn't."""
        entry, job = path.entry, path.job
        if not (entry.fork or entry.starter is Actor.OUTSIDER):
            return None
        if entry.fork and entry.code is DefaultCode.PULL_REQUEST:
            note = "the workflow and the code are those of the pull request"
            return OutsiderCode((Hop(HopKind.STEP, note, _first(job)),))
        executed: Step | None = None
        found: OutsiderCode | None = None
        for placed, fetch in reversed(self._fetching(job)):
            if not self._runs(placed, path):
                continue
            step = placed.step
            runner = step if fetch and fetch.executes else executed
            if fetch and runner and (found is None or fetch.confidence >= found.confidence):
                gates = self._gates(step, path)
                found = found if gates is None else _proof(step, runner, gates, fetch.confidence)
            if _executes(step):
                executed = step
        return found

    def _fetching(self, job: Job) -> tuple[tuple[Placed, _Fetch | None], ...]:
        """The steps of a job and of its own actions, each with what it fetches; none where none does."""
        if id(job) not in self._steps:
            steps = tuple((placed, self._fetch(placed)) for placed in placed_steps(job, self._repository))
            self._steps[id(job)] = steps if any(fetch for _, fetch in steps) else ()
        return self._steps[id(job)]

    def _fetch(self, placed: Placed) -> _Fetch | None:
        step = placed.step
        if step.uses is None:
            return self._fetch_by_command(placed)
        if step.uses.slug != CHECKOUT:
            return None
        inputs = [scalar for name in ("ref", "repository") if (scalar := step.input(name)) is not None]
        named = [surely for scalar in inputs if (surely := self._heads.named(scalar, placed)) is not None]
        return _Fetch(max(named)) if named else None

    def _fetch_by_command(self, placed: Placed) -> _Fetch | None:
        """What the first command of a script that brings the head does."""
        script, step = self._scripts.of(placed.step), placed.step
        if script is None or step.run is None:
            return None
        islands = self._heads.islands(step.run, placed)
        given = {
            entry.key.value: surely
            for entry in step.env
            if isinstance(entry.value, Scalar)
            and (surely := self._heads.named(entry.value, placed)) is not None
        }
        for command in script.commands:
            surely = _fetches(command, islands, given)
            if surely is not None:
                later = (each for each in script.commands if each.start > command.start)
                return _Fetch(surely, any(each.program not in _IDLE for each in later))
        return None

    def _gates(self, step: Step, path: Path) -> tuple[Gate, ...] | None:
        """The gates of fetching the head in this step; None where it is surely refused."""
        if step.uses is None:
            return ()
        opt_out = step.input(OPT_OUT)
        opted_out = opt_out is not None and (
            opt_out.value.strip().lower() == "true" or "${{" in opt_out.value
        )
        host = self._settings.host
        if path.entry.event not in _GUARDED_EVENTS or opted_out or (host is not None and host.is_server):
            return ()
        refuses = refuses_forks(step.uses.ref)
        if refuses is True and host is not None:
            return None
        if refuses is False:
            return ()
        note = "actions/checkout refuses forks' code on github.com from v4.4.0, v5.1.0 and v6.1.0 on"
        return (Gate(note, step.location),)

    def _runs(self, placed: Placed, path: Path) -> bool:
        """Whether its own `if`, and those of the steps whose action it belongs to, let it run on the path."""
        world, each = self._reach.world(path), placed
        while each.caller is not None:
            inside = replace(world, called=True, given=self._inputs(each.caller))
            if inside.holds(self._expressions.condition(each.step.condition)) is False:
                return False
            each = each.caller
        return world.holds(self._expressions.condition(each.step.condition)) is not False

    def _inputs(self, caller: Placed) -> dict[str, Value]:
        """The inputs of an action that are a plain text, by the step that uses it or by default."""
        if id(caller.step) not in self._given:
            found: dict[str, Value] = {}
            if caller.action is not None:
                found = {declared.name.lower(): "" for declared in caller.action.inputs}
            for name, value in given_to(caller).items():
                found[name] = UNKNOWN if "${{" in value.value else value.value
            self._given[id(caller.step)] = found
        return self._given[id(caller.step)]


def _proof(step: Step, runner: Step, gates: tuple[Gate, ...], confidence: Confidence) -> OutsiderCode:
    whose = "the pull request's code is fetched here"
    if confidence is Confidence.LOW:
        whose = "a ref that can't be decided, the pull request's by its name, is fetched here"
    fetched = Hop(HopKind.STEP, whose, step.location)
    return OutsiderCode((fetched, Hop(HopKind.STEP, "and executed here", runner.location)), gates, confidence)


def _fetches(
    command: Command, islands: dict[int, Confidence], given: dict[str, Confidence]
) -> Confidence | None:
    """How surely a command brings the head: by a pull request's ref, or by a name that it is given."""
    words = [word.value for word in command.args]
    if command.program == "gh":
        return Confidence.HIGH if words[:2] == ["pr", "checkout"] else None
    if command.program != "git" or not {"fetch", "pull", "clone"} & set(words[:3]):
        return None
    if any(map(PULL_REF.search, words)):
        return Confidence.HIGH
    named = [given.get(variable.name) for word in command.args for variable in word.variables]
    named += [islands.get(start) for word in command.args for start, _ in word.islands]
    return max((surely for surely in named if surely is not None), default=None)


def _executes(step: Step) -> bool:
    """Whether a step runs something of the checkout: scripts, actions by a path in it, image builds."""
    if step.run is not None:
        return True
    return step.uses is not None and (step.uses.kind is UsesKind.LOCAL or step.uses.slug in BUILDERS)


def _first(job: Job) -> Location:
    checkout = next((step for step in job.steps if step.uses and step.uses.slug == CHECKOUT), None)
    return checkout.location if checkout else job.location
