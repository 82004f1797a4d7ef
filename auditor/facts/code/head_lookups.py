"""What a script looks up of a pull request at GitHub, and hands on as an output or a variable."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, pairwise

from auditor.facts.code.head_ref import PULL_REF, Head, HeadReference, named_by
from auditor.facts.flow.javascript_writes import javascript_writes
from auditor.facts.flow.output_writes import MAX_WRITES, OutputWrite, OutputWrites
from auditor.facts.job.scripts import Scripts
from auditor.finding import Confidence
from auditor.knowledge.actions.head_lookups import (
    BRANCH_FIELD,
    BRANCH_NAME,
    COMMIT_FIELD,
    COMMIT_NAME,
    HEAD_FIELD,
    PULLS,
    REPOSITORY_FIELD,
    REPOSITORY_NAME,
)
from auditor.languages.shell import Command, Script
from auditor.languages.shell.runner_writes import RunnerWrite
from auditor.model.documents import Step

_LOOKUPS = frozenset({"gh", "jq"})
_FILTERS = frozenset({"-q", "--jq", "-t", "--template"})
_OF_EVENT = re.compile(r"\.((?:pull_request|workflow_run)(?:\.\w+)+)")
_GETS = re.compile(r"\bpulls\s?\.\s?(?:get|list)\b")
_JUDGES = re.compile(r"[!=]==?|\?|&&|\|\||\bfork\b")
_NAME = re.compile(r"[A-Za-z_$][\w$]*")

MAX_CODE = 20_000
"""Characters of a JavaScript text that are searched."""

_KINDS = (
    (COMMIT_FIELD, COMMIT_NAME, HeadReference.LOOKED_UP),
    (REPOSITORY_FIELD, REPOSITORY_NAME, HeadReference.REPOSITORY),
    (BRANCH_FIELD, BRANCH_NAME, HeadReference.BRANCH),
)


class HeadLookups:
    """Reads each script once."""

    def __init__(self, scripts: Scripts, output_writes: OutputWrites) -> None:
        self._scripts = scripts
        self._output_writes = output_writes
        self._found: dict[tuple[Step, str], dict[str, Head]] = {}
        self._set: dict[Script, dict[str, Head]] = {}
        self._javascript: dict[Step, dict[str, Head]] = {}

    def output(self, step: Step, name: str) -> Iterator[Head]:
        """What the output of that name, in lower case, holds of a pull request."""
        head = self._outputs_to(step, "GITHUB_OUTPUT").get(name)
        if head is not None:
            yield head

    def exports(self, step: Step) -> dict[str, Head]:
        """By name, in lower case, what a step writes to `GITHUB_ENV` of a pull request."""
        return self._outputs_to(step, "GITHUB_ENV")

    def variables(self, script: Script) -> dict[str, Head]:
        """By name, the variables of a script that it sets to what it looks up."""
        if script not in self._set:
            found = self._set[script] = {}
            for name, commands in _lookups_by_variable(script).items():
                head = _head(commands, name)
                if head is not None:
                    found[name] = head
        return self._set[script]

    def javascript(self, step: Step, name: str) -> Iterator[Head]:
        """What an output of `actions/github-script` holds; not decided where the code compares anything."""
        if step not in self._javascript:
            code = step.input("script")
            self._javascript[step] = _of_javascript(code.value) if code else {}
        if (head := self._javascript[step].get(name)) is not None:
            yield head

    def _outputs_to(self, step: Step, file: str) -> dict[str, Head]:
        key = (step, file)
        if key not in self._found:
            script = self._scripts.of(step)
            of = self._output_writes
            writes = of.outputs(step) if file == "GITHUB_OUTPUT" else of.variables(step)
            self._found[key] = _by_name(script, writes) if script else {}
        return self._found[key]


def _by_name(script: Script, writes: tuple[OutputWrite, ...]) -> dict[str, Head]:
    """The names, in lower case, under which a script hands on something of a pull request."""
    feeding = defaultdict[str, list[Command]](list)
    refs = set()
    assigned = _lookups_by_variable(script)
    pulls = {each.name for each in script.assignments if each.value and PULL_REF.search(each.value.value)}
    for each in writes:
        name = each.name.lower()
        feeding[name] += _printing(each.write, script)
        for variable in each.variables:
            feeding[name] += assigned.get(variable, ())
        if not pulls.isdisjoint(each.variables) or any(
            PULL_REF.search(piece.text) for piece in each.write.pieces()
        ):
            refs.add(name)
    heads = ((name, _head(commands, name)) for name, commands in feeding.items())
    found = {name: head for name, head in heads if head is not None}
    return found | {name: Head(HeadReference.PULL_REF) for name in refs}


def _printing(write: RunnerWrite, script: Script) -> Iterator[Command]:
    """The commands that look a value up: those that print it, and those in its substitutions."""
    for line in write.lines:
        for command in (line.command, *(each for piece in line.pieces for each in piece.commands(script))):
            if command.program in _LOOKUPS:
                yield command


def _lookups_by_variable(script: Script) -> dict[str, list[Command]]:
    """Each variable of a script, and the commands that its values come from."""
    found: dict[str, list[Command]] = {}
    for each in script.assignments:
        commands = script.commands_in(each.value) if each.value else ()
        lookups = [command for command in commands if command.program in _LOOKUPS]
        found.setdefault(each.name, []).extend(lookups)
    return found


def _head(commands: list[Command], name: str) -> Head | None:
    """What of a pull request is picked, where one of the commands looks one up."""
    if (head := _of_event(commands)) is not None:
        return head
    if not any(map(_looks_up, commands)):
        return None
    picking = [command for command in commands if command.program == "jq"] or commands
    names = _named("\n".join(text for command in picking for text in _wanted_fields(command)), name)
    return Head(names, Confidence.MEDIUM) if names else None


def _of_event(commands: list[Command]) -> Head | None:
    """What is picked from the file that holds the event's payload."""
    for command in commands:
        words = [word.value for word in command.args]
        if command.stdin is not None and command.stdin.target is not None:
            words.append(command.stdin.target.value)
        if command.program == "jq" and any("GITHUB_EVENT_PATH" in word for word in words):
            for match in islice((m for word in words for m in _OF_EVENT.finditer(word)), MAX_WRITES):
                head = named_by(("github", "event", *match[1].split(".")))
                if head is not None:
                    return replace(head, confidence=Confidence.MEDIUM)
    return None


def _named(text: str, name: str) -> HeadReference | None:
    """What the fields in a text name; of several kinds, the one that the variable is called after."""
    if not HEAD_FIELD.search(text):
        return None
    kinds = [(called, names) for field, called, names in _KINDS if field.search(text)]
    if len(kinds) > 1:
        fitting = [names for called, names in kinds if called.search(name)]
        return fitting[0] if fitting else kinds[0][1]
    return kinds[0][1] if kinds else HeadReference.LOOKED_UP


def _wanted_fields(command: Command) -> list[str]:
    """The arguments that say which fields are wanted; where there is a filter, not those it chooses from."""
    words = [word.value for word in command.args]
    if _FILTERS.isdisjoint(words):
        return words
    return [word for before, word in pairwise(["", *words]) if before != "--json"]


def _looks_up(command: Command) -> bool:
    words = [word.value for word in command.args]
    if command.program != "gh":
        return False
    of_api = words[:1] == ["api"] and any(map(PULLS.search, words))
    return of_api or words[:2] in (["pr", "view"], ["pr", "list"])


def _of_javascript(code: str) -> dict[str, Head]:
    """By output, in lower case, what JavaScript that speaks of pull requests sets it to."""
    code = code[:MAX_CODE]
    if not (PULL_REF.search(code) or (PULLS.search(code) and HEAD_FIELD.search(code))):
        return {}
    found = {}
    outputs = (write for write in javascript_writes(code) if write.file == "GITHUB_OUTPUT")
    for write in islice(outputs, MAX_WRITES):
        head = _of_value(write.value, write.name, code)
        if head is not None:
            found[write.name.lower()] = head
    return found


def _of_value(value: str, name: str, code: str) -> Head | None:
    """What a JavaScript expression names: by its own text, or by what the variable was set to."""
    if PULL_REF.search(value):
        return Head(HeadReference.PULL_REF, Confidence.LOW)
    texts = [value]
    for variable in islice(_NAME.finditer(value), 5):
        given = re.search(rf"\b{re.escape(variable[0])}\s*=(?!=)([^;\n]{{1,200}})", code)
        texts += [given[1]] if given is not None else []
    for text in texts:
        if (names := _named(text, name)) is not None:
            field = COMMIT_FIELD.search(text) or REPOSITORY_FIELD.search(text)
            plain = field and _GETS.search(code) and not _JUDGES.search(code)
            return Head(names, Confidence.MEDIUM if plain else Confidence.LOW)
    return None
