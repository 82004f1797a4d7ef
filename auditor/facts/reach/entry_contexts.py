"""What a condition is under an entry: true, false, or not known."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from auditor.facts.entry.entry import Entry
from auditor.facts.entry.gate import in_force
from auditor.facts.reach.deciders import is_chosen
from auditor.facts.reach.job_outputs import Needed
from auditor.knowledge.platform.changes import TARGET_ON_DEFAULT_BRANCH
from auditor.knowledge.platform.contexts import STARTERS
from auditor.knowledge.platform.events import (
    EVENTS,
    ONLY_OF_TYPES,
    PAYLOAD_KEYS,
    PULL_REQUESTS,
    SUBJECTS,
    TAG_EVENTS,
    TOPICS,
    UNMERGED,
    WITH_A_FORK,
    Actor,
    Ref,
)
from auditor.languages import expression
from auditor.languages.expression import UNKNOWN, Array, Condition, ObjectValue, Symbol, Unknown, Value
from auditor.languages.expression.value import text_of
from auditor.model.settings import Settings

_Names = tuple[str, ...]

_STRANGER = frozenset({"NONE", "FIRST_TIMER", "FIRST_TIME_CONTRIBUTOR", "CONTRIBUTOR", "MANNEQUIN"})
"""`author_association` of whoever is neither owner, member nor collaborator (GitHub's GraphQL schema)."""

_COMMON_PAYLOAD = frozenset({"action", "sender", "repository", "organization", "enterprise", "installation"})

_HEADS = (
    ("github", "event", "pull_request", "head", "repo"),
    ("github", "event", "workflow_run", "head_repository"),
)
_OWN = (
    ("github", "event", "repository"),
    ("github", "event", "pull_request", "base", "repo"),
    ("github", "event", "workflow_run", "repository"),
)
_IDENTITIES = frozenset({"clone_url", "full_name", "git_url", "html_url", "id", "node_id", "ssh_url", "url"})
"""Fields of a repository that no two repositories share."""

_OUTSIDERS_EVENTS = frozenset(name for name, event in EVENTS.items() if event.starter is Actor.OUTSIDER)


@dataclass(frozen=True, slots=True)
class EntryContexts:
    """What is known of the contexts while a run that `entry` started is under way.

    `called`: the names in `inputs` are given by a caller; `given` are those that are known, in lower case.
    `shut` are the needed jobs that don't run, in lower case. `unlabelled`: there is no label. `hostile` are
    fields whose text is none of those that the condition names. `needed`: what other jobs hand to the job.
    """

    entry: Entry
    settings: Settings = field(hash=False)
    called: bool = False
    shut: frozenset[str] = frozenset()
    unlabelled: bool = False
    hostile: frozenset[_Names] = frozenset()
    given: Mapping[str, Value] = field(default_factory=dict, hash=False)
    needed: Needed | None = None

    def holds(self, condition: Condition | None) -> bool | None:
        """Whether an `if:` lets the run pass; None where that depends on what isn't known."""
        if condition is None or condition.node is None or condition.always_true_text:
            return True
        return expression.holds(condition, self._lookup(condition.node))

    def undecided(self, condition: Condition) -> tuple[_Names, ...]:
        """What must become known before a condition may hold; what people choose may be anything.

        Of conditions that `holds` doesn't know.
        """
        node = condition.node
        if node is None:
            return ()
        return expression.undecided(node, self._lookup(node), self._is_chosen)

    def _is_chosen(self, path: _Names) -> bool:
        return is_chosen(path, self.entry) and not (self.called and path[0] == "inputs")

    def value(self, node: expression.Node, told: expression.Lookup | None = None) -> Value:
        """The value of an expression. What `told` knows goes before what follows from the entry."""
        return expression.evaluate(node, self._lookup(node) if told is None else self.lookup(node, told))

    def lookup(self, node: expression.Node | None, told: expression.Lookup) -> expression.Lookup:
        """What the fields in an expression stand for. What `told` knows goes first."""
        own = self._lookup(node) if node is not None else lambda path: self._look_up(path, frozenset())
        return lambda path: _first_known(told(path), lambda: own(path))

    def _lookup(self, node: expression.Node) -> expression.Lookup:
        named = frozenset(expression.texts(node))
        return lambda path: self._look_up(path, named)

    def _look_up(self, path: _Names, named: frozenset[str]) -> Value:
        if path in self.hostile:
            return self._made_up(path, named)
        if self.unlabelled and path[:2] == ("github", "event") and path[3:4] == ("labels",):
            return _NO_LABELS if len(path) == 4 else UNKNOWN
        match path:
            case (function,):
                return {"success()": not self.shut, "always()": True}.get(function, UNKNOWN)
            case ("inputs", name) if name in self.given:
                return self.given[name]
            case ("inputs", *_) if not self.called and self.entry.event != "workflow_dispatch":
                return None
            case ("vars", name):
                return self._variable(name)
            case ("needs", id, "result") if id in self.shut:
                return "skipped"
            case ("needs", id, "outputs", _) if id in self.shut:
                return None
            case ("needs", id, "outputs", name) if self.needed is not None:
                return self._handed(self.needed.output(id, name), named)
        if path in STARTERS:
            return self._person(path, named, self.entry.starter)
        if path[:2] == ("github", "event") and len(path) > 2:
            return self._payload(path, named)
        return self._github(path, named)

    def _handed(self, output: expression.Node | None, named: frozenset[str]) -> Value:
        """The text of another job's output, where it follows from the event; such outputs aren't chained."""
        if output is None:
            return UNKNOWN
        there, texts = replace(self, needed=None), named | frozenset(expression.texts(output))
        value = expression.evaluate(output, lambda path: there._look_up(path, texts))
        if isinstance(value, Unknown | Array | ObjectValue):
            return UNKNOWN
        return value if isinstance(value, Symbol) else text_of(value)

    def _variable(self, name: str) -> Value:
        """A configuration variable. An environment's comes before the repository's where a job is in one."""
        name, told = name.upper(), self.settings
        in_one = self.called or any(job.environment for job in self.entry.workflow.jobs)
        listed = [rules.variables for rules in (told.environments or {}).values()]
        if told.environments is None or None in listed:
            hidden = in_one
        else:
            hidden = any(name in variables for variables in listed if variables)
        return told.variables.get(name, UNKNOWN) if not hidden else UNKNOWN

    def _made_up(self, path: _Names, named: frozenset[str]) -> Value:
        """A text that the condition doesn't name. Of a full ref, the beginning is known.

        Then it is one of samples, of which each text that the condition names begins, ends and is in one.
        """
        name = "hostile " + ".".join(path)
        kind = self.entry.ref_type
        if path not in _FULL_REFS or kind is None or len(named) > _MAX_SAMPLES:
            return Symbol(name, never=named)
        return Symbol(name, among=frozenset(_samples(_REFS[kind], named)), never=named)

    def _github(self, path: _Names, named: frozenset[str]) -> Value:
        entry = self.entry
        match path:
            case ("github", "event_name"):
                return entry.event
            case ("github", "sha"):
                return Unknown.TRUTHY
            case ("github", "repository"):
                return self._own("full_name")
            case ("github", "repository_id"):
                return self._own("id")
            case ("github", "repository_owner"):
                return self._owner()
            case ("github", "ref"):
                return self._ref(named)
            case ("github", "ref_type"):
                unsure = entry.event in TAG_EVENTS or entry.event not in EVENTS
                return entry.ref_type or (UNKNOWN if unsure else "branch")
            case ("github", "ref_name"):
                return self._ref_name(named)
            case ("github", "head_ref" | "base_ref") if not entry.is_pull_request:
                return ""
            case ("github", "base_ref"):
                return _one_of("base_ref", _plain_names(entry.trigger.branches))
        return UNKNOWN

    def _ref(self, named: frozenset[str]) -> Value:
        entry = self.entry
        kind = entry.ref_type if entry.ref is Ref.NAMED else "branch"
        if entry.ref is Ref.MERGE:
            return _pull_ref(named)
        if kind is None or len(named) > _MAX_SAMPLES:
            return UNKNOWN
        start = _QUEUE if entry.ref is Ref.QUEUE else _REFS[kind]
        names = _plain_names(self._filtered)
        if entry.ref is Ref.DEFAULT and self._on_default_branch and self.settings.default_branch:
            names = (self.settings.default_branch,)
        if names:
            return Symbol("ref", among=frozenset(start + name for name in names))
        beginning = {text for text in named if text.lower().startswith(start)}
        return Symbol("ref", among=frozenset(_samples(start, named) | beginning))

    def _ref_name(self, named: frozenset[str]) -> Value:
        entry = self.entry
        match entry.ref:
            case Ref.MERGE:
                return _pull_ref(named, _PULL_REF.removeprefix("refs/pull/"))
            case Ref.DEFAULT if self._on_default_branch:
                return self._default_branch
            case Ref.NAMED | Ref.BASE if entry.ref_type is not None or entry.ref is Ref.BASE:
                return _one_of("ref_name", _plain_names(self._filtered))
        return UNKNOWN

    @property
    def _filtered(self) -> tuple[str, ...]:
        """The patterns of which the name of the ref is one that was pushed, or merged into."""
        entry = self.entry
        if entry.ref is Ref.BASE:
            return entry.trigger.branches
        if entry.event not in ("push", "create"):
            return ()
        return entry.trigger.branches if entry.ref_type == "branch" else entry.trigger.tags

    @property
    def _on_default_branch(self) -> bool:
        """Whether the event's ref is surely the default branch."""
        target = self.entry.event == "pull_request_target"
        return not target or in_force(TARGET_ON_DEFAULT_BRANCH, self.settings) is True

    @property
    def _default_branch(self) -> Value:
        return self.settings.default_branch or Symbol("default branch")

    def _payload(self, path: _Names, named: frozenset[str]) -> Value:
        entry, key = self.entry, path[2]
        known = EVENTS.get(entry.event)
        if known and key in PAYLOAD_KEYS and key not in (*known.payload, *_COMMON_PAYLOAD):
            return None
        if key in ONLY_OF_TYPES and entry.types and not ONLY_OF_TYPES[key] & set(entry.types):
            return None
        subject = SUBJECTS.get(entry.event)
        outsiders = {TOPICS.get(entry.event) if entry.comments else subject}
        if entry.author is not Actor.OUTSIDER:
            outsiders = set()
        match path[2:]:
            case ("action",):
                return _one_of("action", entry.types)
            case ("workflow_run", "event"):
                events = entry.upstream or _OUTSIDERS_EVENTS
                return _one_of("upstream event", events) if entry.author is Actor.OUTSIDER else UNKNOWN
            case ("workflow_run", "name"):
                return _one_of("upstream name", entry.follows)
            case (name, "author_association") if name in outsiders:
                return Symbol("the author's association", among=_STRANGER)
            case (name, "user", "login") if name in outsiders:
                return self._person(path, named, Actor.OUTSIDER)
            case ("issue", "pull_request", *below) if entry.event in ("issue_comment", "issues"):
                return None if not entry.on_pull_request else UNKNOWN if below else Unknown.TRUTHY
            case ("repository", "default_branch"):
                return self._default_branch
            case ("pull_request", "merged"):
                return self._merged()
        return self._of_repository(path, named)

    def _merged(self) -> Value:
        """Of the types that a merged pull request may have, too, it isn't known."""
        entry = self.entry
        if entry.merged or not entry.types:
            return entry.merged or UNKNOWN
        return False if UNMERGED.issuperset(entry.types) else UNKNOWN

    def _of_repository(self, path: _Names, named: frozenset[str]) -> Value:
        """Fields of this repository, and of the one that a pull request comes from."""
        own = next((own for own in _OWN if path[: len(own)] == own), None)
        if own is not None:
            match path[len(own) :]:
                case ("owner", "login" | "name"):
                    return self._owner()
                case (field,) if field in _IDENTITIES:
                    return self._own(field)
        head = next((head for head in _HEADS if path[: len(head)] == head), None)
        if head is not None and self._has_head():
            return self._of_head(path[len(head) :], named)
        if path[:-1] == _HEADS[0][:-1] and self._has_head():
            return self._of_pull_head(path[-1], named)
        if path == ("github", "event", "pull_request", "head", "user", "login") and self._has_head():
            return self._of_head(("owner", "login"), named)
        return UNKNOWN

    def _has_head(self) -> bool:
        """Whether it is known of the run, or of the one before it, if it is one of a fork's pull request."""
        entry = self.entry
        if entry.event == "workflow_run":
            pulls = PULL_REQUESTS | {"workflow_run"}
            return not entry.fork or entry.upstream is None or bool(entry.upstream & pulls)
        return entry.is_pull_request

    def _of_head(self, field: _Names, named: frozenset[str]) -> Value:
        fork = self.entry.fork
        match field:
            case ("fork",):
                return fork if not fork or self._has_fork else UNKNOWN
            case (name,) if name in _IDENTITIES:
                other = Symbol(f"fork {name}", never=named | self._told, distinct=frozenset({f"own {name}"}))
                return other if fork else self._own(name)
            case ("owner", "login"):
                other = Symbol("fork owner", never=named | self._told, distinct=frozenset({"owner"}))
                return other if fork else self._owner()
        return UNKNOWN

    @property
    def _has_fork(self) -> bool:
        """Whether the fork can't have been deleted before the event; then the head has no repository."""
        entry = self.entry
        return entry.event == "workflow_run" or (bool(entry.types) and WITH_A_FORK.issuperset(entry.types))

    def _of_pull_head(self, field: str, named: frozenset[str]) -> Value:
        """`label` is the owner, a colon and the branch; a fork's owner is none that the condition names."""
        if field != "label" or not self.entry.fork or len(named) > _MAX_SAMPLES:
            return UNKNOWN
        samples = _samples(_MADE_UP + ":", named)
        for text in named:
            if ":" in text:
                samples |= {_MADE_UP + text, _MADE_UP + text + _MADE_UP}
            else:
                samples.add(text + _MADE_UP + ":" + _MADE_UP)
        return Symbol("fork label", among=frozenset(samples))

    @property
    def _told(self) -> frozenset[str]:
        """What the scan was told that this repository and its owner are called."""
        return frozenset(text for text in (self.settings.repository, self.settings.owner) if text)

    def _own(self, field: str) -> Value:
        name = self.settings.repository if field == "full_name" else None
        return name or Symbol(f"own {field}")

    def _owner(self) -> Value:
        return self.settings.owner or Symbol("owner")

    def _person(self, path: _Names, named: frozenset[str], who: Actor) -> Value:
        """An outsider is none of the people that the condition names.

        A bot can be made to start a run, so its name is no proof there.
        """
        if who is not Actor.OUTSIDER:
            return UNKNOWN
        starts = path in STARTERS
        never = frozenset(name for name in named if not (starts and name.endswith("[bot]")))
        return Symbol(".".join(path), never=never | self._told, distinct=frozenset({"owner"}))


def _first_known(value: Value, other: Callable[[], Value]) -> Value:
    return other() if value is UNKNOWN else value


_NO_LABELS = expression.Array()
_PULL_REF = "refs/pull/{}/merge"
_REF = ("github", "ref")
_FULL_REFS = frozenset({_REF, ("github", "event", "ref")})
_REFS = {"branch": "refs/heads/", "tag": "refs/tags/"}
_QUEUE = "refs/heads/gh-readonly-queue/"
_MADE_UP = "\0"
_NUMBER = re.compile(r"[0-9]+")
_MAX_SAMPLES = 50
_PATTERN = frozenset("*?+[]!")


def _samples(start: str, named: frozenset[str]) -> set[str]:
    """Texts with that beginning, of which each text that a condition names begins, ends and is in one."""
    samples = {start + _MADE_UP, *(start + _MADE_UP + text for text in named)}
    return samples | {text + _MADE_UP for text in named if text.lower().startswith(start)}


def _pull_ref(named: frozenset[str], form: str = _PULL_REF) -> Value:
    """The ref of some pull request: of a number that a condition names, or of another."""
    numbers = {number for text in named for number in _NUMBER.findall(text)}
    if len(numbers) > _MAX_SAMPLES:
        return UNKNOWN
    return Symbol("pull ref", among=frozenset(form.format(number) for number in (_MADE_UP, *numbers)))


def _plain_names(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """The names that filters list; nothing where one is a pattern."""
    return () if any(_PATTERN & set(pattern) for pattern in patterns) else patterns


def _one_of(name: str, texts: tuple[str, ...] | frozenset[str]) -> Value:
    return Symbol(name, among=frozenset(texts)) if texts else UNKNOWN
