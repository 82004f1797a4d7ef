"""What the ref of an event may be: its full name, its name, its type and the default branch's name."""

from __future__ import annotations

import re

from auditor.facts.entry.entry import Entry
from auditor.facts.entry.gate import in_force
from auditor.knowledge.platform.changes import TARGET_ON_DEFAULT_BRANCH
from auditor.knowledge.platform.events import EVENTS, TAG_EVENTS, Ref
from auditor.languages.expression import UNKNOWN, Symbol, Value
from auditor.model.settings import Settings

MAX_SAMPLES = 50
"""Texts of a condition for which samples are made."""

MADE_UP = "\0"
"""Stands in a sample for what no condition names."""

_FULL_REFS = frozenset({("github", "ref"), ("github", "event", "ref")})
_PULL_REF = "refs/pull/{}/merge"
_REFS = {"branch": "refs/heads/", "tag": "refs/tags/"}
_QUEUE = "refs/heads/gh-readonly-queue/"
_NUMBER = re.compile(r"[0-9]+")
_PATTERN = frozenset("*?+[]!")


def ref_field(name: str, named: frozenset[str], entry: Entry, settings: Settings) -> Value:
    """A field of `github` that is about the ref. `named` are the texts in the condition that reads it."""
    match name:
        case "ref":
            return _ref(named, entry, settings)
        case "ref_type":
            unsure = entry.event in TAG_EVENTS or entry.event not in EVENTS
            return entry.ref_type or (UNKNOWN if unsure else "branch")
        case "ref_name":
            return _ref_name(named, entry, settings)
        case "head_ref" | "base_ref" if not entry.is_pull_request:
            return ""
        case "base_ref":
            return one_of("base_ref", _plain_names(entry.trigger.branches))
    return UNKNOWN


def default_branch(settings: Settings) -> Value:
    """The name of the default branch."""
    return settings.default_branch or Symbol("default branch")


def unnamed_text(path: tuple[str, ...], named: frozenset[str], entry: Entry) -> Value:
    """A text that the condition doesn't name, in that field. Of a full ref, the beginning is known.

    Then it is one of samples, of which each text that the condition names begins, ends and is in one.
    """
    name = "hostile " + ".".join(path)
    kind = entry.ref_type
    if path not in _FULL_REFS or kind is None or len(named) > MAX_SAMPLES:
        return Symbol(name, never=named)
    return Symbol(name, among=frozenset(samples(_REFS[kind], named)), never=named)


def samples(start: str, named: frozenset[str]) -> set[str]:
    """Texts with that beginning, of which each text that a condition names begins, ends and is in one."""
    found = {start + MADE_UP, *(start + MADE_UP + text for text in named)}
    return found | {text + MADE_UP for text in named if text.lower().startswith(start)}


def one_of(name: str, texts: tuple[str, ...] | frozenset[str]) -> Value:
    """The value of a field that is one of the texts; not known where there is none."""
    return Symbol(name, among=frozenset(texts)) if texts else UNKNOWN


def _ref(named: frozenset[str], entry: Entry, settings: Settings) -> Value:
    kind = entry.ref_type if entry.ref is Ref.NAMED else "branch"
    if entry.ref is Ref.MERGE:
        return _pull_ref(named)
    if kind is None or len(named) > MAX_SAMPLES:
        return UNKNOWN
    start = _QUEUE if entry.ref is Ref.QUEUE else _REFS[kind]
    names = _plain_names(_filters(entry))
    if entry.ref is Ref.DEFAULT and _is_default_branch(entry, settings) and settings.default_branch:
        names = (settings.default_branch,)
    if names:
        return Symbol("ref", among=frozenset(start + name for name in names))
    beginning = {text for text in named if text.lower().startswith(start)}
    return Symbol("ref", among=frozenset(samples(start, named) | beginning))


def _ref_name(named: frozenset[str], entry: Entry, settings: Settings) -> Value:
    match entry.ref:
        case Ref.MERGE:
            return _pull_ref(named, _PULL_REF.removeprefix("refs/pull/"))
        case Ref.DEFAULT if _is_default_branch(entry, settings):
            return default_branch(settings)
        case Ref.NAMED | Ref.BASE if entry.ref_type is not None or entry.ref is Ref.BASE:
            return one_of("ref_name", _plain_names(_filters(entry)))
    return UNKNOWN


def _filters(entry: Entry) -> tuple[str, ...]:
    """The patterns of which the name of the ref matches one: it was pushed, or merged into."""
    if entry.ref is Ref.BASE:
        return entry.trigger.branches
    if entry.event not in ("push", "create"):
        return ()
    return entry.trigger.branches if entry.ref_type == "branch" else entry.trigger.tags


def _is_default_branch(entry: Entry, settings: Settings) -> bool:
    """Whether the event's ref, if it is a default one, is surely the default branch."""
    target = entry.event == "pull_request_target"
    return not target or in_force(TARGET_ON_DEFAULT_BRANCH, settings) is True


def _pull_ref(named: frozenset[str], form: str = _PULL_REF) -> Value:
    """The ref of some pull request: of a number that a condition names, or of another."""
    numbers = {number for text in named for number in _NUMBER.findall(text)}
    if len(numbers) > MAX_SAMPLES:
        return UNKNOWN
    return Symbol("pull ref", among=frozenset(form.format(number) for number in (MADE_UP, *numbers)))


def _plain_names(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """The names that filters list; nothing where one is a pattern."""
    return () if any(_PATTERN & set(pattern) for pattern in patterns) else patterns
