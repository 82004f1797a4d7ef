"""What a condition is under an entry: true, false, or not known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from auditor.facts.entry.entry import Entry
from auditor.facts.reach.deciders import is_chosen
from auditor.facts.reach.identities import own_field, owner, starter
from auditor.facts.reach.job_outputs import NeededOutputs
from auditor.facts.reach.payload import payload_field
from auditor.facts.reach.refs import ref_field, unnamed_text
from auditor.knowledge.platform.contexts import ACTOR_IDS, STARTERS
from auditor.languages import expression
from auditor.languages.expression import UNKNOWN, Array, Condition, ObjectValue, Symbol, Unknown, Value
from auditor.languages.expression.value import text_of
from auditor.model.settings import Settings

_Names = tuple[str, ...]
_NO_LABELS = expression.Array()


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
    needed: NeededOutputs | None = None

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

    def value(self, node: expression.Node, known: expression.Lookup | None = None) -> Value:
        """The value of an expression. What `known` gives goes before what follows from the entry."""
        return expression.evaluate(node, self._lookup(node) if known is None else self.lookup(node, known))

    def lookup(self, node: expression.Node | None, known: expression.Lookup) -> expression.Lookup:
        """What the fields in an expression stand for. What `known` gives goes first."""
        rest = self._lookup(node) if node is not None else lambda path: self._look_up(path, frozenset())
        return lambda path: _first_known(known(path), lambda: rest(path))

    def _lookup(self, node: expression.Node) -> expression.Lookup:
        numbers = (part.value for part in expression.walk(node) if isinstance(part, expression.Literal))
        named = frozenset(expression.texts(node)) | {text_of(n) for n in numbers if isinstance(n, float)}
        return lambda path: self._look_up(path, named)

    def _look_up(self, path: _Names, named: frozenset[str]) -> Value:
        if path in self.hostile:
            return unnamed_text(path, named, self.entry)
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
                return self._job_output(self.needed.output(id, name), named)
        if path in STARTERS or path in ACTOR_IDS:
            return starter(path, named, self.entry, self.settings)
        if path[:2] == ("github", "event") and len(path) > 2:
            return payload_field(path, named, self.entry, self.settings)
        return self._github(path, named)

    def _job_output(self, output: expression.Node | None, named: frozenset[str]) -> Value:
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
        name, settings = name.upper(), self.settings
        in_one = self.called or any(job.environment for job in self.entry.workflow.jobs)
        listed = [rules.variables for rules in (settings.environments or {}).values()]
        if settings.environments is None or None in listed:
            hidden = in_one
        else:
            hidden = any(name in variables for variables in listed if variables)
        return settings.variables.get(name, UNKNOWN) if not hidden else UNKNOWN

    def _github(self, path: _Names, named: frozenset[str]) -> Value:
        match path:
            case ("github", "event_name"):
                return self.entry.event
            case ("github", "sha"):
                return Unknown.TRUTHY
            case ("github", "repository"):
                return own_field("full_name", self.settings)
            case ("github", "repository_id"):
                return own_field("id", self.settings)
            case ("github", "repository_owner"):
                return owner(self.settings)
            case ("github", name):
                return ref_field(name, named, self.entry, self.settings)
        return UNKNOWN


def _first_known(value: Value, other: Callable[[], Value]) -> Value:
    return other() if value is UNKNOWN else value
