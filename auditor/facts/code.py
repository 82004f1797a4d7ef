"""Whose code a job runs: what the entry brings, and what steps fetch and then execute."""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.facts.entry import Gate
from auditor.facts.expressions import Expression, Expressions
from auditor.facts.reach import Path, Reach
from auditor.facts.script import Scripts
from auditor.finding import Hop, HopKind, Location
from auditor.knowledge.checkout import BUILDERS, CHECKOUT, OPT_OUT, refuses_forks
from auditor.knowledge.events import Actor
from auditor.knowledge.events import Code as DefaultCode
from auditor.model.settings import Settings
from auditor.model.step import Step
from auditor.model.uses import UsesKind
from auditor.model.workflow import Job
from auditor.shell import Command
from auditor.tree import Scalar

_HEADS: tuple[tuple[str, ...], ...] = (
    ("github", "head_ref"),
    ("github", "event", "pull_request", "head"),
    ("github", "event", "pull_request", "merge_commit_sha"),
    ("github", "event", "workflow_run", "head_branch"),
    ("github", "event", "workflow_run", "head_sha"),
    ("github", "event", "workflow_run", "head_commit"),
    ("github", "event", "workflow_run", "head_repository"),
)
_PULL_REF = re.compile(r"refs/pull/|\bpull/.*/(head|merge)")
_IDLE = frozenset({"[", "[[", "cd", "echo", "exit", "export", "gh", "git", "printf", "set", "test", "true"})
"""Programs that run nothing of a checkout."""

_GUARDED_EVENTS = frozenset({"pull_request_target", "workflow_run"})


@dataclass(frozen=True, slots=True)
class OutsiderCode:
    """Proof that an outsider's code runs on a path: where it comes from and what executes it."""

    hops: tuple[Hop, ...]
    gates: tuple[Gate, ...] = ()


class Code:
    """Answers whose code runs in a job."""

    def __init__(self, settings: Settings, expressions: Expressions, scripts: Scripts, reach: Reach) -> None:
        self._reach = reach
        self._settings = settings
        self._expressions = expressions
        self._scripts = scripts

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
        for step in reversed(job.steps):
            if not self._runs(step, path):
                continue
            runner = step if self._executes_itself(step) else executed
            gates = self._fetches_head(step, path) if runner else None
            if gates is not None and runner is not None:
                fetched = Hop(HopKind.STEP, "the pull request's code is fetched here", step.location)
                found = OutsiderCode(
                    (fetched, Hop(HopKind.STEP, "and executed here", runner.location)), gates
                )
            if _executes(step):
                executed = step
        return found

    def _fetches_head(self, step: Step, path: Path) -> tuple[Gate, ...] | None:
        """The gates of fetching the head in this step; None where it fetches no head."""
        if step.uses is not None and step.uses.slug == CHECKOUT:
            inputs = [scalar for name in ("ref", "repository") if (scalar := step.input(name)) is not None]
            return self._checkout_gates(step, path) if any(map(self._names_head, inputs)) else None
        return None if self._fetching_command(step) is None else ()

    def _fetching_command(self, step: Step) -> Command | None:
        """The first command of a step's script that brings the head."""
        script = self._scripts.of(step)
        if script is None or step.run is None:
            return None
        islands = {part.start for part in self._expressions.of(step.run) if _of_head(part)}
        given = {e.key.value for e in step.env if isinstance(e.value, Scalar) and self._names_head(e.value)}
        return next((each for each in script.commands if _fetches(each, islands, given)), None)

    def _executes_itself(self, step: Step) -> bool:
        """Whether the script that brings the head goes on to run something else."""
        script, fetching = self._scripts.of(step), self._fetching_command(step)
        if script is None or fetching is None:
            return False
        later = (command for command in script.commands if command.start > fetching.start)
        return any(command.program not in _IDLE for command in later)

    def _names_head(self, scalar: Scalar) -> bool:
        if _PULL_REF.search(scalar.value):
            return True
        return any(map(_of_head, self._expressions.of(scalar)))

    def _checkout_gates(self, step: Step, path: Path) -> tuple[Gate, ...] | None:
        assert step.uses is not None
        opt_out = step.input(OPT_OUT)
        opted_out = opt_out is not None and (
            opt_out.value.strip().lower() == "true" or "${{" in opt_out.value
        )
        server = self._settings.host is not None and self._settings.host.is_server
        if path.entry.event not in _GUARDED_EVENTS or opted_out or server:
            return ()
        refuses = refuses_forks(step.uses.ref)
        if refuses is True and self._settings.host is not None:
            return None
        if refuses is False:
            return ()
        note = "actions/checkout refuses forks' code on github.com from v4.4.0, v5.1.0 and v6.1.0 on"
        lowers = 1 if refuses else 0
        return (Gate(note, step.location, lowers=lowers),)

    def _runs(self, step: Step, path: Path) -> bool:
        """Whether the step's own `if` lets it run on the path."""
        return self._reach.world(path).holds(self._expressions.condition(step.condition)) is not False


def _of_head(part: Expression) -> bool:
    return any(ref.path[: len(head)] == head for ref in part.values() for head in _HEADS)


def _fetches(command: Command, islands: set[int], given: set[str]) -> bool:
    """Whether a command brings the head: by a pull request's ref, or by a name that it is given."""
    words = [word.value for word in command.args]
    if command.program == "gh":
        return words[:2] == ["pr", "checkout"]
    if command.program != "git" or not {"fetch", "pull", "clone"} & set(words[:3]):
        return False
    names = (variable.name for word in command.args for variable in word.variables)
    starts = (start for word in command.args for start, _ in word.islands)
    pulls = any(map(_PULL_REF.search, words))
    return pulls or any(name in given for name in names) or any(start in islands for start in starts)


def _executes(step: Step) -> bool:
    """Whether a step runs something of the checkout: scripts, actions by a path in it, image builds."""
    if step.run is not None:
        return True
    return step.uses is not None and (step.uses.kind is UsesKind.LOCAL or step.uses.slug in BUILDERS)


def _first(job: Job) -> Location:
    checkout = next((step for step in job.steps if step.uses and step.uses.slug == CHECKOUT), None)
    return checkout.location if checkout else job.location
