"""What an expression or a pipeline of PowerShell is made of, as pieces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from auditor.languages.reading import (
    Answer,
    Argument,
    Change,
    FileText,
    Island,
    Literal,
    Name,
    Piece,
    Pieces,
    Run,
    Unknown,
)
from auditor.languages.time_limit import TimeLimit

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_DEPTH = 120
"""Nodes of the tree in each other; deeper ones are unknown. An expression has ten levels in this grammar."""

MAX_PIECES = 200
"""Pieces of one value."""

PRINTERS = frozenset({"echo", "write-output", "write-host", "write", "write-information", "write-warning"})
"""Commands that hand on what they are given, or show it."""

_PASSING = frozenset(
    {"convertfrom-json", "convertto-json", "out-string", "sort-object", "select-object", "where-object"}
    | {"?", "foreach-object", "%", "get-unique", "tee-object"}
)
_PART = frozenset({"select-string", "split-path"})
_COUNTS = frozenset({"measure-object", "get-filehash", "test-path", "get-date", "get-random", "new-guid"})
_FILES = frozenset({"get-content", "gc", "cat", "type"})
_WHOLE = frozenset({"trim", "trimstart", "trimend", "tolower", "toupper", "tostring", "insert", "padleft"})
_PARTS = frozenset({"substring", "split", "replace", "remove"})
_COMPARES = re.compile(
    r"(?i)^-[ci]?(?:eq|ne|gt|ge|lt|le|like|notlike|match|notmatch|contains|notcontains|in|notin|is)$"
)
_VARIABLE = re.compile(r"\$(?:\{([^}]*)\}|((?:\w+:)?\w+|[_?$^]))")
_ONLY_LISTED = re.compile(r"""^["']\[\^""")
_SWITCHES = frozenset({"append", "force", "nonewline", "noclobber", "passthru", "raw", "usebasicparsing"})
_UNREAD = frozenset({"comment", "script_block_expression", "type_literal", "integer_literal", "real_literal"})


class Values:
    """Reads expressions of one script. `aliases` are what variables were given so far."""

    def __init__(self, text: str, islands: tuple[tuple[int, int], ...], time_limit: TimeLimit) -> None:
        self._text = text
        self._islands = islands
        self._time_limit = time_limit
        self._depth = 0
        self._runs: dict[tuple[int, int], Run] = {}
        self.aliases: dict[str, list[Piece]] = {}

    def slice(self, node: Node) -> str:
        """The text of a node."""
        return self._text[node.start_byte : node.end_byte]

    def of(self, node: Node | None) -> Pieces:
        """What an expression may hold."""
        if node is None:
            return ()
        if self._depth > MAX_DEPTH:
            return (Unknown("an expression of too many levels", node.start_byte, node.end_byte),)
        self._time_limit.tick()
        self._depth += 1
        found = tuple(islice(self._of(node), MAX_PIECES))
        self._depth -= 1
        return found

    def _of(self, node: Node) -> Iterator[Piece]:
        match node.type:
            case "variable":
                yield from self._variable(node.start_byte, node.end_byte)
            case "string_literal" | "generic_token" | "command_name" | "path_command_name_token":
                yield from self._string(node)
            case "pipeline_chain":
                yield from self.chain(node)[1]
            case "comparison_expression":
                yield from self._comparison(node)
            case "member_access":
                yield from self._member(node)
            case "invokation_expression":
                yield from self._invoked(node)
            case "element_access":
                pieces = self.of(node.named_children[0]) if node.named_children else ()
                yield from changed(self.known(pieces), Change.PART, "a part of it, by an index")
            case "assignment_expression":
                yield from self.of(node.named_children[-1])
            case kind if kind not in _UNREAD:
                for child in node.named_children:
                    yield from self.of(child)

    def _variable(self, start: int, end: int) -> Iterator[Piece]:
        match = _VARIABLE.search(self._text, start, end)
        name = (match[1] or match[2]) if match else ""
        scope, colon, rest = name.partition(":")
        if colon and scope.lower() == "env":
            yield Name(rest, start, end, environment=True)
        elif name.lower() not in ("true", "false", "null"):
            yield Name((rest if colon else name).lower(), start, end)

    def _string(self, node: Node) -> Iterator[Piece]:
        """The text of a string, what is expanded in it, and islands."""
        text = self.slice(node)
        start, end = node.start_byte, node.end_byte
        quotes = 2 if text[:2] in ('@"', "@'") else 1 if text[:1] in "\"'" else 0
        verbatim = text[quotes - 1 : quotes] == "'" if quotes else False
        at, end = start + quotes, end - (quotes if len(text) > 2 * quotes else 0)
        inner = [] if verbatim else list(self._expanded(node))
        spans = [(each.start_byte, each.end_byte) for each in inner]
        for child in inner:
            # The grammar gives a variable the line break before it.
            first = max(child.start_byte, self._text.find("$", child.start_byte, child.end_byte))
            yield from self._fixed(at, first)
            yield from self.of(child)
            at = child.end_byte
        if not spans and not verbatim and not quotes and "$" in text:
            for match in _VARIABLE.finditer(self._text, at, end):
                yield from self._fixed(at, match.start())
                yield from self._variable(match.start(), match.end())
                at = match.end()
        yield from self._fixed(at, end)

    def _expanded(self, node: Node) -> Iterator[Node]:
        waiting = list(reversed(node.named_children))
        while waiting:
            child = waiting.pop()
            if child.type in ("variable", "sub_expression"):
                yield child
            else:
                waiting += reversed(child.named_children)

    def _fixed(self, start: int, end: int) -> Iterator[Piece]:
        for first, last in self._islands:
            if start <= first and last <= end:
                if start < first:
                    yield Literal(self._text[start:first], start, first)
                yield Island(first, last)
                start = last
        if start < end:
            yield Literal(self._text[start:end].replace("`n", "\n"), start, end)

    def _comparison(self, node: Node) -> Iterator[Piece]:
        operator = next((each for each in node.named_children if each.type == "comparison_operator"), None)
        named = [each for each in node.named_children if each.type != "comparison_operator"]
        kind = self.slice(operator).lower() if operator else ""
        if _COMPARES.match(kind):
            return
        if kind in ("-replace", "-creplace", "-ireplace", "-split") and named:
            if len(named) > 1 and _ONLY_LISTED.match(self.slice(named[1])):
                return
            yield from changed(self.of(named[0]), Change.PART, f"a part of it, by `{kind}`")
            for each in named[2:]:
                yield from self.of(each)
            return
        for each in named:
            yield from self.of(each)

    def _member(self, node: Node) -> Iterator[Piece]:
        target = node.named_children[0] if node.named_children else None
        name = self.slice(node.named_children[-1]).strip("\"'") if len(node.named_children) > 1 else "*"
        if name.lower() in ("length", "count", "number", "id", "sha"):
            return
        for piece in self.known(self.of(target)):
            if isinstance(piece, (Answer, FileText)):
                yield replace(piece, path=(*piece.path, name), start=node.start_byte, end=node.end_byte)
            else:
                yield from changed((piece,), Change.PART, f"a part of it, by `.{name}`")

    def _invoked(self, node: Node) -> Iterator[Piece]:
        named = node.named_children
        method = next((self.slice(each).lower() for each in named if each.type == "member_name"), "")
        base = self.of(named[0]) if named else ()
        if method in _WHOLE:
            yield from base
        elif method in _PARTS:
            yield from changed(self.known(base), Change.PART, f"a part of it, by `.{method}()`")
        elif method in ("format", "concat", "join", "parse", "readalltext"):
            for each in named[1:]:
                yield from self.of(each)
        elif method == "tobase64string":
            pieces = (piece for each in named[1:] for piece in self.of(each))
            yield from changed(pieces, Change.ENCODED, "base64")
        elif method == "getbytes":
            for each in named[1:]:
                yield from self.of(each)

    def known(self, pieces: Pieces) -> Iterator[Piece]:
        """The pieces, where a variable of the script is replaced by what it was given."""
        for piece in pieces:
            if isinstance(piece, Name) and not piece.environment and self.aliases.get(piece.name):
                yield from (one for one in self.aliases[piece.name] if not isinstance(one, Literal))
            else:
                yield piece

    def chain(self, node: Node) -> tuple[list[tuple[Node, Run]], Pieces]:
        """The commands of a pipeline with their runs, and what comes out at its end."""
        runs: list[tuple[Node, Run]] = []
        value: Pieces = ()
        for child in node.named_children:
            if child.type == "redirections":
                continue
            if child.type == "command":
                run = self._run(child, value)
                runs.append((child, run))
                value = tuple(self._printed(run, value))
            else:
                value = self.of(child)
        return runs, value

    def _run(self, node: Node, given: Pieces) -> Run:
        key = (node.start_byte, node.end_byte)
        if key in self._runs:
            return self._runs[key]
        name = node.child_by_field_name("command_name") or next(
            (each for each in node.named_children if each.type in ("command_name", "command_name_expr")), None
        )
        called = self.of(name) if name is not None else ()
        literal = called[0].text if len(called) == 1 and isinstance(called[0], Literal) else None
        arguments = tuple(self._arguments(node))
        program = re.split(r"[/\\]", literal)[-1].lower().removesuffix(".exe") if literal else None
        run = Run(program, arguments, *key, called=() if program else called, input=given)
        self._runs[key] = run
        return run

    def _arguments(self, node: Node) -> Iterator[Argument]:
        """The arguments in their order; the value of `-Name value` has that name."""
        elements = next((each for each in node.named_children if each.type == "command_elements"), None)
        name = ""
        for each in elements.named_children if elements is not None else ():
            if each.type == "command_parameter":
                name = self.slice(each).lstrip("-").rstrip(":").lower()
                name = "" if name in _SWITCHES else name
                text = (Literal(self.slice(each), each.start_byte, each.end_byte),)
                yield Argument(text, each.start_byte, each.end_byte)
            elif each.type not in ("command_argument_sep", "redirection", "comment"):
                yield Argument(self.of(each), each.start_byte, each.end_byte, name)
                name = ""

    def _printed(self, run: Run, given: Pieces) -> Iterator[Piece]:
        program = run.program or ""
        values = tuple(p for argument in run.arguments if not _is_flag(argument) for p in argument.pieces)
        if program in PRINTERS:
            yield from values or given
        elif program in _FILES:
            file = next(
                (
                    a.pieces
                    for a in run.arguments
                    if a.name in ("", "path", "literalpath") and not _is_flag(a)
                ),
                (),
            )
            yield FileText(file, run.start, run.end)
        elif program in _PASSING:
            yield from given or values
        elif program in _PART:
            yield from changed(self.known(given or values), Change.PART, f"a part of it, by `{program}`")
        elif program in _COUNTS:
            return
        elif program == "join-path":
            yield from values
        else:
            yield Answer(run, run.start, run.end)


def _is_flag(argument: Argument) -> bool:
    return (argument.literal or "").startswith("-") and not argument.name


def changed(pieces: Iterable[Piece], change: Change, by: str) -> Iterator[Piece]:
    """The pieces after a change."""
    for piece in pieces:
        if isinstance(piece, (Name, Island, Answer, FileText)):
            yield replace(piece, change=max(piece.change, change), by=piece.by or by)
        elif isinstance(piece, Unknown):
            yield piece
