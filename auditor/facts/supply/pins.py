"""Which actions may run another commit tomorrow than today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.finding import Location
from auditor.knowledge.actions.first_party import BRANCHES, GITHUB_OWNERS, SHORT_COMMIT
from auditor.model.documents import Step, Workflow
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.uses import Uses, UsesKind


@dataclass(frozen=True, slots=True, eq=False)
class UnpinnedAction:
    """One action that one file uses by refs which can be moved. `steps` are in the order of the file."""

    name: str
    steps: tuple[Step, ...]
    is_own: bool
    """Its owner is that of the audited repository."""

    @property
    def uses(self) -> Uses:
        """How the first step names it."""
        assert self.steps[0].uses is not None
        return self.steps[0].uses

    @property
    def is_github(self) -> bool:
        """Whether it is one of GitHub's own."""
        return self.uses.owner.lower() in GITHUB_OWNERS

    @property
    def location(self) -> Location:
        """Where the first ref is written."""
        start = self.uses.text.rindex("@") + 1
        return self.uses.node.location_of(start, start + len(self.uses.ref))

    @property
    def refs(self) -> tuple[str, ...]:
        """The refs, each once."""
        return tuple(dict.fromkeys(step.uses.ref for step in self.steps if step.uses))

    @property
    def reason(self) -> str:
        """Why the first ref is no pin."""
        ref = self.refs[0]
        if ref.lower() in BRANCHES:
            return f"`{ref}` moves with every push to it"
        if SHORT_COMMIT.fullmatch(ref):
            return f"`{ref}` is no pin, only a whole commit is"
        return f"whoever can push to `{self.uses.owner}/{self.uses.name}` can move `{ref}`"


class Pins:
    """Answers which actions are not pinned."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def unpinned(self, repository: Repository) -> Iterator[UnpinnedAction]:
        """One for each file and action, in the order of the files."""
        for workflow in repository.workflows:
            steps = (step for job in workflow.jobs for step in job.steps)
            yield from self._grouped(step for step in steps if _may_move(step.uses, repository, workflow))
        for action in repository.actions:
            yield from self._grouped(step for step in action.steps if _may_move(step.uses, repository))

    def _grouped(self, steps: Iterable[Step]) -> Iterator[UnpinnedAction]:
        own = (self._settings.owner or "").lower()
        groups: dict[str, list[Step]] = {}
        for step in steps:
            if step.uses is not None:
                groups.setdefault(_name(step.uses).lower(), []).append(step)
        for name, found in groups.items():
            uses = found[0].uses
            assert uses is not None
            yield UnpinnedAction(_name(uses), tuple(found), is_own=name.partition("/")[0] == own)


def _may_move(uses: Uses | None, repository: Repository, workflow: Workflow | None = None) -> bool:
    if uses is None or uses.kind is not UsesKind.REMOTE or uses.is_pinned:
        return False
    return workflow is None or not repository.is_locked(workflow, uses)


def _name(uses: Uses) -> str:
    return "/".join(part for part in (uses.owner, uses.name, uses.path) if part)
