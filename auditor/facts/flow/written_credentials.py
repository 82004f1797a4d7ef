"""Credentials that are written into a workflow or an action."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.finding import Location
from auditor.knowledge.credential_shapes import THROWN_AWAY, shapes_in
from auditor.languages.yaml import Pair, Scalar
from auditor.model.documents import Action, Container, Job, Workflow

MAX_FOUND = 100
"""Credentials of one file that are listed."""


@dataclass(frozen=True, slots=True)
class WrittenCredential:
    """One credential. `place` says where it stands, in words; its text is never kept."""

    what: str
    place: str
    location: Location
    job: Job | None = None


def written_credentials(file: Workflow | Action) -> Iterator[WrittenCredential]:
    """What looks like a service's credential, and passwords of registries that are written out."""
    source = file.root.source
    for start, end, what in shapes_in(source.text)[:MAX_FOUND]:
        yield WrittenCredential(what, "the file", Location(source.path, source.span(start, end)))
    for job in file.jobs if isinstance(file, Workflow) else ():
        for container in (*((job.container,) if job.container else ()), *job.services):
            yield from _of_registry(container, job)


def _of_registry(container: Container, job: Job) -> Iterator[WrittenCredential]:
    for entry in container.credentials:
        if _is_password(entry):
            place = f"the `credentials` of a container of the job `{job.id}`"
            yield WrittenCredential("a password", place, entry.value.location, job)


def _is_password(entry: Pair) -> bool:
    value = entry.value
    return (
        entry.key.value.lower() == "password"
        and isinstance(value, Scalar)
        and bool(value.value.strip())
        and "${{" not in value.value
        and value.value.lower() not in THROWN_AWAY
    )
