"""Which step of which job exchanges its id-token where, and the policies in the tree that decide on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from auditor.cloud.relying_party import RelyingParty
from auditor.facts.flow.values.text_values import TextValues
from auditor.facts.job.commands import bare_words
from auditor.facts.job.environment import environment
from auditor.facts.job.expressions import Expressions
from auditor.facts.job.scripts import Scripts
from auditor.facts.job.steps import StepInJob, steps_of_job
from auditor.facts.limits import Limits
from auditor.finding import Location
from auditor.knowledge.actions.cloud_keys import LONG_LIVED
from auditor.knowledge.actions.exchanges import (
    CLOUDS,
    COMMANDS,
    EXCHANGES,
    PUBLISHER,
    PUBLISHING_COMMANDS,
    REGISTRY_TOKENS,
    Exchange,
)
from auditor.languages.yaml import Scalar
from auditor.model.documents import Job, Step
from auditor.model.repository import Repository

MAX_EXCHANGES = 1000
"""Steps of one repository that are followed to a policy."""


@dataclass(frozen=True, slots=True, eq=False)
class Assumption:
    """One step that exchanges its job's id-token. `written` names the party, as in the file.

    `targets` are what that evaluates to, as far as it is known.
    """

    consumer: str
    job: Job
    step: Step
    written: str
    targets: tuple[str, ...]
    location: Location

    @property
    def is_cloud(self) -> bool:
        """Whether it gives a session in a cloud, and not only the right to publish."""
        return self.consumer in CLOUDS


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """An assumption and the party that decides on it. Where it isn't `sure` nothing else can be meant."""

    assumption: Assumption
    is_sure: bool


@dataclass(frozen=True, slots=True)
class LongLivedKey:
    """An input of an action that takes a key from a secret."""

    action: str
    input: str
    secret: str
    location: Location


class Roles:
    """Joins steps and parties."""

    def __init__(
        self,
        repository: Repository,
        expressions: Expressions,
        scripts: Scripts,
        texts: TextValues,
        limits: Limits,
    ) -> None:
        self._repository = repository
        self._expressions = expressions
        self._scripts = scripts
        self._texts = texts
        self._limits = limits

    @cached_property
    def assumptions(self) -> tuple[Assumption, ...]:
        """All steps that exchange an id-token, in the order of the files."""
        found: list[Assumption] = []
        for job in self._repository.jobs:
            for step_in_job in steps_of_job(job, self._repository):
                found += self._of_step(step_in_job)
                if len(found) > MAX_EXCHANGES:
                    cut = f"only {MAX_EXCHANGES:,} steps that exchange an id-token are followed"
                    self._limits.cut(cut, job.location)
                    return tuple(found[:MAX_EXCHANGES])
        return tuple(found)

    def in_job(self, job: Job) -> tuple[Assumption, ...]:
        """The steps of one job, those of its own actions included."""
        return tuple(one for one in self.assumptions if one.job is job)

    def long_lived_keys(self, step: Step) -> Iterator[LongLivedKey]:
        """The first input of a step that takes a key from a secret; a session token makes it short-lived."""
        known = LONG_LIVED.get(step.uses.slug) if step.uses else None
        if step.uses is None or known is None or any(_has_input(step, name) for name in known.short_lived):
            return
        for name in known.inputs:
            secret = self._secret_of(step, step.input(name))
            if secret is not None:
                value = step.input(name)
                assert value is not None
                yield LongLivedKey(step.uses.slug, name, secret, value.location)
                return

    def _secret_of(self, step: Step, value: Scalar | None) -> str | None:
        """The secret that a text is, by itself or through a variable."""
        for part in self._expressions.of(value):
            for reference in part.values():
                if reference.path[:1] == ("secrets",) and len(reference.path) == 2:
                    return reference.path[1].upper()
                if reference.path[:1] == ("env",) and len(reference.path) == 2:
                    variable = _variable(step, reference.path[1])
                    if variable is not None and variable is not value:
                        return self._named_in(variable)
        return None

    def _named_in(self, variable: Scalar) -> str | None:
        paths = (reference.path for part in self._expressions.of(variable) for reference in part.values())
        return next((path[1].upper() for path in paths if path[:1] == ("secrets",) and len(path) == 2), None)

    def of(self, party: RelyingParty) -> tuple[Joined, ...]:
        """The steps whose tokens a party decides on.

        Where neither file says so, the only party of a kind and the only target in the tree belong together.
        """
        own = [one for one in self.assumptions if one.consumer == party.consumer]
        named = [one for one in own if any(party.is_meant_by(target) for target in one.targets)]
        if named:
            return tuple(Joined(one, is_sure=True) for one in named)
        rivals = [other for other in self._repository.relying_parties if other.consumer == party.consumer]
        is_alone = len(rivals) == 1 and len({one.written for one in own}) == 1
        unclear = all(party.is_meant_by(target) is None for one in own for target in one.targets)
        return tuple(Joined(one, is_sure=False) for one in own) if is_alone and unclear else ()

    def parties(self, assumption: Assumption) -> tuple[RelyingParty, ...]:
        """The parties in the tree that decide on a step's token."""
        return tuple(self._deciders.get(assumption, ()))

    @cached_property
    def _deciders(self) -> dict[Assumption, list[RelyingParty]]:
        found: dict[Assumption, list[RelyingParty]] = {}
        for party in self._repository.relying_parties:
            for joined in self.of(party):
                found.setdefault(joined.assumption, []).append(party)
        return found

    def _of_step(self, step_in_job: StepInJob) -> Iterator[Assumption]:
        step = step_in_job.step
        known = EXCHANGES.get(step.uses.slug) if step.uses else None
        if known is not None and known.registry is not None:
            if step.uses is not None and not any(_has_input(step, name) for name in known.without):
                yield _trusted_publishing(known.registry, step_in_job, step.uses.node.location)
        elif known is not None:
            written = _party_of(step, known)
            if written is not None:
                yield self._assumption(known.consumer, step_in_job, written)
        elif step.run is not None:
            yield from self._of_script(step_in_job, step.run)

    def _of_script(self, step_in_job: StepInJob, run: Scalar) -> Iterator[Assumption]:
        script = self._scripts.of(step_in_job.step)
        for command in script.commands if script else ():
            words = bare_words(command)
            registry = PUBLISHING_COMMANDS.get(words[:2])
            if registry is not None and not _has_registry_token(step_in_job.step):
                yield _trusted_publishing(registry, step_in_job, run.location_of(command.start, command.end))
            found = COMMANDS.get(words[:3])
            named = _option(words, found[1]) if found else None
            if found and named:
                targets = () if "$" in named else (named,)
                at = run.location_of(command.start, command.end)
                yield Assumption(found[0], step_in_job.job, step_in_job.step, named, targets, at)

    def _assumption(self, consumer: str, step_in_job: StepInJob, written: Scalar) -> Assumption:
        values = self._texts.of(written, step_in_job)
        targets = tuple(value.strip() for value in values if value)
        text = written.value.strip()
        return Assumption(consumer, step_in_job.job, step_in_job.step, text, targets, written.location)


def _party_of(step: Step, known: Exchange) -> Scalar | None:
    if any(_has_input(step, name) for name in known.without):
        return None
    if known.only is not None:
        chosen = step.input(known.only[0])
        if chosen is None or chosen.value.strip().lower() != known.only[1]:
            return None
    return next((step.input(name) for name in known.inputs if _has_input(step, name)), None)


def _trusted_publishing(registry: str, step_in_job: StepInJob, at: Location) -> Assumption:
    """A publication of the workflow's own file; in a called one a registry may mean the caller's instead."""
    file = step_in_job.job.workflow.path.rpartition("/")[2]
    target = f"{registry}:{file}"
    is_called = any(trigger.event == "workflow_call" for trigger in step_in_job.job.workflow.triggers)
    targets = () if is_called and registry == "npm" else (target,)
    return Assumption(PUBLISHER, step_in_job.job, step_in_job.step, target, targets, at)


def _has_registry_token(step: Step) -> bool:
    return any(entry.key.value.upper() in REGISTRY_TOKENS for entry in environment(step))


def _has_input(step: Step, name: str) -> bool:
    value = step.input(name)
    return value is not None and value.value.strip() not in ("", "false")


def _option(words: tuple[str, ...], name: str) -> str | None:
    """The value of an option, behind a blank or an equals sign."""
    for at, each in enumerate(words):
        if each == name and at + 1 < len(words):
            return words[at + 1]
        if each.startswith(f"{name}="):
            return each.partition("=")[2]
    return None


def _variable(step: Step, name: str) -> Scalar | None:
    found = (entry.value for entry in environment(step) if entry.key.value.lower() == name)
    return next((value for value in found if isinstance(value, Scalar)), None)
