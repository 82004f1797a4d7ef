"""The tokens that checkouts leave on disk, and what gets at them there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.facts.code.outsider_code import Code
from auditor.facts.code.secrets_in_reach import keeps_token
from auditor.facts.job.paths import UNKNOWN, WORKSPACE, lies_in, resolve
from auditor.facts.job.steps import StepInJob
from auditor.facts.limits import Limits
from auditor.facts.power.needs import Needs
from auditor.facts.reach.path import Path
from auditor.facts.reach.reach import Reach
from auditor.facts.untrusted_checkout.takeovers import Takeovers, keeps_in_tree
from auditor.finding import Confidence, Hop, HopKind, Severity, Trace
from auditor.knowledge.actions.artifacts import UPLOAD, takes_hidden_files
from auditor.knowledge.actions.checkout import CHECKOUT
from auditor.knowledge.actions.credentials import AGENT_ACTIONS
from auditor.knowledge.actions.token_use import ANY
from auditor.model.documents import Job, Step
from auditor.model.permission import Level

_JOB_TOKEN = re.compile(r"(?i)\b(?:github\.token|secrets\.github_token)\b")

MAX_KEPT = 50
"""Checkouts of one job that are judged; people write one or two."""


@dataclass(frozen=True, slots=True, eq=False)
class PersistedToken:
    """A token that a checkout leaves on disk. `why` reads in a message; `by` is the step that gets at it."""

    step_in_job: StepInJob
    path: Path
    why: str
    by: Step
    severity: Severity

    def trace(self) -> Trace:
        """The path as evidence, from the checkout to what gets at the token."""
        kept = Hop(HopKind.STEP, "the checkout keeps the token on disk", self.step_in_job.step.location)
        return self.path.trace(kept, Hop(HopKind.SINK, self.why, self.by.location))


@dataclass(frozen=True, slots=True)
class _Later:
    """What follows a checkout. `steps` are its steps by identity, `pushes` says that one may push."""

    steps: frozenset[StepInJob]
    upload: Step | None
    agent: Step | None
    pushes: bool


class PersistedTokens:
    """Joins checkouts that keep their token with the steps after them."""

    def __init__(self, reach: Reach, code: Code, takeovers: Takeovers, needs: Needs, limits: Limits) -> None:
        self._limits = limits
        self._reach = reach
        self._code = code
        self._takeovers = takeovers
        self._needs = needs

    def of(self, job: Job) -> tuple[PersistedToken, ...]:
        """For each checkout that keeps its token, the worst that may come of it."""
        steps = self._code.steps(job)
        kept = [number for number, step_in_job in enumerate(steps) if _keeps(step_in_job)]
        if not kept:
            return ()
        pushing = {
            usage.step
            for usage in self._needs.usages(job)
            if usage.level is Level.WRITE and usage.scope in ("contents", ANY)
        }
        if len(kept) > MAX_KEPT:
            said = f"only the first {MAX_KEPT} checkouts that keep a token are judged"
            self._limits.cut(said, steps[kept[MAX_KEPT]].step.location)
        found = []
        for number in kept[:MAX_KEPT]:
            later = _later(steps[number], steps[number + 1 :], pushing)
            each = [one for path in self._reach.into(job) for one in self._on(path, steps[number], later)]
            if each:
                found.append(max(each, key=lambda one: one.severity))
        return tuple(found)

    def _on(self, path: Path, step_in_job: StepInJob, later: _Later) -> Iterator[PersistedToken]:
        if not path.entry.privileged or self._code.runs(step_in_job, path) is False:
            return
        worst = Severity.HIGH if self._takeovers.writes(path) else Severity.MEDIUM
        code = self._code.of_outsider(path)
        if code is not None and code.since is not None and code.since in later.steps:
            why = "an outsider's code runs beside it"
            yield PersistedToken(
                step_in_job, path, why, code.since.step, path.severity(worst).lowered(code.lowered)
            )
        if later.upload is not None:
            yield PersistedToken(step_in_job, path, "the checkout is uploaded with it", later.upload, worst)
        if later.agent is not None:
            yield PersistedToken(step_in_job, path, "an agent works beside it", later.agent, Severity.MEDIUM)
        if not later.pushes and _keeps_job_token(step_in_job) and self._takeovers.surely_writes(path):
            why = "it may write, and no step pushes with it"
            severity = Severity.MEDIUM if keeps_in_tree(step_in_job) else Severity.LOW
            yield PersistedToken(step_in_job, path, why, step_in_job.step, severity)


def _later(step_in_job: StepInJob, after: tuple[StepInJob, ...], pushing: set[Step | None]) -> _Later:
    return _Later(
        frozenset(after),
        next((each.step for each in after if _uploads(each.step, step_in_job)), None),
        next((each.step for each in after if _is_agent(each.step)), None),
        any(each.step in pushing for each in after),
    )


def _keeps(step_in_job: StepInJob) -> bool:
    uses, given = step_in_job.step.uses, step_in_job.step.input("persist-credentials")
    # An expression may well evaluate to false.
    decided = given is None or "${{" not in given.value
    return uses is not None and uses.slug == CHECKOUT and decided and keeps_token(step_in_job)


def _keeps_job_token(step_in_job: StepInJob) -> bool:
    """Whether a checkout fetches with the job's token, and no other."""
    given = step_in_job.step.input("token")
    own = given is None or _JOB_TOKEN.search(given.value) is not None
    return own and step_in_job.step.input("ssh-key") is None


def _is_agent(step: Step) -> bool:
    return step.uses is not None and step.uses.slug in AGENT_ACTIONS


def _uploads(step: Step, checkout: StepInJob) -> bool:
    """Whether a step uploads the folder of a checkout whole, with the token that stands in it."""
    if step.uses is None or step.uses.slug != UPLOAD or not keeps_in_tree(checkout):
        return False
    hidden = step.input("include-hidden-files")
    if hidden is not None:
        takes = hidden.value.strip().lower() == "true"
    else:
        takes = takes_hidden_files(step.uses.ref)
    paths = step.input("path")
    if not takes or paths is None:
        return False
    lines = [line.strip() for line in paths.value.splitlines() if line.strip()]
    into = checkout.step.input("path")
    folder = resolve(into.value) if into is not None else WORKSPACE
    left_out = any(line.startswith("!") and ".git" in line for line in lines)
    return not left_out and any(_covers(line, folder) for line in lines)


def _covers(line: str, folder: str) -> bool:
    place = resolve(line.removesuffix("/**").removesuffix("/*")) if line not in ("*", "**") else WORKSPACE
    return place != UNKNOWN and lies_in(f"{folder}/.git".lstrip("/"), place) is Confidence.HIGH
