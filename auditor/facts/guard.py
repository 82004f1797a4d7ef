"""What a condition is under an entry: true, false, or not known."""

from __future__ import annotations

from dataclasses import dataclass

from auditor import expression
from auditor.expression import UNKNOWN, Condition, Symbol, Value
from auditor.facts.entry import Entry
from auditor.knowledge.events import EVENTS, PAYLOAD_KEYS, Actor, Code
from auditor.model.settings import Settings

_STRANGER = frozenset({"NONE", "FIRST_TIMER", "FIRST_TIME_CONTRIBUTOR", "CONTRIBUTOR", "MANNEQUIN"})
"""`author_association` of whoever is neither owner, member nor collaborator (GitHub's GraphQL schema)."""

_COMMON_PAYLOAD = frozenset({"action", "sender", "repository", "organization", "enterprise", "installation"})

_LOGINS = frozenset(
    {
        ("github", "actor"),
        ("github", "triggering_actor"),
        ("github", "event", "sender", "login"),
        ("github", "event", "comment", "user", "login"),
        ("github", "event", "issue", "user", "login"),
        ("github", "event", "pull_request", "user", "login"),
        ("github", "event", "review", "user", "login"),
        ("github", "event", "workflow_run", "actor", "login"),
        ("github", "event", "workflow_run", "triggering_actor", "login"),
    }
)
_HEADS = (
    ("github", "event", "pull_request", "head", "repo"),
    ("github", "event", "workflow_run", "head_repository"),
)


@dataclass(frozen=True, slots=True)
class World:
    """What is known of the contexts while a run that `entry` started is under way."""

    entry: Entry
    settings: Settings

    def holds(self, condition: Condition | None) -> bool | None:
        """Whether an `if:` lets the run pass; None where that depends on what isn't known."""
        if condition is None or condition.node is None:
            return True
        if condition.always_true_text:
            return True
        named = frozenset(
            str(node.value)
            for node in expression.walk(condition.node)
            if isinstance(node, expression.Literal) and isinstance(node.value, str)
        )
        return expression.truth(self.value(condition.node, named))

    def value(self, node: expression.Node, named: frozenset[str] = frozenset()) -> Value:
        """The value of an expression. `named` are the texts that a login may be compared with."""
        return expression.evaluate(node, lambda path: self._look_up(path, named))

    def _look_up(self, path: tuple[str, ...], named: frozenset[str]) -> Value:
        if len(path) == 1:
            return {"success()": True, "always()": True}.get(path[0], UNKNOWN)
        if path[:2] == ("github", "event") and len(path) > 2:
            return self._payload(path, named)
        if path in _LOGINS:
            return self._login(path, named)
        return self._github(path)

    def _github(self, path: tuple[str, ...]) -> Value:
        entry, settings = self.entry, self.settings
        match path:
            case ("github", "event_name"):
                return entry.event
            case ("github", "repository"):
                return settings.repository or Symbol("repository")
            case ("github", "repository_owner"):
                return settings.owner or Symbol("owner")
            case ("github", "ref"):
                return _PULL_REF if entry.code is Code.PULL_REQUEST and entry.is_pull_request else UNKNOWN
            case ("github", "ref_type"):
                return "branch" if entry.event not in ("push", "create", "release") else UNKNOWN
            case ("github", "ref_name"):
                merge = entry.code is Code.PULL_REQUEST and entry.is_pull_request
                return _PULL_REF.removeprefix("refs/pull/") if merge else UNKNOWN
            case ("github", "head_ref" | "base_ref"):
                return UNKNOWN if entry.is_pull_request else ""
        return UNKNOWN

    def _payload(self, path: tuple[str, ...], named: frozenset[str]) -> Value:
        entry = self.entry
        known = EVENTS.get(entry.event)
        if known and path[2] in PAYLOAD_KEYS and path[2] not in (*known.payload, *_COMMON_PAYLOAD):
            return None
        if path == ("github", "event", "action"):
            return _one_of("action", entry.types)
        if path == ("github", "event", "workflow_run", "event"):
            return _one_of("upstream event", entry.upstream or ()) if entry.fork else UNKNOWN
        if path[-1] == "author_association" and entry.author is Actor.OUTSIDER:
            return Symbol("the author's association", among=_STRANGER)
        if path == ("github", "event", "pull_request", "merged") and "closed" not in entry.types:
            return False
        if path in _LOGINS:
            return self._login(path, named)
        return self._head(path)

    def _head(self, path: tuple[str, ...]) -> Value:
        """Fields of the repository that a pull request comes from."""
        head = next((head for head in _HEADS if path[: len(head)] == head), None)
        entry, settings = self.entry, self.settings
        whole = ("github", "event", "repository", "full_name"), (*_HEADS[0][:3], "base", "repo", "full_name")
        if path in whole:
            return settings.repository or Symbol("repository")
        if head is None or not (entry.fork or entry.is_pull_request):
            return UNKNOWN
        match path[len(head) :]:
            case ("fork",):
                return entry.fork
            case ("full_name",):
                own = frozenset({settings.repository}) if settings.repository else frozenset()
                fork = Symbol("fork", never=own, distinct=frozenset({"repository"}))
                return fork if entry.fork else (settings.repository or Symbol("repository"))
            case ("owner", "login"):
                own = frozenset({settings.owner}) if settings.owner else frozenset()
                owner = Symbol("the fork's owner", never=own, distinct=frozenset({"owner"}))
                return owner if entry.fork else (settings.owner or Symbol("owner"))
        return UNKNOWN

    def _login(self, path: tuple[str, ...], named: frozenset[str]) -> Value:
        """Whoever starts it is none of the people that the condition names; a bot's name can be borrowed."""
        if self.entry.starter is not Actor.OUTSIDER:
            return UNKNOWN
        return Symbol(path[-2] + path[-1], never=frozenset(n for n in named if not n.endswith("[bot]")))


_PULL_REF = "refs/pull/1/merge"


def _one_of(name: str, texts: tuple[str, ...] | frozenset[str]) -> Value:
    return Symbol(name, among=frozenset(texts)) if texts else UNKNOWN
