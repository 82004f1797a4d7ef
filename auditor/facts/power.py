"""What a job may do in a run: its token, its secrets, its id-token, as declared and as the entry caps it."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.expressions import Expressions
from auditor.facts.reach import Path
from auditor.model.permission import Level, Permissions
from auditor.model.step import Step
from auditor.model.workflow import Job
from auditor.tree import Entry, Scalar


class Power:
    """Answers what can be taken in a job."""

    def __init__(self, expressions: Expressions) -> None:
        self._expressions = expressions
        self._secrets: dict[int, tuple[str, ...]] = {}
        self._layers: dict[int, tuple[str, ...]] = {}

    def permissions(self, job: Job) -> Permissions | None:
        """What is declared for a job's token: its own `permissions`, else its workflow's."""
        return job.permissions or job.workflow.permissions

    def secrets(self, job: Job) -> tuple[str, ...]:
        """The secrets that a job names anywhere, without the token; `*` for all that it inherits."""
        if id(job) not in self._secrets:
            self._secrets[id(job)] = tuple(dict.fromkeys(self._named(job)))
        return self._secrets[id(job)]

    def writes(self, path: Path) -> tuple[str, ...] | None:
        """The scopes that the job's token may write on that path; None where a default decides.

        A called job has at most what each caller declares.
        """
        if not path.entry.privileged:
            return ()
        declared = [found for job in (*path.calls, path.job) if (found := self.permissions(job)) is not None]
        if not declared:
            return None
        if all(one.blanket is Level.WRITE for one in declared):
            return ("everything",)
        scopes = dict.fromkeys(grant.scope for one in declared for grant in one.written())
        return tuple(scope for scope in scopes if all(one.level(scope) is Level.WRITE for one in declared))

    def is_worth_taking(self, path: Path, step: Step) -> bool:
        """Whether whoever runs code in `step` gains more than a read-only token."""
        writes = self.writes(path)
        return (
            writes is None or bool(writes) or bool(self.secrets(path.job)) or bool(step.action and path.calls)
        )

    def in_words(self, path: Path) -> str:
        """The power, for a trace."""
        writes = self.writes(path)
        secrets = self.secrets(path.job) if path.entry.privileged else ()
        token = "a token with the default's permissions" if writes is None else "a read-only token"
        if writes:
            token = f"a token that may write {', '.join(writes)}"
        if not secrets:
            return token
        return f"{token}, and the secrets {', '.join(secrets[:5])}{' and more' if len(secrets) > 5 else ''}"

    def _named(self, job: Job) -> Iterator[str]:
        if job.inherits_secrets:
            yield "*"
        layers: list[tuple[Entry, ...]] = [job.workflow.env, job.env, job.inputs, job.secrets]
        for step in job.steps:
            layers += [step.env, step.inputs]
            if step.run is not None:
                yield from self._in_text(step.run)
        containers = (*job.services, *((job.container,) if job.container else ()))
        for container in containers:
            layers += [container.env, container.credentials]
        for layer in layers:
            yield from self._in_layer(layer)

    def _in_layer(self, layer: tuple[Entry, ...]) -> tuple[str, ...]:
        # A workflow's env is asked for by each of its jobs.
        if id(layer) not in self._layers:
            texts = (entry.value for entry in layer if isinstance(entry.value, Scalar))
            self._layers[id(layer)] = tuple(name for text in texts for name in self._in_text(text))
        return self._layers[id(layer)]

    def _in_text(self, scalar: Scalar) -> Iterator[str]:
        for part in self._expressions.of(scalar):
            for reference in part.references():
                if reference.path[:1] == ("secrets",) and reference.path[1:2] != ("github_token",):
                    yield reference.path[1].upper() if len(reference.path) > 1 else "*"
