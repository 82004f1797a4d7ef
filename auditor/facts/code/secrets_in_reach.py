"""Which secrets can be read while an outsider's code runs in a job."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.facts.code.outsider_code import Code
from auditor.facts.flow.graph.arrival import ContextField
from auditor.facts.flow.graph.flow import Flow
from auditor.facts.job.expressions import ExpressionInText, Expressions
from auditor.facts.job.steps import StepInJob
from auditor.facts.power.job_power import is_handed
from auditor.facts.reach.path import Path
from auditor.facts.reach.reach import Reach
from auditor.finding import Hop, HopKind, Location
from auditor.knowledge.actions.checkout import CHECKOUT
from auditor.knowledge.actions.credentials import CHECKOUT_TOKENS, KEEPING_ACTIONS, MINTING_ACTIONS
from auditor.knowledge.programs.commands import STORES
from auditor.languages.yaml import Node, Pair, Scalar
from auditor.model.documents import Job, Step

_HANDING_ON = frozenset({"env", "inputs"})
"""Contexts that hand a secret on. Outputs of jobs don't: GitHub drops those that hold one."""

MAX_SECRETS = 100
"""Secrets that are reported of one path."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret in reach. `name` reads in a message; `note` says how it gets there."""

    name: str
    note: str
    location: Location

    @property
    def hop(self) -> Hop:
        """Where it is, as the end of a trace."""
        return Hop(HopKind.POWER, self.note, self.location)


class SecretsInReach:
    """Answers which secrets, the job's token aside, are in reach from a step on."""

    def __init__(self, expressions: Expressions, reach: Reach, code: Code, flow: Flow) -> None:
        self._flow = flow
        self._expressions = expressions
        self._reach = reach
        self._code = code
        self._minting: dict[Job, dict[str, Scalar]] = {}

    def to(self, path: Path, since: StepInJob | None) -> tuple[Secret, ...]:
        """The secrets that whoever runs code in `since` can take: in the job, then, and later.

        Without `since` it is all of the job's. A step before it leaves what it keeps.
        """
        if not path.entry.cap.secrets:
            return ()
        found: dict[str, Secret] = {}
        for secret in self._all(path, since):
            found.setdefault(secret.name, secret)
            if len(found) >= MAX_SECRETS:
                break
        return tuple(found.values())

    def _all(self, path: Path, since: StepInJob | None) -> Iterator[Secret]:
        job = path.job
        layers: list[tuple[tuple[Pair, ...], str]] = [
            (job.env, "the job's `env`"),
            (job.workflow.env, "the workflow's `env`"),
        ]
        if job.container is not None:
            layers += [(job.container.env, "the container's `env`")]
        for layer, where in layers:
            for entry in layer:
                yield from self._in(entry.value, path, f"{where} holds it as `{entry.key.value}`")
        is_later = since is None
        for step_in_job in self._code.steps(job):
            is_later = is_later or step_in_job is since
            if self._code.runs(step_in_job, path) is not False:
                yield from (
                    self._of_step(step_in_job, path) if is_later else self._left_behind(step_in_job, path)
                )

    def _of_step(self, step_in_job: StepInJob, path: Path) -> Iterator[Secret]:
        """What a step is given while the outsider's code runs, or after it had its way."""
        step = step_in_job.step
        for entry in (*step.env, *step.inputs):
            yield from self._in(entry.value, path, f"a step gets it as `{entry.key.value}`", step)
        if step.run is not None:
            yield from self._in(step.run, path, "a script holds it")

    def _left_behind(self, step_in_job: StepInJob, path: Path) -> Iterator[Secret]:
        """What a step before it leaves on disk, in the environment or with an agent."""
        step = step_in_job.step
        if step.run is not None and STORES.search(step.run.value):
            yield from self._of_step(step_in_job, path)
        slug = step.uses.slug if step.uses is not None else ""
        if slug in KEEPING_ACTIONS:
            yield from self._of_step(step_in_job, path)
        elif slug == CHECKOUT and keeps_token(step_in_job):
            for name in CHECKOUT_TOKENS:
                yield from self._in(step.input(name), path, f"the checkout keeps its `{name}` on disk", step)

    def _in(self, node: Node | None, path: Path, note: str, step: Step | None = None) -> Iterator[Secret]:
        for part in self._expressions.of(node) if isinstance(node, Scalar) else ():
            fields = [reference.path for reference in part.values()]
            if step is not None and any(field[0] in _HANDING_ON for field in fields):
                leaves = (arrival.leaf for arrival in self._flow.of_expression(part, step, path))
                fields += [leaf.path for leaf in leaves if isinstance(leaf, ContextField)]
            for field in fields:
                name = self._secret(field, path)
                if name is not None and not self._is_empty(part, path):
                    yield Secret(name, f"{name}: {note}", part.location)

    def _secret(self, reference: tuple[str, ...], path: Path) -> str | None:
        match reference:
            case ("secrets", "github_token"):
                return None
            case ("secrets", name):
                return f"the secret `{name.upper()}`" if is_handed(name, path.calls) else None
            case ("secrets",) | ("secrets", "*"):
                return "every secret" if is_handed("*", path.calls) else None
            case ("steps", id, "outputs", "token") if id in self._minted_tokens(path.job):
                return "a token minted with a secret"
        return None

    def _is_empty(self, part: ExpressionInText, path: Path) -> bool:
        """Whether a condition in the expression leaves the secret out on this path."""
        return self._reach.contexts(path).value(part.node) in ("", False, None)

    def _minted_tokens(self, job: Job) -> Iterable[str]:
        if job not in self._minting:
            minting = (step for step in job.steps if step.uses and step.uses.slug in MINTING_ACTIONS)
            self._minting[job] = {step.id.value.lower(): step.id for step in minting if step.id}
        return self._minting[job]


def keeps_token(step_in_job: StepInJob) -> bool:
    """Whether a checkout leaves its token on disk."""
    given = step_in_job.step.input("persist-credentials")
    return given is None or given.value.strip().lower() != "false"
