"""Whether a text names the head of an outsider's pull request: by a context, a ref, an input or an output."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise

from auditor import shell
from auditor.facts.expressions import Expression, Expressions
from auditor.facts.placed import Placed
from auditor.facts.script import MAX_WRITES, Scripts
from auditor.finding import Confidence
from auditor.knowledge.pull_head import HEAD_FIELD, HEAD_OUTPUTS, PULLS, SCRIPT_ACTION
from auditor.model.step import Step
from auditor.shell import Command, Script, Word
from auditor.tree import Scalar

_HEADS: tuple[tuple[str, ...], ...] = (
    ("github", "head_ref"),
    ("github", "event", "pull_request", "head"),
    ("github", "event", "pull_request", "merge_commit_sha"),
    ("github", "event", "workflow_run", "head_branch"),
    ("github", "event", "workflow_run", "head_sha"),
    ("github", "event", "workflow_run", "head_commit"),
    ("github", "event", "workflow_run", "head_repository"),
)
PULL_REF = re.compile(r"refs/pull/|\bpull/[^/\n]*/(?:head|merge)")
"""A ref of a pull request's head or merge commit."""

_SETS = re.compile(r"(?m)(?:^|[\s\"'(])([A-Za-z_][\w-]*)(?:=|<<)")
_ASKING = frozenset({"gh", "jq"})
_FILTERS = frozenset({"-q", "--jq", "-t", "--template"})


class Heads:
    """Answers how surely a text names a head: high where it is written, medium where a script asks GitHub
    for it, low where only the kind of action speaks for it."""

    def __init__(self, expressions: Expressions, scripts: Scripts) -> None:
        self._expressions = expressions
        self._scripts = scripts
        self._outputs: dict[int, frozenset[str]] = {}
        self._calls: dict[int, bool] = {}
        self._named: dict[tuple[int, int], tuple[Placed, Confidence | None]] = {}
        self._given: dict[int, dict[str, Scalar]] = {}
        self._by_id: dict[int, dict[str, list[Step]]] = {}

    def named(self, scalar: Scalar, placed: Placed) -> Confidence | None:
        """How surely the text names a head; None where it doesn't."""
        key = (id(scalar), id(placed))
        if key not in self._named:
            parts = self._expressions.of(scalar)
            sure = PULL_REF.search(scalar.value) is not None
            surely = Confidence.HIGH if sure else _surest(self._of(part, placed) for part in parts)
            self._named[key] = placed, surely
        return self._named[key][1]

    def islands(self, scalar: Scalar, placed: Placed) -> dict[int, Confidence]:
        """The offsets of the expressions in a text that name a head."""
        found = ((part.start, self._of(part, placed)) for part in self._expressions.of(scalar))
        return {start: confidence for start, confidence in found if confidence is not None}

    def _of(self, part: Expression, placed: Placed) -> Confidence | None:
        """How surely an expression names a head."""
        paths = [reference.path for reference in part.values()]
        if any(path[: len(head)] == head for path in paths for head in _HEADS):
            return Confidence.HIGH
        return _surest(surely for path in paths for surely in self._behind(path, placed))

    def _behind(self, path: tuple[str, ...], placed: Placed) -> Iterator[Confidence | None]:
        """What an input of the action, or an output of a step beside it, names."""
        match path:
            case ("inputs", name) if placed.caller is not None:
                bound = self._bound(placed.caller).get(name)
                if bound is not None:
                    yield self.named(bound, placed.caller)
            case ("steps", step_id, "outputs", name):
                for step in self._neighbours(placed, step_id):
                    yield self._output(step, name)

    def _bound(self, caller: Placed) -> dict[str, Scalar]:
        if id(caller.step) not in self._given:
            self._given[id(caller.step)] = given_to(caller)
        return self._given[id(caller.step)]

    def _output(self, step: Step, name: str) -> Confidence | None:
        script = self._scripts.of(step)
        if script is not None:
            return Confidence.MEDIUM if name in self._asked(step, script) else None
        slug = step.uses.slug.lower() if step.uses is not None and step.uses.slug else ""
        if name in HEAD_OUTPUTS.get(slug, ()):
            return Confidence.LOW
        return Confidence.LOW if slug == SCRIPT_ACTION and self._calls_for_head(step) else None

    def _calls_for_head(self, step: Step) -> bool:
        """Whether JavaScript speaks of pull requests and of heads."""
        if id(step) not in self._calls:
            code = step.input("script")
            text = code.value if code else ""
            self._calls[id(step)] = bool(PULLS.search(text) and HEAD_FIELD.search(text))
        return self._calls[id(step)]

    def _asked(self, step: Step, script: Script) -> frozenset[str]:
        """The outputs, in lower case, into which a script puts a head that it asks GitHub for."""
        if id(step) not in self._outputs:
            feeding = defaultdict[str, list[Command]](list)
            for name, commands in _printed(script):
                feeding[name] += commands
            assigned = _assigned(script)
            for write in self._scripts.outputs(step):
                for variable in write.variables:
                    feeding[write.name.lower()] += assigned.get(variable, ())
            heads = (name for name, commands in feeding.items() if _asks_for_head(commands))
            self._outputs[id(step)] = frozenset(heads)
        return self._outputs[id(step)]

    def _neighbours(self, placed: Placed, step_id: str) -> list[Step]:
        """The steps of that id in the same job or action."""
        owner = placed.step.action or placed.job
        if id(owner) not in self._by_id:
            by_id = self._by_id[id(owner)] = defaultdict[str, list[Step]](list)
            for step in owner.steps:
                if step.id is not None:
                    by_id[step.id.value.lower()].append(step)
        return self._by_id[id(owner)].get(step_id, [])


def _surest(found: Iterable[Confidence | None]) -> Confidence | None:
    return max((each for each in found if each is not None), default=None)


def given_to(caller: Placed) -> dict[str, Scalar]:
    """The inputs of an action, in lower case, with what the step that uses it gives them, or the default."""
    given = {}
    for declared in caller.action.inputs if caller.action else ():
        if declared.default is not None:
            given[declared.name.lower()] = declared.default
    for entry in caller.step.inputs:
        if isinstance(entry.value, Scalar):
            given[entry.key.value.lower()] = entry.value
    return given


def _printed(script: Script) -> Iterator[tuple[str, list[Command]]]:
    """Each name that a script may print as an output, and the commands that the value comes from."""
    setting = ((each, names) for each in script.commands if (names := _set_by(each, script)))
    for command, names in islice(setting, MAX_WRITES):
        for word, named in names:
            commands = [command, *script.commands_in(word)]
            for name in named:
                yield name, [each for each in commands if each.program in _ASKING]


def _set_by(command: Command, script: Script) -> list[tuple[Word, set[str]]]:
    """The words that a command prints as outputs, each with the names that it may set, in lower case."""
    old = shell.workflow_command(command, script)
    if old is not None and old.name == "set-output":
        return [(word, {old.properties.get("name", "").lower()}) for word in command.args]
    if shell.runner_file(command, script) != "GITHUB_OUTPUT":
        return []
    bodies = (redirect.body for redirect in command.redirects if redirect.body is not None)
    words = ((word, islice(_SETS.finditer(word.value), MAX_WRITES)) for word in (*command.args, *bodies))
    return [(word, {match[1].lower() for match in named}) for word, named in words]


def _assigned(script: Script) -> dict[str, list[Command]]:
    """Each variable of a script, and the commands that its values come from."""
    found: dict[str, list[Command]] = {}
    for each in script.assignments:
        commands = script.commands_in(each.value) if each.value else ()
        asking = [command for command in commands if command.program in _ASKING]
        found.setdefault(each.name, []).extend(asking)
    return found


def _asks_for_head(commands: list[Command]) -> bool:
    """Whether one of the commands asks GitHub for a pull request, and what is picked of it is the head."""
    picking = [command for command in commands if command.program == "jq"] or commands
    texts = (text for command in picking for text in _picked(command))
    return any(map(_asks, commands)) and any(map(HEAD_FIELD.search, texts))


def _picked(command: Command) -> list[str]:
    """The arguments that say which fields are wanted; where there is a filter, not those it chooses from."""
    words = [word.value for word in command.args]
    if _FILTERS.isdisjoint(words):
        return words
    return [word for before, word in pairwise(["", *words]) if before != "--json"]


def _asks(command: Command) -> bool:
    words = [word.value for word in command.args]
    if command.program != "gh":
        return False
    of_api = words[:1] == ["api"] and any(map(PULLS.search, words))
    return of_api or words[:2] in (["pr", "view"], ["pr", "list"])
