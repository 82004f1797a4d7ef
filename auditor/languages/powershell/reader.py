"""What a script of PowerShell does with values, as a `Reading`. Walks with a stack of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import attrgetter
from typing import TYPE_CHECKING

from auditor.languages.anchors import is_anchored
from auditor.languages.powershell.grammar import syntax_tree
from auditor.languages.powershell.values import PRINTERS, Values
from auditor.languages.reading import (
    RUNNER_FILES,
    Argument,
    Assign,
    End,
    Eval,
    Event,
    Literal,
    Name,
    Pieces,
    Print,
    Reading,
    Run,
    Test,
    Write,
)
from auditor.languages.runner_lines import runner_lines
from auditor.languages.shell.grammar import mask
from auditor.languages.time_limit import CutOff, TimeLimit

if TYPE_CHECKING:
    from tree_sitter import Node

_WRITERS = frozenset({"out-file", "add-content", "set-content", "tee-object", "tee", "ac", "sc"})
_EVALUATES = frozenset({"invoke-expression", "iex"})
_REGIONS = frozenset({"statement_block", "else_clause", "script_block"})
_SET_OUTPUT = re.compile(r"\s*::set-output name=([\w-]+)::")
_COMPARISONS = {
    "-match": (True, False), "-cmatch": (True, False), "-imatch": (True, False), "-notmatch": (False, False),
    "-eq": (True, True), "-ceq": (True, True), "-ieq": (True, True), "-ne": (False, True),
    "-cne": (False, True),
}  # fmt: skip
"""By operator: whether it is true where the text matches, and whether it compares with a plain text."""

_WORD = re.compile(r"\$(env:\w+|\w+)", re.IGNORECASE)


def read(text: str) -> Reading:
    """What the script does, its `${{ }}` still in it. Never raises."""
    time_limit = TimeLimit("the script")
    masked = mask(text)
    reader = _Reader(text, Values(text, masked.islands, time_limit), time_limit)
    cut_off, has_errors = "", False
    try:
        root = syntax_tree(masked.text, time_limit).root_node
        has_errors = root.has_error
        reader.walk(root)
    except CutOff as reason:
        cut_off = str(reason)
    events = tuple(sorted(reader.events, key=attrgetter("start")))
    return Reading(text, "powershell", events, has_errors, cut_off)


class _Reader:
    def __init__(self, text: str, values: Values, time_limit: TimeLimit) -> None:
        self.events: list[Event] = []
        self._text = text
        self._values = values
        self._time_limit = time_limit
        self._open: dict[str, list[tuple[Pieces, Node]]] = {}

    def walk(self, root: Node) -> None:
        waiting: list[tuple[Node, int, int]] = [(root, -1, root.end_byte)]
        while waiting:
            self._time_limit.tick()
            node, until, end = waiting.pop()
            self._read(node, until, end)
            if node.type in _REGIONS:
                until = end = node.end_byte
            waiting += [(child, until, end) for child in reversed(node.named_children)]
        self._flush()

    def _read(self, node: Node, until: int, end: int) -> None:
        match node.type:
            case "assignment_expression":
                self._assign(node, until)
            case "pipeline_chain":
                self._pipeline(node)
            case "flow_control_statement":
                word = self._values.slice(node).split()[:2]
                if word and word[0].lower() in ("exit", "throw"):
                    fails = [each.lower() for each in word] != ["exit", "0"]
                    self.events.append(End(node.start_byte, node.end_byte, fails, until < 0))
            case "if_statement":
                self.events += self._if(node, end)
            case "invokation_expression":
                self._append_by_class(node)
            case "foreach_statement":
                named = [each for each in node.named_children if each.type != "statement_block"]
                if len(named) > 1:
                    self._bind(self._values.slice(named[0]), self._values.of(named[1]), node, node.end_byte)

    def _assign(self, node: Node, until: int) -> None:
        left, right = node.named_children[0], node.named_children[-1]
        operator = self._values.slice(next(e for e in node.named_children if "operator" in e.type))
        self._bind(self._values.slice(left), self._values.of(right), node, until, appends=operator != "=")

    def _bind(self, target: str, pieces: Pieces, node: Node, until: int, *, appends: bool = False) -> None:
        match = _WORD.search(target)
        if match is None:
            return
        _, colon, rest = match[1].partition(":")
        name = rest if colon else match[1].lower()
        member = target[match.end() :].strip().startswith((".", "["))
        known = self._values.aliases.setdefault(name, [])
        known += [piece for piece in pieces if not (isinstance(piece, Name) and piece.name == name)][:50]
        place = node.start_byte, node.end_byte
        self.events.append(Assign(name, pieces, *place, bool(colon), appends or member, until))

    def _pipeline(self, node: Node) -> None:
        runs, value = self._values.chain(node)
        for _, run in runs:
            self.events.append(run)
            if run.program in _EVALUATES:
                given = tuple(p for a in run.arguments for p in a.pieces) or run.input
                self.events.append(Eval(given, "powershell", run.start, run.end))
        last = runs[-1][1] if runs else None
        if last is not None and last.program in _WRITERS:
            path, pieces = _target(last)
            self._write(path, pieces, node)
            return
        redirected = self._redirection(node)
        if redirected is not None:
            self._write(redirected, value, node)
        elif value and (last is None or last.program in PRINTERS) and _is_statement(node):
            self._print(value, node)

    def _redirection(self, node: Node) -> Pieces | None:
        found = next((each for each in node.named_children if each.type == "redirections"), None)
        if found is None:
            # A command keeps its own redirections among its elements.
            inner = [c for each in node.named_children if each.type == "command" for c in each.named_children]
            found = next(
                (
                    e
                    for each in inner
                    for e in (each, *each.named_children)
                    if e.type.startswith("redirection")
                ),
                None,
            )
        waiting = [found] if found is not None else []
        while waiting:
            each = waiting.pop()
            if each.type == "redirected_file_name":
                return self._values.of(each)
            waiting += each.named_children
        return None

    def _print(self, value: Pieces, node: Node) -> None:
        first = value[0] if value else None
        place = node.start_byte, node.end_byte
        old = _SET_OUTPUT.match(first.text) if isinstance(first, Literal) else None
        if old is not None:
            self.events.append(Write("GITHUB_OUTPUT", old[1], value, *place, toolkit="::set-output"))
        self.events.append(Print(value, *place))

    def _append_by_class(self, node: Node) -> None:
        """`[IO.File]::AppendAllText(path, text)`."""
        named = node.named_children
        method = next((self._values.slice(e).lower() for e in named if e.type == "member_name"), "")
        if method not in ("appendalltext", "writealltext", "appendalllines", "writealllines"):
            return
        arguments = [e for each in named for e in each.named_children if each.type == "argument_list"]
        flat = [e for each in arguments for e in (each.named_children or [each])]
        if len(flat) > 1:
            self._write(self._values.of(flat[0]), self._values.of(flat[1]), node)

    def _write(self, path: Pieces, pieces: Pieces, node: Node) -> None:
        names = [piece.name.upper() for piece in self._values.known(path) if isinstance(piece, Name)]
        file = next((name for name in names if name in RUNNER_FILES), "")
        if file:
            newline = Literal("\n", node.end_byte, node.end_byte)
            self._open.setdefault(file, []).append(((*pieces, newline), node))
        else:
            self.events.append(Write("", None, pieces, node.start_byte, node.end_byte, path=path))

    def _flush(self) -> None:
        """What is written to one of the runner's files in several commands is read together."""
        for file, written in self._open.items():
            pieces = tuple(piece for each, _ in written for piece in each)
            start, end = written[0][1].start_byte, written[-1][1].end_byte
            for key, value, delimiter in runner_lines(file, pieces):
                first = value[0].start if value else start
                at = first if start <= first <= end else start
                self.events.append(Write(file, key, value, at, end, delimiter))

    def _if(self, node: Node, end: int) -> Iterator[Test]:
        condition = node.child_by_field_name("condition") or next(
            (each for each in node.named_children if each.type == "pipeline"), None
        )
        blocks = [each for each in node.named_children if each.type == "statement_block"]
        other = next(
            (each for each in node.named_children if each.type in ("else_clause", "elseif_clauses")), None
        )
        if condition is None or not blocks:
            return
        spans = [(blocks[0].byte_range, True)]
        after = (node.end_byte, end)
        if other is not None:
            spans.append((other.byte_range, False))
        if self._leaves(blocks[0]):
            spans.append((after, False))
        found = self._comparison(condition)
        if found is None:
            return
        name, pattern, is_match, is_literal = found
        holds = tuple(span for span, succeeds in spans if succeeds is is_match)
        if holds:
            whole = is_literal or is_anchored(pattern)
            place = condition.start_byte, condition.end_byte
            yield Test(name, pattern, *place, whole=whole, literal=is_literal, holds=holds)

    def _comparison(self, condition: Node) -> tuple[str, str, bool, bool] | None:
        """`$x -match '…'`: the variable, the pattern, whether it is true where the text matches it."""
        node, negated = condition, False
        while len(node.named_children) == 1:
            node = node.named_children[0]
            negated ^= node.type == "unary_expression" and self._values.slice(node).lstrip().lower()[:4] in (
                "!",
                "-not",
            )
        operator = next((e for e in node.named_children if e.type == "comparison_operator"), None)
        kind = self._values.slice(operator).lower() if operator else ""
        if kind not in _COMPARISONS or len(node.named_children) < 3:
            return None
        left, right = (
            self._values.slice(node.named_children[0]).strip(),
            self._values.slice(node.named_children[-1]).strip(),
        )
        match = _WORD.fullmatch(left)
        if match is None or (right[:1] != "'" and ("$" in right[:-2] or right[:1] != '"')):
            return None
        _, colon, rest = match[1].partition(":")
        is_match, is_literal = _COMPARISONS[kind]
        return (rest if colon else match[1].lower()), right.strip("\"'"), is_match is not negated, is_literal

    def _leaves(self, block: Node) -> bool:
        text = self._values.slice(block).rstrip("} \t\r\n;")
        last = re.split(r"[\n;{]", text)[-1].strip().lower()
        return last.split(" ")[:1] in (["exit"], ["throw"], ["return"], ["continue"], ["break"])


def _target(run: Run) -> tuple[Pieces, Pieces]:
    """The path and the text of a command that writes a file."""
    plain = [a for a in run.arguments if not _is_parameter(a)]
    path = next((a for a in plain if a.name in ("filepath", "path", "literalpath")), None)
    text = next((a for a in plain if a.name in ("value", "inputobject")), None)
    unnamed = [a for a in plain if not a.name]
    if path is None and unnamed:
        path = unnamed.pop(0)
    if text is None and unnamed:
        text = unnamed[0]
    return (path.pieces if path else ()), (text.pieces if text else run.input)


def _is_parameter(argument: Argument) -> bool:
    return not argument.name and (argument.literal or "").startswith("-")


def _is_statement(node: Node) -> bool:
    """Whether what a pipeline gives is shown: it stands alone, and isn't assigned."""
    parent = node.parent
    above = parent.parent if parent is not None else None
    return (
        above is not None
        and above.type == "statement_list"
        and (above.parent is None or above.parent.type in ("program", "statement_block", "script_block"))
    )
