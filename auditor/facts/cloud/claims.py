"""Which subjects a job's id-token may have, by who starts the run and from which ref."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from auditor.facts.entry.entry import Entry
from auditor.facts.job.expressions import Expressions
from auditor.facts.power.job_power import Power
from auditor.facts.reach.path import Path
from auditor.facts.reach.reach import Reach
from auditor.knowledge.platform.events import EVENTS, FORK_PULL_REQUESTS
from auditor.knowledge.platform.merge_queue import DEFAULT_BRANCHES
from auditor.languages import expression
from auditor.languages.yaml import Scalar
from auditor.model.documents import Job, Step
from auditor.model.settings import Settings
from auditor.model.trigger import Trigger
from auditor.trust.minting.contexts import (
    ANY_ENVIRONMENT,
    BRANCHES,
    PULL_REF,
    PULL_REQUESTS,
    QUEUE,
    TAGS,
    SubjectContext,
    environment,
    filtered,
    narrowed,
    ref,
    refs_under,
)

_ANY_REF = (refs_under(BRANCHES), refs_under(TAGS))
_SOME_BRANCH = refs_under(BRANCHES, is_sure=False)
_FREE = frozenset(
    {"create", "deployment", "deployment_status", "push", "registry_package", "workflow_dispatch"}
)
"""Events whose runs may have any branch or tag; those of a push follow from its filters."""

_REF, _REF_NAME = ("github", "ref"), ("github", "ref_name")


@dataclass(frozen=True, slots=True, eq=False)
class JobSubjects:
    """The subjects of a job's tokens in the runs of one path. `path.entry` says who can cause them.

    `contexts` are what the usual subject says of a run: its environment or, without one, its ref. `refs` are
    those of a run with an environment, too.
    """

    path: Path
    contexts: tuple[SubjectContext, ...]
    refs: tuple[SubjectContext, ...] = ()

    @property
    def job(self) -> Job:
        """The job that requests the token: a called one has its caller's subject."""
        return self.path.job

    @property
    def workflow_file(self) -> str:
        """The path of the file that `job_workflow_ref` names: the called workflow's."""
        return self.path.job.workflow.path


class Claims:
    """Derives the subjects of jobs from the ways into them."""

    def __init__(self, reach: Reach, power: Power, expressions: Expressions, settings: Settings) -> None:
        self._reach = reach
        self._power = power
        self._expressions = expressions
        self._settings = settings

    def of(self, job: Job) -> tuple[JobSubjects, ...]:
        """The subjects of each way into a job that may request an id-token there."""
        return tuple(self._subjects(path, None) for path in self._reach.into(job) if self._may_request(path))

    def at(self, step: Step) -> tuple[JobSubjects, ...]:
        """The subjects of each way to a step, of a composite action through its users."""
        return tuple(self._subjects(path, step) for path in self._reach.at(step) if self._may_request(path))

    def _may_request(self, path: Path) -> bool:
        """Whether GitHub mints an id-token there: never by default, and not for a fork's pull request."""
        return self._power.of(path).id_token

    def _subjects(self, path: Path, step: Step | None) -> JobSubjects:
        refs = self._refs(path.entry)
        named = self._named_refs(path, step)
        if named is not None:
            refs = tuple(each for each in refs if each.kind != "ref") + narrowed(
                [each for each in refs if each.kind == "ref"], named
            )
        if path.job.environment is None:
            return JobSubjects(path, refs, refs)
        pieces = self._environment(path)
        if pieces == [None]:
            # The name may turn out to be empty, which is no environment.
            return JobSubjects(path, (ANY_ENVIRONMENT, *refs), refs)
        return JobSubjects(path, (environment(pieces),), refs)

    def _environment(self, path: Path) -> list[str | None]:
        """The pieces of the environment's name, None for each that isn't known."""
        name = path.job.environment.name if path.job.environment else None
        if name is None:
            return [None]
        pieces: list[str | None] = []
        at = 0
        for part in self._expressions.of(name):
            pieces.append(name.value[at : part.start])
            value = self._reach.contexts(path).value(part.node)
            pieces.append(value if isinstance(value, str) else None)
            at = part.end
        pieces.append(name.value[at:])
        return [piece for piece in pieces if piece != ""] or [None]

    def _refs(self, entry: Entry) -> tuple[SubjectContext, ...]:
        event, trigger = entry.event, entry.trigger
        if event == "pull_request_target":
            # Both have been seen in use since 2024, and GitHub's documentation doesn't decide.
            return (PULL_REQUESTS, *self._default_branch())
        if event == "pull_request":
            return (PULL_REQUESTS,)
        if event in FORK_PULL_REQUESTS:
            return (PULL_REQUESTS, PULL_REF)
        if event == "merge_group":
            bases = trigger.branches or ("**",)
            return filtered(QUEUE, bases, "/pr-**")
        if event == "push":
            return _refs_of_push(trigger)
        if event == "release":
            return (refs_under(TAGS),)
        if event in _FREE or event not in EVENTS:
            return _ANY_REF
        return self._default_branch()

    def _default_branch(self) -> tuple[SubjectContext, ...]:
        """The default branch; where its name isn't known, the usual ones, and perhaps another."""
        known = self._settings.default_branch
        if known is not None:
            return (ref(BRANCHES + known),)
        usual, *others = (ref(BRANCHES + name) for name in DEFAULT_BRANCHES)
        return (usual, *(replace(other, is_sure=False) for other in others), _SOME_BRANCH)

    def _named_refs(self, path: Path, step: Step | None) -> list[str] | None:
        """The refs that conditions name, where they let no other pass; None where others do."""
        conditions = [job.condition for job in (*path.calls, path.job)]
        conditions += [step.condition] if step else []
        texts = [text for condition in conditions for text in self._texts(condition)]
        if not texts:
            return None
        place = step or (path.job.steps[0] if path.job.steps else None)
        if place is None:
            return None
        if not self._reach.admits(path, place, frozenset({_REF})):
            return [text for text in texts if text.startswith("refs/")]
        if not self._reach.admits(path, place, frozenset({_REF_NAME})):
            return [start + text for text in texts for start in (BRANCHES, TAGS)]
        return None

    def _texts(self, scalar: Scalar | None) -> Iterator[str]:
        condition = self._expressions.condition(scalar)
        if condition is None or condition.node is None:
            return
        for node in expression.walk(condition.node):
            if isinstance(node, expression.Literal) and isinstance(node.value, str):
                yield node.value


def _refs_of_push(trigger: Trigger) -> tuple[SubjectContext, ...]:
    """The refs whose push starts a run. A kind that no filter speaks of starts none, once the other is."""
    branches = _filtered_refs(BRANCHES, trigger.branches, trigger.branches_ignore)
    tags = _filtered_refs(TAGS, trigger.tags, trigger.tags_ignore)
    return branches + tags or _ANY_REF


def _filtered_refs(prefix: str, only: Sequence[str], ignored: Sequence[str]) -> tuple[SubjectContext, ...]:
    if ignored:
        return filtered(prefix, ["**", *(f"!{pattern}" for pattern in ignored)])
    return filtered(prefix, only) if only else ()
