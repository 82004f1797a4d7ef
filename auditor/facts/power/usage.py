"""What each step of a job does with the token and an id-token, and what it publishes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from auditor.facts.job.commands import bare_words, holds, look_up
from auditor.facts.job.expressions import Expressions
from auditor.facts.job.scripts import Scripts
from auditor.facts.job.steps import StepInJob
from auditor.facts.power.token import TokenPresence, Tokens
from auditor.finding import Location
from auditor.knowledge.actions.token_use import ACTIONS, ANY, KnownAction, Use, When
from auditor.knowledge.programs.commands import STORES, KnownCommand
from auditor.languages.shell import Command, Script
from auditor.languages.yaml import Pair, Scalar
from auditor.model.documents import ActionKind, Job, Step
from auditor.model.permission import Level
from auditor.model.uses import Uses, UsesKind

ID_TOKEN = "id-token"  # noqa: S105 - a scope's name
CHECKOUT = "actions/checkout"
_REQUESTS_ID_TOKEN = re.compile(r"ACTIONS_ID_TOKEN_REQUEST_(URL|TOKEN)")
_LEVELS = {"read": Level.READ, "write": Level.WRITE}


@dataclass(frozen=True, slots=True)
class Usage:
    """One scope that a step uses, or `ANY`. Where it isn't `sure` it may. `why` reads after "because"."""

    scope: str
    level: Level
    sure: bool
    why: str
    location: Location
    step: Step | None = None

    @property
    def kind(self) -> tuple[object, ...]:
        """What two usages have in common of which one is enough."""
        return self.scope, self.level, self.sure


@dataclass(frozen=True, slots=True)
class Publication:
    """A step that puts something where people outside get it."""

    what: str
    why: str
    location: Location
    step: Step | None = None

    @property
    def kind(self) -> tuple[object, ...]:
        """What two publications have in common of which one is enough."""
        return (self.what,)


@dataclass(frozen=True, slots=True)
class _State:
    """What earlier steps of the job left behind: a token on disk for git, or one for anybody."""

    persisted: TokenPresence = TokenPresence.NO
    stored: TokenPresence = TokenPresence.NO


Record = Usage | Publication


class Usages:
    """Reads the steps of one job after the other. It remembers what they leave to each other."""

    def __init__(self, expressions: Expressions, scripts: Scripts, tokens: Tokens) -> None:
        self._expressions = expressions
        self._scripts = scripts
        self._tokens = tokens
        self._state = _State()

    def of(self, step_in_job: StepInJob) -> Iterator[Record]:
        """What a step does."""
        step = step_in_job.step
        if step.run is not None:
            yield from self._of_script(step_in_job, step.run)
        elif step.uses is not None:
            yield from self._of_action(step_in_job, step.uses)

    def _of_action(self, step_in_job: StepInJob, uses: Uses) -> Iterator[Record]:
        known = known_action(uses)
        if known is not None:
            yield from self._of_known(step_in_job, uses, known)
        elif step_in_job.action is None and uses.kind is not UsesKind.DOCKER:
            yield from self._anything(step_in_job, f"`{uses.text}` may use it", TokenPresence.YES)
        elif step_in_job.action is None or step_in_job.action.kind is not ActionKind.COMPOSITE:
            yield from self._anything(
                step_in_job, f"`{uses.text}` may use it", self._presence_in_inputs(step_in_job)
            )

    def _of_known(self, step_in_job: StepInJob, uses: Uses, known: KnownAction) -> Iterator[Record]:
        presence = self._presence(step_in_job, known)
        if uses.slug == CHECKOUT and not _is(step_in_job.step.input("persist-credentials"), "false"):
            self._state = replace(self._state, persisted=max(self._state.persisted, presence))
        why = f"`{uses.text}` uses it"
        for use in known.uses:
            needed = self._holds_for(use, presence, with_git=known.with_git)
            applies = min(
                use_applies(use.when, step_in_job.step.inputs),
                needed,
                TokenPresence.YES if use.sure else TokenPresence.MAYBE,
            )
            if applies is not TokenPresence.NO:
                yield _usage(use, applies, why, step_in_job)
        for publication in known.publishes:
            if use_applies(publication.when, step_in_job.step.inputs) is not TokenPresence.NO:
                yield Publication(
                    publication.what, f"`{uses.text}`", step_in_job.step.location, step_in_job.step
                )

    def _holds_for(self, use: Use, token: TokenPresence, *, with_git: bool) -> TokenPresence:
        """Whether what works with that token, or with git, has what a use needs."""
        if use.scope == ID_TOKEN:
            return TokenPresence.YES
        return max(token, self._state.persisted) if with_git and use.scope == "contents" else token

    def _presence(self, step_in_job: StepInJob, known: KnownAction) -> TokenPresence:
        """Whether the action works with the job's token rather than with another that it is given."""
        given = []
        for name in known.tokens:
            value = step_in_job.variable(name) if name.isupper() else step_in_job.step.input(name)
            if value is not None:
                given.append(self._tokens.in_text(value, step_in_job, name))
        if given:
            return max(given)
        return TokenPresence.YES if known.takes_token else self._state.stored

    def _presence_in_inputs(self, step_in_job: StepInJob) -> TokenPresence:
        """Whether an action of this repository, or an image, gets the token."""
        texts = {entry.key.value.lower(): entry.value for entry in step_in_job.step.inputs}
        for declared in step_in_job.action.inputs if step_in_job.action else ():
            if declared.default is not None:
                texts.setdefault(declared.name.lower(), declared.default)
        found = (
            self._tokens.in_text(v, step_in_job, name) for name, v in texts.items() if isinstance(v, Scalar)
        )
        return max(*found, self._tokens.in_env(step_in_job), TokenPresence.NO)

    def _anything(self, step_in_job: StepInJob, why: str, token: TokenPresence) -> Iterator[Usage]:
        """What code that nobody knows may use: an id-token, the token if it has it, git with one on disk."""
        at = step_in_job.step.location
        yield Usage(ID_TOKEN, Level.WRITE, False, why, at, step_in_job.step)
        if max(token, self._state.stored) is not TokenPresence.NO:
            yield Usage(ANY, Level.WRITE, False, why, at, step_in_job.step)
        if self._state.persisted is not TokenPresence.NO:
            yield Usage("contents", Level.WRITE, False, why, at, step_in_job.step)

    def _of_script(self, step_in_job: StepInJob, run: Scalar) -> Iterator[Record]:
        token = max(self._tokens.in_env(step_in_job), self._tokens.in_text(run, step_in_job))
        request = _REQUESTS_ID_TOKEN.search(run.value)
        if request is not None:
            where = run.location_of(*request.span())
            yield Usage(ID_TOKEN, Level.WRITE, True, "the script requests one", where, step_in_job.step)
        script = self._scripts.of(step_in_job.step)
        if script is None or script.has_errors or script.cut_off:
            yield from self._anything(step_in_job, "a script that can't be read may use it", token)
        is_known = script is not None
        seen: set[tuple[object, ...]] = set()
        for command in _foreign_commands(script) if script else ():
            words = bare_words(command)
            known = look_up(words)
            is_known = is_known and known is not None
            for record in self._of_command(step_in_job, known, words or (_shown(command),), token):
                # To find a place in a long script takes time, and the first of a kind says it all.
                if record.kind not in seen:
                    seen.add(record.kind)
                    yield replace(record, location=run.location_of(command.start, command.end))
        if token is not TokenPresence.NO and (not is_known or STORES.search(run.value)):
            self._state = replace(self._state, stored=TokenPresence.MAYBE)

    def _of_command(
        self, step_in_job: StepInJob, known: KnownCommand | None, words: tuple[str, ...], token: TokenPresence
    ) -> Iterator[Record]:
        name = " ".join(" ".join(words[:3]).split())[:60]
        if known is None:
            yield from self._anything(step_in_job, f"`{name}` may use it", token)
            return
        for use in known.uses:
            presence = self._holds_for(use, max(token, self._state.stored), with_git=known.with_git)
            presence = min(presence, TokenPresence.YES if use.sure else TokenPresence.MAYBE)
            if presence is not TokenPresence.NO and holds(use.when, words):
                yield _usage(use, presence, f"`{name}` uses it", step_in_job)
        for publication in known.publishes:
            if holds(publication.when, words):
                yield Publication(publication.what, f"`{name}`", step_in_job.step.location, step_in_job.step)


def usages_of_call(job: Job, known: KnownAction) -> Iterator[Record]:
    """What a job does that calls a known reusable workflow, which has the job's token in any case."""
    assert job.uses is not None
    why, at = f"`{job.uses.text}` uses it", job.uses.node.location
    for use in known.uses:
        applies = min(
            use_applies(use.when, job.inputs), TokenPresence.YES if use.sure else TokenPresence.MAYBE
        )
        if applies is not TokenPresence.NO:
            yield Usage(use.scope, _LEVELS[use.level], applies is TokenPresence.YES, why, at)
    for publication in known.publishes:
        if use_applies(publication.when, job.inputs) is not TokenPresence.NO:
            yield Publication(publication.what, f"`{job.uses.text}`", at)


def known_action(uses: Uses) -> KnownAction | None:
    """What is known of a remote action or reusable workflow."""
    path = uses.path.strip("/").lower()
    return ACTIONS.get(f"{uses.slug}/{path}" if path else uses.slug)


def _foreign_commands(script: Script) -> Iterator[Command]:
    """The commands that aren't functions of the script itself."""
    own = {command.function for command in script.commands if command.function is not None}
    for command in script.commands:
        if command.name is not None and command.name.literal not in own:
            yield command


def _usage(use: Use, presence: TokenPresence, why: str, step_in_job: StepInJob) -> Usage:
    level = _LEVELS[use.level]
    return Usage(
        use.scope, level, presence is TokenPresence.YES, why, step_in_job.step.location, step_in_job.step
    )


def _shown(command: Command) -> str:
    return command.name.value if command.name else ""


def _is(scalar: Scalar | None, value: str) -> bool:
    return scalar is not None and scalar.value.strip().lower() == value


def use_applies(when: When, inputs: tuple[Pair, ...]) -> TokenPresence:
    """Whether a condition on inputs holds."""
    values = {
        e.key.value.lower(): e.value.value.strip().lower() for e in inputs if isinstance(e.value, Scalar)
    }
    given = min((_met(item, values) for item in when.given), default=TokenPresence.YES)
    against = max((_met(item, values) for item in when.without), default=TokenPresence.NO)
    return min(given, TokenPresence(TokenPresence.YES - against))


def _met(item: str, values: dict[str, str]) -> TokenPresence:
    name, sign, wanted = _split(item)
    value = values.get(name, "")
    if not value or (not sign and value == "false"):
        return TokenPresence.NO
    if wanted.lower() == value or (sign == "~" and wanted.lower() in value):
        return TokenPresence.YES
    if not sign:
        return TokenPresence.YES
    return TokenPresence.MAYBE if "${{" in value else TokenPresence.NO


def _split(item: str) -> tuple[str, str, str]:
    for sign in ("=", "~"):
        name, found, wanted = item.partition(sign)
        if found:
            return name, found, wanted
    return item, "", ""
