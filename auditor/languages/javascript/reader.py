"""What a script of JavaScript does with values, as a `Reading`. Walks with a stack of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import attrgetter
from typing import TYPE_CHECKING

from auditor.languages.javascript.conditions import tests_of
from auditor.languages.javascript.grammar import mask, syntax_tree
from auditor.languages.javascript.values import FUNCTIONS, Values, below
from auditor.languages.reading import (
    RUNNER_FILES,
    Assign,
    Delimiter,
    End,
    Eval,
    Event,
    Name,
    Pieces,
    Print,
    Reading,
    Unknown,
    Write,
)
from auditor.languages.runner_lines import runner_lines
from auditor.languages.time_limit import CutOff, TimeLimit

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_EVENTS = 50_000
"""Events of one script. Real ones have some hundreds."""

_TOOLKIT = {
    "core.exportVariable": "GITHUB_ENV",
    "core.saveState": "GITHUB_STATE",
    "core.setOutput": "GITHUB_OUTPUT",
}
_LOGS = re.compile(
    r"^(?:console\.\w+|core\.(?:info|debug|warning|notice|error|setFailed)|process\.stdout\.write)$"
)
_EVALUATES = {"Function": "js", "eval": "js"}
_SHELLS = re.compile(r"(?:^|\.)(?:exec|execSync)$")
_APPENDS = re.compile(r"(?:^|\.)(?:appendFile|writeFile)(?:Sync)?$")
_REGIONS = frozenset(
    {"statement_block", "else_clause", "switch_case", "switch_default", "for_statement", "while_statement"}
)
_CALLBACKS = frozenset(
    {"map", "flatMap", "forEach", "filter", "find", "some", "every", "reduce", "then", "findLast"}
)


def read(text: str) -> Reading:
    """What the script does, its `${{ }}` still in it. Never raises."""
    time_limit = TimeLimit("the script")
    masked = mask(text)
    reader = _Reader(text, Values(text, masked, time_limit), time_limit)
    cut_off, has_errors = "", False
    try:
        root = syntax_tree(masked.text, time_limit).root_node
        has_errors = root.has_error
        reader.walk(root)
    except CutOff as reason:
        cut_off = str(reason)
    events = sorted(reader.events, key=attrgetter("start"))
    return Reading(text, "js", tuple(events), has_errors, cut_off)


class _Reader:
    def __init__(self, text: str, values: Values, time_limit: TimeLimit) -> None:
        self.events: list[Event] = []
        self._text = text
        self._values = values
        self._time_limit = time_limit

    def walk(self, root: Node) -> None:
        self._find_functions(root)
        waiting: list[tuple[Node, int, bool]] = [(root, -1, True)]
        while waiting:
            self._time_limit.tick()
            if len(self.events) > MAX_EVENTS:
                raise CutOff(f"the script does more than {MAX_EVENTS:,} things")
            node, until, is_top = waiting.pop()
            self._read(node, until, is_top)
            inner = node.end_byte if node.type in _REGIONS and node.parent != root else until
            top = is_top and node.type not in FUNCTIONS
            waiting += [(child, inner, top) for child in reversed(node.named_children)]
        self.events += tests_of(root, self._text, self._time_limit)

    def _find_functions(self, root: Node) -> None:
        waiting = [root]
        while waiting:
            self._time_limit.tick()
            node = waiting.pop()
            name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
            if node.type == "function_declaration" and name is not None:
                self._values.functions[self._values.slice(name)] = node
            elif (
                node.type == "variable_declarator"
                and name is not None
                and name.type == "identifier"
                and value is not None
                and value.type in FUNCTIONS
            ):
                self._values.functions[self._values.slice(name)] = value
            elif name is not None and value is not None and value.type == "regex":
                self._values.patterns[self._values.slice(name)] = value
            waiting += node.named_children

    def _read(self, node: Node, until: int, is_top: bool) -> None:
        match node.type:
            case "variable_declarator":
                self._declare(node, until)
            case "assignment_expression" | "augmented_assignment_expression":
                self._assign_to(node, until)
            case "for_in_statement":
                left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
                if left is not None:
                    self._bind(left, self._values.of(right), left.start_byte, node.end_byte)
            case "call_expression" | "new_expression":
                self._call(node)
            case "return_statement" if is_top:
                pieces = tuple(p for child in node.named_children for p in self._values.of(child))
                place = node.start_byte, node.end_byte
                if pieces:
                    self.events.append(
                        Write("GITHUB_OUTPUT", "result", pieces, *place, Delimiter.RANDOM, toolkit="return")
                    )
                self.events.append(End(*place, fails=False, always=until < 0))
            case "throw_statement":
                self.events.append(End(node.start_byte, node.end_byte, fails=True, always=until < 0))

    def _declare(self, node: Node, until: int) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is not None and value is not None and value.type not in FUNCTIONS:
            self._bind(name, self._values.of(value), node.start_byte, node.end_byte, until)

    def _assign_to(self, node: Node, until: int) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None or right.type in FUNCTIONS:
            return
        appends = node.type == "augmented_assignment_expression"
        self._bind(left, self._values.of(right), node.start_byte, node.end_byte, until, appends=appends)

    def _bind(
        self, pattern: Node, pieces: Pieces, start: int, end: int, until: int = -1, *, appends: bool = False
    ) -> None:
        """Give the names of a pattern their part of a value."""
        waiting: list[tuple[Node, Pieces, bool]] = [(pattern, pieces, appends)]
        while waiting:
            target, value, more = waiting.pop()
            match target.type:
                case "identifier" | "shorthand_property_identifier_pattern":
                    self._bind_name(self._values.slice(target), value, start, end, until, appends=more)
                case "object_pattern":
                    for child in target.named_children:
                        waiting += self._member(child, value)
                case "array_pattern":
                    waiting += [
                        (child, self._below(value, "*", child), more) for child in target.named_children
                    ]
                case "member_expression" | "subscript_expression":
                    holder = target.child_by_field_name("object")
                    if holder is not None:
                        waiting.append((holder, value, True))
                case "assignment_pattern" | "object_assignment_pattern" | "rest_pattern":
                    waiting += [(child, value, more) for child in target.named_children[:1]]

    def _member(self, child: Node, value: Pieces) -> Iterator[tuple[Node, Pieces, bool]]:
        if child.type == "pair_pattern":
            key, inner = child.child_by_field_name("key"), child.child_by_field_name("value")
            if key is not None and inner is not None:
                yield inner, self._below(value, self._values.slice(key).strip("\"'"), child), False
        elif child.type == "object_assignment_pattern" and child.named_children:
            yield from self._member(child.named_children[0], value)
        elif child.type == "shorthand_property_identifier_pattern":
            yield child, self._below(value, self._values.slice(child), child), False
        else:
            yield child, value, False

    def _below(self, value: Pieces, name: str, node: Node) -> Pieces:
        known = self._values.known(value)
        if any(isinstance(piece, Unknown) for piece in value):
            return value
        return tuple(one for piece in known for one in below(piece, name, node))

    def _bind_name(
        self, name: str, pieces: Pieces, start: int, end: int, until: int, *, appends: bool
    ) -> None:
        known = self._values.aliases.setdefault(name, [])
        known += [piece for piece in pieces if not (isinstance(piece, Name) and piece.name == name)][:50]
        self.events.append(Assign(name, pieces, start, end, appends=appends, until=until))

    def _call(self, node: Node) -> None:
        values = self._values
        run = values.run(node)
        name = run.program or ""
        arguments = values.arguments(node)
        place = node.start_byte, node.end_byte
        self.events.append(run)
        if name in _TOOLKIT and len(arguments) > 1:
            key = run.arguments[0].literal if run.arguments else None
            pieces = values.of(arguments[1])
            self.events.append(Write(_TOOLKIT[name], key, pieces, *place, Delimiter.RANDOM, toolkit=name))
        elif name == "core.addPath" and arguments:
            pieces = values.of(arguments[0])
            self.events.append(Write("GITHUB_PATH", None, pieces, *place, toolkit=name))
        elif ".summary." in f".{name}" and name.rpartition(".")[2].startswith("add"):
            pieces = tuple(piece for argument in arguments for piece in values.of(argument))
            self.events.append(Write("GITHUB_STEP_SUMMARY", None, pieces, *place, toolkit=name))
        elif _APPENDS.search(name) and len(arguments) > 1:
            self._write_file(values.of(arguments[0]), values.of(arguments[1]), place)
        elif _LOGS.fullmatch(name):
            self.events.append(Print(tuple(p for a in arguments for p in values.of(a)), *place))
            if name == "core.setFailed":
                self.events.append(End(*place, fails=True, always=False, stops=False))
        elif name == "process.exit":
            self.events.append(End(*place, fails=True, always=False))
        elif name in _EVALUATES and arguments:
            self.events.append(Eval(values.of(arguments[-1]), "js", *place))
        elif _SHELLS.search(name) and len(arguments) > 0 and not _is_list(arguments[1:2]):
            self.events.append(Eval(values.of(arguments[0]), "sh", *place))
        self._bind_parameters(node, name, arguments)

    def _write_file(self, path: Pieces, pieces: Pieces, place: tuple[int, int]) -> None:
        known = [piece for piece in self._values.known(path) if isinstance(piece, Name)]
        file = next((piece.name for piece in known if piece.name in RUNNER_FILES), "")
        if not file:
            self.events.append(Write("", None, pieces, *place, path=path))
            return
        for key, value, delimiter in runner_lines(file, pieces):
            self.events.append(Write(file, key, value, *place, delimiter))

    def _bind_parameters(self, node: Node, name: str, arguments: list[Node]) -> None:
        """What the parameters of a function of the script get where it is called."""
        function = self._values.functions.get(name)
        if function is not None:
            for parameter, argument in zip(_parameters(function), arguments, strict=False):
                self._bind(
                    parameter, self._values.of(argument), node.start_byte, node.end_byte, node.end_byte
                )
            return
        called = node.child_by_field_name("function")
        if called is None or called.type != "member_expression" or name.rpartition(".")[2] not in _CALLBACKS:
            return
        base = self._values.of(called.child_by_field_name("object"))
        is_list = name.rpartition(".")[2] != "then"
        items = (
            tuple(one for p in self._values.known(base) for one in below(p, "*", node)) if is_list else base
        )
        for argument in arguments[:1]:
            for parameter in _parameters(argument)[-1:] if argument.type in FUNCTIONS else ():
                self._bind(parameter, items or base, node.start_byte, node.end_byte, node.end_byte)


def _parameters(function: Node) -> list[Node]:
    one = function.child_by_field_name("parameter")
    if one is not None:
        return [one]
    found = function.child_by_field_name("parameters")
    return [each for each in found.named_children if each.type != "comment"] if found else []


def _is_list(nodes: list[Node]) -> bool:
    return any(node.type == "array" for node in nodes)
