"""What a job may do in a run: its token, its secrets, its id-token, as declared and as the entry caps it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.facts.job.expressions import Expressions
from auditor.facts.reach.path import Path
from auditor.knowledge.platform.scopes import COMMON, DEFAULT_READ, NEVER_DEFAULT, READ_AT_MOST, SCOPES
from auditor.languages.yaml import Pair, Scalar
from auditor.model.documents import Job, Step
from auditor.model.permission import Level, Permissions
from auditor.model.settings import Settings


@dataclass(frozen=True, slots=True)
class Powers:
    """What a job has in a run. `token` gives each scope that isn't none its level; None: that isn't known.

    `most` is the highest level that the entry lets any scope have. `secrets` are named, those that no caller
    hands down left out; `*` stands for all that there are.
    """

    token: Mapping[str, Level] | None
    most: Level
    secrets: tuple[str, ...]
    id_token: bool

    @property
    def writes(self) -> tuple[str, ...] | None:
        """The scopes that the token may write, but for the id-token's; None where that isn't known."""
        if self.token is None:
            return None if self.most is Level.WRITE else ()
        written = (scope for scope, level in self.token.items() if level is Level.WRITE)
        return tuple(sorted(scope for scope in written if scope != "id-token"))

    @property
    def is_wide(self) -> bool:
        """Whether the token may write so much that its scopes needn't be named."""
        return COMMON.issubset(self.writes or ())


class Power:
    """Answers what can be taken in a job."""

    def __init__(self, expressions: Expressions, settings: Settings) -> None:
        self._expressions = expressions
        self._settings = settings
        self._powers: dict[object, Powers] = {}
        self._secrets: dict[Job, tuple[str, ...]] = {}
        self._layers: dict[tuple[Pair, ...], tuple[str, ...]] = {}

    def permissions(self, job: Job) -> Permissions | None:
        """What is declared for a job's token: its own `permissions`, else its workflow's."""
        return job.permissions or job.workflow.permissions

    def secrets(self, job: Job) -> tuple[str, ...]:
        """The secrets that a job names anywhere, without the token; `*` for all that it inherits."""
        if job not in self._secrets:
            self._secrets[job] = tuple(dict.fromkeys(self._named(job)))
        return self._secrets[job]

    def of(self, path: Path) -> Powers:
        """What the job has on that path: declared, or the default, and capped by callers and by the entry."""
        key = (path.entry.cap, path.job, path.calls)
        if key not in self._powers:
            self._powers[key] = self._of(path)
        return self._powers[key]

    def _of(self, path: Path) -> Powers:
        cap = path.entry.cap
        named = self.secrets(path.job) if cap.secrets else ()
        secrets = tuple(name for name in named if is_handed(name, path.calls))
        levels = self._levels((*path.calls, path.job))
        if levels is None:
            # An id-token is never a default.
            return Powers(None, cap.token, secrets, id_token=False)
        most = dict.fromkeys(sorted(SCOPES), cap.token)
        most |= dict.fromkeys(READ_AT_MOST, Level.READ)
        most["id-token"] = Level.WRITE if cap.id_token else Level.NONE
        allowed = {scope: min(top, levels[scope]) for scope, top in most.items()}
        token = {scope: level for scope, level in allowed.items() if level is not Level.NONE}
        return Powers(token, cap.token, secrets, token.get("id-token") is Level.WRITE)

    def _levels(self, jobs: tuple[Job, ...]) -> Mapping[str, Level] | None:
        """The level of each scope that the last of jobs that call each other has if no entry caps it.

        The default counts for the outermost alone; one below that declares nothing has what its caller
        has. None where an unknown default decides.
        """
        outermost, *declared = (self.permissions(job) for job in jobs)
        default = self._settings.default_token
        below = [found for found in declared if found is not None]
        if outermost is not None:
            levels = {scope: outermost.level(scope) for scope in SCOPES}
        elif default is Level.READ:
            levels = {scope: Level.READ if scope in DEFAULT_READ else Level.NONE for scope in SCOPES}
        elif default is Level.WRITE or below:
            # Of a default that isn't known: no run starts in which a called job requests more than that.
            levels = {scope: Level.NONE if scope in NEVER_DEFAULT else Level.WRITE for scope in SCOPES}
        else:
            return None
        return {scope: min([level, *(one.level(scope) for one in below)]) for scope, level in levels.items()}

    def writes(self, path: Path) -> tuple[str, ...] | None:
        """The scopes that the job's token may write on that path, the id-token's among them.

        None where a default decides.
        """
        powers = self.of(path)
        if powers.writes is None:
            return None
        return (*powers.writes, *(("id-token",) if powers.id_token else ()))

    def is_worth_taking(self, path: Path, step: Step) -> bool:
        """Whether whoever runs code in `step` gains more than a read-only token."""
        writes, secrets = self.writes(path), self.of(path).secrets
        return writes is None or bool(writes) or bool(secrets) or bool(step.action and path.calls)

    def in_words(self, path: Path) -> str:
        """The power, for a trace."""
        powers, writes = self.of(path), self.writes(path)
        secrets = powers.secrets
        token = "a token with the default's permissions" if writes is None else "a read-only token"
        if writes:
            token = f"a token that may write {'everything' if powers.is_wide else ', '.join(writes)}"
        if not secrets:
            return token
        return f"{token}, and the secrets {', '.join(secrets[:5])}{' and more' if len(secrets) > 5 else ''}"

    def _named(self, job: Job) -> Iterator[str]:
        if job.inherits_secrets:
            yield "*"
        layers: list[tuple[Pair, ...]] = [job.workflow.env, job.env, job.inputs, job.secrets]
        for step in job.steps:
            layers += [step.env, step.inputs]
            if step.run is not None:
                yield from self._in_text(step.run)
        containers = (*job.services, *((job.container,) if job.container else ()))
        for container in containers:
            layers += [container.env, container.credentials]
        for layer in layers:
            yield from self._in_layer(layer)

    def _in_layer(self, layer: tuple[Pair, ...]) -> tuple[str, ...]:
        # A workflow's env counts for each of its jobs.
        if layer not in self._layers:
            texts = (entry.value for entry in layer if isinstance(entry.value, Scalar))
            self._layers[layer] = tuple(name for text in texts for name in self._in_text(text))
        return self._layers[layer]

    def _in_text(self, scalar: Scalar) -> Iterator[str]:
        for part in self._expressions.of(scalar):
            for reference in part.references():
                if reference.path[:1] == ("secrets",) and reference.path[1:2] != ("github_token",):
                    yield reference.path[1].upper() if len(reference.path) > 1 else "*"


def is_handed(name: str, calls: tuple[Job, ...]) -> bool:
    """Whether the calling jobs hand a secret down, `*` for any at all. What nobody hands down is empty."""
    while calls and calls[-1].inherits_secrets is not None:
        calls = calls[:-1]
    if not calls:
        return True
    handed = {entry.key.value.lower() for entry in calls[-1].secrets}
    return bool(handed) if name == "*" else name.lower() in handed
