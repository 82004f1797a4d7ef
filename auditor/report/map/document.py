"""The boundary map as a document: what its text, its JSON and its page have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.facts.boundary import BoundaryRow, JobBoundary
from auditor.facts.runner.runners import RunnerKind
from auditor.finding import Problem
from auditor.knowledge.platform.events import Actor
from auditor.model.permission import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryMap:
    """The maps of the repositories of one scan. `problems` say what couldn't be read, and so isn't on it."""

    version: str
    repository: str | None
    commit: str | None
    jobs: tuple[JobBoundary, ...]
    problems: tuple[Problem, ...]

    def rows(self) -> Iterator[BoundaryRow]:
        """All ways into all jobs."""
        return (row for boundary in self.jobs for row in boundary.rows)


WORDS = {
    Actor.OUTSIDER: "outsider",
    Actor.EXTERNAL: "external system",
    Actor.TRIAGER: "triager",
    Actor.WRITER: "writer",
    Actor.MAINTAINER: "administrator",
    Actor.PLATFORM: "GitHub",
}
"""The actors, from the least trusted on, as the map calls them."""


_MACHINES = {
    RunnerKind.SELF_HOSTED: "self-hosted",
    RunnerKind.UNKNOWN: "unknown runner",
    RunnerKind.HOSTED: "hosted",
}


def token_in_words(row: BoundaryRow) -> str:
    """What the job's token may do."""
    token = row.powers.token
    if token is None:
        return "token: whatever the default is"
    writes = row.powers.writes or ()
    if row.powers.is_wide:
        return "token may write everything"
    if writes:
        return f"token may write {', '.join(writes)}"
    reads = [scope for scope, level in token.items() if level is Level.READ]
    return f"token may read {', '.join(reads)}" if reads else "token may do nothing"


def powers_in_words(row: BoundaryRow) -> Iterator[str]:
    """The powers, a phrase each."""
    yield token_in_words(row)
    if row.powers.id_token:
        yield "id-token"
    if row.powers.secrets:
        names = ("all secrets" if name == "*" else name for name in row.powers.secrets)
        yield f"secrets {', '.join(names)}"
    for kind, word in _MACHINES.items():
        machines = [runner.name or "chosen at run time" for runner in row.runners if runner.kind is kind]
        if machines:
            yield f"{word}: {' or '.join(machines)}"
    if row.publishes:
        yield "publishes"
