"""Which steps check somebody's access before the steps and jobs after them run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from auditor.facts.reach.access.reading import level_is_required, level_output, listed_texts
from auditor.facts.reach.access.script import (
    AccessComparison,
    access_comparison,
    access_output,
    always_fails,
    who_is_refused,
)
from auditor.finding import Location
from auditor.knowledge.actions.access_checks import CHECK_ACTIONS, STRONG, WEAK, CheckAction
from auditor.knowledge.actions.head_lookups import SCRIPT_ACTION
from auditor.languages.expression import Symbol, Value
from auditor.languages.yaml import Mapping as Node
from auditor.languages.yaml import Scalar
from auditor.model.documents import Action, Job, Step, Workflow
from auditor.model.repository import Repository

MAX_CHECKS = 10
"""Checks of one job or action that are looked at; later ones hold nobody back."""

_MAX_DEPTH = 10
_ACTOR = "github.actor"
_SHELLS = (None, "bash", "sh")
_WHOLE = re.compile(r"\$\{\{\s*([\w.]{1,100})\s*\}\}")
_VARIABLE = re.compile(r"\$\{?(\w{1,60})\}?|process\.env\.(\w{1,60})")
_FIELD = re.compile(r"[a-z_]+(?:\.[a-z_]+){1,6}")
_GIVEN_BY_GITHUB = {"GITHUB_ACTOR": _ACTOR, "GITHUB_TRIGGERING_ACTOR": "github.triggering_actor"}
_FETCHES = re.compile(r"\bgit\b|\bgh\s+(?:pr|repo|run)\b|\bcurl\b|\bwget\b")
_CHECKOUT = "actions/checkout"


@dataclass(frozen=True, slots=True)
class FailingStep:
    """A step that fails whenever it runs, or by what a text evaluates to.

    With `texts` it goes on with one of them only.
    """

    text: Scalar | None = None
    comparison: AccessComparison | None = None
    texts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """A step that checks the access of whom the context field `who` names.

    `refuses`: it fails where access lacks. `outputs` are those that then say so, by their names in lower
    case. `on_disk`: what it runs is a file of this repository, or runs beside what was checked out.
    A `refusal` names nobody: it fails for whoever has failed a check before it.
    """

    step: Step
    who: str
    refuses: bool
    outputs: Mapping[str, Value] = field(default_factory=dict)
    on_disk: bool = False
    refusal: FailingStep | None = None

    @property
    def fails(self) -> bool:
        """Whether it ends its job where access lacks."""
        return self.refuses and not goes_on(self.step)

    @property
    def location(self) -> Location:
        """Where the step stands."""
        return self.step.location


class Checks:
    """Finds the steps of jobs and of this repository's actions that check an access."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._of: dict[Job | Action, tuple[Check, ...]] = {}

    def of(self, owner: Job | Action) -> tuple[Check, ...]:
        """The checks among the steps of a job or an action, in their order, at most so many."""
        return self._among(owner, _MAX_DEPTH)

    def before(self, step: Step) -> tuple[Check, ...]:
        """The checks that stand before a step in its job or action."""
        owner = step.job or step.action
        checks = self.of(owner) if owner is not None else ()
        return tuple(check for check in checks if check.step.index < step.index)

    def callee(self, job: Job) -> Workflow | None:
        """The workflow of this repository that a job calls."""
        return self._repository.callee(job.uses) if job.uses else None

    def _among(self, owner: Job | Action, depth: int) -> tuple[Check, ...]:
        if owner not in self._of:
            self._of[owner] = ()
            self._of[owner] = tuple(self._checks_in(owner, depth))
        return self._of[owner]

    def _checks_in(self, owner: Job | Action, depth: int) -> Iterator[Check]:
        found = 0
        checked_out = False
        for step in owner.steps:
            # What runs beside its neighbours holds none of them back.
            check = None if step.concurrent else self._check(step, depth)
            if check is not None and found < MAX_CHECKS:
                found += 1
                yield replace(check, on_disk=check.on_disk or (checked_out and not _is_foreign(step)))
            slug = (step.uses.slug or "").lower() if step.uses else ""
            checked_out = checked_out or slug == _CHECKOUT
            if _may_fetch(step, slug):
                # What an outsider may have put on disk checks nobody; other actions aren't there.
                rest = owner.steps[step.index + 1 :]
                yield from self._foreign(rest, depth, MAX_CHECKS - found)
                return

    def _foreign(self, steps: tuple[Step, ...], depth: int, most: int) -> Iterator[Check]:
        for step in steps:
            check = self._check(step, depth) if _is_foreign(step) and not step.concurrent else None
            if check is not None and most:
                most -= 1
                yield check

    def _check(self, step: Step, depth: int) -> Check | None:
        if step.run is not None:
            return self._script(step, step.run, is_shell=True) if _shell(step) in _SHELLS else None
        if step.uses is None:
            return None
        action = self._repository.action(step.uses)
        if action is not None:
            inner = self._among(action, depth - 1) if depth else ()
            plain = [each for each in inner if each.fails and each.step.condition is None]
            return Check(step, plain[0].who, refuses=True, on_disk=True) if plain else None
        slug = (step.uses.slug or "").lower()
        if slug == SCRIPT_ACTION:
            script = step.input("script")
            return self._script(step, script, is_shell=False) if script else None
        known = CHECK_ACTIONS.get(slug)
        return _by_action(step, known) if known else None

    def _script(self, step: Step, script: Scalar, *, is_shell: bool) -> Check | None:
        written = who_is_refused(script.value, is_shell=is_shell)
        if written is None and is_shell:
            written = level_is_required(script.value)
        who = _field_of_user(written, step) if written else None
        if who:
            return Check(step, who, refuses=True)
        output = None if is_shell else access_output(script.value)
        who = _field_of_user(output[1], step) if output else None
        if output and who:
            return Check(step, who, refuses=False, outputs={output[0].lower(): "false"})
        told = level_output(script.value) if is_shell else None
        who = _field_of_user(told.who, step) if told else None
        if told and who:
            return Check(step, who, refuses=False, outputs={told.name.lower(): f"not {told.yes}"})
        if step.condition is not None and always_fails(script.value, is_shell=is_shell):
            return Check(step, "", refuses=True, refusal=FailingStep())
        comparison = access_comparison(script.value) if is_shell else None
        if comparison is None:
            return self._listed(step, script) if is_shell else None
        variable = _VARIABLE.fullmatch(comparison.value)
        text = _value_of_variable(variable[1], step) if variable and variable[1] else None
        return Check(step, "", refuses=True, refusal=FailingStep(text, comparison)) if text else None

    def _listed(self, step: Step, script: Scalar) -> Check | None:
        """A script that fails unless a variable has one of the texts that it lists."""
        for listed in listed_texts(script.value):
            text = _value_of_variable(listed.name, step)
            if text is not None:
                return Check(step, "", refuses=True, refusal=FailingStep(text, texts=listed.texts))
        return None


def goes_on(place: Job | Step) -> bool:
    """Whether what comes after a step or job goes on as if it hadn't failed."""
    given = (_node_of(place) if isinstance(place, Job) else place.node).get("continue-on-error")
    return isinstance(given, Scalar) and given.value.strip().lower() != "false"


def _node_of(job: Job) -> Node:
    jobs = job.workflow.root.get("jobs")
    body = jobs.get(job.key.value) if isinstance(jobs, Node) else None
    return body if isinstance(body, Node) else job.workflow.root


def _by_action(step: Step, known: CheckAction) -> Check | None:
    user = step.input(known.user) if known.user else None
    who = _field_of_user(user.value, step) if user else _ACTOR
    if who is None or (known.needs and step.input(known.needs) is None):
        return None
    levels: dict[str, Value] = {name: Symbol("level", among=WEAK) for name in known.levels}
    required = step.input(known.level) if known.level else None
    level = required.value.strip().lower() if required else known.default
    if known.level is not None and level not in STRONG - {"maintain"}:
        return Check(step, who, refuses=False, outputs=levels) if levels else None
    refuses = known.fails is None or _has_input(step, known.fails)
    if known.unless is not None:
        off = step.input(known.unless[0])
        refuses = refuses and (off is None or off.value.strip().lower() == _OPPOSITE[known.unless[1]])
    return Check(step, who, refuses, {**levels, **known.refusal})


_OPPOSITE = {"true": "false", "false": "true"}


def _has_input(step: Step, wanted: tuple[str, str]) -> bool:
    given = step.input(wanted[0]) if wanted[0] else None
    return given is not None and given.value.strip().lower() == wanted[1]


def _field_of_user(written: str, step: Step) -> str | None:
    """The context field whose text a script or an input names as the user."""
    written = written.strip("'\"")
    whole = _WHOLE.fullmatch(written)
    if whole:
        return whole[1].lower() if _FIELD.fullmatch(whole[1].lower()) else None
    if written == "context.actor":
        return _ACTOR
    if written.startswith("context.payload."):
        path = "github.event." + written.removeprefix("context.payload.").replace("?.", ".")
        return path if _FIELD.fullmatch(path) else None
    variable = _VARIABLE.fullmatch(written)
    return _environment(variable[1] or variable[2], step) if variable else None


def _environment(name: str, step: Step) -> str | None:
    """The field that a variable has its text from."""
    if name in _GIVEN_BY_GITHUB:
        return _GIVEN_BY_GITHUB[name]
    text = _value_of_variable(name, step)
    whole = _WHOLE.fullmatch(text.value.strip()) if text else None
    return whole[1].lower() if whole else None


def _value_of_variable(name: str, step: Step) -> Scalar | None:
    """What the step, its job or its workflow sets a variable to."""
    job = step.job
    for env in (step.env, job.env if job else (), job.workflow.env if job else ()):
        for entry in env:
            if entry.key.value == name:
                return entry.value if isinstance(entry.value, Scalar) else None
    return None


def _shell(step: Step) -> str | None:
    job = step.job
    named = step.shell or (job and (job.shell or job.workflow.shell)) or None
    return named.value.strip() if named else None


def _is_foreign(step: Step) -> bool:
    """Whether the step uses an action of another repository, not a script."""
    return step.uses is not None and (step.uses.slug or "").lower() in CHECK_ACTIONS


def _may_fetch(step: Step, slug: str) -> bool:
    """Whether a step may fetch an outsider's files, or run something that does."""
    if step.run is not None:
        return bool(_FETCHES.search(step.run.value))
    if step.uses is None:
        return False
    if slug == _CHECKOUT:
        return step.input("ref") is not None or step.input("repository") is not None
    return not slug or slug in ("actions/download-artifact", "actions/cache", "actions/cache/restore")
